#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# bg and run read stdin, and set variables; the shell that runs the tests keeps them.
# shellcheck disable=SC2016,SC2030,SC2031,SC2094,SC2154,SC2217

load helper

setup() {
    start_test || return
    printf 'abc' >abc
    : >empty
    head -c 300000 /dev/urandom >random
}

teardown() { clean_up put 0x11; }

# --- usage ---

@test 'shmput: -a goes with none of -k, -o, -r and -s' {
    local option
    given /put-x old
    for option in -k -o1 -r -s10; do
        usage_error shmput -a "$option" /put-x
    done
    holds /put-x old
}

@test 'shmput: -a is refused for System V, whose size is fixed' {
    given key:0x11000001 old
    usage_error shmput -a key:0x11000001
    usage_error shmput -a id:1
    usage_error shmput -a "ftok:$PWD/abc"
    usage_error shmput -a key:private
}

@test 'shmput: -r goes with neither -k nor -o' {
    given /put-x old
    usage_error shmput -r -k /put-x
    usage_error shmput -r -o 1 /put-x
    holds /put-x old
}

@test 'shmput: -r is refused for System V, which has no name to replace' {
    given key:0x11000001 old
    usage_error shmput -r key:0x11000001
    usage_error shmput -r id:1
    usage_error shmput -r "ftok:$PWD/abc"
    holds key:0x11000001 old
}

@test 'shmput: -n and -w without -l are refused, since there is nothing to wait for' {
    usage_error shmput -n /put-x
    usage_error shmput -w 1 /put-x
    absent /put-x
}

@test 'shmput: two objects are refused' {
    usage_error shmput /put-x /put-y
    absent /put-x
}

@test 'shmput: a negative offset is refused' {
    given /put-x old
    usage_error shmput -o -1 /put-x
    holds /put-x old
}

@test 'shmput: a name for -l that is no semaphore is a usage error' {
    usage_error shmput -l nothing /put-x
    usage_error shmput -l key:0 /put-x
    usage_error shmput -l file:abc /put-x
    absent /put-x
}

# --- failures ---

@test 'shmput: a closed stdin is an error, and nothing is touched' {
    given /put-x old
    run -1 bash -c 'exec shmput /put-x <&-'
    assert_output 'shmput: standard input: Bad file descriptor'
    holds /put-x old
}

@test 'shmput: a closed stdin makes no new segment' {
    run -1 bash -c 'exec shmput /put-x <&-'
    absent /put-x
    run -1 bash -c 'exec shmput key:0x11000001 <&-'
    absent key:0x11000001
}

@test 'shmput: an input that cannot be read is an error, and makes no segment' {
    run -1 shmput /put-x </
    assert_output --partial 'Is a directory'
    absent /put-x
    run -1 shmput key:0x11000001 </
    absent key:0x11000001
}

@test 'shmput: an input that cannot be read leaves what -r would replace' {
    given /put-x old
    run -1 shmput -r /put-x </
    holds /put-x old
}

@test 'shmput: an input that breaks off makes no new segment' {
    run -1 traced -P "$PWD/random" \
        -e inject="$reads:error=EIO" shmput /put-x <random
    assert_output --partial 'Input/output error'
    absent /put-x
}

@test 'shmput: room that was reserved for an input that broke off is given back' {
    given /put-x old
    run -1 traced -P "$PWD/random" -e inject="$reads:error=EIO" shmput /put-x <random
    holds /put-x old
    assert_equal "$(stat -c %b /dev/shm/put-x)" 8 # one page
}

@test 'shmput: a segment is not read into itself' {
    given /put-x abc
    run -1 limited 1024 shmput -a /put-x </dev/shm/put-x
    holds /put-x abc
    run -1 limited 1024 shmput -o 3 /put-x </dev/shm/put-x
    holds /put-x abc
}

@test 'shmput: a FIFO in /dev/shm is refused without waiting' {
    mkfifo /dev/shm/put-x
    run -1 soon shmput /put-x <abc
    assert_output --regexp '^shmput: /put-x: .+'
}

@test 'shmput: a FIFO in /dev/shm with a reader gets no bytes' {
    mkfifo /dev/shm/put-x
    exec 6<>/dev/shm/put-x
    run -1 soon shmput /put-x <abc
    run ! read -rt 0 -u 6
}

@test 'shmput: a directory in /dev/shm is refused' {
    mkdir /dev/shm/put-x
    run -1 soon shmput /put-x <abc
    assert_output --partial '/put-x: '
}

@test 'shmput: a symbolic link in /dev/shm is not followed' {
    given /put-target old
    ln -s put-target /dev/shm/put-x
    run -1 soon shmput /put-x <abc
    holds /put-target old
}

@test 'shmput: a dangling symbolic link in /dev/shm is not followed' {
    ln -s "$PWD/made" /dev/shm/put-x
    run -1 soon shmput /put-x <abc
    assert [ ! -e made ]
}

@test 'shmput: a socket in /dev/shm is refused' {
    perl -MSocket -e 'socket S, AF_UNIX, SOCK_STREAM, 0; bind S, sockaddr_un("/dev/shm/put-x") or die'
    run -1 soon shmput /put-x <abc
    assert [ -S /dev/shm/put-x ]
}

@test 'shmput: -r replaces no FIFO, no directory, no symbolic link' {
    mkfifo /dev/shm/put-fifo
    mkdir /dev/shm/put-directory
    ln -s nowhere /dev/shm/put-link
    run -1 soon shmput -r /put-fifo <abc
    run -1 soon shmput -r /put-directory <abc
    run -1 soon shmput -r /put-link <abc
    assert [ -p /dev/shm/put-fifo ]
    assert [ -d /dev/shm/put-directory ]
    assert [ -L /dev/shm/put-link ]
}

@test "shmput: another user's segment without permission is an error, and stays" {
    needs_uids
    given /put-x old
    run -1 as_nobody shmput /put-x <abc
    assert_output --partial '/put-x: Permission denied'
    holds /put-x old
}

@test "shmput: another user's System V segment without permission is an error, and stays" {
    needs_uids
    given key:0x11000001 old
    run -1 as_nobody shmput key:0x11000001 <abc
    assert_output --partial 'key:0x11000001: Permission denied'
    holds key:0x11000001 old
}

@test "shmput: another user's segment that all may write is written in place" {
    needs_uids
    given /put-x old
    chmod 666 /dev/shm/put-x
    as_nobody shmput /put-x <abc
    holds /put-x abc
}

