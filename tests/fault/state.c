/* SPDX-License-Identifier: ISC */
/*
 * state DIRECTORY
 *
 * Prints what is there in this world, one line a thing, and takes it all away: segments, queues with their messages,
 * semaphores, and the files below the current directory; DIRECTORY is where mqueue is mounted.  A line is KIND, NAME
 * and the rest, with a tab between them; ids, which differ from run to run, are left out.  To be run in a world of its
 * own (tests/world), as it spares nothing.
 */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SHOWN = 300, LONGEST = 1 << 16 };

/* Bytes as they can be told apart by eye; of many, the first ones and a sum of all. */
static void show(const unsigned char *bytes, size_t size)
{
	unsigned sum = 2166136261U;
	size_t i;

	for (i = 0; i < size && i < SHOWN; i++)
		if (bytes[i] < ' ' || bytes[i] > '~' || bytes[i] == '\\')
			printf("\\%03o", bytes[i]);
		else
			putchar(bytes[i]);
	if (size > SHOWN) {
		for (i = 0; i < size; i++)
			sum = (sum ^ bytes[i]) * 16777619U;
		printf("... %zu bytes, sum %08x", size, sum);
	}
	putchar('\n');
}

static void show_file(const char *path, const struct stat *st)
{
	size_t size = (size_t)st->st_size;
	unsigned char *bytes = malloc(size + 1);
	int fd = open(path, O_RDONLY);
	ssize_t got = fd != -1 && bytes != NULL ? read(fd, bytes, size) : -1;

	if (got == -1)
		err(1, "%s", path);
	printf("%03o %jd ", (unsigned)st->st_mode & 07777, (intmax_t)st->st_size);
	show(bytes, (size_t)got);
	close(fd);
	free(bytes);
}

static void show_posix_semaphore(const char *path, const struct stat *st)
{
	int fd = open(path, O_RDONLY), value = -1;

	if (fd == -1 || read(fd, &value, sizeof(value)) != sizeof(value))
		value = -1;
	printf("%03o %d\n", (unsigned)st->st_mode & 07777, value);
	close(fd);
}

/* What lies in a directory; `shm` is the word for a regular file. */
static void take_directory(const char *directory, const char *shm, const char *shown)
{
	DIR *stream = opendir(directory);
	struct dirent *entry;

	if (stream == NULL)
		return;
	while ((entry = readdir(stream)) != NULL) {
		char path[4096], name[4096];
		struct stat st;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
		snprintf(name, sizeof(name), "%s%s", shown, entry->d_name);
		if (lstat(path, &st) == -1)
			continue;
		if (S_ISDIR(st.st_mode)) {
			printf("directory\t%s\t%03o\n", name, (unsigned)st.st_mode & 07777);
			take_directory(path, shm, strncat(name, "/", sizeof(name) - strlen(name) - 1));
			rmdir(path);
			continue;
		}
		if (S_ISREG(st.st_mode) && *shown == '/' && strncmp(entry->d_name, "sem.", 4) == 0) {
			printf("psem\t/%s\t", entry->d_name + 4);
			show_posix_semaphore(path, &st);
		} else if (S_ISREG(st.st_mode)) {
			printf("%s\t%s\t", shm, name);
			show_file(path, &st);
		} else {
			printf("%s\t%s\t%03o\n",
			       S_ISFIFO(st.st_mode) ? "fifo" : S_ISSOCK(st.st_mode) ? "socket" : "other", name,
			       (unsigned)st.st_mode & 07777);
		}
		unlink(path);
	}
	closedir(stream);
}

static void take_posix_queues(const char *directory)
{
	DIR *stream = opendir(directory);
	static char bytes[1 << 24];
	struct dirent *entry;

	while (stream != NULL && (entry = readdir(stream)) != NULL) {
		char name[300];
		struct mq_attr attr;
		struct stat st;
		unsigned priority;
		ssize_t size;
		mqd_t queue;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "/%s", entry->d_name);
		queue = mq_open(name, O_RDONLY | O_NONBLOCK);
		if (queue == -1 || mq_getattr(queue, &attr) == -1 || fstat(queue, &st) == -1)
			err(1, "%s", name);
		printf("pmsg\t%s\t%03o %ld %ld\n", name, (unsigned)st.st_mode & 07777, attr.mq_maxmsg, attr.mq_msgsize);
		while ((size = mq_receive(queue, bytes, sizeof(bytes), &priority)) != -1) {
			printf("message\t%s\t%u ", name, priority);
			show((unsigned char *)bytes, (size_t)size);
		}
		mq_close(queue);
		mq_unlink(name);
	}
	if (stream != NULL)
		closedir(stream);
}

static void take_sysv_queue(unsigned key, int id, unsigned mode)
{
	static struct {
		long type;
		char bytes[LONGEST];
	} message;
	ssize_t size;

	printf("msg\tkey:%#x\t%03o\n", key, mode & 0777);
	while ((size = msgrcv(id, &message, sizeof(message.bytes), 0, IPC_NOWAIT)) != -1) {
		printf("message\tkey:%#x\t%ld ", key, message.type);
		show((unsigned char *)message.bytes, (size_t)size);
	}
	msgctl(id, IPC_RMID, NULL);
}

static void take_sysv_segment(unsigned key, int id, unsigned mode)
{
	struct shmid_ds ds;
	unsigned char *bytes = shmat(id, NULL, SHM_RDONLY);

	if (bytes == (void *)-1 || shmctl(id, IPC_STAT, &ds) == -1)
		err(1, "segment %d", id);
	printf("shm\tkey:%#x\t%03o %zu ", key, mode, ds.shm_segsz);
	show(bytes, ds.shm_segsz);
	shmdt(bytes);
	shmctl(id, IPC_RMID, NULL);
}

static void take_sysv_set(unsigned key, int id, unsigned mode)
{
	struct semid_ds ds;
	union {
		struct semid_ds *ds;
	} argument = {&ds};
	unsigned long i;

	if (semctl(id, 0, IPC_STAT, argument) == -1)
		err(1, "set %d", id);
	/* A set that waits for its first semop(2) is not the same as one of the same values that had it. */
	printf("sem\tkey:%#x\t%03o%s", key, mode, ds.sem_otime == 0 ? " new" : "");
	for (i = 0; i < ds.sem_nsems; i++)
		printf(" %d", semctl(id, (int)i, GETVAL));
	putchar('\n');
	semctl(id, 0, IPC_RMID);
}

static void take_sysv(const char *path, void (*take)(unsigned key, int id, unsigned mode))
{
	struct {
		int key, id;
		unsigned mode;
	} found[64];
	int count = 0, i;
	char line[1000];
	FILE *stream = fopen(path, "r");

	if (stream == NULL)
		err(1, "%s", path);
	while (fgets(line, sizeof(line), stream) != NULL)
		if (count < 64 && sscanf(line, "%d %d %o", &found[count].key, &found[count].id, &found[count].mode) == 3)
			count++;
	fclose(stream);
	for (i = 0; i < count; i++)
		take((unsigned)found[i].key, found[i].id, found[i].mode);
}

int main(int argc, char **argv)
{
	if (argc != 2 || getenv("IPCUTILS_WORLD") == NULL)
		errx(1, "not in a world of its own");
	take_directory("/dev/shm", "pshm", "/");
	take_posix_queues(argv[1]);
	take_sysv("/proc/sysvipc/msg", take_sysv_queue);
	take_sysv("/proc/sysvipc/shm", take_sysv_segment);
	take_sysv("/proc/sysvipc/sem", take_sysv_set);
	take_directory(".", "file", "");
	return fflush(stdout) != 0;
}
