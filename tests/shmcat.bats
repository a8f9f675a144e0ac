#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# bg and run read stdin, and set variables; the shell that runs the tests keeps them.
# shellcheck disable=SC2016,SC2030,SC2031,SC2094,SC2154,SC2217

load helper

setup() {
    start_test || return
    head -c 300000 /dev/urandom >random
}

teardown() {
    end_terminal
    clean_up cat 0x12
}

# next_bytes COUNT: what comes next out of the pipe of bg_into_pipe.
next_bytes() { soon head -c "$1" <&7; }

# hold memfd|unlinked FILE: $object is the name of such an object, with the bytes of the file.
hold() {
    rm -f name
    case $1 in
    memfd) bg peer memfd <"$2" >name ;;
    unlinked) bg peer unlinked /cat-unlinked <"$2" >name ;;
    esac
    eventually test -s name
    object=$(<name)
}

# --- usage ---

@test 'shmcat: -f goes with none of -u, -x, --watch and --zero-copy' {
    local option
    given /cat-x old
    for option in -u -x --watch --zero-copy; do
        usage_error shmcat -f $option /cat-x
    done
    holds /cat-x old
}

@test 'shmcat: -f follows one object only' {
    given /cat-x old
    usage_error shmcat -f /cat-x /cat-x
}

@test 'shmcat: -f of a System V segment is refused, since it cannot grow' {
    given key:0x12000001 old
    usage_error shmcat -f key:0x12000001
    usage_error shmcat -f id:1
}

@test 'shmcat: --zero-copy goes with none of -f, -l, -x and -z' {
    local option
    given /cat-x old
    peer sem-make /cat-sem 1
    for option in -f -l/cat-sem -x -z; do
        usage_error shmcat --zero-copy $option /cat-x
    done
}

@test 'shmcat: --watch goes with none of -f, -u and -z, and takes one object' {
    local option
    given /cat-x old
    for option in -f -u -z; do
        usage_error shmcat --watch $option /cat-x
    done
    usage_error shmcat --watch /cat-x /cat-x
    holds /cat-x old
}

@test 'shmcat: --watch takes a duration' {
    given /cat-x old
    usage_error shmcat --watch=often /cat-x
    usage_error shmcat --watch=-1 /cat-x
    usage_error shmcat --watch= /cat-x
}

@test 'shmcat: -u of a memfd is refused, since it has no name' {
    usage_error shmcat -u "memfd:$$:0"
}

@test 'shmcat: a wrong operand is noticed before the first is written' {
    given /cat-x old
    usage_error shmcat /cat-x bare
    usage_error shmcat -u /cat-x key:0
    holds /cat-x old
}

# --- failures ---

@test 'shmcat: a segment that is not there is 3' {
    local name
    for name in /cat-x key:0x12000001 id:2147483647 "file:$PWD/none" "ftok:$PWD/none:a"; do
        run -3 shmcat "$name"
        assert_output "shmcat: $name: No such file or directory"
    done
}

@test 'shmcat: a memfd of no process, or a descriptor that it has not, is 3' {
    run -3 shmcat memfd:4194304:3
    assert_output --partial 'memfd:4194304:3: '
    run -3 shmcat memfd:$$:987
}

@test 'shmcat: of several objects the missing one is reported and the others are written: 1' {
    given /cat-x abc
    given /cat-y def
    run -1 --separate-stderr shmcat /cat-x /cat-none /cat-y
    assert_equal "$output" abcdef
    assert_equal "$stderr" 'shmcat: /cat-none: No such file or directory'
}

@test 'shmcat: several objects of which none is there is 3' {
    run -3 shmcat /cat-x key:0x12000001
    assert_line --partial /cat-x:
    assert_line --partial key:0x12000001:
}

@test 'shmcat: failures of several kinds are 1' {
    mkdir /dev/shm/cat-x
    run -1 shmcat /cat-x /cat-none
    run -1 shmcat /cat-none /cat-x
}

@test 'shmcat: a FIFO in /dev/shm is refused without waiting' {
    mkfifo /dev/shm/cat-x
    run -1 soon shmcat /cat-x
    assert_output --regexp '^shmcat: /cat-x: .+'
    run -1 soon shmcat -w 1h /cat-x
    run -1 soon shmcat -f /cat-x
}

@test 'shmcat: of a FIFO in /dev/shm with a writer no byte is taken' {
    mkfifo /dev/shm/cat-x
    exec 7<>/dev/shm/cat-x
    echo bytes >&7
    run -1 soon shmcat /cat-x
    assert_equal "$(next_bytes 6)" bytes
}

@test 'shmcat: a directory in /dev/shm is refused' {
    mkdir /dev/shm/cat-x
    run -1 soon shmcat /cat-x
    assert_output --partial '/cat-x: '
}

@test 'shmcat: a symbolic link in /dev/shm is not followed' {
    given /cat-target secret
    ln -s cat-target /dev/shm/cat-x
    run -1 soon shmcat /cat-x
    refute_output --partial secret
}

@test 'shmcat: a dangling symbolic link in /dev/shm is there all the same' {
    ln -s nowhere /dev/shm/cat-x
    run -1 soon shmcat /cat-x
    run -1 soon shmcat -w 1h /cat-x
}

@test 'shmcat: a socket in /dev/shm is refused' {
    perl -MSocket -e 'socket S, AF_UNIX, SOCK_STREAM, 0; bind S, sockaddr_un("/dev/shm/cat-x") or die'
    run -1 soon shmcat /cat-x
    assert_output --partial '/cat-x: '
}

@test 'shmcat: -u removes no FIFO, no directory, no symbolic link' {
    mkfifo /dev/shm/cat-fifo
    mkdir /dev/shm/cat-directory
    ln -s nowhere /dev/shm/cat-link
    run -1 soon shmcat -u /cat-fifo /cat-directory /cat-link
    assert [ -p /dev/shm/cat-fifo ]
    assert [ -d /dev/shm/cat-directory ]
    assert [ -L /dev/shm/cat-link ]
}

@test "shmcat: another user's segment without permission is an error" {
    needs_uids
    given /cat-x secret
    chmod 600 /dev/shm/cat-x
    run -1 as_nobody shmcat /cat-x
    assert_output 'shmcat: /cat-x: Permission denied'
}

@test "shmcat: another user's System V segment without permission is an error" {
    needs_uids
    given key:0x12000001 secret
    run -1 as_nobody shmcat key:0x12000001
    assert_output 'shmcat: key:0x12000001: Permission denied'
}

@test "shmcat: another user's memfd is an error" {
    needs_uids
    hold memfd random
    run -1 as_nobody shmcat "$object"
    assert_output --partial 'Permission denied'
}

@test "shmcat: another user's segment that all may read is read" {
    needs_uids
    given /cat-x abc
    chmod 644 /dev/shm/cat-x
    run -0 as_nobody shmcat /cat-x
    assert_output abc
}

