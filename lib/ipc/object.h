/* SPDX-License-Identifier: ISC */
/* Objects: their names, as every tool takes them and ipcutils(7) describes them. */
#ifndef OBJECT_H
#define OBJECT_H

#include <limits.h>
#include <stdint.h>
#include <sys/types.h>

enum object_kind {
	OBJECT_NAME = 1,     /* /NAME: a POSIX segment, queue or semaphore; the tool knows which */
	OBJECT_KEY = 2,      /* key:N */
	OBJECT_PRIVATE = 4,  /* key:private */
	OBJECT_ID = 8,       /* id:N */
	OBJECT_FTOK = 16,    /* ftok:PATH[:PROJ] */
	OBJECT_FILE = 32,    /* file:PATH */
	OBJECT_MEMFD = 64,   /* memfd:PID:FD */
	OBJECT_AMQP = 128,   /* amqp://HOST/QUEUE: a queue on a broker, broker.h */
	OBJECT_MUTEX = 256,  /* mutex:SEGMENT@OFFSET */
};

/* The kinds that name a System V object. */
#define OBJECT_SYSV (OBJECT_KEY | OBJECT_PRIVATE | OBJECT_ID | OBJECT_FTOK)

/* A parsed name.  `word` and `name` point into the parsed text, which must stay valid as long as the object is used. */
struct object {
	enum object_kind kind; /* 0: none */
	const char *word; /* as it was typed */
	const char *name; /* OBJECT_NAME: with its slash */
	key_t key;        /* OBJECT_KEY; OBJECT_PRIVATE: IPC_PRIVATE */
	int id;           /* OBJECT_ID */
	int project;      /* OBJECT_FTOK: 1 to 255 */
	pid_t pid;        /* OBJECT_MEMFD */
	int fd;           /* OBJECT_MEMFD */
	uint64_t offset;  /* OBJECT_MUTEX: bytes */
	char path[PATH_MAX]; /* OBJECT_FTOK, OBJECT_FILE; OBJECT_MUTEX: the name of the segment, which object_parse() takes */
};

/*
 * Parses `word`.  Returns NULL, or a constant text that says what is wrong with the word, as the end of a message; the
 * kind is then the one that the word seemed to have.  Leaves errno as it was.
 */
const char *object_parse(struct object *object, const char *word);

/*
 * Stores the key of a System V object that is not named by its id; for OBJECT_FTOK the one that ftok(3) makes.  Returns 0,
 * or -1 with the errno of stat(2) if the path cannot be examined.
 */
int object_key(const struct object *object, key_t *key);

/*
 * Returns whether two names of queues are those of one object, as far as the names alone say: an id may belong to any key,
 * and one broker may have several hosts.
 */
int object_is_same(const struct object *one, const struct object *other);

#endif
