/* SPDX-License-Identifier: ISC */
#include "outfd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/io.h"

static void measure(struct outfd *outfd)
{
	struct statfs fs;

	io_grow_pipe(outfd->fd, IO_PIPE_SIZE);
	outfd->is_pipe = 1;
	outfd->is_named = fstatfs(outfd->fd, &fs) == -1 || fs.f_type != PIPEFS_MAGIC;
}

void outfd_take(struct outfd *outfd, int fd)
{
	*outfd = (struct outfd){.fd = fd};
	measure(outfd);
}

static int open_again(int fd, int access)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, access | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

/* Replaces the descriptor by one of the same file whose description no other process shares. */
static int replace(int fd)
{
	int own = open_again(fd, O_WRONLY);

	if (own == -1)
		return -1;
	/* An inherited descriptor that is open for reading, too, would count as a reader for ever. */
	if (dup2(own, fd) != -1) {
		close(own);
		return fd;
	}
	close(own);
	return -1;
}

int outfd_inherit(struct outfd *outfd, int fd)
{
	struct stat st;
	int flags = fcntl(fd, F_GETFL);

	*outfd = (struct outfd){.fd = fd, .inherited = 1};
	if (fstat(fd, &st) == -1 || flags == -1)
		return -1;
	outfd->is_socket = S_ISSOCK(st.st_mode);
	outfd->careful = (flags & O_NONBLOCK) == 0 && (S_ISFIFO(st.st_mode) || isatty(fd));
	if (S_ISFIFO(st.st_mode) || outfd->careful) {
		if (replace(fd) != -1) {
			outfd->careful = 0;
		} else if (errno == ENXIO && S_ISFIFO(st.st_mode)) {
			errno = EPIPE;
			return -1;
		}
	}
	if (S_ISFIFO(st.st_mode))
		measure(outfd);
	return 0;
}

/* Writes to a descriptor in blocking mode as much as poll(2) promises not to wait for: PIPE_BUF bytes. */
static ssize_t write_carefully(int fd, const struct iovec *piece)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};

	if (poll(&p, 1, 0) == 1)
		return write(fd, piece->iov_base, piece->iov_len < PIPE_BUF ? piece->iov_len : PIPE_BUF);
	errno = EAGAIN;
	return -1;
}

ssize_t outfd_write(const struct outfd *outfd, const struct iovec *pieces, int count)
{
	ssize_t put;

	do {
		if (outfd->is_socket)
			put = send(outfd->fd, pieces[0].iov_base, pieces[0].iov_len, MSG_DONTWAIT | MSG_NOSIGNAL);
		else if (outfd->careful)
			put = write_carefully(outfd->fd, &pieces[0]);
		else if (count == 1)
			put = write(outfd->fd, pieces[0].iov_base, pieces[0].iov_len);
		else
			put = writev(outfd->fd, pieces, count);
	} while (put == -1 && errno == EINTR && interrupt_pending() == 0);
	return put;
}

/*
 * The kernel counts the room of a pipe in pages, and a page holds the bytes of one write(2).  It adds the odd bytes of
 * a write to the last page if they fit, so two neighbouring pages hold more than one page of bytes.  The unread bytes
 * therefore occupy at most twice the pages that they would fill.
 */
size_t outfd_room(const struct outfd *outfd, int *empty)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), used;
	int unread = 0, capacity;

	*empty = 0;
	if (!outfd->is_pipe)
		return SIZE_MAX;
	/* The reader may have changed the size. */
	capacity = fcntl(outfd->fd, F_GETPIPE_SZ);
	if (capacity == -1 || ioctl(outfd->fd, FIONREAD, &unread) == -1)
		return 0;
	*empty = unread == 0;
	used = *empty ? 0 : (2 * ((size_t)unread / page) + 2) * page;
	if (outfd->careful && capacity > PIPE_BUF)
		capacity = PIPE_BUF;
	return (size_t)capacity > used ? (size_t)capacity - used : 0;
}

int outfd_is_read(const struct outfd *outfd)
{
	struct pollfd p = {.fd = outfd->fd};

	return poll(&p, 1, 0) != 1 || (p.revents & POLLERR) == 0;
}

int outfd_open_back(const struct outfd *outfd, size_t *size)
{
	int unread = 0;

	if (ioctl(outfd->fd, FIONREAD, &unread) == -1)
		return -1;
	*size = (size_t)unread;
	return open_again(outfd->fd, O_RDONLY);
}

void outfd_close(struct outfd *outfd)
{
	if (outfd->fd != -1 && !outfd->inherited)
		close(outfd->fd);
	outfd->fd = -1;
}
