/* SPDX-License-Identifier: ISC */
#include "socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define LOCK_TRIES 100
#define ASIDE_ROOM (SOCKET_NAME_MOST + 64)
#define ASIDE_TRIES 10
#define PAUSE 10000000 /* nanoseconds between two attempts */

static int fail(int err)
{
	errno = err;
	return -1;
}

static void close_quietly(int fd)
{
	int saved = errno;

	if (fd != -1)
		close(fd);
	errno = saved;
}

static void pause_a_little(void)
{
	struct timespec pause = {0, PAUSE};

	nanosleep(&pause, NULL);
}

int socket_parse(struct socket_name *name, const char *word)
{
	size_t length = strlen(word);

	*name = (struct socket_name){.word = word, .abstract = *word == '@'};
	if (length == 0 || strcmp(word, "@") == 0)
		return fail(EINVAL);
	if (length > SOCKET_NAME_MOST)
		return fail(ENAMETOOLONG);
	name->address.sun_family = AF_UNIX;
	/* All 108 bytes may be used: the kernel needs no NUL after them. */
	memcpy(name->address.sun_path, word, length);
	if (name->abstract)
		name->address.sun_path[0] = '\0';
	name->length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
	return 0;
}

static const struct sockaddr *address_of(const struct socket_name *name)
{
	return (const struct sockaddr *)&name->address;
}

/* Returns the path with its NUL in `room`, which has SOCKET_NAME_MOST + 1 bytes. */
static const char *path_of(const struct socket_name *name, char *room)
{
	memcpy(room, name->address.sun_path, SOCKET_NAME_MOST);
	room[SOCKET_NAME_MOST] = '\0';
	return room;
}

/* Sets the errno for ECONNREFUSED, which connect(2) also gives for other kinds of files. */
static int fail_refused(const struct socket_name *name)
{
	char path[SOCKET_NAME_MOST + 1];
	struct stat st;

	if (!name->abstract && stat(path_of(name, path), &st) == 0 && !S_ISSOCK(st.st_mode))
		return fail(ENOTSOCK);
	return fail(ECONNREFUSED);
}

/*
 * Checks that no process has the socket of this file: 0, or -1 with errno, EADDRINUSE if a process has it.  Connects
 * with a socket of another type, which the kernel refuses by EPROTOTYPE if the socket lives: its server notices
 * nothing, and a server that has not called listen(2) yet counts as living.
 */
static int check_dead(const struct socket_name *name)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), err;

	if (fd == -1)
		return -1;
	err = connect(fd, address_of(name), name->length) == -1 ? errno : EADDRINUSE;
	close(fd);
	if (err == ECONNREFUSED)
		return 0;
	return fail(err == EPROTOTYPE ? EADDRINUSE : err);
}

static int same_file(const struct stat *one, const struct stat *other)
{
	/* The file system soon reuses the number of an inode, but not with the same time. */
	return one->st_dev == other->st_dev && one->st_ino == other->st_ino && one->st_mtim.tv_sec == other->st_mtim.tv_sec &&
	       one->st_mtim.tv_nsec == other->st_mtim.tv_nsec;
}

/* Returns the directory part of a path, which is cut there. */
static const char *directory_of(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash == NULL)
		return ".";
	if (slash == path)
		return "/";
	*slash = '\0';
	return path;
}

/*
 * Locks the directory, so that of several servers that replace a socket there at the same moment each waits for the
 * others.  Returns a descriptor, or -1 if the directory may not be read; remove_dead() works without the lock, and also
 * if another process keeps it.
 */
