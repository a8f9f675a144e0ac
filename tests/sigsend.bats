#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# sigsend(1)

load helper

setup_file() {
    "${CC:-cc}" -O1 -o "$BATS_FILE_TMPDIR/signal_peer" "$BATS_TEST_DIRNAME/signal_peer.c" || return
    export PATH=$BATS_FILE_TMPDIR:$PATH
}

setup() { start_test; }
teardown() { clean_up sigsend; }

# background FILE COMMAND...: starts it, and waits until it has written a line to FILE.
background() {
    local file=$1
    shift
    : >"$file"
    bg "$@" >"$file"
    eventually test -s "$file"
}
# sleeper: $pid is a process that sleeps; stubborn: one that ignores TERM.
# shellcheck disable=SC2154 # bg sets pid
sleeper() { bg sleep 60 && eventually is_tool "$pid" sleep; }
stubborn() { background out sh -c 'trap "" TERM; echo ready; exec sleep 60'; eventually is_tool "$pid" sleep; }

# --- usage ---

@test 'sigsend: a signal and a process are needed, and unknown signals are refused' {
    usage_error sigsend
    usage_error sigsend TERM
    usage_error sigsend NOSUCH $$
    usage_error sigsend 65 $$
    usage_error sigsend RTMIN+31 $$
    # shellcheck disable=SC2154 # run sets it
    assert_regex "$stderr" 'RTMIN\+30'
    usage_error sigsend RTMAX-31 $$
    usage_error sigsend RTMIN+0x1 $$
}

@test 'sigsend: pid 0, negative numbers and words are refused, and the message names -g' {
    usage_error sigsend TERM 0
    usage_error sigsend TERM -- -5
    assert_regex "$stderr" '-g signal 5'
    usage_error sigsend TERM -5
    assert_regex "$stderr" 'needs -g'
    usage_error sigsend -9 5
    usage_error sigsend TERM bash
    usage_error sigsend TERM 4294967297
}

@test 'sigsend: -g refuses 0 and 1, which would be the own group and every process' {
    usage_error sigsend -g TERM 0
    usage_error sigsend -g TERM 1
}

@test 'sigsend: --then needs --wait with a duration, --wait needs processes, and -q a signal and a number' {
    usage_error sigsend --then=KILL TERM $$
    usage_error sigsend --wait --then=KILL TERM $$
    usage_error sigsend --wait=1 --then=0 TERM $$
    usage_error sigsend -g --wait TERM 5
    usage_error sigsend -q 1 0 $$
    usage_error sigsend -q x USR1 $$
    usage_error sigsend -q 2147483648 USR1 $$
    usage_error sigsend --command=/bin/sh 0 $$
}

@test 'sigsend: a wrong operand stops the command line before any signal is sent' {
    sleeper
    usage_error sigsend KILL "$pid" 0
    kill -0 "$pid"
}

# --- who gets it ---

@test 'sigsend: sends a signal by name in either case, with SIG, and by number' {
    local signal
    for signal in TERM sigterm Term 15; do
        sleeper
        soon sigsend "$signal" "$pid"
        ends 143
    done
}

@test 'sigsend: sends KILL, and STOP and CONT' {
    sleeper
    soon sigsend STOP "$pid"
    eventually stopped "$pid"
    soon sigsend CONT "$pid"
    eventually asleep "$pid"
    soon sigsend KILL "$pid"
    ends 137
}

@test 'sigsend: signal 0 reaches nobody and checks that the process exists' {
    sleeper
    soon sigsend 0 "$pid"
    kill -0 "$pid"
}

@test 'sigsend: a process that does not exist is status 3, also a zombie, of several operands status 1' {
    run -3 soon sigsend TERM 4000001
    assert_output 'sigsend: 4000001: No such process'
    background zombie signal_peer zombie
    run -3 soon sigsend TERM "$(<zombie)"
    assert_output --partial 'has ended'
    sleeper
    run -1 soon sigsend TERM 4000001 "$pid"
    ends 143
}

@test 'sigsend: a process of another user is not permitted, status 1' {
    needs_uids
    sleeper
    run -1 as_nobody timeout 20 "$BIN/sigsend" TERM "$pid"
    assert_output --partial 'not permitted'
    kill -0 "$pid"
}

