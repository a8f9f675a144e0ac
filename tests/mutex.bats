#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Mutexes of C programs as locks: mutex:SEGMENT@OFFSET of shmcat(1), shmput(1) and semctl(1)
# shellcheck disable=SC2154,SC2016,SC2030,SC2031,SC2094,SC2217 # run sets output, stderr and status; bg sets pid and passes stdin on; commands for other shells

load helper
load alone

segment=/mutex-test
mutex=mutex:$segment@64
sysv=key:0x6d757401

setup_file() {
    "${CC:-cc}" -O1 -pthread -o "$BATS_FILE_TMPDIR/mutex_peer" "$BATS_TEST_DIRNAME/mutex_peer.c" || return
    export PATH=$BATS_FILE_TMPDIR:$PATH
}

setup() {
    start_test || return
    read -r size align < <(mutex_peer size)
    counters=$((64 + size))
}
teardown() { clean_up mutex 0x6d; }

# init KIND...: a new segment of the C program.
init() { rm -f "/dev/shm$segment" && mutex_peer init "$segment" 64 "$@"; }
# holding COMMAND: $pid is a C program that holds the mutex until `fed`.
holding() {
    feed
    : >held
    bg mutex_peer "${1:-hold}" "$segment" 64 <in >held
    eventually test -s held
}
# dead_holder KIND...: a mutex whose holder was killed.
dead_holder() {
    init "$@"
    holding
    kill -KILL "$pid"
    eventually ended "$pid"
    fed
}
state_is() { assert_equal "$(mutex_peer try "$segment" 64)" "$1"; }
failure() {
    local status=$1
    shift
    run "-$status" --separate-stderr soon "$@"
    [[ -z $output ]] || fail "on stdout: $output"
}

# --- names ---

@test 'mutex: a name without segment, offset, or with another kind of object is refused' {
    local word
    for word in mutex: mutex:/a mutex:@0 mutex:/a@ mutex:/a@x mutex:/a@-8 mutex:/a/b@0 mutex:a@0 mutex:memfd:1:2@0 \
        mutex:key:private@0 mutex:mutex:/a@0@0 mutex:/a@9223372036854775808; do
        failure 125 semctl run "$word" true
        [[ $stderr == *'usage: semctl run '* ]]
        usage_error shmcat -l "$word" /a
        usage_error shmput -l "$word" /a
    done
}

@test 'mutex: an offset may be written in hex or with a unit, and the last @ is its beginning' {
    mutex_peer init /mutex-test@1 4096
    soon shmcat -l mutex:/mutex-test@1@4096 -n 0 /mutex-test@1
    soon shmcat -l mutex:/mutex-test@1@0x1000 -n 0 /mutex-test@1
    soon shmcat -l mutex:/mutex-test@1@4k -n 0 /mutex-test@1
}

@test 'mutex: all other commands of semctl, and objects of the other tools, refuse a mutex' {
    init
    local words
    for words in "create $mutex" "wait $mutex" "post $mutex" "get $mutex" "set $mutex 1" "op $mutex 0-1" "barrier -c 2 $mutex" \
        "resize $mutex 2" "rm $mutex" "post /mutex-sem $mutex"; do
        # shellcheck disable=SC2086 # several words
        usage_error semctl $words
        [[ $stderr == *"$mutex: a mutex has no tokens, but an owner that must release it itself: only run can use it"* ]]
    done
    usage_error shmcat "$mutex"
    usage_error shmput "$mutex"
    usage_error mqsend "$mutex"
    usage_error ipcrm-all "$mutex"
}

@test 'mutex: -j and -m, which are for semaphores that run creates, are refused, as is --recover without a mutex' {
    local options
    for options in "-j 2 $mutex" "-j 1 $mutex" "-m 0666 $mutex" "--recover ftok:."; do
        # shellcheck disable=SC2086 # several words
        failure 125 semctl run $options true
        [[ $stderr == *'usage: semctl run '* ]]
    done
    usage_error semctl op --recover ftok:. 0-1
    usage_error shmcat --recover /a
    usage_error shmcat --recover -l /a /a
    usage_error shmcat --recover -l "$mutex" --watch /a
    usage_error shmput --recover -l ftok:. /a
}

# --- locks ---