@test "shmcat: -u of another user's segment writes it, and says that it cannot go" {
    needs_uids
    given /cat-x abc
    chmod 644 /dev/shm/cat-x
    run -1 --separate-stderr as_nobody shmcat -u /cat-x
    assert_equal "$output" abc
    [[ $stderr == 'shmcat: /cat-x: '* ]]
    holds /cat-x abc
}

@test 'shmcat: a full disk is an error' {
    given /cat-x abc
    run -1 bash -c 'exec shmcat /cat-x >/dev/full'
    assert_output --partial 'No space left on device'
    run -1 bash -c 'exec shmcat -x /cat-x >/dev/full'
}

@test 'shmcat: a full disk is an error for every kind and way' {
    letters 300000 x >/dev/shm/cat-x
    given key:0x12000001 abc
    run -1 bash -c 'exec shmcat --zero-copy /cat-x >/dev/full'
    run -1 bash -c 'exec shmcat key:0x12000001 >/dev/full'
    run -1 bash -c 'exec shmcat --zero-copy key:0x12000001 >/dev/full'
    run -1 bash -c 'exec shmcat -z /cat-x >/dev/full'
}

@test 'shmcat: a closed stdout is an error' {
    given /cat-x abc
    given key:0x12000001 abc
    run -1 bash -c 'exec shmcat /cat-x >&-'
    assert_output 'shmcat: standard output: Bad file descriptor'
    run -1 bash -c 'exec shmcat key:0x12000001 >&-'
    run -1 bash -c 'exec shmcat -x /cat-x >&-'
    run -1 bash -c 'exec shmcat --zero-copy /cat-x >&-'
}

@test 'shmcat: the file size limit is an error, not SIGXFSZ' {
    cp random /dev/shm/cat-x
    run -1 limited 16 sh -c 'exec shmcat /cat-x >out'
    assert_output --partial 'File too large'
    cmp -n 16384 out random
}

@test 'shmcat: a segment is not written to its own end' {
    given /cat-x abc
    run -1 limited 1024 sh -c 'exec shmcat /cat-x >>/dev/shm/cat-x'
    holds /cat-x abc
    run -1 limited 1024 sh -c 'exec timeout 5 shmcat -f /cat-x >>/dev/shm/cat-x'
    holds /cat-x abc
}

@test 'shmcat: a reader that goes away ends it' {
    head -c 2M /dev/zero >/dev/shm/cat-x
    run soon bash -c 'shmcat /cat-x | head -c 1 >/dev/null; exit ${PIPESTATUS[0]}'
    assert [ "$status" = 141 ] || assert [ "$status" = 1 ]
}

@test 'shmcat: a reader that goes away is an error where SIGPIPE is ignored' {
    head -c 2M /dev/zero >/dev/shm/cat-x
    run soon bash -c 'trap "" PIPE; { shmcat /cat-x; echo $? >status; } | head -c 1 >/dev/null'
    assert_equal "$(<status)" 1
    assert_output --partial 'Broken pipe'
}

# --- exact bytes ---

@test 'shmcat: a POSIX segment is written exactly' {
    cp random /dev/shm/cat-x
    shmcat /cat-x >out
    cmp out random
}

@test 'shmcat: a System V segment is written exactly, by key and by id' {
    local id
    id=$(peer shm-make 0x12000001 300000 <random)
    shmcat key:0x12000001 >out
    cmp out random
    shmcat "id:$id" | cmp - random
}

@test "shmcat: a System V segment ends at its size, not at its page's end" {
    given key:0x12000001 0123456789
    shmcat key:0x12000001 >out
    size_is out 10
}

@test 'shmcat: a System V segment is found by what ftok gives a C program' {
    local key
    key=$(peer ftok "$PWD/random" 97)
    peer shm-make "$key" 300000 <random
    shmcat "ftok:$PWD/random:a" | cmp - random
    ipcrm -M "$key"
}

@test 'shmcat: a file is written exactly, through symbolic links' {
    ln -s random link
    shmcat file:link | cmp - random
}

@test 'shmcat: file: refuses a FIFO and a directory without waiting' {
    mkfifo fifo
    run -1 soon shmcat file:fifo
    run -1 soon shmcat "file:$PWD"
}

@test 'shmcat: a memfd of another process is written exactly, and its offset stays' {
    hold memfd random
    shmcat "$object" >out
    cmp out random
    grep -P 'pos:\t3$' "/proc/$pid/fdinfo/${object##*:}"
}

@test 'shmcat: an unlinked segment of another process is written exactly' {
    hold unlinked random
    shmcat "$object" | cmp - random
}

@test "shmcat: another process's FIFO, directory and socket are refused without waiting" {
    mkfifo fifo
    exec 6<>fifo 7<.
    run -1 soon shmcat memfd:$$:6 memfd:$$:7
    assert_equal "${#lines[@]}" 2
}

@test 'shmcat: an empty segment is nothing' {
    given /cat-x ''
    run -0 shmcat /cat-x
    assert_output ''
}

@test 'shmcat: several objects are written one after another' {
    given /cat-x 'a\0b'
    given key:0x12000001 'c\0'
    printf d >file
    shmcat /cat-x key:0x12000001 file:file /cat-x | cmp - <(printf 'a\0bc\0da\0b')
}

@test 'shmcat: 5 GiB of holes are written in constant memory' {
    truncate -s 5G /dev/shm/cat-x
    assert_equal "$(peer peak memory shmcat /cat-x | wc -c)" 5368709120
    sanitized || assert [ "$(<memory)" -lt 8192 ]
}

@test 'shmcat: holes are read without allocating them, on a small /dev/shm' {
    small_shm 64k
    truncate -s 1M "$small/cat-x"
    head -c 1M /dev/zero >zeros
    inside shmcat /cat-x | cmp - zeros
    inside shmcat --zero-copy /cat-x | cmp - zeros
    inside shmcat -x /cat-x | cmp - <(hexdump -C zeros)
    assert_equal "$(stat -c %b "$small/cat-x")" 0
}

@test 'shmcat: what others can truncate is never mapped' {
    local option
    cp random /dev/shm/cat-x
    peer sem-make /cat-sem 1
    for option in -v -x -z -l/cat-sem --zero-copy; do
        traced -P /dev/shm/cat-x -e trace=mmap shmcat $option /cat-x >out
        run -1 grep mmap trace
    done
}

@test 'shmcat: an object that is cut while it is read ends there, without invented bytes' {
    letters 4000000 x | tee all >/dev/shm/cat-x
    bg_into_pipe shmcat /cat-x
    next_bytes 1 >out
    truncate -s 2000003 /dev/shm/cat-x
    cat <&7 >>out
    ends 0
    cmp out <(head -c 2000003 all)
}

@test 'shmcat: --zero-copy: an object that is cut while it is read gives no SIGBUS, and ends' {
    letters 8000000 x >/dev/shm/cat-x
    bg_into_pipe shmcat --zero-copy /cat-x
    next_bytes 1 >out
    truncate -s 4000003 /dev/shm/cat-x
    cat <&7 >>out
    ends 0
    assert [ "$(stat -c %s out)" -le 8000000 ]
}

