/* SPDX-License-Identifier: ISC */
/* FIFOs by name, on their writing side. */
#ifndef FIFO_H
#define FIFO_H

#include <stdint.h>
#include <sys/types.h>

struct fifo {
	const char *path;
	int made; /* by us: it is to be removed */
	dev_t device;
	ino_t inode;
	int64_t made_at; /* seconds since 1970, where the file system tells, else 0 */
	uint32_t made_at_ns;
};

/*
 * Finds the FIFO, or makes it with exactly this mode, whatever umask(2) says: 0, or -1 with errno;
 * EISDIR and ENODEV for what is there and is none.
 */
int fifo_find(struct fifo *fifo, const char *path, mode_t mode);

/*
 * Opens it for writing, without waiting for a reader and without ever waiting later (O_NONBLOCK): the
 * descriptor, or -1 with errno; ENXIO where nobody has it open for reading, ENOENT where the name is
 * gone, ESTALE where it is another object's by now.
 */
int fifo_open(const struct fifo *fifo);

/* Removes the name if fifo_find() made it and it is still the same object's: 0, or -1 with errno where it stays. */
int fifo_remove(struct fifo *fifo);

#endif