@test 'sigsend: -g signals every process of a group, also one whose leader has ended' {
    setsid sh -c 'sleep 60 & sleep 60 & echo $$ >group; echo $! >member; exit' 3>&- &
    wait $!
    eventually test -s member
    run -0 soon sigsend -v -g TERM "$(<group)"
    assert_output 'sigsend: TERM was sent to 1 process group'
    eventually ended "$(<member)"
    run -3 soon sigsend -g TERM 4000001
    assert_output --partial 'No such process group'
}

@test 'sigsend: -g sends a value to the group of a living leader' {
    bg setsid signal_peer wait 40 1 >out
    eventually test -s out
    soon sigsend -g -q 5 40 "$pid"
    ends 0
    assert_equal "$(tail -1 out | cut -d ' ' -f 1,4,5)" '40 5 -1'
}

@test 'sigsend: a thread that is not a process is refused' {
    local tid
    perl -e 'exit !eval { require threads }' || skip 'perl has no threads'
    background out perl -e 'use threads; $| = 1; threads->create(sub { sleep 60 })->detach; print "ready\n"; sleep 60'
    for tid in /proc/"$pid"/task/*; do [[ ${tid##*/} == "$pid" ]] || break; done
    run -1 soon sigsend 0 "${tid##*/}"
    assert_output --partial 'a thread'
}

@test 'sigsend: --command sends only to a process that runs this command' {
    sleeper
    run -3 soon sigsend --command=nginx KILL "$pid"
    assert_output "sigsend: $pid: it runs sleep, and not nginx; no signal was sent"
    kill -0 "$pid"
    soon sigsend --command=sleep TERM "$pid"
    ends 143
}

@test 'sigsend: --command compares the 15 bytes that the kernel keeps' {
    cp "$(type -P sleep)" a-rather-long-name-of-a-program
    bg ./a-rather-long-name-of-a-program 60
    eventually is_tool "$pid" a-rather-long-n
    soon sigsend --command=a-rather-long-name-of-a-program TERM "$pid"
    ends 143
}

@test 'sigsend: takes hold of the process before it looks at the command, and signals through the pidfd' {
    sleeper
    traced sigsend --command=sleep TERM "$pid"
    grep -oE '^([0-9]+ +)?(pidfd_open|openat.*/comm|pidfd_send_signal)' trace | sed 's/^[0-9 ]*//; s/openat.*/comm/' >calls
    # The signal 0 between them is the check that the number still belongs to the process.
    assert_equal "$(paste -sd ' ' calls)" 'pidfd_open comm pidfd_send_signal pidfd_send_signal'
    run ! grep -qE '^([0-9]+ +)?(kill|tgkill|rt_sigqueueinfo)\(' trace
    ends 143
}

@test 'sigsend: hits no other process while pids come back' {
    signal_peer as 30000 true || skip 'pids cannot be chosen here (clone3 with set_tid)'
    cp "$(type -P sleep)" innocent
    cp innocent victim
    # The same number belongs to a victim and to an innocent process in turn.
    # shellcheck disable=SC2016 # for the other shell
    bg sh -c 'for i in $(seq 60); do
        signal_peer as 30000 ./victim 0.02; echo "victim $?"
        signal_peer as 30000 ./innocent 0.02; echo "innocent $?"
    done >fates 2>/dev/null'
    until ended "$pid"; do sigsend --command=victim TERM 30000 2>/dev/null || :; done
    # Killed by TERM it is 143.
    assert_equal "$(grep -c '^innocent 0$' fates)" 60
    grep -q '^victim 143$' fates
}

# --- values and queues ---

@test 'sigsend: -q sends a value, positive, negative and in hex, as sigqueue(3) does' {
    background out signal_peer wait 40 3
    soon sigsend -q 42 RTMIN+6 "$pid"
    soon sigsend -q -2147483648 40 "$pid"
    soon sigsend --queue=0xffffffff RTMIN+6 "$pid"
    ends 0
    assert_equal "$(cut -d ' ' -f 1,3- out | paste -sd ' ')" "ready 40 $UID 42 -1 40 $UID -2147483648 -1 40 $UID -1 -1"
}

@test 'sigsend: a handler with SA_SIGINFO gets value and sender; without -q a standard signal is as of kill(2)' {
    background out signal_peer handle 10
    soon sigsend -q 7 USR1 "$pid"
    ends 0
    assert_equal "$(tail -1 out | cut -d ' ' -f 1,4,5)" '10 7 -1'
    background out signal_peer handle 10
    soon sigsend USR1 "$pid"
    ends 0
    assert_equal "$(tail -1 out | cut -d ' ' -f 1,5)" '10 0'
}

