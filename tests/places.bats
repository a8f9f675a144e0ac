#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The tools where something is missing, small, forbidden or somebody else's: what they say, and what they do without.
# What is in single quotes is for the shell that `place` starts; run sets variables.
# shellcheck disable=SC2016,SC2154,SC2030,SC2031

load helper

setup() { cd "$BATS_TEST_TMPDIR" || return; }

# What the scripts of `place` begin with: `told COMMAND...` shows what it writes to both outputs, and its status;
# `one_of_each` makes an object of each kind; `user COMMAND...` runs it as another user, `weak COMMAND...` as the same
# one without any capability.
prelude='
set -u
told() { timeout -s KILL 20 "$@" 2>&1; echo "status $?"; }
one_of_each() {
    echo abc | shmput /p; echo abc | shmput key:0x71
    mqsend -C --max-messages=3 --message-size=10 /q a b; mqsend -C key:0x72 a b
    semctl create /s; semctl create key:0x73
}
user() { setpriv --reuid 1000 --regid 1000 --clear-groups --inh-caps=-all "$@"; }
weak() { setpriv --bounding-set=-all --inh-caps=-all "$@"; }
mount -t tmpfs -o mode=1777 tmpfs /dev/shm || exit 99
'

# place SCRIPT [OPTION...]: runs it in an IPC and a mount namespace of its own, and what else these options make.
place() {
    local script=$1
    shift
    # No sysctl is ever written outside.
    timeout -s KILL 100 unshare --ipc --mount "$@" bash -c \
        '[[ $(readlink /proc/self/ns/ipc) != "$1" ]] || exit 98'"$prelude$script" place "$(readlink /proc/self/ns/ipc)" 3>&-
}

# --- /proc ---

@test 'place: without /proc users and passing objects are unknown, and that is said' {
    # The sanitizers need /proc.
    ! sanitized || return 0
    run -0 place '
        one_of_each
        mount -t tmpfs none /proc
        ipcls -r --noheadings -o NAME,USERS 2>&1; told ipcls -a -o NAME --noheadings -t fifo; told ipcls -t memfd
        told shmcat memfd:1:3; told semctl get -v key:0x73 | sed "s/[0-9]*\t-$/PID\t-/"
        told ipcls --orphans -r --noheadings -o NAME'
    assert_output - <<'END'
key:0x00000071 none
/p -
key:0x00000072 -
/q -
key:0x00000073 -
/s -
ipcls: /proc: not mounted; users are not known
ipcls: /proc: not mounted; FIFOs cannot be listed
status 1
ipcls: /proc: not mounted; users are not known
ipcls: /proc: not mounted; memory without a name cannot be listed
status 1
shmcat: memfd:1:3: there is no /proc here that shows our processes (root can mount one)
status 1
NAME	SEMAPHORE	VALUE	WAITING	FOR-ZERO	LAST-PID	COMMAND
key:0x73	0	1	0	0	PID	-
status 0
ipcls: /proc: not mounted; users are not known
status 0
END
}

@test 'place: without /proc all other tools work as ever' {
    ! sanitized || return 0
    run -0 place '
        mount -t tmpfs none /proc
        one_of_each; echo def | shmput -r /p; echo ghi | shmput -a /p; told shmcat -u /p; told shmcat -u key:0x71
        told mqrecv -w 0.1 /q; told mqrecv /q -- cat; told mqrecv -w 0.1 /q; told mqrecv -a key:0x72
        told semctl run /s echo held; told semctl run key:0x74 echo held
        mkfifo f; cat f & (echo tee | told fifotee -n f); wait
        told sockpair cat -- sh -c "echo ping; read x; echo \$x came back >&2"'
    assert_output - <<'END'
def
ghi
status 0
abc
status 0
a
status 0
bstatus 0
status 124
a
b
status 0
held
status 0
held
status 0
tee
status 0
ping came back
status 0
END
}

@test 'place: without /proc what may be in use stays, and why is said' {
    ! sanitized || return 0
    run -0 place '
        one_of_each
        mount -t tmpfs none /proc
        told ipcrm-all --all; told ipcrm-all key:0x72'
    assert_output - <<'END'
key:0x00000071
/p
/q
/s
ipcrm-all: 2 stay: perhaps in use, not all processes may be looked at (--force would remove them)
ipcrm-all: /proc: not mounted; users are not known
status 0
ipcrm-all: key:0x72: msg, 2 messages: perhaps in use, not all processes may be looked at; it stays (--force would remove it)
ipcrm-all: /proc: not mounted; users are not known
status 1
END
}

@test 'place: a /proc of another pid namespace names no wrong processes' {
    # What uses them in there has the number of a process that is seen out here.
    export OUTER=$BASHPID
    run -0 place '
        mqsend -C key:0x72 a; echo abc | shmput key:0x71; semctl create key:0x73
        [[ -e /proc/$OUTER/comm ]] && echo $((OUTER - 1)) >/proc/sys/kernel/ns_last_pid; semctl wait key:0x73
        told semctl get -v key:0x73 | sed "s/\t$OUTER\t/\tOUTER\t/"
        told ipcls -r --noheadings -o NAME,USERS,ORPHAN | sed "s/since.*but/... but/"
        told ipcrm-all --all' --pid --fork
    assert_output - <<'END'
NAME	SEMAPHORE	VALUE	WAITING	FOR-ZERO	LAST-PID	COMMAND
key:0x73	0	0	0	0	OUTER	-
status 0
key:0x00000071 none unknown:\x20nobody\x20attached,\x20creator\x20not\x20known
key:0x00000072 - unknown:\x201\x20message\x20left,\x20untouched\x20... but\x20who\x20made\x20it\x20is\x20not\x20known
key:0x00000073 - unknown:\x20untouched\x20... but\x20who\x20made\x20it\x20is\x20not\x20known
ipcls: /proc: shows the processes of another pid namespace; users are not known
status 0
key:0x00000071
ipcrm-all: 2 stay: perhaps in use, not all processes may be looked at (--force would remove them)
ipcrm-all: /proc: shows the processes of another pid namespace; users are not known
status 0
END
}