@test 'shmcat: an object that is cut while its lock is held gives no SIGBUS' {
    letters 400000 x >/dev/shm/cat-x
    peer sem-make /cat-sem 1
    bg traced -P /dev/shm/cat-x -e inject="$reads:delay_enter=300000:when=1" shmcat -l /cat-sem /cat-x >out
    eventually taken /cat-sem
    truncate -s 3 /dev/shm/cat-x
    ends 0
    cmp out <(printf xxx)
    sem_is /cat-sem 1
}

@test 'shmcat: interrupted reads and writes go on' {
    cp random /dev/shm/cat-x
    traced -P /dev/shm/cat-x -P "$PWD/out" \
        -e inject="$reads,$writes:error=EINTR:when=1+2" shmcat /cat-x >out
    grep -F '(INJECTED)' trace
    cmp out random
}

# The kernel wrote nothing, so the first two bytes are missing, but no others.
@test 'shmcat: a short write is continued where it stopped' {
    given /cat-x abcdef
    traced -P "$PWD/out" -e inject=write:retval=2:when=1 shmcat /cat-x >out
    cmp out <(printf cdef)
}

@test 'shmcat: an error while reading is an error' {
    cp random /dev/shm/cat-x
    run -1 traced -P /dev/shm/cat-x -e inject="$reads:error=EIO" shmcat /cat-x
    assert_output --partial '/cat-x: Input/output error'
}

@test 'shmcat: a stdout that does not block is waited for' {
    head -c 2M /dev/urandom >/dev/shm/cat-x
    bg_into_pipe perl -MFcntl -e 'fcntl STDOUT, F_SETFL, O_NONBLOCK | fcntl STDOUT, F_GETFL, 0; exec @ARGV' \
        shmcat /cat-x
    next_bytes 1 >out
    eventually asleep "$pid"
    cat <&7 >>out
    ends 0
    cmp out /dev/shm/cat-x
}

@test 'shmcat: -v says on stderr how many bytes there were' {
    given /cat-x abc
    run -0 --separate-stderr shmcat -v /cat-x
    assert_equal "$output" abc
    assert_equal "$stderr" 'shmcat: /cat-x: 3 bytes'
}

@test 'shmcat: --progress is silent where stderr is no terminal' {
    given /cat-x abc
    run -0 shmcat --progress /cat-x
    assert_output abc
}

@test 'shmcat: --progress twice writes to any stderr' {
    given /cat-x abc
    run -0 --separate-stderr shmcat --progress --progress /cat-x
    assert_equal "$output" abc
    assert [ -n "$stderr" ]
}

# --- -o, -n ---

@test 'shmcat: -o begins at the offset' {
    given /cat-x 0123456789
    assert_equal "$(shmcat -o 3 /cat-x)" 3456789
    given key:0x12000001 0123456789
    assert_equal "$(shmcat -o 0x3 key:0x12000001)" 3456789
}

@test 'shmcat: a negative -o counts from the end' {
    given /cat-x 0123456789
    assert_equal "$(shmcat -o -3 /cat-x)" 789
    assert_equal "$(shmcat -o -10 /cat-x)" 0123456789
    given key:0x12000001 0123456789
    assert_equal "$(shmcat --offset=-3 key:0x12000001)" 789
}

@test 'shmcat: a negative -o beyond the start is the start' {
    given /cat-x 0123456789
    assert_equal "$(shmcat -o -11 /cat-x)" 0123456789
    assert_equal "$(shmcat -o -1G /cat-x)" 0123456789
    given key:0x12000001 0123456789
    assert_equal "$(shmcat -o -11 key:0x12000001)" 0123456789
}

@test 'shmcat: -o at or beyond the end is nothing' {
    local offset
    given /cat-x 0123456789
    given key:0x12000001 0123456789
    for offset in 10 11 4096 4294967296 7E; do
        run -0 shmcat -o $offset /cat-x key:0x12000001
        assert_output ''
    done
}

@test 'shmcat: -n is the most that is written' {
    given /cat-x 0123456789
    assert_equal "$(shmcat -n 3 /cat-x)" 012
    assert_equal "$(shmcat -n 0 /cat-x)" ''
    assert_equal "$(shmcat -n 11 /cat-x)" 0123456789
    assert_equal "$(shmcat -n 4294967297 /cat-x)" 0123456789
    assert_equal "$(shmcat -n 7E -o 1 /cat-x)" 123456789
    given key:0x12000001 0123456789
    assert_equal "$(shmcat -n 3 key:0x12000001)" 012
    assert_equal "$(shmcat -n 7E -o 1 key:0x12000001)" 123456789
}

@test 'shmcat: -o and -n select from each object' {
    given /cat-x 01234
    given /cat-y abcde
    assert_equal "$(shmcat -o 1 -n 2 /cat-x /cat-y)" 12bc
    assert_equal "$(shmcat -o -3 -n 2 /cat-x /cat-y)" 23cd
}

@test 'shmcat: -o and -n are exact beyond 4 GiB' {
    truncate -s 5G /dev/shm/cat-x
    printf abcdef >>/dev/shm/cat-x
    assert_equal "$(shmcat -o 5368709121 -n 3 /cat-x)" bcd
    assert_equal "$(shmcat -o -5 -n 3 /cat-x)" bcd
}

@test 'shmcat: -o and -n select from a memfd' {
    printf 0123456789 >digits
    hold memfd digits
    assert_equal "$(shmcat -o -4 -n 2 "$object")" 67
}

# --- -x ---

@test 'shmcat: -x shows what hexdump -C shows' {
    local size
    for size in 0 1 7 8 9 15 16 17 31 300000; do
        head -c $size random >/dev/shm/cat-x
        shmcat -x /cat-x >out
        cmp out <(hexdump -C "/dev/shm/cat-x")
    done
}

@test 'shmcat: -x shows repeated lines as one *, as hexdump -C does' {
    { head -c 100 random; head -c 1000 /dev/zero; printf x; head -c 331 /dev/zero; } >/dev/shm/cat-x
    shmcat -x /cat-x | cmp - <(hexdump -C /dev/shm/cat-x)
    head -c 65536 /dev/zero >/dev/shm/cat-x
    shmcat -x /cat-x | cmp - <(hexdump -C /dev/shm/cat-x)
}

@test 'shmcat: -x counts from the start of the segment' {
    cp random /dev/shm/cat-x
    shmcat -x -o 5 -n 100 /cat-x | cmp - <(hexdump -C -s 5 -n 100 random)
    peer shm-make 0x12000001 300000 <random
    shmcat -x -o 299990 key:0x12000001 | cmp - <(hexdump -C -s 299990 random)
}

