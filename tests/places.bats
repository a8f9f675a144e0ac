#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The tools where something is missing, small, forbidden or somebody else's: what they say, and what they do without.
# What is in single quotes is for the shell that `place` starts; run sets variables.
# shellcheck disable=SC2016,SC2154,SC2030,SC2031

load helper

setup() { start_test; }

# What the scripts of `place` begin with: `told COMMAND...` shows what it writes to both outputs, and its status;
# `one_of_each` makes an object of each kind; `user COMMAND...` runs it as another user, `weak COMMAND...` as the same
# one without any capability.
prelude='
set -u
told() { "$@" 2>&1; echo "status $?"; }
one_of_each() {
    echo abc | shmput /p; echo abc | shmput key:0x71
    mqsend -C --max-messages=3 --message-size=10 /q a b; mqsend -C key:0x72 a b
    semctl create /s; semctl create key:0x73
}
user() { setpriv --reuid 1000 --regid 1000 --clear-groups --inh-caps=-all "$@"; }
weak() { setpriv --bounding-set=-all --inh-caps=-all "$@"; }
mount -t tmpfs -o mode=1777 tmpfs /dev/shm || exit 99
# The mount that the tools make for themselves is unknown to valgrind and qemu.
[[ ${MACHINE-} == @(|i686|tsan) ]] || mount -t mqueue mqueue /dev/mqueue || exit 99
'

# place SCRIPT [OPTION...]: runs it in an IPC and a mount namespace of its own, and what else these options make.
place() {
    local script=$1
    shift
    # No sysctl is ever written outside.
    timeout -s KILL $((5 * patience)) unshare --ipc --mount "$@" bash -c \
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
        told shmcat memfd:1:3; told semctl get -v key:0x73 | tr -s " " | sed "s/ [0-9]* -$/ PID -/"
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
shmcat: memfd:1:3: /proc is missing, or does not show this process (root can mount one)
status 1
NAME SEMAPHORE VALUE WAITING FOR-ZERO LAST-PID COMMAND
key:0x73 0 1 0 0 PID -
status 0
/p
/q
/s
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
        mkfifo f; cat f >got & (echo tee | told fifotee -n f) >fifotee; wait; cat got fifotee
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
mqrecv: /q: timed out
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
    # LeakSanitizer finds its process by number.
    export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0
    run -0 place '
        mqsend -C key:0x72 a; echo abc | shmput key:0x71; semctl create key:0x73
        [[ -e /proc/$OUTER/comm ]] && echo $((OUTER - 1)) >/proc/sys/kernel/ns_last_pid; semctl wait key:0x73
        told semctl get -v key:0x73 | tr -s " " | sed "s/ $OUTER / OUTER /"
        told ipcls -r --noheadings -o NAME,USERS,ORPHAN | sed "s/since.*but/... but/"
        told ipcrm-all --all' --pid --fork
    assert_output - <<'END'
NAME SEMAPHORE VALUE WAITING FOR-ZERO LAST-PID COMMAND
key:0x73 0 0 0 0 OUTER -
status 0
key:0x00000071 none unknown:\x20nobody\x20attached,\x20creator\x20not\x20known
key:0x00000072 - unknown:\x201\x20message\x20left,\x20untouched\x20... but\x20who\x20used\x20it\x20is\x20not\x20known
key:0x00000073 - unknown:\x20untouched\x20... but\x20who\x20made\x20it\x20is\x20not\x20known
ipcls: /proc: shows the processes of another pid namespace; users are not known
status 0
key:0x00000071
ipcrm-all: 2 stay: perhaps in use, not all processes may be looked at (--force would remove them)
ipcrm-all: /proc: shows the processes of another pid namespace; users are not known
status 0
END
}

