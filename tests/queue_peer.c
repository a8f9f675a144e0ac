/* SPDX-License-Identifier: ISC */
/*
 * The other program at a message queue: what the tests of mqsend and mqrecv use to make, fill and see the
 * queues that the tools meet, by way of plain libc calls and none of our own code.
 *
 * A queue is written as for the tools: /NAME or key:N.
 */
#define _GNU_SOURCE
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/stat.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What a C program might send as it lies in memory. */
struct record {
	uint32_t number;
	double value;
	char name[12];
};

static struct {
	long type;
	char bytes[1 << 16];
} sysv;

static char bytes[1 << 16];

static long
number(const char *s)
{
	return strtol(s, NULL, 0);
}

static int
is_sysv(const char *name)
{
	return strncmp(name, "key:", 4) == 0;
}

static int
sysv_open(const char *name, int flags)
{
	int id = msgget((key_t)number(name + 4), flags);

	if (id == -1)
		err(1, "msgget %s", name);
	return id;
}

static mqd_t
posix_open(const char *name, int flags)
{
	mqd_t queue = mq_open(name, flags);

	if (queue == -1)
		err(1, "mq_open %s", name);
	return queue;
}

/* A System V queue takes no more than so many bytes from now on. */
static void
shrink(const char *name, long size)
{
	struct msqid_ds ds;
	int id = sysv_open(name, 0);

	if (msgctl(id, IPC_STAT, &ds) == -1)
		err(1, "msgctl");
	ds.msg_qbytes = (msglen_t)size;
	if (msgctl(id, IPC_SET, &ds) == -1)
		err(1, "msgctl");
}

/* For POSIX: how many messages of how many bytes; for System V: how many bytes, or 0 for the default. */
static void
make(const char *name, long messages, long size)
{
	struct mq_attr attributes = { .mq_maxmsg = messages, .mq_msgsize = size };

	if (!is_sysv(name)) {
		if (mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attributes) == -1)
			err(1, "mq_open %s", name);
		return;
	}
	sysv_open(name, IPC_CREAT | IPC_EXCL | 0600);
	if (messages > 0)
		shrink(name, messages);
}

static void
send_bytes(const char *name, long rank, const void *from, size_t size)
{
	if (is_sysv(name)) {
		sysv.type = rank;
		memcpy(sysv.bytes, from, size);
		if (msgsnd(sysv_open(name, 0), &sysv, size, 0) == -1)
			err(1, "msgsnd");
	} else {
		mqd_t queue = posix_open(name, O_WRONLY);

		if (mq_send(queue, from, size, (unsigned)rank) == -1)
			err(1, "mq_send");
		mq_close(queue);
	}
}

/* One message into `bytes`: its size, or -1 where there is none and `wait` is 0. */
static ssize_t
receive(const char *name, int wait, long *rank)
{
	unsigned priority;
	ssize_t size;
	mqd_t queue;

	if (is_sysv(name)) {
		size = msgrcv(sysv_open(name, 0), &sysv, sizeof(sysv.bytes), 0, wait ? 0 : IPC_NOWAIT);
		if (size == -1 && (wait || errno != ENOMSG))
			err(1, "msgrcv");
		*rank = sysv.type;
		memcpy(bytes, sysv.bytes, sizeof(bytes));
		return size;
	}
	queue = posix_open(name, O_RDONLY | (wait ? 0 : O_NONBLOCK));
	size = mq_receive(queue, bytes, sizeof(bytes), &priority);
	if (size == -1 && (wait || errno != EAGAIN))
		err(1, "mq_receive");
	*rank = (long)priority;
	mq_close(queue);
	return size;
}

/* Takes all that is there: "rank<TAB>text" lines, what is not printable as \xNN. */
static void
dump(const char *name)
{
	ssize_t size, i;
	long rank;

	while ((size = receive(name, 0, &rank)) != -1) {
		printf("%ld\t", rank);
		for (i = 0; i < size; i++)
			if (bytes[i] < ' ' || bytes[i] > '~' || bytes[i] == '\\')
				printf("\\x%02x", (unsigned char)bytes[i]);
			else
				putchar(bytes[i]);
		putchar('\n');
	}
}

/* How many messages there are, how many or how many bytes there can be, how long one may be, and the mode. */
static void
show(const char *name, const char *what)
{
	struct mq_attr attributes;
	struct msqid_ds ds;
	struct stat st;
	mqd_t queue;
	long count, most, size = 0;
	unsigned mode;

	if (is_sysv(name)) {
		if (msgctl(sysv_open(name, 0), IPC_STAT, &ds) == -1)
			err(1, "msgctl");
		count = (long)ds.msg_qnum;
		most = (long)ds.msg_qbytes;
		mode = ds.msg_perm.mode;
	} else {
		queue = posix_open(name, O_RDONLY);
		if (mq_getattr(queue, &attributes) == -1 || fstat(queue, &st) == -1)
			err(1, "mq_getattr");
		count = attributes.mq_curmsgs;
		most = attributes.mq_maxmsg;
		size = attributes.mq_msgsize;
		mode = st.st_mode & 07777;
	}
	if (strcmp(what, "count") == 0)
		printf("%ld\n", count);
	else if (strcmp(what, "limits") == 0)
		printf("%ld %ld\n", most, size);
	else
		printf("%o\n", mode);
}

