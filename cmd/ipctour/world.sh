# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# The world of a lesson: namespaces, or names that only this tour has; and the end of it.

# The status of the inner process if the learner left the lesson.
LEFT=10

# Of the outer process: how lessons get their world, in `way` (a command that precedes the inner process), and `own_names`,
# three digits where there are no namespaces.  `place` is then a directory for the files of the lessons.
way=() own_names='' place='' inner_pid='' terminal_state=''

prepare() {
	local spaces=(--ipc --mount --pid --fork --kill-child --mount-proc --propagation private) why

	# If the outer process is killed, so is unshare(1), and then all that is in the namespaces.
	# Some systems allow the namespaces, and refuse to mount in them.
	local try=(mount -t tmpfs tmpfs /dev/shm)
	if why=$(unshare --user --map-root-user "${spaces[@]}" "${try[@]}" 2>&1 </dev/null); then
		way=(setpriv --pdeathsig KILL unshare --user --map-root-user "${spaces[@]}")
	elif [[ $EUID == 0 ]] && unshare "${spaces[@]}" "${try[@]}" 2>/dev/null </dev/null; then
		way=(setpriv --pdeathsig KILL unshare "${spaces[@]}")
	else
		complain "this system refuses namespaces (${why##*: })"
		complain 'lessons use objects of this machine, with names of their own, and remove them at the end'
		choose_names
		place=$(mktemp -d) || exit 1
	fi
	trap 'clean_world' EXIT
	trap 'end_by HUP' HUP
	trap 'end_by INT' INT
	trap 'end_by TERM' TERM
	[[ ! -t 0 ]] || terminal_state=$(stty -g)
}

choose_names() {
	while :; do
		printf -v own_names %03x $((RANDOM % 4096))
		compgen -G "/dev/shm/*t$own_names-*" >/dev/null || ipcls -r --noheadings --nousers -o NAME 2>/dev/null |
			grep -qE "^(/t$own_names-|key:0x7$own_names)" || break
	done
}

# Without an IPC namespace: the names in a lesson become names that only this tour has, of the same length.
with_own_names() {
	if [[ -n $own_names ]]; then
		sed "s|/tour-|/t$own_names-|g; s|0x7075\([0-9a-f]\{4\}\)|0x7$own_names\1|g"
	else
		cat
	fi
}

# start_inner MODE LESSON: runs the inner process, and sets its `status`.
start_inner() {
	[[ -z $place ]] || mkdir "$place/tour"
	# The shell would let a command in the background ignore SIGINT, and give it no terminal.
	IPCTOUR_WAY=${way[*]:-none} IPCTOUR_PLACE=$place IPCTOUR_NAMES=$own_names \
		env --default-signal=INT,QUIT "${way[@]}" "$(readlink -f "$0")" --inside "$@" <&0 &
	inner_pid=$!
	wait "$inner_pid"
	status=$?
	inner_pid=
	end_lesson
}

# Ends what a lesson has left: with namespaces, there is nothing.
end_lesson() {
	[[ -z $terminal_state ]] || stty "$terminal_state" 2>/dev/null
	[[ -n $place ]] || return 0
	kill_others
	ipcrm-all --force --name="/t$own_names-*" >/dev/null 2>&1
	ipcrm-all --force --name="key:0x7$own_names*" >/dev/null 2>&1
	# Where queues cannot be listed, they are found by the names of the lessons.
	lesson_names | while read -r name; do lesson_text "$name"; done | with_own_names |
		grep -oE "/t$own_names-[a-z0-9-]+" | sort -u | xargs -r ipcrm-all -f --force >/dev/null 2>&1
	rm -rf "${place:?}/tour" "$place"/.[a-z]*
}

clean_world() {
	local first=''

	if [[ -n $inner_pid ]]; then
		# The first process of a namespace ends after all others, which may still change the terminal until then.
		((${#way[@]} == 0)) || read -r first _ <"/proc/$inner_pid/task/$inner_pid/children"
		kill -KILL "$inner_pid" 2>/dev/null
		wait "$inner_pid" 2>/dev/null
		while [[ -n $first && -e /proc/$first ]]; do sleep 0.01; done
		end_lesson
	fi
	[[ -z $place ]] || rm -rf "$place"
}

# Ends as the signal would have ended the tour, once nothing is left.
end_by() {
	trap '' HUP INT TERM
	clean_world
	trap - EXIT "$1"
	[[ ! -t 1 ]] || printf '\n'
	kill -s "$1" $$
}

# others [PID ...]: prints the processes of this tour, except the outer one, this one and those named.  Each of them has the
# place of the tour in its environment.
others() {
	local file pid

	while IFS= read -r file; do
		pid=${file#/proc/} pid=${pid%/environ}
		[[ $pid == "$BASHPID" || $pid == "$$" || $pid == "$PPID" || " $* " == *" $pid "* ]] || printf '%s\n' "$pid"
	done < <(grep -lsaF "IPCTOUR_PLACE=$place" /proc/[0-9]*/environ)
}

# kill_others [PID ...]: kills the processes of this tour but those named.
kill_others() {
	local pids

	mapfile -t pids < <(others "$@")
	((${#pids[@]} == 0)) || kill -KILL "${pids[@]}" 2>/dev/null
}

# Of the inner process: prepares its namespaces.  Every file system becomes read-only, so that no command damages a file of
# the machine.  The directory for files is a file system in memory that exists only here, mounted over one that is empty.
enter_world() {
	local point directory

	# The kernel counts the queues of a user in all namespaces.  Where it allows that, queues here take a small part.
	{ echo 1024 >/proc/sys/fs/mqueue/msgsize_default; } 2>/dev/null
	while read -r _ _ _ _ point _; do
		printf -v point %b "$point"
		mount -o remount,bind,ro "$point" 2>/dev/null
	done </proc/self/mountinfo
	for directory in /mnt /srv /media /opt; do
		[[ -d $directory && ! -L $directory && -z $(compgen -G "$directory/*") ]] || continue
		mount -t tmpfs -o mode=700,size=256m tmpfs "$directory" 2>/dev/null || continue
		place=$directory
		break
	done
	[[ -n $place ]] || fail 'each of /mnt, /srv, /media and /opt is missing or has files: a lesson needs an empty one'
	mkdir "$place/tour" "$place/tmp" && export TMPDIR=$place/tmp || exit 1
	mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs /dev/shm || exit 1
	[[ ! -d /dev/mqueue ]] || mount -t mqueue mqueue /dev/mqueue 2>/dev/null || :
}

# inner MODE LESSON: the inner process.
inner() {
	place=$IPCTOUR_PLACE own_names=$IPCTOUR_NAMES
	if [[ $IPCTOUR_WAY != none ]]; then
		# Nothing is mounted over the directories of the machine itself.
		[[ $$ == 1 ]] || fail 'the inner process must be the first one of its namespace'
		enter_world
	fi
	unset IPCTOUR_WAY IPCTOUR_NAMES BASH_ENV ENV CDPATH GLOBIGNORE
	export IPCTOUR_PLACE=$place LC_ALL=C.UTF-8 COLUMNS=$WIDTH
	umask 022
	lesson=$2
	read_lesson "$lesson"
	# A command that would wait for a learner's keyboard must not pass --auto.
	input=/dev/null
	[[ $1 != auto ]] || { input=$place/.input && mkfifo -m 600 "$input" || exit 1; }
	start_shell
	case $1 in
	auto) auto_lesson "$lesson" ;;
	tour) tour_lesson ;;
	esac
}
