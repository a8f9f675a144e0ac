#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# sigrecv(1)

load helper

setup_file() {
    "${CC:-cc}" -O1 -o "$BATS_FILE_TMPDIR/signal_peer" "$BATS_TEST_DIRNAME/signal_peer.c" || return
    export PATH=$BATS_FILE_TMPDIR:$PATH
}

setup() { start_test; }
teardown() { clean_up sigrecv; }

# receiver OPTION...: $pid is a sigrecv that is ready; its output goes to `arrived`.
# shellcheck disable=SC2154 # bg sets pid
receiver() {
    rm -f pid
    bg sigrecv --pid-file=pid "$@" >arrived
    eventually test -s pid
}
fields() { cut -f "$1" arrived | paste -sd ' '; }

# --- usage ---

@test 'sigrecv: a signal is needed, and KILL, STOP, 0 and unknown signals are refused' {
    usage_error sigrecv
    usage_error sigrecv KILL
    usage_error sigrecv 19
    usage_error sigrecv 0
    usage_error sigrecv 33
    usage_error sigrecv RTMIN+31
    usage_error sigrecv NOSUCH
}

@test 'sigrecv: a command without -- is refused with a hint' {
    usage_error sigrecv USR1 cat
    # shellcheck disable=SC2154 # run sets it
    assert_regex "$stderr" 'write -- before it'
}

@test 'sigrecv: options that contradict each other are refused' {
    usage_error sigrecv -c 1 -f USR1
    usage_error sigrecv --json -0 USR1
    usage_error sigrecv --json -P USR1
    usage_error sigrecv -j 2 USR1
    usage_error sigrecv --ready-fd=2 USR1
    usage_error sigrecv --pid-file= USR1
}

@test 'sigrecv: with a command, usage errors and own failures are status 125' {
    run -125 soon sigrecv CHLD -- true
    run -125 soon sigrecv --json USR1 -- true
    run -125 soon sigrecv USR1 --
    run -125 soon sigrecv --pid-file=missing/pid USR1 -- true
}

# --- what arrives ---

@test 'sigrecv: prints name, pid, uid and value, and - for a value that was not sent' {
    receiver -c 2 USR1 RTMIN+2
    # shellcheck disable=SC2154 # bg sets it
    kill -USR1 "$pid"
    eventually test -s arrived
    signal_peer queue 36 -5 "$pid"
    ends 0
    assert_equal "$(head -1 arrived)" "USR1"$'\t'"$BASHPID"$'\t'"$UID"$'\t-'
    assert_equal "$(tail -1 arrived | cut -f 1,3,4)" "RTMIN+2"$'\t'"$UID"$'\t-5'
}

@test 'sigrecv: --json has numbers as numbers, and null for what is missing' {
    receiver -c 2 --json USR1 RTMIN
    kill -USR1 "$pid"
    eventually test -s arrived
    sigsend -q 42 RTMIN "$pid"
    ends 0
    assert_equal "$(head -1 arrived)" "{\"signal\":\"USR1\",\"number\":10,\"pid\":$BASHPID,\"uid\":$UID,\"value\":null,\"code\":\"SI_USER\"}"
    assert_regex "$(tail -1 arrived)" '"signal":"RTMIN","number":34,"pid":[0-9]+,"uid":[0-9]+,"value":42,"code":"SI_QUEUE"'
}

@test 'sigrecv: -P puts the number first, and -0 ends each signal with a NUL' {
    receiver -P -0 USR2
    kill -USR2 "$pid"
    ends 0
    assert_equal "$(tr '\0' '!' <arrived | cut -f 1,2,5)" $'12\tUSR2\t-!'
}

# queued OPTION...: a stopped receiver for which signals are pending.
queued() {
    receiver "$@"
    kill -STOP "$pid"
    eventually stopped "$pid"
}

