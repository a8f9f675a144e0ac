#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What is in single quotes is for the shell that `alone` starts.
# shellcheck disable=SC2016,SC2154,SC2030,SC2031

load helper
load alone
shopt -s extglob

setup_file() {
    "${CC:-cc}" -O1 -o "$BATS_FILE_TMPDIR/queue_peer" "$BATS_TEST_DIRNAME/queue_peer.c" || return
    export PATH=$BATS_FILE_TMPDIR:$PATH
}

setup() { start_test || return; }

teardown() {
    if ((${#pids[@]})); then
        kill -KILL "${pids[@]}" 2>/dev/null || :
        wait "${pids[@]}" 2>/dev/null || :
    fi
}

# What the scripts of `alone` have in addition: `one_of_each` makes an object of each kind, `there` lists all names, and
# `told COMMAND...` shows what it writes to both outputs, and its status.
prelude+='
there() { ipcls -t shm,pshm,msg,pmsg,sem,psem -r --noheadings -o KIND,NAME; }
told() { "$@" 2>&1; echo "status $?"; }
one_of_each() {
    echo a | shmput key:0x11
    echo b | shmput /seg
    mqsend -C key:0x12 one two
    mqsend -C --max-messages=3 --message-size=10 /queue one
    semctl create key:0x13 1
    semctl create /sem 1
}
as_bin() { setpriv --reuid 2 --regid 2 --clear-groups --inh-caps=-all "$@"; }
weak() { setpriv --bounding-set=-all --inh-caps=-all "$@"; }
# An id that comes back, by a sysctl of the IPC namespace, which must be our own.
next_id() {
    [[ $(readlink /proc/self/ns/ipc) != "$others" ]] || exit 98
    echo "$2" >"/proc/sys/kernel/$1_next_id"
}
# stopped_at CALL N COMMAND...: it stops behind its Nth call of that kind (of those with $path, if that is set);
# `go_on` lets it go on and waits for its end.
path=
stopped_at() {
    rm -f trace
    local call=$1 number=$2
    shift 2
    ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 strace -f -o trace ${path:+-P $path} -e trace="$call" \
        -e inject="$call:signal=SIGSTOP:when=$number" "$@" >out 2>err 9>&- & tracer=$!
    await is_stopped
}
is_stopped() {
    read -r child _ <"/proc/$tracer/task/$tracer/children"
    [[ -n $child ]] && grep -q "stopped by SIGSTOP" trace 2>/dev/null && grep -qs ") [tT] " "/proc/$child/stat"
}
go_on() { kill -CONT $child; wait $tracer; echo "status $?"; cat out err; }
'

# --- usage ---

@test 'ipcrm-all: without a selector or an object nothing is removed' {
    run -0 alone '
        one_of_each
        told ipcrm-all
        told ipcrm-all -fv --force
        there'
    assert_line --index 0 --partial 'name the objects to remove'
    assert_equal "$(grep -c '^status 2$' <<<"$output")" 2
    assert_equal "$(tail -n 6 <<<"$output" | tr '\n' ' ')" \
        'shm key:0x00000011 pshm /seg msg key:0x00000012 pmsg /queue sem key:0x00000013 psem /sem '
}

@test 'ipcrm-all: types that are given several times add up' {
    run -0 alone '
        one_of_each
        told ipcrm-all -t shm -t pshm,sem
        there'
    assert_output - <<'END'
key:0x00000011
/seg
key:0x00000013
status 0
msg key:0x00000012
pmsg /queue
psem /sem
END
}

@test 'ipcrm-all: a wrong command line is a usage error' {
    usage_error ipcrm-all -t nope
    usage_error ipcrm-all -t ''
    usage_error ipcrm-all -t shm,
    usage_error ipcrm-all -t ,shm
    usage_error ipcrm-all -t shm,,sem
    usage_error ipcrm-all --name=
    usage_error ipcrm-all -t fifo
    usage_error ipcrm-all -u no-such-user-here
    usage_error ipcrm-all --older=soon
    usage_error ipcrm-all --older=-1
    usage_error ipcrm-all --name=jobs-
    usage_error ipcrm-all --name='jobs-*'
    usage_error ipcrm-all jobs
    usage_error ipcrm-all key:0
    usage_error ipcrm-all key:private
    usage_error ipcrm-all id:4294967296
    usage_error ipcrm-all file:/x
    usage_error ipcrm-all --all /x
    usage_error ipcrm-all -i -n --all
    usage_error ipcrm-all /x --nope
}

@test 'ipcrm-all: --help and --version go to standard output' {
    run -0 --separate-stderr ipcrm-all --help
    assert_line --partial 'usage: ipcrm-all'
    run -0 --separate-stderr ipcrm-all --version
    assert_line --partial 'ipcrm-all (ipcutils)'
    usage_error ipcrm-all --nope
    usage_error ipcrm-all --name=''
}

# --- what goes ---

@test 'ipcrm-all: --all removes one of each kind, and prints their names' {
    run -0 --separate-stderr alone '
        one_of_each
        ipcrm-all --all
        there'
    assert_output - <<END
key:0x00000011
/seg
key:0x00000012
/queue
key:0x00000013
/sem
END
    assert_equal "$stderr" ''
}

@test 'ipcrm-all: every tool takes the names that it prints' {
    run -0 alone '
        one_of_each
        ipcrm-all -n -0 -t shm,pshm --all | xargs -0 -n 1 shmcat
        ipcrm-all -n -0 --all | xargs -0 ipcrm-all
        there'
    assert_output - <<END
a
b
key:0x00000011
/seg
key:0x00000012
/queue
key:0x00000013
/sem
END
}

@test 'ipcrm-all: an object without a key is named by its id' {
    run -0 alone '
        id=$(echo x | shmput key:private)
        told ipcrm-all "$id"
        there'
    assert_output --regexp $'^id:[0-9]+\nstatus 0$'
}

@test 'ipcrm-all: -t chooses kinds' {
    run -0 alone '
        one_of_each
        ipcrm-all -t sem,pshm
        echo --
        there'
    assert_output - <<END
/seg
key:0x00000013
--
shm key:0x00000011
msg key:0x00000012
pmsg /queue
psem /sem
END
}

@test 'ipcrm-all: --name chooses names and keys, and narrows -t' {
    run -0 alone '
        for n in /test-1 /test-2 /tent; do echo x | shmput $n; done
        semctl create /test-3 1
        for k in 0x1401 0x1402 0x15; do echo x | shmput key:$k; done
        ipcrm-all --name="/test-*" -t pshm | sort
        ipcrm-all --name="key:0x000014*"
        ipcrm-all --name="?test-[0-9]"
        echo --
        there'
    assert_output - <<END
/test-1
/test-2
key:0x00001401
key:0x00001402
/test-3
--
shm key:0x00000015
pshm /tent
END
}

@test 'ipcrm-all: --older chooses what nobody has touched for so long' {
    run -0 alone '
        echo x | shmput /old
        echo x | shmput /new
        touch -d "3 hours ago" /dev/shm/old
        echo x | shmput /read-lately
        touch -m -d "3 hours ago" /dev/shm/read-lately
        mqsend -C key:0x12 one
        # The time of change is of today.
        unshare --time true 2>/dev/null || :
        told ipcrm-all --older=2h
        told ipcrm-all --older=1s --name="/n*"
        told ipcrm-all --older=0 -t msg'
    assert_output - <<END
status 0
status 0
key:0x00000012
status 0
END
}

@test 'ipcrm-all: --orphans leaves what a living process made or uses' {
    run -0 alone '
        echo x | shmput key:0x11
        echo x | shmput /left
        echo x | shmput /held
        hold perl -e "\$| = 1; shmget(0x15, 10, 01600); print qq(\n); sleep 60"
        hold peer map /held
        told ipcrm-all --orphans
        there
        told ipcrm-all --orphans --force
        there'
    assert_output - <<END
key:0x00000011
/left
status 0
shm key:0x00000015
pshm /held
status 0
shm key:0x00000015
pshm /held
END
}

@test 'ipcrm-all: -n removes nothing and prints what would go' {
    run -0 alone '
        one_of_each
        echo x | shmput /held
        hold peer map /held
        told ipcrm-all -n --all | wc -l
        there | wc -l'
    assert_output $'7\n7'
}

@test 'ipcrm-all: -v says what goes, what stays, and why' {
    run -0 alone '
        echo x | shmput /held
        mqsend -C key:0x12 one
        hold peer map /held
        told ipcrm-all --all -v | sed "s,\b$held/,PID/,"'
    assert_output - <<END
ipcrm-all: /held: pshm, 2 bytes: in use by PID/peer; it stays (--force would remove it)
ipcrm-all: key:0x00000012: msg, 1 message: removed
key:0x00000012
ipcrm-all: 1 removed, 1 in use, 0 perhaps in use, 0 passed by, 0 gone already, 0 declined, 0 failed
status 0
END
}

@test 'ipcrm-all: --older chooses files by all their times' {
    # The time of change cannot be set: these are files that were there long before, in a place where nothing can go.
    run -0 alone '
        mount --bind "$1" /dev/shm && mount -o remount,bind,ro /dev/shm || exit 99
        user=$(stat -c %u /dev/shm/helper.bash)
        ipcrm-all -n --force -u $user -t pshm --older=1s --name=/helper.bash
        ipcrm-all -n --force -u $user -t pshm --older=1000ms --name=/helper.bash
        ipcrm-all -n --force -u $user -t pshm --older=100000d --name=/helper.bash' "$BATS_TEST_DIRNAME"
    assert_output $'/helper.bash\n/helper.bash'
}

@test 'ipcrm-all: what is no object is told only where all of that kind was meant' {
    run -0 alone '
        mkdir /dev/shm/dir
        for option in --orphans --older=1h --name="/x*" "--name=/d*"; do told ipcrm-all -t pshm $option; done
        told ipcrm-all --around true
        told ipcrm-all /nope'
    assert_output - <<'END'
status 0
status 0
status 0
ipcrm-all: /dir: not a regular file; it stays
status 0
status 0
ipcrm-all: /nope: No such file or directory
status 3
END
}

@test 'ipcrm-all: -v names what is named and not among what is selected, and what is no orphan' {
    run -0 alone '
        echo x | shmput key:0x11; echo x | shmput /seg; echo x | shmput /held
        hold peer map /held
        told ipcrm-all -v --name="key:*" /seg key:0x11
        told ipcrm-all -v --orphans -t pshm | sed "s,\b$held/,PID/,"'
    assert_output - <<'END'
ipcrm-all: /seg: pshm: not among what is selected; it stays
ipcrm-all: key:0x11: shm, 2 bytes: removed
key:0x00000011
ipcrm-all: 1 removed, 0 in use, 0 perhaps in use, 0 passed by, 0 gone already, 0 declined, 0 failed
status 0
ipcrm-all: /held: pshm, 2 bytes: no orphan, in use by PID/peer; it stays
ipcrm-all: /seg: pshm, 2 bytes: removed
/seg
ipcrm-all: 1 removed, 0 in use, 0 perhaps in use, 1 passed by, 0 gone already, 0 declined, 0 failed
status 0
END
}

@test 'ipcrm-all: what is described has its size in the singular, too' {
    run -0 alone '
        printf x | shmput /seg; printf x | shmput key:0x11; semctl create key:0x13 1 1; mqsend -C key:0x12 one two
        ipcrm-all -nv -t shm,pshm,msg,sem 2>&1 >/dev/null'
    assert_output - <<'END'
ipcrm-all: key:0x00000011: shm, 1 byte: would be removed
ipcrm-all: /seg: pshm, 1 byte: would be removed
ipcrm-all: key:0x00000012: msg, 2 messages: would be removed
ipcrm-all: key:0x00000013: sem, 2 semaphores: would be removed
ipcrm-all: 4 to remove, 0 in use, 0 perhaps in use, 0 passed by, 0 gone already, 0 declined, 0 failed
END
}

# --- objects that are named ---

@test 'ipcrm-all: objects are removed by name, key, id and ftok' {
    run -0 alone '
        touch file
        echo x | shmput /seg
        echo x | shmput key:0x11
        echo x | shmput ftok:file:a
        echo x | shmput key:0x22
        id=$(ipcls -r --noheadings -o ID key:0x22)
        told ipcrm-all /seg key:0x11 ftok:file:a id:$id /seg
        there'
    assert_output --regexp $'^/seg\nkey:0x00000011\nkey:0x61[0-9a-f]{6}\nkey:0x00000022\nstatus 0$'
}

@test 'ipcrm-all: what is not there is status 3, and the rest goes; -f does not complain' {
    run -0 alone '
        echo x | shmput /seg
        told ipcrm-all /nope key:0x99 id:99
        told ipcrm-all /nope /seg
        told ipcrm-all -f /nope key:0x99 ftok:nope'
    assert_output - <<END
ipcrm-all: /nope: No such file or directory
ipcrm-all: key:0x99: No such file or directory
ipcrm-all: id:99: No such file or directory
status 3
ipcrm-all: /nope: No such file or directory
/seg
status 1
status 0
END
}

@test 'ipcrm-all: a name that several kinds have chooses none, unless -t says which' {
    run -0 alone '
        echo x | shmput /both
        semctl create /both 1
        echo x | shmput key:private >/dev/null
        semctl create key:private 1 >/dev/null
        told ipcrm-all /both id:0
        there
        told ipcrm-all -t psem /both
        told ipcrm-all -t shm,sem id:0
        there'
    assert_output - <<END
ipcrm-all: /both: several objects (pshm psem): choose with -t, -t pshm,psem takes all
ipcrm-all: id:0: several objects (shm sem): choose with -t, -t shm,sem takes all
status 1
shm id:0
pshm /both
sem id:0
psem /both
/both
status 0
id:0	shm
id:0	sem
status 0
pshm /both
END
}

@test 'ipcrm-all: a queue that is named is removed without a list of queues' {
    run -0 alone '
        mount -t tmpfs none /dev/mqueue 2>/dev/null
        weak mqsend -C --max-messages=3 --message-size=10 /queue one
        told weak ipcrm-all -t pmsg --all
        told weak ipcrm-all /queue
        umount /dev/mqueue 2>/dev/null
        there'
    assert_output - <<END
ipcrm-all: /dev/mqueue: the file system of queues is not mounted there; POSIX queues cannot be listed
status 1
/queue
status 0
END
}

# --- whose ---

@test "ipcrm-all: only one's own objects are removed, also by root; -u chooses another's" {
    needs_uids
    run -0 alone '
        echo x | shmput /root
        echo x | shmput key:0x11
        echo x | as_bin shmput /theirs
        echo x | as_bin shmput key:0x22
        told ipcrm-all --all
        told ipcrm-all /theirs key:0x22
        there
        told ipcrm-all -u 2 --name="/*"
        told ipcrm-all -u bin'
    assert_output - <<END
key:0x00000011
/root
status 0
ipcrm-all: /theirs: belongs to user 2: -u 2 would choose it
ipcrm-all: key:0x22: belongs to user 2: -u 2 would choose it
status 1
shm key:0x00000022
pshm /theirs
/theirs
status 0
key:0x00000022
status 0
END
}

@test "ipcrm-all: what may not be removed is told, once each, and the rest goes on" {
    needs_uids
    run -0 alone '
        for i in 1 2 3; do echo x | shmput -m 666 /r$i; echo x | shmput -m 666 key:0x1$i; done
        chown 2 /dev/shm/r2
        told as_bin ipcrm-all -u 0 --force -t shm,pshm | sort
        there | sort'
    assert_output - <<END
ipcrm-all: /r1: Operation not permitted
ipcrm-all: /r3: Operation not permitted
ipcrm-all: key:0x00000011: Operation not permitted
ipcrm-all: key:0x00000012: Operation not permitted
ipcrm-all: key:0x00000013: Operation not permitted
status 1
pshm /r1
pshm /r2
pshm /r3
shm key:0x00000011
shm key:0x00000012
shm key:0x00000013
END
}

@test 'ipcrm-all: a refusal in the middle is told, counted, and the rest goes on' {
    run -0 alone '
        for i in 1 2 3; do mqsend -C key:0x1$i one; done
        # Its calls: the listing, the three queues, and then two for each that goes.
        ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 told \
            strace -f -o trace -e inject=msgctl:error=EPERM:when=8 ipcrm-all --all -v'
    assert_line 'ipcrm-all: key:0x00000012: Operation not permitted'
    assert_line key:0x00000011
    assert_line key:0x00000013
    assert_line 'ipcrm-all: 2 removed, 0 in use, 0 perhaps in use, 0 passed by, 0 gone already, 0 declined, 1 failed'
    assert_line 'status 1'
}

# --- in use ---

@test 'ipcrm-all: what is attached, mapped, open or waited for stays' {
    run -0 alone '
        one_of_each
        echo x | shmput /open
        semctl create key:0x14 0
        semctl create /waited 0
        mqsend -C key:0x15 </dev/null
        mqsend -C --max-messages=3 --message-size=10 /awaited </dev/null
        hold peer map key:0x11
        hold peer map /seg
        hold bash -c "exec 5</dev/shm/open; echo; exec sleep 60"
        semctl wait key:0x14 9>&- & a=$!
        semctl wait /waited 9>&- & b=$!
        mqrecv key:0x15 9>&- & c=$!
        mqrecv /awaited 9>&- & d=$!
        await sleeps $a __do_semtimedop; await sleeps $b futex; await sleeps $c do_msgrcv; await sleeps $d wq_sleep
        told ipcrm-all --all
        echo --
        there'
    assert_output - <<END
key:0x00000012
/queue
key:0x00000013
/sem
status 0
--
shm key:0x00000011
pshm /open
pshm /seg
msg key:0x00000015
pmsg /awaited
sem key:0x00000014
psem /waited
END
}

@test 'ipcrm-all: a set or queue of System V that a living process used last stays: it may hold it' {
    run -0 alone '
        semctl create key:0x13 1 1 1
        mqsend -C key:0x12 one
        semctl create key:0x14 1 1
        semctl op key:0x14 1-1
        hold perl -e "\$| = 1; semop(semget(0x13, 0, 0), pack(q(s3), 1, -1, 0x1000)); msgrcv(msgget(0x12, 0), \$m, 10, 0, 0);
            print qq(\n); sleep 60"
        told ipcrm-all --all
        there
        told ipcrm-all key:0x13
        kill $held; wait $held 2>/dev/null
        told ipcrm-all --all'
    assert_output - <<END
key:0x00000014
status 0
msg key:0x00000012
sem key:0x00000013
ipcrm-all: key:0x13: sem, 3 semaphores: a living process made it or used it last; it stays (--force would remove it)
status 1
key:0x00000012
key:0x00000013
status 0
END
}

@test 'ipcrm-all: what is named and in use stays, which is an error that says who it is' {
    run -0 alone '
        echo x | shmput /seg
        hold peer map /seg
        told ipcrm-all -f /seg | sed "s,\b$held/,PID/,"
        there'
    assert_output - <<END
ipcrm-all: /seg: pshm, 2 bytes: in use by PID/peer; it stays (--force would remove it)
status 1
pshm /seg
END
}

@test 'ipcrm-all: --force removes what is in use, and its users go on' {
    run -0 alone '
        echo x | shmput /seg
        echo y | shmput key:0x11
        mkfifo go
        hold bash -c "exec 5</dev/shm/seg; echo; read -r x <go; cat <&5 >got"; a=$held
        hold peer map key:0x11
        told ipcrm-all --force --all
        there
        echo >go
        wait $a
        cat got'
    assert_output - <<END
key:0x00000011
/seg
status 0
shm id:0
x
END
}

@test 'ipcrm-all: a segment that already goes with its last user is no failure, and not told' {
    run -0 alone '
        echo y | shmput key:0x11
        hold peer map key:0x11
        ipcrm -M 0x11
        told ipcrm-all --force --all'
    assert_output 'status 0'
}

@test "ipcrm-all: a user whose processes alone may be looked at knows of files that nobody has them open" {
    needs_uids
    run -0 alone '
        for n in /free /held; do echo x | as_bin shmput -m 666 $n; done
        as_bin semctl create /sem 1
        as_bin mqsend -C --max-messages=3 --message-size=10 /queue one
        # By root, so that nobody may look.
        hold bash -c "exec 5</dev/shm/held; echo; exec sleep 60"
        told as_bin ipcrm-all -n -t pshm,psem
        told as_bin ipcrm-all -t pshm,psem
        told as_bin ipcrm-all /queue
        there'
    assert_output - <<END
/free
/sem
status 0
/free
/sem
status 0
/queue
status 0
pshm /held
END
}

@test 'ipcrm-all: where it cannot be known it counts as in use, and that is told' {
    needs_uids
    run -0 alone '
        as_bin mqsend -C key:0x12 one
        told as_bin ipcrm-all -t msg
        told as_bin ipcrm-all key:0x12
        there
        told as_bin ipcrm-all --force -t msg'
    assert_output - <<END
ipcrm-all: 1 stays: perhaps in use, not all processes may be looked at (root may; --force would remove it)
status 0
ipcrm-all: key:0x12: msg, 1 message: perhaps in use, processes of other PID namespaces cannot be seen; it stays (--force would remove it)
status 1
msg key:0x00000012
key:0x00000012
status 0
END
}

@test 'ipcrm-all: several that are perhaps in use are told by their number, and each with -v and by --around' {
    needs_uids
    run -0 alone '
        for k in 1 2; do as_bin mqsend -C key:0x1$k one; done
        told as_bin ipcrm-all -t msg
        told as_bin ipcrm-all -nv -t msg
        told as_bin ipcrm-all --around -t msg mqsend -C key:0x13 one'
    assert_output - <<'END'
ipcrm-all: 2 stay: perhaps in use, not all processes may be looked at (root may; --force would remove them)
status 0
ipcrm-all: key:0x00000011: msg, 1 message: perhaps in use, processes of other PID namespaces cannot be seen; it stays (--force would remove it)
ipcrm-all: key:0x00000012: msg, 1 message: perhaps in use, processes of other PID namespaces cannot be seen; it stays (--force would remove it)
ipcrm-all: 0 to remove, 0 in use, 2 perhaps in use, 0 passed by, 0 gone already, 0 declined, 0 failed
status 0
ipcrm-all: key:0x00000013: msg, 1 message: perhaps in use, processes of other PID namespaces cannot be seen; it stays (--force would remove it)
status 0
END
}

@test "ipcrm-all: another user's set that may not be read is looked at by its index, and by the table" {
    needs_uids
    run -0 alone '
        semctl create key:0x13 1; mqsend -C key:0x12 one; echo x | shmput key:0x11
        told as_bin ipcrm-all -u 0 --force -t shm,msg,sem
        told as_bin ipcrm-all -n -u 0 -t shm,pshm
        ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 told as_bin strace -qq -o /dev/null \
            -e inject=semctl:error=EINVAL:when=4 ipcrm-all -u 0 --force -t sem
        : >none; mount --bind none /proc/sysvipc/sem
        ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 told as_bin strace -qq -o /dev/null \
            -e inject=semctl:error=EINVAL:when=4 ipcrm-all -u 0 --force -t sem
        told as_bin ipcrm-all -u 0 -t sem key:0x13'
    assert_output - <<'END'
ipcrm-all: key:0x00000011: Operation not permitted
ipcrm-all: key:0x00000012: Operation not permitted
ipcrm-all: key:0x00000013: Operation not permitted
status 1
ipcrm-all: key:0x00000011: Operation not permitted
status 1
ipcrm-all: key:0x00000013: Operation not permitted
status 1
status 0
ipcrm-all: key:0x13: sem, 1 semaphore: perhaps in use, not all processes may be looked at; it stays (--force would remove it)
status 1
END
}

@test 'ipcrm-all: a set of which somebody waits for a value, or for 0, stays' {
    run -0 alone '
        semctl create key:0x13 0
        wait_for() { perl -e "semop(semget(0x13, 0, 0), pack(q(s3), 0, shift, 0))" -- "$1" 9>&- & waiting=$!; await sleeps $waiting __do_semtimedop; }
        wait_for -1
        told ipcrm-all -v -t sem | sed "s,\b$waiting/,PID/,"
        kill $waiting; wait $waiting 2>/dev/null
        semctl set key:0x13 1
        wait_for 0
        told ipcrm-all -t sem
        told ipcrm-all --around sh -c true
        there'
    assert_output - <<'END'
ipcrm-all: key:0x00000013: sem, 1 semaphore: in use by PID/perl; it stays (--force would remove it)
ipcrm-all: 0 removed, 1 in use, 0 perhaps in use, 0 passed by, 0 gone already, 0 declined, 0 failed
status 0
status 0
status 0
sem key:0x00000013
END
}

@test 'ipcrm-all: an id of another kind than that of -t, or of a segment that goes already, is not there' {
    run -0 alone '
        mqsend -C key:0x12 one
        echo y | shmput key:0x11; hold peer map key:0x11; ipcrm -M 0x11
        told ipcrm-all -t sem id:0
        told ipcrm-all -t shm id:0
        there'
    assert_output - <<'END'
ipcrm-all: id:0: No such file or directory
status 3
ipcrm-all: id:0: No such file or directory
status 3
shm id:0
msg key:0x00000012
END
}

@test 'ipcrm-all: of many users the first few are named' {
    run -0 alone '
        echo x | shmput /seg
        hold setsid perl -e "open G, q(</dev/shm/seg); for (1..5) { if (!fork) { sleep 60; exit } } \$| = 1; print qq(\n); sleep 60"
        told ipcrm-all /seg | sed -E "s,[0-9]+/,P/,g"
        kill -- -$held'
    assert_output - <<'END'
ipcrm-all: /seg: pshm, 2 bytes: in use by P/perl, P/perl, P/perl and 3 more; it stays (--force would remove it)
status 1
END
}

@test 'ipcrm-all: a user that comes between the listing and the removal keeps it' {
    run -0 alone '
        echo one | shmput /seg
        path=/dev/shm stopped_at openat 2 ipcrm-all -t pshm /seg
        hold peer map /seg
        go_on
        echo one | shmput key:0x11
        stopped_at shmctl 2 ipcrm-all -t shm key:0x11
        hold peer map key:0x11
        go_on >all; sed "s/\b$held\b/P/" all'
    assert_output - <<'END'
status 1
ipcrm-all: /seg: pshm, 4 bytes: in use; it stays (--force would remove it)
status 1
ipcrm-all: key:0x11: shm, 4 bytes: in use by P/peer; it stays (--force would remove it)
END
}

@test 'ipcrm-all: a queue or set whose last user cannot be seen is perhaps in use; a set that was never used is not' {
    run -0 alone '
        mqsend -C key:0x12 one; mqsend -C key:0x14 one
        perl -e "\$i = semget(0x13, 2, 01600); semop(\$i, pack(q(s6), 0, 1, 0, 1, 1, 0))"
        perl -e "\$i = semget(0x15, 2, 01600); semctl(\$i, 0, 16, 1)"
        perl -e "semget(0x16, 2, 01600)"
        hold perl -e "\$| = 1; msgrcv(msgget(0x14, 0), \$m, 10, 0, 0); print qq(\n); sleep 60"
        # From in there the processes out here have no pid.
        told unshare --pid --fork --mount-proc ipcrm-all -v --all | sort
        told ipcrm-all --all -v | sort'
    assert_output - <<'END'
ipcrm-all: 2 removed, 0 in use, 3 perhaps in use, 0 passed by, 0 gone already, 0 declined, 0 failed
ipcrm-all: key:0x00000012: msg, 1 message: perhaps in use, processes of other PID namespaces cannot be seen; it stays (--force would remove it)
ipcrm-all: key:0x00000013: sem, 2 semaphores: perhaps in use, processes of other PID namespaces cannot be seen; it stays (--force would remove it)
ipcrm-all: key:0x00000014: msg, 0 messages: perhaps in use, processes of other PID namespaces cannot be seen; it stays (--force would remove it)
ipcrm-all: key:0x00000015: sem, 2 semaphores: removed
ipcrm-all: key:0x00000016: sem, 2 semaphores: removed
key:0x00000015
key:0x00000016
status 0
ipcrm-all: 2 removed, 1 in use, 0 perhaps in use, 0 passed by, 0 gone already, 0 declined, 0 failed
ipcrm-all: key:0x00000012: msg, 1 message: removed
ipcrm-all: key:0x00000013: sem, 2 semaphores: removed
ipcrm-all: key:0x00000014: msg, 0 messages: a living process made it or used it last; it stays (--force would remove it)
key:0x00000012
key:0x00000013
status 0
END
}

@test 'ipcrm-all: what only a process of another PID namespace uses stays, and what no process uses goes' {
    needs_uids
    run -0 alone '
        away() { unshare --pid --fork --mount-proc "$@"; }
        echo x | as_bin shmput /seg; echo x | as_bin shmput /free
        as_bin semctl create /sem
        bin="setpriv --reuid 2 --regid 2 --clear-groups --inh-caps=-all"
        hold $bin perl -e "open F, q(+<), q(/dev/shm/seg) or die; \$| = 1; print qq(\n); sleep 60"
        $bin semctl wait /sem; $bin semctl wait /sem >/dev/null 2>&1 9>&- & w=$!; await sleeps $w futex
        told away ipcrm-all --orphans -v -u 2 2>&1 | sort
        echo x | as_bin shmput /free
        # Without CAP_SETUID there is no lease, and so no answer.
        told away setpriv --inh-caps=-setuid --bounding-set=-setuid ipcrm-all -v -t pshm,psem -u 2 2>&1 | sort
        told away setpriv --inh-caps=-setuid --bounding-set=-setuid ipcrm-all -v --orphans -u 2 2>&1 | sort
        kill $held $w
        there'
    assert_output - <<'END'
/free
ipcrm-all: /free: pshm, 2 bytes: removed
ipcrm-all: /seg: pshm, 2 bytes: no orphan, in use; it stays
ipcrm-all: /sem: psem: no orphan, in use; it stays
ipcrm-all: 1 removed, 0 in use, 0 perhaps in use, 2 passed by, 0 gone already, 0 declined, 0 failed
status 0
ipcrm-all: /free: pshm, 2 bytes: perhaps in use, processes of other PID namespaces cannot be seen; it stays (--force would remove it)
ipcrm-all: /seg: pshm, 2 bytes: perhaps in use, processes of other PID namespaces cannot be seen; it stays (--force would remove it)
ipcrm-all: /sem: psem: in use; it stays (--force would remove it)
ipcrm-all: 0 removed, 1 in use, 2 perhaps in use, 0 passed by, 0 gone already, 0 declined, 0 failed
status 0
ipcrm-all: /free: pshm, 2 bytes: perhaps in use, nobody seen, but not all processes may be looked at; it stays
ipcrm-all: /seg: pshm, 2 bytes: perhaps in use, nobody seen, but not all processes may be looked at; it stays
ipcrm-all: /sem: psem: no orphan, in use; it stays
ipcrm-all: 0 removed, 0 in use, 2 perhaps in use, 1 passed by, 0 gone already, 0 declined, 0 failed
status 0
pshm /free
pshm /seg
psem /sem
END
}

@test 'ipcrm-all: a queue that was never used is perhaps in use where a process of another PID namespace may wait for it' {
    run -0 alone '
        perl -e "msgget(0x12, 01600)"
        perl -e "msgrcv(msgget(0x12, 0), \$m, 10, 0, 0)" 9>&- & await sleeps $! do_msgrcv
        told unshare --pid --fork --mount-proc ipcrm-all --all
        told unshare --pid --fork --mount-proc ipcrm-all key:0x12
        told ipcrm-all key:0x12 | sed "s/[0-9]*\/perl/P\/perl/"
        told unshare --pid --fork --mount-proc ipcrm-all --around perl -e "msgget(0x13, 01600)"
        there'
    assert_output - <<'END'
ipcrm-all: 1 stays: perhaps in use, not all processes may be looked at (--force would remove it)
status 0
ipcrm-all: key:0x12: msg, 0 messages: perhaps in use, processes of other PID namespaces cannot be seen; it stays (--force would remove it)
status 1
ipcrm-all: key:0x12: msg, 0 messages: in use by P/perl; it stays (--force would remove it)
status 1
ipcrm-all: key:0x00000013: msg, 0 messages: left behind, removed
status 0
msg key:0x00000012
END
}

@test 'ipcrm-all: a file that its owner may not open is perhaps in use' {
    needs_uids
    run -0 alone '
        echo x | as_bin shmput -m 0 /shut
        told as_bin ipcrm-all -n -t pshm
        told as_bin ipcrm-all -t pshm
        told ipcrm-all -u 2 -t pshm'
    assert_output - <<'END'
ipcrm-all: 1 stays: perhaps in use, not all processes may be looked at (root may; --force would remove it)
status 0
ipcrm-all: 1 stays: perhaps in use, not all processes may be looked at (root may; --force would remove it)
status 0
/shut
status 0
END
}

@test 'ipcrm-all: what a user has made and given away both may remove' {
    needs_uids
    run -0 alone '
        for k in 1 2; do perl -MIPC::Msg -e "IPC::Msg->new(hex shift, 01600)->set(uid => 2) or die" 0x1$k; done
        told as_bin ipcrm-all -n -t msg --force
        as_bin mqsend -C -m 0 key:0x13 </dev/null
        as_bin perl -MIPC::Msg -e "IPC::Msg->new(0x14, 01600)->set(uid => 0) or die"
        told ipcrm-all -n -t msg --force
        told as_bin ipcrm-all -n -u 0 -t msg --force'
    assert_output - <<'END'
key:0x00000011
key:0x00000012
status 0
key:0x00000014
status 0
key:0x00000014
status 0
END
}

@test 'ipcrm-all: a queue is in use for whom a living process has sent to it' {
    run -0 alone '
        mqsend -C key:0x12 one; mqsend -C key:0x13 one
        hold perl -e "\$| = 1; msgsnd(msgget(0x12, 0), pack(q(l!a), 1, q(x)), 0); print qq(\n); sleep 60"
        told ipcrm-all --all'
    assert_output $'key:0x00000013\nstatus 0'
}

# --- the last look ---

@test 'ipcrm-all: a queue whose id came back is another one, and stays' {
    run -0 alone '
        mqsend -C key:0x12 one
        id=$(ipcls -r --noheadings -t msg -o ID)
        # Behind the second call the queue is listed.
        stopped_at msgctl 2 ipcrm-all --force --all
        ipcrm -q $id
        next_id msg $id
        mqsend -C key:0x13 another
        [[ $(ipcls -r --noheadings -t msg -o ID) == "$id" ]] && echo the id came back
        go_on
        there'
    assert_output - <<END
the id came back
status 1
ipcrm-all: key:0x00000012: changed since it was listed, or another one by now; it stays
msg key:0x00000013
END
}

@test 'ipcrm-all: a segment whose id and key came back is another one, and stays' {
    run -0 alone '
        echo one | shmput key:0x12
        id=$(ipcls -r --noheadings -t shm -o ID)
        stopped_at shmctl 2 ipcrm-all --force --all
        ipcrm -m $id
        next_id shm $id
        echo two | shmput key:0x12
        [[ $(ipcls -r --noheadings -t shm -o ID) == "$id" ]] && echo the id came back
        go_on
        there'
    assert_output - <<END
the id came back
status 1
ipcrm-all: key:0x00000012: changed since it was listed, or another one by now; it stays
shm key:0x00000012
END
}

@test 'ipcrm-all: a set whose id and key came back with another size is another one, and stays' {
    run -0 alone '
        semctl create key:0x12 1
        id=$(ipcls -r --noheadings -t sem -o ID)
        stopped_at semctl 2 ipcrm-all --force --all
        ipcrm -s $id
        next_id sem $id
        semctl create key:0x12 1 1
        [[ $(ipcls -r --noheadings -t sem -o ID) == "$id" ]] && echo the id came back
        go_on
        there'
    assert_output - <<END
the id came back
status 1
ipcrm-all: key:0x00000012: changed since it was listed, or another one by now; it stays
sem key:0x00000012
END
}

@test 'ipcrm-all: a segment that took the name of the listed one stays' {
    run -0 alone '
        echo one | shmput /seg
        # It is opened once for the listing, and once to remove.
        path=/dev/shm stopped_at openat 2 ipcrm-all --force -t pshm
        echo two | shmput -r /seg
        go_on
        there
        shmcat /seg'
    assert_output - <<END
status 1
ipcrm-all: /seg: changed since it was listed, or another one by now; it stays
pshm /seg
two
END
}

@test 'ipcrm-all: what somebody begins to use after the listing stays' {
    run -0 alone '
        echo one | shmput /seg
        echo one | shmput key:0x11
        stopped_at shmctl 2 ipcrm-all -t shm --all
        hold peer map key:0x11
        go_on
        path=/dev/shm stopped_at openat 2 ipcrm-all -t pshm --all
        hold peer map /seg
        go_on
        there'
    assert_output - <<END
status 0
status 0
shm key:0x00000011
pshm /seg
END
}

# vanishing ARGUMENT...: of three queues somebody removes one after they were listed.
vanishing() {
    alone '
        for i in 1 2 3; do mqsend -C key:0x1$i one; done
        stopped_at msgctl 4 ipcrm-all "$@"
        ipcrm -Q 0x12
        go_on
        there' "$@"
}

@test 'ipcrm-all: what was chosen and somebody else removed is no failure, and -v tells it' {
    run -0 vanishing --all
    assert_output - <<END
status 0
key:0x00000011
key:0x00000013
END
    run -0 vanishing -v --all
    assert_output - <<END
status 0
key:0x00000011
key:0x00000013
ipcrm-all: key:0x00000011: msg, 1 message: removed
ipcrm-all: key:0x00000012: gone already
ipcrm-all: key:0x00000013: msg, 1 message: removed
ipcrm-all: 2 removed, 0 in use, 0 perhaps in use, 0 passed by, 1 gone already, 0 declined, 0 failed
END
}

@test 'ipcrm-all: what was named and somebody else removed is missing, but with -f' {
    run -0 vanishing key:0x11 key:0x12 key:0x13
    assert_output - <<END
status 1
key:0x00000011
key:0x00000013
ipcrm-all: key:0x12: No such file or directory
END
    run -0 vanishing -f key:0x11 key:0x12 key:0x13
    assert_output - <<END
status 0
key:0x00000011
key:0x00000013
END
}

@test 'ipcrm-all: -v counts what --older and --orphans passed by, and says why it stays' {
    run -0 alone '
        echo x | shmput /old; touch -a -m -d "1 hour ago" /dev/shm/old
        mqsend -C key:0x12 one; sleep 60 </dev/shm/old 9>&- &
        told ipcrm-all -v --all --older=1h
        hold perl -e "\$| = 1; msgsnd(msgget(0x13, 01600), pack(q(l! a*), 1, q(x)), 0); print qq(\n); sleep 60"
        told ipcrm-all -v --orphans | sed "s,by [0-9]*/,by PID/,"'
    assert_output - <<END
ipcrm-all: /old: pshm, 2 bytes: touched since then; it stays
ipcrm-all: key:0x00000012: msg, 1 message: touched since then; it stays
ipcrm-all: 0 removed, 0 in use, 0 perhaps in use, 2 passed by, 0 gone already, 0 declined, 0 failed
status 0
ipcrm-all: /old: pshm, 2 bytes: no orphan, in use by PID/sleep; it stays
ipcrm-all: key:0x00000012: msg, 1 message: perhaps in use, 1 message left, last users gone, but who waits is not known; it stays
ipcrm-all: key:0x00000013: msg, 1 message: no orphan, a living process made it or used it last; it stays
ipcrm-all: 0 removed, 0 in use, 1 perhaps in use, 2 passed by, 0 gone already, 0 declined, 0 failed
status 0
END
}

@test 'ipcrm-all: names in messages are written as on standard output' {
    run -0 alone '
        name=$(printf "/a\\033\\001\\303\\244 b\\134"); echo x | shmput "$name"
        ipcrm-all -v --all 2>err | tee out; sed -n "s/^ipcrm-all: \\(.*\\): pshm.*/\\1/p" err'
    assert_output $'/a\\x1b\\x01\\xc3\\xa4 b\\x5c\n/a\\x1b\\x01\\xc3\\xa4 b\\x5c'
}

@test 'ipcrm-all: what goes while it is removed is gone already' {
    run -0 alone '
        for k in 1 2 3; do mqsend -C key:0x1$k one; done
        echo x | shmput /seg
        # Each queue is two calls: it is looked at, and then removed.
        stopped_at msgctl 5 ipcrm-all --force -t msg key:0x11 key:0x12 key:0x13
        ipcrm -Q 0x11
        go_on
        path=/dev/shm stopped_at openat 2 ipcrm-all --force -t pshm /seg
        rm /dev/shm/seg
        go_on
        there'
    assert_output - <<'END'
status 1
key:0x00000012
key:0x00000013
ipcrm-all: key:0x11: No such file or directory
status 3
ipcrm-all: /seg: No such file or directory
END
}

@test 'ipcrm-all: --force removes a queue that is open, and a set that is waited for' {
    run -0 alone '
        mqsend -C --max-messages=3 --message-size=10 /queue </dev/null; semctl create key:0x13 0
        mqrecv /queue 9>&- >/dev/null 2>&1 & a=$!
        semctl wait key:0x13 9>&- >/dev/null 2>&1 & b=$!
        await sleeps $a wq_sleep; await sleeps $b __do_semtimedop
        told ipcrm-all --force --all
        there'
    assert_output $'/queue\nkey:0x00000013\nstatus 0'
}

@test 'ipcrm-all: a file on which somebody has a lease, and one that is just being opened, stay' {
    run -0 alone '
        echo x | shmput /seg
        path=/dev/shm stopped_at openat 2 ipcrm-all -t pshm -v
        hold perl -e "open F, q(<), q(/dev/shm/seg) or die; \$SIG{IO} = q(IGNORE); fcntl(F, 1024, 1) or die; \$| = 1; print qq(\n); sleep 60"; a=$held
        go_on
        kill $a; wait $a 2>/dev/null
        path=/dev/shm/seg stopped_at fcntl 2 ipcrm-all -t pshm -v
        cat /dev/shm/seg >/dev/null 9>&- & b=$!
        await sleeps $b __break_lease
        go_on'
    assert_output - <<'END'
status 0
ipcrm-all: /seg: pshm, 2 bytes: in use; it stays (--force would remove it)
ipcrm-all: 0 removed, 1 in use, 0 perhaps in use, 0 passed by, 0 gone already, 0 declined, 0 failed
status 0
ipcrm-all: /seg: pshm, 2 bytes: in use; it stays (--force would remove it)
ipcrm-all: 0 removed, 1 in use, 0 perhaps in use, 0 passed by, 0 gone already, 0 declined, 0 failed
END
}

@test 'ipcrm-all: a queue that is removed while it is looked at is gone already' {
    run -0 alone '
        mqsend -C --max-messages=3 --message-size=10 /queue </dev/null
        stopped_at mq_open 1 ipcrm-all -t pmsg /queue
        ipcrm-all --force /queue
        go_on'
    assert_output $'/queue\nstatus 3\nipcrm-all: /queue: No such file or directory'
}

@test 'ipcrm-all: a set that came back from another user or group, or got other values, is another one' {
    needs_uids
    run -0 alone '
        # The clock of the kernel for it may be behind that of date.
        changed() { awk "END { print \$10 }" /proc/sysvipc/sem; }
        other_time() { semctl set key:0x12 7; [[ $(changed) != $made ]]; }
        for who in "--reuid 1234" "--regid 1234" ""; do
            semctl create key:0x12 1; made=$(changed)
            id=$(ipcls -r --noheadings -t sem -o ID)
            stopped_at semctl $((id + 2)) ipcrm-all --force --all
            if [[ -n $who ]]; then
                ipcrm -s $id; next_id sem $id
                setpriv $who --clear-groups semctl create key:0x12 1
            else
                await other_time
            fi
            go_on
            ipcrm -S 0x12
        done'
    assert_output - <<'END'
status 1
ipcrm-all: key:0x00000012: changed since it was listed, or another one by now; it stays
status 1
ipcrm-all: key:0x00000012: changed since it was listed, or another one by now; it stays
status 1
ipcrm-all: key:0x00000012: changed since it was listed, or another one by now; it stays
END
}

@test 'ipcrm-all: where a set may not be read -n knows nothing of it' {
    needs_uids
    run -0 alone '
        as_bin semctl create key:0x13 1
        perl -MIPC::Semaphore -e "IPC::Semaphore->new(0x13, 0, 0)->set(mode => 0)"
        told as_bin ipcrm-all -nv -t sem'
    assert_output - <<'END'
ipcrm-all: key:0x00000013: sem, 1 semaphore: perhaps in use, not all processes may be looked at; it stays (--force would remove it)
ipcrm-all: 0 to remove, 0 in use, 1 perhaps in use, 0 passed by, 0 gone already, 0 declined, 0 failed
status 0
END
}

@test 'ipcrm-all: what the kernel says of a queue at the last look and at its removal' {
    run -0 alone '
        mqsend -C key:0x12 one
        for call in 3 4; do
            for error in EIDRM EPERM; do
                ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 told strace -qq -o /dev/null -e inject=msgctl:error=$error:when=$call ipcrm-all --force -t msg -v | grep -v " passed by, "
            done
        done
        there'
    assert_output - <<'END'
ipcrm-all: key:0x00000012: gone already
status 0
ipcrm-all: key:0x00000012: Operation not permitted
status 1
ipcrm-all: key:0x00000012: gone already
status 0
ipcrm-all: key:0x00000012: Operation not permitted
status 1
msg key:0x00000012
END
}

@test 'ipcrm-all: a segment that its maker makes anew with another size is another one' {
    run -0 alone '
        mkfifo go; exec 7<>go
        hold perl -e "\$| = 1; \$id = shmget(0x12, 10, 01600); print qq(\n); sysread STDIN, \$_, 1; shmctl(\$id, 0, 0);
            open F, q(>), q(/proc/sys/kernel/shm_next_id); syswrite F, qq(\$id\n); shmget(0x12, 20, 01600); open F, q(>done); sleep 60" <go
        next_id msg 0 # which makes sure that this namespace is our own
        stopped_at shmctl 2 ipcrm-all --force -t shm
        echo >&7
        await test -e done
        go_on
        there'
    assert_output - <<'END'
status 1
ipcrm-all: key:0x00000012: changed since it was listed, or another one by now; it stays
shm key:0x00000012
END
}

# --- hostile entries ---

@test 'ipcrm-all: what is no object in /dev/shm is told and stays; every strange name goes' {
    run -0 alone '
        cd /dev/shm
        mkfifo fifo
        mkdir dir
        ln -s /etc/passwd link
        mknod null c 1 3 2>/dev/null || mkfifo null
        touch -- $'"'a\\nb'"' $'"'esc\\e[31m'"' $'"'\\xff'"' "x (deleted)" -rf sem.empty sem. "back\\slash" plain
        ln plain second
        told timeout 10 ipcrm-all --all | sort
        ls
        [[ -s /etc/passwd ]]'
    assert_output - <<'END'
/-rf
/\xff
/a\x0ab
/back\x5cslash
/esc\x1b[31m
/plain
/second
/sem.
/sem.empty
/x (deleted)
ipcrm-all: /dir: not a regular file; it stays
ipcrm-all: /fifo: not a regular file; it stays
ipcrm-all: /link: a symbolic link, which is not followed; it stays
ipcrm-all: /null: not a regular file; it stays
status 0
dir
fifo
link
null
END
}

@test 'ipcrm-all: -0 writes names as they are' {
    run -0 alone '
        touch $'"'/dev/shm/a\\nb'"' $'"'/dev/shm/\\xff\\e'"'
        ipcrm-all -0 --all | sort -z | od -An -c'
    assert_output "   /   a  \\n   b  \\0   / 377 033  \\0"
}

@test 'ipcrm-all: what is no object, but named, is an error' {
    run -0 alone '
        mkfifo /dev/shm/fifo
        mkdir /dev/shm/dir
        echo x | shmput /seg
        told timeout 10 ipcrm-all --force -f /fifo /dir /seg
        ls /dev/shm'
    assert_output - <<END
ipcrm-all: /fifo: not a regular file
ipcrm-all: /dir: not a regular file
/seg
status 1
dir
fifo
END
}

@test 'ipcrm-all: a FIFO that takes the name of a listed segment does not make it hang' {
    run -0 alone '
        echo one | shmput /seg
        path=/dev/shm stopped_at openat 2 ipcrm-all -t pshm
        rm /dev/shm/seg
        mkfifo /dev/shm/seg
        go_on
        ls /dev/shm'
    assert_output - <<END
status 1
ipcrm-all: /seg: changed since it was listed, or another one by now; it stays
seg
END
}

@test 'ipcrm-all: files that are not objects of somebody else are not told' {
    needs_uids
    run -0 alone '
        mkdir /dev/shm/dir
        told as_bin ipcrm-all -t pshm'
    assert_output 'status 0'
}

# --- the output ---

@test 'ipcrm-all: where names cannot be written nothing more goes, and what went is told' {
    run -0 alone '
        for i in 1 2 3; do mqsend -C key:0x1$i one; done
        ipcrm-all --all >/dev/full 2>err
        echo "status $?"
        cat err
        there'
    assert_output - <<END
status 1
ipcrm-all: standard output: No space left on device; nothing more is removed
ipcrm-all: key:0x00000011: removed
msg key:0x00000012
msg key:0x00000013
END
}

@test 'ipcrm-all: where names cannot be written any more the last few are told on standard error' {
    run -0 alone '
        for i in 01 02 03 04 05 06 07 08 09; do mqsend -C key:0x$i one; done
        { ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 strace -f -o trace -e inject=write:error=ENOSPC:when=3 \
            ipcrm-all --all; echo "status $?"; } >out 2>err
        cat out err
        there'
    assert_output - <<END
key:0x00000001
key:0x00000002
key:0x00000003
status 1
ipcrm-all: standard output: No space left on device; nothing more is removed
ipcrm-all: key:0x00000004: removed
ipcrm-all: key:0x00000005: removed
ipcrm-all: key:0x00000006: removed
ipcrm-all: key:0x00000007: removed
msg key:0x00000008
msg key:0x00000009
END
}

@test 'ipcrm-all: a reader that went away ends it in the same way' {
    run -0 alone '
        for i in 1 2 3; do mqsend -C key:0x1$i one; done
        exec 8> >(exec true)
        wait $!
        ipcrm-all --all >&8 2>err
        echo "status $?"
        cat err
        there | wc -l'
    assert_output - <<END
status 1
ipcrm-all: standard output: Broken pipe; nothing more is removed
ipcrm-all: key:0x00000011: removed
2
END
}

@test 'ipcrm-all: with a closed standard output nothing is removed; with -n a full one is a failure' {
    run -0 alone '
        echo x | shmput /seg
        ipcrm-all --all 2>&1 >&-
        echo "status $?"
        ipcrm-all -n --all 2>&1 >/dev/full
        echo "status $?"
        there'
    assert_output - <<END
ipcrm-all: standard output: Bad file descriptor
status 1
ipcrm-all: standard output: No space left on device
status 1
pshm /seg
END
}

# --- several, killed, and no end of objects ---

@test 'ipcrm-all: a killed one leaves nothing half done' {
    run -0 alone '
        for i in 1 2 3 4 5; do mqsend -C key:0x1$i one; done
        # As late as can be: two are gone and not yet told.
        {
            ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 strace -f -o trace -e inject=write:signal=KILL:when=2 \
                ipcrm-all --all >out
        } 2>/dev/null
        echo "status $?"
        cat out
        echo --
        there
        told ipcrm-all --all'
    assert_output - <<END
status 137
key:0x00000011
--
msg key:0x00000014
msg key:0x00000015
key:0x00000014
key:0x00000015
status 0
END
}

@test 'ipcrm-all: SIGTERM ends it behind an object that is told' {
    run -0 alone '
        for i in 1 2 3; do mqsend -C key:0x1$i one; done
        # The listing is four calls, and each queue two, of which the second removes it.
        {
            ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 strace -f -o trace -e inject=msgctl:signal=TERM:when=6 \
                ipcrm-all --all >out
        } 2>/dev/null
        echo "status $?"
        cat out
        echo --
        there'
    assert_output - <<END
status 143
key:0x00000011
--
msg key:0x00000012
msg key:0x00000013
END
}

@test 'ipcrm-all: of two at once each object goes by one of them, and none stays' {
    run -0 alone '
        for round in 1 2 3 4 5; do
            perl -e "for (1..400) { semget(0x1000 + \$_, 1, 01600) // die; open F, q(>), qq(/dev/shm/s\$_) or die; }"
            ipcrm-all -f --all >a 2>&1 9>&- & a=$!
            ipcrm-all -f --all >b 2>&1 9>&- & b=$!
            wait $a || echo "status $?"
            wait $b || echo "status $?"
            sort a b | uniq -d
            sort a b | wc -l
            there
        done'
    assert_output $'800\n800\n800\n800\n800'
}

@test 'ipcrm-all: it ends although objects keep coming' {
    run -0 alone '
        hold perl -e "\$| = 1; for (;;) { semget(0, 1, 01600); open F, q(>), q(/dev/shm/go-) . \$n++; print qq(\n) if \$n == 500 }" 
        timeout -s KILL 20 ipcrm-all --all >out
        echo "status $?"
        kill $held
        wait
        (($(wc -l <out) >= 500)) && echo many'
    assert_output $'status 0\nmany'
}

@test 'ipcrm-all: 20,000 names in /dev/shm go at once' {
    run -0 alone '
        perl -e "for (1..20000) { open F, q(>), sprintf(q(/dev/shm/many-%06d), \$_) or die; }"
        ipcrm-all --all | wc -l
        ls /dev/shm | wc -l'
    assert_output $'20000\n0'
}

# --- asking ---

# asked ANSWERS ARGUMENTS: with these lines typed on the terminal; what it shows there goes to `screen`.
asking='
asked() {
    printf "%b" "$1" | timeout -s KILL 10 script -qec "ipcrm-all $2 >out 2>err" screen >/dev/null
    echo "status $?"
    cat out err
}
'

@test 'ipcrm-all: -i asks for each on the terminal, and what is declined stays' {
    run -0 alone "$asking"'
        for i in 1 2 3; do mqsend -C key:0x1$i one; done
        asked "y\nno\nYes\n" "-i --all"
        there
        grep -o "remove key:0x000000.. (msg, 1 message, last touched 20..-..-.. ..:..:..)?" screen | wc -l'
    assert_output - <<END
status 0
key:0x00000011
key:0x00000013
msg key:0x00000012
3
END
}

@test 'ipcrm-all: -i at the end of input leaves what was not answered' {
    local words
    for words in '-i --all' '-i --force --all'; do
        run -0 alone "$asking"'
            for i in 1 2 3; do mqsend -C key:0x1$i one; done
            asked "y\n\004" "$1"
            there' "$words"
        assert_output - <<END
status 0
key:0x00000011
msg key:0x00000012
msg key:0x00000013
END
    done
}

@test 'ipcrm-all: -i reads the terminal again after an EINTR that is of no signal' {
    run -0 alone "$asking"'
        mqsend -C key:0x11 one
        export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0
        printf "y\n" | timeout -s KILL 10 script -qec "strace -q -o trace -P /dev/tty -e inject=read:error=EINTR:when=1 ipcrm-all -i --all >out" screen >/dev/null
        grep -c EINTR.*INJECTED trace
        cat out
        there'
    assert_line 1
    assert_line key:0x00000011
    refute_line 'msg key:0x00000011'
}

@test 'ipcrm-all: -i does not read standard input, and without a terminal nothing is removed' {
    run -0 alone '
        echo x | shmput /seg
        yes | told setsid -w ipcrm-all -i --all
        there'
    assert_output - <<END
ipcrm-all: /dev/tty: No such device or address; -i asks on the terminal
status 1
pshm /seg
END
}

@test 'ipcrm-all: what came into use while it asked stays' {
    run -0 alone '
        mqsend -C key:0x11 one
        mqsend -C key:0x12 </dev/null
        mkfifo keys; exec 8<>keys
        timeout -s KILL 20 script -qfec "ipcrm-all -i -v --all >out 2>err" screen <keys >/dev/null 9>&- & a=$!
        await grep -qs "remove key:0x00000011" screen
        mqrecv key:0x12 9>&- & b=$!
        await sleeps $b do_msgrcv
        printf "y\ny\n" >&8
        wait $a
        cat out
        grep -c "in use by $b/mqrecv" err
        there'
    assert_output - <<END
key:0x00000011
1
msg key:0x00000012
END
}

@test 'ipcrm-all: with --force what is in use is asked for, too; an answer of any length is one' {
    run -0 alone "$asking"'
        mqsend -C key:0x11 one; echo x | shmput /held
        hold peer map /held
        asked "n$(printf "%0200d" 0)\ny\n" "-i --force --all"
        there
        kill $held; wait $held 2>/dev/null
        asked "y$(printf "%0200d" 0)\004\004" "-i --all"
        there'
    assert_output - <<'END'
status 0
key:0x00000011
pshm /held
status 0
/held
END
}

@test 'ipcrm-all: what is in use is not asked for, but told' {
    run -0 alone "$asking"'
        echo x | shmput /held; echo x | shmput /free
        hold peer map /held
        asked "y\n" "-i -t pshm -v /held /free" | sed "s/\b$held\b/P/"
        grep -c "remove /held" screen || :'
    assert_output - <<'END'
status 1
/free
ipcrm-all: /held: pshm, 2 bytes: in use by P/peer; it stays (--force would remove it)
ipcrm-all: /free: pshm, 2 bytes: removed
ipcrm-all: 1 removed, 1 in use, 0 perhaps in use, 0 passed by, 0 gone already, 0 declined, 0 failed
0
END
}

@test 'ipcrm-all: a signal while it asks ends it, and nothing goes' {
    run -0 alone '
        mqsend -C key:0x11 one; mqsend -C key:0x12 one; mqsend -C key:0x13 </dev/null
        mkfifo keys; exec 8<>keys
        timeout -s KILL 8 script -qfec "ipcrm-all -i --all >out 2>err" screen <keys >/dev/null 9>&- & a=$!
        await grep -qs "remove key:0x00000011" screen
        echo y >&8
        await grep -qs "remove key:0x00000012" screen
        kill -TERM $(pgrep -P "$(pgrep -P $a)")
        wait $a; echo "status $?"
        cat out err
        there'
    assert_output - <<'END'
status 143
msg key:0x00000011
msg key:0x00000012
msg key:0x00000013
END
}

@test 'ipcrm-all: a kind that cannot be listed is told, and is a failure where it may have what was asked for' {
    run -0 alone '
        ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 told strace -qq -o /dev/null -P /dev/shm -e inject=openat:error=EMFILE ipcrm-all /none
        mqsend -C key:0x12 one
        ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 told strace -qq -o /dev/null -P /dev/shm -e inject=openat:error=EMFILE ipcrm-all --all'
    assert_output - <<'END'
ipcrm-all: /dev/shm: Too many open files; POSIX segments cannot be listed
ipcrm-all: /dev/shm: Too many open files; POSIX semaphores cannot be listed
status 1
ipcrm-all: /dev/shm: Too many open files; POSIX segments cannot be listed
ipcrm-all: /dev/shm: Too many open files; POSIX semaphores cannot be listed
key:0x00000012
status 0
END
}

@test 'ipcrm-all: orphans and what is asked for among sets, and a semaphore whose own word says that it is awaited' {
    run -0 alone "$asking"'
        perl -e "\$i = semget(\$_, 1, 01600), semop(\$i, pack(q(s3), 0, 1, 0)) for 0x13, 0x14"
        # Who is killed cannot take himself out of the word.
        semctl create /awaited 0
        semctl wait /awaited 9>&- & a=$!
        awaited() { (($(peer sem-waiters /awaited) > 0)); }
        await awaited
        kill -KILL $a; wait $a 2>/dev/null
        told ipcrm-all --orphans -n -t sem
        asked "y\nn\n" "-i -v --all"
        there'
    assert_output - <<'END'
key:0x00000013
key:0x00000014
status 0
status 0
key:0x00000013
ipcrm-all: key:0x00000013: sem, 1 semaphore: removed
ipcrm-all: /awaited: psem: in use; it stays (--force would remove it)
ipcrm-all: 1 removed, 1 in use, 0 perhaps in use, 0 passed by, 0 gone already, 1 declined, 0 failed
sem key:0x00000014
psem /awaited
END
}

# --- around a command ---

@test "ipcrm-all: --around gives the command's exact status" {
    run -0 alone '
        for n in 0 1 2 3 7 124 125 255; do ipcrm-all --around sh -c "exit $n"; echo $?; done
        ipcrm-all --around sh -c "kill -9 \$\$"; echo $?
        ipcrm-all --around sh -c "kill -TERM \$\$"; echo $?
        told ipcrm-all --around /no/such/command
        told ipcrm-all --around /etc/passwd
        told ipcrm-all --around -- sh -c "exit 4"'
    assert_output - <<END
0
1
2
3
7
124
125
255
137
143
ipcrm-all: /no/such/command: No such file or directory
status 127
ipcrm-all: /etc/passwd: Permission denied
status 126
status 4
END
}

@test 'ipcrm-all: --around with a wrong command line is 125, and nothing is run' {
    run -0 alone '
        told ipcrm-all --around
        for o in --all "-u 0" --orphans --older=1 -f -i -0; do ipcrm-all --around $o touch ran 2>/dev/null; echo $?; done
        ipcrm-all --around -t fifo touch ran 2>/dev/null; echo $?
        ls ran 2>&1 | wc -l
        [[ ! -e ran ]]'
    assert_output --partial 'ipcrm-all: the command of --around is missing'
    assert_equal "$(grep -c 125 <<<"$output")" 9
}

@test 'ipcrm-all: --around removes what the command left, and nothing else' {
    run -0 --separate-stderr alone '
        one_of_each
        ipcrm-all --around sh -c "
            echo output
            echo x | shmput key:0x21
            echo x | shmput /made
            mqsend -C key:0x22 one
            mqsend -C --max-messages=3 --message-size=10 /made one
            semctl create key:0x23 1
            semctl create /made 1
            echo x | shmput key:private >/dev/null
            echo x | shmput /passing; shmcat -u /passing >/dev/null"
        there'
    assert_output - <<END
output
shm key:0x00000011
pshm /seg
msg key:0x00000012
pmsg /queue
sem key:0x00000013
psem /sem
END
    assert_equal "$(sort <<<"${stderr/id:+([0-9])/id:N}")" "$(sort <<'END'
ipcrm-all: id:N: shm, 2 bytes: left behind, removed
ipcrm-all: key:0x00000021: shm, 2 bytes: left behind, removed
ipcrm-all: /made: pshm, 2 bytes: left behind, removed
ipcrm-all: key:0x00000022: msg, 1 message: left behind, removed
ipcrm-all: /made: pmsg: left behind, removed
ipcrm-all: key:0x00000023: sem, 1 semaphore: left behind, removed
ipcrm-all: /made: psem: left behind, removed
END
)"
}

@test 'ipcrm-all: --around leaves what was there before, also if it was changed, replaced or given a new name' {
    run -0 --separate-stderr alone '
        one_of_each
        echo x | shmput key:private >/dev/null
        echo x | shmput /replaced
        touch /dev/shm/sem.late
        ipcrm-all --around sh -c "
            semctl set key:0x13 5
            mqsend key:0x12 three
            echo y | shmput key:0x11
            echo y | shmput /seg
            echo y | shmput -r /replaced
            mv /dev/shm/sem.sem /dev/shm/sem.moved
            truncate -s 32 /dev/shm/sem.late
            ipcrm -Q 0x12
            mqsend -C key:0x12 another"
        there | sort'
    assert_output - <<END
msg key:0x00000012
pmsg /queue
psem /late
psem /moved
pshm /replaced
pshm /seg
sem key:0x00000013
shm id:1
shm key:0x00000011
END
    assert_equal "$stderr" ''
}

@test 'ipcrm-all: --around leaves what is in use or what a living process made, unless --force' {
    run -0 alone '
        cat >test <<"END"
            echo x | shmput /held
            perl -e "\$| = 1; shmget(0x15, 10, 01600); open F, q(<), q(/dev/shm/held); msgget(0x16, 01600); print qq(\n); sleep 60" >line 9>&- &
            echo $! >pid
            read -r _ <line
            echo x | shmput /left
END
        mkfifo line
        told ipcrm-all --around bash test >all
        sed "s,\b$(cat pid)/,PID/," all | sort
        there
        kill $(cat pid)'
    assert_output - <<END
ipcrm-all: /held: pshm, 2 bytes: in use by PID/perl; it stays (--force would remove it)
ipcrm-all: /left: pshm, 2 bytes: left behind, removed
ipcrm-all: key:0x00000015: shm, 10 bytes: a living process made it or used it last; it stays (--force would remove it)
ipcrm-all: key:0x00000016: msg, 0 messages: left behind, removed
status 0
shm key:0x00000015
pshm /held
END
    run -0 alone '
        echo before | shmput /before
        told ipcrm-all --around --force bash -c "echo x | shmput /held; exec 5</dev/shm/held; sleep 60 >/dev/null 2>&1 9>&- & echo \$! >pid"
        kill $(cat pid)
        there'
    assert_output - <<END
ipcrm-all: /held: pshm, 2 bytes: left behind, removed
status 0
pshm /before
END
}

@test 'ipcrm-all: --around takes -t, --name and -n' {
    run -0 alone '
        told ipcrm-all --around -n -t pshm --name="/a*" sh -c "for n in /a /b; do echo x | shmput \$n; semctl create \$n 1; done"
        there
        rm /dev/shm/*
        told ipcrm-all --around -t pshm --name="/a*" sh -c "for n in /a /b; do echo x | shmput \$n; semctl create \$n 1; done"
        there'
    assert_output - <<END
ipcrm-all: /a: pshm, 2 bytes: left behind
status 0
pshm /a
pshm /b
psem /a
psem /b
ipcrm-all: /a: pshm, 2 bytes: left behind, removed
status 0
pshm /b
psem /a
psem /b
END
}

@test 'ipcrm-all: --around passes signals on, and cleans up behind them' {
    run -0 alone '
        mkfifo line
        ipcrm-all --around bash -c "
            trap \"exit 9\" TERM
            echo x | shmput /left
            echo >line
            while :; do read -rt 0.01 _ <>never2; done" 2>err 9>&- & a=$!
        mkfifo never2
        read -r _ <line
        kill -TERM $a
        wait $a
        echo "status $?"
        cat err
        there'
    assert_output - <<END
status 9
ipcrm-all: /left: pshm, 2 bytes: left behind, removed
END
}

@test 'ipcrm-all: --around cleans up where the command dies of a signal that it got' {
    run -0 alone '
        mkfifo line
        ipcrm-all --around bash -c "echo x | shmput /left; echo >line; exec sleep 60" 2>err 9>&- & a=$!
        read -r _ <line
        kill -HUP $a
        wait $a
        echo "status $?"
        cat err
        there'
    assert_output - <<END
status 129
ipcrm-all: /left: pshm, 2 bytes: left behind, removed
END
}

@test 'ipcrm-all: --around leaves standard output to the command, and needs none itself' {
    run -0 alone '
        ipcrm-all --around sh -c "echo x | shmput /left" >/dev/full 2>err; echo "status $?"
        cat err
        ipcrm-all --around sh -c "echo x | shmput /left" >&- 2>err; echo "status $?"
        cat err'
    assert_output - <<END
status 0
ipcrm-all: /left: pshm, 2 bytes: left behind, removed
status 0
ipcrm-all: /left: pshm, 2 bytes: left behind, removed
END
}

@test "ipcrm-all: --around says 125 where the command succeeded and something could not be removed, else the command's" {
    run -0 alone '
        for status in 0 5; do
            ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 strace -o trace -e inject=unlinkat:error=EPERM \
                ipcrm-all --around sh -c "echo x | shmput /left; mqsend -C key:0x12 </dev/null; exit $status" 2>&1
            echo "status $?"
            rm /dev/shm/left
        done'
    assert_output - <<END
ipcrm-all: /left: Operation not permitted
ipcrm-all: key:0x00000012: msg, 0 messages: left behind, removed
status 125
ipcrm-all: /left: Operation not permitted
ipcrm-all: key:0x00000012: msg, 0 messages: left behind, removed
status 5
END
}

@test 'ipcrm-all: --around runs nothing where a kind of -t cannot be listed' {
    run -0 alone '
        mount -t tmpfs none /dev/mqueue 2>/dev/null
        told weak ipcrm-all --around -t pmsg touch ran
        [[ ! -e ran ]]'
    assert_line --partial 'POSIX queues cannot be listed'
    assert_line 'status 125'
}

@test 'ipcrm-all: -n tells of what it would not be permitted to remove' {
    needs_uids
    run -0 alone '
        echo one | shmput key:0x11
        told as_bin ipcrm-all -n -u 0 -t shm'
    assert_output - <<END
ipcrm-all: key:0x00000011: Operation not permitted
status 1
END
}

@test 'ipcrm-all: a queue that is named needs no mount of queues; another user'\''s is no missing one' {
    needs_uids
    run -0 alone '
        mount -t tmpfs none /dev/mqueue 2>/dev/null
        mqsend -C /other one
        told as_bin ipcrm-all /other
        told as_bin ipcrm-all -f /other
        as_bin mqsend -C /own one
        told as_bin ipcrm-all /own'
    assert_output - <<END
ipcrm-all: /other: Permission denied
status 1
ipcrm-all: /other: Permission denied
status 1
/own
status 0
END
}

@test 'ipcrm-all: --around does not stop with its command where no shell would continue it' {
    run -0 alone '
        setsid ipcrm-all --around sh -c "kill -STOP \$\$; exit 4" & tool=$!
        stopped_child() {
            read -r child _ <"/proc/$tool/task/$tool/children"
            [[ -n $child ]] && grep -qs ") T " "/proc/$child/stat"
        }
        await stopped_child
        kill -CONT "$child"
        wait $tool; echo "status $?"'
    assert_output 'status 4'
}

@test 'ipcrm-all: --around looks at what a living process waits for or made of System V, and leaves it' {
    run -0 alone '
        mkfifo line
        told ipcrm-all --around -t sem,msg bash -c "
            semctl create key:0x13 0; mqsend -C key:0x14 </dev/null; mqsend -C key:0x15 one
            semctl wait key:0x13 >/dev/null 2>&1 9>&- & echo \$! >pid
            mqrecv key:0x14 >/dev/null 2>&1 9>&- & echo \$! >>pid
            for p in \$(<pid); do until grep -q \"do_semtimedop\|do_msgrcv\" /proc/\$p/wchan; do :; done; done" | sed -E "s,by [0-9]+/,by P/,"
        there
        kill $(<pid)'
    assert_output - <<'END'
ipcrm-all: key:0x00000014: msg, 0 messages: in use by P/mqrecv; it stays (--force would remove it)
ipcrm-all: key:0x00000015: msg, 1 message: left behind, removed
ipcrm-all: key:0x00000013: sem, 1 semaphore: in use by P/semctl; it stays (--force would remove it)
status 0
msg key:0x00000014
sem key:0x00000013
END
}

@test 'ipcrm-all: --around --force removes also what a living process made' {
    run -0 alone '
        cat >test <<"END"
            perl -e "\$| = 1; semop(semget(hex(shift), 1, 01600), pack(q(s3), 0, 1, 0)); print qq(\n); sleep 60" $1 >line 9>&- &
            echo $! >pid
            read -r _ <line
END
        mkfifo line
        told ipcrm-all --around -t sem bash test 0x15
        kill $(cat pid)
        told ipcrm-all --around --force -t sem bash test 0x16
        kill $(cat pid)
        there'
    assert_output - <<'END'
ipcrm-all: key:0x00000015: sem, 1 semaphore: a living process made it or used it last; it stays (--force would remove it)
status 0
ipcrm-all: key:0x00000016: sem, 1 semaphore: left behind, removed
status 0
sem key:0x00000015
END
}

@test 'ipcrm-all: what goes while --around removes is not told' {
    run -0 alone '
        path=/dev/shm stopped_at unlinkat 1 ipcrm-all --around -t pshm sh -c "echo x | shmput /left; echo x | shmput /other"
        rm -f /dev/shm/*
        go_on'
    assert_output - <<'END'
status 0
ipcrm-all: /other: pshm, 2 bytes: left behind, removed
END
}
