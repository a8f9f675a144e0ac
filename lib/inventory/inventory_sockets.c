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
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* States of TCP, which sock_diag(7) uses for Unix sockets as well. */
enum { ESTABLISHED = 1, LISTEN = 10 };

#define BUFFER ((size_t)32 * 1024)

static int ask(int fd)
{
	struct {
		struct nlmsghdr head;
		struct unix_diag_req request;
	} message = {
		.head = {.nlmsg_len = sizeof(message), .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		.request = {.sdiag_family = AF_UNIX, .udiag_states = ~0U, .udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_VFS | UDIAG_SHOW_UID},
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

static int add_socket(struct inventory *inventory, const struct nlmsghdr *head)
{
	const struct unix_diag_msg *socket = NLMSG_DATA(head);
	const struct rtattr *attribute = (const struct rtattr *)(socket + 1);
	/* A multiple of RTA_ALIGNTO, so that RTA_NEXT() cannot count below 0 after an attribute without its padding. */
	size_t left = (head->nlmsg_len - NLMSG_LENGTH(sizeof(*socket))) / RTA_ALIGNTO * RTA_ALIGNTO, size = 0;
	const struct unix_diag_vfs *vfs = NULL;
	struct inventory_entry entry;
	const char *name = NULL;
	char text[256]; /* a name has 108 bytes at the most, unix(7) */

	inventory_blank(&entry, INVENTORY_UNIX);
	entry.uid = entry.cuid = (uid_t)-1;
	entry.gid = entry.cgid = (gid_t)-1;
	entry.mode = (mode_t)-1;
	for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
		if (attribute->rta_type == UNIX_DIAG_NAME) {
			name = RTA_DATA(attribute);
			size = RTA_PAYLOAD(attribute);
		} else if (attribute->rta_type == UNIX_DIAG_VFS && RTA_PAYLOAD(attribute) >= sizeof(*vfs)) {
			vfs = RTA_DATA(attribute);
		} else if (attribute->rta_type == UNIX_DIAG_UID && RTA_PAYLOAD(attribute) >= sizeof(uint32_t)) {
			memcpy(&entry.uid, RTA_DATA(attribute), sizeof(uint32_t));
			entry.cuid = entry.uid;
		}
	}
	/* An accepted socket has the name of the listening one, and is not an entry of its own. */
	if (name == NULL || size >= sizeof(text) ||
	    (socket->udiag_state == ESTABLISHED && socket->udiag_type != SOCK_DGRAM))
		return 0;
	memcpy(text, name, size);
	text[size] = '\0';
	/* An abstract name begins with a NUL, which becomes @ as in ss(8). */
	if (text[0] == '\0') {
		char *p;

		for (p = text; p < text + size; p++)
			if (*p == '\0')
				*p = '@';
	}
	entry.name = text;
	entry.flags = socket->udiag_state == LISTEN ? INVENTORY_LISTENING : 0;
	ask_file(&entry, text, vfs);
	entry.dev = 0;
	entry.ino = socket->udiag_ino;
	return inventory_add(inventory, &entry) == -1 ? -1 : 0;
}

/* Adds the sockets of one answer: 1 at the end of the list, 0 where another answer follows, -1 with errno. */
static int take_answer(struct inventory *inventory, const char *buffer, size_t size)
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
		    add_socket(inventory, head) == -1)
			return -1;
	}
	/* An answer that was cut off would hide sockets, and the end of the list. */
	errno = EPROTO;
	return size == 0 && odd == 0 ? 0 : -1;
}

int inventory_sockets_list(struct inventory *inventory)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG), result = -1, err;
	char *buffer = malloc(BUFFER);
	ssize_t got;

	if (fd != -1 && buffer != NULL && (result = ask(fd)) == 0)
		do {
			got = recv(fd, buffer, BUFFER, 0);
			if (got == -1 && errno == EINTR)
				continue;
			result = got == -1 ? -1 : take_answer(inventory, buffer, (size_t)got);
		} while (result == 0);
	err = errno;
	free(buffer);
	if (fd != -1)
		close(fd);
	if (result != -1 || err == ENOMEM) {
		errno = err;
		return result == -1 ? -1 : 0;
	}
	return inventory_complain(inventory, INVENTORY_UNIX, "sock_diag", NULL, err, 0);
}
