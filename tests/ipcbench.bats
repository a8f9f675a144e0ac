#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What is in single quotes is for perl or for the shell that runs later.
# shellcheck disable=SC2016,SC2154

load helper

all='pipe fifo socketpair seqpacket dgram unix tcp pmsg msg sem-shm futex eventfd ring mmap rtsig memcpy'

setup() {
    start_test || return
    mkdir places
    export TMPDIR=$PWD/places
    # IPC objects of its own, so that those of other tests are not taken for what ipcbench left behind.
    unshare --ipc sleep 300 3>&- &
    holder=$!
    pids+=("$holder")
    eventually has_own_objects
}

teardown() {
    kill -KILL "${pids[@]}" 2>/dev/null || :
    wait "${pids[@]}" 2>/dev/null || :
}

has_own_objects() { [[ $(readlink "/proc/$holder/ns/ipc") != "$(readlink /proc/self/ns/ipc)" ]]; }

# own COMMAND...: becomes it, among the IPC objects of this test.
own() { exec nsenter "--ipc=/proc/$holder/ns/ipc" "$@"; }

# nothing_left: no queue, segment, set, file or directory of ipcbench exists.
nothing_left() {
    local left
    left=$(own sh -c 'sed -s 1d /proc/sysvipc/msg /proc/sysvipc/shm /proc/sysvipc/sem
        mkdir -p queues && unshare --mount sh -c "mount -t mqueue mqueue queues && ls queues"
        find places -mindepth 1' 2>&1) || :
    [[ -z $left ]] || fail "left over: $left"
}

# is_narrow: the output fits into 80 columns.
is_narrow() { ! grep -E '.{81}' <<<"$output" || fail 'these lines are too long'; }

# fast OPTION...: ipcbench with short measurements.
fast() (own timeout -s KILL "$patience" ipcbench -d 20ms "$@")

# children_of PID COUNT: the process has so many children, in `children`.
children_of() {
    read -ra children <"/proc/$1/task/$1/children" || :
    ((${#children[@]} == $2))
}

# --- usage ---

@test 'ipcbench: a wrong command line is a usage error, and nothing is measured' {
    usage_error ipcbench -t nope
    usage_error ipcbench -t ''
    usage_error ipcbench -t pipe,
    usage_error ipcbench -t memory_spin
    usage_error ipcbench -s 0
    usage_error ipcbench -s x
    usage_error ipcbench -s 64,
    usage_error ipcbench -s 17M
    usage_error ipcbench -s 18446744073709551617
    usage_error ipcbench -d 0
    usage_error ipcbench -d -1
    usage_error ipcbench -d soon
    usage_error ipcbench --cpus=0
    usage_error ipcbench --cpus=0,
    usage_error ipcbench --cpus=,0
    usage_error ipcbench --cpus=0,1,2
    usage_error ipcbench --cpus=0,1023
    usage_error ipcbench pipe
    usage_error ipcbench -J --gnuplot
    usage_error ipcbench -J --list
    usage_error ipcbench --gnuplot --list
}

@test 'ipcbench: --help and --version go to standard output' {
    run -0 --separate-stderr ipcbench --help
    assert_line --partial 'usage: ipcbench'
    run -0 --separate-stderr ipcbench --version
    assert_line --partial 'ipcbench (ipcutils)'
}

# --- what it prints ---

@test 'ipcbench --list names each mechanism with what it gives, in 80 columns' {
    run -0 --separate-stderr ipcbench --list
    assert_equal "$(sed 1d <<<"$output" | awk '{ print $1 }' | paste -sd ' ')" "$all"
    assert_line --regexp '^seqpacket +yes '
    assert_line --regexp '^pipe +no '
    assert_line --regexp '^tcp .* all +yes '
    assert_line --regexp '^pmsg .*priority +messages '
    is_narrow
}

@test 'ipcbench measures the throughput of every mechanism, in a table of at most 80 columns' {
    local each
    run -0 --separate-stderr fast -s 1
    assert_equal "$stderr" ''
    for each in $all; do
        assert_line --regexp "^$each +1 +[0-9.]+[kM]? +[0-9.]+ [kMG]?B +[0-9]+% +[0-9.]+ [num]?s "
    done
    assert_line --regexp '^MECHANISM +SIZE +MESSAGES/S +BYTES/S +SPREAD +CPU SEND +CPU RECV +TEXTBOOK$'
    assert_line --regexp '^ring .* 1.00 GB$'
    assert_line --regexp '^unix .* 300 MB$'
    assert_line --regexp '^pmsg .* 200 MB$'
    assert_line --regexp '^pipe .* 200 MB$'
    assert_line --regexp '^tcp .* 100 MB$'
    assert_line --regexp '^[0-9]+ processor'
    is_narrow
    nothing_left
}

@test 'ipcbench --latency measures round trips: median, 99th percentile and worst' {
    local each
    run -0 --separate-stderr fast --latency
    for each in ${all% memcpy}; do
        assert_line --regexp "^$each +1 +[0-9.]+ [num]?s +[0-9.]+ [num]?s +[0-9.]+ [num]?s +[0-9]+% "
    done
    assert_line --regexp '^memcpy +1  - one process alone has no round trips$'
    is_narrow
    fast -J --latency -t pipe >out
    perl -MJSON::PP -e '$r = decode_json(join "", <>)->{results}[0];
        die unless $r->{median_ns} > 0 && $r->{median_ns} <= $r->{p99_ns} && $r->{p99_ns} <= 1.02 * $r->{worst_ns};
        die unless $r->{round_trips_per_second} > 0' out
    nothing_left
}

@test 'ipcbench measures large messages' {
    run -0 --separate-stderr fast -s 1M -t pipe,fifo,socketpair,unix,tcp,sem-shm,futex,eventfd,ring,mmap,memcpy
    assert_equal "$(grep -c ' 1M .*B/s\| 1M .*[kMG]B ' <<<"$output")" 11
    fast -s 100000,4M -t ring,pipe,dgram >out
    grep -E '^ring +100000 ' out
    grep -E '^pipe +4M ' out
    nothing_left
}

@test 'ipcbench says why a mechanism cannot carry a size, and that is no failure' {
    run -0 --separate-stderr fast -s 8,1M -t pmsg,msg,rtsig,dgram,seqpacket,pipe
    assert_equal "$stderr" ''
    assert_line --regexp '^pmsg +1M  - fs\.mqueue\.msgsize_max allows [0-9]+ bytes$'
    assert_line --regexp '^msg +1M  - kernel\.msgmax allows [0-9]+ bytes$'
    assert_line --regexp '^rtsig +1M  - the value of a signal has [48] bytes$'
    run -1 --separate-stderr fast -s 1M -t msg
    [[ $stderr == *'none of these mechanisms can be measured'* ]] || fail "$stderr"
    nothing_left
}

@test 'ipcbench: each mechanism and size is one row, however often it is named' {
    fast -J -t pipe,ring,pipe -s 64,0x40,64 >out
    perl -MJSON::PP -e '$r = decode_json(join "", <>)->{results};
        die unless "@{[map { $_->{mechanism} } @$r]}" eq "pipe ring" && $r->[0]{size} == 64' out
}

@test 'ipcbench -J prints JSON with numbers as numbers, five rounds, and the machine' {
    fast -J -s 64,1M -t unix,msg,memcpy >out
    perl -MJSON::PP -e '
        $all = decode_json(join "", <>);
        ($unix, undef, $msg, $large, $copy) = @{$all->{results}};
        die unless $unix->{mechanism} eq "unix" && $unix->{size} == 64 && $unix->{rounds} == 5;
        die unless abs($unix->{bytes_per_second} / $unix->{messages_per_second} - 64) < 0.01;
        die unless $unix->{cpu_ns}[0] > 0 && $unix->{cpu_ns}[1] > 0 && $unix->{textbook_bytes_per_second} == 300e6;
        die unless $large->{why} =~ /msgmax/ && !exists $large->{spread} && $msg->{spread} >= 0;
        die if defined $copy->{cpu_ns}[1];
        die unless $all->{machine}{processors} >= 1 && exists $all->{machine}{steal};' out
}

@test 'ipcbench --gnuplot prints a script that draws one line for each mechanism' {
    fast --gnuplot -s 1,1k,64k -t pipe,msg,ring >plot
    assert_equal "$(grep -c "with linespoints title" plot)" 3
    command -v gnuplot >/dev/null || skip 'gnuplot is missing'
    gnuplot <plot >picture.svg
    grep -q '<svg' picture.svg
    for each in pipe msg ring 'throughput, MB/s'; do
        grep -q "$each" picture.svg || fail "the picture lacks $each"
    done
    perl -0777 -ne 'my @lines = /<g id="gnuplot_plot_\d+"/g; die scalar(@lines) unless @lines == 3' picture.svg
    gnuplot -e 'picture = "png"' plot >picture.png
    [[ $(head -c 4 picture.png | tail -c 3) == PNG ]]
    fast --gnuplot --latency -s 1 -t pipe | gnuplot | grep -q 'median round trip'
}

@test 'ipcbench shows its progress on a terminal, and removes it before the table' {
    soon script -qec "'$BIN/ipcbench' -d 50ms -t pipe -s 64" /dev/null </dev/null >screen
    grep -q 'round 1 of 5: pipe, 64 bytes, about' screen
    grep -q 'round 5 of 5: pipe' screen
}

@test 'ipcbench -d is the time for the whole run' {
    run -0 milliseconds soon ipcbench -d 600ms -t pipe,ring -s 64,1k
    ((output >= 500)) || fail "it took $output ms"
}

# --- processors ---

@test 'ipcbench --cpus pins both sides; they may share one processor' {
    local first
    first=$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')
    fast "--cpus=$first,$first" -t pipe,ring,sem-shm -s 64 >out
    assert_equal "$(grep -c '%' out)" 4
    bg own ipcbench -d 20 "--cpus=$first,$first" -t pipe -s 64 >/dev/null
    eventually children_of "$pid" 2
    eventually pinned "$pid" "$first"
}

# pinned PID CPU: a child of the process may only run there.
pinned() { children_of "$1" 2 && grep -qx "Cpus_allowed_list:	$2" "/proc/${children[0]}/status"; }

@test 'ipcbench measures on a machine with one processor, and says so' {
    local first
    first=$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')
    run -0 --separate-stderr taskset -c "$first" timeout 20 ipcbench -d 20ms -s 64
    assert_line --partial '1 processor: both processes share it'
    assert_line --regexp '^ring +64 +[0-9]'
    refute_line --partial 'near processors'
}

# --- limits and permission ---

@test 'ipcbench names the limit that a mechanism hits, measures the others, and fails' {
    run -1 --separate-stderr bash -c 'ulimit -q 1 && ipcbench -d 20ms -s 1 -t pmsg,pipe'
    [[ $stderr == 'ipcbench: pmsg, 1 bytes: RLIMIT_MSGQUEUE is too small: raise ulimit -q' ]] || fail "$stderr"
    assert_line --regexp '^pmsg +1  - RLIMIT_MSGQUEUE is too small'
    assert_line --regexp '^pipe +1 +[0-9]'
    run -1 --separate-stderr bash -c 'ulimit -i 0 && ipcbench -d 20ms -s 1 -t rtsig'
    [[ $stderr == *'RLIMIT_SIGPENDING is 0: raise ulimit -i'* ]] || fail "$stderr"
}

@test 'ipcbench measures what needs no file where it may not make one, and fails' {
    needs_uids
    chmod 0 places
    run -1 --separate-stderr as_nobody timeout 20 "$BIN/ipcbench" -d 20ms -s 1 -t fifo,unix,mmap,pipe
    chmod 755 places
    [[ $stderr == *'fifo, 1 bytes: Permission denied'* ]] || fail "$stderr"
    assert_line --regexp '^pipe +1 +[0-9]'
    nothing_left
}

@test 'ipcbench names a limit on queues, descriptors and processes, and measures the others' {
    needs_uids
    (own sh -c 'echo 0 >/proc/sys/kernel/msgmni')
    run -1 --separate-stderr fast -s 1 -t msg,pipe
    [[ $stderr == 'ipcbench: msg, 1 bytes: too many queues: raise kernel.msgmni' ]] || fail "$stderr"
    assert_line --regexp '^pipe +1 +[0-9]'
    run -1 --separate-stderr bash -c '
        for fd in {3..20}; do eval "exec $fd>&-"; done
        ulimit -n 5 && ipcbench -d 20ms -s 1 -t tcp,pipe'
    [[ $stderr == 'ipcbench: tcp, 1 bytes: Too many open files' ]] || fail "$stderr"
    assert_line --regexp '^pipe +1 +[0-9]'
    # The search for leaks of a sanitized build needs a thread.
    ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 run -1 --separate-stderr as_nobody prlimit --nproc=0 "$BIN/ipcbench" -d 20ms -s 1 -t pipe
    [[ $stderr == *'pipe, 1 bytes: cannot start the sender: Resource temporarily unavailable'* ]] || fail "$stderr"
    nothing_left
}

@test 'ipcbench: a report that cannot be written is a failure' {
    run -1 --separate-stderr bash -c 'ipcbench -d 5ms -t pipe -s 1 >/dev/full'
    [[ $stderr == *'No space left on device'* ]] || fail "$stderr"
    run -1 --separate-stderr bash -c 'ipcbench --list >&-'
}

# --- nothing stays behind ---

@test 'ipcbench: SIGTERM and SIGINT end both processes and remove all objects' {
    local signal each
    for signal in TERM INT HUP; do
        for each in msg pmsg fifo unix mmap; do
            bg own perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' ipcbench -d 60 -t "$each" -s 64
            eventually is_tool "$pid" ipcbench
            eventually children_of "$pid" 2
            kill -s "$signal" "$pid"
            ends $((128 + $(kill -l "$signal")))
            ended "${children[0]}" && ended "${children[1]}" || fail "a process goes on after SIG$signal"
            nothing_left
        done
    done >out
    [[ ! -s out ]] || fail "it printed: $(<out)"
}

@test 'ipcbench: if one of its processes is killed, it ends the other, says so, and goes on' {
    bg own ipcbench -d 8 -t msg,pipe -s 64 >out 2>err
    eventually measuring "$pid"
    kill -KILL "${children[1]}"
    eventually ended "${children[0]}"
    eventually test -s err
    grep -q 'msg, 64 bytes: the receiver was killed by signal 9' err
    ends 1
    grep -E '^msg +64  - the receiver was killed by signal 9$' out
    grep -E '^pipe +64 +[0-9]' out
    nothing_left
}

# measuring PID: both processes run, and the queue exists.
measuring() { [[ $(own cat /proc/sysvipc/msg | wc -l) == 2 ]] && children_of "$1" 2; }

@test 'ipcbench: if it is killed itself, its processes end' {
    bg own ipcbench -d 60 -t pipe -s 64 >/dev/null
    eventually is_tool "$pid" ipcbench
    eventually children_of "$pid" 2
    kill -KILL "$pid"
    eventually ended "${children[0]}"
    eventually ended "${children[1]}"
    nothing_left
}

# --- what it measures ---

@test 'ipcbench moves every byte as it was: a mechanism that loses one is told' {
    # A preloaded read(2) flips a bit in each full message.
    ! sanitized || return 0 # a library that is preloaded would come before it
    cat >flip.c <<'END'
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <unistd.h>
ssize_t read(int fd, void *bytes, size_t size)
{
	ssize_t got = syscall(SYS_read, fd, bytes, size);
	if (got == 777)
		((char *)bytes)[776] ^= 1;
	return got;
}
END
    "${CC:-cc}" -shared -fPIC -o flip.so flip.c
    run -1 --separate-stderr env LD_PRELOAD="$PWD/flip.so" timeout 20 ipcbench -d 20ms -t pipe,ring -s 777
    [[ $stderr == *'pipe, 777 bytes: the receiver did not receive the bytes that were sent'* ]] || fail "$stderr"
    assert_line --regexp '^ring +777 +[0-9]'
}

@test 'ipcbench: a measurement that was stopped and continued goes on' {
    local each child
    for each in msg pmsg sem-shm rtsig eventfd; do
        bg own ipcbench -d 1 -t "$each" -s 8 >out 2>err
        eventually is_tool "$pid" ipcbench
        eventually children_of "$pid" 2
        for child in "${children[@]}"; do kill -STOP "$child" 2>/dev/null || :; done
        for child in "${children[@]}"; do kill -CONT "$child" 2>/dev/null || :; done
        ends 0
        [[ ! -s err ]] || fail "$each: $(<err)"
    done
}