static int lock_directory(const struct socket_name *name)
{
	char path[SOCKET_NAME_MOST + 1];
	int fd, tries;

	path_of(name, path);
	fd = open(directory_of(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return -1;
	for (tries = 0; tries < LOCK_TRIES; tries++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			break;
		pause_a_little();
	}
	return fd;
}

/*
 * Renames a file to a name that other users cannot guess, and so cannot take first, and stores that name.  Returns 0, or
 * -1 with errno.
 */
static int move_aside(const char *path, char aside[ASIDE_ROOM])
{
	char directory[SOCKET_NAME_MOST + 1];
	uint64_t number = 0;
	const char *parent;
	int tries;

	snprintf(directory, sizeof(directory), "%s", path);
	parent = directory_of(directory);
	for (tries = 0; tries < ASIDE_TRIES; tries++) {
		if (getrandom(&number, sizeof(number), 0) == -1)
			number += (uint64_t)getpid();
		snprintf(aside, ASIDE_ROOM, "%s/.sockpair-%016llx", parent, (unsigned long long)number);
		if (renameat2(AT_FDCWD, path, AT_FDCWD, aside, RENAME_NOREPLACE) == 0)
			return 0;
		/* Some file systems do not know this flag. */
		if (errno == EINVAL)
			return rename(path, aside);
		if (errno != EEXIST)
			return -1;
	}
	return -1;
}

/*
 * Removes a socket file that no process serves.  Renames it first, and checks it again under the new name: if another
 * file took its place in between, that one is renamed back.
 */
static int remove_dead(const struct socket_name *name)
{
	char path[SOCKET_NAME_MOST + 1], aside[ASIDE_ROOM];
	struct stat before, after;

	path_of(name, path);
	if (lstat(path, &before) == -1)
		return errno == ENOENT ? 0 : -1;
	if (!S_ISSOCK(before.st_mode))
		return fail(ENOTSOCK);
	if (check_dead(name) == -1)
		return errno == ENOENT ? 0 : -1;
	if (move_aside(path, aside) == -1)
		return errno == ENOENT ? 0 : -1;
	if (lstat(aside, &after) == 0 && same_file(&before, &after))
		return unlink(aside);
	if (renameat2(AT_FDCWD, aside, AT_FDCWD, path, RENAME_NOREPLACE) == -1 && errno != EEXIST)
		return -1;
	return fail(EADDRINUSE);
}

/* Binds; the file has its mode as soon as it exists, since bind(2) applies the umask. */
static int bind_with_mode(int fd, const struct socket_name *name, mode_t mode)
{
	mode_t before = umask(0777 & ~mode);
	int result = bind(fd, address_of(name), name->length), saved = errno;

	umask(before);
	errno = saved;
	return result;
}

/* Binds the path, replacing a stale socket, and stores what it made in `made`. */
static int bind_file(int fd, const struct socket_name *name, mode_t mode, struct stat *made)
{
	char path[SOCKET_NAME_MOST + 1];
	int result = bind_with_mode(fd, name, mode), lock, tries;

	if (result == -1 && errno == EADDRINUSE) {
		lock = lock_directory(name);
		/* Programs that do not know the lock may bind the name between the two calls. */
		for (tries = 0; tries < 3; tries++) {
			result = remove_dead(name);
			if (result == -1)
				break;
			result = bind_with_mode(fd, name, mode);
			if (result == 0 || errno != EADDRINUSE)
				break;
		}
		close_quietly(lock);
	}
	if (result == -1 || lstat(path_of(name, path), made) == 0)
		return result;
	/* socket_remove() could not recognise the file later. */
	result = errno;
	unlink(path);
	return fail(result);
}

int socket_serve(const struct socket_name *name, int type, mode_t mode, struct stat *made)
{
	int fd = socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), saved;

	if (fd == -1)
		return -1;
	if (name->abstract ? bind(fd, address_of(name), name->length) == -1 : bind_file(fd, name, mode, made) == -1) {
		close_quietly(fd);
		return -1;
	}
	if (listen(fd, SOMAXCONN) == 0)
		return fd;
	saved = errno;
	close(fd);
	socket_remove(name, made);
	return fail(saved);
}

int socket_remove(const struct socket_name *name, const struct stat *made)
{
	char path[SOCKET_NAME_MOST + 1];
	struct stat st;
	int result;

	if (name->abstract)
		return 0;
	result = lstat(path_of(name, path), &st);
	if (result == 0 && same_file(&st, made))
		result = unlink(path);
	return result == 0 || errno == ENOENT ? 0 : -1;
}

/* Limits how long calls on the socket wait; 0: no limit. */
static int set_patience(int fd, int64_t ns)
{
	struct timeval most = {(time_t)(ns / 1000000000), (suseconds_t)(ns % 1000000000 / 1000)};

	return setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof(most));
}