@test "shmput: -r of another user's segment is an error in the sticky /dev/shm, and the old stays" {
    needs_uids
    given /put-x old
    chmod 666 /dev/shm/put-x
    run -1 as_nobody shmput -r /put-x <abc
    assert_output --partial 'not permitted'
    holds /put-x old
    assert_equal "$(find /dev/shm -user 65534)" ''
}

@test 'shmput: what is there is opened without O_CREAT, for fs.protected_regular' {
    given /put-x old
    traced -P /dev/shm/put-x -e trace=openat shmput /put-x <abc
    run -1 grep O_CREAT trace
    holds /put-x abc
}

@test 'shmput: a segment that comes up between looking and making is written all the same' {
    given /put-x old
    traced -P /dev/shm/put-x -e inject=openat:error=ENOENT:when=1 shmput /put-x <abc
    grep O_EXCL trace
    holds /put-x abc
}

@test "shmput: another user's segment is written where fs.protected_regular is on" {
    (($(</proc/sys/fs/protected_regular) > 0)) ||
        return 0 # off on this machine, and not to be set from inside; the two tests above stand for it
    needs_uids
    as_nobody sh -c 'umask 0; echo old >/dev/shm/put-x'
    shmput /put-x <abc
    holds /put-x abc
}

@test 'shmput: making a segment where that is forbidden is an error' {
    run -1 traced -P /dev/shm/put-x -e inject=openat:error=EACCES shmput /put-x <abc
    assert_output --partial '/put-x: Permission denied'
}

# --- no room ---

@test 'shmput: a full /dev/shm is an error that says how much was free' {
    small_shm 64k
    run -1 inside shmput /put-x <random
    assert_output --partial '/put-x: No space left on device'
    assert_output --regexp '65536.* free'
}

@test 'shmput: a new segment that does not fit is removed again' {
    small_shm 64k
    run -1 inside shmput /put-x < <(cat random)
    assert_equal "$(ls -A "$small")" ''
}

@test 'shmput: a segment that cannot grow keeps its old size, when the input is a pipe' {
    small_shm 64k
    letters 16384 o >"$small/put-x"
    run -1 inside shmput /put-x < <(cat random)
    size_is "$small/put-x" 16384
}

@test 'shmput: a pipe that did not fit is an error that says how much was free, and what is left' {
    small_shm 64k
    letters 16384 o >"$small/put-x"
    run -1 inside sh -c 'shmput /put-x' < <(cat random)
    assert_output --partial 'No space left on device'
    assert_output --regexp '49152 bytes were free.*overwritten'
}

@test 'shmput: nothing changes on a full /dev/shm when the input is a regular file' {
    small_shm 64k
    letters 16384 o | tee "$small/put-x" >old
    run -1 inside shmput /put-x <random
    cmp old "$small/put-x"
}

@test 'shmput: -r on a full /dev/shm leaves the old whole, and nothing else' {
    small_shm 64k
    letters 16384 o | tee "$small/put-x" >old
    local before
    before=$(used)
    run -1 inside shmput -r /put-x < <(cat random)
    cmp old "$small/put-x"
    assert_equal "$(ls -A "$small")" put-x
    eventually used_is "$before"
}

@test 'shmput: -a on a full /dev/shm adds nothing' {
    small_shm 64k
    letters 16384 o | tee "$small/put-x" >old
    run -1 inside shmput -a /put-x < <(cat random)
    cmp old "$small/put-x"
}

@test 'shmput: -o on a full /dev/shm keeps the old size' {
    small_shm 64k
    letters 16384 o >"$small/put-x"
    run -1 inside shmput -o 20000 /put-x < <(cat random)
    size_is "$small/put-x" 16384
}

@test 'shmput: -s of more than there is room for makes nothing' {
    small_shm 64k
    run -1 inside shmput -s 100k /put-x <abc
    assert_output --partial 'No space left on device'
    assert_equal "$(ls -A "$small")" ''
}

@test 'shmput: -s of more than there is room for leaves the old' {
    small_shm 64k
    printf old >"$small/put-x"
    run -1 inside shmput -s 100k /put-x <abc
    printf old | cmp - "$small/put-x"
}

@test 'shmput: an input that just fits is taken' {
    small_shm 64k
    head -c 65536 random >fits
    inside shmput /put-x <fits
    cmp fits "$small/put-x"
}

@test 'shmput: beyond the file size limit is an error, not SIGXFSZ' {
    run -1 limited 16 shmput /put-x <random
    assert_output --partial '/put-x: File too large'
    absent /put-x
}

@test 'shmput: a pipe beyond the file size limit is an error, and the old size stays' {
    given /put-x old
    run -1 limited 16 shmput /put-x < <(cat random)
    assert_output --partial 'File too large'
    size_is /dev/shm/put-x 3
}

@test 'shmput: -r beyond the file size limit leaves the old' {
    given /put-x old
    run -1 limited 16 shmput -r /put-x <random
    assert_output --partial 'File too large'
    holds /put-x old
}

@test 'shmput: -s beyond the file size limit is an error, and makes nothing' {
    run -1 limited 16 shmput -s 1M /put-x <abc
    assert_output --partial 'File too large'
    absent /put-x
}

# --- signals ---

@test 'shmput: SIGTERM in the middle of -r leaves the old, and nothing else' {
    given /put-x old
    feed
    bg shmput -r /put-x <in
    cat random >&5
    kill -TERM "$pid"
    ends 143
    holds /put-x old
    assert_equal "$(echo /dev/shm/*put-*)" /dev/shm/put-x
}

@test 'shmput: SIGKILL in the middle of -r leaves the old, and nothing else' {
    small_shm 1M
    printf old >"$small/put-x"
    local before
    before=$(used)
    feed
    bg nsenter --mount --wd="$PWD" --target "$holder" shmput -r /put-x <in
    cat random >&5
    kill -KILL "$pid"
    ends 137
    printf old | cmp - "$small/put-x"
    assert_equal "$(ls -A "$small")" put-x
    eventually used_is "$before"
}

@test 'shmput: a signal while a new segment fills removes it again' {
    local signal
    for signal in TERM INT HUP; do
        feed
        bg env --default-signal shmput /put-x <in
        cat random >&5
        eventually test -e /dev/shm/put-x
        kill "-$signal" "$pid"
        ends $((128 + $(kill -l "$signal")))
        absent /put-x
    done
}

