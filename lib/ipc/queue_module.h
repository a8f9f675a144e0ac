/* SPDX-License-Identifier: ISC */
/*
 * The border between a tool and the module amqp.so, which is loaded for queues on a broker alone: the tools neither link
 * nor need the library that speaks to the broker.
 *
 * The module has copies of lib/base of its own, without state.  Signals and time belong to the tool's base/interrupt.h,
 * which the module reaches through the functions of the host.
 */
#ifndef QUEUE_MODULE_H
#define QUEUE_MODULE_H

#include "ipc/broker_login.h"
#include "ipc/queue_kind.h"

/* The layout of the structures that cross the border; a module of another number is refused. */
#define QUEUE_MODULE_VERSION 2
#define QUEUE_MODULE_SYMBOL "ipcutils_amqp"

/* The functions of interrupt.h that a module calls. */
struct queue_host {
	int (*pending)(void);
	int (*requested)(void);
	int (*child)(void);
	void (*alarm)(int64_t ns);
	void (*beat)(void);
	void (*on_signal)(void (*handler)(void));
	void (*on_pause)(void (*serve)(void));
};

struct queue_module {
	int version;
	const struct queue_kind *kind;

	/* To be called once, before all others. */
	void (*begin)(const struct queue_host *host);

	/*
	 * Prepares `own` of a queue for `kind`, whose open() or create() connects.  The name and login are copied.  Returns 0,
	 * or -1 with ENOMEM.
	 */
	int (*prepare)(struct queue *queue, const struct broker_name *name, const struct broker_login *login);
};

/* The one symbol of a module. */
extern const struct queue_module ipcutils_amqp;

#endif