@test 'place: with subset=pid, where /proc has no sysvipc, all System V objects are listed and go' {
    run -0 place '
        one_of_each
        mount -t proc -o subset=pid none /proc || exit 97
        ipcls -r --noheadings --nousers -o NAME,SIZE,MESSAGES,SEMS; semctl get key:0x73
        told ipcls --limits -r -t msg,pmsg | grep -e msgmni -e queues_max; told ipcrm-all --force --all'
    assert_output - <<'END'
key:0x00000071 4 - -
/p 4 - -
key:0x00000072 16384 2 -
/q 30 2 -
key:0x00000073 - - 1
/s - - -
1
msg kernel.msgmni 1 32000 0 queues
pmsg fs.mqueue.queues_max 1 - - queues
key:0x00000071
/p
key:0x00000072
/q
key:0x00000073
/s
status 0
END
}

@test 'place: with hidepid an ordinary user is told what may be missing' {
    needs_uids
    run -0 place '
        mount -t proc -o hidepid=invisible none /proc || mount -t proc -o hidepid=2 none /proc || exit 97
        user mqsend -C key:0x72 a; user semctl create key:0x73
        user ipcls -r --noheadings -o NAME,USERS -t msg,sem; told user ipcls -t fifo; told user ipcls -t memfd
        told user ipcrm-all -t msg,sem'
    assert_output - <<'END'
key:0x00000072 -
key:0x00000073 -
ipcls: not all processes may be looked at; FIFOs of other users may be missing
ipcls: no objects found: looked for FIFOs
status 0
ipcls: not all processes may be looked at; memory without a name of other users may be missing
ipcls: no objects found: looked for memfds
status 0
ipcrm-all: 2 stay: perhaps in use, not all processes may be looked at (root may; --force would remove them)
status 0
END
}

@test 'place: with a /proc/sys that cannot be written nothing differs' {
    run -0 place '
        mount --bind /proc/sys /proc/sys && mount -o remount,ro,bind /proc/sys || exit 97
        one_of_each; ipcls -r --noheadings --nousers -o NAME | wc -l; told ipcrm-all --force --all | wc -l'
    assert_output $'6\n7'
}

# --- /dev/shm ---

@test 'place: without /dev/shm that is said, and not that an object is missing' {
    local tool count=0 missing='/dev/shm is missing, which holds POSIX segments and semaphores (root can mount a tmpfs there)'
    run -0 place '
        mount -t tmpfs none /dev && : >/dev/null && chmod 666 /dev/null
        for way in "shmput /x" "shmput -r /x" "shmput -a /x" "shmcat /x" "shmcat -u /x" "semctl create /x" "semctl get /x" \
            "semctl wait /x" "semctl rm /x" "semctl run /x true" "shmput -l /x key:0x91" "shmcat -l /x key:0x91"; do
            told $way </dev/null
        done
        echo 3 | shmput key:0x91; shmcat key:0x91'
    for tool in shmput shmput shmput shmcat shmcat semctl semctl semctl semctl semctl shmput shmcat; do
        echo "$tool: /x: $missing"
        [[ $tool != semctl || $((++count)) != 5 ]] && echo 'status 1' || echo 'status 125'
    done >expected
    echo 3 >>expected
    assert_output "$(<expected)"
}

@test 'place: without /dev/shm queues and System V objects are listed and go' {
    run -0 place '
        mqsend -C --max-messages=3 --message-size=10 /q a; mqsend -C key:0x72 a
        mount -t tmpfs none /dev && : >/dev/null
        told ipcls -r --noheadings --nousers -o NAME; told ipcls -r -t pshm; told ipcrm-all --force --all
        told mqrecv /q'
    assert_output - <<'END'
ipcls: /dev/shm: No such file or directory; POSIX segments cannot be listed
ipcls: /dev/shm: No such file or directory; POSIX semaphores cannot be listed
key:0x00000072
/q
status 0
ipcls: /dev/shm: No such file or directory; POSIX segments cannot be listed
status 1
ipcrm-all: /dev/shm: No such file or directory; POSIX segments cannot be listed
ipcrm-all: /dev/shm: No such file or directory; POSIX semaphores cannot be listed
key:0x00000072
/q
status 0
mqrecv: /q: No such file or directory (create it with --create)
status 3
END
}