@test 'shmput: a signal before the input ends makes no System V segment' {
    feed
    bg shmput key:0x11000001 <in
    cat random >&5
    kill -TERM "$pid"
    ends 143
    absent key:0x11000001
}

# many: 9 MiB and some bytes, which differ from page to page.
many() { seq 1400000 | head -c 9437195; }

@test 'shmput fills a large System V segment with the help of a second thread, and alone if it gets none' {
    many >many
    shmput key:0x11000001 <many
    shmcat key:0x11000001 | cmp - many
    traced -e trace=clone,clone3 -e inject=clone,clone3:error=EAGAIN shmput -m 600 key:0x11000002 <many
    grep -q 'clone.*INJECTED' trace
    shmcat key:0x11000002 | cmp - many
    # From an address inside of a page.
    (head -c 5 many; head -c 8400000 many; tail -c +8400006 many) >wanted
    head -c 8400000 many | shmput -o 5 -k key:0x11000001
    shmcat key:0x11000001 | cmp - wanted
}

@test 'shmput: if the memory for a large System V segment ends in the middle, none is created' {
    ! sanitized || return 0 # the sanitizers call madvise(2), too
    many >many
    for nth in 1 3 5; do # of the second thread
        run -1 traced -e trace=madvise -e "inject=madvise:error=ENOMEM:when=$nth" shmput key:0x11000001 <many
        assert_output --partial 'key:0x11000001: Cannot allocate memory'
        absent key:0x11000001
    done
}

@test 'shmput: a signal while a large System V segment is filled leaves none' {
    many >many
    run -143 traced -e trace=shmat -e inject=shmat:signal=TERM shmput key:0x11000001 <many
    absent key:0x11000001
}

@test 'shmput: a signal while an old segment grows gives it its size back' {
    given /put-x old
    feed
    bg shmput /put-x <in
    head -c 8M /dev/zero >&5
    eventually test /dev/shm/put-x -nt abc
    kill -TERM "$pid"
    ends 143
    size_is /dev/shm/put-x 3
}

@test 'shmput: a signal ends it by that very signal' {
    head -c 8M /dev/zero >big
    run -143 traced -P /dev/shm/put-x -e inject="$writes:signal=SIGTERM:when=2" shmput /put-x <big
    grep -F 'killed by SIGTERM' trace
    absent /put-x
}

@test 'shmput: interrupted reads and writes go on' {
    traced -P "$PWD/random" -P /dev/shm/put-x \
        -e inject="$reads,$writes:error=EINTR:when=1+2" shmput /put-x <random
    grep -F '(INJECTED)' trace
    holds_file /put-x random
}

# The kernel wrote nothing, but the first byte is right already.
@test 'shmput: a short write is continued where it stopped' {
    given /put-x 'abX'
    traced -P /dev/shm/put-x -e inject="$writes:retval=2:when=1" shmput -k /put-x < <(cat abc)
    grep -F '(INJECTED)' trace
    holds /put-x abc
}

@test 'shmput: a signal that is ignored, as by nohup, stays ignored' {
    feed
    bg env --ignore-signal=HUP shmput /put-x <in
    cat abc >&5
    eventually test -e /dev/shm/put-x
    kill -HUP "$pid"
    cat abc >&5
    fed
    ends 0
    holds /put-x abcabc
}

# --- a segment by default ---

@test 'shmput: a segment that is not there is made, with exactly the bytes of a file' {
    shmput /put-x <random
    holds_file /put-x random
}

@test 'shmput: a segment that is not there is made, with exactly the bytes of a pipe' {
    shmput /put-x < <(cat random)
    holds_file /put-x random
}

@test 'shmput: every byte value goes through' {
    perl -e 'print map { chr } 0 .. 255' >all
    shmput /put-x <all
    holds_file /put-x all
}

@test 'shmput: 20 MB through a pipe arrive whole' {
    for _ in {1..70}; do cat random; done >big
    shmput /put-x < <(cat big)
    holds_file /put-x big
}

@test 'shmput: what it makes is for its owner alone, whatever the umask' {
    umask 0
    shmput /put-x <abc
    assert_equal "$(stat -c %a /dev/shm/put-x)" 600
}

@test 'shmput: it prints nothing' {
    run -0 shmput /put-x <abc
    assert_output ''
}

@test 'shmput: shorter input leaves exactly the input' {
    given /put-x 'something old'
    shmput /put-x <abc
    holds /put-x abc
}

@test 'shmput: shorter input from a pipe leaves exactly the input' {
    given /put-x 'something old'
    shmput /put-x < <(cat abc)
    holds /put-x abc
}

@test 'shmput: longer input leaves exactly the input' {
    given /put-x o
    shmput /put-x <random
    holds_file /put-x random
}

@test 'shmput: no input leaves an empty segment' {
    given /put-x old
    shmput /put-x <empty
    holds /put-x ''
    shmput /put-y < <(cat empty)
    holds /put-y ''
}

@test 'shmput: it writes in place, so that those who have the segment open see it' {
    given /put-x old
    exec 7</dev/shm/put-x
    shmput /put-x <abc
    cmp - abc <&7
}

@test 'shmput: permission and owner of what is there stay, even with -m' {
    given /put-x old
    chmod 640 /dev/shm/put-x
    shmput -m 666 /put-x <abc
    assert_equal "$(stat -c %a /dev/shm/put-x)" 640
}

@test 'shmput: a reader never sees the segment empty' {
    given /put-x old
    bg perl -e 'until (-e "enough") { $n++ if -z "/dev/shm/put-x" } exit !!$n'
    local i
    for i in {1..100}; do
        shmput /put-x < <(cat abc)
        shmput /put-x <abc
    done
    : >enough
    ends 0
}

@test 'shmput: the segment is cut after it was written' {
    given /put-x 'something old'
    traced -P /dev/shm/put-x -e trace="openat,ftruncate,$writes" shmput /put-x <abc
    run -1 grep O_TRUNC trace
    run -0 grep -Eo 'write|splice|ftruncate' trace
    assert_line -n 0 --regexp 'write|splice'
}

@test 'shmput: a new segment can be seen while it fills' {
    feed
    bg shmput /put-x <in
    head -c 8M /dev/zero >&5
    eventually test -s /dev/shm/put-x
    fed
    ends 0
    size_is /dev/shm/put-x $((8 << 20))
}