@test 'sigrecv: the lowest number arrives first, and signals of one number in their order' {
    queued -c 4 RTMIN RTMIN+5 RTMIN+9
    sigsend -q 1 RTMIN+9 "$pid"
    sigsend -q 2 RTMIN+5 "$pid"
    sigsend -q 3 RTMIN+5 "$pid"
    sigsend -q 4 RTMIN "$pid"
    kill -CONT "$pid"
    ends 0
    assert_equal "$(fields 4)" '4 2 3 1'
}

@test 'sigrecv: standard signals merge while they are pending, real-time signals do not' {
    queued -f -w 1 USR1 RTMIN
    for _ in 1 2 3; do kill -USR1 "$pid" && sigsend RTMIN "$pid"; done
    kill -CONT "$pid"
    ends 124
    assert_equal "$(fields 1)" 'USR1 RTMIN RTMIN RTMIN'
}

@test 'sigrecv: receives what a background command ignores, and what would end it' {
    local signal
    for signal in INT TERM QUIT HUP SEGV CHLD WINCH CONT TSTP ALRM PIPE; do
        receiver "$signal"
        kill -s "$signal" "$pid"
        ends 0
        assert_equal "$(fields 1)" "$signal"
    done
}

@test 'sigrecv: a signal of mq_notify(3) is shown as SI_MESGQ' {
    mqsend -C --max-messages=1 --message-size=8 /sigrecv-q </dev/null
    receiver --json RTMIN
    signal_peer notify 34 /sigrecv-q "$pid"
    ends 0
    assert_regex "$(<arrived)" '"value":77,"code":"SI_MESGQ"'
}

@test 'sigrecv: works by sigwaitinfo(2) where signalfd(2) is refused' {
    local error
    for error in EPERM ENOSYS; do
        rm -f pid
        bg traced -e inject=signalfd4:error=$error sigrecv --pid-file=pid -c 2 RTMIN+3 TERM >arrived
        eventually test -s pid
        sigsend -q 8 RTMIN+3 "$(<pid)"
        eventually test -s arrived
        kill "$(<pid)"
        ends 0
        assert_equal "$(fields 1,4)" $'RTMIN+3\t8 TERM\t-'
    done
}

# --- waiting ---

@test 'sigrecv: -w that runs out is status 124, and -n does not wait' {
    run -124 soon sigrecv -w 0.05 USR1
    assert_output 'sigrecv: USR1: timed out'
    run -124 soon sigrecv -n USR1
    assert_output 'sigrecv: USR1: no signal is pending'
}

@test 'sigrecv: -v reports how many signals were received' {
    receiver -v -c 1 USR1 2>err
    kill -USR1 "$pid"
    ends 0
    assert_equal "$(<err)" 'sigrecv: 1 signal was received'
}

@test 'sigrecv: dies of TERM and of other signals that it does not receive, and removes its pid file' {
    local signal
    for signal in TERM HUP USR2 RTMIN+1; do
        receiver -f USR1 RTMIN
        kill -s "$signal" "$pid"
        ends $((128 + $(kill -l "$signal")))
        [[ ! -e pid ]]
    done
}

@test 'sigrecv: dies of TERM also if it was started with TERM blocked' {
    bg perl -MPOSIX -e 'sigprocmask(SIG_BLOCK, POSIX::SigSet->new(SIGTERM)); exec @ARGV' sigrecv --pid-file=pid USR1
    eventually test -s pid
    kill "$pid"
    ends 143
}

# stopped_with_five COMMAND...: $pid is a sigrecv with five signals and TERM, none of which it has seen yet.
stopped_with_five() {
    local i
    receiver -f -v RTMIN+1 USR1 "$@" 2>err
    kill -STOP "$pid"
    eventually stopped "$pid"
    for i in 1 2 3 4; do sigsend -q $i RTMIN+1 "$pid"; done
    kill -USR1 "$pid"
    kill -TERM "$pid"
    kill -CONT "$pid"
}

@test 'sigrecv: TERM comes before real-time signals that were sent first, and those are written all the same' {
    stopped_with_five
    ends 143
    assert_equal "$(fields 1,4)" $'USR1\t- RTMIN+1\t1 RTMIN+1\t2 RTMIN+1\t3 RTMIN+1\t4'
    assert_equal "$(<err)" 'sigrecv: 5 signals were received'
}

