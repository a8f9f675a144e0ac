#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# bg and run read stdin, and set variables; the shell that runs the tests keeps them.
# shellcheck disable=SC2016,SC2030,SC2031,SC2094,SC2154,SC2217

load helper

posix=/mq-recv-a
other=/mq-recv-b
dead=/mq-recv-dead
sysv=key:0x6d715201
sysv_other=key:0x6d715202
mine=("$posix" "$other" "$dead" "/mq-recv-it's" "$sysv" "$sysv_other")

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
    queue_peer wipe "${mine[@]}"
}

# queue NAME [MESSAGES SIZE]: there is an empty one (of System V with room for bytes enough).
queue() {
    case $1 in
    key:*) queue_peer make "$1" ;;
    *) queue_peer make "$1" "${2-10}" "${3-64}" ;;
    esac
}

# filled NAME LINE...: there is one with these messages, "rank<TAB>text" (as printf %b writes them).
filled() {
    local name=$1 line
    queue "$name" 10 1000
    shift
    for line; do
        printf %b "${line#*\\t}" | queue_peer send-input "$name" "${line%%\\t*}"
    done
}

# has NAME LINE...: the queue has exactly these messages; they are taken.
has() {
    local name=$1
    shift
    : >wanted
    (($# == 0)) || printf '%b\n' "$@" >wanted
    queue_peer dump "$name" >found || return
    cmp found wanted || fail "$name has $(<found)"
}

# written TEXT: the file `out` is exactly this (as printf %b writes it).
written() {
    printf %b "$1" >wanted
    cmp out wanted || fail "written: $(od -c out)"
}

count_is() { [[ $(queue_peer count "$1") == "$2" ]]; }
no_queue() { run ! queue_peer count "$1"; }

# waits PID: the tool, and no shell that becomes it, is asleep.
waits() { is_tool "$1" mq && asleep "$1"; }

# pause SECONDS: where time itself is what is tested.
pause() { read -rt "$1" _ <>"$BATS_RUN_TMPDIR/never" || :; }

# lines_in FILE COUNT
lines_in() { [[ $(wc -l <"$1") == "$2" ]]; }

# into_pipe ROOM COMMAND...: its output goes into a pipe of 4096 bytes with room for so many; we read it as 7.
into_pipe() {
    local room=$1
    shift
    rm -f pipe
    mkfifo pipe
    exec 6<>pipe
    queue_peer pipe-size 6 4096
    letters $((4096 - room)) . >&6
    bg "$@" >pipe
    exec 7<pipe 6>&-
}

# by_default COMMAND...: as from a terminal; a shell has its background processes ignore SIGINT.
by_default() { exec perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' "$@"; }

# ten NAME: a queue with ten messages of 1000 bytes, by priority or type 10 (the first) to 1.
ten() {
    local i
    queue "$1" 10 1000
    for i in {10..1}; do
        queue_peer send "$1" "$i" "$(letters 999 "$((i % 10))")-"
    done
}

# left NAME RANK...: what is left of these ten has just these ranks, and is whole.
left() {
    local name=$1 i
    shift
    for i; do printf '%d\t%s-\n' "$i" "$(letters 999 "$((i % 10))")"; done | sort >wanted
    queue_peer dump "$name" | sort >found
    cmp found wanted || fail "$name: $(cut -c1-20 found)"
}

# --- usage ---

@test 'mqrecv: without a queue it is a usage error' {
    usage_error mqrecv
    usage_error mqrecv -n
}

@test 'mqrecv: a bare word is a usage error that suggests the name with a slash' {
    usage_error mqrecv jobs
    [[ $stderr == *'/jobs'* ]]
}

@test 'mqrecv: a command without -- before it is a usage error that says so' {
    filled "$posix" '0\tx'
    usage_error mqrecv "$posix" cat
    [[ $stderr == *"mqrecv $posix -- cat"* ]]
    usage_error mqrecv "$posix" /bin/cat -n
    [[ $stderr == *"mqrecv $posix -- /bin/cat"* ]]
    usage_error mqrecv "$posix" no-such-program
    [[ $stderr == *'/no-such-program'* ]]
    has "$posix" '0\tx'
}

@test 'mqrecv: what is no queue is a usage error, and of several nothing is received' {
    local object
    filled "$posix" '0\tx'
    for object in file:x memfd:1:1 key:0 id:4294967296 key:private / ''; do
        usage_error mqrecv -n "$posix" "$object"
    done
    has "$posix" '0\tx'
}

@test 'mqrecv: -a, -c and -f exclude each other' {
    usage_error mqrecv -a -f "$posix"
    usage_error mqrecv -a -c 1 "$posix"
    usage_error mqrecv -c 1 -f "$posix"
}

@test 'mqrecv: -a goes with neither -n nor -w, since it never waits' {
    usage_error mqrecv -a -n "$posix"
    usage_error mqrecv -a -w 1 "$posix"
}

@test 'mqrecv: a bad number for -c or -j is refused' {
    local word
    for word in 0 -1 x '' 1.5 18446744073709551616; do
        usage_error mqrecv -c "$word" "$posix"
        run -125 soon mqrecv -j "$word" "$posix" -- true
    done
}

@test 'mqrecv: a time that is none is refused' {
    local word
    for word in -1 nan NaN inf '' 1y 99999999999999999999; do
        usage_error mqrecv -w "$word" "$posix"
    done
}

@test 'mqrecv: a type that is none is refused, and so is -t for POSIX' {
    local word
    for word in 0 -1 '<=0' '!=0' '<5' '>=5' '' 9223372036854775808 '!='; do
        usage_error mqrecv -t "$word" "$sysv"
    done
    usage_error mqrecv -t 1 "$posix"
    usage_error mqrecv -t 1 "$sysv" "$posix"
}

@test 'mqrecv: --peek into a POSIX queue is refused with the reason, and takes nothing' {
    filled "$posix" '0\tx'
    usage_error mqrecv --peek "$posix"
    [[ $stderr == *POSIX* ]]
    has "$posix" '0\tx'
}

@test 'mqrecv: --peek looks at one queue as it is, so not with -E, -f, -w or a second one' {
    usage_error mqrecv --peek -E "$sysv"
    usage_error mqrecv --peek -f "$sysv"
    usage_error mqrecv --peek -w 1 "$sysv"
    usage_error mqrecv --peek "$sysv" "$sysv_other"
}

@test 'mqrecv: --json goes with none of the other forms of output' {
    local option
    for option in -0 -1 -b4 -d: -L -P; do
        usage_error mqrecv --json "$option" "$posix"
    done
}

@test 'mqrecv: -P does not go with -b' {
    usage_error mqrecv -P -b 4 "$posix"
}

@test 'mqrecv: -m and the limits of a new queue are refused without -C, and the limits for System V' {
    usage_error mqrecv -m 600 "$posix"
    usage_error mqrecv --max-messages=1 "$posix"
    usage_error mqrecv --message-size=1 "$posix"
    usage_error mqrecv -C --max-messages=1 "$sysv"
    usage_error mqrecv -C --message-size=0 "$posix"
    usage_error mqrecv -C --max-messages=0 "$posix"
    no_queue "$posix"
}

@test 'mqrecv: -j and --dead-letter without a command are refused' {
    usage_error mqrecv -j 2 "$posix"
    usage_error mqrecv --dead-letter="$dead" "$posix"
}

@test 'mqrecv: options of the output are refused with a command, with 125' {
    local option
    filled "$posix" '0\tx'
    for option in -0 -1 -b4 -d: -L -P -u --json --peek; do
        run -125 --separate-stderr soon mqrecv "$option" "$posix" -- touch made
        assert_regex "$stderr" '^mqrecv: '
    done
    assert [ ! -e made ]
    has "$posix" '0\tx'
}

@test 'mqrecv: a -- without a command, or without a queue, is a usage error, with 125' {
    run -125 soon mqrecv "$posix" --
    run -125 soon mqrecv -- true
    run -125 soon mqrecv -a -f "$posix" -- true
}

@test 'mqrecv: -h and -V go to stdout' {
    run -0 --separate-stderr mqrecv --help
    assert_line --partial 'mqrecv '
    assert_equal "$stderr" ''
    run -0 --separate-stderr mqrecv -V
    assert_line --partial mqrecv
    assert_equal "$stderr" ''
}

@test 'mqrecv: each short option has its long one' {
    filled "$posix" '0\ta' '0\tb' '0\tc' '0\td' '0\te' '0\tf\0x' '0\t' '0\tg'
    filled "$sysv" '1\tx' '2\ty'
    {
        mqrecv --null --count=1 "$posix"
        mqrecv --whole --nonblock "$posix"
        mqrecv --delimiter=, --timeout=1 "$posix"
        mqrecv --block=1 --unbuffered "$posix"
        mqrecv --length-prefixed "$posix"
        mqrecv --c-string --with-priority "$posix"
        mqrecv --follow --end "$posix"
        mqrecv --all --verbose "$posix" 2>err
        mqrecv --type=2 "$sysv"
        mqrecv --jobs=1 "$sysv" -- cat
    } >out
    written 'a\0bc,d\0\0\0\001e0\tf\ng\ny\nx'
    mqrecv --create --mode=640 --all "$other"
    assert_equal "$(queue_peer mode "$other")" 640
}

# --- failures ---

@test 'mqrecv: a queue that is not there is exit 3, with a word on --create, and is not made' {
    local name
    for name in "$posix" "$sysv"; do
        run -3 soon mqrecv "$name"
        assert_output "mqrecv: $name: No such file or directory (create it with --create)"
        no_queue "$name"
    done
    run -3 soon mqrecv id:2147483647
}

@test 'mqrecv: an empty queue is 124 with -n and -w 0, and nothing is written' {
    local name option
    queue "$posix"
    queue "$sysv"
    for name in "$posix" "$sysv"; do
        for option in -n -w0; do
            run -124 --separate-stderr soon mqrecv "$option" "$name"
            assert_output ''
            assert_equal "$stderr" "mqrecv: $name: the queue is empty"
        done
    done
    run -124 soon mqrecv -n "$posix" "$sysv"
    assert_output 'mqrecv: the queues are empty'
    queue_peer send "$sysv" 2 x
    run -124 soon mqrecv -n -t 1 "$sysv"
    assert_output "mqrecv: $sysv: no message of this type"
    run -124 --separate-stderr soon mqrecv -n -c 3 "$sysv"
    assert_equal "$stderr" "mqrecv: $sysv: the queue is empty; 1 message was passed on"
}

@test 'mqrecv: a time that runs out is reported, with or without a command' {
    local name
    queue "$posix"
    queue "$sysv"
    for name in "$posix" "$sysv"; do
        run -124 --separate-stderr soon mqrecv -w 20ms "$name"
        assert_equal "$stderr" "mqrecv: $name: timed out"
        run -124 --separate-stderr soon mqrecv -w 20ms "$name" -- true
        assert_equal "$stderr" "mqrecv: $name: timed out"
        queue_peer send "$name" 1 x
        queue_peer send "$name" 1 y
        run -124 --separate-stderr soon mqrecv -f -w 20ms "$name"
        assert_equal "$stderr" "mqrecv: $name: timed out; 2 messages were passed on"
    done
    run -124 soon mqrecv -w 20ms "$posix" "$sysv"
    assert_output 'mqrecv: timed out'
}

@test 'mqrecv: -w waits so long for a message, and not longer' {
    local name took
    queue "$posix"
    queue "$sysv"
    for name in "$posix" "$sysv"; do
        took=$(milliseconds soon mqrecv -w 0.2 "$name")
        ((took >= 200)) || fail "$name: $took ms"
        run -124 soon mqrecv -w 20ms "$name"
    done
    took=$(milliseconds soon mqrecv -w 0.2 "$posix" "$sysv")
    ((took >= 200)) || fail "both: $took ms"
}

@test 'mqrecv: the last of -n and -w counts' {
    local took
    queue "$posix"
    run -124 soon mqrecv -w 1h -n "$posix"
    took=$(milliseconds soon mqrecv -n -w 0.1 "$posix")
    ((took >= 100)) || fail "$took ms"
}

@test 'mqrecv: -w is for each message, and what came before the time ran out is written' {
    queue "$sysv"
    bg mqrecv -w 1.2 -c 3 "$sysv" >out
    eventually waits "$pid"
    pause 0.8
    queue_peer send "$sysv" 1 a
    pause 0.8
    queue_peer send "$sysv" 1 b
    ends 124
    written 'a\nb\n'
}

@test 'mqrecv: a very long -w waits' {
    local name
    queue "$posix"
    queue "$sysv"
    for name in "$posix" "$sysv"; do
        bg mqrecv -w 100000d "$name" >out
        eventually waits "$pid"
        queue_peer send "$name" 1 x
        ends 0
        written 'x\n'
    done
}

@test 'mqrecv: -w 1us never hangs, of a POSIX queue' {
    queue "$posix"
    timeout -s KILL 20 bash -c 'for ((i = 0; i < 400; i++)); do
        mqrecv -w 1us "$1" 2>/dev/null; (($? == 124)) || exit 1; done' - "$posix"
}

@test 'mqrecv: -w 1us never hangs, of a System V queue' {
    queue "$sysv"
    timeout -s KILL 20 bash -c 'for ((i = 0; i < 400; i++)); do
        mqrecv -w 1us "$1" 2>/dev/null; (($? == 124)) || exit 1; done' - "$sysv"
}

@test 'mqrecv: SIGSTOP and SIGCONT neither end nor prolong what -w says' {
    local names start long=() short=()
    queue "$posix"
    queue "$sysv"
    start=${EPOCHREALTIME/./}
    for names in "$posix" "$sysv" "$posix $sysv"; do
        # shellcheck disable=SC2086 # one or two
        bg mqrecv -w 1.2 $names
        short+=("$pid")
        # shellcheck disable=SC2086
        bg mqrecv -w 1.2 $names
        long+=("$pid")
    done
    for pid in "${pids[@]}"; do eventually waits "$pid"; done
    kill -STOP "${pids[@]}"
    for pid in "${pids[@]}"; do eventually stopped "$pid"; done
    kill -CONT "${short[@]}"
    pause 0.5
    ((${EPOCHREALTIME/./} - start > 1200000)) || kill -0 "${short[@]}"
    pause 0.9
    start=${EPOCHREALTIME/./}
    kill -CONT "${long[@]}"
    for pid in "${pids[@]}"; do ends 124 "$pid"; done
    ((${EPOCHREALTIME/./} - start < 1200000)) || fail 'it began anew'
}

@test 'mqrecv: a queue that is removed while it waits is exit 3' {
    local name
    queue "$posix"
    queue "$sysv"
    for name in "$posix" "$sysv"; do
        bg mqrecv "$name" 2>err
        eventually waits "$pid"
        queue_peer drop "$name"
        ends 3
        assert_equal "$(<err)" "mqrecv: $name: Identifier removed"
    done
}

@test 'mqrecv: a queue that is removed and made anew while it waits is exit 3' {
    local name
    queue "$posix"
    queue "$sysv"
    for name in "$posix" "$sysv"; do
        bg mqrecv -f "$name"
        eventually waits "$pid"
        queue_peer drop "$name"
        queue "$name"
        ends 3
    done
}

@test 'mqrecv: of several queues one that is removed is said, the others go on, and the end is 3' {
    local names
    for names in "$posix $other" "$sysv $posix" "$posix $sysv"; do
        queue "${names% *}"
        queue "${names#* }"
        # shellcheck disable=SC2086
        bg mqrecv -c 1 $names >out 2>err
        eventually waits "$pid"
        queue_peer drop "${names% *}"
        eventually grep -q "${names% *}: Identifier removed" err
        queue_peer send "${names#* }" 1 x
        ends 3
        written 'x\n'
        queue_peer drop "${names#* }"
    done
}

@test 'mqrecv: SIGTERM, SIGINT and SIGHUP while it waits end it by that signal' {
    local name number
    queue "$posix"
    queue "$sysv"
    for name in "$posix" "$sysv" "$posix $sysv"; do
        for number in 15 2 1; do
            # shellcheck disable=SC2086
            bg by_default mqrecv $name
            eventually waits "$pid"
            kill "-$number" "$pid"
            ends $((128 + number))
        done
    done
}

@test 'mqrecv: EINTR at any call changes nothing, of a POSIX queue' {
    local call
    for call in mq_timedreceive write; do
        filled "$posix" '3\ta' '3\tb'
        traced -e inject="$call:error=EINTR:when=1..2" mqrecv -c 2 "$posix" >out
        written 'a\nb\n'
        has "$posix"
        queue_peer drop "$posix"
    done
}

@test 'mqrecv: EINTR at any call changes nothing, of a System V queue' {
    local call
    for call in msgrcv write; do
        filled "$sysv" '3\ta' '3\tb'
        traced -e inject="$call:error=EINTR:when=1..2" mqrecv -c 2 "$sysv" >out
        written 'a\nb\n'
        has "$sysv"
        queue_peer drop "$sysv"
    done
}

@test 'mqrecv: EINTR while it waits does not end the wait, and -w counts on' {
    local names
    queue "$posix"
    queue "$sysv"
    for names in "$posix" "$sysv" "$posix $sysv"; do
        # shellcheck disable=SC2086
        run -124 traced -e inject=ppoll,mq_timedreceive,msgrcv,clock_nanosleep:error=EINTR:when=2..4 \
            mqrecv -w 50ms $names
    done
}

@test 'mqrecv: EINTR while a command runs does not lose it' {
    filled "$posix" '3\ta' '3\tb'
    traced -e inject=wait4,waitid,clock_nanosleep:error=EINTR:when=1..2 mqrecv -a "$posix" -- cat >out
    written ab
    has "$posix"
}

@test "mqrecv: another user's queue without permission is an error" {
    local name
    needs_uids
    filled "$posix" '1\tx'
    filled "$sysv" '1\tx'
    for name in "$posix" "$sysv"; do
        run -1 as_nobody mqrecv -n "$name"
        assert_output --partial "$name: Permission denied"
        has "$name" '1\tx'
    done
}

@test 'mqrecv: a queue that one may read, but not send to, is received from' {
    local name
    needs_uids
    filled "$posix" '1\tx'
    filled "$sysv" '1\tx'
    for name in "$posix" "$sysv"; do
        queue_peer chmod "$name" 0604
        run -0 as_nobody mqrecv -n "$name"
        assert_output x
    done
}

@test 'mqrecv: errors of making a queue are those of mqsend' {
    run -1 bash -c 'ulimit -q 1000; exec mqrecv -C --max-messages=4 --message-size=200 "$1"' - "$posix"
    assert_output --partial 'RLIMIT_MSGQUEUE (ulimit -q) allows 1000 bytes'
    assert_output --partial 'costs 1184'
    run -1 mqrecv -C --max-messages=65537 "$posix"
    assert_output --partial fs.mqueue.msg_max
    no_queue "$posix"
}

# --- output that fails ---

@test 'mqrecv: a closed stdout is an error, and nothing is taken' {
    local name
    filled "$posix" '5\tx'
    filled "$sysv" '5\tx'
    for name in "$posix" "$sysv"; do
        run -1 bash -c 'exec mqrecv "$1" >&-' - "$name"
        assert_output 'mqrecv: standard output: Bad file descriptor'
        has "$name" '5\tx'
    done
}

@test 'mqrecv: a full disk is an error, and the messages go back with their priority or type' {
    local name option
    for option in -a -ua; do
        filled "$posix" '5\tx' '3\ty' '3\tz'
        filled "$sysv" '3\tx' '5\ty' '3\tz'
        for name in "$posix" "$sysv"; do
            run -1 soon bash -c 'exec mqrecv "$2" "$1" >/dev/full' - "$name" "$option"
            assert_output --partial 'standard output: No space left on device'
            queue_peer dump "$name" | sort >found
            cmp found <([[ $name == "$posix" ]] && printf '3\ty\n3\tz\n5\tx\n' || printf '3\tx\n3\tz\n5\ty\n')
            queue_peer drop "$name"
        done
    done
}

@test 'mqrecv: after a failed output it says how many of how many went back' {
    filled "$posix" '5\tx' '3\ty' '3\tz'
    run -1 soon bash -c 'exec mqrecv -a "$1" >/dev/full' - "$posix"
    assert_output 'mqrecv: standard output: No space left on device; 3 of 3 messages put back'
}

@test 'mqrecv: a reader that is gone is an error, and the messages go back' {
    local name
    ten "$posix"
    ten "$sysv"
    for name in "$posix" "$sysv"; do
        into_pipe 0 mqrecv -f "$name" 2>err
        eventually waits "$pid"
        exec 7<&-
        ends 1
        assert_regex "$(<err)" 'Broken pipe'
        left "$name" {1..10}
    done
}

@test 'mqrecv: a reader that goes in the middle of a message has what it was given whole, the rest goes back' {
    local name
    ten "$posix"
    ten "$sysv"
    for name in "$posix" "$sysv"; do
        into_pipe 4096 mqrecv -f "$name" 2>err
        eventually waits "$pid"
        eventually count_is "$name" 0
        exec 7<&-
        ends 1
        assert_equal "$(<err)" 'mqrecv: standard output: Broken pipe; 6 of 6 messages put back'
        left "$name" {1..6}
    done
}

@test 'mqrecv: SIGTERM, SIGINT and SIGHUP while a reader is slow: what was not written whole goes back' {
    local name number
    for number in 15 2 1; do
        for name in "$posix" "$sysv"; do
            ten "$name"
            into_pipe 4096 by_default mqrecv -f "$name" 2>err
            eventually waits "$pid"
            eventually count_is "$name" 0
            kill "-$number" "$pid"
            ends $((128 + number))
            head -c 4004 <&7 | tr -dc - | cmp - <(printf -- ----)
            left "$name" {1..6}
            queue_peer drop "$name"
        done
    done
    assert_regex "$(<err)" '4 messages passed on, 6 put back'
}

@test 'mqrecv: -u into a full pipe holds one message, and gives it back at SIGTERM' {
    local name
    ten "$posix"
    ten "$sysv"
    for name in "$posix" "$sysv"; do
        into_pipe 0 mqrecv -uf "$name"
        eventually count_is "$name" 9
        kill -TERM "$pid"
        ends 143
        left "$name" {1..10}
    done
}

@test 'mqrecv: -u into a full pipe that is killed loses the one message that it held' {
    ten "$posix"
    into_pipe 0 mqrecv -uf "$posix"
    eventually count_is "$posix" 9
    eventually waits "$pid"
    kill -KILL "$pid"
    ends 137
    left "$posix" {1..9}
}

@test 'mqrecv: -c does not take more than it is to write, when a reader is slow' {
    ten "$posix"
    into_pipe 0 mqrecv -c 3 "$posix"
    eventually waits "$pid"
    count_is "$posix" 7
    kill -TERM "$pid"
    ends 143
    left "$posix" {1..10}
}

@test 'mqrecv: -a | head -1 gives one message, and the rest stays or goes back' {
    unshare --ipc bash -c 'echo 10000000 >/proc/sys/kernel/msgmnb
        seq -f %0999.0f 2000 | mqsend -C key:1
        mqrecv -a key:1 2>err | head -1 >out
        echo "${PIPESTATUS[0]}" >status
        queue_peer dump key:1 | cut -f2 | sort >found'
    assert_equal "$(<status)" 1
    cmp out <(seq -f %0999.0f 1)
    refute [ -z "$(grep 'Broken pipe; .* put back' err)" ]
    # All of the rest, without a hole; what was in the pipe is with the one who read it.
    local first
    first=$(head -1 found | sed 's/^0*//')
    seq -f %0999.0f "$first" 2000 | cmp - found
    (($(wc -l <found) > 1700))
}

@test 'mqrecv: a signal at any call loses nothing, and gives nothing twice' {
    local name option number
    for name in "$posix" "$sysv"; do
        for option in -u -v; do
            for number in 1 2 3; do
                filled "$name" '1\ta' '1\tb' '1\tc'
                traced -e inject="mq_timedreceive,msgrcv:signal=SIGTERM:when=$number" mqrecv "$option" -c 3 "$name" >out ||
                    (($? == 143))
                { cat out; queue_peer dump "$name" | cut -f2; } | sort | cmp - <(printf 'a\nb\nc\n')
                queue_peer drop "$name"
            done
        done
        filled "$name" '1\ta' '1\tb' '1\tc'
        traced -e inject=write:signal=SIGTERM:when=2 mqrecv -uc 3 "$name" >out || (($? == 143))
        { cat out; queue_peer dump "$name" | cut -f2; } | sort | cmp - <(printf 'a\nb\nc\n')
        queue_peer drop "$name"
    done
}

@test 'mqrecv: what cannot go back into a full queue is said in a form that sends it again' {
    local name line
    queue "$posix" 1 64
    queue_peer make "$sysv" 10
    printf 'it'\''s\0\n$x' >message
    for name in "$posix" "$sysv"; do
        queue_peer send-input "$name" 7 <message
        into_pipe 0 mqrecv -f "$name" 2>err."${#pids[@]}"
        eventually count_is "$name" 0
        eventually waits "$pid"
        queue_peer send "$name" 1 filler-789
        exec 7<&-
    done
    # Each has waited five seconds for room.
    ends 1 "${pids[0]}"
    ends 1 "${pids[1]}"
    for name in "$posix" "$sysv"; do
        has "$name" '1\tfiller-789'
        line=$(sed -n "s|.*$name: .*to send it again: ||p" err.*)
        soon bash -c "$line"
        has "$name" "7\\tit's\\\\x00\\\\x0a\$x"
    done
}

@test 'mqrecv: further signals do not end the wait for room when messages go back' {
    local name
    queue "$posix" 1 64
    queue_peer make "$sysv" 10
    for name in "$posix" "$sysv"; do
        queue_peer send "$name" 7 message
        into_pipe 0 mqrecv -f "$name" 2>err
        eventually count_is "$name" 0
        eventually waits "$pid"
        queue_peer send "$name" 1 filler-789
        kill -TERM "$pid"
        pause 0.2
        kill -TERM "$pid"
        pause 0.2
        assert_equal "$(queue_peer receive "$name")" filler-789
        ends 143
        assert_equal "$(<err)" 'mqrecv: interrupted; 0 messages passed on, 1 put back'
        has "$name" '7\tmessage'
        exec 7<&-
    done
}

@test 'mqrecv: putting back waits for room' {
    local name
    queue "$posix" 1 64
    queue_peer make "$sysv" 10
    for name in "$posix" "$sysv"; do
        queue_peer send "$name" 7 message
        into_pipe 0 mqrecv -f "$name"
        eventually count_is "$name" 0
        eventually waits "$pid"
        queue_peer send "$name" 1 filler-789
        exec 7<&-
        pause 0.1
        assert_equal "$(queue_peer receive "$name")" filler-789
        ends 1
        has "$name" '7\tmessage'
    done
}

@test 'mqrecv: a message whose queue was removed meanwhile is said, and can be sent again' {
    local name
    for name in "$posix" "$sysv" "/mq-recv-it's"; do
        filled "$name" '7\tmessage'
        into_pipe 0 mqrecv "$name" 2>err
        eventually count_is "$name" 0
        eventually waits "$pid"
        queue_peer drop "$name"
        [[ $name != /* ]] || queue "$name"
        exec 7<&-
        ends 1
        [[ $name == /* ]] || queue "$name"
        # The name may be the one of a new queue by now.
        if count_is "$name" 0; then soon bash -c "$(sed -n 's/.*to send it again: //p' err)"; fi
        has "$name" '7\tmessage'
    done
}

@test 'mqrecv: without leave to send, what cannot go back is said' {
    local name
    needs_uids
    filled "$posix" '7\tmessage'
    filled "$sysv" '7\tmessage'
    for name in "$posix" "$sysv"; do
        queue_peer chmod "$name" 0604
        run -1 as_nobody bash -c 'exec mqrecv -n "$1" >/dev/full' - "$name"
        assert_output --partial 'Permission denied; to send it again: echo bWVzc2FnZQ== |'
        soon bash -c "$(sed -n 's/.*to send it again: //p' <<<"$output")"
        has "$name" '7\tmessage'
    done
}

@test 'mqrecv: a closed stdin does not hurt, though the queue could be descriptor 0' {
    local name
    filled "$posix" '1\tx'
    filled "$sysv" '1\tx'
    for name in "$posix" "$sysv"; do
        bash -c 'exec mqrecv "$1" <&-' - "$name" >out
        written 'x\n'
    done
}

@test 'mqrecv: with stdin, stdout and stderr closed nothing is taken, and nothing is sent' {
    local name
    filled "$posix" '5\tx'
    filled "$sysv" '5\tx'
    for name in "$posix" "$sysv"; do
        run -1 bash -c 'exec mqrecv "$1" <&- >&- 2>&-' - "$name"
        has "$name" '5\tx'
    done
}

@test 'mqrecv: a closed stderr gets no error into the queue' {
    filled "$posix" '5\tx'
    run -1 bash -c 'exec mqrecv -v "$1" <&- 2>&- >/dev/full' - "$posix"
    has "$posix" '5\tx'
}

# --- messages ---

@test 'mqrecv: one message is received, and the others stay' {
    filled "$posix" '0\ta' '0\tb'
    filled "$sysv" '2\ta' '1\tb'
    mqrecv "$posix" >out
    mqrecv "$sysv" >>out
    written 'a\na\n'
    has "$posix" '0\tb'
    has "$sysv" '1\tb'
}

@test 'mqrecv: the highest priority comes first, and the first sent among equals' {
    filled "$posix" '0\ta' '32767\tb' '5\tc' '32767\td'
    mqrecv -a "$posix" >out
    written 'b\nd\nc\na\n'
}

@test 'mqrecv: -c receives just so many' {
    filled "$posix" '0\ta' '0\tb' '0\tc'
    mqrecv -c 2 "$posix" >out
    written 'a\nb\n'
    has "$posix" '0\tc'
}

@test 'mqrecv: -c waits for what is not there yet, and writes what is' {
    filled "$posix" '0\ta'
    bg mqrecv -c 2 "$posix" >out
    eventually lines_in out 1
    queue_peer send "$posix" 0 b
    ends 0
    written 'a\nb\n'
}

@test 'mqrecv: -a receives all that are there, and does not wait' {
    local name
    filled "$posix" '1\ta' '1\tb' '1\tc'
    filled "$sysv" '1\ta' '1\tb' '1\tc'
    for name in "$posix" "$sysv"; do
        soon mqrecv -a "$name" >out
        written 'a\nb\nc\n'
    done
}

@test 'mqrecv: -a of an empty queue is done' {
    local names
    queue "$posix"
    queue "$sysv"
    for names in "$posix" "$sysv" "$posix $sysv"; do
        # shellcheck disable=SC2086
        run -0 soon mqrecv -a $names
        assert_output ''
    done
}

@test 'mqrecv: -f receives until a signal ends it, and passes on each message at once' {
    local name
    queue "$posix"
    queue "$sysv"
    for name in "$posix" "$sysv"; do
        : >out
        bg mqrecv -f "$name" >out
        queue_peer send "$name" 1 a b
        eventually lines_in out 2
        queue_peer send "$name" 1 c
        eventually lines_in out 3
        kill -TERM "$pid"
        ends 143
        written 'a\nb\nc\n'
    done
}

@test 'mqrecv: an empty message is an empty line' {
    filled "$posix" '0\t' '0\ta' '0\t'
    filled "$sysv" '1\t'
    mqrecv -a "$posix" >out
    mqrecv "$sysv" >>out
    written '\na\n\n\n'
}

@test 'mqrecv: NULs and all other bytes come out as they are' {
    local name
    perl -e 'print map chr, 0..255' >all
    queue "$posix" 2 300
    queue "$sysv"
    for name in "$posix" "$sysv"; do
        queue_peer send-input "$name" 1 <all
        mqrecv -1 "$name" | cmp - all
    done
}

@test 'mqrecv: -0, -d, -1 and -L frame the output' {
    filled "$posix" '0\ta' '0\tb' '0\tc\n' '0\td' '0\te' '0\tf' '0\t' '0\tg\0h'
    {
        mqrecv -0 "$posix"
        mqrecv -d '\xff' "$posix"
        mqrecv -1 "$posix"
        mqrecv -d, "$posix"
        mqrecv -1c2 "$posix"
        mqrecv -La "$posix"
    } >out
    written 'a\0b\xffc\nd,ef\0\0\0\0\0\0\0\3g\0h'
}

@test 'mqrecv: -L | mqsend -L moves any bytes, and of many' {
    perl -e 'print pack "N/a*", join "", map chr 255 * rand, 1 .. $_ % 300 for 1 .. 700' >all
    unshare --ipc bash -c 'echo 10000000 >/proc/sys/kernel/msgmnb
        mqsend -CL key:1 <all && mqrecv -aL key:1 | mqsend -CL key:2 && mqrecv -aL key:2' >out
    cmp out all
}

@test 'mqrecv: -PL | mqsend -PL moves priorities, too' {
    filled "$posix" '3\ta\tb' '32767\t\n' '0\t'
    queue "$other"
    mqrecv -aPL "$posix" | mqsend -PL "$other"
    has "$other" '32767\t\\x0a' '3\ta\\x09b' '0\t'
}

@test 'mqrecv: -P puts priority or type before each message' {
    filled "$posix" '3\ta\tb' '32767\tb' '0\t'
    filled "$sysv" '9223372036854775807\ta' '1\tb'
    mqrecv -aP "$posix" >out
    mqrecv -aP "$sysv" >>out
    written '32767\tb\n3\ta\tb\n0\t\n9223372036854775807\ta\n1\tb\n'
}

@test 'mqrecv: -b writes blocks, of which only the last may be shorter' {
    filled "$posix" '0\tabc' '0\tdef' '0\tg'
    mqrecv -ab 3 "$posix" >out
    written abcdefg
}

@test 'mqrecv: -b refuses a message that is longer, which goes back' {
    filled "$posix" '0\tabc' '7\tdefg'
    queue_peer send "$posix" 9 xyz
    run -1 bash -c 'mqrecv -ab 3 "$1" >out' - "$posix"
    assert_output --partial 'message of 4 bytes'
    written xyz
    has "$posix" '7\tdefg' '0\tabc'
}

@test 'mqrecv: -b refuses what comes behind a shorter block, and it goes back' {
    filled "$posix" '0\tabc' '0\tde' '0\tfgh'
    run -1 bash -c 'mqrecv -ab 3 "$1" >out' - "$posix"
    written abcde
    has "$posix" '0\tfgh'
}

@test 'mqrecv: a System V message longer than the queue takes by now comes out whole' {
    filled "$sysv" "1\\t$(letters 5000 x)"
    queue_peer shrink "$sysv" 100
    mqrecv "$sysv" >out
    written "$(letters 5000 x)\\n"
}

@test 'mqrecv: -z ends each message at its first NUL' {
    local name
    for name in "$posix" "$sysv"; do
        queue "$name"
        queue_peer send-c-string "$name" 1 'a string'
        queue_peer send "$name" 1 none
        printf 'a\0b\0' | queue_peer send-input "$name" 1
        printf '\0' | queue_peer send-input "$name" 1
        mqrecv -az "$name" >out
        written 'a string\nnone\na\n\n'
    done
}

@test 'mqrecv: what -z does not show goes back all the same' {
    filled "$posix" '1\ta\0b\0'
    run -1 bash -c 'exec mqrecv -z "$1" >/dev/full' - "$posix"
    has "$posix" '1\ta\\x00b\\x00'
}

@test 'mqrecv: a struct from a C program comes out as it is' {
    local name
    for name in "$posix" "$sysv"; do
        queue "$name"
        queue_peer send-struct "$name" 1
        queue_peer send-struct "$name" 1
        mqrecv -1 "$name" >one
        mqrecv -b "$(stat -c %s one)" "$name" >other
        cmp one other
        queue_peer send-input "$name" 1 <one
        assert_equal "$(queue_peer receive-struct "$name")" '0xa00000a -1.5 a struct'
    done
}

@test 'mqrecv: -E ends at an empty message, which is taken, and what is behind it stays' {
    local name
    filled "$posix" '1\ta' '1\tb' '1\t' '1\tc'
    filled "$sysv" '1\ta' '1\tb' '1\t' '1\tc'
    for name in "$posix" "$sysv"; do
        soon mqrecv -Ef "$name" >out
        written 'a\nb\n'
        has "$name" '1\tc'
    done
}

@test 'mqrecv: mqsend -E and mqrecv -Ef carry a whole stream' {
    seq 1000 >all
    queue "$posix"
    bg mqrecv -Ef "$posix" >out
    mqsend -E "$posix" <all
    ends 0
    cmp out all
}

@test 'mqrecv: --json tells queue, priority, size and text' {
    filled "$posix" '3\thello' '2\t' '1\t"\\/\b\f\n\r\t\x01\x7f' '0\tä€😀'
    mqrecv -a --json "$posix" >out
    assert_equal "$(head -2 out)" '{"queue":"'"$posix"'","priority":3,"size":5,"text":"hello"}
{"queue":"'"$posix"'","priority":2,"size":0,"text":""}'
    perl -MJSON::PP -ne 'printf "%s.", unpack "H*", decode_json($_)->{text} =~ s/([^\0-\xff])/sprintf "<%x>", ord $1/ger' \
        out >texts
    assert_equal "$(<texts)" "68656c6c6f..225c2f080c0a0d09017f.e43c323061633e3c31663630303e."
}

@test 'mqrecv: --json tells the type for System V' {
    filled "$sysv" '9223372036854775807\tx'
    run -0 mqrecv --json "$sysv"
    assert_output '{"queue":"'$sysv'","type":9223372036854775807,"size":1,"text":"x"}'
}

@test 'mqrecv: --json writes base64 where the bytes are not UTF-8' {
    local bad
    queue "$posix"
    # Overlong, a surrogate, beyond U+10FFFF, cut off, alone.
    for bad in '\xff' '\xc0\x80' '\xe0\x80\x80' '\xed\xa0\x80' '\xf4\x90\x80\x80' '\xe2\x82' 'a\x80' '\0\xfe'; do
        printf %b "$bad" >message
        queue_peer send-input "$posix" 0 <message
        run -0 mqrecv --json "$posix"
        assert_output '{"queue":"'"$posix"'","priority":0,"size":'"$(stat -c %s message)"',"base64":"'"$(base64 <message)"'"}'
    done
}

@test 'mqrecv: -z and --json go together' {
    filled "$posix" '0\thello\0rest'
    run -0 mqrecv -z --json "$posix"
    assert_output --partial '"text":"hello"}'
}

@test 'mqrecv: -t takes the oldest of a type, of the lowest type up to one, of any other' {
    filled "$sysv" '5\ta' '3\tb' '9\tc' '3\td' '7\te'
    {
        soon mqrecv -t 3 "$sysv"
        soon mqrecv -t '<=8' "$sysv"
        soon mqrecv -t '!=5' "$sysv"
    } >out
    written 'b\nd\nc\n'
    has "$sysv" '5\ta' '7\te'
}

@test 'mqrecv: -t waits for its type, whatever else is there' {
    local type
    filled "$sysv" '5\ta'
    for type in 6 '<=4' '!=5'; do
        run -124 soon mqrecv -n -t "$type" "$sysv"
        run -124 soon mqrecv -w 10ms -t "$type" "$sysv"
    done
    has "$sysv" '5\ta'
}

@test 'mqrecv: --peek shows a message, and it stays' {
    filled "$sysv" '5\ta' '3\tb'
    {
        mqrecv --peek "$sysv"
        mqrecv --peek "$sysv"
        mqrecv --peek -c 2 "$sysv"
        mqrecv --peek -aP "$sysv"
        mqrecv --peek -t 3 "$sysv"
        mqrecv --peek -at '!=3' "$sysv"
    } >out
    written 'a\na\na\nb\n5\ta\n3\tb\nb\na\n'
    has "$sysv" '5\ta' '3\tb'
}

@test 'mqrecv: --peek into an empty queue is 124, and with -a nothing' {
    queue "$sysv"
    run -124 soon mqrecv --peek "$sysv"
    run -0 soon mqrecv --peek -a "$sysv"
    assert_output ''
}

@test 'mqrecv: --peek whose output fails puts nothing back, as nothing was taken' {
    filled "$sysv" '5\ta' '3\tb'
    run -1 bash -c 'exec mqrecv --peek -a "$1" >/dev/full' - "$sysv"
    has "$sysv" '5\ta' '3\tb'
    ten "$sysv_other"
    into_pipe 0 mqrecv --peek -a "$sysv_other"
    eventually waits "$pid"
    kill -TERM "$pid"
    ends 143
    left "$sysv_other" {1..10}
}

@test 'mqrecv: --peek where the kernel cannot do it is an error that says so' {
    filled "$sysv" '5\ta'
    run -1 traced -e inject=msgrcv:error=ENOSYS mqrecv --peek "$sysv"
    assert_output --partial "$sysv: Function not implemented"
    has "$sysv" '5\ta'
}

# --- several queues ---

@test 'mqrecv: of several queues the first that has a message is received from' {
    filled "$posix" '0\ta' '0\tb'
    filled "$other" '9\tc'
    filled "$sysv" '1\td'
    mqrecv -a "$posix" "$other" "$sysv" >out
    written 'a\nb\nc\nd\n'
}

@test 'mqrecv: the order of queues is the one given' {
    filled "$posix" '0\ta' '0\tb'
    filled "$other" '9\tc'
    filled "$sysv" '1\td'
    mqrecv -c 3 "$sysv" "$other" "$posix" >out
    written 'd\nc\na\n'
    has "$posix" '0\tb'
}

@test 'mqrecv: it waits for several queues of both kinds at once' {
    local names name
    for names in "$posix $other" "$posix $sysv" "$sysv $sysv_other"; do
        for name in $names; do queue "$name"; done
        : >out
        # shellcheck disable=SC2086
        bg mqrecv -f $names >out
        eventually waits "$pid"
        queue_peer send "${names#* }" 1 b
        eventually lines_in out 1
        queue_peer send "${names% *}" 1 a
        eventually lines_in out 2
        kill -TERM "$pid"
        ends 143
        written 'b\na\n'
        for name in $names; do queue_peer drop "$name"; done
    done
}

@test 'mqrecv: messages of several queues go back each to its own' {
    filled "$posix" '1\ta'
    filled "$other" '2\tb'
    filled "$sysv" '3\tc'
    run -1 bash -c 'exec mqrecv -a "$@" >/dev/full' - "$posix" "$other" "$sysv"
    assert_output --partial '3 of 3'
    has "$posix" '1\ta'
    has "$other" '2\tb'
    has "$sysv" '3\tc'
}

# --- output ---

@test 'mqrecv: what is there at once is written at once' {
    filled "$posix" '0\ta' '0\tb' '0\tc'
    traced -e trace=write mqrecv -a "$posix" >out
    assert_equal "$(grep -c 'write(1,' trace)" 1
}

@test 'mqrecv: -u writes each message before it takes the next' {
    filled "$posix" '0\ta' '0\tb' '0\tc'
    traced -e trace=write,mq_timedreceive mqrecv -uc 3 "$posix" >out
    assert_equal "$(grep -o 'write(1\|mq_timedreceive([0-9]*, "' trace | tr -dc 'w"')" '"w"w"w'
}

@test 'mqrecv: no more than 64 kB are gathered' {
    unshare --ipc bash -c 'echo 10000000 >/proc/sys/kernel/msgmnb
        seq -f %0999.0f 300 | mqsend -C key:1
        ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 strace -o trace -e trace=write mqrecv -a key:1 >out'
    cmp out <(seq -f %0999.0f 300)
    (($(grep -c 'write(1,' trace) >= 4))
    assert_equal "$(awk '/write\(1,/ && $NF > 65536 + 1000' trace)" ''
}

@test 'mqrecv: -C makes a queue for the sender to come' {
    bg mqrecv -C --max-messages=3 --message-size=20 -m 620 "$posix" >out
    eventually waits "$pid"
    assert_equal "$(queue_peer limits "$posix") $(queue_peer mode "$posix")" '3 20 620'
    queue_peer send "$posix" 0 x
    ends 0
    written 'x\n'
    run -124 mqrecv -nC "$sysv"
    assert_equal "$(queue_peer mode "$sysv")" 600
}

@test 'mqrecv: System V queues are found by id and by ftok, too' {
    filled "key:$(peer ftok "$PWD" 0x41)" '1\ta' '1\tb'
    mqrecv "ftok:$PWD:A" >out
    mqrecv "id:$(ipcs -q | awk -v key="$(peer ftok "$PWD" 0x41)" '$1 == key { print $2 }')" >>out
    queue_peer wipe "key:$(peer ftok "$PWD" 0x41)"
    written 'a\nb\n'
}

@test 'mqrecv: -v says on stderr what was passed on' {
    filled "$posix" '0\ta' '0\tb'
    run -0 --separate-stderr mqrecv -va "$posix"
    assert_output $'a\nb'
    assert_equal "$stderr" 'mqrecv: 2 messages passed on, 0 put back'
}

@test 'mqrecv: -v counts each message that a command was given once, whatever became of it' {
    local i workers=()
    filled "$posix" 0\\t{1..10}
    queue "$dead"
    for i in 1 2 3; do
        bg mqrecv -v -f -w 1 --dead-letter="$dead" "$posix" -- sh -c '[ $(($(cat) % 3)) != 0 ]' 2>"err.$i"
        workers+=("$pid")
    done
    for i in "${workers[@]}"; do wait "$i" || :; done
    sed -nE "s|^mqrecv: ([0-9]+) messages? passed on, 0 put back, ([0-9]+) sent to $dead\$|\1 \2|p" err.* |
        awk '{ passed += $1; sent += $2 } END { print NR, passed, sent }' >out
    written '3 7 3\n'
    # Without dead letters a message is put back or, with --tries, given up.
    filled "$sysv" '1\ta' '1\tb'
    run -1 --separate-stderr soon mqrecv -v -a --tries=1 "$sysv" -- grep -q a
    assert_equal "${stderr##*$'\n'}" 'mqrecv: 1 message passed on, 0 put back, 1 given up'
    queue_peer drop "$sysv"
    filled "$sysv" '1\ta' '1\tb'
    run -1 --separate-stderr soon mqrecv -v -a --dead-letter="$dead" "$sysv" -- grep -q a
    assert_equal "${stderr##*$'\n'}" "mqrecv: 1 message passed on, 0 put back, 1 sent to $dead"
    queue_peer drop "$sysv"
    filled "$sysv" '1\ta' '1\tb'
    run -1 --separate-stderr soon mqrecv -v -a "$sysv" -- grep -q a
    assert_equal "${stderr##*$'\n'}" 'mqrecv: 1 message passed on, 1 put back'
}

@test 'mqrecv: --progress says nothing where stderr is no terminal, unless it is given twice' {
    filled "$posix" '0\ta' '0\tb'
    run -0 --separate-stderr mqrecv --progress "$posix"
    assert_equal "$stderr" ''
    run -0 --separate-stderr mqrecv --progress --progress "$posix"
    assert_output b
    refute [ -z "$stderr" ]
}

# --- commands ---

@test 'mqrecv: a command has the message as its stdin, byte for byte' {
    local name
    perl -e 'print map chr, 0..255' >all
    queue "$posix" 2 300
    queue "$sysv"
    for name in "$posix" "$sysv"; do
        queue_peer send-input "$name" 1 <all
        mqrecv "$name" -- cat >out
        cmp out all
    done
}

@test "mqrecv: a command's stdin can be read again from its beginning" {
    filled "$posix" '0\tabc'
    mqrecv "$posix" -- perl -e 'print <STDIN>; seek STDIN, 0, 0; print <STDIN>' >out
    written abcabc
}

@test 'mqrecv: a command finds queue and priority, or type, in its environment' {
    filled "$posix" '7\tx'
    filled "$sysv" '9\tx'
    MQ_QUEUE=old MQ_PRIORITY=99 mqrecv "$posix" -- sh -c 'echo "$MQ_QUEUE $MQ_PRIORITY"' >out
    MQ_TYPE=99 mqrecv "$sysv" -- sh -c 'echo "$MQ_QUEUE $MQ_TYPE"' >>out
    written "$posix 7\n$sysv 9\n"
}

@test 'mqrecv: a command has its arguments as they are, options and all' {
    filled "$posix" '0\tx'
    mqrecv "$posix" -- printf '<%s>' '$x' 'a b' -n -- '' >out
    written '<$x><a b><-n><--><>'
}

@test 'mqrecv: a command has no descriptor of ours, and signals as we found them' {
    filled "$posix" '0\tx' '0\tx'
    # But for 32 and 33, which are glibc's own.
    printf %s 'while (<>) { printf "$1 %x ", hex($2) & 0x7fffffff if /^(Sig(?:Blk|Ign|Cgt)):\s*(\w+)/ }' >signals
    perl signals /proc/self/status >wanted
    mqrecv "$posix" -- perl signals /proc/self/status >out 3>&-
    diff out wanted
    sh -c 'ls /proc/$$/fd' >wanted 3>&- <signals
    mqrecv "$posix" -- sh -c 'ls /proc/$$/fd' >out 3>&-
    cmp out wanted
}

@test 'mqrecv: a command that does not read its message has it all the same' {
    filled "$posix" '0\tx'
    mqrecv "$posix" -- true
    has "$posix"
}

@test 'mqrecv: -z ends the stdin of a command at the first NUL' {
    filled "$posix" '0\tabc\0def'
    mqrecv -z "$posix" -- cat >out
    written abc
}

@test 'mqrecv: -E ends at an empty message, also with a command' {
    filled "$posix" '0\ta' '0\tb' '0\t' '0\tc'
    soon mqrecv -Ef "$posix" -- cat >out
    written ab
    has "$posix" '0\tc'
}

@test "mqrecv: a command that fails has its message put back, and its status is ours" {
    local name
    filled "$posix" '7\tx' '3\ty'
    filled "$sysv" '7\tx' '3\ty'
    for name in "$posix" "$sysv"; do
        run -23 soon mqrecv "$name" -- sh -c 'cat >/dev/null; exit 23'
        queue_peer dump "$name" | sort >found
        cmp found <(printf '3\ty\n7\tx\n')
    done
}

@test 'mqrecv: the status is the one of the first command that failed' {
    filled "$posix" '3\t1' '2\t5' '1\t6' '0\t0'
    queue_peer make "$dead" 10 64
    run -1 soon mqrecv -a --dead-letter="$dead" "$posix" -- sh -c 'read -r n; exit $n'
    has "$dead" '3\t1' '2\t5' '1\t6'
}

@test 'mqrecv: a command that is killed has its message put back, with 128 and the signal' {
    filled "$posix" '7\tx'
    run -137 soon mqrecv "$posix" -- sh -c 'kill -KILL $$'
    has "$posix" '7\tx'
}

@test 'mqrecv: a command that is not found is 127, its message goes back, and nothing more is tried' {
    filled "$posix" '7\tx' '7\ty'
    run -127 soon mqrecv -f "$posix" -- /nowhere/command
    assert_output 'mqrecv: /nowhere/command: No such file or directory'
    run -127 soon mqrecv -f "$posix" -- no-such-command
    queue_peer dump "$posix" | sort | cmp - <(printf '7\tx\n7\ty\n')
}

@test 'mqrecv: a command that cannot be run is 126, and its message goes back' {
    filled "$posix" '7\tx'
    : >plain
    run -126 soon mqrecv -f "$posix" -- ./plain
    run -126 soon mqrecv -f "$posix" -- "$PWD"
    has "$posix" '7\tx'
}

@test 'mqrecv: with a command our own failures are 125, and the time is still 124' {
    run -125 soon mqrecv "$posix" -- true
    assert_output --partial "$posix: No such file"
    queue "$posix"
    run -124 soon mqrecv -n "$posix" -- true
    run -124 soon mqrecv -w 20ms "$posix" -- true
}

@test 'mqrecv: a queue that is removed while it waits is 125 with a command' {
    local name
    queue "$posix"
    queue "$sysv"
    for name in "$posix" "$sysv"; do
        bg mqrecv "$name" -- true
        eventually waits "$pid"
        queue_peer drop "$name"
        ends 125
    done
}

@test 'mqrecv: --dead-letter has what failed, with its priority or type' {
    filled "$posix" '7\tx' '3\t'
    queue "$dead"
    run -1 soon mqrecv --dead-letter="$dead" "$posix" -- false
    has "$dead" '7\tx'
    has "$posix" '3\t'
    filled "$sysv" '7\tx'
    queue "$sysv_other"
    run -1 soon mqrecv --dead-letter="$sysv_other" "$sysv" -- false
    has "$sysv_other" '7\tx'
    has "$sysv"
}

@test 'mqrecv: --dead-letter of the other kind has what failed with the default' {
    filled "$posix" '7\tx'
    filled "$sysv" '7\tx'
    run -1 soon mqrecv --dead-letter="$sysv" "$posix" -- false
    has "$sysv" '7\tx' '1\tx'
    filled "$sysv_other" '7\ty'
    run -1 soon mqrecv --dead-letter="$posix" "$sysv_other" -- false
    has "$posix" '0\ty'
}

@test 'mqrecv: --dead-letter must be there before anything is taken, unless -C makes it' {
    filled "$posix" '7\tx'
    run -125 soon mqrecv --dead-letter="$dead" "$posix" -- touch made
    assert [ ! -e made ]
    no_queue "$dead"
    run -1 soon mqrecv -C --dead-letter="$dead" "$posix" -- false
    has "$dead" '7\tx'
}

@test 'mqrecv: --dead-letter that names a queue received from, in whatever form, is a usage error, with 125' {
    local name dead_letter id
    filled "$posix" '7\tx'
    filled "$sysv" '7\tx'
    queue "$other"
    queue "$sysv_other"
    id=$(ipcs -q | awk '$1 == "0x6d715201" { print $2 }')
    while read -r name dead_letter; do
        run -125 --separate-stderr soon mqrecv --dead-letter="$dead_letter" "$other" "$name" -- touch made
        [[ $stderr == "mqrecv: --dead-letter: mqrecv receives from $dead_letter, too: "* ]] || fail "$stderr"
    done <<END
$posix $posix
$sysv $sysv
$sysv key:1836143105
$sysv id:$id
id:$id $sysv
id:$id id:$id
END
    assert [ ! -e made ]
    has "$posix" '7\tx'
    has "$sysv" '7\tx'
    : >file
    run -125 soon mqrecv -C --dead-letter=ftok:./file:p "ftok:$PWD/file:112" -- true
    run -125 soon mqrecv -C --dead-letter="$dead" "$dead" -- true
    no_queue "$dead"
    no_queue "key:$(peer ftok "$PWD/file" 0x70)"
}

@test 'mqrecv: what --dead-letter cannot take goes back to its own queue' {
    filled "$posix" '7\ta message'
    queue "$dead" 1 4
    run -1 soon mqrecv --dead-letter="$dead" "$posix" -- false
    assert_output --partial "$dead: Message too long"
    has "$posix" '7\ta message'
}

@test 'mqrecv: -j runs just so many commands at once' {
    local i
    filled "$posix" 0\\t{1..7}
    mkfifo go
    exec 5<>go
    bg mqrecv -f -j 3 "$posix" -- sh -c 'n=$(cat); : >"running.$n"; read -r _ <go; rm "running.$n"; echo "$n" >>out'
    eventually eval '[[ $(ls running.* | wc -l) == 3 ]]'
    count_is "$posix" 4
    pause 0.1
    assert_equal "$(echo running.*)" 'running.1 running.2 running.3'
    for i in {1..7}; do echo >&5; done
    eventually lines_in out 7
    kill -TERM "$pid"
    ends 143
    sort out | cmp - <(seq 7)
}

@test 'mqrecv: without -j one command runs after the other' {
    filled "$posix" 0\\t{1..5}
    mqrecv -a "$posix" -- sh -c 'mkdir lock && cat && rmdir lock' >out
    written 12345
}

@test 'mqrecv: with -j it ends when all commands have ended' {
    filled "$posix" 0\\t{1..5}
    mqrecv -c 5 -j 5 "$posix" -- sh -c 'cat; read -rt 0.1 _ <>"$0"; echo >>out' "$BATS_RUN_TMPDIR/never" >texts
    lines_in out 5
}

@test 'mqrecv: SIGTERM takes no new message, lets running commands end, and they were done' {
    local name
    for name in "$posix" "$sysv"; do
        filled "$name" '1\ta' '1\tb' '1\tc'
        rm -f go running.* out
        mkfifo go
        exec 5<>go
        bg mqrecv -f -j 2 "$name" -- sh -c 'n=$(cat); : >"running.$n"; read -r _ <go; echo "$n" >>out'
        eventually test -e running.a -a -e running.b
        kill -TERM "$pid"
        pause 0.1
        kill -0 "$pid"
        echo >&5
        echo >&5
        ends 143
        sort out | cmp - <(printf 'a\nb\n')
        has "$name" '1\tc'
        queue_peer drop "$name"
    done
}

@test 'mqrecv: a command that fails after SIGTERM has its message put back' {
    filled "$posix" '7\ta'
    mkfifo go
    exec 5<>go
    bg mqrecv -f "$posix" -- sh -c ': >running; read -r _ <go; exit 1'
    eventually test -e running
    kill -TERM "$pid"
    echo >&5
    ends 143
    has "$posix" '7\ta'
}

@test 'mqrecv: Ctrl-C, which reaches command and tool alike, puts the message back' {
    filled "$posix" '7\ta'
    bg by_default setsid mqrecv -f "$posix" -- sh -c ': >running; exec sleep 10'
    eventually test -e running
    kill -INT -- "-$pid" 2>/dev/null || kill -INT -- "-$(pgrep -s 0 -P "$pid")"
    ends 130
    has "$posix" '7\ta'
}

@test 'mqrecv: a message comes in while commands run, and is taken at once where there is a place' {
    queue "$posix"
    mkfifo go
    exec 5<>go
    bg mqrecv -f -j 2 "$posix" -- sh -c 'n=$(cat); : >"running.$n"; read -r _ <go'
    queue_peer send "$posix" 0 a
    eventually test -e running.a
    eventually waits "$pid"
    queue_peer send "$posix" 0 b
    eventually test -e running.b
    kill -TERM "$pid"
    printf '\n\n' >&5
    ends 143
}

@test 'mqrecv: a command that ends while it waits for a message is noticed, of both kinds' {
    local name
    for name in "$posix" "$sysv"; do
        filled "$name" '7\ta'
        queue_peer make "$dead" 1 64
        bg mqrecv -f --dead-letter="$dead" -j 4 "$name" -- false
        eventually count_is "$dead" 1
        kill -TERM "$pid"
        ends 143
        queue_peer drop "$dead"
    done
}

@test 'mqrecv: -a with a command that always fails comes to an end' {
    filled "$posix" '1\ta' '1\tb'
    run -1 soon mqrecv -a "$posix" -- false
    queue_peer dump "$posix" | sort | cmp - <(printf '1\ta\n1\tb\n')
}

@test 'mqrecv: after failures in turn it pauses, longer each time, and not after a success' {
    local took sleeps='clock_nanosleep.*tv_sec=0, tv_nsec=([0-9]+)'
    filled "$posix" '3\ta' '2\tb' '1\tc' '0\td'
    took=$(milliseconds soon mqrecv -c 3 "$posix" -- false)
    ((took >= 300)) || fail "$took ms"
    run -1 traced mqrecv -c 3 "$posix" -- false
    # What is slow here makes each the shorter.
    sed -nE "s/.*$sleeps.*/\1/p" trace | awk '$1 > NR * 100000000 { long = 1 } END { exit long || NR != 2 }'
    filled "$sysv" '3\ta' '2\tb' '1\tc' '1\td'
    traced mqrecv -a "$sysv" -- true
    refute grep -E "$sleeps" trace
}

@test 'mqrecv: a message that was put into the dead letters holds up no other one' {
    filled "$posix" 0\\t{1..8}
    queue "$dead" 10 64
    run -1 traced mqrecv -a --dead-letter="$dead" "$posix" -- false
    refute grep clock_nanosleep trace
    count_is "$dead" 8
    # One that the dead letters cannot take comes again, so it does.
    filled "$sysv" '1\ttoo long for this' '1\tand this'
    queue "$other" 1 4
    run -1 traced mqrecv -a --dead-letter="$other" "$sysv" -- false
    grep clock_nanosleep trace
}

@test 'mqrecv: --tries runs a command that fails again, and it may succeed' {
    local name
    filled "$posix" '7\tx'
    filled "$sysv" '7\tx'
    for name in "$posix" "$sysv"; do
        : >tries
        run -0 --separate-stderr soon mqrecv --tries=3 "$name" -- sh -c 'echo >>tries; cat; [ $(wc -l <tries) = 3 ]'
        assert_output xxx
        assert_equal "$stderr" ''
        has "$name"
    done
}

@test 'mqrecv: --tries sends a message whose attempts all failed to the dead letters' {
    filled "$posix" '7\tbad' '3\tgood' '1\tbad'
    queue "$dead"
    run -1 --separate-stderr soon mqrecv -a -v --tries=3 --dead-letter="$dead" "$posix" -- \
        sh -c 'read -r x; echo "$x" >>seen; [ "$x" = good ]'
    assert_equal "$stderr" "\
mqrecv: $posix: command ended with status 1 in attempt 1 of 3
mqrecv: $posix: command ended with status 1 in attempt 2 of 3
mqrecv: $posix: command ended with status 1; its message was sent to $dead
mqrecv: $posix: command ended with status 1 in attempt 1 of 3
mqrecv: $posix: command ended with status 1 in attempt 2 of 3
mqrecv: $posix: command ended with status 1; its message was sent to $dead
mqrecv: 1 message passed on, 0 put back, 2 sent to $dead"
    assert_equal "$(uniq -c <seen | awk '{ print $1 $2 }' | xargs)" '3bad 1good 3bad'
    has "$dead" '7\tbad' '1\tbad'
    has "$posix"
}

@test 'mqrecv: --tries without dead letters gives a message up, and says how to send it again' {
    local name
    filled "$posix" '7\tx y'
    filled "$sysv" '7\tx y'
    for name in "$posix" "$sysv"; do
        run -5 --separate-stderr soon mqrecv --tries=2 "$name" -- sh -c 'exit 5'
        assert_regex "$stderr" "^mqrecv: $name: command ended with status 5; its message is given up after 2 attempts; to send it again: "
        has "$name"
        soon bash -c "${stderr#*to send it again: }"
        has "$name" '7\tx y'
    done
}

@test 'mqrecv: a message that standard error cannot take is put back, not given up' {
    filled "$posix" '7\tx'
    run -1 soon bash -c 'exec mqrecv --tries=1 "$1" -- false 2>/dev/full' - "$posix"
    has "$posix" '7\tx'
    filled "$sysv" '7\tx'
    run -1 soon bash -c 'exec mqrecv --tries=1 "$1" -- false 2>&-' - "$sysv"
    has "$sysv" '7\tx'
}

@test 'mqrecv: --tries counts each message by itself, also of equal ones and side by side' {
    filled "$posix" '0\tsame' '0\tsame' '0\tsame' '0\tsame'
    queue "$dead"
    run -1 soon mqrecv -a -j 3 --tries=2 --dead-letter="$dead" "$posix" -- sh -c 'echo >>tries; exit 1'
    lines_in tries 8
    count_is "$dead" 4
    has "$posix"
}

@test 'mqrecv: --tries pauses between the attempts' {
    local took
    filled "$posix" '7\tbad' '3\tgood'
    queue "$dead"
    took=$(milliseconds soon mqrecv -a --tries=3 --dead-letter="$dead" "$posix" -- sh -c 'read -r x; [ "$x" = good ]')
    ((took >= 300)) || fail "$took ms"
    has "$dead" '7\tbad'
    has "$posix"
}

@test 'mqrecv: a message that waits for its next attempt goes back at SIGTERM' {
    local name
    filled "$posix" '7\tx'
    filled "$sysv" '7\tx'
    for name in "$posix" "$sysv"; do
        rm -f tries
        bg mqrecv -f -j 2 --tries=100 "$name" -- sh -c 'echo >>tries; exit 1'
        eventually eval '[[ -e tries && $(wc -l <tries) -ge 3 ]]'
        pause 0.1
        kill -TERM "$pid"
        ends 143
        has "$name" '7\tx'
    done
}

@test 'mqrecv: a command that fails in its last attempt after SIGTERM has its message put back, not given up' {
    filled "$posix" '7\tx'
    bg mqrecv -f --tries=1 "$posix" -- sh -c 'touch runs; while [ ! -e stop ]; do sleep 0.05; done; exit 1'
    eventually test -e runs
    kill -TERM "$pid"
    : >stop
    ends 143
    has "$posix" '7\tx'
}

@test 'mqrecv: a command that cannot be run again has its message put back' {
    filled "$posix" '7\tx'
    printf '#!/bin/sh\nrm -f "$0"\nexit 1\n' >once
    chmod +x once
    run -127 soon mqrecv -f --tries=3 "$posix" -- ./once
    assert_output 'mqrecv: ./once: No such file or directory'
    has "$posix" '7\tx'
}

@test 'mqrecv: --tries of no attempts, or without a command, is refused' {
    local word
    for word in 0 -1 x '' 1.5 18446744073709551616; do
        run -125 soon mqrecv --tries="$word" "$posix" -- true
        assert_output --partial "mqrecv: --tries: "
    done
    usage_error mqrecv --tries=3 "$posix"
}

@test 'mqrecv: SIGTERM ends the pause after a failure' {
    local i
    filled "$posix" '9\ta'
    bg mqrecv -f "$posix" -- sh -c 'echo >>tries; exit 1'
    for i in 1 2 3 4; do eventually eval "[[ -e tries && \$(wc -l <tries) -ge $i ]]"; done
    # Now it pauses for 0.8 seconds.
    i=${EPOCHREALTIME/./}
    kill -TERM "$pid"
    ends 143
    ((${EPOCHREALTIME/./} - i < 600000))
    has "$posix" '9\ta'
}

@test 'mqrecv: where SIGCHLD is ignored commands that fail are noticed all the same' {
    filled "$posix" '9\ta'
    run -1 soon perl -e '$SIG{CHLD} = "IGNORE"; exec @ARGV' mqrecv "$posix" -- false
    has "$posix" '9\ta'
}

@test 'mqrecv: where SIGCHLD is ignored it is so in the command, too' {
    filled "$posix" '9\ta'
    perl -e '$SIG{CHLD} = "IGNORE"; exec @ARGV' grep SigIgn /proc/self/status >wanted
    perl -e '$SIG{CHLD} = "IGNORE"; exec @ARGV' mqrecv "$posix" -- grep SigIgn /proc/self/status >found
    cmp found wanted
}

@test 'mqrecv: a closed stdin, stdout or stderr does not hurt a command' {
    filled "$posix" '0\ta' '0\tb'
    bash -c 'exec mqrecv "$1" -- sh -c "cat >text" <&- >&- 2>&-' - "$posix"
    assert_equal "$(<text)" a
    bash -c 'exec mqrecv "$1" -- cat <&-' - "$posix" >out
    written b
}

# --- many at once ---

# crowd NAME: 16 senders send the numbers from 1 to 8000, in the background.
crowd() {
    local i
    for i in {0..15}; do
        bg mqsend "$1" < <(seq $((i * 500 + 1)) $((i * 500 + 500)))
        senders+=("$pid")
    done
}

# sent: the senders have ended, and so has the queue.
sent() {
    local p
    for p in "${senders[@]}"; do ends 0 "$p"; done
    eventually count_is "$1" 0
}

@test 'mqrecv: 16 senders and 16 receivers: 8000 messages come each exactly once' {
    local name i senders=() receivers
    queue "$posix" 10 16
    queue "$sysv"
    for name in "$posix" "$sysv"; do
        receivers=() senders=()
        for i in {1..16}; do
            bg mqrecv -f "$name" >"out.$i"
            receivers+=("$pid")
        done
        crowd "$name"
        sent "$name"
        eventually eval '(($(cat out.* | wc -l) == 8000))'
        kill -TERM "${receivers[@]}"
        for i in "${receivers[@]}"; do ends 143 "$i"; done
        sort -n out.* | cmp - <(seq 8000)
    done
}

# hunted NAME SIGNAL OUT [OPTION...]: receives until there is a file `stop`, killed at random.
hunted() {
    local name=$1 number=$2 out=$3 p
    shift 3
    until [[ -e stop ]]; do
        mqrecv "$@" -f "$name" >>"$out" 2>>"$out.err" &
        p=$!
        # Between fork and exec bash loses signals.
        until [[ ! -e /proc/$p || $(<"/proc/$p/comm") == mqrecv ]]; do :; done
        sleep "0.00$((RANDOM % 9))"
        kill "-$number" "$p" || :
        echo >>"$out.kills"
        wait "$p" || :
    done
}

@test 'mqrecv: receivers that get SIGTERM at random lose nothing, and nothing comes twice' {
    local name i senders=() hunts
    queue "$posix" 10 16
    queue "$sysv"
    for name in "$posix" "$sysv"; do
        rm -f stop out.* steady
        senders=() hunts=()
        for i in 1 2 3 4; do
            bg hunted "$name" TERM "out.$i" 2>/dev/null
            hunts+=("$pid")
        done
        crowd "$name"
        # There is always one who makes room for what goes back.
        bg mqrecv -f "$name" >steady
        steady=$pid
        sent "$name"
        : >stop
        for i in "${hunts[@]}"; do ends 0 "$i"; done
        eventually count_is "$name" 0
        eventually eval '(($(cat out.? steady | wc -l) >= 8000))'
        kill -TERM "$steady"
        ends 143 "$steady"
        sort -n out.? steady | cmp - <(seq 8000)
    done
}

@test 'mqrecv: receivers with -u that get SIGKILL at random lose at most one each, and nothing comes twice' {
    local name i senders=() hunts lost kills
    queue "$posix" 10 16
    queue "$sysv"
    for name in "$posix" "$sysv"; do
        rm -f stop out.* steady
        senders=() hunts=()
        for i in 1 2 3 4; do
            bg hunted "$name" KILL "out.$i" -u 2>/dev/null
            hunts+=("$pid")
        done
        crowd "$name"
        bg mqrecv -f "$name" >steady
        steady=$pid
        sent "$name"
        : >stop
        for i in "${hunts[@]}"; do ends 0 "$i"; done
        kill -TERM "$steady"
        ends 143 "$steady"
        sort -n out.? steady >all
        uniq -d all | cmp - /dev/null
        lost=$(comm -13 <(sort all) <(seq 8000 | sort) | wc -l)
        kills=$(cat out.?.kills | wc -l)
        ((lost <= kills)) || fail "$lost lost of $kills kills"
    done
}

@test 'mqrecv: a job queue of which workers get SIGTERM at random does each job exactly once' {
    local i workers=()
    queue "$posix" 10 16
    mkdir jobs
    bg mqsend "$posix" < <(seq 200)
    for i in 1 2 3; do
        # They live longer each time, so that they come to something on a busy machine, too.
        bg bash -c 'until [[ -e stop ]]; do
            mqrecv -f -j 2 "$1" -- bash -c "read -r n; mkdir jobs/\$n || echo twice >twice" & p=$!
            printf -v t 0.%03d "$((RANDOM % 90 + ++i))"; sleep "$t"; kill "$p"; wait "$p"; done' - "$posix" 2>/dev/null
        workers+=("$pid")
    done
    eventually eval '(($(ls jobs | wc -l) == 200))'
    : >stop
    for i in "${workers[@]}"; do wait "$i" || (($? == 143)); done
    assert [ ! -e twice ]
    has "$posix"
}

@test 'mqrecv: -a takes a queue whose messages cannot be counted for no empty one' {
    local n status
    for n in 1 2 3 4; do
        mqsend -C key:0x6d710f01 one
        status=0
        traced -e inject=msgctl:error=EPERM:when="$n" mqrecv -a key:0x6d710f01 -- cat >out 2>err || status=$?
        if ((status == 0)); then
            assert_equal "$(<out)" one
        else
            assert_equal "$status" 125
            grep -F 'key:0x6d710f01: Operation not permitted' err
        fi
        ipcrm -Q 0x6d710f01
    done
}

@test 'mqrecv: an EINTR is not the end of -a' {
    mqsend -C key:0x6d710f02 one two
    traced -e inject=msgrcv:error=EINTR:when=2 mqrecv -a key:0x6d710f02 >out
    ipcrm -Q 0x6d710f02
    printf 'one\ntwo\n' | cmp - out
}

@test 'mqrecv: --peek of fewer messages than are asked for writes those there are' {
    filled "$sysv" '1\tone' '2\ttwo'
    run -0 soon mqrecv --peek -c 3 "$sysv"
    assert_output $'one\ntwo'
}

@test 'mqrecv: --peek shows those up to a type alone' {
    filled "$sysv" '3\tthree' '1\tone' '2\ttwo'
    run -0 soon mqrecv --peek -a -t '<=2' "$sysv"
    assert_output $'one\ntwo'
}

@test 'mqrecv: --peek shows what a receive would take, for every form of -t' {
    local ranks=(3 1 5 2 1 4 2 5 1) type form rank n
    for type in 1 2 3 5 6 '<=1' '<=2' '<=3' '<=9' '!=1' '!=3' '!=9' ''; do
        for form in '' '-c 2' -a; do
            n=0
            queue_peer drop "$sysv" || :
            queue "$sysv"
            for rank in "${ranks[@]}"; do queue_peer send "$sysv" "$rank" "$((n++))"; done
            # shellcheck disable=SC2086
            mqrecv --peek -P $form ${type:+-t "$type"} "$sysv" >looked 2>/dev/null || :
            count_is "$sysv" 9
            # shellcheck disable=SC2086
            mqrecv -P ${form/#-c/-w0 -c} ${form:--w0} ${type:+-t "$type"} "$sysv" >taken 2>/dev/null || :
            cmp looked taken || fail "-t $type $form: looked $(<looked), taken $(<taken)"
        done
    done
}

@test 'mqrecv: --peek -b leaves a message of another length where it is' {
    filled "$sysv" '1\tfive5'
    run -1 --separate-stderr soon mqrecv --peek -b 4 "$sysv"
    assert_equal "$stderr" "mqrecv: $sysv: message of 5 bytes: blocks have 4 (-b)"
    run -0 soon mqrecv -n "$sysv"
    assert_output five5
}

@test 'mqrecv: an empty message has no NUL for -z, on output and in a command' {
    queue "$posix"
    mqsend "$posix" '' ''
    run -0 soon mqrecv -z1 "$posix"
    assert_output ''
    run -0 soon mqrecv -z "$posix" -- wc -c
    assert_output 0
}

@test 'mqrecv: a command that fails is reported, and where its message went' {
    filled "$sysv" '1\tone'
    run -7 --separate-stderr soon mqrecv "$sysv" -- sh -c 'exit 7'
    assert_equal "$stderr" "mqrecv: $sysv: command ended with status 7; its message was put back"
    run -7 --separate-stderr soon mqrecv -C --dead-letter="$sysv_other" "$sysv" -- sh -c 'exit 7'
    assert_equal "$stderr" "mqrecv: $sysv: command ended with status 7; its message was sent to $sysv_other"
}

@test 'mqrecv: a queue whose id is known but may not be read' {
    needs_uids
    chmod 777 .
    queue "$sysv"
    run -1 as_nobody mqrecv -n "id:$(awk -v key="$((${sysv#key:}))" '$1 == key { print $2 }' /proc/sysvipc/msg)"
    assert_output --partial 'Permission denied'
}

@test 'mqrecv: without /proc/self/fd the queue is found by its name, unless that is gone or another' {
    local n
    queue "$posix"
    run -124 traced -e trace=openat mqrecv -w 0.01 "$posix"
    n=$(grep -n /proc/self/fd trace | head -n 1 | cut -d: -f1)
    run -124 traced -e inject="openat:error=ENOENT:when=$n" mqrecv -w 0.01 "$posix"
    bg traced -e inject="openat:error=ENOENT:delay_enter=200000:when=$n" mqrecv -w 5 "$posix"
    eventually grep -qs /proc/self/fd trace
    queue_peer wipe "$posix"
    ends 3
    queue "$posix"
    rm trace
    bg traced -e inject="openat:error=ENOENT:delay_enter=200000:when=$n" mqrecv -w 5 "$posix"
    eventually grep -qs /proc/self/fd trace
    queue_peer wipe "$posix"
    queue "$posix"
    ends 3
}

@test 'mqrecv: several queues whose removal nothing tells of are looked at now and then' {
    queue "$posix"
    queue "$other"
    bg traced -e inject=inotify_init1:error=EMFILE mqrecv -w 9 "$posix" "$other" 2>err
    eventually grep -qs ppoll trace
    queue_peer wipe "$posix"
    eventually grep -qs "$posix: Identifier removed" err
}

@test 'mqrecv: a queue that cannot be opened for lack of descriptors has nothing to do with its limits' {
    queue "$posix"
    run -1 --separate-stderr traced -e inject=mq_open:error=EMFILE mqrecv -n "$posix"
    assert_equal "$stderr" "mqrecv: $posix: Too many open files"
}

@test 'mqrecv: --json tells text of UTF-8 from bytes, wherever those stand' {
    local bytes
    for bytes in '\xe2\x82\x28' '\xe2\x82\xff' '\xf0\x9f\x98\xc0'; do
        queue "$posix"
        printf %b "$bytes" | mqsend -1 "$posix"
        run -0 mqrecv --json "$posix"
        assert_output --partial '"base64":'
        queue_peer wipe "$posix"
    done
    queue "$posix"
    printf 'a\0b\177\xe2\x82\xac' | mqsend -1 "$posix"
    mqrecv --json "$posix" >out
    perl -MJSON::PP -e 'local $/; decode_json(<>)->{text} eq "a\0b\x7f\x{20ac}" or die' out
}

@test 'mqrecv: an alarm that was ignored stays so' {
    queue "$posix"
    bg env --ignore-signal=ALRM mqrecv -w 0.3 "$posix"
    eventually asleep "$pid"
    kill -ALRM "$pid"
    ends 124
}

@test 'mqrecv: two hundred commands leave no descriptor behind' {
    local name before
    for name in "$posix" "$sysv"; do
        queue "$name"
        bg mqrecv -f -j 4 "$name" -- cat >out
        eventually waits "$pid"
        before=$(descriptors "$pid")
        seq 100 299 | soon mqsend "$name"
        eventually size_is out 600
        eventually has_descriptors "$pid" "$before"
    done
}