@test 'shmput: a regular file is taken from where it stands' {
    printf 'skip,abc' >file
    (dd bs=1 count=5 of=/dev/null status=none && shmput /put-x) <file
    holds /put-x abc
    given /put-y old
    (dd bs=1 count=5 of=/dev/null status=none && shmput -k /put-y) <file
    holds /put-y abc
}

@test 'shmput: a file of /proc, which says that it is empty, is taken whole' {
    shmput /put-x </proc/version
    holds_file /put-x /proc/version
}

@test 'shmput: a stdin that does not block is waited for' {
    feed
    bg perl -MFcntl -e 'fcntl STDIN, F_SETFL, O_NONBLOCK | fcntl STDIN, F_GETFL, 0; exec @ARGV' \
        shmput /put-x <in
    eventually asleep "$pid"
    cat abc >&5
    fed
    ends 0
    holds /put-x abc
}

@test 'shmput: -v says on stderr what was done' {
    run -0 --separate-stderr shmput -v /put-x <abc
    assert_equal "$stderr$output" 'shmput: /put-x: 3 bytes written, created'
    run -0 --separate-stderr shmput -v /put-x <abc
    assert_equal "$stderr" 'shmput: /put-x: 3 bytes written, overwritten'
    run -0 --separate-stderr shmput -rv /put-x <abc
    assert_equal "$stderr" 'shmput: /put-x: 3 bytes written, replaced'
    run -0 --separate-stderr shmput -av /put-x <abc
    assert_equal "$stderr" 'shmput: /put-x: 3 bytes written, appended'
}

@test 'shmput: --progress is silent where stderr is no terminal' {
    run -0 shmput --progress /put-x <random
    assert_output ''
}

@test 'shmput: --progress twice writes to any stderr' {
    run -0 shmput --progress --progress /put-x < <(cat random)
    refute_output ''
}

@test 'shmput: --progress shows on a terminal' {
    run -0 script -qec 'shmput --progress /put-x <random' /dev/null </dev/null
    refute_output ''
}

# --- -x, -z, -m ---

@test 'shmput: -x makes a segment' {
    shmput -x /put-x <abc
    holds /put-x abc
}

@test 'shmput: -x fails if the segment is there, and leaves it' {
    given /put-x old
    run -1 shmput -x /put-x <abc
    assert_output --partial '/put-x: File exists'
    holds /put-x old
}

@test 'shmput: -x fails if the System V segment is there, and leaves it' {
    given key:0x11000001 old
    run -1 shmput -x key:0x11000001 <abc
    assert_output --partial 'key:0x11000001: File exists'
    holds key:0x11000001 old
}

@test 'shmput: -z ends the input with a NUL' {
    shmput -z /put-x <abc
    holds /put-x 'abc\0'
    shmput -z key:0x11000001 < <(cat abc)
    holds key:0x11000001 'abc\0'
}

@test 'shmput: -z and nothing else makes one NUL' {
    shmput -z key:0x11000001 <empty
    holds key:0x11000001 '\0'
}

@test 'shmput: -z wants room for its NUL' {
    given key:0x11000001 old
    run -1 shmput -z key:0x11000001 <abc
    holds key:0x11000001 old
    run -1 shmput -z -s 3 /put-x <abc
    absent /put-x
    given /put-x old
    run -1 shmput -z -k /put-x <abc
    holds /put-x old
}

@test 'shmput: -m is the permission of what is made' {
    umask 077
    shmput -m 664 /put-x <abc
    assert_equal "$(stat -c %a /dev/shm/put-x)" 664
    shmput -m 664 key:0x11000001 <abc
    assert_equal "$(sysv_field 0x11000001 3)" 664
}

@test 'shmput: without -m a System V segment is for its owner alone' {
    umask 0
    shmput key:0x11000001 <abc
    assert_equal "$(sysv_field 0x11000001 3)" 600
}

# --- -a ---

@test 'shmput: -a appends' {
    given /put-x old
    shmput -a /put-x <random
    cat <(printf old) random >both
    holds_file /put-x both
}

@test 'shmput: -a makes a segment that is not there' {
    shmput -a /put-x < <(cat abc)
    holds /put-x abc
}

@test 'shmput: -a of nothing changes nothing' {
    given /put-x old
    shmput -a /put-x <empty
    holds /put-x old
}

@test 'shmput: -a at once from many processes loses nothing' {
    local i p=()
    for i in {a..h}; do
        letters 50000 "$i" >"$i"
        {
            shmput -a /put-x <"$i"
            shmput -a /put-x < <(cat "$i")
            shmput -a /put-x <"$i"
        } 3>&- &
        p+=("$!")
    done
    for i in "${p[@]}"; do wait "$i"; done
    for i in {a..h}; do
        assert_equal "$(tr -dc "$i" </dev/shm/put-x | wc -c)" 150000
    done
}

# --- -o ---

@test 'shmput: -o writes at the offset, and the rest stays' {
    given /put-x 0123456789
    shmput -o 4 /put-x <abc
    holds /put-x 0123abc789
}

@test 'shmput: -o from a pipe never shrinks the segment' {
    given /put-x 0123456789
    shmput -o 0 /put-x < <(cat abc)
    holds /put-x abc3456789
}

@test 'shmput: -o beyond the end grows the segment, with zeros between' {
    given /put-x old
    shmput -o 5 /put-x <abc
    holds /put-x 'old\0\0abc'
}

@test 'shmput: -o makes a segment that is not there' {
    shmput -o 2 /put-x < <(cat abc)
    holds /put-x '\0\0abc'
}

@test 'shmput: -o beyond 4 GiB is exact' {
    shmput -o 4294967297 /put-x <abc
    size_is /dev/shm/put-x 4294967300
    cmp -i 4294967297:0 /dev/shm/put-x abc
}

@test 'shmput: -o of nothing changes nothing' {
    given /put-x old
    shmput -o 1 /put-x <empty
    holds /put-x old
}

@test 'shmput: -o in a System V segment leaves the rest' {
    given key:0x11000001 0123456789
    shmput -o 4 key:0x11000001 <abc
    holds key:0x11000001 0123abc789
}

@test 'shmput: -o that leads beyond a System V segment is refused before a byte is written' {
    given key:0x11000001 0123456789
    run -1 shmput -o 8 key:0x11000001 <abc
    holds key:0x11000001 0123456789
    run -1 shmput -o 0x7fffffffffffffff key:0x11000001 <abc
    holds key:0x11000001 0123456789
}

# --- -k ---

