/* SPDX-License-Identifier: ISC */
/*
 * Linked into each tool of a coverage build in place of clang's own start of its profile runtime.  The tools end by
 * _exit(2), by signals and by SIGKILL, so that the counters must not wait for exit: they live in a file that all runs of
 * the tool map.  clang's own way to that, %c, locks and reads the file anew at each start, and complains where it cannot
 * open it; a test that fails the n-th fcntl(2) of a tool, or that looks at its messages, would then see the runtime and
 * not the tool.  Here a start is three calls that no test makes to fail, and where one does fail (in a chroot, without
 * descriptors) the run is not counted.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of clang's runtime, which is linked for them; its own constructor is not, as this is defined. */
int __llvm_profile_runtime;
uint64_t __llvm_profile_get_size_for_buffer(void);
int __llvm_profile_write_buffer(char *buffer);
const char *__llvm_profile_begin_data(void);
const char *__llvm_profile_end_data(void);
uint64_t __llvm_profile_get_data_size(const char *begin, const char *end);
char *__llvm_profile_begin_counters(void);
/* With -runtime-counter-relocation the code adds this to the address of each counter. */
extern intptr_t __llvm_profile_counter_bias;
intptr_t __llvm_profile_counter_bias;

/* The layout of the file, by its version. */
enum { MAGIC, FORMAT, IDS_SIZE, DATA_COUNT, PADDING, HEADER_WORDS = 11 };
#define KNOWN_VERSION 8

/*
 * One file a tool, whatever it is called by, and another one once it has other functions: its name is the hash (FNV-1a)
 * of the two words that each function's record begins with, which are hashes of its name and of its branches.
 */
static const char *path(void)
{
	static char buffer[sizeof(COUNTS) + 32];
	const char *record = __llvm_profile_begin_data(), *end = __llvm_profile_end_data();
	uint64_t count = __llvm_profile_get_data_size(record, end), hash = 0xcbf29ce484222325, i;
	size_t size = count > 0 ? (size_t)(end - record) / count : 0;

	for (; record < end; record += size)
		for (i = 0; i < 16; i++)
			hash = (hash ^ (unsigned char)record[i]) * 0x100000001b3;
	snprintf(buffer, sizeof(buffer), COUNTS "/%016jx.profraw", (uintmax_t)hash);
	return buffer;
}

/* COVERAGE_MAKE in the environment: only makes the file, for all users. */
static void make(size_t size)
{
	uint64_t *header = malloc(size);
	int fd = open(path(), O_WRONLY | O_CREAT | O_EXCL, 0666);

	/* From last time, KEEP=1. */
	if (fd == -1 && errno == EEXIST)
		_exit(0);
	if (header == NULL || fd == -1 || __llvm_profile_write_buffer((char *)header) != 0 || fchmod(fd, 0666) == -1 ||
	    write(fd, header, size) != (ssize_t)size) {
		perror(path());
		_exit(1);
	}
	if ((header[FORMAT] & 0xff) != KNOWN_VERSION) {
		fputs("tests/coverage: this clang writes another version of the profile than that of clang 14\n", stderr);
		_exit(1);
	}
	_exit(0);
}

__attribute__((constructor(101))) static void begin(void)
{
	size_t size = __llvm_profile_get_size_for_buffer();
	int saved = errno, fd;
	uint64_t *header;

	if (getenv("COVERAGE_MAKE") != NULL)
		make(size);
	/* Not openat(2) and close(2), which the tests make to fail. */
	fd = (int)syscall(SYS_open, path(), O_RDWR | O_CLOEXEC);
	if (fd != -1) {
		header = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		syscall(SYS_close_range, fd, fd, 0);
		if (header != MAP_FAILED)
			__llvm_profile_counter_bias = (char *)(header + HEADER_WORDS) + header[IDS_SIZE] + header[PADDING] +
			                              (__llvm_profile_end_data() - __llvm_profile_begin_data()) -
			                              __llvm_profile_begin_counters();
	}
	errno = saved;
}