@test 'sigrecv: no more of them than -c says are written' {
    local i
    receiver -c 2 RTMIN+1
    kill -STOP "$pid"
    eventually stopped "$pid"
    for i in 1 2 3; do sigsend -q $i RTMIN+1 "$pid"; done
    kill -TERM "$pid"
    kill -CONT "$pid"
    ends 143
    assert_equal "$(fields 4)" '1 2'
}

@test 'sigrecv: signals that TERM overtakes start no command, and are reported as lost, as where a reader does not read' {
    stopped_with_five -- sh -c 'echo started'
    ends 143
    assert [ ! -s arrived ]
    assert_equal "$(head -n 1 err)" 'sigrecv: 5 signals were pending at the end and are lost'
    mkfifo full
    exec 6<>full
    timeout 0.2 cat /dev/zero >full || :
    rm -f pid
    bg sigrecv -f --pid-file=pid RTMIN+1 >full 2>err
    eventually test -s pid
    kill -STOP "$pid"
    eventually stopped "$pid"
    sigsend -q 1 RTMIN+1 "$pid"
    kill -TERM "$pid"
    kill -CONT "$pid"
    ends 143
    assert_equal "$(<err)" 'sigrecv: 1 signal was pending at the end and is lost'
}

@test 'sigrecv: dies of TERM while a reader does not read' {
    mkfifo slow
    exec 7<>slow
    bg sh -c 'exec sigrecv --pid-file=pid -f RTMIN >slow'
    eventually test -s pid
    yes "$pid" | head -n 8000 | xargs -n 1000 timeout 5 sigsend -w 0.2 RTMIN 2>/dev/null || :
    kill "$pid"
    ends 143
    exec 7<&-
}

@test 'sigrecv: a closed or full standard output is status 1' {
    run -1 soon sh -c 'sigrecv USR1 >&-'
    rm -f pid
    bg sigrecv --pid-file=pid USR1 >/dev/full
    eventually test -s pid
    kill -USR1 "$pid"
    ends 1
}

# --- being ready ---

@test 'sigrecv: blocks its signals before the pid file has its name' {
    bg traced sigrecv --pid-file=file USR1
    eventually test -s file
    kill -USR1 "$(<file)"
    ends 0
    # The C library blocks signals for a moment of its own, too.
    assert_regex "$(grep -oE 'rt_sigprocmask\(SIG_BLOCK, ~?\[|signalfd4|rename|unlink' trace | sed 's/(.*//; s/rt_sigprocmask/block/' | paste -sd ' ')" \
        '^block .*signalfd4 .*rename.* unlink$'
}

@test 'sigrecv: a pid file of that name is replaced, and one that another process wrote later is not removed' {
    echo old >pid
    bg sigrecv --pid-file=pid USR1
    eventually grep -qx "$pid" pid
    inode=$(stat -c %i pid)
    rm pid
    # Some file systems give the inode number of a file that was removed to the next one.
    for each in {1..50}; do
        echo other >"other.$each"
        [[ $(stat -c %i "other.$each") != "$inode" ]] || break
    done
    mv "other.$each" pid
    kill -USR1 "$pid"
    ends 0
    assert_equal "$(<pid)" other
}

@test 'sigrecv: a pid file that cannot be removed is status 1, and the message names it' {
    needs_uids
    mkdir -m 777 place
    bg as_nobody "$BIN/sigrecv" --pid-file=place/pid USR1 2>err
    eventually test -s place/pid
    chmod 555 place
    kill -USR1 "$(<place/pid)"
    ends 1
    assert_equal "$(<err)" 'sigrecv: place/pid: the pid file cannot be removed: Permission denied'
}

@test 'sigrecv: a pid file that cannot be written is status 1, and leaves nothing behind' {
    mkdir directory
    run -1 soon sigrecv --pid-file=directory USR1
    run -1 soon sigrecv --pid-file=missing/pid USR1
    assert_equal "$(echo directory* directory/*)" 'directory directory/*'
}