@test 'place: in a read-only /dev/shm nothing is made or removed, and what is there is read' {
    run -0 place '
        one_of_each
        mount -o remount,bind,ro /dev/shm || exit 97
        for command in "shmput /n" "shmput /p" "shmput -r /p" "shmcat /p" "shmcat -u /p" "semctl create /n" "semctl get /s" \
            "semctl wait /s" "semctl rm /s" "semctl run /s true" "ipcrm-all -t pshm,psem"; do
            told $command </dev/null | sed "s|^|$command: |"
        done
        ls /dev/shm'
    assert_output - <<'END'
shmput /n: shmput: /n: Read-only file system
shmput /n: status 1
shmput /p: shmput: /p: Read-only file system
shmput /p: status 1
shmput -r /p: shmput: /p: Read-only file system
shmput -r /p: status 1
shmcat /p: abc
shmcat /p: status 0
shmcat -u /p: abc
shmcat -u /p: shmcat: /p: Read-only file system
shmcat -u /p: status 1
semctl create /n: semctl: /n: Read-only file system
semctl create /n: status 1
semctl get /s: 1
semctl get /s: status 0
semctl wait /s: semctl: /s: Read-only file system
semctl wait /s: status 1
semctl rm /s: semctl: /s: Read-only file system
semctl rm /s: status 1
semctl run /s true: semctl: /s: Read-only file system
semctl run /s true: status 125
ipcrm-all -t pshm,psem: ipcrm-all: /p: Read-only file system
ipcrm-all -t pshm,psem: ipcrm-all: /s: Read-only file system
ipcrm-all -t pshm,psem: status 1
p
sem.s
END
}

@test 'place: a full /dev/shm makes nothing half, and harms no reader' {
    run -0 place '
        mount -t tmpfs -o size=8k,mode=1777 tmpfs /dev/shm
        semctl create /s; truncate -s 100k /dev/shm/hole; echo old | shmput /p 2>/dev/null
        for command in "shmput /n" "shmput -r /hole" "shmput -k /hole" "semctl create /t" "shmcat /hole" "semctl wait /s"; do
            head -c 20k /dev/zero | told $command | tr -d "\0" | sed "s,^,$command: ,"
        done
        stat -c "%n %s" /dev/shm/[hp]*; ls /dev/shm'
    assert_output - <<'END'
shmput /n: shmput: /n: No space left on device: 0 bytes were free; nothing was created
shmput /n: status 1
shmput -r /hole: shmput: /hole: No space left on device: 0 bytes were free; nothing has changed
shmput -r /hole: status 1
shmput -k /hole: shmput: /hole: No space left on device: 0 bytes were free; nothing has changed
shmput -k /hole: status 1
semctl create /t: semctl: /t: No space left on device: /dev/shm is full (ipcls --limits)
semctl create /t: status 1
shmcat /hole: status 0
semctl wait /s: status 0
/dev/shm/hole 102400
/dev/shm/p 4
hole
p
sem.s
END
}

@test 'place: where /dev/shm has no room for another name, that is said' {
    run -0 place '
        mount -t tmpfs -o nr_inodes=1,mode=1777 tmpfs /dev/shm
        for command in "shmput /n" "shmput -r /n" "semctl create /n" "semctl run /n true"; do echo x | told $command; done'
    assert_output - <<'END'
shmput: /n: No space left on device: /dev/shm has no room for another name (ipcls --limits)
status 1
shmput: /n: No space left on device: /dev/shm has no room for another name (ipcls --limits)
status 1
semctl: /n: No space left on device: /dev/shm has no room for another name (ipcls --limits)
status 1
semctl: /n: No space left on device: /dev/shm has no room for another name (ipcls --limits)
status 125
END
}