@test 'shmcat: -x shows addresses beyond 4 GiB' {
    truncate -s 5G /dev/shm/cat-x
    printf abcdef >>/dev/shm/cat-x
    shmcat -x -o 5368709000 /cat-x | cmp - <(hexdump -C -s 5368709000 /dev/shm/cat-x)
}

# --- -z ---

@test 'shmcat: -z stops at the first NUL, in each object' {
    given /cat-x 'abc\0def\0'
    given /cat-y 'xyz'
    given key:0x12000001 'ghi\0\0\0'
    shmcat -z /cat-x /cat-y key:0x12000001 | cmp - <(printf abcxyzghi)
}

@test 'shmcat: -z finds a NUL that is far away' {
    { letters 1048579 a; printf '\0'; letters 100000 b; } >/dev/shm/cat-x
    shmcat -z /cat-x | cmp - <(letters 1048579 a)
}

@test 'shmcat: -z finds a NUL that is the last byte of a power of two, as pieces are' {
    local size
    letters 4200000 a >letters
    for ((size = 4096; size <= 4 << 20; size *= 2)); do
        cp letters /dev/shm/cat-x
        dd if=/dev/zero of=/dev/shm/cat-x bs=1 count=1 seek=$((size - 1)) conv=notrunc status=none
        assert_equal "$(shmcat -z /cat-x | wc -c)" $((size - 1))
    done
}

@test 'shmcat: -z -n writes no more than that' {
    given /cat-x 'abc\0def'
    assert_equal "$(shmcat -z -n 2 /cat-x)" ab
    assert_equal "$(shmcat -z -n 5 /cat-x)" abc
    assert_equal "$(shmcat -z -o 4 /cat-x)" def
}

@test 'shmcat: -z of a segment that begins with a NUL is nothing' {
    given /cat-x '\0abc'
    run -0 shmcat -z /cat-x
    assert_output ''
}

# --- -f ---

@test 'shmcat: -f writes what is there, and what is added' {
    given /cat-x abc
    bg_into_pipe shmcat -f /cat-x
    assert_equal "$(next_bytes 3)" abc
    printf def >>/dev/shm/cat-x
    assert_equal "$(next_bytes 3)" def
    shmput -a /cat-x <random
    next_bytes 300000 | cmp - random
}

@test 'shmcat: -f ends when the object is removed, with all of it written' {
    cp random /dev/shm/cat-x
    bg_into_pipe shmcat -f /cat-x
    next_bytes 100 >out
    cat random >>/dev/shm/cat-x
    rm /dev/shm/cat-x
    soon cat <&7 >>out
    ends 0
    cat random random | cmp - out
}

@test 'shmcat: -f loses nothing that was added just before the removal' {
    given /cat-x abc
    bg traced -P /dev/shm/cat-x -e inject="$reads:delay_exit=200000" shmcat -f /cat-x >out
    eventually size_is out 3
    # It has just read the end, and is told so late.
    printf def >>/dev/shm/cat-x
    rm /dev/shm/cat-x
    ends 0
    cmp out <(printf abcdef)
}

@test 'shmcat: -f ends when the object is replaced, with all of the old written' {
    given /cat-x abc
    bg_into_pipe shmcat -f /cat-x
    assert_equal "$(next_bytes 3)" abc
    shmput -r /cat-x <random
    soon cat <&7 >out
    ends 0
    size_is out 0
}

@test 'shmcat: -f ends even if it was removed before anything was added' {
    given /cat-x ''
    bg_into_pipe shmcat -f /cat-x
    eventually asleep "$pid"
    rm /dev/shm/cat-x
    ends 0
}

@test 'shmcat: -f -n ends after so many bytes' {
    given /cat-x abc
    bg shmcat -f -n 5 /cat-x >out
    eventually size_is out 3
    printf defg >>/dev/shm/cat-x
    ends 0
    cmp out <(printf abcde)
}

@test 'shmcat: -f -z ends at a NUL' {
    given /cat-x abc
    bg shmcat -f -z /cat-x >out
    eventually size_is out 3
    printf 'de\0fg' >>/dev/shm/cat-x
    ends 0
    cmp out <(printf abcde)
}

@test 'shmcat: -f -o begins at the offset' {
    given /cat-x 0123456789
    run -0 soon shmcat -f -o -3 -n 3 /cat-x
    assert_output 789
}

@test 'shmcat: -f says when the object was cut, and goes on at the new end' {
    given /cat-x abcdef
    bg shmcat -f /cat-x >out 2>err
    eventually size_is out 6
    truncate -s 2 /dev/shm/cat-x
    eventually grep -q '^shmcat: /cat-x: ' err
    printf XY >>/dev/shm/cat-x
    eventually size_is out 8
    cmp out <(printf abcdefXY)
}

@test 'shmcat: -f follows a file' {
    printf abc >file
    bg shmcat -f file:file >out
    eventually size_is out 3
    printf def >>file
    eventually size_is out 6
    rm file
    ends 0
}

@test 'shmcat: -f of a memfd ends with its process where the kernel gives no descriptor of it' {
    printf 0123456789 >digits
    hold memfd digits
    local holder=$pid
    bg traced -e inject=pidfd_open:error=ENOSYS shmcat -f "$object" >out
    eventually size_is out 10
    kill "$holder"
    ends 0
}

@test 'shmcat: -f of a memfd ends with its process' {
    printf 0123456789 >digits
    hold memfd digits
    local holder=$pid
    bg shmcat -f "$object" >out
    eventually size_is out 10
    kill "$holder"
    ends 0
}

@test 'shmcat: -f of an object that is not there is 3' {
    run -3 soon shmcat -f /cat-x
}

@test 'shmcat: -f -w waits for an object that is not there yet' {
    bg_into_pipe shmcat -f -w 10 /cat-x
    given /cat-x abc
    assert_equal "$(next_bytes 3)" abc
    rm /dev/shm/cat-x
    ends 0
}

@test 'shmcat: -f ends by the signal that it got' {
    given /cat-x abc
    bg shmcat -f /cat-x >out
    eventually size_is out 3
    kill -TERM "$pid"
    ends 143
}

@test 'shmcat: -f ends when its reader goes away and something is added' {
    given /cat-x abc
    bg_into_pipe shmcat -f /cat-x
    next_bytes 3 >out
    exec 7<&-
    head -c 100000 random >>/dev/shm/cat-x
    eventually ended "$pid"
}

# --- -w ---

@test 'shmcat: -w waits for a POSIX segment' {
    bg shmcat -w 10 /cat-x >out
    eventually asleep "$pid"
    given /cat-x abc
    ends 0
    cmp out <(printf abc)
}

@test 'shmcat: -w waits for a System V segment' {
    bg shmcat -w 10 key:0x12000001 >out
    eventually asleep "$pid"
    shmput key:0x12000001 <random
    ends 0
    size_is out 300000
}

@test 'shmcat: -w waits for a file' {
    bg shmcat -w 10 file:file >out
    eventually asleep "$pid"
    ln random file
    ends 0
    cmp out random
}