@test 'sigrecv: --ready-fd writes a newline and closes the descriptor, which commands do not get' {
    mkfifo ready
    bg sh -c 'exec sigrecv --ready-fd=5 USR1 -- sh -c "[ ! -e /proc/self/fd/5 ]" 5>ready'
    # cat ends when the descriptor is closed.
    assert_equal "$(soon cat ready | od -An -c | tr -d ' ')" '\n'
    kill -USR1 "$pid"
    ends 0
}

@test 'sigrecv: --ready-fd that is not open is status 1' {
    run -1 soon sigrecv --ready-fd=77 USR1
    assert_output --partial '77'
}

# --- commands ---

@test 'sigrecv: a command gets name, pid, uid, value and code in its environment' {
    # shellcheck disable=SC2016 # for the other shell
    receiver RTMIN+1 -- sh -c 'echo "$SIG_NAME $SIG_UID $SIG_VALUE $SIG_CODE"'
    sigsend -q 3 RTMIN+1 "$pid"
    ends 0
    assert_equal "$(<arrived)" "RTMIN+1 $UID 3 SI_QUEUE"
}

@test 'sigrecv: SIG_VALUE is removed for a signal without a value' {
    # shellcheck disable=SC2016 # for the other shell
    SIG_VALUE=outer receiver USR1 -- sh -c 'echo "$SIG_PID ${SIG_VALUE-none}"'
    kill -USR1 "$pid"
    ends 0
    assert_equal "$(<arrived)" "$BASHPID none"
}

@test 'sigrecv: the status is that of the command that failed, 126, 127 or 128 + N' {
    receiver USR1 -- sh -c 'exit 5'
    kill -USR1 "$pid"
    ends 5
    receiver USR1 -- ./no-such-program
    kill -USR1 "$pid"
    ends 127
    receiver USR1 -- /dev/null
    kill -USR1 "$pid"
    ends 126
    # shellcheck disable=SC2016 # for the other shell
    receiver USR1 -- sh -c 'kill -KILL $$'
    kill -USR1 "$pid"
    ends 137
}

@test 'sigrecv: while a command runs, signals stay in the queue of the kernel' {
    mkfifo go
    exec 5<>go
    # shellcheck disable=SC2016 # for the other shell
    receiver -c 3 RTMIN -- sh -c 'echo "$SIG_VALUE"; read -r _ <go'
    for i in 1 2 3; do sigsend -q $i RTMIN "$pid"; done
    eventually test -s arrived
    eventually grep -q '^ShdPnd:.*200000000$' /proc/"$pid"/status
    assert_equal "$(<arrived)" 1
    printf '\n\n\n' >&5
    ends 0
    assert_equal "$(paste -sd ' ' arrived)" '1 2 3'
}

@test 'sigrecv: -j runs several commands at once' {
    mkfifo go
    exec 5<>go
    # shellcheck disable=SC2016 # for the other shell
    receiver -c 3 -j 2 RTMIN -- sh -c 'echo "$SIG_VALUE"; read -r _ <go'
    for i in 1 2 3; do sigsend -q $i RTMIN "$pid"; done
    eventually size_is arrived 4
    printf '\n\n\n' >&5
    ends 0
    assert_equal "$(sort arrived | paste -sd ' ')" '1 2 3'
}

@test 'sigrecv: commands have the signal mask of the start, with nothing blocked that sigrecv blocks' {
    receiver USR1 -- grep SigBlk /proc/self/status
    kill -USR1 "$pid"
    ends 0
    assert_equal "$(<arrived)" $'SigBlk:\t0000000000000000'
}

@test 'sigrecv: waits for the command that runs when TERM comes, and dies of it' {
    mkfifo go
    exec 5<>go
    receiver -f USR1 -- sh -c 'echo begun; read -r _ <go; echo done'
    kill -USR1 "$pid"
    eventually test -s arrived
    kill "$pid"
    echo >&5
    ends 143
    assert_equal "$(paste -sd ' ' arrived)" 'begun done'
    [[ ! -e pid ]]
}
