/* SPDX-License-Identifier: ISC */
/*
 * Unix sockets, as sock_diag(7) lists them: /proc/net/unix puts any bytes into its lines, newlines
 * too, so that a name could look like the line of another socket.
 */
#include "inventory/inventory_parts.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"

/* States of TCP, which sock_diag(7) uses for Unix sockets as well. */
enum { ESTABLISHED = 1, LISTEN = 10 };

#define BUFFER ((size_t)32 * 1024)

/* An end of what may be a pair. */
struct end {
	uint32_t inode, peer, uid;
};

struct sockets {
	struct inventory *inventory;
	int pairs; /* pairs are asked for */
	struct end *ends;
	size_t end_count, end_room;
};

/* The attributes of a socket; all point into the answer. */
struct answer {
	const struct unix_diag_msg *socket;
	const char *name; /* NULL without a name */
	size_t size;
	const struct unix_diag_vfs *vfs;
	uint32_t uid, peer;
};

static int ask(int fd, int pairs)
{
	struct {
		struct nlmsghdr head;
		struct unix_diag_req request;
	} message = {
		.head = {.nlmsg_len = sizeof(message), .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		.request = {.sdiag_family = AF_UNIX, .udiag_states = ~0U, .udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_VFS | UDIAG_SHOW_UID |
			(pairs ? UDIAG_SHOW_PEER : 0)},
	};
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	ssize_t put;

	do
		put = sendto(fd, &message, sizeof(message), 0, (struct sockaddr *)&kernel, sizeof(kernel));
	while (put == -1 && errno == EINTR);
	return put == -1 ? -1 : 0;
}

/* Takes the owner from the file of a socket, if the file is still that of this socket: a relative name may lead elsewhere. */
static void ask_file(struct inventory_entry *entry, const char *path, const struct unix_diag_vfs *vfs)
{
	struct stat st;

	if (vfs == NULL || lstat(path, &st) == -1 || (uint32_t)st.st_ino != vfs->udiag_vfs_ino)
		return;
	/* The file's inode is not the socket's. */
	inventory_set_file(entry, &st);
}

/* Takes the attributes of a socket from its answer. */
static void take_attributes(struct answer *answer, const struct nlmsghdr *head)
{
	const struct unix_diag_msg *socket = NLMSG_DATA(head);
	const struct rtattr *attribute = (const struct rtattr *)(socket + 1);
	/* A multiple of RTA_ALIGNTO, so that RTA_NEXT() cannot count below 0 after an attribute without its padding. */
	size_t left = (head->nlmsg_len - NLMSG_LENGTH(sizeof(*socket))) / RTA_ALIGNTO * RTA_ALIGNTO;

	*answer = (struct answer){.socket = socket, .uid = (uint32_t)-1};
	for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
		size_t size = RTA_PAYLOAD(attribute);

		if (attribute->rta_type == UNIX_DIAG_NAME) {
			answer->name = RTA_DATA(attribute);
			answer->size = size;
		} else if (attribute->rta_type == UNIX_DIAG_VFS && size >= sizeof(*answer->vfs)) {
			answer->vfs = RTA_DATA(attribute);
		} else if (attribute->rta_type == UNIX_DIAG_UID && size >= sizeof(uint32_t)) {
			memcpy(&answer->uid, RTA_DATA(attribute), sizeof(uint32_t));
		} else if (attribute->rta_type == UNIX_DIAG_PEER && size >= sizeof(uint32_t)) {
			memcpy(&answer->peer, RTA_DATA(attribute), sizeof(uint32_t));
		}
	}
}

static void set_socket(struct inventory_entry *entry, uint32_t inode, uint32_t uid)
{
	inventory_blank(entry, INVENTORY_UNIX);
	entry->uid = entry->cuid = uid;
	entry->gid = entry->cgid = (gid_t)-1;
	entry->mode = (mode_t)-1;
	entry->ino = inode;
}

/* Adds a socket that is bound to a name: 0, or -1 with ENOMEM. */
static int add_named(struct sockets *sockets, const struct answer *answer)
{
	const struct unix_diag_msg *socket = answer->socket;
	char text[256]; /* a name has at most 108 bytes, unix(7) */
	struct inventory_entry entry;

	/* An accepted socket has the name of the listening one, and is not an entry of its own. */
	if (answer->size >= sizeof(text) || (socket->udiag_state == ESTABLISHED && socket->udiag_type != SOCK_DGRAM))
		return 0;
	memcpy(text, answer->name, answer->size);
	text[answer->size] = '\0';
	/* An abstract name begins with a NUL, which becomes @ as in ss(8). */
	if (text[0] == '\0') {
		char *p;

		for (p = text; p < text + answer->size; p++)
			if (*p == '\0')
				*p = '@';
	}
	set_socket(&entry, socket->udiag_ino, answer->uid);
	entry.name = text;
	entry.flags = socket->udiag_state == LISTEN ? INVENTORY_LISTENING : 0;
	ask_file(&entry, text, answer->vfs);
	entry.dev = 0;
	entry.ino = socket->udiag_ino;
	return inventory_add(sockets->inventory, &entry) == -1 ? -1 : 0;
}