@test 'shmcat: -w waits until the segment, which a C program makes empty, has a size' {
    given /cat-x ''
    bg shmcat -w 10 /cat-x >out
    eventually asleep "$pid"
    truncate -s 4096 /dev/shm/cat-x
    ends 0
    size_is out 4096
}

@test 'shmcat: -w with an empty segment writes nothing when the time has run out' {
    given /cat-x ''
    assert [ "$(milliseconds shmcat -w 200ms /cat-x)" -ge 200 ]
    run -0 soon shmcat -w 10ms /cat-x
    assert_output ''
}

@test 'shmcat: -w ends with 124 when the time has run out' {
    local name
    for name in /cat-x key:0x12000001 "file:$PWD/file"; do
        run -124 soon shmcat -w 10ms "$name"
        assert_output --partial "shmcat: $name: "
        assert [ "$(milliseconds shmcat -w 200ms "$name")" -ge 200 ]
    done
    run -124 soon shmcat -w 0 /cat-x
}

@test 'shmcat: -w does not wait for what is there' {
    given /cat-x abc
    run -0 soon shmcat -w 1h /cat-x
    assert_output abc
}

@test 'shmcat: -w is stopped and continued without harm' {
    bg shmcat -w 10 /cat-x >out
    eventually asleep "$pid"
    kill -STOP "$pid"
    eventually stopped "$pid"
    kill -CONT "$pid"
    given /cat-x abc
    ends 0
    cmp out <(printf abc)
}

# --- -u ---

@test 'shmcat: -u removes each object once it was written' {
    cp random /dev/shm/cat-x
    given key:0x12000001 abc
    printf def >file
    shmcat -u /cat-x key:0x12000001 file:file >out
    cat random - <<<abcdef | head -c 300006 | cmp - out
    absent /cat-x
    absent key:0x12000001
    assert [ ! -e file ]
}

@test 'shmcat: -u -n removes once what was asked for was written' {
    given /cat-x 0123456789
    assert_equal "$(shmcat -u -n 3 /cat-x)" 012
    absent /cat-x
}

@test 'shmcat: -u of an empty segment removes it' {
    given /cat-x ''
    shmcat -u /cat-x
    absent /cat-x
}

@test 'shmcat: -u removes nothing that could not be written' {
    given /cat-x abc
    given key:0x12000001 abc
    run -1 bash -c 'exec shmcat -u /cat-x key:0x12000001 >/dev/full'
    run -1 bash -c 'exec shmcat -u /cat-x key:0x12000001 >&-'
    run -1 bash -c 'exec shmcat -ux /cat-x >/dev/full'
    holds /cat-x abc
    holds key:0x12000001 abc
}

@test 'shmcat: -u removes nothing when its reader went away' {
    letters 2000000 x >/dev/shm/cat-x
    bg_into_pipe shmcat -u /cat-x
    next_bytes 1 >out
    exec 7<&-
    eventually ended "$pid"
    size_is /dev/shm/cat-x 2000000
}

@test 'shmcat: -u removes nothing before all of it was written' {
    letters 2000000 x >/dev/shm/cat-x
    bg_into_pipe shmcat -u /cat-x
    next_bytes 1 >out
    eventually asleep "$pid"
    size_is /dev/shm/cat-x 2000000
    cat <&7 >out
    ends 0
    absent /cat-x
}

@test 'shmcat: -u leaves what took the name meanwhile' {
    letters 2000000 x >/dev/shm/cat-x
    bg_into_pipe shmcat -u /cat-x
    next_bytes 1 >out
    given /cat-new theirs
    mv /dev/shm/cat-new /dev/shm/cat-x
    cat <&7 >out
    eventually ended "$pid"
    holds /cat-x theirs
}

# --- -l ---

@test 'shmcat: -l gives the semaphore back' {
    local sem
    cp random /dev/shm/cat-x
    peer shm-make 0x12000001 300000 <random
    for sem in /cat-sem key:0x12000009; do
        peer sem-make "$sem" 1
        shmcat -l "$sem" /cat-x key:0x12000001 >out
        cat random random | cmp - out
        sem_is "$sem" 1
    done
}

@test 'shmcat: -l waits for the semaphore' {
    local sem
    for sem in /cat-sem key:0x12000009; do
        given /cat-x old
        peer sem-make "$sem" 0
        bg shmcat -l "$sem" /cat-x >out
        eventually awaited "$sem"
        given /cat-x new
        peer sem-give "$sem"
        ends 0
        cmp out <(printf new)
    done
}

@test 'shmcat: -l leaves the semaphore free while its reader is slow' {
    local sem
    letters 2000000 x >/dev/shm/cat-x
    for sem in /cat-sem key:0x12000009; do
        peer sem-make "$sem" 1
        bg_into_pipe shmcat -l "$sem" /cat-x
        next_bytes 1 >first
        sem_is "$sem" 1
        kill -0 "$pid"
        cat <&7 >rest
        ends 0
        size_is rest 1999999
    done
}

@test 'shmcat: -l -w waits as long as it says: 124, and nothing is written' {
    local sem
    given /cat-x abc
    for sem in /cat-sem key:0x12000009; do
        peer sem-make "$sem" 0
        run -124 --separate-stderr soon shmcat -w 10ms -l "$sem" /cat-x
        assert_equal "$output" ''
        [[ $stderr == *"$sem"* ]]
        assert [ "$(milliseconds shmcat -w 200ms -l "$sem" /cat-x)" -ge 200 ]
        sem_is "$sem" 0
    done
}

@test 'shmcat: a semaphore that is not there is 3' {
    local sem
    given /cat-x abc
    for sem in /cat-sem key:0x12000009; do
        run -3 soon shmcat -l "$sem" /cat-x
        assert_output --partial "$sem"
    done
}

@test 'shmcat: stopped and continued while it waits for the semaphore, it waits on' {
    local sem
    given /cat-x abc
    for sem in /cat-sem key:0x12000009; do
        peer sem-make "$sem" 0
        bg shmcat -l "$sem" /cat-x >out
        eventually awaited "$sem"
        kill -STOP "$pid"
        eventually stopped "$pid"
        kill -CONT "$pid"
        eventually awaited "$sem"
        peer sem-give "$sem"
        ends 0
    done
}

@test 'shmcat: a signal while it holds the semaphore gives it back' {
    local sem
    cp random /dev/shm/cat-x
    for sem in /cat-sem key:0x12000009; do
        peer sem-make "$sem" 1
        run -143 traced -P /dev/shm/cat-x -e inject="$reads:signal=SIGTERM:when=1" shmcat -l "$sem" /cat-x
        sem_is "$sem" 1
    done
}

@test 'shmcat: SIGKILL while it holds a System V semaphore gives it back' {
    cp random /dev/shm/cat-x
    peer sem-make key:0x12000009 1
    run traced -P /dev/shm/cat-x -e inject="$reads:signal=SIGKILL:when=1" shmcat -l key:0x12000009 /cat-x
    grep -F 'killed by SIGKILL' trace
    sem_is key:0x12000009 1
}

