/* SPDX-License-Identifier: ISC */
#include "ipc/broker_login.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/number.h"

#define VARIABLE "IPCUTILS_AMQP_PASSWORD"
#define FILE_NAME "ipcutils/amqp"

/* The file with logins, and the place for a sentence about it. */
struct source {
	char *path; /* NULL: neither $XDG_CONFIG_HOME nor $HOME is set */
	char *wrong;
	size_t room;
};

/* Returns the password of the variable, or NULL; it stays in memory of this process alone. */
static const char *take_variable(void)
{
	static char *password;
	static int taken;
	char *value;

	if (!taken && (value = getenv(VARIABLE)) != NULL) {
		password = strdup(value);
		/* The environment that the process began with can be read in /proc, too. */
		explicit_bzero(value, strlen(value));
		unsetenv(VARIABLE);
	}
	taken = 1;
	return password;
}

static char *find_path(void)
{
	const char *directory = getenv("XDG_CONFIG_HOME"), *between = "";
	char *path;

	/* A relative path has no meaning there, as the XDG base directory specification says. */
	if (directory == NULL || directory[0] != '/') {
		directory = getenv("HOME");
		between = "/.config";
	}
	if (directory == NULL)
		return NULL;
	return asprintf(&path, "%s%s/%s", directory, between, FILE_NAME) == -1 ? NULL : path;
}

static int fail(const struct source *source, int err, const char *cause)
{
	snprintf(source->wrong, source->room, "%s: %s", source->path, cause);
	errno = err;
	return -1;
}

/* Opens the file: 1, 0 if it does not exist, or -1 with errno and a sentence. */
static int open_file(const struct source *source, FILE **file)
{
	struct stat st;

	*file = source->path != NULL ? fopen(source->path, "re") : NULL;
	if (*file == NULL)
		return source->path == NULL || errno == ENOENT || errno == ENOTDIR ? 0 : fail(source, EPERM, strerror(errno));
	if (fstat(fileno(*file), &st) == -1)
		return fail(source, EPERM, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return fail(source, EPERM, "not a regular file");
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return fail(source, EPERM, "it contains passwords and belongs to another user");
	if (st.st_mode & 077)
		return fail(source, EPERM, "others may read or change this file of passwords (chmod 600 makes it yours alone)");
	return 1;
}

/* Cuts the next word off `*rest`, at blanks; NULL after the last one. */
static char *next_word(char **rest)
{
	char *word = *rest + strspn(*rest, " \t");

	if (*word == '\0')
		return NULL;
	*rest = word + strcspn(word, " \t");
	if (**rest != '\0')
		*(*rest)++ = '\0';
	return word;
}

/* Whether "host" or "host:port" of a line, the host perhaps in brackets, is that of the name. */
static int is_host(char *word, const struct broker_name *name)
{
	char *end = word[0] == '[' ? strchr(word, ']') : NULL, *colon;
	uint64_t port;

	if (end != NULL) {
		*end++ = '\0';
		word++;
		colon = *end == ':' ? end : NULL;
	} else {
		colon = strrchr(word, ':');
		/* An IPv6 address without brackets has no port. */
		if (colon != NULL && strchr(word, ':') != colon)
			colon = NULL;
	}
	if (colon != NULL) {
		*colon = '\0';
		if (number_parse(colon + 1, 1, 65535, &port) == -1 || (int)port != name->port)
			return 0;
	}
	return strcasecmp(word, name->host) == 0;
}

/* Takes the user and password of a line if it fits: 1 if it does, 0 if not, -1 if it is not such a line. */
static int take_line(struct broker_login *login, const struct broker_name *name, char *line)
{
	char *rest = line, *host, *vhost, *user;

	host = next_word(&rest);
	if (host == NULL || host[0] == '#')
		return 0;
	vhost = next_word(&rest);
	user = next_word(&rest);
	rest += strspn(rest, " \t");
	if (vhost == NULL || user == NULL || *rest == '\0' || strlen(user) >= BROKER_ROOM || strlen(rest) >= BROKER_PASSWORD_ROOM)
		return -1;
	if (!is_host(host, name) || strcmp(vhost, name->vhost) != 0 || (login->user[0] != '\0' && strcmp(user, login->user) != 0))
		return 0;
	snprintf(login->user, sizeof(login->user), "%s", user);
	if (login->password[0] == '\0')
		snprintf(login->password, sizeof(login->password), "%s", rest);
	return 1;
}

/* Looks for user and password in the open file: 0, also without a line that fits, or -1 with errno and a sentence. */
static int search_file(struct broker_login *login, const struct broker_name *name, const struct source *source, FILE *file)
{
	char *line = NULL, cause[80];
	size_t room = 0;
	unsigned long number = 0;
	ssize_t length;
	int result = 0;

	while (result == 0 && (length = getline(&line, &room, file)) != -1) {
		number++;
		if (length > 0 && line[length - 1] == '\n')
			line[--length] = '\0';
		result = take_line(login, name, line);
	}
	if (line != NULL)
		explicit_bzero(line, room);
	free(line);
	if (result == -1) {
		snprintf(cause, sizeof(cause), "line %lu is not \"host[:port] vhost user password\"", number);
		return fail(source, EPERM, cause);
	}
	return result == 0 && ferror(file) ? fail(source, EPERM, strerror(errno)) : 0;
}

static int ask_file(struct broker_login *login, const struct broker_name *name, const struct source *source)
{
	FILE *file;
	int result = open_file(source, &file);

	if (result == 1)
		result = search_file(login, name, source, file);
	if (file != NULL)
		fclose(file);
	return result;
}

/* Reports which of the two is missing, and where it belongs. */
static int fail_missing(const struct broker_login *login, const struct source *source)
{
	const char *what = login->user[0] == '\0' ? "user" : "password", *path = source->path != NULL ? source->path : "~/.config/" FILE_NAME;

	snprintf(source->wrong, source->room, "no %s for this broker: %s, or write a line \"host vhost user password\" into %s", what,
	         login->user[0] == '\0' ? "name one, as amqp://USER@HOST/QUEUE" : "set " VARIABLE, path);
	errno = EPERM;
	return -1;
}

int broker_login(struct broker_login *login, const struct broker_name *name, char *wrong, size_t room)
{
	struct source source = {.path = find_path(), .wrong = wrong, .room = room};
	const char *password = take_variable();
	int result = 0;

	*login = (struct broker_login){{0}, {0}};
	snprintf(login->user, sizeof(login->user), "%s", name->user);
	if (password != NULL)
		snprintf(login->password, sizeof(login->password), "%s", password);
	if (login->user[0] == '\0' || password == NULL)
		result = ask_file(login, name, &source);
	if (result == 0 && broker_is_local(name)) {
		if (login->user[0] == '\0')
			snprintf(login->user, sizeof(login->user), "guest");
		if (login->password[0] == '\0' && strcmp(login->user, "guest") == 0)
			snprintf(login->password, sizeof(login->password), "guest");
	}
	if (result == 0 && (login->user[0] == '\0' || login->password[0] == '\0'))
		result = fail_missing(login, &source);
	free(source.path);
	return result;
}