@test 'mutex: shmcat -l takes consistent snapshots while a C program counts' {
    local kind i first second last=0
    for kind in '' robust; do
        # shellcheck disable=SC2086 # none or one
        init $kind
        bg mutex_peer count "$segment" 64
        for ((i = 0; i < 50; i++)); do
            soon shmcat -l "$mutex" -o "$counters" -n 16 "$segment" >snapshot
            read -r first second < <(od -An -td8 snapshot)
            assert_equal "$first" "$second"
        done
        ((first > last)) || fail "the program does not count: $first"
        kill -KILL "$pid"
        eventually ended "$pid"
    done
}

@test 'mutex: shmput -l changes both counters in one step while a C program counts' {
    init robust
    bg mutex_peer count "$segment" 64
    local i first second
    for ((i = 1; i <= 20; i++)); do
        perl -e 'print pack "q2", (1 << 40) * $ARGV[0], (1 << 40) * $ARGV[0]' "$i" | soon shmput -l "$mutex" -o "$counters" "$segment"
        soon shmcat -l "$mutex" -o "$counters" -n 16 "$segment" >snapshot
        read -r first second < <(od -An -td8 snapshot)
        assert_equal "$first" "$second"
        ((first >= (1 << 40) * i)) || fail "what was written is lost: $first"
    done
    kill -0 "$pid"
}

@test 'mutex: semctl run excludes a C program while the command runs, and passes the status on' {
    local kind
    for kind in '' normal 'normal robust' robust recursive errorcheck adaptive inherit 'robust inherit' 'robust recursive' 'robust errorcheck'; do
        # shellcheck disable=SC2086 # several words
        init $kind
        run -7 --separate-stderr soon semctl run "$mutex" sh -c "mutex_peer try $segment 64; exit 7"
        assert_equal "$output" busy
        assert_equal "$stderr" ''
        state_is free
    done
}

@test 'mutex: no count is lost where a C program and semctl run change a counter in turn' {
    init
    bg mutex_peer count "$segment" 64 20000
    local i
    for ((i = 0; i < 40; i++)); do
        # The command reads, waits and writes, unlocked by itself.
        # shellcheck disable=SC2016 # for perl
        soon semctl run "$mutex" perl -e 'open F, "+<", "/dev/shm/mutex-test"; sysseek F, $ARGV[0], 0; sysread F, $x, 16; @x = unpack "q2", $x;
            $x[0] == $x[1] or exit 9; select undef, undef, undef, 0.001; sysseek F, $ARGV[0], 0; syswrite F, pack "q2", $x[0] + 1, $x[1] + 1' "$counters"
    done
    ends 0
    assert_equal "$(soon shmcat -l "$mutex" -o "$counters" "$segment" | od -An -td8 | tr -s ' ')" ' 20040 20040'
}

@test 'mutex: in segments of System V and in files they are the same' {
    mutex_peer init "$sysv" 0
    run -0 soon semctl run "mutex:$sysv@0" mutex_peer try "$sysv" 0
    assert_equal "$output" busy
    init
    run -0 soon semctl run "mutex:file:/dev/shm$segment@64" mutex_peer try "$segment" 64
    assert_equal "$output" busy
    soon shmcat -l "mutex:$sysv@0" -n 0 "$segment"
}

@test 'mutex: a locked mutex is waited for until the program unlocks it' {
    init
    holding
    local first=$pid
    bg semctl run "$mutex" echo got >got
    eventually asleep "$pid"
    [[ ! -s got ]]
    fed
    ends 0
    assert_equal "$(<got)" got
    ends 0 "$first"
}

@test 'mutex: -n and -w end with 124 and name the thread that holds the mutex, -E with its status' {
    init
    local command
    for command in hold thread; do
        holding "$command"
        failure 124 shmcat -w 0.2 -l "$mutex" "$segment"
        [[ $stderr == "shmcat: $mutex: timed out; held by "*/mutex_peer ]]
        failure 124 shmput -n -l "$mutex" -o "$counters" "$segment" </dev/null
        [[ $stderr == "shmput: $mutex: locked; held by "*/mutex_peer ]]
        failure 124 semctl run -n "$mutex" echo no
        [[ $stderr == "semctl: $mutex: locked; held by "*/mutex_peer ]]
        failure 5 semctl run -E 5 -w 0.1 "$mutex" echo no
        fed
        ends 0
    done
}