@test 'shmcat: an error while it holds the semaphore gives it back' {
    local sem
    cp random /dev/shm/cat-x
    for sem in /cat-sem key:0x12000009; do
        peer sem-make "$sem" 1
        run -1 traced -P /dev/shm/cat-x -e inject="$reads:error=EIO" shmcat -l "$sem" /cat-x
        sem_is "$sem" 1
    done
}

# --- --zero-copy ---

@test 'shmcat: --zero-copy writes every kind exactly into a pipe' {
    local size
    for size in 0 1 4095 4096 65536 65537 300000; do
        head -c $size random >/dev/shm/cat-x
        shmcat --zero-copy /cat-x | cmp - /dev/shm/cat-x
        shmcat --zero-copy file:/proc/self/root/dev/shm/cat-x | cmp - /dev/shm/cat-x
    done
    peer shm-make 0x12000001 300000 <random
    shmcat --zero-copy key:0x12000001 | cmp - random
    hold memfd random
    shmcat --zero-copy "$object" | cmp - random
}

@test 'shmcat: --zero-copy writes 20 MB exactly' {
    for _ in {1..70}; do cat random; done >/dev/shm/cat-x
    shmcat --zero-copy /cat-x | cmp - /dev/shm/cat-x
    shmput key:0x12000001 </dev/shm/cat-x
    shmcat --zero-copy key:0x12000001 | cmp - /dev/shm/cat-x
}

@test 'shmcat: --zero-copy takes -o and -n' {
    cp random /dev/shm/cat-x
    peer shm-make 0x12000001 300000 <random
    shmcat --zero-copy -o 4097 -n 100001 /cat-x | cmp - <(tail -c +4098 random | head -c 100001)
    shmcat --zero-copy -o 4097 -n 100001 key:0x12000001 | cmp - <(tail -c +4098 random | head -c 100001)
}

@test 'shmcat: --zero-copy writes to files, to the end of files and to sockets' {
    cp random /dev/shm/cat-x
    shmcat --zero-copy /cat-x >out
    shmcat --zero-copy /cat-x >>out
    cat random random | cmp - out
    perl -MSocket -e 'socketpair A, B, AF_UNIX, SOCK_STREAM, 0; if (!fork) { open STDOUT, ">&", A; exec @ARGV }
        close A; print while <B>; wait; exit !!$?' shmcat --zero-copy /cat-x | cmp - random
}

@test 'shmcat: --zero-copy copies the last pipe-full, which no later store can change' {
    letters 3000000 a >/dev/shm/cat-x
    bg_into_pipe shmcat --zero-copy /cat-x
    soon head -c 2950000 <&7 >start
    ends 0
    letters 3000000 b | dd of=/dev/shm/cat-x conv=notrunc status=none
    cmp <(cat <&7) <(letters 50000 a)
}

@test 'shmcat: --zero-copy copies the last pipe-full of a System V segment' {
    letters 3000000 a | shmput key:0x12000001
    bg_into_pipe shmcat --zero-copy key:0x12000001
    soon head -c 2950000 <&7 >start
    ends 0
    letters 3000000 b | shmput key:0x12000001
    cmp <(cat <&7) <(letters 50000 a)
}

@test 'shmcat: --zero-copy of several small objects, which no later store can change' {
    letters 10000 a | tee /dev/shm/cat-x >/dev/shm/cat-y
    bg_into_pipe shmcat --zero-copy /cat-x /cat-y
    ends 0
    letters 10000 b | tee /dev/shm/cat-x >/dev/shm/cat-y
    cmp <(cat <&7) <(letters 20000 a)
}

@test 'shmcat: --zero-copy with a reader that goes away ends' {
    head -c 8M /dev/zero >/dev/shm/cat-x
    run soon bash -c 'shmcat --zero-copy /cat-x | head -c 1 >/dev/null; exit ${PIPESTATUS[0]}'
    assert [ "$status" = 141 ] || assert [ "$status" = 1 ]
}

@test 'shmcat: --zero-copy -u removes nothing when its reader went away' {
    head -c 8M /dev/zero >/dev/shm/cat-x
    run soon bash -c 'shmcat -u --zero-copy /cat-x | head -c 1 >/dev/null; exit ${PIPESTATUS[0]}'
    size_is /dev/shm/cat-x $((8 << 20))
}

# --- --next ---

@test 'shmcat: --next writes each version once, also one that was published in between' {
    echo one | shmput -r /cat-x
    run -0 soon shmcat --next=seen /cat-x
    assert_output one
    run -124 soon shmcat --next=seen -w 50ms /cat-x
    assert_output --partial 'timed out'
    echo two | shmput -r /cat-x
    echo three | shmput -r /cat-x
    run -0 soon shmcat --next=seen /cat-x
    assert_output three
    bg shmcat --next=seen /cat-x >out
    eventually asleep "$pid"
    printf in_place | dd of=/dev/shm/cat-x conv=notrunc status=none
    echo four | shmput -r /cat-x
    ends 0
    assert_equal "$(<out)" four
}

@test 'shmcat: --next waits for an object that is missing, and notes nothing that could not be written' {
    bg shmcat --next=seen /cat-x >out
    eventually asleep "$pid"
    echo one | shmput -r /cat-x
    ends 0
    assert_equal "$(<out)" one
    rm seen
    run -1 sh -c 'exec shmcat --next=seen /cat-x >/dev/full'
    [[ ! -e seen ]]
    run -0 soon shmcat --next=seen /cat-x
    assert_output one
    run -1 soon shmcat --next=/nowhere/seen /cat-x
    assert_line 'shmcat: /nowhere/seen: No such file or directory; the version is not noted'
}

@test 'shmcat: --next takes one object that can be replaced, and not -f, -u and --watch' {
    given /cat-x abc
    usage_error shmcat --next=seen key:0x12000001
    usage_error shmcat --next=seen /cat-x /cat-x
    usage_error shmcat --next=seen -f /cat-x
    usage_error shmcat --next=seen -u /cat-x
    usage_error shmcat --next=seen --watch /cat-x
}

# --- holes ---

# sparse KEY: a System V segment of 64 MiB with bytes in three places; `wanted` is what it holds.
sparse() {
    perl -e '$id = shmget(hex(shift), 1 << 26, 01600) // die;
        for ([0, "begin"], [3000000, "middle"], [(1 << 26) - 3, "end"]) { shmwrite($id, $_->[1], $_->[0], length $_->[1]) or die }' "$1"
    truncate -s 64M wanted
    printf begin | dd of=wanted conv=notrunc status=none
    printf middle | dd of=wanted conv=notrunc status=none bs=1 seek=3000000
    printf end | dd of=wanted conv=notrunc status=none bs=1 seek=$(((1 << 26) - 3))
}

# has_allocated KEY BYTES: the segment has so many bytes of memory.
has_allocated() { assert_equal "$(sysv_field "$1" 15)" "$2"; }

