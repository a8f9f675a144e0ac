/* SPDX-License-Identifier: ISC */
/* The writing side of FIFOs that have names. */
#ifndef FIFO_H
#define FIFO_H

#include <stdint.h>
#include <sys/types.h>

struct fifo {
	const char *path;
	int made; /* fifo_find() created it, so fifo_remove() removes it */
	dev_t device;
	ino_t inode;
	int64_t made_at; /* seconds since 1970, or 0 if the file system does not know */
	uint32_t made_at_ns;
};

/*
 * Finds the FIFO, or creates it with exactly this mode, whatever umask(2) says.  Returns 0, or -1 with errno: EISDIR
 * for a directory, ENODEV for another file that is no FIFO, ENOENT for a missing directory or a dangling symbolic link.
 */
int fifo_find(struct fifo *fifo, const char *path, mode_t mode);

/*
 * Opens the FIFO for writing with O_NONBLOCK, so that neither this call nor a later one waits for a reader.  Sets
 * `*is_other` to whether another FIFO has the name by now; that one is then opened, and `fifo` is from now on that one.
 * Returns the descriptor, or -1 with errno: ENXIO if no process has the FIFO open for reading, ENOENT if the name is
 * missing, EISDIR or ENODEV as above.
 */
int fifo_open(struct fifo *fifo, int *is_other);

/* Removes the name if fifo_find() created it and it is still this FIFO.  Returns 0, or -1 with errno if it stays. */
int fifo_remove(struct fifo *fifo);

#endif
