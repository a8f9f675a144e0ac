/* SPDX-License-Identifier: ISC */
/* Names of objects: what is taken is in its range, and means the same when it is spelt out again. */
#include <errno.h>
#include <inttypes.h>

#include "fuzz.h"
#include "ipc/object.h"

static void check_path(const struct object *object)
{
	size_t length = strnlen(object->path, sizeof(object->path));

	CHECK(length > 0 && length < sizeof(object->path));
}

/* The object in full; the room is enough for all of them. */
static void spell(const struct object *object, char *out, size_t room)
{
	switch (object->kind) {
	case OBJECT_NAME:
		CHECK(object->name == object->word && object->name[0] == '/');
		CHECK(strlen(object->name) >= 2 && strlen(object->name) <= NAME_MAX + 1);
		CHECK(strchr(object->name + 1, '/') == NULL);
		CHECK(strcmp(object->name, "/.") != 0 && strcmp(object->name, "/..") != 0);
		snprintf(out, room, "%s", object->name);
		break;
	case OBJECT_KEY:
		CHECK(object->key != 0);
		snprintf(out, room, "key:%" PRIu32, (uint32_t)object->key);
		break;
	case OBJECT_PRIVATE:
		CHECK(object->key == 0);
		snprintf(out, room, "key:private");
		break;
	case OBJECT_ID:
		CHECK(object->id >= 0);
		snprintf(out, room, "id:0x%x", (unsigned)object->id);
		break;
	case OBJECT_FTOK:
		CHECK(object->project >= 1 && object->project <= 255);
		check_path(object);
		snprintf(out, room, "ftok:%s:0x%x", object->path, (unsigned)object->project);
		break;
	case OBJECT_FILE:
		check_path(object);
		snprintf(out, room, "file:%s", object->path);
		break;
	case OBJECT_MEMFD:
		CHECK(object->pid >= 1 && object->fd >= 0);
		snprintf(out, room, "memfd:%d:%d", object->pid, object->fd);
		break;
	case OBJECT_AMQP:
		snprintf(out, room, "%s", object->word);
		break;
	case OBJECT_MUTEX:
		CHECK(object->offset <= INT64_MAX);
		check_path(object);
		snprintf(out, room, "mutex:%s@%" PRIu64, object->path, object->offset);
		break;
	default: CHECK(object->kind == OBJECT_NAME);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	struct object *object = calloc(2, sizeof(*object)), *again = object + 1;
	char *word, full[PATH_MAX + 64];
	const char *wrong;

	/* A path that is too long takes more than the input is given. */
	if (size > 0 && data[0] == 0xfe)
		word = take_expanded(&in, 8192, &size);
	else
		word = take_word(&in, in.size);
	errno = EXDEV;
	wrong = object_parse(object, word);
	CHECK(errno == EXDEV && object->word == word);
	if (wrong == NULL) {
		spell(object, full, sizeof(full));
		CHECK(object_parse(again, full) == NULL);
		CHECK(again->kind == object->kind && again->key == object->key && again->id == object->id);
		CHECK(again->project == object->project && again->pid == object->pid && again->fd == object->fd);
		CHECK(again->offset == object->offset);
		CHECK(object->kind == OBJECT_NAME ? strcmp(object->name, again->name) == 0 : strcmp(object->path, again->path) == 0);
	} else {
		CHECK(*wrong != '\0');
	}
	free(word);
	free(object);
	return 0;
}
