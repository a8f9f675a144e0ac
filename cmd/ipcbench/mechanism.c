/* SPDX-License-Identifier: ISC */
#include "mechanism.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <unistd.h>

const struct mechanism *const mechanism_all[] = {
	&pipes_pipe, &pipes_fifo, &sockets_pair, &sockets_seqpacket, &sockets_dgram, &sockets_unix, &sockets_tcp,
	&queues_posix, &queues_sysv, &memory_semaphore, &memory_futex, &wakeups_eventfd, &memory_ring, &memory_file,
	&wakeups_signal, &memory_copy, NULL,
};

const struct mechanism *mechanism_find(const char *name, size_t length)
{
	size_t i;

	for (i = 0; mechanism_all[i] != NULL; i++)
		if (strlen(mechanism_all[i]->name) == length && memcmp(mechanism_all[i]->name, name, length) == 0)
			return mechanism_all[i];
	return NULL;
}

int mechanism_open(struct channel *channel, const struct mechanism *mechanism, size_t size, int spins)
{
	*channel = (struct channel){.mechanism = mechanism, .size = size, .spins = spins, .fds = {-1, -1}, .queue = -1};
	return mechanism->open(channel);
}

int mechanism_attach(struct channel *channel, enum mechanism_side side)
{
	int *other = &channel->fds[!side];

	if (channel->mechanism->attach != NULL)
		return channel->mechanism->attach(channel, side);
	if (*other != -1 && !channel->mechanism->alone)
		close(*other);
	*other = -1;
	return 0;
}

void mechanism_close(struct channel *channel)
{
	int saved = errno, side;

	for (side = 0; side < 2; side++)
		if (channel->fds[side] != -1)
			close(channel->fds[side]);
	if (channel->memory != NULL)
		munmap(channel->memory, channel->room);
	if (channel->queue != -1)
		msgctl(channel->queue, IPC_RMID, NULL);
	*channel = (struct channel){.fds = {-1, -1}, .queue = -1};
	errno = saved;
}

int mechanism_map(struct channel *channel, size_t room, int fd)
{
	/* The pages are there before the clock runs. */
	void *memory = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE | (fd == -1 ? MAP_ANONYMOUS : 0), fd, 0);

	if (memory == MAP_FAILED)
		return -1;
	channel->memory = memory;
	channel->room = room;
	return 0;
}

int mechanism_enter_directory(char *path, const char *name)
{
	const char *directory = getenv("TMPDIR");
	size_t length;

	/* A path that sun_path of unix(7) cannot hold is of no use. */
	if (directory == NULL || directory[0] != '/' || strlen(directory) > MECHANISM_PATH - 32)
		directory = "/tmp";
	snprintf(path, MECHANISM_PATH, "%s/ipcbench-XXXXXX", directory);
	if (mkdtemp(path) == NULL) {
		path[0] = '\0';
		return -1;
	}
	length = strlen(path);
	snprintf(path + length, MECHANISM_PATH - length, "/%s", name);
	return 0;
}

void mechanism_leave_directory(char *path)
{
	int saved = errno;

	if (path[0] == '\0')
		return;
	unlink(path);
	*strrchr(path, '/') = '\0';
	rmdir(path);
	errno = saved;
}