@test 'shmput: -k keeps the size and leaves the rest' {
    given /put-x 0123456789
    shmput -k /put-x <abc
    holds /put-x abc3456789
    shmput -k -o 7 /put-x < <(cat abc)
    holds /put-x abc3456abc
}

@test 'shmput: -k never sets the size, so that who has it mapped is not hurt' {
    given /put-x 0123456789
    traced -P /dev/shm/put-x -e trace=ftruncate shmput -k /put-x <abc
    run -1 grep ftruncate trace
}

# Longer than any piece in which it might be written.
@test 'shmput: -k refuses longer input before a byte is written' {
    letters 5000000 o | tee old >/dev/shm/put-x
    letters 5000001 n >new
    run -1 shmput -k /put-x <new
    holds_file /put-x old
    run -1 shmput -k /put-x < <(cat new)
    holds_file /put-x old
    run -1 shmput -k -o 4999998 /put-x <abc
    holds_file /put-x old
}

@test 'shmput: -k on a segment that is not there makes none' {
    run -3 shmput -k /put-x <abc
    assert_output --partial '/put-x: No such file or directory'
    absent /put-x
    run -3 shmput -k key:0x11000001 <abc
    absent key:0x11000001
}

@test 'shmput: -k in a System V segment leaves the rest' {
    given key:0x11000001 0123456789
    shmput -k key:0x11000001 <abc
    holds key:0x11000001 abc3456789
}

# --- -s ---

@test 'shmput: -s makes a segment of that size, the rest zeros' {
    shmput -s 5 /put-x <abc
    holds /put-x 'abc\0\0'
    shmput -s 5 /put-y < <(cat abc)
    holds /put-y 'abc\0\0'
}

@test 'shmput: -s fills the rest of what is there with zeros, too' {
    given /put-x 0123456789
    shmput -s 5 /put-x <abc
    holds /put-x 'abc\0\0'
}

@test 'shmput: -s reserves the memory, so that using it cannot be SIGBUS' {
    shmput -s 1M /put-x <abc
    assert [ "$(stat -c %b /dev/shm/put-x)" -ge 2048 ] # of 512 bytes
}

@test 'shmput: -s refuses longer input before a byte is written' {
    letters 5000000 o | tee old >/dev/shm/put-x
    letters 5000001 n >new
    run -1 shmput -s 5000000 /put-x <new
    holds_file /put-x old
    run -1 shmput -s 5000000 /put-x < <(cat new)
    holds_file /put-x old
    run -1 shmput -s 2 /put-y <abc
    absent /put-y
}

@test 'shmput: -s 0 and nothing make an empty segment' {
    shmput -s 0 /put-x <empty
    holds /put-x ''
}

@test 'shmput: -s makes a System V segment of that size, even of nothing' {
    shmput -s 5 key:0x11000001 < <(cat abc)
    holds key:0x11000001 'abc\0\0'
    shmput -s 2 key:0x11000002 <empty
    holds key:0x11000002 '\0\0'
}

@test 'shmput: -s of a System V segment must be the size that it has' {
    given key:0x11000001 01234
    run -1 shmput -s 6 key:0x11000001 <abc
    holds key:0x11000001 01234
    run -1 shmput -s 4 key:0x11000001 <abc
    holds key:0x11000001 01234
    shmput -s 5 key:0x11000001 <abc
    holds key:0x11000001 'abc\0\0'
}

# --- -r ---

@test 'shmput: -r puts a new segment under the name' {
    given /put-x 'something old'
    exec 7</dev/shm/put-x
    shmput -r /put-x < <(cat abc)
    holds /put-x abc
    cmp - <(printf 'something old') <&7
}

@test 'shmput: -r makes a segment that is not there' {
    shmput -r /put-x < <(cat random)
    holds_file /put-x random
    assert_equal "$(stat -c %a /dev/shm/put-x)" 600
}

@test 'shmput: -r of nothing leaves an empty segment' {
    given /put-x old
    shmput -r /put-x <empty
    holds /put-x ''
}

@test 'shmput: -r shows nothing before all of the input is there' {
    given /put-x old
    feed
    bg shmput -r /put-x <in
    cat random >&5
    holds /put-x old
    fed
    ends 0
    holds_file /put-x random
}

@test 'shmput: -r of a new name shows nothing before all of the input is there' {
    feed
    bg shmput -r /put-x <in
    cat random >&5
    absent /put-x
    fed
    ends 0
    holds_file /put-x random
}

@test 'shmput: -r keeps owner and permission of the old' {
    needs_uids
    given /put-x old
    chown 65534:65534 /dev/shm/put-x
    chmod 640 /dev/shm/put-x
    shmput -r /put-x <abc
    assert_equal "$(stat -c '%u %g %a' /dev/shm/put-x)" '65534 65534 640'
}

@test 'shmput: -r keeps the permission of the old whatever the umask' {
    given /put-x old
    chmod 666 /dev/shm/put-x
    (umask 077 && shmput -r /put-x <abc)
    assert_equal "$(stat -c %a /dev/shm/put-x)" 666
}

@test 'shmput: -r -m gives the new segment that permission' {
    given /put-x old
    shmput -r -m 644 /put-x <abc
    assert_equal "$(stat -c %a /dev/shm/put-x)" 644
}

@test 'shmput: -r -x takes a free name only' {
    given /put-x old
    run -1 shmput -r -x /put-x <abc
    assert_output --partial '/put-x: File exists'
    holds /put-x old
    shmput -r -x /put-y <abc
    holds /put-y abc
}

@test 'shmput: -r -x leaves a name that was taken while it read' {
    feed
    bg shmput -r -x /put-x <in
    cat random >&5
    given /put-x theirs
    fed
    ends 1
    holds /put-x theirs
    assert_equal "$(echo /dev/shm/*put-*)" /dev/shm/put-x
}

@test 'shmput: -r -s fixes the size of the new segment' {
    given /put-x 'something old'
    shmput -r -s 5 /put-x <abc
    holds /put-x 'abc\0\0'
    run -1 shmput -r -s 2 /put-x <abc
    holds /put-x 'abc\0\0'
}

@test 'shmput: -r under 3000 reads, none sees a mixture' {
    local reader
    letters 200000 a | tee a >/dev/shm/put-x
    letters 200000 b >b
    bg perl -e '
        for (1 .. 3000) {
            open F, "</dev/shm/put-x" or die;
            local $/;
            my $text = <F>;
            die "torn: ", length $text if $text ne "a" x 200000 && $text ne "b" x 200000;
        }'
    reader=$pid
    until ended "$reader"; do
        shmput -r /put-x <a
        shmput -r /put-x < <(cat b)
    done
    ends 0 "$reader"
    assert_equal "$(echo /dev/shm/*put-*)" /dev/shm/put-x
}

