#!/usr/bin/env bats
# SPDX-License-Identifier: ISC

# What a sweep of strace's fault injection over all calls has found.

bats_load_library bats-support
bats_load_library bats-assert
load helper

setup() {
    start_test || return
    echo abc >abc
}

teardown() {
    rm -f /dev/shm/faults-x
}

@test 'shmput, shmcat: a descriptor that cannot be asked about is not taken for a closed one' {
    traced -e inject=fcntl:error=EIO:when=1..3 shmput /faults-x <abc
    traced -e inject=fcntl:error=EIO:when=1..3 shmcat /faults-x >out
    cmp abc out
}

@test 'shmput: a standard output that was not written to does not matter' {
    # The last close(2) of all, whichever it is.
    traced -e trace=close shmput /faults-x <abc
    traced -e inject="close:error=EIO:when=$(grep -c close trace)" shmput /faults-x <abc
    assert_equal "$(</dev/shm/faults-x)" abc
}

@test 'shmcat: an EINTR that no signal of ours stands behind is told' {
    cp abc /dev/shm/faults-x
    run -1 traced -P /dev/shm/faults-x -e inject=openat:error=EINTR shmcat /faults-x
    assert_output --partial '/faults-x: Interrupted system call'
}

@test 'shmput: who makes a segment with -a overwrites nothing that others have appended meanwhile' {
    mkfifo input
    timeout 20 shmput -a /faults-x <input 3>&- &
    pid=$!
    exec 7>input
    eventually test -e /dev/shm/faults-x
    echo others >>/dev/shm/faults-x
    echo ours >&7
    exec 7>&-
    wait "$pid"
    assert_equal "$(</dev/shm/faults-x)" $'others\nours'
}

@test 'shmput: a signal under -a leaves what others have appended to the segment that it made' {
    local status=0
    mkfifo input
    shmput -a /faults-x <input 3>&- &
    pid=$!
    exec 7>input
    eventually test -e /dev/shm/faults-x
    echo others >>/dev/shm/faults-x
    kill "$pid"
    wait "$pid" || status=$?
    exec 7>&-
    assert_equal "$status" 143
    assert_equal "$(</dev/shm/faults-x)" others
}

@test 'mqrecv: a command sees no priority or type of a message further out' {
    mqsend -C key:0x66617501 x
    MQ_PRIORITY=9 mqrecv key:0x66617501 -- env >out
    ipcrm -Q 0x66617501
    run -1 grep MQ_PRIORITY out
    grep -x MQ_TYPE=1 out
}

@test 'mqrecv: -f -w ends with the status of the command that failed, if one did' {
    mqsend -C key:0x66617502 x
    run -7 timeout 20 mqrecv -C -f -w 0.3 --dead-letter=key:0x66617503 key:0x66617502 -- sh -c 'exit 7'
    run -124 timeout 20 mqrecv -f -w 0.1 key:0x66617502 -- true
    ipcrm -Q 0x66617502 -Q 0x66617503
}

# nested BYTE: makes $path, a file behind 1600 such bytes, for ftok(3).
nested() {
    local name
    printf -v name '%200s' ''
    name=${name// /"$1"}
    path=$name/$name/$name/$name/$name/$name/$name/$name
    mkdir -p "$path"
    path+=/f
    : >"$path"
}

@test 'mqrecv: --json has room for the longest name, whatever its bytes' {
    local byte
    for byte in $'\001' $'\377'; do
        nested "$byte"
        mqsend -C "ftok:$path:0x1" x
        mqrecv --json "ftok:$path:0x1" >out
        ipcrm -Q "$(perl -e 'my @s = stat $ARGV[0]; printf "%#x", 1 << 24 | ($s[0] & 0xff) << 16 | $s[1] & 0xffff' "$path")"
        perl -MJSON::PP -e 'local $/; decode_json(<>)->{text} eq "x" or die' out
    done
}

@test 'shmcat: -v counts with -z what was written' {
    printf 'ab\0cdef' >/dev/shm/faults-x
    run -0 --separate-stderr shmcat -vz /faults-x
    assert_output ab
    # shellcheck disable=SC2154 # run sets it
    assert_equal "$stderr" 'shmcat: /faults-x: 2 bytes'
}

@test 'a message has its words even where there is no memory for them' {
    ! sanitized || return 0 # its allocator cannot be made to fail from outside
    local nth
    cc -shared -fPIC -o preload.so "$BATS_TEST_DIRNAME/fault/preload.c"
    for nth in 2 3 4; do
        run -3 --separate-stderr env LD_PRELOAD="$PWD/preload.so" FAULT="alloc:$nth" shmcat $'/none\e\\'
        assert_equal "$stderr" 'shmcat: /none\033\134: No such file or directory'
    done
    run -1 --separate-stderr env LD_PRELOAD="$PWD/preload.so" FAULT=alloc:1 shmcat /none
    assert_equal "$stderr" 'shmcat: operands: Cannot allocate memory'
}

@test 'an EINTR of close(2) is no failure: Linux has closed it' {
    echo abc >/dev/shm/faults-x
    # The first two are the loader's.
    run -0 --separate-stderr traced -e inject=close:error=EINTR:when=3+ shmcat /faults-x
    assert_equal "$output$stderr" abc
    run -0 --separate-stderr traced -e inject=close:error=EINTR:when=3+ semctl create key:private
    [[ $output == id:* && -z $stderr ]]
    semctl rm "$output"
}

@test 'a descriptor that is closed, and no /dev/null to put there: nothing is done' {
    run -1 traced -P /dev/null -e inject=openat:error=ENOENT sh -c 'exec shmput /faults-x <&-'
    assert [ ! -e /dev/shm/faults-x ]
}

@test 'a mode for which there is no memory is not a wrong one' {
    ! sanitized || return 0 # its allocator cannot be made to fail from outside
    cc -shared -fPIC -o preload.so "$BATS_TEST_DIRNAME/fault/preload.c"
    run -1 --separate-stderr env LD_PRELOAD="$PWD/preload.so" FAULT=alloc:1 shmput -m u=rw /faults-x <abc
    assert_equal "$stderr" 'shmput: -m: Cannot allocate memory'
}