int socket_connect(const struct socket_name *name, int type, const struct deadline *deadline, int persist)
{
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	if (fd == -1)
		return -1;
	/* The kernel chooses a name for the socket, without which the server could not answer. */
	if (type == SOCK_DGRAM && bind(fd, address_of(name), sizeof(sa_family_t)) == -1)
		goto fail;
	for (;;) {
		int64_t left = deadline_left(deadline);

		/* The shortest limit is a microsecond, since 0 means no limit. */
		if (!deadline_never(deadline))
			set_patience(fd, left < 1000 ? 1000 : left);
		if (connect(fd, address_of(name), name->length) == 0)
			break;
		if (errno == EINTR)
			continue;
		if (!persist || (errno != ENOENT && errno != ECONNREFUSED) || left == 0)
			goto fail;
		pause_a_little();
	}
	if (set_patience(fd, 0) == 0)
		return fd;
fail:
	if (errno == ECONNREFUSED)
		fail_refused(name);
	close_quietly(fd);
	return -1;
}

int socket_peer(int fd, struct ucred *peer)
{
	socklen_t length = sizeof(*peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, peer, &length);
}

/* The descriptors of one message, as cmsg(3) has them. */
union control {
	struct cmsghdr header; /* for its alignment */
	char room[CMSG_SPACE(SOCKET_PASS_MOST * sizeof(int))];
};

int socket_pass(int fd, const int *descriptors, size_t count)
{
	union control control = {.room = ""};
	struct iovec byte = {(char[]){'\0'}, 1};
	struct msghdr message = {.msg_iov = &byte, .msg_iovlen = 1, .msg_control = control.room,
	                         .msg_controllen = CMSG_SPACE(count * sizeof(int))};

	control.header = (struct cmsghdr){.cmsg_len = CMSG_LEN(count * sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
	memcpy(CMSG_DATA(&control.header), descriptors, count * sizeof(int));
	return sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) == -1 ? -1 : 0;
}

/* Stores the descriptors of a message, at most SOCKET_PASS_MOST.  Returns how many there are. */
static size_t collect(struct msghdr *message, int *descriptors)
{
	struct cmsghdr *header;
	size_t count = 0;

	for (header = CMSG_FIRSTHDR(message); header != NULL; header = CMSG_NXTHDR(message, header)) {
		if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
			continue;
		count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(descriptors, CMSG_DATA(header), count * sizeof(int));
	}
	return count;
}

int socket_take(int fd, int *descriptors, size_t count, int flags, size_t *came)
{
	union control control;
	char first;
	struct iovec byte = {&first, 1};
	struct msghdr message = {.msg_iov = &byte, .msg_iovlen = 1, .msg_control = control.room,
	                         .msg_controllen = sizeof(control.room)};
	int taken[SOCKET_PASS_MOST];
	ssize_t got;
	size_t i;

	do
		got = recvmsg(fd, &message, flags | MSG_CMSG_CLOEXEC);
	while (got == -1 && errno == EINTR);
	if (got == -1)
		return -1;
	*came = collect(&message, taken);
	if (got == 1 && *came == count && (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0) {
		memcpy(descriptors, taken, count * sizeof(*descriptors));
		return 0;
	}
	for (i = 0; i < *came; i++)
		close(taken[i]);
	if (got == 0)
		return fail(ENODATA);
	/* The buffer has room for all that can come, so the process has no descriptors left. */
	if ((message.msg_flags & MSG_CTRUNC) != 0)
		return fail(EMFILE);
	return fail((message.msg_flags & MSG_TRUNC) != 0 ? EMSGSIZE : EPROTO);
}