@test 'mutex: a wait for a mutex ends by SIGTERM' {
    init
    holding
    local holder=$pid tool
    for tool in "shmcat -l $mutex $segment" "semctl run $mutex echo no"; do
        # shellcheck disable=SC2086 # several words
        bg $tool >out 2>err
        eventually asleep "$pid"
        kill "$pid"
        ends 143
        [[ ! -s out && ! -s err ]]
    done
    kill -0 "$holder"
    state_is busy
}

@test 'mutex: signals to semctl run reach the command, and the mutex is unlocked after its end' {
    init robust
    bg semctl run "$mutex" sh -c 'trap "exit 3" TERM; echo up; while :; do sleep 0.05; done' >up
    eventually test -s up
    state_is busy
    kill "$pid"
    ends 3
    state_is free
}

@test 'mutex: semctl run inside a run with the same mutex says that it would wait for itself, and --nested goes on' {
    init
    failure 125 semctl run "$mutex" semctl run "$mutex" echo no
    [[ $stderr == *"an ancestor of this process, holds the only token: this process would wait for itself (see --nested)"* ]]
    run -0 soon semctl run "$mutex" semctl run --nested "$mutex" mutex_peer try "$segment" 64
    assert_equal "$output" busy
    state_is free
}

@test 'mutex: --descendants keeps the mutex until a process that the command left has ended' {
    init
    feed
    bg semctl run --descendants "$mutex" sh -c '{ cat; } <in & echo up' >up
    eventually test -s up
    state_is busy
    fed
    ends 0
    state_is free
}

# --- deaths ---

@test 'mutex: after the death of its holder a robust mutex is refused and stays as it is for the program' {
    dead_holder robust
    failure 1 shmcat -l "$mutex" "$segment"
    assert_equal "$stderr" "shmcat: $mutex: the process that held the mutex has died: what it protects may be half changed (--recover takes it all the same)"
    failure 1 shmput -l "$mutex" -o "$counters" "$segment" </dev/null
    failure 125 semctl run "$mutex" echo no
    run -0 mutex_peer recover "$segment" 64
    assert_equal "$output" dead
    state_is free
}

@test 'mutex: a holder that dies while a tool waits leaves a robust mutex that the program can still recover' {
    init robust
    local tool
    for tool in "shmcat -l $mutex $segment $segment" "semctl run $mutex echo no"; do
        holding
        local holder=$pid
        # shellcheck disable=SC2086 # several words
        bg $tool >out 2>err
        local waiting=$pid
        eventually asleep "$waiting"
        kill -KILL "$holder"
        eventually ended "$waiting"
        fed
        run wait "$waiting"
        ((status == 1 || status == 125))
        [[ ! -s out && $(wc -l <err) == 1 && $(<err) == *'has died: what it protects may be half changed'* ]]
        run -0 mutex_peer recover "$segment" 64
        assert_equal "$output" dead
    done
}

@test 'mutex: --recover takes a robust mutex whose holder has died, says so, and makes it consistent' {
    dead_holder robust
    run -0 --separate-stderr soon shmcat --recover -l "$mutex" -o "$counters" "$segment"
    assert_equal "$stderr" "shmcat: $mutex: the process that held the mutex has died; going on (--recover)"
    state_is free
    dead_holder robust
    run -0 --separate-stderr soon shmput --recover -l "$mutex" -o "$counters" "$segment" < <(head -c 16 /dev/zero)
    [[ $stderr == *'has died; going on (--recover)' ]]
    state_is free
    dead_holder robust
    run -0 --separate-stderr soon semctl run --recover "$mutex" sh -c 'echo "$SEMCTL_RECOVER"'
    assert_equal "$output" 1
    state_is free
    run -0 --separate-stderr soon semctl run --recover "$mutex" sh -c 'echo "${SEMCTL_RECOVER-unset}"'
    assert_equal "$output$stderr" unset
}

@test 'mutex: semctl run --recover leaves the mutex to the next process as it was if the command fails' {
    dead_holder robust
    run -4 --separate-stderr soon semctl run --recover "$mutex" sh -c 'exit 4'
    [[ $stderr == *'not marked consistent, since the command failed'* ]]
    run -0 mutex_peer recover "$segment" 64
    assert_equal "$output" dead
}

