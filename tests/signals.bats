#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Signals, the same for every tool: blocked or ignored at the start, and as the first process of a PID namespace.
# run reads stdin, and sets variables.
# shellcheck disable=SC2016,SC2154

load helper

key=key:0x51000001 other=key:0x51000002

setup() {
    start_test || return
    printf abc >abc
}

teardown() {
    if ((${#pids[@]})); then kill -KILL "${pids[@]}" 2>/dev/null || :; fi
    rm -f /dev/shm/{,sem.}signals-*
    ipcrm-all --force -f -t msg,sem,shm,pmsg --name='key:0x5100000*' >/dev/null 2>&1 || :
    ipcrm-all --force -f -t pmsg --name='/signals-*' >/dev/null 2>&1 || :
}

# blocked COMMAND...: starts it with all signals blocked.  timeout(1) stands outside, since it unblocks some.
blocked() { timeout -s KILL 10 env --block-signal "$@"; }

# Commands that wait.
waiting=(
    "mqrecv -w 0.3 $key"
    'mqrecv -w 0.3 /signals-q'
    "mqrecv -w 0.3 $key /signals-q"
    "mqrecv -w 0.3 $key -- cat"
    'mqrecv -w 0.3 -f /signals-q -- cat'
    "mqsend -w 0.3 $other xx"
    'mqsend -w 0.3 /signals-full xx'
    "semctl wait -w 0.3 $key"
    'semctl wait -w 0.3 /signals-s'
    "semctl op -w 0.3 $key 0-1"
    "semctl run -w 0.3 $key true"
    'semctl run -w 0.3 /signals-s true'
    "semctl barrier -w 0.3 -c 2 $other"
    'shmcat -w 0.3 /signals-none'
    "shmcat -w 0.3 -l $key /signals-x"
    'shmput -w 0.3 -l /signals-s /signals-x'
    'fifotee -w 0.3 fifo'
    'sockpair -w 0.3 -l socket -- true'
    'sockpair -w 0.3 -c socket'
)

# objects: what the commands of `waiting` wait for.
objects() {
    printf abc >/dev/shm/signals-x
    semctl create $key 0
    semctl create /signals-s 0
    mqsend -C $key </dev/null
    mqsend -C --max-messages=1 --message-size=8 /signals-q </dev/null
    mqsend -C --max-messages=1 --message-size=8 /signals-full x
    mqsend -C $other </dev/null
    # The queue holds 16384 bytes.
    letters 16384 x | mqsend -b 4096 $other
}

@test 'every tool that waits: its time runs out although all signals were blocked at the start' {
    local line status
    objects
    for line in "${waiting[@]}"; do
        status=0
        # shellcheck disable=SC2086 # words
        blocked $line <abc >out 2>err || status=$?
        [[ $line != *-c\ socket || $status != 3 ]] || status=124
        assert_equal "$line: $status" "$line: 124"
    done
}

@test 'mqrecv: a queue that is removed is noticed although all signals were blocked at the start' {
    local name
    objects
    for name in $key /signals-q; do
        bg blocked mqrecv "$name" 2>err
        # timeout(1) sleeps before mqrecv does.
        eventually eval '[[ $(ipcls -r --noheadings -o WAITERS "$name") == *mqrecv* ]]'
        ipcrm-all --force -t msg,pmsg "$name" >/dev/null
        ends 3
        grep -q "$name: Identifier removed" err || fail "$(cat err)"
    done
}

runs_twice() { (($(wc -l <got) >= 2)); }

@test 'mqrecv: commands that end are noticed although SIGCHLD was blocked at the start' {
    mqsend -C $key again
    # The message of a command that fails goes back while mqrecv waits for the next one.
    bg blocked mqrecv -f -j 2 $key -- sh -c 'echo once >>got; exit 1'
    eventually runs_twice
}

@test 'every tool that runs a command: the command finds the signals blocked that were so at the start, and no others' {
    local set wanted line
    semctl create /signals-s 1
    semctl create $key 1
    for set in '' ALRM CHLD ALRM,CHLD,TERM,BUS,WINCH; do
        wanted=$(env ${set:+--block-signal="$set"} grep SigBlk /proc/self/status)
        for line in "semctl run $key sed -n /SigBlk/wblocked /proc/self/status" 'semctl run /signals-s sed -n /SigBlk/wblocked /proc/self/status' "semctl op $key 0-1 0+1 -- sed -n /SigBlk/wblocked /proc/self/status" \
            'ipcrm-all --around --name=/signals-* sed -n /SigBlk/wblocked /proc/self/status' "mqrecv -a $other -- sed -n /SigBlk/wblocked /proc/self/status" "mqrecv -a -j 3 $other -- sed -n /SigBlk/wblocked /proc/self/status" \
            'sockpair sed -n /SigBlk/wblocked /proc/self/status -- sed -n /SigBlk/wblocked /proc/self/status' 'sockpair -c socket -- sed -n /SigBlk/wblocked /proc/self/status'; do
            rm -f blocked socket
            mqsend -C $other one two
            if [[ $line == *-c\ socket* ]]; then
                bg env ${set:+--block-signal="$set"} sockpair -l socket --total=1 -- sed -n /SigBlk/wblocked /proc/self/status
                eventually test -S socket
            fi
            # shellcheck disable=SC2086 # words
            timeout -s KILL 10 env ${set:+--block-signal="$set"} $line </dev/null || fail "$line: $?" || return
            [[ $line != *-c\ socket* ]] || ends 0
            assert_equal "$set: $line: $(sort -u blocked)" "$set: $line: $wanted"
        done
    done
}

@test 'every tool that waits: as process 1 it ends with 128 + 15 by SIGTERM' {
    local line status inner
    objects
    for line in "${waiting[@]}"; do
        line=${line/-w 0.3 /}
        [[ $line != *-c\ socket && $line != 'shmcat /signals-none' ]] || continue
        rm -f socket
        # shellcheck disable=SC2086,SC2217 # words, and bg hands stdin on
        bg unshare --pid --fork --kill-child $line <abc >out 2>err
        eventually inner_of "$pid"
        inner=$(inner_of "$pid")
        eventually is_tool "$inner" "${line%% *}"
        eventually asleep "$inner"
        kill -TERM "$inner"
        eventually ended "$pid"
        status=0
        wait "$pid" || status=$?
        assert_equal "$line: $status" "$line: 143"
    done
}

@test 'every tool: as process 1 it dies of SIGPIPE with 141 as elsewhere' {
    local line
    letters 3000000 x >/dev/shm/signals-x
    for line in 'shmcat /signals-x' 'shmcat -f /signals-x'; do
        run -0 bash -c 'timeout -s KILL 10 unshare --pid --fork --kill-child $0 | head -c 1; echo " ${PIPESTATUS[0]}"' "$line"
        assert_output 'x 141'
    done
}

inner_of() { pgrep -P "$1"; }

@test 'tests: signals that are ignored where the tests begin are not ignored in their programs' {
    # The tests of this run may have been chosen.
    run env -u F bash -c 'trap "" HUP INT QUIT PIPE; JOBS=1 exec "$0" "$1"' "$BATS_TEST_DIRNAME/run" "$BATS_TEST_DIRNAME/signals.d/ignored.bats"
    assert_output '1 passed, 0 failed'
}
