/* SPDX-License-Identifier: ISC */
/*
 * The bytes of System V segments, which only an attached segment has.
 *
 * To read a hole through a mapping allocates the page.  mincore(2) tells which pages are in memory, of every segment that
 * one may attach; the rest are holes, unless they are swapped out or the segment consists of huge pages.
 */
#include "ipc/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/proc.h"
#include "ipc/segment_part.h"

#define SMALLEST_PAGE 4096
#define COLUMNS 16 /* of /proc/sysvipc/shm; SHMID and SWAP are two of them */

enum { COLUMN_SHMID = 1, COLUMN_SWAP = 15 };

/* The bytes that stand for a hole.  Reading it takes no memory, as it is never written to. */
static char zeros[(size_t)1 << 20];

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

/* Calls `see` with each line of a file of /proc until it returns an answer other than -1.  Returns that, or -1. */
static int search(const char *path, int (*see)(const struct segment *segment, const char *line, size_t size),
                  const struct segment *segment)
{
	static char buffer[PROC_BUFFER];
	struct proc_lines lines;
	const char *line;
	size_t size;
	int fd = open(path, O_RDONLY | O_CLOEXEC), answer = -1;

	if (fd == -1)
		return -1;
	proc_lines_open(&lines, fd, buffer);
	while (answer == -1 && proc_lines_next(&lines, &line, &size) == 1)
		answer = see(segment, line, size);
	close(fd);
	return answer;
}

/* Whether the line of /proc/self/maps is that of the segment, and its pages are of the usual size. */
static int see_map(const struct segment *segment, const char *line, size_t size)
{
	struct proc_map map;

	if (proc_parse_map(line, size, &map) == -1 || map.start != (uintptr_t)segment->map)
		return -1;
	/* Huge pages are in a file system of their own. */
	return map.device == makedev(0, 1);
}

/* Whether the line of /proc/sysvipc/shm is that of the segment, and nothing of it is swapped out. */
static int see_row(const struct segment *segment, const char *line, size_t size)
{
	int64_t numbers[COLUMNS];

	if (proc_parse_sysvipc(line, size, numbers, COLUMNS) != COLUMNS || numbers[COLUMN_SHMID] != segment->id)
		return -1;
	return numbers[COLUMN_SWAP] == 0;
}

/*
 * Returns how many of the `size` bytes (a piece at most) from `offset` are alike, and sets `*is_hole` to what they are.
 * If that is not sure, they are no hole.
 */
static size_t find_run(const struct segment *segment, uint64_t offset, size_t size, int *is_hole)
{
	static unsigned char resident[SEGMENT_PIECE / SMALLEST_PAGE + 2];
	size_t page = page_size(), before = (uintptr_t)(segment->map + offset) % page, pages, i;

	*is_hole = 0;
	pages = (before + size + page - 1) / page;
	if (mincore(segment->map + offset - before, pages * page, resident) == -1)
		return size;
	for (i = 0; i < pages && (resident[i] & 1) == (resident[0] & 1); i++)
		continue;
	/* The table is read after mincore(2), so that a page which was swapped out is not taken for a hole. */
	*is_hole = !(resident[0] & 1) && search("/proc/self/maps", see_map, segment) == 1 &&
	           search("/proc/sysvipc/shm", see_row, segment) == 1;
	return i < pages && i * page - before < size ? i * page - before : size;
}

/* Clips `*size` to the segment and to a piece. */
static void clip(const struct segment *segment, uint64_t offset, size_t *size)
{
	if (*size > SEGMENT_PIECE)
		*size = SEGMENT_PIECE;
	if (offset >= segment->size)
		*size = 0;
	else if (*size > segment->size - offset)
		*size = (size_t)(segment->size - offset);
}

const char *segment_window(const struct segment *segment, uint64_t offset, size_t *size)
{
	char *window = segment->map + offset;
	size_t before = (uintptr_t)window % page_size();
	int is_hole;

	clip(segment, offset, size);
	if (*size == 0)
		return window;
	*size = find_run(segment, offset, *size, &is_hole);
	if (is_hole) {
		if (*size > sizeof(zeros))
			*size = sizeof(zeros);
		return zeros;
	}
	madvise(window - before, *size + before, MADV_POPULATE_READ);
	return window;
}

void segment_leave(const char *window, size_t size)
{
	size_t before = (uintptr_t)window % page_size();

	if (window != zeros)
		madvise((void *)((uintptr_t)window - before), size + before, MADV_DONTNEED);
}

ssize_t segment_read_map(const struct segment *segment, void *buffer, size_t size, uint64_t offset)
{
	size_t done = 0;

	while (done < size) {
		size_t piece = size - done;
		int is_hole;

		clip(segment, offset + done, &piece);
		if (piece == 0)
			break;
		piece = find_run(segment, offset + done, piece, &is_hole);
		if (is_hole)
			memset((char *)buffer + done, 0, piece);
		else
			memcpy((char *)buffer + done, segment->map + offset + done, piece);
		done += piece;
	}
	return (ssize_t)done;
}

/* Writes zeros; a hole is zero already, and stays one. */
static int fill_with_zeros(struct segment *segment, uint64_t size, uint64_t offset)
{
	while (size > 0) {
		size_t piece = size < SEGMENT_PIECE ? (size_t)size : SEGMENT_PIECE;
		int is_hole;

		if (interrupt_pending() != 0)
			return segment_fail(EINTR);
		piece = find_run(segment, offset, piece, &is_hole);
		if (!is_hole && segment_populate(segment->map + offset, piece) == -1)
			return -1;
		if (!is_hole)
			memset(segment->map + offset, 0, piece);
		offset += piece;
		size -= piece;
	}
	return 0;
}

int segment_fill_map(struct segment *segment, const char *from, uint64_t size, uint64_t offset, size_t *done)
{
	struct segment_ahead ahead;
	uint64_t at = 0;
	int result = 0;

	if (from == NULL)
		return fill_with_zeros(segment, size, offset);
	segment_ahead_start(&ahead, segment->map + offset, size);
	while (result == 0 && at < size) {
		size_t piece = size - at < SEGMENT_PIECE ? (size_t)(size - at) : SEGMENT_PIECE;

		result = interrupt_pending() != 0 ? segment_fail(EINTR) : segment_ahead_get(&ahead, at, piece);
		if (result == -1)
			break;
		memcpy(segment->map + offset + at, from + at, piece);
		at += piece;
		*done += piece;
	}
	segment_ahead_end(&ahead);
	return result;
}