@test 'mutex: shmput --recover leaves the mutex to the next process as it was if it cannot write' {
    dead_holder robust
    failure 1 shmput --recover -k -l "$mutex" -o "$counters" "$segment" < <(letters 100 a)
    run -0 mutex_peer recover "$segment" 64
    assert_equal "$output" dead
}

@test 'mutex: a semctl run that is killed leaves a robust mutex that the program recovers' {
    init robust
    feed
    bg semctl run "$mutex" sh -c 'echo up; read -r _ <in' >up
    eventually test -s up
    kill -KILL "$pid"
    eventually ended "$pid"
    fed
    run -0 mutex_peer recover "$segment" 64
    assert_equal "$output" dead
    state_is free
}

@test 'mutex: a mutex that is not robust and whose holder was killed ends by -w with 124, and the message says why' {
    dead_holder
    local tool
    for tool in "shmcat -w 0.2 -l $mutex $segment" "semctl run -w 0.2 $mutex echo no" "semctl run -n --recover $mutex echo no"; do
        # shellcheck disable=SC2086 # several words
        failure 124 $tool
        [[ $stderr == *"; its holder, thread "*", does not exist: it has ended, and a mutex that is not robust then stays locked for ever (or it is in another PID namespace)" ]]
    done
}

@test 'mutex: without -w a mutex whose holder does not exist is given up after a second' {
    dead_holder
    failure 1 shmcat -l "$mutex" "$segment"
    [[ $stderr == *'stays locked for ever'*'; without -w it is not waited for' ]]
    failure 1 shmput -l "$mutex" -o "$counters" "$segment" </dev/null
    failure 125 semctl run "$mutex" echo no
}

@test 'mutex: a holder that has ended and that its parent has not waited for counts as ended' {
    init
    : >held
    feed
    # shellcheck disable=SC2016 # for perl
    bg perl -e 'if (!fork) { open STDIN, "<", "in"; open STDOUT, ">", "held"; exec "mutex_peer", "hold", $ARGV[0], 64 } sleep 60' "$segment"
    eventually test -s held
    kill -KILL "$(pgrep -P "$pid")"
    failure 1 shmcat -l "$mutex" "$segment"
    [[ $stderr == *'does not exist: it has ended'* ]]
    fed
}

@test 'mutex: a robust mutex whose holder unmapped it and ended is reported as that' {
    init robust
    holding forget
    fed
    ends 0
    failure 1 shmcat -l "$mutex" "$segment"
    [[ $stderr == *'does not exist: it unmapped the mutex before it ended (or it is in another PID namespace); without -w it is not waited for' ]]
}

# lost: what a C program is told that locks the mutex.
lost() { assert_equal "$(soon mutex_peer recover "$segment" 64 2>&1)" 'mutex_peer: pthread_mutex_lock: State not recoverable'; }

@test 'mutex: one that was unlocked without being made consistent is lost for all, which is said' {
    local kind tool
    for kind in robust 'robust inherit'; do
        for tool in "shmcat -l $mutex $segment" "shmcat -w 0 --recover -l $mutex $segment" "shmput -l $mutex -o $counters $segment" \
            "semctl run $mutex echo no" "semctl run -n $mutex echo no" "semctl run --recover $mutex echo no"; do
            # shellcheck disable=SC2086 # several words
            dead_holder $kind
            run -0 mutex_peer lose "$segment" 64
            shmcat "$segment" >before
            # shellcheck disable=SC2086 # several words
            failure "$([[ $tool == semctl* ]] && echo 125 || echo 1)" $tool </dev/null
            [[ $stderr == *'the mutex is lost: a process unlocked it after the death of its holder without pthread_mutex_consistent(3)'* ]]
            shmcat "$segment" | cmp - before
            lost
        done
    done
}

@test 'mutex: one that is lost while tools and programs wait for it is lost for each of them' {
    local kind tool waiting each
    for kind in robust 'robust inherit'; do
        # shellcheck disable=SC2086 # several words
        dead_holder $kind
        holding
        waiting=()
        for tool in "shmcat -l $mutex $segment" "semctl run $mutex echo no" "semctl run --recover $mutex echo no" \
            "mutex_peer recover $segment 64" "mutex_peer recover $segment 64"; do
            # shellcheck disable=SC2086 # several words
            bg $tool >"out.${#waiting[@]}" 2>&1
            waiting+=("$pid")
            eventually asleep "$pid"
        done
        fed
        for each in "${waiting[@]}"; do eventually ended "$each"; done
        [[ $(cat out.*) != *no && $(cat out.* | grep -c 'the mutex is lost\|State not recoverable') == 5 ]]
        lost
    done
}

