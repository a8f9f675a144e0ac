/* SPDX-License-Identifier: ISC */
/*
 * signal_peer - what C programs do with signals at the other end of sigsend and sigrecv.
 *
 *	queue NUMBER VALUE PID		sigqueue(3)
 *	wait NUMBER COUNT		prints "ready", then "NUMBER PID UID VALUE CODE" for each signal, by sigwaitinfo(2)
 *	handle NUMBER			the same for one signal, by a handler with SA_SIGINFO
 *	notify NUMBER QUEUE PID		has mq_notify(3) send the signal, and passes it on to PID with all its data; removes QUEUE
 *	hold NUMBER			blocks the signal, prints "ready" and sleeps
 *	zombie				prints the pid of a child that has ended, and sleeps without waiting for it
 *	as PID COMMAND ...		runs the command as process PID, by clone3(2) with set_tid
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <mqueue.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t handled;
static siginfo_t got;

static void die(const char *call)
{
	perror(call);
	exit(9);
}

static void handle(int number, siginfo_t *info, void *context)
{
	(void)context;
	got = *info;
	handled = number;
}

static void show(const siginfo_t *info)
{
	printf("%d %d %d %d %d\n", info->si_signo, (int)info->si_pid, (int)info->si_uid, info->si_value.sival_int, info->si_code);
	fflush(stdout);
}

static void ready(void)
{
	puts("ready");
	fflush(stdout);
}

static int notify(int number, const char *name, pid_t pid, const sigset_t *set)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = number, .sigev_value.sival_int = 77};
	mqd_t queue = mq_open(name, O_RDWR);
	siginfo_t info;

	mq_unlink(name);
	if (queue == (mqd_t)-1 || mq_notify(queue, &event) == -1)
		die(name);
	if (mq_send(queue, "x", 1, 0) == -1 || sigwaitinfo(set, &info) == -1)
		die("mq_send");
	return syscall(SYS_rt_sigqueueinfo, pid, number, &info) == -1;
}

static int as(pid_t wanted, char **command)
{
	struct clone_args args = {.exit_signal = SIGCHLD, .set_tid = (uint64_t)(uintptr_t)&wanted, .set_tid_size = 1};
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	int status;

	if (pid == 0) {
		execvp(command[0], command);
		_exit(127);
	}
	if (pid == -1)
		return 77;
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";
	int number = argc > 2 ? atoi(argv[2]) : 0, count;
	struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO};
	union sigval value;
	siginfo_t info;
	sigset_t set;

	sigemptyset(&set);
	if (strcmp(mode, "as") == 0)
		return as((pid_t)number, argv + 3);
	if (strcmp(mode, "zombie") == 0) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(0);
		waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
		printf("%d\n", (int)pid);
		fflush(stdout);
		sleep(60);
		return 0;
	}
	if (strcmp(mode, "queue") == 0) {
		value.sival_int = atoi(argv[3]);
		return sigqueue((pid_t)atoi(argv[4]), number, value) == -1;
	}
	if (strcmp(mode, "handle") == 0) {
		sigaction(number, &action, NULL);
		ready();
		while (!handled)
			usleep(1000);
		show(&got);
		return 0;
	}
	sigaddset(&set, number);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (strcmp(mode, "notify") == 0)
		return notify(number, argv[3], (pid_t)atoi(argv[4]), &set);
	ready();
	if (strcmp(mode, "hold") == 0) {
		sleep(60);
		return 0;
	}
	for (count = atoi(argv[3]); count > 0; count--) {
		if (sigwaitinfo(&set, &info) == -1)
			die("sigwaitinfo");
		show(&info);
	}
	return 0;
}