# full: $pid is a process whose queue is full.  A user namespace of its own keeps the signals out of its count that are
# pending for other tests, and whose end would make room.
full() {
    background out unshare --user --map-root-user prlimit --sigpending=5 signal_peer hold 40
    while sigsend -n 40 "$pid" 2>/dev/null; do :; done
}

@test 'sigsend: a full queue is status 124 with -n and -w, and the message names the limit' {
    full
    run -124 soon sigsend -n -q 1 40 "$pid"
    assert_output --partial 'the queue is full'
    assert_output --partial 'RLIMIT_SIGPENDING'
    assert_output --partial 'ulimit -i'
    run -124 soon sigsend -w 0.05 40 "$pid"
    assert_output --partial 'timed out'
}

@test 'sigsend: a standard signal reaches a process whose queue is full' {
    full
    soon sigsend TERM "$pid"
    ends 143
}

@test 'sigsend: waits for room in a full queue, and ends by TERM while it waits' {
    full
    receiver=$pid
    bg sigsend 40 "$receiver"
    eventually is_tool "$pid" sigsend
    eventually asleep "$pid"
    kill "$pid"
    ends 143
}

@test 'sigsend: 10,000 real-time signals arrive, with a full queue in between' {
    bg prlimit --sigpending=50 sigrecv -c 10000 --pid-file=receiver.pid RTMIN+1 >arrived
    eventually test -s receiver.pid
    receiver=$pid
    kill -STOP "$receiver"
    # shellcheck disable=SC2016 # for the other shell
    bg sh -c 'yes "$1" | head -n 10000 | xargs -n 1000 sigsend -q 9 RTMIN+1' - "$receiver"
    eventually grep -q 'SigQ:.5[0-9]/50$' /proc/"$receiver"/status
    kill -CONT "$receiver"
    ends 0
    ends 0 "$receiver"
    assert_equal "$(grep -c $'^RTMIN+1\t[0-9]*\t[0-9]*\t9$' arrived)" 10000
}

# --- waiting ---

@test 'sigsend: --wait returns when a process has ended that is not its child' {
    sleeper
    soon sigsend --wait TERM "$pid"
    ended "$pid"
}

@test 'sigsend: --wait with signal 0 waits for the end and sends nothing' {
    bg sleep 0.3
    soon sigsend --wait 0 "$pid"
    ends 0
}

@test 'sigsend: --wait that runs out is status 124 and names the process' {
    stubborn
    run -124 soon sigsend --wait=0.1 TERM "$pid"
    assert_output "sigsend: $pid: timed out: it did not end within 0.1 s"
    kill -0 "$pid"
}

@test 'sigsend: --then is sent to those that did not end, the message names them, and the status is 124' {
    sleeper
    willing=$pid
    stubborn
    run -124 soon sigsend --wait=0.5 --then=KILL TERM "$willing" "$pid"
    assert_output "sigsend: $pid: did not end within 0.5 s; KILL was sent"
    ends 143 "$willing"
    ends 137
}

@test 'sigsend: --then is not sent if all ended in time' {
    sleeper
    soon sigsend --wait=10 --then=KILL TERM "$pid"
    ends 143
}

@test 'sigsend: a process that does not end after --then either is status 1' {
    stubborn
    run -1 soon sigsend --wait=0.1 --then=TERM TERM "$pid"
    assert_output --partial 'either'
}

@test 'sigsend: --wait takes a zombie for ended' {
    # shellcheck disable=SC2016 # for perl
    background zombie perl -e '$| = 1; my $p = fork; if (!$p) { sleep 60 } print "$p\n"; sleep 60'
    soon sigsend --wait=10 TERM "$(<zombie)"
    [[ $(<"/proc/$(<zombie)/stat") == *') Z '* ]]
}

@test 'sigsend: TERM ends --wait' {
    stubborn
    target=$pid
    bg sigsend --wait 0 "$target"
    eventually is_tool "$pid" sigsend
    eventually asleep "$pid"
    kill "$pid"
    ends 143
}

@test 'sigsend: -v reports how many processes got the signal' {
    sleeper
    run -1 soon sigsend -v TERM "$pid" 4000001
    assert_line 'sigsend: TERM was sent to 1 process'
}