@test 'shmput: -r never leaves the name free' {
    given /put-x old
    bg traced -e inject=rename,renameat,renameat2,linkat:delay_enter=100000 shmput -r /put-x <abc
    until ended "$pid"; do
        [[ -e /dev/shm/put-x ]] || fail 'it was free'
    done
    ends 0
    holds /put-x abc
}

@test 'shmput: -r twice at once leaves one or the other, and nothing else' {
    local i p=()
    letters 100000 a >a
    letters 100000 b >b
    for i in {1..10}; do
        shmput -r /put-x <a 3>&- &
        p+=("$!")
        shmput -r /put-x <b 3>&- &
        p+=("$!")
    done
    for i in "${p[@]}"; do wait "$i"; done
    cmp -s /dev/shm/put-x a || cmp /dev/shm/put-x b
    assert_equal "$(echo /dev/shm/*put-*)" /dev/shm/put-x
}

# --- -l ---

@test 'shmput: -l gives the semaphore back' {
    local sem
    for sem in /put-sem key:0x11000009; do
        peer sem-make "$sem" 1
        shmput -l "$sem" /put-x <abc
        holds /put-x abc
        sem_is "$sem" 1
    done
}

@test 'shmput: -l leaves the semaphore free while it waits for its input' {
    local sem
    for sem in /put-sem key:0x11000009; do
        peer sem-make "$sem" 1
        feed
        bg shmput -l "$sem" /put-x <in
        cat random >&5
        sem_is "$sem" 1
        fed
        ends 0
        sem_is "$sem" 1
    done
}

@test 'shmput: -l waits for the semaphore before it touches the segment' {
    local sem
    for sem in /put-sem key:0x11000009; do
        given /put-x old
        peer sem-make "$sem" 0
        bg shmput -l "$sem" /put-x <abc
        eventually awaited "$sem"
        holds /put-x old
        peer sem-give "$sem"
        ends 0
        holds /put-x abc
        sem_is "$sem" 1
    done
}

@test 'shmput: -l makes no new segment before it has the semaphore' {
    peer sem-make /put-sem 0
    bg shmput -l /put-sem /put-x <abc
    eventually awaited /put-sem
    absent /put-x
    bg shmput -l /put-sem key:0x11000001 <abc
    peer sem-give /put-sem
    ends 0
    holds key:0x11000001 abc
}

@test 'shmput: -l -n does not wait: 124, and the segment is untouched' {
    local sem
    given /put-x old
    for sem in /put-sem key:0x11000009; do
        peer sem-make "$sem" 0
        run -124 soon shmput -n -l "$sem" /put-x <abc
        holds /put-x old
        sem_is "$sem" 0
    done
}

@test 'shmput: -l -w waits as long as it says: 124, and the segment is untouched' {
    local sem
    given /put-x old
    for sem in /put-sem key:0x11000009; do
        peer sem-make "$sem" 0
        run -124 soon shmput -w 100ms -l "$sem" /put-x <abc
        assert_output --partial "$sem"
        holds /put-x old
        assert [ "$(milliseconds shmput -w 200ms -l "$sem" /put-x <abc)" -ge 200 ]
    done
}

@test 'shmput: -w bounds the wait for the semaphore, not the one for the input' {
    peer sem-make /put-sem 1
    feed
    bg shmput -w 50ms -l /put-sem /put-x <in
    assert [ "$(milliseconds shmcat -w 100ms /put-none)" -ge 100 ]
    cat abc >&5
    fed
    ends 0
}

@test 'shmput: of -n and -w the last wins' {
    peer sem-make /put-sem 0
    run -124 soon shmput -w 1h -n -l /put-sem /put-x <abc
    bg shmput -n -w 1h -l /put-sem /put-x <abc
    eventually awaited /put-sem
    peer sem-give /put-sem
    ends 0
}

@test 'shmput: a semaphore that is not there is 3, and the segment is untouched' {
    local sem
    given /put-x old
    for sem in /put-sem key:0x11000009 id:2147483647; do
        run -3 soon shmput -l "$sem" /put-x <abc
        assert_output --partial "$sem"
        holds /put-x old
    done
    absent /sem.put-sem
}

@test 'shmput: a semaphore of somebody else is an error, and the segment is untouched' {
    needs_uids
    peer sem-make /put-sem 1
    run -1 as_nobody shmput -l /put-sem /put-x <abc
    assert_output --partial 'Permission denied'
    absent /put-x
}

@test 'shmput: an empty file where the semaphore should be is an error, not SIGBUS' {
    given /sem.put-sem ''
    run -1 soon shmput -l /put-sem /put-x <abc
    absent /put-x
}

@test 'shmput: stopped and continued while it waits for the semaphore, it waits on' {
    local sem
    for sem in /put-sem key:0x11000009; do
        peer sem-make "$sem" 0
        bg shmput -l "$sem" /put-x <abc
        eventually awaited "$sem"
        kill -STOP "$pid"
        eventually stopped "$pid"
        kill -CONT "$pid"
        eventually awaited "$sem"
        peer sem-give "$sem"
        ends 0
    done
}

@test 'shmput: SIGTERM while it waits for the semaphore ends it, and the count is right' {
    local sem
    for sem in /put-sem key:0x11000009; do
        given /put-x old
        peer sem-make "$sem" 0
        bg shmput -l "$sem" /put-x <abc
        eventually awaited "$sem"
        kill -TERM "$pid"
        ends 143
        sem_is "$sem" 0
        holds /put-x old
    done
}

@test 'shmput: SIGTERM while it holds the semaphore gives it back' {
    local sem
    head -c 8M /dev/zero >big
    for sem in /put-sem key:0x11000009; do
        peer sem-make "$sem" 1
        run -143 traced -P /dev/shm/put-x -e inject="$writes:signal=SIGTERM:when=1" \
            shmput -l "$sem" /put-x <big
        grep -F 'killed by SIGTERM' trace
        sem_is "$sem" 1
    done
}

@test 'shmput: SIGKILL while it holds a System V semaphore gives it back' {
    peer sem-make key:0x11000009 1
    run traced -P /dev/shm/put-x -e inject="$writes:signal=SIGKILL:when=1" \
        shmput -l key:0x11000009 /put-x <random
    grep -F 'killed by SIGKILL' trace
    sem_is key:0x11000009 1
}