static int add_socket(struct sockets *sockets, const struct nlmsghdr *head)
{
	struct answer answer;
	struct end *ends;

	take_attributes(&answer, head);
	if (answer.name != NULL)
		return add_named(sockets, &answer);
	if (!sockets->pairs || answer.peer == 0)
		return 0;
	ends = array_grow(sockets->ends, &sockets->end_room, sockets->end_count + 1, sizeof(*ends));
	if (ends == NULL)
		return -1;
	sockets->ends = ends;
	ends[sockets->end_count++] = (struct end){answer.socket->udiag_ino, answer.peer, answer.uid};
	return 0;
}

static int compare_ends(const void *one, const void *other)
{
	uint32_t a = ((const struct end *)one)->inode, b = ((const struct end *)other)->inode;

	return (a > b) - (a < b);
}

/* Adds one end of a pair, by the name that its descriptors have in /proc: 0, or -1 with ENOMEM. */
static int add_end(struct sockets *sockets, const struct end *end)
{
	struct inventory_entry entry;
	char name[32];

	snprintf(name, sizeof(name), "socket:[%u]", (unsigned)end->inode);
	set_socket(&entry, end->inode, end->uid);
	entry.name = name;
	entry.peer = end->peer;
	return inventory_add(sockets->inventory, &entry) == -1 ? -1 : 0;
}

/*
 * Adds the pairs, one end after the other: sockets without a name that are the peers of each other.  (The client of a
 * server has no name either, but its peer has.)
 */
static int add_pairs(struct sockets *sockets)
{
	size_t i;

	if (sockets->end_count > 0)
		qsort(sockets->ends, sockets->end_count, sizeof(*sockets->ends), compare_ends);
	for (i = 0; i < sockets->end_count; i++) {
		const struct end *end = &sockets->ends[i], key = {.inode = end->peer};
		const struct end *other = end->inode >= end->peer ? NULL :
			bsearch(&key, sockets->ends, sockets->end_count, sizeof(*sockets->ends), compare_ends);

		if (other != NULL && other->peer == end->inode && (add_end(sockets, end) == -1 || add_end(sockets, other) == -1))
			return -1;
	}
	return 0;
}

/* Adds the sockets of one answer: 1 at the end of the list, 0 where another answer follows, -1 with errno. */
static int take_answer(struct sockets *sockets, const char *buffer, size_t size)
{
	const struct nlmsghdr *head = (const struct nlmsghdr *)(const void *)buffer;
	const size_t odd = size % NLMSG_ALIGNTO;

	/* NLMSG_NEXT() counts as RTA_NEXT() does. */
	for (size -= odd; NLMSG_OK(head, size); head = NLMSG_NEXT(head, size)) {
		if (head->nlmsg_type == NLMSG_DONE)
			return 1;
		if (head->nlmsg_type == NLMSG_ERROR) {
			const struct nlmsgerr *error = NLMSG_DATA(head);

			/* The numbers of the kernel's errors are below 4096. */
			errno = EPROTO;
			if (head->nlmsg_len >= NLMSG_LENGTH(sizeof(*error)) && error->error < 0 && error->error > -4096)
				errno = -error->error;
			return -1;
		}
		if (head->nlmsg_type == SOCK_DIAG_BY_FAMILY && head->nlmsg_len >= NLMSG_LENGTH(sizeof(struct unix_diag_msg)) &&
		    add_socket(sockets, head) == -1)
			return -1;
	}
	/* An answer that was cut off would hide sockets, and the end of the list. */
	errno = EPROTO;
	return size == 0 && odd == 0 ? 0 : -1;
}

int inventory_sockets_list(struct inventory *inventory, unsigned details)
{
	struct sockets sockets = {.inventory = inventory, .pairs = (details & INVENTORY_PAIRS) != 0};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG), result = -1, err;
	char *buffer = malloc(BUFFER);
	ssize_t got;

	if (fd != -1 && buffer != NULL && (result = ask(fd, sockets.pairs)) == 0)
		do {
			got = recv(fd, buffer, BUFFER, 0);
			if (got == -1 && errno == EINTR)
				continue;
			result = got == -1 ? -1 : take_answer(&sockets, buffer, (size_t)got);
		} while (result == 0);
	if (result == 1)
		result = add_pairs(&sockets) == -1 ? -1 : 1;
	err = errno;
	free(buffer);
	free(sockets.ends);
	if (fd != -1)
		close(fd);
	if (result != -1 || err == ENOMEM) {
		errno = err;
		return result == -1 ? -1 : 0;
	}
	return inventory_complain(inventory, INVENTORY_UNIX, "sock_diag", NULL, err, 0);
}
