/* SPDX-License-Identifier: ISC */
#include "cli/input.h"

#include <errno.h>
#include <sys/mman.h>

#include "base/io.h"

/* The first piece of memory, which grows by doubling. */
#define FIRST_ROOM ((size_t)1 << 20)
#define FIRST_PIPE (1 << 18)

int input_reserve(struct input *input, size_t more)
{
	size_t room = input->room ? input->room : FIRST_ROOM;
	void *bytes;

	if (more > SIZE_MAX / 2 - input->size) {
		errno = ENOMEM;
		return -1;
	}
	while (room < input->size + more)
		room *= 2;
	if (room == input->room)
		return 0;
	if (input->bytes == NULL)
		bytes = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	else
		bytes = mremap(input->bytes, input->room, room, MREMAP_MAYMOVE);
	if (bytes == MAP_FAILED)
		return -1;
	/* Huge pages make filling it twice as fast; it works without them. */
	madvise(bytes, room, MADV_HUGEPAGE);
	input->bytes = bytes;
	input->room = room;
	return 0;
}

int input_read(int fd, struct input *input, uint64_t limit, struct progress *progress)
{
	*input = (struct input){NULL, 0, 0};
	/* From a pipe of 64 kB, each read(2) would take a 16th of its piece; a pipe of 256 kB stays in the cache. */
	io_grow_pipe(fd, FIRST_PIPE);
	while (input->size <= limit) {
		size_t piece = FIRST_ROOM;
		ssize_t got;

		if (limit - input->size < piece)
			piece = (size_t)(limit - input->size) + 1;
		if (input_reserve(input, piece) == -1)
			return -1;
		got = io_read(fd, input->bytes + input->size, piece);
		if (got <= 0)
			return (int)got;
		input->size += (size_t)got;
		progress_add(progress, (uint64_t)got);
	}
	return 0;
}

void input_free(struct input *input)
{
	if (input->bytes != NULL)
		munmap(input->bytes, input->room);
	*input = (struct input){NULL, 0, 0};
}
