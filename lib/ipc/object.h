/* SPDX-License-Identifier: ISC */
/* Names of objects, as every tool takes them and ipcutils(7) describes them. */
#ifndef OBJECT_H
#define OBJECT_H

#include <limits.h>
#include <sys/types.h>

enum object_kind {
	OBJECT_NAME = 1,     /* /NAME: POSIX; which kind, the tool knows */
	OBJECT_KEY = 2,      /* key:N */
	OBJECT_PRIVATE = 4,  /* key:private */
	OBJECT_ID = 8,       /* id:N */
	OBJECT_FTOK = 16,    /* ftok:PATH[:PROJ] */
	OBJECT_FILE = 32,    /* file:PATH */
	OBJECT_MEMFD = 64,   /* memfd:PID:FD */
};

/* The kinds that name a System V object. */
#define OBJECT_SYSV (OBJECT_KEY | OBJECT_PRIVATE | OBJECT_ID | OBJECT_FTOK)

/* A parsed name.  `word` and `name` point into what was parsed and live as long as that. */
struct object {
	enum object_kind kind;
	const char *word; /* as it was typed */
	const char *name; /* OBJECT_NAME: with its slash */
	key_t key;        /* OBJECT_KEY; OBJECT_PRIVATE: IPC_PRIVATE */
	int id;           /* OBJECT_ID */
	int project;      /* OBJECT_FTOK: 1 to 255 */
	pid_t pid;        /* OBJECT_MEMFD */
	int fd;           /* OBJECT_MEMFD */
	char path[PATH_MAX]; /* OBJECT_FTOK, OBJECT_FILE */
};

/*
 * Parses `word`.  Returns NULL, or what is wrong with it as the end of a message ("key 0 is
 * IPC_PRIVATE: ..."), a constant; errno is as it was.
 */
const char *object_parse(struct object *object, const char *word);

/*
 * The key of a System V object that is not named by its id, ftok(3) for OBJECT_FTOK.  0, or -1 with
 * errno from stat(2) where the path cannot be looked at.
 */
int object_key(const struct object *object, key_t *key);

#endif