@test 'shmput: an error while it holds the semaphore gives it back' {
    local sem
    for sem in /put-sem key:0x11000009; do
        peer sem-make "$sem" 1
        run -1 traced -P /dev/shm/put-x -e inject="$writes:error=EIO" shmput -l "$sem" /put-x <abc
        assert_output --partial 'Input/output error'
        sem_is "$sem" 1
    done
}

@test 'shmput: -l has the semaphore taken while it writes' {
    peer sem-make key:0x11000009 1
    bg traced -P /dev/shm/put-x -e inject="$writes:delay_enter=300000" \
        shmput -l key:0x11000009 /put-x <abc
    eventually taken key:0x11000009
    ends 0
    sem_is key:0x11000009 1
}

@test 'shmput: -l goes with -a, -k, -r and System V' {
    peer sem-make /put-sem 1
    given /put-x old
    shmput -l /put-sem -a /put-x <abc
    holds /put-x oldabc
    shmput -l /put-sem -k /put-x < <(cat abc)
    holds /put-x abcabc
    shmput -l /put-sem -r /put-x < <(cat abc)
    holds /put-x abc
    shmput -l /put-sem key:0x11000001 < <(cat abc)
    holds key:0x11000001 abc
    sem_is /put-sem 1
}

@test 'shmput: readers and writers with -l never mix' {
    local object i p=()
    peer sem-make key:0x11000009 1
    letters 200000 a >a
    letters 200000 b >b
    shmput /put-x <a
    shmput key:0x11000001 <a
    for object in /put-x key:0x11000001; do
        for i in a b; do
            (for _ in {1..60}; do shmput -l key:0x11000009 "$object" <$i || exit; done) 3>&- &
            p+=("$!")
        done
        (for _ in {1..60}; do
            shmcat -l key:0x11000009 "$object" >"seen${object//\//}" || exit
            cmp -s "seen${object//\//}" a || cmp "seen${object//\//}" b || exit
        done) 3>&- &
        p+=("$!")
    done
    for i in "${p[@]}"; do wait "$i"; done
    sem_is key:0x11000009 1
}

# --- System V ---

@test 'shmput: a new System V segment is as large as its input, file or pipe' {
    shmput key:0x11000001 <random
    holds_file key:0x11000001 random
    shmput key:0x11000002 < <(cat random)
    holds_file key:0x11000002 random
}

@test 'shmput: a new System V segment takes all of a file of /proc' {
    shmput key:0x11000001 </proc/version
    holds_file key:0x11000001 /proc/version
}

@test 'shmput: a new System V segment takes a regular file from where it stands' {
    printf 'skip,abc' >file
    (dd bs=1 count=5 of=/dev/null status=none && shmput key:0x11000001) <file
    holds key:0x11000001 abc
}

@test 'shmput: shorter input is followed by zeros in a System V segment' {
    given key:0x11000001 0123456789
    shmput key:0x11000001 < <(cat abc)
    holds key:0x11000001 'abc\0\0\0\0\0\0\0'
}

@test 'shmput: nothing makes a System V segment all zeros' {
    given key:0x11000001 012
    shmput key:0x11000001 <empty
    holds key:0x11000001 '\0\0\0'
}

@test 'shmput: input longer than a System V segment is refused before a byte is written' {
    letters 5000000 o >old
    letters 5000001 n >new
    peer shm-make 0x11000001 5000000 <old
    run -1 shmput key:0x11000001 <new
    assert_output --partial 'key:0x11000001: '
    holds_file key:0x11000001 old
    run -1 shmput key:0x11000001 < <(cat new)
    holds_file key:0x11000001 old
}

@test "shmput: a System V segment ends at its size, not at its page's end" {
    given key:0x11000001 0123456789
    run -1 shmput key:0x11000001 < <(printf 0123456789X)
    peer shm-dump-page 0x11000001 >page
    printf 0123456789 | cat - <(head -c 4086 /dev/zero) | cmp - page
}

@test 'shmput: input as long as a System V segment fits' {
    given key:0x11000001 old
    shmput key:0x11000001 < <(cat abc)
    holds key:0x11000001 abc
}

@test 'shmput: nothing cannot make a System V segment' {
    run -1 shmput key:0x11000001 <empty
    assert_output --partial 'key:0x11000001: '
    absent key:0x11000001
}

@test 'shmput: a System V segment is found by id' {
    given key:0x11000001 old
    shmput "id:$(sysv_field 0x11000001 2)" <abc
    holds key:0x11000001 abc
}

@test 'shmput: an id that is not there is 3' {
    run -3 shmput id:2147483647 <abc
    assert_output --partial 'id:2147483647: '
}

@test 'shmput: ftok: makes the segment that a C program finds' {
    local key
    key=$(peer ftok "$PWD/abc" 97)
    shmput "ftok:$PWD/abc:a" <random
    holds_file "key:$key" random
    ipcrm -M "$key"
}

@test 'shmput: key:private prints the name of what it made' {
    local id
    id=$(shmput key:private <random)
    assert_regex "$id" '^id:[0-9]+$'
    shmcat "$id" | cmp - random
    ipcrm -m "${id#id:}"
}

@test 'shmput: key:private makes none if its name cannot be printed' {
    run -1 unshare --ipc sh -c 'shmput key:private <abc >/dev/full; code=$?; sed 1d /proc/sysvipc/shm; exit $code'
    assert_output --partial 'No space left on device'
    refute_line --regexp '^ *[0-9]+ '
    run -1 unshare --ipc sh -c 'shmput key:private <abc >&-; code=$?; sed 1d /proc/sysvipc/shm; exit $code'
    refute_line --regexp '^ *[0-9]+ '
}

@test 'shmput: of System V segments only what fits shmmax is made' {
    run -1 unshare --ipc sh -c 'echo 1000 >/proc/sys/kernel/shmmax && shmput key:0x11000001 <random'
    assert_output --partial shmmax
}

# --- files ---

@test 'shmput: file: writes a file like a segment' {
    printf 'something old' >file
    shmput "file:$PWD/file" <abc
    cmp file abc
    shmput file:new <abc
    cmp new abc
    assert_equal "$(stat -c %a new)" 600
}

@test 'shmput: file: follows symbolic links' {
    printf old >target
    ln -s target link
    shmput file:link <abc
    cmp target abc
    assert [ -L link ]
}