@test 'place: a /dev/shm on a disk does as a tmpfs does' {
    run -0 place '
        mkdir disk && chmod 1777 disk && mount --bind disk /dev/shm
        one_of_each; echo def | shmput -a /p; echo ghi | shmput -r /p; shmcat /p; told semctl run /s echo held
        ipcls -r --noheadings --nousers -o NAME,VALUES -t pshm,psem; ipcrm-all -t pshm,psem'
    assert_output - <<'END'
ghi
held
status 0
/p -
/s 1
/p
/s
END
}

# --- POSIX queues ---

@test 'place: a mount of the queues of another IPC namespace is never taken for ours' {
    printf %s "$prelude" '
        mqsend -C --max-messages=1 --message-size=9 /both ours; mqsend -C --max-messages=1 --message-size=9 /ours ours
        told weak ipcls -r --noheadings -t pmsg -o NAME; told weak ipcls -r --noheadings -o NAME,SIZE /both
        told weak mqrecv /both; told weak mqrecv /theirs; told weak ipcrm-all --all -t pmsg; told weak ipcrm-all /both
        told ipcls -r --noheadings -t pmsg -o NAME; told ipcrm-all --all -t pmsg' >inner
    run -0 place '
        mkdir there && mount -t mqueue none there
        mqsend -C --max-messages=1 --message-size=9 /both theirs; mqsend -C --max-messages=1 --message-size=9 /theirs theirs
        mount -t tmpfs none /dev && : >/dev/null && mkdir /dev/shm /dev/mqueue && mount --bind there /dev/mqueue || exit 97
        unshare --ipc bash inner; ls there; mqrecv /both'
    assert_output - <<'END'
ipcls: /dev/mqueue: this mount shows the queues of another IPC namespace; POSIX queues cannot be listed
status 1
/both 9
status 0
ours
status 0
mqrecv: /theirs: No such file or directory (create it with --create)
status 3
ipcrm-all: /dev/mqueue: this mount shows the queues of another IPC namespace; POSIX queues cannot be listed
status 1
/both
status 0
/ours
status 0
/ours
status 0
both
theirs
theirs
END
}

@test 'place: without leave for any queue, that limit is named' {
    run -0 place 'ulimit -q 0; for way in "mqsend -C /q x" "mqrecv -C -n /q"; do told weak $way; done'
    assert_output - <<'END'
mqsend: /q: Too many open files: RLIMIT_MSGQUEUE (ulimit -q) allows 0 bytes for all queues of your user, those in other IPC namespaces (containers) included, and this one costs 82880 (--max-messages and --message-size lower that)
status 1
mqrecv: /q: Too many open files: RLIMIT_MSGQUEUE (ulimit -q) allows 0 bytes for all queues of your user, those in other IPC namespaces (containers) included, and this one costs 82880 (--max-messages and --message-size lower that)
status 1
END
}

# --- limits ---

@test 'place: each limit that is reached is named, and nothing is made' {
    run -0 place '
        cd /proc/sys/kernel && echo 0 >shmmni && echo 0 >msgmni && echo 3 >msgmax && echo "6 9 2 0" >sem &&
            echo 0 >/proc/sys/fs/mqueue/queues_max || exit 97
        for way in "shmput key:0x91" "mqsend -C key:0x91 x" "mqsend -C /q x" "semctl create key:0x91" \
            "semctl create key:0x91 1 1 1 1 1 1 1" "semctl run key:0x91 true" "semctl run -j 2 key:0x91 true"; do
            echo x | told weak $way
        done
        ipcls -r --noheadings'
    assert_output - <<'END'
shmput: key:0x91: No space left on device: kernel.shmmni segments exist, or kernel.shmall leaves too few pages (sysctl)
status 1
mqsend: key:0x91: No space left on device: kernel.msgmni queues exist already (sysctl)
status 1
mqsend: /q: No space left on device: fs.mqueue.queues_max queues exist already (sysctl)
status 1
semctl: key:0x91: the system limit for semaphore sets is reached (sysctl kernel.sem, second and fourth number; ipcls -t sem)
status 1
semctl: key:0x91: too many semaphores for one set (sysctl kernel.sem, first number)
status 1
semctl: key:0x91: the system limit for semaphore sets is reached (sysctl kernel.sem, second and fourth number; ipcls -t sem)
status 125
semctl: key:0x91: too many semaphores for one set (sysctl kernel.sem, first number)
status 125
END
}

