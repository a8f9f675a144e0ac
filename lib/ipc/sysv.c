/* SPDX-License-Identifier: ISC */
#include "ipc/sysv.h"

#include <errno.h>
#include <sys/msg.h>
#include <sys/shm.h>

static int get_queue(key_t key)
{
	return msgget(key, 0);
}

static int get_segment(key_t key)
{
	return shmget(key, 0, 0);
}

static int get_set(key_t key)
{
	return semget(key, 0, 0);
}

static int find(const struct object *object, int (*get)(key_t key))
{
	key_t key;

	if (object->kind == OBJECT_ID)
		return object->id;
	return object_key(object, &key) == -1 ? -1 : get(key);
}

int sysv_find_queue(const struct object *object)
{
	return find(object, get_queue);
}

int sysv_find_segment(const struct object *object)
{
	return find(object, get_segment);
}

int sysv_find_set(const struct object *object)
{
	return find(object, get_set);
}

int sysv_is_gone(int err)
{
	return err == EINVAL || err == EIDRM;
}

int sysv_fail_missing(int err)
{
	errno = sysv_is_gone(err) ? ENOENT : err;
	return -1;
}

int sysv_fail_removed(int err)
{
	errno = sysv_is_gone(err) ? EIDRM : err;
	return -1;
}