@test 'shmcat: reading a System V segment does not allocate its holes, in any way of reading' {
    local before
    sparse 0x12000001
    semctl create key:0x12000002
    before=$(sysv_field 0x12000001 15)
    ((before < 65536))
    shmcat key:0x12000001 | cmp - wanted
    has_allocated 0x12000001 "$before"
    shmcat key:0x12000001 >file
    cmp file wanted
    shmcat --zero-copy key:0x12000001 | cmp - wanted
    shmcat -l key:0x12000002 key:0x12000001 | cmp - wanted
    shmcat -o 2999999 -n 9000 key:0x12000001 | cmp - <(tail -c +3000000 wanted | head -c 9000)
    run -0 shmcat -z -o 100 key:0x12000001
    assert_output ''
    shmcat -x key:0x12000001 >dump
    assert_equal "$(grep -c . dump)" 8
    watch -o 1M key:0x12000001
    eventually grep -qs '00100000' screen
    has_allocated 0x12000001 "$before"
}

@test 'shmput: zeros behind a shorter input do not allocate the holes of a System V segment' {
    local before
    sparse 0x12000001
    before=$(sysv_field 0x12000001 15)
    printf abc | shmput key:0x12000001
    has_allocated 0x12000001 "$before"
    truncate -s 0 wanted
    truncate -s 64M wanted
    printf abc | dd of=wanted conv=notrunc status=none
    shmcat key:0x12000001 | cmp - wanted
}

@test 'shmcat: of a System V segment nothing is taken for a hole where the kernel does not tell' {
    sparse 0x12000001
    traced -e inject=mincore:error=ENOSYS shmcat key:0x12000001 | cmp - wanted
    sparse 0x12000003
    traced -P /proc/sysvipc/shm -e inject=openat:error=EACCES shmcat key:0x12000003 | cmp - wanted
    has_allocated 0x12000003 $((1 << 26))
}

# --- --watch ---

# watch [ARGUMENT...]: shmcat --watch on a terminal of its own, whose output goes to `screen`.
watch() {
    TERM=xterm bg env --default-signal=INT script -qefc "stty rows 24 cols 80; exec shmcat --watch=20ms $*" screen </dev/null >/dev/null
}

@test 'shmcat: --watch wants a terminal' {
    given /cat-x abc
    run -1 soon shmcat --watch /cat-x
    assert_output --partial terminal
}

@test 'shmcat: --watch of what is not there is 3' {
    watch /cat-x
    ends 3
}

@test 'shmcat: --watch shows name, size and bytes' {
    given /cat-x 'Hello, world'
    watch /cat-x
    eventually grep -qs 'Hello, world' screen
    grep -F /cat-x screen
    grep -F '48 65 6c 6c 6f' screen
    grep -w 12 screen
}

@test 'shmcat: --watch marks the bytes that changed' {
    given /cat-x 'Hello, world'
    watch /cat-x
    eventually grep -qs 'Hello, world' screen
    run -1 grep -F $'\e[7m' screen
    printf J | dd of=/dev/shm/cat-x conv=notrunc status=none
    eventually grep -qF $'\e[7m' screen
    grep -E $'\e\\[7m(4a|J)' screen
}

@test 'shmcat: --watch marks the bytes of a System V segment that changed' {
    given key:0x12000001 'Hello, world'
    watch key:0x12000001
    eventually grep -qs 'Hello, world' screen
    shmput -k key:0x12000001 < <(printf J)
    eventually grep -qE $'\e\\[7m(4a|J)' screen
}

@test 'shmcat: --watch goes on when the segment is cut' {
    letters 2000 a >/dev/shm/cat-x
    watch /cat-x
    eventually grep -qs aaaa screen
    given /cat-x 'Hello, world'
    eventually grep -qs 'Hello, world' screen
}

@test 'shmcat: --watch ends with 3 when the segment is removed' {
    given /cat-x abc
    watch /cat-x
    eventually grep -qs abc screen
    rm /dev/shm/cat-x
    ends 3
    grep -i removed screen
}

@test 'shmcat: --watch ends by SIGINT' {
    given /cat-x abc
    watch /cat-x
    eventually grep -qs abc screen
    kill -INT "$(</proc/"$pid"/task/"$pid"/children)"
    ends 130
    # The other screen and the hidden cursor are undone.
    [[ $(<screen) == *$'\e[?25h'*$'\e[?1049l'* ]]
}

@test 'shmcat: an end that cannot be found out is a failure, and not the beginning' {
    local n status
    given /cat-x hello
    for n in 1 2 3 4; do
        status=0
        traced -P /dev/shm/cat-x -e inject=?fstat,?newfstatat:error=EIO:when="$n" shmcat -o -3 /cat-x >out 2>err || status=$?
        if ((status == 0)); then
            assert_equal "$(<out)" llo
        else
            assert_equal "$(<out)" ''
            grep -F '/cat-x: Input/output error' err
        fi
    done
}

@test 'shmcat: -v says with -u that the segment is removed' {
    given /cat-x abc
    run -0 --separate-stderr shmcat -uv /cat-x
    assert_equal "$stderr" 'shmcat: /cat-x: 3 bytes, removed'
    absent /cat-x
}

@test 'shmcat: a length that ends behind the largest number is one to the end' {
    given /cat-x abcdef
    run -0 shmcat -o 2 -n 9223372036854775807 /cat-x
    assert_output cdef
}

@test 'shmcat: under a lock a part is copied, and nothing of an empty segment' {
    semctl create key:0x12000002
    given /cat-x abcdef
    run -0 shmcat -l key:0x12000002 -n 3 /cat-x
    assert_output abc
    given /cat-x ''
    run -0 shmcat -l key:0x12000002 /cat-x
    assert_output ''
    assert_equal "$(semctl get key:0x12000002)" 1
}

@test 'shmcat: a full output is an error with -x and with -f, too' {
    given /cat-x abc
    local option
    for option in -x -f; do
        run -1 --separate-stderr soon sh -c 'exec shmcat "$1" /cat-x >/dev/full' - "$option"
        assert_equal "$stderr" 'shmcat: standard output: No space left on device'
    done
}

@test 'shmcat: --watch takes no interval of 0, and not --zero-copy' {
    given /cat-x abc
    usage_error shmcat --watch=0 /cat-x
    usage_error shmcat --watch --zero-copy /cat-x
}

# watch_by ROWS TERM [ARGUMENT...]: the same on a terminal of that size and kind.
watch_by() {
    TERM=$2 bg env --default-signal=INT script -qefc "stty rows $1 cols 80; exec shmcat --watch=20ms ${*:3}" screen </dev/null >/dev/null
}

@test 'shmcat: --watch on a terminal that cannot draw, or that says nothing of itself' {
    given /cat-x abc
    watch_by 24 dumb /cat-x
    ends 1
    grep terminal screen
    watch_by 24 '' /cat-x
    ends 1
    TERM=xterm bg script -qefc 'unset TERM; exec shmcat --watch /cat-x' screen </dev/null >/dev/null
    ends 1
}