@test 'place: with few descriptors a tool works, or says so' {
    run -0 place '
        one_of_each; true >out
        few() {
            local n status=1
            for n in 4 5 6 7 8; do
                (ulimit -Sn $n && exec "$@") <<<x >out 2>err && return
                status=$?
                grep -q "Too many open files" err || echo "$*, $n: $status: $(<err)"
            done
            echo "$*: never"
        }
        few shmput /n; few shmput -r /p; few shmcat /p; few shmcat -l /s /p; few shmput key:0x99; few mqsend -n /q c
        few mqrecv /q; few mqrecv /q -- true; few mqrecv -a -j 2 key:0x72 -- true; few semctl get -v key:0x73
        few semctl run key:0x74 true; few sockpair true -- true; few ipcls --nousers; few ipcrm-all --all'
    assert_output - <<'END'
END
}

@test 'place: with a stack of 64 kB every tool works as ever' {
    ! sanitized || return 0
    # Without the processes of other tests, whose FIFOs may look like a deadlock.
    run -0 place '
        ulimit -s 64
        one_of_each; mkfifo f g in
        told shmcat /p; told shmcat --zero-copy key:0x71 | cat; told shmcat -x /p; echo def | told shmput -r /p
        told mqsend -v key:0x72 c; told mqrecv --peek key:0x72; told mqrecv /q -- cat; told mqrecv -a key:0x72
        told semctl get -v /s; told semctl run key:0x74 echo held
        # The reader leaves a line unread, which fifotee takes back.
        fifotee -n -v -p drop --readers=1 f <in >fifotee 2>&1 & exec 8>in 7<f
        echo one >&8; read -r one <&7; echo two >&8; exec 7<&-; exec 8>&-; told wait $!; cat fifotee
        told sockpair cat -- sh -c "echo ping; read x; echo \$x came back >&2"
        cat g & until [[ $(cat /proc/$!/wchan) == wait_for_partner ]]; do :; done
        told ipcls -r --noheadings -o KIND,STATE file:g /p key:0x73; kill $!
        for option in -a -J --limits --graph --orphans; do ipcls $option >listed 2>&1 || told cat listed; done
        told ipcrm-all --all -t msg,sem' --pid --fork --mount-proc
    assert_output - <<'END'
abc
status 0
abc
status 0
00000000  61 62 63 0a                                       |abc.|
00000004
status 0
status 0
mqsend: key:0x72: 1 message was sent
status 0
a
status 0
astatus 0
a
b
c
status 0
NAME  SEMAPHORE  VALUE  WAITING  FOR-ZERO  LAST-PID  COMMAND
/s    0              1        0         -         -  -
status 0
held
status 0
status 0
fifotee: standard input: 8 bytes, 2 records
fifotee: f: 4 bytes, 1 record, 1 dropped
ping came back
status 0
pshm -
sem 1\x20semaphore:\x201
fifo 0\x20readers,\x200\x20writers
status 0
key:0x00000072
key:0x00000073
key:0x00000074
status 0
END
}

# --- calls that the kernel lacks, or a filter forbids ---

# forbidden ERROR CALLS COMMAND...: it runs with these calls failing.
forbidden='
forbidden() {
    local error=$1 calls=$2
    shift 2
    ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 strace -f -qq -o /dev/null -e inject="$calls:error=$error" "$@"
}
'

