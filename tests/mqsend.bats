#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# bg and run read stdin, and set variables; the shell that runs the tests keeps them.
# shellcheck disable=SC1003,SC2016,SC2030,SC2031,SC2094,SC2154,SC2217

load helper

posix=/mq-send-a
other=/mq-send-b
sysv=key:0x6d715301
mine=("$posix" "$other" "$sysv" key:0x6d715302)

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

# queue NAME [MESSAGES SIZE | BYTES]: there is an empty one.
queue() {
    case $1 in
    key:*) queue_peer make "$1" "${2-0}" ;;
    *) queue_peer make "$1" "${2-10}" "${3-64}" ;;
    esac
}

# queues: a POSIX and a System V queue are there, and hold nothing.
queues() { queue "$posix" && queue "$sysv"; }

# full: both queues are there, and take nothing more.
full() {
    queue "$posix" 1 64
    queue "$sysv" 64
    queue_peer send "$posix" 0 first
    queue_peer send "$sysv" 1 "$(letters 64 f)"
}

# has NAME LINE...: the queue has exactly these messages, "rank<TAB>text" (as printf %b writes them); they are taken.
has() {
    local name=$1
    shift
    : >wanted
    (($# == 0)) || printf '%b\n' "$@" >wanted
    queue_peer dump "$name" >found || return
    cmp found wanted || fail "$name has $(<found)"
}

count_is() { [[ $(queue_peer count "$1") == "$2" ]]; }
no_queue() { run ! queue_peer count "$1"; }

# waits PID: the tool, and no shell that becomes it, is asleep.
waits() { is_tool "$1" mq && asleep "$1"; }

# pause SECONDS: where time itself is what is tested.
pause() { read -rt "$1" _ <>"$BATS_RUN_TMPDIR/never" || :; }

# --- usage ---

@test 'mqsend: without a queue it is a usage error' {
    usage_error mqsend
    usage_error mqsend -n
}

@test 'mqsend: a bare word is a usage error that suggests the name with a slash' {
    usage_error mqsend jobs x
    [[ $stderr == *'/jobs'* ]]
}

@test 'mqsend: what is no queue is a usage error' {
    local object
    for object in file:x memfd:1:1 key:0 key:4294967296 id:4294967296 id:-1 / /a/b; do
        usage_error mqsend "$object" x
    done
}

@test 'mqsend: a priority that is no number from 0 to 32767 is refused, and nothing is sent' {
    local word
    queue "$posix"
    for word in 32768 -1 4294967296 18446744073709551616 '' 1x ' 1' 1.5; do
        usage_error mqsend -p "$word" "$posix" x
    done
    has "$posix"
}

@test 'mqsend: a type that is no number from 1 on is refused, and nothing is sent' {
    local word
    queue "$sysv"
    for word in 0 -1 9223372036854775808 '' 1x '<=5'; do
        usage_error mqsend -t "$word" "$sysv" x
    done
    has "$sysv"
}

@test 'mqsend: -t is refused for POSIX and -p for System V' {
    queues
    usage_error mqsend -t 1 "$posix" x
    usage_error mqsend -p 1 "$sysv" x
    usage_error mqsend -p 1 id:1 x
    has "$posix"
    has "$sysv"
}

@test 'mqsend: operands do not go with -0, -1, -b, -d and -L' {
    local option
    queue "$posix"
    for option in -0 -1 -b4 -d: -L; do
        usage_error mqsend "$option" "$posix" x
    done
    has "$posix"
}

@test 'mqsend: -P goes with none of -p, -t and -b' {
    usage_error mqsend -P -p 1 "$posix"
    usage_error mqsend -P -t 1 "$sysv"
    usage_error mqsend -P -b 4 "$posix"
}

@test 'mqsend: -m, --max-messages and --message-size are refused where nothing is made' {
    usage_error mqsend -m 600 "$posix" x
    usage_error mqsend --max-messages=1 "$posix" x
    usage_error mqsend --message-size=1 "$posix" x
}

@test 'mqsend: --max-messages and --message-size are refused for System V' {
    usage_error mqsend -C --max-messages=1 "$sysv" x
    usage_error mqsend -C --message-size=1 "$sysv" x
    no_queue "$sysv"
}

@test 'mqsend: --max-messages and --message-size of nothing, or out of range, are refused' {
    local word
    for word in 0 -1 x '' 18446744073709551616; do
        usage_error mqsend -C --max-messages="$word" "$posix" x
        usage_error mqsend -C --message-size="$word" "$posix" x
    done
    no_queue "$posix"
}

@test 'mqsend: a mode that is none is refused' {
    local word
    for word in 8 1000 u=q ''; do
        usage_error mqsend -C -m "$word" "$posix" x
    done
    no_queue "$posix"
}

@test 'mqsend: a time that is none is refused, and nothing is sent' {
    local word
    queue "$posix"
    for word in -1 nan NaN inf '' 1y 0x1 1e3 99999999999999999999; do
        usage_error mqsend -w "$word" "$posix" x
    done
    has "$posix"
}

@test 'mqsend: a delimiter that is not one byte, and a block of no or too many bytes, are refused' {
    local word
    for word in '' ab '\q' '\x1' '\x123' 'ä'; do
        usage_error mqsend -d "$word" "$posix"
    done
    for word in 0 -1 x '' 2G; do
        usage_error mqsend -b "$word" "$posix"
    done
}

@test 'mqsend: key:private without -C or -x is refused' {
    usage_error mqsend key:private x
}

@test 'mqsend: -h and -V go to stdout' {
    run -0 --separate-stderr mqsend -h
    assert_line --partial 'mqsend '
    assert_equal "$stderr" ''
    run -0 --separate-stderr mqsend --version
    assert_line --partial mqsend
    assert_equal "$stderr" ''
}

@test 'mqsend: each short option has its long one' {
    queues
    mqsend --create --mode=600 --nonblock --verbose --priority=1 "$posix" a
    mqsend --exclusive --max-messages=2 --message-size=16 --timeout=1 "$other" b
    mqsend --type=2 "$sysv" b
    printf 'c\0' | mqsend --null "$posix"
    printf 'd,' | mqsend --delimiter=, "$posix"
    printf 'e' | mqsend --block=4 "$posix"
    printf 'f\n' | mqsend --whole "$posix"
    printf '\0\0\0\1g' | mqsend --length-prefixed "$posix"
    printf '0\th\n' | mqsend --with-priority "$posix"
    mqsend --c-string --end "$posix" i
    has "$posix" '1\ta' '0\tc' '0\td' '0\te' '0\tf\\x0a' '0\tg' '0\th' '0\ti\\x00' '0\t'
    has "$sysv" '2\tb'
    has "$other" '0\tb'
}

# --- failures ---

@test 'mqsend: a queue that is not there is exit 3, with a word on --create, and is not made' {
    local name
    for name in "$posix" "$sysv"; do
        run -3 soon mqsend "$name" x
        assert_output "mqsend: $name: No such file or directory (create it with --create)"
        no_queue "$name"
    done
}

@test 'mqsend: an id that is not there is exit 3' {
    run -3 soon mqsend id:2147483647 x
    assert_output --partial 'id:2147483647: No such file or directory'
}

@test 'mqsend: -x of a queue that is there is an error, and nothing is sent' {
    local name
    queues
    for name in "$posix" "$sysv"; do
        run -1 mqsend -x "$name" x
        assert_output --partial "$name: File exists"
        has "$name"
    done
}

@test 'mqsend: a line that is too long is refused with its number, its size and the limit' {
    queue "$posix" 10 16
    run -1 mqsend "$posix" < <(printf 'one\ntwo\n%s\nfour\n' "$(letters 17 x)")
    assert_output "mqsend: $posix: line 3: message of 17 bytes is longer than the queue takes (16); 2 messages were sent"
}

@test 'mqsend: before a line that is too long all are sent, of it and behind it nothing' {
    queue "$posix" 10 16
    run -1 mqsend "$posix" < <(printf 'one\n%s\ntwo\n%s\nfour\n' "$(letters 16 f)" "$(letters 17 x)")
    has "$posix" '0\tone' '0\tffffffffffffffff' '0\ttwo'
}

@test 'mqsend: an operand that is too long is refused as message N' {
    queue "$posix" 10 16
    run -1 mqsend "$posix" one "$(letters 17 x)" two
    assert_output "mqsend: $posix: message 2: message of 17 bytes is longer than the queue takes (16); 1 message was sent"
    has "$posix" '0\tone'
}

@test 'mqsend: records that are no lines are counted as records' {
    queue "$posix" 10 16
    run -1 mqsend -0 "$posix" < <(printf 'one\0%s\0' "$(letters 20 x)")
    assert_output --partial ': record 2: message of 20 bytes'
    run -1 mqsend -L "$posix" < <(printf '\0\0\0\1x\0\1\0\0')
    assert_output --partial ': record 2: message of 65536 bytes is longer than the queue takes (16); 1 message was sent'
    run -1 mqsend -1 "$posix" < <(letters 17 x)
    assert_output --partial ': record 1: message of 17 bytes'
    run -1 mqsend -b 17 "$posix" < <(letters 30 x)
    assert_output --partial 'longer than the queue takes (16); 0 messages were sent'
    has "$posix" '0\tone' '0\tx'
}

@test 'mqsend: a length of 4 GiB is refused and not read' {
    queue "$posix"
    run -1 soon mqsend -L "$posix" < <(printf '\xff\xff\xff\xff')
    assert_output --partial 'message of 4294967295 bytes'
}

@test 'mqsend: a line of 1 MiB is refused with its size, and never cut' {
    local name
    queues
    { echo one; letters 1048576 x; printf '\ntwo\n'; } >in
    for name in "$posix" "$sysv"; do
        run -1 soon mqsend "$name" <in
        assert_output --partial ': line 2: message of 1048576 bytes'
    done
    has "$posix" '0\tone'
    has "$sysv" '1\tone'
}

@test 'mqsend: a message longer than kernel.msgmax is refused, and one just so long is sent' {
    local most
    most=$(</proc/sys/kernel/msgmax)
    queue "$sysv"
    mqsend -n "$sysv" "$(letters "$most" f)"
    run -1 soon mqsend "$sysv" "$(letters $((most + 1)) x)"
    assert_output --partial "message of $((most + 1)) bytes is longer than the queue takes ($most)"
    count_is "$sysv" 1
}

@test 'mqsend: a message longer than msg_qbytes is refused at once instead of waiting for ever' {
    queue "$sysv" 100
    run -1 soon mqsend "$sysv" "$(letters 101 x)"
    assert_output --partial 'message of 101 bytes is longer than the queue takes (100)'
    soon mqsend "$sysv" "$(letters 100 f)"
    count_is "$sysv" 1
}

@test 'mqsend: a NUL of -z counts in what the queue takes' {
    queue "$posix" 10 4
    run -1 mqsend -z "$posix" abc abcd
    assert_output --partial 'message 2: message of 5 bytes is longer than the queue takes (4)'
    has "$posix" '0\tabc\\x00'
}

@test 'mqsend: a full queue is 124 with -n and with -w 0, and says how many were sent' {
    local name option
    for option in -n -w0 -w0.0ms; do
        full
        for name in "$posix" "$sysv"; do
            run -124 soon mqsend "$option" "$name" x
            assert_output "mqsend: $name: message 1: the queue is full; 0 messages were sent"
        done
        queue_peer wipe "$posix" "$sysv"
    done
}

@test 'mqsend: of what went before the queue was full nothing is taken back' {
    queue "$posix" 2 64
    run -124 soon mqsend -n "$posix" < <(printf 'a\nb\nc\nd\n')
    assert_output --partial ': line 3: the queue is full; 2 messages were sent'
    has "$posix" '0\ta' '0\tb'
}

@test 'mqsend: -w waits so long for room, and not longer' {
    local name took
    full
    for name in "$posix" "$sysv"; do
        took=$(milliseconds soon mqsend -w 0.2 "$name" x)
        ((took >= 200)) || fail "$name: $took ms"
        run -124 soon mqsend -w 20ms "$name" x
    done
}

@test 'mqsend: the last of -n and -w counts' {
    local took
    full
    run -124 soon mqsend -w 1h -n "$posix" x
    took=$(milliseconds soon mqsend -n -w 0.1 "$posix" x)
    ((took >= 100)) || fail "$took ms"
}

@test 'mqsend: -w is for each message, not for all together' {
    full
    bg mqsend -w 1.5 "$posix" a b
    eventually waits "$pid"
    pause 0.9
    queue_peer receive "$posix" >/dev/null
    pause 0.9
    queue_peer receive "$posix" >/dev/null
    ends 0
    has "$posix" '0\tb'
}

@test 'mqsend: a very long -w waits' {
    local name
    full
    for name in "$posix" "$sysv"; do
        bg mqsend -w 100000d "$name" x
        eventually waits "$pid"
        queue_peer receive "$name" >/dev/null
        ends 0
        count_is "$name" 1
    done
}

@test 'mqsend: -w 1us never hangs, of a POSIX queue' {
    full
    timeout -s KILL 20 bash -c 'for ((i = 0; i < 400; i++)); do
        mqsend -w 1us "$1" x 2>/dev/null; (($? == 124)) || exit 1; done' - "$posix"
}

@test 'mqsend: -w 1us never hangs, of a System V queue' {
    full
    timeout -s KILL 20 bash -c 'for ((i = 0; i < 400; i++)); do
        mqsend -w 1us "$1" x 2>/dev/null; (($? == 124)) || exit 1; done' - "$sysv"
}

@test 'mqsend: SIGSTOP and SIGCONT neither end nor prolong what -w says' {
    local name start long=() short=()
    full
    start=${EPOCHREALTIME/./}
    for name in "$posix" "$sysv"; do
        bg mqsend -w 1.2 "$name" x
        short+=("$pid")
        bg mqsend -w 1.2 "$name" x
        long+=("$pid")
    done
    for pid in "${pids[@]}"; do eventually waits "$pid"; done
    kill -STOP "${pids[@]}"
    for pid in "${pids[@]}"; do eventually stopped "$pid"; done
    kill -CONT "${short[@]}"
    pause 0.5
    ((${EPOCHREALTIME/./} - start > 1200000)) || kill -0 "${short[@]}"
    pause 0.9
    kill -CONT "${long[@]}"
    for pid in "${pids[@]}"; do ends 124 "$pid"; done
    ((${EPOCHREALTIME/./} - start < 2300000)) || fail 'it began anew'
}

@test 'mqsend: a queue that is removed while it waits for room is exit 3' {
    local name
    full
    for name in "$posix" "$sysv"; do
        bg mqsend "$name" x 2>err
        eventually waits "$pid"
        queue_peer drop "$name"
        ends 3
        assert_equal "$(<err)" "mqsend: $name: message 1: Identifier removed; 0 messages were sent"
    done
}

@test 'mqsend: SIGTERM, SIGINT and SIGHUP while it waits for room end it by that signal' {
    local name number
    full
    for name in "$posix" "$sysv"; do
        for number in 15 2 1; do
            # A shell has its background processes ignore SIGINT.
            bg perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' mqsend "$name" x
            eventually waits "$pid"
            kill "-$number" "$pid"
            ends $((128 + number))
        done
        count_is "$name" 1
    done
}

@test 'mqsend: after a signal it says how many were sent' {
    queue "$posix" 2 64
    feed
    bg mqsend "$posix" <in 2>err
    printf 'a\nb\nc\n' >&5
    eventually count_is "$posix" 2
    eventually waits "$pid"
    kill -TERM "$pid"
    ends 143
    assert_regex "$(<err)" '2 messages were sent'
    has "$posix" '0\ta' '0\tb'
}

@test 'mqsend: SIGTERM while it waits for stdin ends it' {
    queue "$posix"
    feed
    bg mqsend "$posix" <in
    eventually waits "$pid"
    kill -TERM "$pid"
    ends 143
}

@test 'mqsend: a signal at any call sends nothing twice, and tells how many were sent' {
    local name when
    queues
    printf 'a\nb\nc\n' >in
    for name in "$posix" "$sysv"; do
        for when in 1 2 3; do
            run -143 traced -e inject="mq_timedsend,msgsnd:signal=SIGTERM:when=$when" mqsend "$name" <in
            queue_peer dump "$name" | cut -f2 >found
            cmp found <(head -n "$(wc -l <found)" in)
            assert_output --partial "$(wc -l <found) message"
        done
    done
}

@test 'mqsend: EINTR at any call changes nothing, of a POSIX queue' {
    queue "$posix"
    printf 'a\nb\n' >in
    traced -e inject=mq_timedsend:error=EINTR:when=1..2 mqsend "$posix" <in
    traced -P "$PWD/in" -e inject=read:error=EINTR:when=1..2 mqsend "$posix" <in
    has "$posix" '0\ta' '0\tb' '0\ta' '0\tb'
}

@test 'mqsend: EINTR at any call changes nothing, of a System V queue' {
    queue "$sysv"
    printf 'a\nb\n' >in
    traced -e inject=msgsnd:error=EINTR:when=1..2 mqsend "$sysv" <in
    traced -P "$PWD/in" -e inject=read:error=EINTR:when=1..2 mqsend "$sysv" <in
    has "$sysv" '1\ta' '1\tb' '1\ta' '1\tb'
}

@test 'mqsend: EINTR while it waits for room does not end the wait, and -w counts on' {
    local name
    full
    for name in "$posix" "$sysv"; do
        run -124 traced -e inject=ppoll,mq_timedsend,msgsnd:error=EINTR:when=2..4 mqsend -w 50ms "$name" x
        count_is "$name" 1
    done
}

@test 'mqsend: a closed stdin is an error, and makes no queue' {
    run -1 bash -c 'exec mqsend -C "$1" <&-' - "$posix"
    assert_output 'mqsend: standard input: Bad file descriptor'
    no_queue "$posix"
}

@test 'mqsend: a closed stdin does not hurt operands, though the queue could be descriptor 0' {
    local name
    queues
    for name in "$posix" "$sysv"; do
        bash -c 'exec mqsend "$1" x <&-' - "$name"
        count_is "$name" 1
    done
}

@test 'mqsend: with stdin, stdout and stderr closed operands are sent, and nothing else' {
    queues
    bash -c 'exec mqsend -v "$1" x <&- >&- 2>&-' - "$posix"
    bash -c 'exec mqsend -v "$1" x <&- >&- 2>&-' - "$sysv"
    has "$posix" '0\tx'
    has "$sysv" '1\tx'
}

@test 'mqsend: a closed stderr gets no error into the queue' {
    queue "$posix" 10 200
    run -1 bash -c 'exec mqsend "$1" x "$2" <&- >&- 2>&-' - "$posix" "$(letters 201 x)"
    has "$posix" '0\tx'
}

@test 'mqsend: an input that cannot be read is an error' {
    queue "$posix"
    run -1 mqsend "$posix" </
    assert_output --partial 'standard input: Is a directory'
    has "$posix"
}

@test 'mqsend: an input that breaks off is an error, after what came before it was sent' {
    queue "$posix"
    printf 'a\nb\nc' >in
    run -1 traced -P "$PWD/in" -e inject=read:error=EIO:when=2 mqsend -E "$posix" <in
    assert_output --partial 'standard input: Input/output error'
    assert_output --partial '2 messages were sent'
    has "$posix" '0\ta' '0\tb'
}

@test 'mqsend: an input that ends in the middle of a -L record is an error, and that record is not sent' {
    local rest
    queue "$posix"
    for rest in '\0' '\0\0\0' '\0\0\0\5' '\0\0\0\5abcd'; do
        run -1 mqsend -L "$posix" < <(printf '\0\0\0\1x%b' "$rest")
        assert_output --partial ': record 2: '
        assert_output --partial '1 message was sent'
        has "$posix" '0\tx'
    done
}

@test 'mqsend: -P refuses a line without a priority or type, and says which' {
    local bad
    queues
    for bad in x 'x\ty' '\ty' '32768\ty' '-1\ty' '4294967296\ty' ' 1\ty' '1 \ty' '' \
        '111111111111111111111111111111111111\ty'; do
        run -1 mqsend -P "$posix" < <(printf '1\tgood\n%b\n2\tnot sent\n' "$bad")
        assert_output --partial ': line 2: '
        assert_output --partial '1 message was sent'
        has "$posix" '1\tgood'
    done
    run -1 mqsend -P "$sysv" < <(printf '1\tgood\n0\ty\n')
    assert_output --partial ': line 2: '
    has "$sysv" '1\tgood'
}

@test 'mqsend: RLIMIT_MSGQUEUE counts the queues of other IPC namespaces, and the message says so' {
    # The second queue would fit, but for the first one, which nobody sees from there; a process keeps its namespace.
    cat >twice <<'END'
ulimit -q 2000
mqsend -C --max-messages=4 --message-size=200 /unseen x
unshare --ipc mqsend -C --max-messages=4 --message-size=200 "$1" x
END
    run -1 unshare --ipc bash twice "$posix"
    assert_output --partial "mqsend: $posix: Too many open files: RLIMIT_MSGQUEUE (ulimit -q) allows 2000 bytes for all queues of your user, those in other IPC namespaces (containers) included, and this one costs 1184"
}

@test 'mqsend: a queue that cannot be created for lack of descriptors has nothing to do with RLIMIT_MSGQUEUE' {
    run -1 traced -e inject=mq_open,epoll_create1:error=EMFILE mqsend -x "$posix" x
    assert_output "mqsend: $posix: Too many open files"
}

@test 'mqsend: a queue beyond RLIMIT_MSGQUEUE is an error that says what is allowed and what it costs' {
    run -1 bash -c 'ulimit -q 1000; exec mqsend -C --max-messages=4 --message-size=200 "$1" x' - "$posix"
    assert_output --partial "mqsend: $posix: Too many open files: RLIMIT_MSGQUEUE (ulimit -q) allows 1000 bytes"
    assert_output --partial 'costs 1184'
    no_queue "$posix"
}

@test 'mqsend: limits that the kernel does not allow are an error that names the sysctl' {
    run -1 mqsend -C --max-messages=65537 --message-size=16 "$posix" x
    assert_output --partial "$posix: Invalid argument"
    assert_output --partial fs.mqueue.msg_max
    run -1 mqsend -C --max-messages=1 --message-size=17M "$posix" x
    assert_output --partial fs.mqueue.msgsize_max
    no_queue "$posix"
}

@test 'mqsend: more queues than queues_max is an error that names the sysctl' {
    run -1 unshare --ipc bash -c 'echo 1 >/proc/sys/fs/mqueue/queues_max
        mqsend -C --max-messages=1 "$1" x && mqsend -C --max-messages=1 "$2" x' - "$posix" "$other"
    assert_output --partial "mqsend: $other: No space left on device"
    assert_output --partial fs.mqueue.queues_max
}

@test 'mqsend: more queues than kernel.msgmni is an error that names the sysctl' {
    run -1 unshare --ipc bash -c 'echo 1 >/proc/sys/kernel/msgmni; mqsend -C key:1 x && mqsend -C key:2 x'
    assert_output --partial 'mqsend: key:2: No space left on device'
    assert_output --partial kernel.msgmni
}

@test "mqsend: another user's queue without permission is an error, and nothing is sent" {
    local name
    needs_uids
    queues
    for name in "$posix" "$sysv"; do
        run -1 as_nobody mqsend "$name" x
        assert_output --partial "$name: "
        assert_output --partial 'Permission denied'
        has "$name"
    done
}

@test "mqsend: another user's queue that all may send to, but not read, takes messages" {
    local name
    needs_uids
    queues
    for name in "$posix" "$sysv"; do
        queue_peer chmod "$name" 0602
        as_nobody mqsend "$name" x
        count_is "$name" 1
    done
}

# --- messages ---

@test 'mqsend: each operand is a message, in their order, and an empty one is an empty message' {
    queues
    mqsend "$posix" one '' 'two words' three
    mqsend "$sysv" one '' 'two words' three
    has "$posix" '0\tone' '0\t' '0\ttwo words' '0\tthree'
    has "$sysv" '1\tone' '1\t' '1\ttwo words' '1\tthree'
}

@test 'mqsend: an operand is exact bytes, and behind -- may look like an option' {
    queue "$posix"
    mqsend "$posix" -- -n $'a\nb\xff' --
    has "$posix" '0\t-n' '0\ta\\x0ab\\xff' '0\t--'
}

@test 'mqsend: each line is a message, an empty line an empty one, and the last may lack its newline' {
    queues
    mqsend "$posix" < <(printf 'one\n\ntwo')
    mqsend "$sysv" < <(printf 'one\n\ntwo')
    has "$posix" '0\tone' '0\t' '0\ttwo'
    has "$sysv" '1\tone' '1\t' '1\ttwo'
}

@test 'mqsend: a newline at the very end makes no empty message' {
    queue "$posix"
    mqsend "$posix" < <(printf 'one\n')
    has "$posix" '0\tone'
}

@test 'mqsend: an empty input sends nothing' {
    local option
    queue "$posix"
    for option in -v -0 -L -b4 -P; do
        mqsend "$option" "$posix" </dev/null
    done
    has "$posix"
}

@test 'mqsend: NULs and all other bytes go through as they are' {
    local name
    queue "$posix" 2 300
    queue "$sysv"
    perl -e 'print map chr, 0..255' >all
    for name in "$posix" "$sysv"; do
        mqsend -1 "$name" <all
        queue_peer receive "$name" | cmp - all
    done
}

@test 'mqsend: lines may hold NULs' {
    queue "$posix"
    mqsend "$posix" < <(printf 'a\0b\n\0\n')
    has "$posix" '0\ta\\x00b' '0\t\\x00'
}

@test 'mqsend: -1 sends the whole input as one, also an empty one' {
    queue "$posix"
    mqsend -1 "$posix" < <(printf 'a\nb\n')
    mqsend -1 "$posix" </dev/null
    has "$posix" '0\ta\\x0ab\\x0a' '0\t'
}

@test 'mqsend: -0 cuts at NULs' {
    queue "$posix"
    mqsend -0 "$posix" < <(printf 'a\nb\0\0c')
    has "$posix" '0\ta\\x0ab' '0\t' '0\tc'
}

@test 'mqsend: -d cuts at any one byte' {
    queue "$posix"
    mqsend -d , "$posix" < <(printf 'a,b\n')
    mqsend -d '\t' "$posix" < <(printf 'c\td')
    mqsend -d '\0' "$posix" < <(printf 'e\0f')
    mqsend -d '\xff' "$posix" < <(printf 'g\xffh')
    mqsend -d '\\' "$posix" < <(printf 'i\\j')
    has "$posix" '0\ta' '0\tb\\x0a' '0\tc' '0\td' '0\te' '0\tf' '0\tg' '0\th' '0\ti' '0\tj'
}

@test 'mqsend: -b cuts every so many bytes, the last may be shorter' {
    queue "$posix"
    mqsend -b 3 "$posix" < <(printf 'ab'; printf '\ncdef'; printf 'gh')
    has "$posix" '0\tab\\x0a' '0\tcde' '0\tfgh'
    mqsend -b 3 "$posix" < <(printf 'abcd')
    has "$posix" '0\tabc' '0\td'
}

@test 'mqsend: -L takes each length from the four bytes before' {
    queue "$posix"
    mqsend -L "$posix" < <(printf '\0\0\0\2a\n\0\0\0\0\0\0\0\5bc\0d\0')
    has "$posix" '0\ta\\x0a' '0\t' '0\tbc\\x00d\\x00'
}

@test 'mqsend: records come out right however the input is cut' {
    perl -e 'print "x" x ($_ % 97), "\n" for 1..600' >lines
    unshare --ipc bash -c 'echo 10000000 >/proc/sys/kernel/msgmnb
        mqsend -Cn key:1 < <(perl -e "$1") && queue_peer dump key:1 | cut -f2' - \
        '$| = 1; open F, "<", "lines"; $/ = \7; print while <F>' >out
    cmp out lines
}

@test 'mqsend: many lines beyond one buffer come out right' {
    perl -e 'print $_ x ($_ % 50), "\n" for 1..5000' >lines
    unshare --ipc bash -c 'echo 100000000 >/proc/sys/kernel/msgmnb
        mqsend -Cn key:1 <lines && queue_peer dump key:1 | cut -f2' >out
    cmp out lines
}

@test 'mqsend: a line is sent as soon as it is there, without waiting for more' {
    queue "$posix"
    feed
    bg mqsend "$posix" <in
    echo a >&5
    eventually count_is "$posix" 1
    fed
    ends 0
}

@test 'mqsend: without -p and -t the priority is 0 and the type is 1' {
    queues
    mqsend "$posix" x
    mqsend "$sysv" x
    has "$posix" '0\tx'
    has "$sysv" '1\tx'
}

@test 'mqsend: -p sets the priority, from 0 to 32767' {
    queue "$posix"
    mqsend -p 0 "$posix" a
    mqsend -p 32767 "$posix" b
    mqsend -p 0x10 "$posix" < <(echo c)
    has "$posix" '32767\tb' '16\tc' '0\ta'
}

@test 'mqsend: -t sets the type, from 1 to the largest long' {
    queue "$sysv"
    mqsend -t 5 "$sysv" a
    mqsend -t 9223372036854775807 "$sysv" < <(echo b)
    has "$sysv" '5\ta' '9223372036854775807\tb'
}

@test 'mqsend: -P takes priority or type from before each record, up to the first TAB' {
    queues
    mqsend -P "$posix" < <(printf '0\ta\n32767\tb\tc\n7\t\n')
    has "$posix" '32767\tb\\x09c' '7\t' '0\ta'
    mqsend -P "$sysv" < <(printf '9223372036854775807\ta\n1\tb')
    has "$sysv" '9223372036854775807\ta' '1\tb'
}

@test 'mqsend: -P works with -0, -1 and -L' {
    queue "$posix"
    mqsend -P0 "$posix" < <(printf '3\ta\n\0')
    mqsend -P1 "$posix" < <(printf '2\tb\n')
    mqsend -PL "$posix" < <(printf '\0\0\0\4\x31\tc\n')
    has "$posix" '3\ta\\x0a' '2\tb\\x0a' '1\tc\\x0a'
}

@test 'mqsend: -P takes operands, too' {
    queue "$posix"
    mqsend -P "$posix" $'3\ta'
    has "$posix" '3\ta'
}

@test 'mqsend: what -P takes off does not count in what the queue takes' {
    queue "$posix" 10 4
    mqsend -P "$posix" < <(printf '32767\tabcd\n')
    run -1 mqsend -P "$posix" < <(printf '1\tabcde\n')
    assert_output --partial 'message of 5 bytes is longer than the queue takes (4)'
    has "$posix" '32767\tabcd'
}

@test 'mqsend: -z adds a NUL, as C programs want it' {
    local name
    queues
    for name in "$posix" "$sysv"; do
        mqsend -z "$name" 'a string'
        assert_equal "$(queue_peer receive-c-string "$name")" 'a string'
        mqsend -z "$name" < <(echo)
        assert_equal "$(queue_peer receive-c-string "$name")" ''
    done
}

@test 'mqsend: a C program receives a struct as it is' {
    local name
    queues
    for name in "$posix" "$sysv"; do
        queue_peer send-struct "$name" 1
        queue_peer receive "$name" >struct
        mqsend -1 "$name" <struct
        assert_equal "$(queue_peer receive-struct "$name")" '0xa00000a -1.5 a struct'
        mqsend -b "$(stat -c %s struct)" "$name" < <(cat struct)
        assert_equal "$(queue_peer receive-struct "$name")" '0xa00000a -1.5 a struct'
    done
}

@test 'mqsend: -E sends an empty message at the end' {
    queue "$posix"
    mqsend -E "$posix" < <(printf 'a\nb\n')
    mqsend -E "$posix" c
    has "$posix" '0\ta' '0\tb' '0\t' '0\tc' '0\t'
}

@test 'mqsend: -E of an empty input sends the end alone' {
    queue "$posix"
    mqsend -E "$posix" </dev/null
    has "$posix" '0\t'
}

@test 'mqsend: -E sends the end with the same priority or type' {
    queues
    mqsend -E -p 3 "$posix" a
    mqsend -E -t 3 "$sysv" a
    has "$posix" '3\ta' '3\t'
    has "$sysv" '3\ta' '3\t'
}

@test 'mqsend: -E refuses an empty record, which would end the stream before its end' {
    queue "$posix"
    run -1 mqsend -E "$posix" < <(printf 'a\n\nb\n')
    assert_output --partial ': line 2: '
    assert_output --partial '1 message was sent'
    has "$posix" '0\ta'
}

@test 'mqsend: -E sends no end after a failure' {
    queue "$posix" 10 4
    run -1 mqsend -E "$posix" a abcde
    has "$posix" '0\ta'
}

# --- making queues ---

@test 'mqsend: -C makes a queue that is not there, for its owner alone' {
    local name
    umask 0
    for name in "$posix" "$sysv"; do
        mqsend -C "$name" x
        assert_equal "$(queue_peer mode "$name")" 600
        count_is "$name" 1
    done
}

@test 'mqsend: -C makes a queue with just the mode that -m says' {
    local name
    umask 077
    for name in "$posix" "$sysv"; do
        mqsend -C -m 0626 "$name" x
        assert_equal "$(queue_peer mode "$name")" 626
        queue_peer drop "$name"
        mqsend -x -m u=rw,g=r "$name" x
        assert_equal "$(queue_peer mode "$name")" 640
    done
}

@test 'mqsend: -C makes a queue with just the limits that are given' {
    mqsend -C --max-messages=3 --message-size=20 "$posix" x
    assert_equal "$(queue_peer limits "$posix")" '3 20'
    mqsend -C --max-messages=2 --message-size=1k "$other" x
    assert_equal "$(queue_peer limits "$other")" '2 1024'
}

@test 'mqsend: what is not given of the limits is as fs.mqueue says' {
    run -0 unshare --ipc bash -c 'cd /proc/sys/fs/mqueue && echo 3 >msg_default && echo 200 >msgsize_default &&
        mqsend -C --max-messages=2 /mq-a x && mqsend -C --message-size=128 /mq-b x && mqsend -C /mq-c x &&
        queue_peer limits /mq-a && queue_peer limits /mq-b && queue_peer limits /mq-c'
    assert_output $'2 200\n3 128\n3 200'
}

@test 'mqsend: -C of a queue that is there sends to it, and changes nothing of it' {
    queue "$posix" 2 16
    queue "$sysv"
    mqsend -C -m 666 --max-messages=5 --message-size=200 "$posix" x
    assert_equal "$(queue_peer limits "$posix") $(queue_peer mode "$posix")" '2 16 600'
    mqsend -C -m 666 "$sysv" x
    assert_equal "$(queue_peer mode "$sysv")" 600
}

@test 'mqsend: -C at once by many makes one queue, and no message is lost' {
    local i p=() name
    for name in "$posix" "$sysv"; do
        for i in {1..8}; do
            mqsend -C "$name" "$i" 3>&- &
            p+=("$!")
        done
        for i in "${p[@]}"; do wait "$i"; done
        p=()
        count_is "$name" 8
    done
}

@test 'mqsend: -x makes a queue' {
    mqsend -x --max-messages=2 "$posix" x
    mqsend -x "$sysv" x
    has "$posix" '0\tx'
    has "$sysv" '1\tx'
}

@test 'mqsend: key:private prints the name of the queue that it makes, and nothing else' {
    local option
    for option in -C -x; do
        run -0 --separate-stderr mqsend "$option" key:private x
        assert_output --regexp '^id:[0-9]+$'
        mqsend "$output" y
        ipcrm -q "${output#id:}"
    done
}

@test 'mqsend: key:private prints the name before it sends' {
    feed
    bg mqsend -C key:private <in >out
    eventually grep -qx 'id:[0-9]*' out
    fed
    ends 0
    ipcrm -q "$(sed s/id:// out)"
}

@test 'mqsend: key:private makes none if its name cannot be printed' {
    run -1 unshare --ipc sh -c 'mqsend -C key:private x >/dev/full; code=$?; sed 1d /proc/sysvipc/msg; exit $code'
    assert_output 'mqsend: standard output: No space left on device'
    run -1 unshare --ipc sh -c 'mqsend -C key:private x >&-; code=$?; sed 1d /proc/sysvipc/msg; exit $code'
    assert_output 'mqsend: standard output: Bad file descriptor'
}

@test 'mqsend: System V queues are found by id and by ftok, too' {
    local id
    id=$(mqsend -C key:private a)
    mqsend "$id" b
    queue "key:$(peer ftok "$PWD" 0x41)"
    mqsend "ftok:$PWD:A" c
    has "key:$(peer ftok "$PWD" 0x41)" '1\tc'
    queue_peer wipe "key:$(peer ftok "$PWD" 0x41)"
    ipcrm -q "${id#id:}"
}

# --- the rest ---

@test 'mqsend: into a full queue it waits until there is room' {
    local name
    full
    for name in "$posix" "$sysv"; do
        bg mqsend "$name" x
        eventually waits "$pid"
        queue_peer receive "$name" >/dev/null
        ends 0
        count_is "$name" 1
    done
}

@test 'mqsend: -v says on stderr what was sent and made, and stdout stays empty' {
    run -0 --separate-stderr mqsend -v -C "$posix" a b
    assert_output ''
    assert_equal "$stderr" "mqsend: $posix: 2 messages were sent, queue created"
    run -0 --separate-stderr mqsend -v "$posix" ''
    assert_equal "$stderr" "mqsend: $posix: 1 message was sent"
}

@test 'mqsend: --progress says nothing where stderr is no terminal, unless it is given twice' {
    queue "$posix"
    run -0 --separate-stderr mqsend --progress "$posix" a
    assert_equal "$output$stderr" ''
    run -0 --separate-stderr mqsend --progress --progress "$posix" a
    assert_equal "$output" ''
    refute [ -z "$stderr" ]
}

@test 'mqsend: needs no /dev/mqueue' {
    queue "$posix"
    traced -e trace=open,openat,stat,access mqsend "$posix" x
    run ! grep /dev/mqueue trace
    has "$posix" '0\tx'
}

@test 'mqsend: a queue that is removed with messages of ours in it is exit 3' {
    queue "$posix"
    feed
    bg mqsend "$posix" <in 2>err
    echo a >&5
    eventually count_is "$posix" 1
    queue_peer drop "$posix"
    fed
    ends 3
    grep -F 'Identifier removed' err
}

@test 'mqsend: a queue that is removed once all was taken is no failure' {
    queue "$posix"
    feed
    bg mqsend "$posix" <in
    echo a >&5
    run -0 timeout 5 mqrecv "$posix"
    queue_peer drop "$posix"
    fed
    ends 0
}

@test 'mqsend: what is private and whose id nobody reads is removed' {
    # Where nobody else makes any: the table has its head alone.
    run -0 --separate-stderr unshare --ipc bash -c 'exec 4> >(exec true); wait $!; echo text | mqsend -C key:private >&4
        echo "status $?"; wc -l </proc/sysvipc/msg'
    assert_output $'status 1\n1'
}

@test 'mqsend: an EINTR before its time has come does not end a send with -w' {
    mqsend -C key:0x6d730f01 one
    traced -e inject=msgsnd:error=EINTR:when=1 mqsend -w 5 key:0x6d730f01 two
    mqrecv -a key:0x6d730f01 >out
    ipcrm -Q 0x6d730f01
    printf 'one\ntwo\n' | cmp - out
}

@test 'mqsend: -z adds a NUL to a message that is shorter than the one before it' {
    queue "$posix"
    printf 'longer\nnot\n' | mqsend -z "$posix"
    mqrecv -a -1 "$posix" >out
    cmp out <(printf 'longer\0not\0')
}

@test 'mqsend: -z makes no message that ends the stream of -E' {
    queue "$posix"
    run -0 soon mqsend -zE "$posix" ''
    mqrecv -a -1 "$posix" >out
    cmp out <(printf '\0')
}

@test 'mqsend: an unknown option is a usage error' {
    usage_error mqsend --bogus "$posix" x
    usage_error mqrecv --bogus "$posix"
}

@test 'mqsend: an id makes no queue' {
    usage_error mqsend -C id:7 x
    usage_error mqsend -x id:7 x
}

@test 'mqsend: a standard input that fails after one message says so' {
    queue "$posix"
    mkfifo in
    exec 5<>in
    echo one >&5
    bg traced -P "$PWD/in" -e inject=read:error=EIO:when=2 mqsend "$posix" <in 2>err
    ends 1
    exec 5>&-
    assert_equal "$(<err)" 'mqsend: standard input: Input/output error; 1 message was sent'
}

@test 'mqsend: a message of 200000 bytes, where the kernel takes such' {
    unshare --ipc bash -c '
        echo 300000 >/proc/sys/kernel/msgmax; echo 400000 >/proc/sys/kernel/msgmnb
        head -c 200000 /dev/zero | mqsend -1 -C key:1 && mqrecv -1 key:1' | cmp - <(head -c 200000 /dev/zero)
}

@test 'mqsend: of a record without an end the length is not found out' {
    queue "$posix"
    run -1 --separate-stderr soon mqsend "$posix" < <(head -c 70000000 /dev/zero)
    [[ $stderr == "mqsend: $posix: line 1: message of more than 64 MiB is longer than the queue takes "* ]]
}

@test 'mqsend: -L, a standard input that fails says so, in front of a message and in it' {
    local nth
    queue "$posix"
    mkfifo in
    for nth in 1 2; do
        exec 5<>in
        printf '\0\0\0\3' >&5
        bg traced -P "$PWD/in" -e inject=read:error=EIO:when=$nth mqsend -L "$posix" <in 2>err
        ends 1
        assert_equal "$(<err)" 'mqsend: standard input: Input/output error; 0 messages were sent'
        exec 5>&-
    done
}