@test 'mutex: one that is lost and that a program left locked is reported as lost at once' {
    dead_holder robust
    run -0 mutex_peer lose "$segment" 64
    # The C library keeps it locked when it refuses a trylock.
    mutex_peer try "$segment" 64
    failure 125 semctl run -n "$mutex" echo no
    [[ $stderr == *'the mutex is lost'* ]]
}

# deadlock: the report of ipcls, without the numbers of processes.
deadlock() { ipcls "$@" 2>&1 >/dev/null | sed -E '/possible deadlock/!d; s:[0-9]+/::g'; }
waits_for_mutex() { [[ $(ipcls -r --noheadings -o WAITERS "$segment") == *semctl:futex ]]; }
is_circle() {
    local said
    said=$(deadlock -t pshm,sem)
    [[ $said == *"waits for pshm $segment, held by semctl"* && $said == *'waits for sem key:0x6d757402 (semaphore 0), held by sh'* ]]
}
has_deadlock() { [[ -n $(deadlock "$@") ]]; }

@test 'mutex: two programs that hold a mutex each and wait for the other one are a possible deadlock for ipcls' {
    local kind first second
    # Not one that inherits priorities: there the kernel sees the deadlock, and the C library puts the second program to sleep.
    for kind in robust normal recursive; do
        # shellcheck disable=SC2086 # several words
        init $kind
        # shellcheck disable=SC2086 # several words
        mutex_peer init "$segment" 192 $kind
        feed
        : >held
        : >held.second
        bg mutex_peer nest "$segment" 64 192 <in >held
        first=$pid
        bg mutex_peer nest "$segment" 192 64 <in >held.second
        second=$pid
        eventually test -s held
        eventually test -s held.second
        run -0 deadlock "$segment"
        assert_equal "$output" ''
        fed
        eventually has_deadlock "$segment"
        assert_equal "$(deadlock "$segment")" \
            "ipcls: possible deadlock: mutex_peer waits for pshm $segment, held by mutex_peer, which waits for pshm $segment, held by mutex_peer"
        kill -KILL "$first" "$second"
        eventually ended "$first"
        eventually ended "$second"
    done
}

@test 'mutex: semctl run with a mutex and a set in different orders is a possible deadlock for ipcls, with a time limit not' {
    local first second wait
    for wait in '' '-w 60'; do
        init robust
        rm -f got-a got-b
        bg semctl run "$mutex" sh -c 'echo >got-a; until [ -e got-b ]; do :; done; semctl run key:0x6d757402 true; :'
        first=$pid
        eventually test -e got-a
        bg semctl run key:0x6d757402 sh -c "echo >got-b; semctl run $wait $mutex true; :"
        second=$pid
        if [[ -z $wait ]]; then
            eventually is_circle
        else
            eventually waits_for_mutex
            run -0 deadlock -t pshm,sem
            assert_equal "$output" ''
        fi
        # The set is free then, and the others end one after another.
        kill -KILL "$second"
        eventually ended "$first"
        eventually ended "$second"
        eventually state_is free
    done
}

@test 'mutex: two semctl run with two mutexes in different orders are a possible deadlock for ipcls' {
    local first second
    init robust
    mutex_peer init "$segment" 192 robust
    semctl create key:0x6d757402 0
    bg semctl run "$mutex" semctl op key:0x6d757402 0-1 -- semctl run "mutex:$segment@192" true
    first=$pid
    bg semctl run "mutex:$segment@192" semctl op key:0x6d757402 0-1 -- semctl run "$mutex" true
    second=$pid
    both_wait() { [[ $(peer sem-waiters key:0x6d757402) == 2 ]]; }
    eventually both_wait
    semctl op key:0x6d757402 0+2
    eventually has_deadlock "$segment"
    assert_equal "$(deadlock "$segment" | grep -o 'held by semctl, which waits for its child semctl' | wc -l)" 1
    kill -KILL "$first" "$second"
    eventually ended "$first"
    eventually ended "$second"
}