static void
change_mode(const char *name, mode_t mode)
{
	struct msqid_ds ds;
	int id;

	if (!is_sysv(name)) {
		if (fchmod(posix_open(name, O_RDWR), mode) == -1)
			err(1, "fchmod");
		return;
	}
	id = sysv_open(name, 0);
	if (msgctl(id, IPC_STAT, &ds) == -1)
		err(1, "msgctl");
	ds.msg_perm.mode = mode;
	if (msgctl(id, IPC_SET, &ds) == -1)
		err(1, "msgctl");
}

static void
drop(const char *name)
{
	if (is_sysv(name)) {
		if (msgctl(sysv_open(name, 0), IPC_RMID, NULL) == -1)
			err(1, "msgctl");
	} else if (mq_unlink(name) == -1)
		err(1, "mq_unlink %s", name);
}

/* Removes what is there of the names, and says nothing about the others. */
static void
wipe(char *names[])
{
	int id;

	for (; *names != NULL; names++)
		if (!is_sysv(*names))
			mq_unlink(*names);
		else if ((id = msgget((key_t)number(*names + 4), 0)) != -1)
			msgctl(id, IPC_RMID, NULL);
}

/* A program that sends and receives C strings, each with its NUL. */
static void
receive_c_string(const char *name)
{
	long rank;
	ssize_t size = receive(name, 1, &rank);

	if (size == 0 || bytes[size - 1] != '\0')
		errx(1, "not a C string");
	if (strlen(bytes) + 1 != (size_t)size)
		errx(1, "more than a C string");
	puts(bytes);
}

static void
send_struct(const char *name, long rank)
{
	struct record record;

	memset(&record, 0, sizeof(record));
	record.number = 10 << 24 | 10; /* newlines and NULs */
	record.value = -1.5;
	strcpy(record.name, "a struct");
	send_bytes(name, rank, &record, sizeof(record));
}

static void
receive_struct(const char *name)
{
	long rank;
	struct record record;

	if (receive(name, 1, &rank) != sizeof(record))
		errx(1, "not that struct");
	memcpy(&record, bytes, sizeof(record));
	printf("%#x %g %s\n", record.number, record.value, record.name);
}

int
main(int argc, char *argv[])
{
	const char *cmd = argc > 2 ? argv[1] : "", *name = argc > 2 ? argv[2] : "";
	long rank = argc > 3 ? number(argv[3]) : 0;
	ssize_t size;
	int i;

	if (strcmp(cmd, "make") == 0)
		make(name, rank, argc > 4 ? number(argv[4]) : 0);
	else if (strcmp(cmd, "send") == 0) /* QUEUE RANK TEXT... */
		for (i = 4; i < argc; i++)
			send_bytes(name, rank, argv[i], strlen(argv[i]));
	else if (strcmp(cmd, "send-input") == 0) { /* QUEUE RANK, all of stdin as one */
		size = (ssize_t)fread(bytes, 1, sizeof(bytes), stdin);
		send_bytes(name, rank, bytes, (size_t)size);
	} else if (strcmp(cmd, "send-c-string") == 0) /* QUEUE RANK TEXT */
		send_bytes(name, rank, argv[4], strlen(argv[4]) + 1);
	else if (strcmp(cmd, "send-struct") == 0)
		send_struct(name, rank);
	else if (strcmp(cmd, "receive") == 0) { /* its bytes alone */
		size = receive(name, 1, &rank);
		fwrite(bytes, 1, (size_t)size, stdout);
	} else if (strcmp(cmd, "receive-c-string") == 0)
		receive_c_string(name);
	else if (strcmp(cmd, "receive-struct") == 0)
		receive_struct(name);
	else if (strcmp(cmd, "dump") == 0)
		dump(name);
	else if (strcmp(cmd, "count") == 0 || strcmp(cmd, "limits") == 0 || strcmp(cmd, "mode") == 0)
		show(name, cmd);
	else if (strcmp(cmd, "chmod") == 0) /* QUEUE MODE, as 0604 */
		change_mode(name, (mode_t)rank);
	else if (strcmp(cmd, "shrink") == 0) /* QUEUE BYTES */
		shrink(name, rank);
	else if (strcmp(cmd, "drop") == 0)
		drop(name);
	else if (strcmp(cmd, "wipe") == 0)
		wipe(argv + 2);
	else if (strcmp(cmd, "pipe-size") == 0) { /* FD BYTES */
		if (fcntl((int)number(name), F_SETPIPE_SZ, (int)rank) == -1)
			err(1, "F_SETPIPE_SZ");
	} else
		errx(2, "no such call: %s", cmd);
	return fflush(stdout) == 0 ? 0 : 1;
}