@test 'shmput: file: -r replaces what the link leads to' {
    mkdir elsewhere
    printf old >elsewhere/target
    ln -s elsewhere/target link
    shmput -r file:link < <(cat abc)
    assert [ -L link ]
    cmp elsewhere/target abc
    assert_equal "$(ls elsewhere)" target
}

@test 'shmput: file: refuses a FIFO and a directory without waiting' {
    mkfifo fifo
    run -1 soon shmput file:fifo <abc
    run -1 soon shmput "file:$PWD" <abc
}

@test 'shmput: what is private and whose id nobody reads is removed' {
    # Where nobody else makes any: the table has its head alone.
    run -0 --separate-stderr unshare --ipc bash -c 'exec 4> >(exec true); wait $!; echo text | shmput key:private >&4
        echo "status $?"; wc -l </proc/sysvipc/shm'
    assert_output $'status 1\n1'
}

@test 'shmput: what a new segment would want does not go with what keeps one' {
    usage_error shmput -k -s 10 /put-x
    usage_error shmput -k -x /put-x
    usage_error shmput -k key:private
    usage_error shmput -x id:7
    absent /put-x
}

@test 'shmput: more than a System V segment has place for behind -o is refused, from a file and with a NUL' {
    given key:0x11000001 0123456789
    run -1 shmput -o 8 key:0x11000001 <abc
    run -1 shmput -zo 7 key:0x11000001 <abc
    holds key:0x11000001 0123456789
    run -1 shmput -o 8 -s 10 key:0x11000002 <abc
    run -1 shmput -o 8 -s 10 key:0x11000002 < <(cat abc)
    absent key:0x11000002
}

@test 'shmput: -o with a size' {
    given /put-x 0123456789
    shmput -o 2 -s 6 /put-x <abc
    holds /put-x '01abc\0'
}

@test 'shmput: -z where there is no room left for the NUL' {
    run -1 shmput -zs 3 /put-x <abc
    absent /put-x
}

@test 'shmput: an offset behind which there is no room for a file is an error' {
    run -1 --separate-stderr shmput -o 9223372036854775807 /put-x <abc
    [[ $stderr == "shmput: /put-x: "* ]]
    absent /put-x
}

# no_passing_name: nothing stays of what -r makes on a file system without unnamed files.
no_passing_name() { [[ -z $(find /dev/shm . -name '.ipcutils-*') ]]; }

@test 'shmput: -r on a file system without unnamed files goes by a passing name' {
    local err
    for err in EOPNOTSUPP EISDIR; do
        given /put-x old
        traced -P /dev/shm -e inject=openat:error=$err shmput -r /put-x <abc
        holds /put-x abc
        rm /dev/shm/put-x
        traced -P /dev/shm -e inject=openat:error=$err shmput -rx /put-x <abc
        holds /put-x abc
        run -1 traced -P /dev/shm -e inject=openat:error=$err shmput -rx /put-x <random
        holds /put-x abc
        no_passing_name
    done
}

@test 'shmput: -r that fails on a file system without unnamed files leaves no passing name' {
    ! sanitized || return 0 # its start has calls of its own
    local at
    at=$(tmpfile_at)
    given /put-x old
    run -1 traced -e inject=openat:error=EOPNOTSUPP:when="$at" -e inject=read:error=EIO:when="$(own read 1 shmput)+" shmput -r /put-x <random
    holds /put-x old
    no_passing_name
    run -1 --separate-stderr traced -P /dev/shm -e inject=openat:error=EROFS shmput -r /put-x <abc
    [[ $stderr == *'/put-x: Read-only file system' ]]
    no_passing_name
}

# tmpfile_at: which openat(2) of `shmput -r /put-x` is the one with O_TMPFILE.
tmpfile_at() {
    traced -e trace=openat shmput -r /put-x </dev/null
    grep -n O_TMPFILE trace | cut -d: -f1
}

@test 'shmput: -r of a file that is new, and without unnamed files' {
    shmput -r file:new <abc
    cmp new abc
    traced -P . -e inject=openat:error=EOPNOTSUPP shmput -r file:newer <abc
    cmp newer abc
    no_passing_name
}

@test 'shmput: who may not give a file its group gives that no rights' {
    needs_uids
    mkdir -m 777 /dev/shm/put-theirs
    (umask 0 && : >/dev/shm/put-theirs/file)
    as_nobody shmput -r file:/dev/shm/put-theirs/file <abc
    cmp /dev/shm/put-theirs/file abc
    assert_equal "$(stat -c '%a %u' /dev/shm/put-theirs/file)" '606 65534'
    (umask 0 && : >/dev/shm/put-theirs/ours)
    setpriv --reuid 65534 --regid 65534 --groups 0 --inh-caps=-all shmput -r file:/dev/shm/put-theirs/ours <abc
    assert_equal "$(stat -c '%a %g' /dev/shm/put-theirs/ours)" '666 0'
}

@test 'shmput, shmcat: a signal that interrupts a call ends it, and EINTR alone does not' {
    local call
    for call in fallocate ftruncate; do
        given /put-x old
        traced -e inject="$call:error=EINTR:when=1" shmput /put-x <abc
        holds /put-x abc
        run -143 traced -e inject="$call:error=EINTR:signal=TERM:when=1" shmput /put-x <random
    done
    given /put-x old
    semctl create key:0x11000003
    run -0 traced -P /dev/shm/put-x -e inject=pread64:error=EINTR:when=1 shmcat -l key:0x11000003 /put-x
    assert_output old
    run -143 traced -P /dev/shm/put-x -e inject=pread64:error=EINTR:signal=TERM:when=1 shmcat -l key:0x11000003 /put-x
    assert_equal "$(semctl get key:0x11000003)" 1
}

@test 'shmput: on a kernel that does not know MADV_POPULATE_WRITE a System V segment is written all the same' {
    traced -e inject=madvise:error=EINVAL shmput key:0x11000001 <random
    holds_file key:0x11000001 random
}

@test 'shmput: --progress draws again once there is more' {
    run -0 --separate-stderr bash -c '{ echo a; read -rt 0.3 _ <>"$1"; echo b; } | shmput --progress --progress /put-x' - "$BATS_RUN_TMPDIR/never"
    [[ $stderr == *$'\r'*$'\r'* || $(wc -l <<<"$stderr") -gt 1 ]]
    holds /put-x 'a\nb\n'
}