@test 'mutex: a holder in another PID namespace is no thread here, and with -w the mutex is had once it is unlocked' {
    init
    feed
    : >held
    bg unshare --pid --fork mutex_peer hold "$segment" 64 <in >held
    eventually test -s held
    # Its number there is 1 or 2, which here is another process or none.
    failure 124 shmcat -w 0.1 -l "$mutex" "$segment"
    bg semctl run -w 10 "$mutex" echo got >got
    eventually asleep "$pid"
    fed
    ends 0
    assert_equal "$(<got)" got
}

@test 'mutex: one that a thread of the same number in another PID namespace holds is not had, whatever its kind' {
    local kind
    for kind in recursive errorcheck 'robust recursive'; do
        # shellcheck disable=SC2086 # several words
        init $kind
        feed
        : >held
        bg unshare --pid --fork mutex_peer hold "$segment" 64 <in >held
        eventually test -s held
        run -124 soon unshare --pid --fork semctl run -w 0.2 "$mutex" echo no
        [[ $output != no ]]
        fed
        ends 0
        state_is free
    done
}

@test 'mutex: ipcls takes the number of a holder in another PID namespace for no process of this one' {
    # There, 5000 holds one and waits for the one of 6000, who waits for nobody; here, 6000 waits for 5000.
    run -0 alone '
        next() { echo $(($1 - 1)) >/proc/sys/kernel/ns_last_pid; }
        mutex_peer init /seg 64; mutex_peer init /seg 192
        mkfifo go held end; exec 5<>go 6<>held 7<>end
        unshare --pid --fork bash -c "$(declare -f next)
            next 6000; mutex_peer hold /seg 64 <end & read -r _ <&5
            next 5000; mutex_peer nest /seg 192 64 </dev/null & wait" >held &
        read -r _ <&6
        next 5000; echo >&5; read -r _ <&6
        await sleeps 5000 futex
        next 6000; mutex_peer hold /seg 192 </dev/null & await sleeps 6000 futex
        sed -n "s/NSpid:\s*//p" /proc/5000/status
        ipcls -r --noheadings -t pshm -o NAME,WAITERS'
    assert_equal "$output" $'5000\t5000\n/seg 5000/mutex_peer:futex,6000/mutex_peer:futex'
}

# --- what is no mutex ---

@test 'mutex: bytes that are no mutex are refused at once, with what they are' {
    refused() {
        failure 1 shmcat -l "$mutex" "$segment"
        [[ $stderr == "shmcat: $mutex: $1"* ]] || fail "of $1: $stderr"
        failure 125 semctl run "$mutex" echo no
        failure 1 shmput -l "$mutex" -o 0 "$segment" </dev/null
    }
    letters 200 '\0' >"/dev/shm$segment"
    refused 'all bytes are zero there: no mutex was initialised, or one that is not process-shared'
    letters 200 x >"/dev/shm$segment"
    refused 'the bytes there are not a mutex of this C library'
    # Its flags are one by one those of a mutex, but no mutex is locked by transactional memory and checks for errors.
    perl -e 'print "\0" x 64, pack("L*", 0, 0, 0, (0x182) x 2), "\0" x 64' >"/dev/shm$segment"
    refused 'the bytes there are not a mutex of this C library'
    # The C library locks this one by instructions that most processors lack.
    perl -e 'print "\0" x 64, pack("L*", 0, 0, 0, (0x180) x 2), "\0" x 64' >"/dev/shm$segment"
    refused 'a mutex that is locked by transactional memory (the tunable glibc.elision.enable)'
    init private recursive
    refused 'a mutex that is not process-shared (pthread_mutexattr_setpshared(3))'
    init ceiling
    refused 'a mutex with a priority ceiling (PTHREAD_PRIO_PROTECT)'
    init
    mutex_peer destroy "$segment" 64
    refused 'the mutex there was destroyed (pthread_mutex_destroy(3))'
}

@test 'mutex: one of another word size, byte order or C library is recognised' {
    refused() {
        failure 1 shmcat -l "mutex:$segment@0" "$segment"
        [[ $stderr == *": $1"* ]] || fail "of $1: $stderr"
    }
    local other=32-bit
    ((align == 8)) || other=64-bit
    words() { perl -e 'print pack("L*", @ARGV), "\0" x 64' "$@" >"/dev/shm$segment"; }
    # The lock, count, owner; then the kind of a 32-bit program and its users, or the users of a 64-bit one and its kind.
    if [[ $other == 32-bit ]]; then words 0 0 0 128 0 0; else words 0 0 0 0 128 0; fi
    refused "a mutex of a $other program"
    if [[ $other == 32-bit ]]; then words 17 0 17 144 1 0; else words 17 0 17 1 144 0; fi
    refused "a mutex of a $other program"
    words 128 0 0 0 0 0
    refused 'a mutex of the C library musl'
    words 132 4711 0 0 0 0
    refused 'a mutex of the C library musl'
    words 0 0 0 0 $((128 << 24)) 0
    refused 'a mutex of a machine with another byte order'
}

