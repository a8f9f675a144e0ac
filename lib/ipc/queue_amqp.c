/* SPDX-License-Identifier: ISC */
/*
 * Queues on a message broker, AMQP 0-9-1, as long as they are not open.  Opening one finds out who logs in, loads the
 * module amqp.so, and makes the module's kind the kind of the queue: from then on this file has no part in it.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "ipc/queue_module.h"

#define MODULE "ipcutils/amqp.so"
#define WRONG_ROOM 512

/* Keeps a sentence for amqp_explain(); without memory strerror(3) must do. */
static int fail(struct queue *queue, int err, const char *cause)
{
	free(queue->own.module);
	queue->own.module = strdup(cause);
	errno = err;
	return -1;
}

#ifdef WITHOUT_MODULES
static int load(struct queue *queue, const struct queue_module **module)
{
	*module = NULL;
	return fail(queue, ENOSYS, "this mqsend or mqrecv is statically linked, and such a build has no queues on brokers");
}
#else

/* Looks for the module next to the tool, as in a build tree or below one PREFIX, and then where it was to be installed. */
static void find_module(char *path, size_t room)
{
	/* A tool with more rights than its caller may have been given another place by a link. */
	ssize_t length = getauxval(AT_SECURE) ? -1 : readlink("/proc/self/exe", path, room - 64);
	char *slash;

	if (length > 0) {
		path[length] = '\0';
		slash = strrchr(path, '/');
		snprintf(slash != NULL ? slash : path, 64, "/../lib/" MODULE);
		if (access(path, R_OK) == 0)
			return;
	}
	snprintf(path, room, "%s", LIBDIR "/" MODULE);
}

static int fail_load(struct queue *queue, const char *path)
{
	const char *reason = dlerror();
	char cause[WRONG_ROOM];

	if (access(path, R_OK) == -1)
		snprintf(cause, sizeof(cause), "queues on a broker need the package ipcutils-amqp: %.200s: %s", path, strerror(errno));
	else if (reason != NULL && strstr(reason, "librabbitmq") != NULL)
		snprintf(cause, sizeof(cause), "queues on a broker need the package librabbitmq4: %.400s", reason);
	else
		snprintf(cause, sizeof(cause), "%.200s cannot be loaded: %.250s", path, reason != NULL ? reason : "unknown reason");
	return fail(queue, ENOSYS, cause);
}

static int load(struct queue *queue, const struct queue_module **module)
{
	static const struct queue_host host = {
		.pending = interrupt_pending,
		.requested = interrupt_requested,
		.child = interrupt_child,
		.alarm = interrupt_alarm,
		.beat = interrupt_beat,
		.on_signal = interrupt_on_signal,
		.on_pause = interrupt_on_pause,
	};
	static const struct queue_module *loaded;
	static char path[4096 + 64];
	void *handle;

	if (loaded == NULL) {
		find_module(path, sizeof(path));
		handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
		loaded = handle != NULL ? dlsym(handle, QUEUE_MODULE_SYMBOL) : NULL;
		if (loaded == NULL)
			return fail_load(queue, path);
		if (loaded->version != QUEUE_MODULE_VERSION) {
			loaded = NULL;
			return fail(queue, ENOSYS, "the package ipcutils-amqp is of another version than this tool");
		}
		loaded->begin(&host);
	}
	*module = loaded;
	return 0;
}
#endif

/* Makes the queue one of the module's kind: 0, or -1 with errno. */
static int become_module(struct queue *queue)
{
	const struct queue_module *module;
	struct broker_login login;
	struct broker_name name;
	char wrong[WRONG_ROOM];
	int result;

	/* Every word that is an object was parsed before, without a fault. */
	broker_parse(&name, queue->object->word);
	if (broker_login(&login, &name, wrong, sizeof(wrong)) == -1)
		result = fail(queue, errno, wrong);
	else
		result = load(queue, &module);
	if (result == 0) {
		free(queue->own.module);
		queue->own.module = NULL;
		result = module->prepare(queue, &name, &login);
	}
	explicit_bzero(&login, sizeof(login));
	if (result == 0)
		queue->kind = module->kind;
	return result;
}

static int amqp_open(struct queue *queue, enum queue_access access)
{
	return become_module(queue) == -1 ? -1 : queue->kind->open(queue, access);
}

static int amqp_create(struct queue *queue, enum queue_access access, mode_t mode, const struct queue_limits *limits)
{
	return become_module(queue) == -1 ? -1 : queue->kind->create(queue, access, mode, limits);
}

static void amqp_close(struct queue *queue)
{
	free(queue->own.module);
	queue->own.module = NULL;
}

static int amqp_explain(const struct queue *queue, int err, char *text, size_t room)
{
	(void)err;
	if (queue->own.module == NULL)
		return 0;
	snprintf(text, room, "%s", (const char *)queue->own.module);
	return 1;
}

const struct queue_kind queue_amqp = {
	.names = OBJECT_AMQP,
	.rank = QUEUE_AMQP_RANK,
	.refusals = {
		[QUEUE_CHOOSES] = "messages on a broker have no types: -t is for System V queues",
		[QUEUE_PEEKS] = "--peek is for System V queues: a broker marks a message that was only looked at, and may move it",
		[QUEUE_LIMITS_SIZE] = "--message-size is for POSIX queues: the broker's configuration limits its messages",
		[QUEUE_HAS_MODE] = "-m is for queues of this machine: on a broker users have permissions, rabbitmqctl(8)",
		[QUEUE_IS_EXCLUSIVE] = "-x cannot be used: a broker does not report which call created the queue",
	},
	.open = amqp_open,
	.create = amqp_create,
	.close = amqp_close,
	.explain = amqp_explain,
};