@test 'shmcat: --watch on a terminal of two rows, or of none, shows what has room' {
    given /cat-x "$(letters 40 a)zz"
    watch_by 2 xterm /cat-x
    eventually grep -qs aaaa screen
    run -1 grep zz screen
    kill "$pid"
    watch_by 0 xterm /cat-x
    eventually grep -qs zz screen
}

@test 'shmcat: --watch shows that a segment grows, where it is seen and where it is not' {
    letters 4000 a >/dev/shm/cat-x
    watch /cat-x
    eventually grep -qs aaaa screen
    letters 5000 a >/dev/shm/cat-x
    eventually grep -qw 5000 screen
    kill "$pid"
    given /cat-x abc
    watch -o -2 /cat-x
    eventually grep -qs bc screen
    printf 'XYZ' >>/dev/shm/cat-x
    eventually grep -qs 'YZ' screen
}

@test 'shmcat: --watch marks what is new behind the end' {
    given /cat-x abc
    watch /cat-x
    eventually grep -qs abc screen
    printf 'XYZ' >>/dev/shm/cat-x
    eventually grep -qE $'\e\\[7m(58|X)' screen
}

@test 'shmcat: --watch looks under the lock, for so long as it may wait for it' {
    semctl create key:0x12000002
    given /cat-x abc
    watch -l key:0x12000002 -w 50ms /cat-x
    eventually grep -qs abc screen
    semctl wait key:0x12000002
    ends 124
    grep 'timed out' screen
}

@test 'shmcat: --watch ends when what it looks at cannot be read any more' {
    given /cat-x abc
    run -1 env TERM=xterm ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0" script -qefc "strace -f -o /dev/null -P /dev/shm/cat-x -e inject=$reads:error=EIO shmcat --watch /cat-x" screen </dev/null
    grep 'Input/output error' screen
}

@test 'shmcat: --watch that was interrupted while it drew says no more' {
    given /cat-x abc
    run -130 env TERM=xterm script -qefc 'env --default-signal=INT strace -f -o /dev/null -e trace=write -e inject=write:signal=INT:when=2 shmcat --watch /cat-x' \
        screen </dev/null
}

@test 'shmcat: -x of a place far out has as many digits as it needs' {
    truncate -s $((1 << 62)) /dev/shm/cat-x
    run -0 shmcat -x -o $(((1 << 62) - 16)) /cat-x
    assert_line --index 0 --regexp '^3ffffffffffffff0  00 '
    assert_line --index 1 4000000000000000
}

@test 'shmcat: -f of a process that no descriptor stands for follows all the same' {
    hold memfd <(echo abc)
    bg_into_pipe traced -e inject=pidfd_open:error=ENOSYS shmcat -f "$object"
    assert_equal "$(next_bytes 4)" abc
}

@test 'shmcat: --watch of a System V segment that is larger than the screen' {
    letters 4000 a >large
    given key:0x12000001 "$(<large)"
    watch key:0x12000001
    eventually grep -qs aaaa screen
    grep -w 4000 screen
}

@test 'shmcat: two hundred times that -f has something to write leave no descriptor behind' {
    local before
    given /cat-x abc
    bg_into_pipe shmcat -f /cat-x
    assert_equal "$(next_bytes 3)" abc
    before=$(descriptors "$pid")
    soon perl -e 'open my $a, ">>", "/dev/shm/cat-x" or die "$!";
        for (1 .. 200) { syswrite $a, "x"; sysread(STDIN, my $got, 99) or die }' <&7
    eventually has_descriptors "$pid" "$before"
}

# --- --watch in a real terminal ---

# watching ROWS COLUMNS [ARGUMENT...]: a terminal in which --watch shows /cat-x, and looks again after an hour only.
watching() {
    terminal "$1" "$2" || return
    typed "shmcat --watch=1h ${*:3} /cat-x"
    eventually on_other_screen
    eventually on_screen '|'
}

@test 'shmcat: --watch that is stopped by Ctrl-Z gives the terminal back, and redraws when it goes on' {
    given /cat-x 'Hello, world'
    watching 24 80
    keys C-z
    eventually on_first_screen
    eventually on_screen Stopped
    typed 'echo $((6 * 7)); stty -a'
    eventually on_screen 42
    eventually on_screen ' echo '
    printf %s 'Howdy, world' >/dev/shm/cat-x
    typed fg
    eventually on_other_screen
    eventually on_screen 'Howdy, world'
}

@test 'shmcat: --watch ends by q with 0, and the terminal is as it was' {
    given /cat-x 'Hello, world'
    watching 24 80
    keys x q
    eventually on_first_screen
    typed 'echo "status $?"; stty -a'
    eventually on_screen 'status 0'
    eventually on_screen ' echo '
    eventually on_screen ' icanon '
}

@test 'shmcat: --watch redraws at once when the terminal gets another size' {
    letters 1600 a >/dev/shm/cat-x
    watching 24 80
    eventually on_screen '... 1264 more bytes'
    in_terminal resize-window -x 80 -y 13
    eventually on_screen '... 1440 more bytes'
    in_terminal resize-window -x 50 -y 13
    eventually on_screen ' 61 61>'
}

@test 'shmcat: --watch that was stopped by SIGSTOP redraws when it goes on' {
    given /cat-x 'Hello, world'
    watching 24 80
    printf %s 'Howdy, world' >/dev/shm/cat-x
    kill -STOP "$(in_foreground)"
    eventually on_screen Stopped
    typed fg
    eventually on_screen 'Howdy, world'
    eventually on_other_screen
}

@test 'shmcat: --watch that is ended by Ctrl-\ gives the terminal back' {
    given /cat-x 'Hello, world'
    watching 24 80
    keys C-\\
    eventually on_first_screen
    typed 'echo "status $?"; stty -a'
    eventually on_screen 'status 131'
    eventually on_screen ' echo '
}

@test 'shmcat: --watch that goes on in the background waits for the terminal, and can be ended there' {
    given /cat-x 'Hello, world'
    watching 24 80
    keys C-z
    eventually on_first_screen
    typed 'bg; sleep 0.2; jobs -l'
    eventually on_screen 'Stopped (tty output)'
    on_first_screen
    # For a moment the shell still takes the job for a stopped one, 150.
    typed 'kill %1; while wait %1 2>/dev/null; ((s = $?, s == 150)); do :; done; echo "status $s"'
    eventually on_screen 'status 143'
    on_first_screen
}

@test 'shmcat: a message of --watch that has to end is left on the terminal' {
    given /cat-x 'Hello, world'
    terminal 24 80
    typed 'shmcat --watch=20ms /cat-x'
    eventually on_other_screen
    rm /dev/shm/cat-x
    eventually on_first_screen
    eventually on_screen 'shmcat: /cat-x: Identifier removed'
}