@test 'mutex: an offset that is not aligned, or beyond the end, is refused at once' {
    init
    failure 1 shmcat -l "mutex:$segment@65" "$segment"
    assert_equal "$stderr" "shmcat: mutex:$segment@65: a mutex cannot be there: its offset is a multiple of $align"
    local offset
    for offset in $((64 + align * 100)) 4096 1G 9223372036854775800; do
        failure 125 semctl run "mutex:$segment@$offset" echo no
        [[ $stderr == *": a mutex of $size bytes has no room there: the segment has $((counters + 16)) bytes" ]]
    done
    : >"/dev/shm$segment"
    failure 1 shmcat -l "$mutex" "$segment"
    [[ $stderr == *'the segment has 0 bytes' ]]
}

@test 'mutex: a segment that is missing is 3 and one that is no file 1' {
    failure 3 shmcat -l mutex:/mutex-none@0 /mutex-none
    failure 125 semctl run mutex:/mutex-none@0 echo no
    failure 1 shmcat -l mutex:file:/dev/null@0 /mutex-none
    failure 1 shmcat -l mutex:file:/@0 /mutex-none
}

@test 'mutex: without the right to write to the segment no tool waits for its mutex' {
    needs_uids
    init
    chmod 0644 "/dev/shm$segment"
    run -1 --separate-stderr as_nobody shmcat -l "$mutex" "$segment"
    [[ $stderr == *"$mutex: Permission denied: to lock a mutex is to write to its segment" ]]
}

@test 'mutex: root does not use a robust mutex in the segment of another user' {
    needs_uids
    init robust
    chown 65534 "/dev/shm$segment"
    failure 1 shmcat -l "$mutex" "$segment"
    [[ $stderr == *'a robust mutex in the segment of another user, who could misuse the rights of root by its bytes'* ]]
    run -0 as_nobody shmcat -l "$mutex" -n 0 "$segment"
    init
    soon shmcat -l "$mutex" -n 0 "$segment"
}

@test 'mutex: a segment that is truncated while it is waited for or held is an error and no crash' {
    init
    holding
    bg semctl run -w 10 "$mutex" echo no >out 2>err
    eventually asleep "$pid"
    truncate -s 10 "/dev/shm$segment"
    ends 125
    [[ ! -s out && $(<err) == *mutex* ]]
    fed
    init
    run -125 --separate-stderr soon semctl run "$mutex" truncate -s 0 "/dev/shm$segment"
    assert_equal "$stderr" "semctl: $mutex: no mutex any more: its file was truncated or overwritten"
}

@test 'mutex: a segment that is removed while its mutex is waited for ends the wait' {
    init
    holding
    bg shmcat -l "$mutex" "$segment" >out 2>err
    eventually asleep "$pid"
    rm "/dev/shm$segment"
    ends 3
    [[ ! -s out && $(<err) == *"$mutex: "* ]]
    fed
}

@test 'mutex: shmput refuses to overwrite, truncate or replace the mutex that is its lock' {
    init
    cp "/dev/shm$segment" before
    local options
    for options in '' '-o 0' '-o 64' "-o $((counters - 1))" '-k' '-s 100' "-o 0 -s $((counters + 16))" -r; do
        letters 100 a >input
        # shellcheck disable=SC2086 # several words
        failure 1 shmput -l "$mutex" $options "$segment" <input
        [[ $stderr == *mutex* ]]
        cmp before "/dev/shm$segment"
    done
    letters 64 a | soon shmput -l "$mutex" -k "$segment"
    letters 16 b | soon shmput -l "$mutex" -o "$counters" "$segment"
    letters 16 c | soon shmput -l "$mutex" -a "$segment"
    assert_equal "$(stat -c %s "/dev/shm$segment")" $((counters + 32))
    state_is free
}