@test 'place: a call that the kernel does not have is told as such' {
    run -0 place "$forbidden"'
        one_of_each; no="forbidden ENOSYS"
        told $no shmget shmput key:0x91 <<<x; told $no shmat shmcat key:0x71; told $no msgget mqsend key:0x72 x
        told $no mq_open mqrecv /q; told $no semget semctl run key:0x91 true; told $no semctl semctl get key:0x73
        told $no socketpair sockpair true -- true; told $no mq_unlink ipcrm-all /q'
    local line
    for line in "${lines[@]}"; do
        [[ $line == status* ]] && continue
        [[ $line == *': Function not implemented (the kernel lacks it, or a filter of the container forbids it)' ]] || fail "$line"
    done
    assert_equal "${#lines[@]}" 16
    assert_equal "$(grep -c -e 'status 1$' -e 'status 125' <<<"$output")" 8
}

@test 'place: what only makes a tool quicker is done without, whichever way it is refused' {
    run -0 place "$forbidden"'
        for error in ENOSYS EPERM; do
            no="forbidden $error"
            echo one | told $no madvise shmput key:0x71; told $no copy_file_range,sendfile,splice,madvise shmcat key:0x71
            seq 3 | told $no fallocate,copy_file_range,sendfile,splice shmput -r /p
            told $no copy_file_range,sendfile,splice,vmsplice,tee shmcat --zero-copy /p
            told $no inotify_init1,inotify_add_watch shmcat -w 0.1 /nope
            told $no close_range,clone3,pidfd_open,memfd_create,statx sockpair true -- true
            told $no close_range,clone3 semctl run key:0x73 echo held
            told $no shmctl,msgctl,memfd_create,statx,process_vm_readv,ioctl ipcls -r --noheadings -t shm -o NAME,USERS
            ipcrm-all --all --force >/dev/null
        done'
    assert_output - <<'END'
status 0
one
status 0
status 0
1
2
3
status 0
shmcat: /nope: timed out
status 124
status 0
held
status 0
key:0x00000071 none
status 0
status 0
one
status 0
status 0
1
2
3
status 0
shmcat: /nope: timed out
status 124
status 0
held
status 0
key:0x00000071 none
status 0
END
}

# --- user namespaces ---

@test 'place: where users have no numbers, nobody counts as oneself, and nothing of others goes' {
    run -0 place '
        one_of_each
        told unshare --user ipcrm-all --force --all; told unshare --user ipcrm-all -n /p
        told unshare --user --map-root-user ipcrm-all -n --all -u 65534; ipcls -r --noheadings --nousers -o NAME | wc -l'
    local why='user 65534 stands for all that have no number in this user namespace; whose objects these are is not known'
    assert_output "$(printf "ipcrm-all: $why\nstatus 1\n%.0s" 1 2 3)
6"
}

@test 'place: a number that one user has and all users without a number show is refused' {
    needs_uids
    run -0 place '
        one_of_each
        mkfifo go
        unshare --user sh -c "read -r _ <go; exec ipcrm-all -n --all -u 65534" & pid=$!
        until [ "$(readlink "/proc/$pid/ns/user")" != "$(readlink /proc/self/ns/user)" ]; do :; done
        echo 0 0 65535 >"/proc/$pid/uid_map"
        echo >go
        wait "$pid"; echo "status $?"; ipcls -r --noheadings --nousers -o NAME | wc -l'
    assert_output 'ipcrm-all: user 65534 stands for all that have no number in this user namespace; whose objects these are is not known
status 1
6'
}

@test 'place: where the tests can have no world of their own, that is said in one line' {
    run -1 unshare --user --map-root-user bash -c '
        [[ $(readlink /proc/self/ns/user) != "$1" ]] && echo 0 >/proc/sys/user/max_user_namespaces || exit 98
        exec setpriv --bounding-set=-all --inh-caps=-all env -u IPCUTILS_WORLD "$2" true' - \
        "$(readlink /proc/self/ns/user)" "$BATS_TEST_DIRNAME/world"
    assert_equal "${#lines[@]}" 1
    assert_output --partial 'tests/world: no namespaces of our own here (unshare: unshare failed: '
    assert_output --partial 'the tests need user namespaces, see user_namespaces(7)'
}
