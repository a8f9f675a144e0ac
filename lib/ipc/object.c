/* SPDX-License-Identifier: ISC */
#include "ipc/object.h"

#include <errno.h>
#include <string.h>
#include <sys/ipc.h>

#include "base/number.h"
#include "ipc/broker.h"

static const char *parse_name(struct object *object, const char *word)
{
	object->kind = OBJECT_NAME;
	object->name = word;
	if (word[1] == '\0' || strcmp(word, "/.") == 0 || strcmp(word, "/..") == 0)
		return "not the name of an object: a name follows the slash";
	if (strchr(word + 1, '/') != NULL)
		return "not the name of an object: a name has no slash but the one at its beginning";
	if (strlen(word + 1) > NAME_MAX)
		return "the name is longer than 255 bytes";
	return NULL;
}

static const char *parse_key(struct object *object, const char *word)
{
	uint64_t key;

	if (strcmp(word, "private") == 0) {
		object->kind = OBJECT_PRIVATE;
		object->key = IPC_PRIVATE;
		return NULL;
	}
	object->kind = OBJECT_KEY;
	if (number_parse(word, 0, UINT32_MAX, &key) == -1)
		return errno == ERANGE ? "a key is a number from 1 to 0xffffffff" : "not a key: write a number in decimal or 0x hex";
	if (key == 0)
		return "key 0 names no object: it is IPC_PRIVATE (key:private creates an object without a key)";
	/* key_t is signed: the upper half of the keys is negative there, and ipcs(1) prints them in hex. */
	object->key = (key_t)(uint32_t)key;
	return NULL;
}

static const char *parse_id(struct object *object, const char *word)
{
	uint64_t id;

	object->kind = OBJECT_ID;
	if (number_parse(word, 0, INT_MAX, &id) == -1)
		return errno == ERANGE ? "an id is a number from 0 to 2147483647" : "not an id: write a number in decimal or 0x hex";
	object->id = (int)id;
	return NULL;
}

static const char *copy_path(struct object *object, const char *path, size_t length)
{
	if (length == 0)
		return "the path is missing";
	if (length >= sizeof(object->path))
		return "the path is too long";
	memcpy(object->path, path, length);
	object->path[length] = '\0';
	return NULL;
}

static const char *parse_ftok(struct object *object, const char *word)
{
	const char *colon = strrchr(word, ':');
	uint64_t project = 1;

	object->kind = OBJECT_FTOK;
	if (colon != NULL) {
		const char *p = colon + 1;

		/* ftok(3) takes an int; programs call it with a character or a small number. */
		if (p[0] != '\0' && p[1] == '\0')
			project = (unsigned char)p[0];
		else if (p[0] != '0' || (p[1] | 0x20) != 'x' || number_parse(p, 1, 255, &project) == -1)
			return "the last colon must precede one character or a number from 0x1 to 0xff";
	}
	object->project = (int)project;
	return copy_path(object, word, colon ? (size_t)(colon - word) : strlen(word));
}

static const char *parse_memfd(struct object *object, const char *word)
{
	static const char wrong[] = "not a descriptor of a process: write memfd:PID:FD";
	const char *colon = strchr(word, ':');
	uint64_t pid, fd;
	char digits[24];

	object->kind = OBJECT_MEMFD;
	if (colon == NULL || (size_t)(colon - word) >= sizeof(digits))
		return wrong;
	memcpy(digits, word, (size_t)(colon - word));
	digits[colon - word] = '\0';
	if (number_parse(digits, 1, INT_MAX, &pid) == -1 || number_parse(colon + 1, 0, INT_MAX, &fd) == -1)
		return wrong;
	object->pid = (pid_t)pid;
	object->fd = (int)fd;
	return NULL;
}

static const char *parse_amqp(struct object *object, const char *word)
{
	struct broker_name name;

	object->kind = OBJECT_AMQP;
	return broker_parse(&name, word);
}

static const char *parse(struct object *object, const char *word);

static const char *parse_mutex(struct object *object, const char *word)
{
	const char *at = strrchr(word, '@'), *wrong;
	struct object segment;

	object->kind = OBJECT_MUTEX;
	if (at == NULL)
		return "the offset of the mutex is missing: write mutex:SEGMENT@OFFSET";
	if (number_parse_size(at + 1, INT64_MAX, &object->offset) == -1)
		return "the offset of a mutex is a number of bytes, as 0, 4096, 0x1000, 4k";
	wrong = copy_path(object, word, (size_t)(at - word));
	segment.kind = 0;
	if (wrong == NULL && strncmp(object->path, "mutex:", 6) != 0)
		wrong = parse(&segment, object->path);
	if (wrong != NULL || segment.kind & (OBJECT_NAME | OBJECT_KEY | OBJECT_ID | OBJECT_FTOK | OBJECT_FILE))
		return wrong;
	return "the segment of a mutex is /NAME, file:PATH, key:N, id:N or ftok:PATH[:PROJ]";
}

static const char *parse(struct object *object, const char *word)
{
	const char *wrong;

	object->word = word;
	if (word[0] == '/')
		wrong = parse_name(object, word);
	else if (strncmp(word, "key:", 4) == 0)
		wrong = parse_key(object, word + 4);
	else if (strncmp(word, "id:", 3) == 0)
		wrong = parse_id(object, word + 3);
	else if (strncmp(word, "ftok:", 5) == 0)
		wrong = parse_ftok(object, word + 5);
	else if (strncmp(word, "memfd:", 6) == 0)
		wrong = parse_memfd(object, word + 6);
	else if (strncmp(word, "mutex:", 6) == 0)
		wrong = parse_mutex(object, word + 6);
	else if (strncmp(word, "file:", 5) == 0) {
		object->kind = OBJECT_FILE;
		wrong = copy_path(object, word + 5, strlen(word + 5));
	} else if (broker_is_name(word)) {
		wrong = parse_amqp(object, word);
	} else {
		object->kind = 0;
		wrong = "not the name of an object";
	}
	return wrong;
}

const char *object_parse(struct object *object, const char *word)
{
	int saved = errno;
	const char *wrong = parse(object, word);

	errno = saved;
	return wrong;
}

int object_key(const struct object *object, key_t *key)
{
	if (object->kind != OBJECT_FTOK) {
		*key = object->key;
		return 0;
	}
	/* -1 can be a key: all low bits of inode and device may be set. */
	errno = 0;
	*key = ftok(object->path, object->project);
	return *key == -1 && errno != 0 ? -1 : 0;
}

static int has_same_key(const struct object *one, const struct object *other)
{
	key_t key, other_key;

	if (one->kind == OBJECT_ID || other->kind == OBJECT_ID)
		return one->kind == other->kind && one->id == other->id;
	return object_key(one, &key) == 0 && object_key(other, &other_key) == 0 && key == other_key && key != IPC_PRIVATE;
}

int object_is_same(const struct object *one, const struct object *other)
{
	if (one->kind == OBJECT_NAME && other->kind == OBJECT_NAME)
		return strcmp(one->name, other->name) == 0;
	if (one->kind == OBJECT_AMQP && other->kind == OBJECT_AMQP)
		return broker_is_same(one->word, other->word);
	if ((one->kind & OBJECT_SYSV) && (other->kind & OBJECT_SYSV))
		return has_same_key(one, other);
	return strcmp(one->word, other->word) == 0;
}
