#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# bg reads stdin, and sets a variable; the shell that runs the tests keeps it.
# shellcheck disable=SC2030,SC2031,SC2217

# What a sweep of strace's fault injection over all calls has found.

bats_load_library bats-support
bats_load_library bats-assert
load helper

setup() {
    start_test || return
    echo abc >abc
}

teardown() {
    rm -f /dev/shm/{,sem.}faults-*
    # What a test that failed has left must not be in the way of the next.
    ! ipcls -r --noheadings -t pmsg -o NAME | grep -qx /faults-q || ipcrm-all --force /faults-q >/dev/null
}

waited_for() { [[ $(ipcls -r --noheadings -o WAITERS "$1") == */* ]]; }

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

@test 'shmcat: -f of a segment that can no longer be looked at is not over' {
    local look call nth
    echo one >/dev/shm/faults-x
    # The last look before it waits is for the name, and the one before it for the size.  They may be different calls, and
    # strace counts each call by itself.
    timeout -s KILL 3 strace -f -q -o looks -P /dev/shm/faults-x -e trace=/fstat shmcat -f /faults-x >out || :
    sed -i 's/^[0-9 ]*//; s/(.*//' looks
    for look in "$(head -n -1 looks)" "$(<looks)"; do
        call=${look##*$'\n'}
        nth=$(grep -cx "$call" <<<"$look")
        run -1 traced -P /dev/shm/faults-x -e inject="$call:error=EIO:when=$nth+" shmcat -f /faults-x
        assert_output 'shmcat: /faults-x: Input/output error'
    done
}

@test 'shmcat: -v counts with -z what was written' {
    printf 'ab\0cdef' >/dev/shm/faults-x
    run -0 --separate-stderr shmcat -vz /faults-x
    assert_output ab
    # shellcheck disable=SC2154 # run sets it
    assert_equal "$stderr" 'shmcat: /faults-x: 2 bytes'
}

@test 'a message keeps its notation if memory is short: printing it allocates nothing' {
    ! sanitized || return 0 # its allocator cannot be made to fail from outside
    local nth whole='shmcat: /none\x1b\x5c: No such file or directory'
    cc -shared -fPIC -o preload.so "$BATS_TEST_DIRNAME/fault/preload.c"
    # strerror(3) may allocate, and needs none of it.
    for nth in 1 2 3 1+; do
        run -3 --separate-stderr env LD_PRELOAD="$PWD/preload.so" FAULT="alloc:$nth" shmcat $'/none\e\\'
        assert_equal "$stderr" "$whole"
    done
}

@test 'an EINTR of close(2) is no failure: Linux has closed it' {
    ! sanitized || return 0 # its start has calls of its own
    echo abc >/dev/shm/faults-x
    run -0 --separate-stderr traced -e inject=close:error=EINTR:when="$(own close 1 shmcat)+" shmcat /faults-x
    assert_equal "$output$stderr" abc
    run -0 --separate-stderr traced -e inject=close:error=EINTR:when="$(own close 1 semctl)+" semctl create key:private
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

# fails PATH CALL:ERROR COMMAND...: with that failure of each such call on that path.
fails() {
    local path=$1 how=$2
    shift 2
    ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 timeout -s KILL 20 strace -qq -o /dev/null -P "$path" -e inject="${how/:/:error=}" "$@"
}

@test 'ipcrm-all: --around does not take for new what it could not list before the command' {
    cp abc /dev/shm/faults-x
    # The listing before the command is the first to open the directory.
    run -0 fails /dev/shm openat:EMFILE:when=1..2 ipcrm-all --around --name='/faults-*' true
    assert_output --partial 'POSIX segments cannot be listed'
    cmp abc /dev/shm/faults-x
}

@test 'ipcrm-all: --around tells that it cannot list what the command has left' {
    run -125 fails /dev/shm openat:EMFILE:when=3 ipcrm-all --around --name='/faults-*' sh -c 'echo x >/dev/shm/faults-x'
    assert_output --partial 'ipcrm-all: /dev/shm: Too many open files'
}

@test 'ipcrm-all: a signal before the command of --around ends it, and no command starts' {
    run -143 traced -e inject=shmctl:signal=TERM:when=1 ipcrm-all --around touch started
    [ ! -e started ]
}

@test 'ipcrm-all: of a name that may be of a kind that cannot be listed nothing is removed' {
    cp abc /dev/shm/faults-x
    run -1 fails /dev/shm openat:EMFILE:when=2 ipcrm-all /faults-x
    assert_output --partial '/faults-x: a pshm, and perhaps also one of what cannot be listed (psem)'
    cmp abc /dev/shm/faults-x
    # Nor is one that was not found said not to be there.
    run -1 fails /dev/shm openat:EMFILE:when=1 ipcrm-all -f /faults-x
    refute_output --partial 'No such file'
}

@test 'ipcls: a /proc of which our own status cannot be read is not said to be that of others' {
    cp abc /dev/shm/faults-x
    run -0 --separate-stderr fails self/status openat:EMFILE ipcls -r --noheadings -t pshm -o USERS /faults-x
    assert_equal "$output" -
    assert_regex "$stderr" 'ipcls: /proc: Too many open files; users are not known$'
}

@test 'ipcls: --orphans names an object about which the kernel could not be asked, and does not list it' {
    cp abc /dev/shm/faults-x
    run -0 --separate-stderr fails /dev/shm/faults-x fcntl:ENOMEM ipcls -r --orphans --noheadings -t pshm -o NAME /faults-x
    assert_equal "$output" ''
    assert_regex "$stderr" 'ipcls: /faults-x: Cannot allocate memory; whether any process uses it is not known$'
}

@test 'ipcls: an answer about sockets that is cut off is told, and not waited on' {
    ! sanitized || return 0 # it has a recv(2) of its own
    local nth
    "${CC:-cc}" -shared -fPIC -o preload.so "$BATS_TEST_DIRNAME/fault/preload.c"
    perl -MIO::Socket::UNIX -e '$s = IO::Socket::UNIX->new(Local => "s", Listen => 1) or die; open $f, ">", "ready"; sleep 20' 3>&- &
    eventually test -e ready
    for nth in 1 2; do
        run -1 soon env LD_PRELOAD="$PWD/preload.so" FAULT="recv:$nth" ipcls -t unix --noheadings
        assert_line 'ipcls: sock_diag: Protocol error; Unix sockets cannot be listed'
    done
    kill %1
}

@test 'ipcls: an EINTR of the question about sockets is no failure' {
    run -0 --separate-stderr traced -e inject=sendto:error=EINTR:when=1 ipcls -r -t unix --noheadings
    assert_equal "$stderr" ''
    grep -q 'EINTR.*INJECTED' trace
}

@test 'ipcrm-all: --orphans without a /proc that can be opened says why it finds none' {
    run -0 fails /proc openat:EMFILE unshare --ipc ipcrm-all --orphans -t msg
    assert_line 'ipcrm-all: /proc: Too many open files; users are not known'
}

@test 'ipcls: queues that there is no memory to open are told, and the others are listed' {
    # What has no fsopen(2) never mounts them itself.
    run -1 --separate-stderr fails . openat:ENOMEM:when=1 unshare --ipc sh -c 'ipcmk -Q >/dev/null; exec ipcls -r --noheadings -t msg,pmsg -o KIND'
    assert_output msg
    assert_regex "$stderr" 'ipcls: /dev/mqueue: (Cannot allocate memory|the file system of queues is not mounted there); POSIX queues cannot be listed$'
}

@test 'ipcls: an operand that could not be looked for is not said not to be there' {
    cp abc /dev/shm/faults-x
    run -1 fails /dev/shm openat:EMFILE ipcls --nousers -t pshm /faults-x
    assert_output 'ipcls: /dev/shm: Too many open files; POSIX segments cannot be listed'
    # What could have been found among others is not there.
    run -1 fails /dev/shm openat:EMFILE ipcls --nousers -t shm,pshm key:0x0badcafe /faults-x
    assert_output $'ipcls: /dev/shm: Too many open files; POSIX segments cannot be listed\nipcls: key:0x0badcafe: No such file or directory'
}

@test 'shmput: where room cannot be reserved the writing shows whether there is any' {
    for error in ENOSYS EPERM EOPNOTSUPP; do
        run -0 traced -e inject=fallocate:error=$error shmput -s 8 /faults-x <abc
        assert_output ''
        assert_equal "$(stat -c %s /dev/shm/faults-x)" 8
    done
}

@test 'ipcls: without the device of /dev/shm users are unknown, and not none' {
    cp abc /dev/shm/faults-x
    # The device is asked for by the path, after the directory was listed.  Which call that is, and the how-manieth of its
    # name, is a matter of the C library: a run without a fault tells.
    # shellcheck disable=SC2016 # the other shell expands it
    run -0 --separate-stderr unshare --mount sh -c '
        mount -t tmpfs tmpfs /dev/shm && echo x >/dev/shm/faults-x
        export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0
        strace -qq -o trace -P /dev/shm ipcls -r --noheadings -t pshm -o USERS /faults-x >&2 || exit
        call=$(awk "{ name = \$1; sub(/\(.*/, \"\", name); count[name]++ }
            /\"\/dev\/shm\", \{/ { print name \":error=EIO:when=\" count[name] }" trace)
        exec strace -qq -o /dev/null -P /dev/shm -e inject="$call" ipcls -r --noheadings -t pshm -o USERS /faults-x'
    assert_equal "$output" -
    # In the PID namespace of the tests users of others may be unseen, so that "-" comes without a fault, too.
    assert_equal "$stderr" $'-\nipcls: /proc: Input/output error; users may be missing'
}

@test 'ipcls: a process whose command cannot be read is one without a name' {
    cp abc /dev/shm/faults-x
    exec 7</dev/shm/faults-x
    run -0 --separate-stderr fails comm openat:EMFILE ipcls -r --noheadings -t pshm -o USERS /faults-x
    assert_output --regexp "(^|,)$$/\\?(,|\$)"
    run -0 --separate-stderr fails comm openat:EMFILE ipcls -J -t pshm -o USERS /faults-x
    assert_output --partial "{\"pid\":$$,\"command\":null,"
    exec 7<&-
}

@test 'ipcls: a FIFO that could not be looked at is told' {
    mkfifo here
    exec 7<>here
    run -1 --separate-stderr fails fd/7 readlinkat:EIO ipcls -t fifo -r --noheadings -o NAME
    refute_output --partial "$PWD/here"
    assert_regex "$stderr" '^ipcls: /proc: Input/output error; FIFOs may be missing'
    exec 7<&-
}

@test 'ipcls: limits that cannot be asked for are unknown, and not missing' {
    run -0 traced -e inject=msgctl:error=EPERM ipcls --limits -t msg -r --noheadings
    assert_equal "${#lines[@]}" 3
    assert_line 'msg kernel.msgmni - - - queues'
}

# shellcheck disable=SC2016 # these are perl's
@test 'ipcls: a socket of the same relative name elsewhere is another one' {
    mkdir one other
    for directory in one other; do
        (cd "$directory" && exec timeout 20 perl -MIO::Socket::UNIX -e '$s = IO::Socket::UNIX->new(Local => "s", Listen => 1) or die;
            open $f, ">", "ready"; sleep 20') 3>&- &
        eventually test -e "$directory/ready"
    done
    cd one
    run -0 ipcls -r --noheadings -o NAME file:s
    assert_output s
    kill %1 %2
}

@test 'fifotee: a poll that fails while readers are waited for is one message' {
    mkfifo here
    run -1 traced -e inject=/^ppoll:error=ENOMEM:when=1 fifotee --readers=1 here <abc
    assert_output 'fifotee: poll: Cannot allocate memory'
}

@test 'a message needs no memory' {
    "${CC:-cc}" -O1 -shared -fPIC -o preload.so "$BATS_TEST_DIRNAME/fault/preload.c"
    # A sanitizer brings its own malloc(3).
    ! sanitized || return 0
    LD_PRELOAD=$PWD/preload.so FAULT=alloc:1+ run -1 ipcls
    assert_output 'ipcls: Cannot allocate memory'
    LD_PRELOAD=$PWD/preload.so FAULT=alloc:3+ run -3 mqsend /faults-none x
    assert_output 'mqsend: /faults-none: No such file or directory (create it with --create)'
}

@test 'ipcrm-all: a set of which the kernel does not tell who waits stays' {
    # The last look asks for the set, and then for those who wait: the fifth call.
    # shellcheck disable=SC2016 # the other shell expands it
    run -1 --separate-stderr unshare --ipc sh -c 'semctl create key:1 1; export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0
        strace -qq -o trace -e trace=semctl -e inject=semctl:error=EPERM:when=5 ipcrm-all --all -t sem; status=$?
        semctl get key:1; exit $status'
    grep -q 'GETNCNT.*INJECTED' trace
    assert_output 1
}

# shellcheck disable=SC2016 # the other shell expands it
@test 'mqsend: a queue without a key goes again where its limits cannot be known' {
    local nth
    # Each call about the queue that comes before its id is printed.
    for nth in 1 2; do
        # shellcheck disable=SC2016 # the other shell expands it
        run -1 --separate-stderr unshare --ipc sh -c 'export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0
            strace -qq -o /dev/null -e inject=msgctl:error=EPERM:when='$nth' mqsend -C key:private x; status=$?
            sed 1d /proc/sysvipc/msg; exit $status'
        assert_equal "$output" ''
        assert_equal "$stderr" 'mqsend: key:private: Operation not permitted'
    done
}

@test 'mqsend, mqrecv: where a wait cannot be prepared the cause is told' {
    ! sanitized || return 0 # it makes such calls itself
    mqsend -C --max-messages=1 --message-size=8 /faults-q x
    # The tool asks for the flags of the queue, opens it once more in blocking mode, and compares the two.  -P names the
    # queue, so that other calls do not count, and %fstat is fstat(2) by whichever name the C library calls it.
    for call in fcntl:error=ENOMEM:when=1 %fstat:error=EIO:when=1 %fstat:error=EIO:when=2; do
        run -1 traced -P /faults-q -e inject="$call" mqsend -w 5 /faults-q y
        assert_output --regexp '^mqsend: /faults-q: message 1: (Input/output error|Cannot allocate memory); 0 messages were sent$'
    done
    mqrecv -a /faults-q >/dev/null
    run -1 traced -P /faults-q -e inject=%fstat:error=EIO:when=1 mqrecv -w 5 /faults-q
    assert_output 'mqrecv: /faults-q: Input/output error'
    ipcrm-all --force /faults-q >/dev/null
}

@test 'semctl: a file that cannot be read is not said to be no semaphore' {
    semctl create /faults-s
    run -1 traced -P /dev/shm/sem.faults-s -e inject=pread64:error=EIO semctl get /faults-s
    assert_output 'semctl: /faults-s: Input/output error'
    run -0 traced -P /dev/shm/sem.faults-s -e inject=pread64:error=EINTR:when=1 semctl get /faults-s
    assert_output 1
    semctl rm /faults-s
}

@test 'semctl: create makes a POSIX semaphore, whether we may use it or not' {
    run -0 traced -e inject=pread64:error=EIO:when=3+ semctl create /faults-s 3
    assert_equal "$(semctl get /faults-s)" 3
    semctl rm /faults-s
}

@test 'semctl: create of a set without a key leaves none where a signal comes before its id is printed' {
    # shellcheck disable=SC2016 # the other shell expands it
    run -143 --separate-stderr unshare --ipc sh -c 'export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0
        strace -qq -o /dev/null -e inject=semget:signal=TERM:when=1 semctl create key:private; status=$?
        sed 1d /proc/sysvipc/sem; exit $status'
    assert_equal "$output" ''
}

@test 'semctl, mqrecv: a standard output that was not written to does not matter' {
    semctl create /faults-s 2
    traced -P "$PWD/out" -e inject=close:error=EIO semctl wait /faults-s >out
    assert_equal "$(semctl get /faults-s)" 1
    semctl rm /faults-s
    mqsend -C key:0x66617504 x
    traced -P "$PWD/out" -e inject=close:error=EIO mqrecv key:0x66617504 -- sh -c : >out
    ipcrm -Q 0x66617504
}

@test 'shmput: what close(2) tells of a file is heeded' {
    cc -shared -fPIC -o preload.so "$BATS_TEST_DIRNAME/fault/preload.c"
    ! sanitized || return 0 # its allocator comes first
    for way in '' -r; do
        echo older >file
        # shellcheck disable=SC2086 # a word or none
        run -1 env LD_PRELOAD="$PWD/preload.so" FAULT=close:1 shmput $way file:"$PWD/file" <abc
        assert_output --partial "shmput: file:$PWD/file: Input/output error"
    done
    # In one step it is the old one still.
    assert_equal "$(<file)" older
}

@test 'mqsend: -C takes a queue that somebody else has made meanwhile' {
    mqsend -C --max-messages=2 --message-size=8 /faults-q one
    run -0 --separate-stderr traced -e inject=mq_open:error=ENOENT:when=1 mqsend -C /faults-q two
    assert_equal "$(mqrecv -a /faults-q)" $'one\ntwo'
    ipcrm-all --force /faults-q >/dev/null
}

@test 'mqrecv: of what is written in part the whole messages do not come back' {
    ! sanitized || return 0 # its allocator comes first
    cc -shared -fPIC -o preload.so "$BATS_TEST_DIRNAME/fault/preload.c"
    mqsend -C key:0x66617505 a b c
    # The first write(2) moves one byte, which is the first message, and the second one fails.
    run -1 --separate-stderr traced -e inject=write:error=EPIPE:when=2 env LD_PRELOAD="$PWD/preload.so" FAULT=write:1 mqrecv -a -1 key:0x66617505
    assert_output a
    assert_equal "$stderr" 'mqrecv: standard output: Broken pipe; 2 of 2 messages put back'
    assert_equal "$(mqrecv -a -1 key:0x66617505)" bc
    ipcrm -Q 0x66617505
}

@test 'shmput: -r leaves no passing name behind, whatever the signal' {
    echo older >/dev/shm/faults-x
    for signal in QUIT USR1 ALRM; do
        # The second link(2) is that of the passing name.
        run -"$((128 + $(kill -l "$signal")))" traced -e trace=linkat -e inject=linkat:signal="$signal":when=2 shmput -r /faults-x <abc
        grep -q "SIG$signal" trace
        run ! compgen -G '/dev/shm/.ipcutils-*'
    done
}

@test 'shmput: a passing name that replaces what has taken the name meanwhile is not needed twice' {
    # Where there are no unnamed files the passing name is there from the beginning.
    run -1 traced -e inject=openat:error=EOPNOTSUPP:when=3 -e inject=splice:error=EIO shmput -r /faults-x < <(cat abc)
    run ! compgen -G '/dev/shm/.ipcutils-*'
    assert [ ! -e /dev/shm/faults-x ]
}

@test 'semctl: run starts no command once a signal has come' {
    semctl create /faults-s
    # The first two are the loader's.
    run -143 traced -e trace=execve,pread64 -e inject=pread64:signal=TERM:when=3 semctl run /faults-s touch started
    run -1 grep -F '["touch"' trace
    assert_equal "$(semctl get /faults-s)" 1
}

@test 'semctl: of several tokens of a POSIX semaphore that cannot all be given none is' {
    ! sanitized || return 0 # a library that is preloaded would come before it
    cat >third.c <<'END'
#include <dlfcn.h>
#include <errno.h>
#include <semaphore.h>
int sem_post(sem_t *semaphore)
{
	static int calls;
	if (++calls != 3)
		return ((int (*)(sem_t *))dlsym(((void *)-1l), "sem_post"))(semaphore);
	errno = EOVERFLOW;
	return -1;
}
END
    cc -shared -fPIC -o third.so third.c
    semctl create /faults-s 1
    run -1 env LD_PRELOAD="$PWD/third.so" semctl post -c 5 /faults-s
    assert_output 'semctl: /faults-s: the value would exceed 2147483647; nothing was added'
    assert_equal "$(semctl get /faults-s)" 1
}

# Once it is asleep it knows its FIFOs.
has_fifotee() {
    local tool
    tool=$(pgrep -P "$1") && is_tool "$tool" fifotee && asleep "$tool"
}

holds_it_open() { find "/proc/$(pgrep -P "$1")/fd" -lname "$PWD/one" 2>/dev/null | grep -q .; }

@test 'fifotee: the reader of a FIFO that replaced another one gets the stream' {
    mkfifo one two input
    timeout 20 fifotee -n -p drop one two <input 3>&- &
    pid=$!
    exec 7>input
    eventually has_fifotee "$pid"
    mkfifo other
    mv other one
    exec 6<one
    eventually holds_it_open "$pid"
    echo line >&7
    exec 7>&-
    timeout 10 cat <&6 >got
    assert_equal "$(<got)" line
    wait "$pid"
}

# shellcheck disable=SC2016 # these are perl's
@test 'sockpair: -l takes no socket away that was bound while it looked at a dead one' {
    local status=0 server
    perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => "s", Listen => 1) or die'
    timeout 20 perl -MIO::Socket::UNIX -e '$s = IO::Socket::UNIX->new(Local => "other", Listen => 1) or die; sleep 20' 3>&- &
    server=$!
    eventually test -S other
    traced -e inject=renameat2:delay_enter=1000000:when=1 sockpair -l s -w 0.1 -- true 2>stderr 3>&- &
    pid=$!
    # That is what its bind(2) says, after which the other one comes into the place of the dead one.
    eventually grep -qs EADDRINUSE trace
    mv -T other s
    wait "$pid" || status=$?
    assert_equal "$status" 125
    grep -q 'another process serves this socket already' stderr
    # It is where it was, and served.
    perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Peer => "s") or die "$!\n"'
    kill "$server"
}

@test 'mqrecv: a message whose command cannot be started waits for room in its queue, also after a signal' {
    mqsend -C --max-messages=1 --message-size=8 /faults-q one
    # What is taken from the queue is replaced at once by what waits for that.
    soon mqsend /faults-q two 3>&- &
    eventually waited_for /faults-q
    traced -e trace=vfork,clone,clone3,fork -e inject=vfork,clone,clone3,fork:error=EAGAIN:signal=TERM:when=1 mqrecv /faults-q -- true 2>stderr 3>&- &
    pid=$!
    eventually grep -qs SIGTERM trace
    assert_equal "$(soon mqrecv /faults-q)" two
    ends 143
    assert_equal "$(mqrecv -n /faults-q)" one
    ipcrm-all --force /faults-q >/dev/null
}

@test 'shmput: a failure removes nothing that others have put in the place of what was made' {
    feed
    bg shmput /faults-x <in
    eventually test -e /dev/shm/faults-x
    echo other >/dev/shm/faults-y
    mv /dev/shm/faults-y /dev/shm/faults-x
    kill -TERM "$pid"
    ends 143
    fed
    assert_equal "$(</dev/shm/faults-x)" other
}

@test 'shmput: a lock that is removed while it is held is told' {
    semctl create key:0x66617506
    run -3 traced -e inject=semtimedop:error=EIDRM:when=2+ shmput -l key:0x66617506 /faults-x <abc
    assert_output 'shmput: key:0x66617506: Identifier removed'
    semctl rm key:0x66617506
}

@test 'shmcat: --zero-copy goes also where pages cannot be moved to, one segment after the other' {
    # A file that is appended to; what one leaves in the pipe between would be in the way of the next.
    letters 1048576 a >/dev/shm/faults-x
    letters 1048576 b >/dev/shm/faults-y
    soon shmcat --zero-copy /faults-x /faults-y >>out
    cat /dev/shm/faults-{x,y} | cmp - out
}

@test 'semctl: a signal before wait waits ends it by that signal, and nothing is taken' {
    semctl create /faults-s
    for how in error=EINTR:signal=TERM signal=TERM; do
        run -143 traced -P /dev/shm/sem.faults-s -e inject=openat:$how:when=1 semctl wait /faults-s
        assert_equal "$(semctl get /faults-s)" 1
    done
}

@test 'semctl: tokens that were taken together go back together, and once' {
    semctl create key:0x66617507 2
    run -143 traced -e trace=semtimedop -e inject=semtimedop:signal=TERM:when=1 semctl wait -c 2 key:0x66617507
    assert_equal "$(grep -o 'sem_op=[1-9]' trace)" sem_op=2
    assert_equal "$(semctl get key:0x66617507)" 2
    semctl rm key:0x66617507
}

# shellcheck disable=SC2016 # these are perl's
@test 'sockpair: a client tells that the other side closed the connection before it had read everything' {
    soon perl -MSocket -MIO::Socket::UNIX -e '$client = IO::Socket::UNIX->new(Local => "s", Listen => 1)->accept;
        print $client "part\n"; recv $client, $_, 1, MSG_PEEK' 3>&- &
    run -1 --separate-stderr soon sockpair -w 5 -c s <abc
    assert_output part
    assert_equal "$stderr" 'sockpair: s: Connection reset by peer: the other side closed the connection before it had read everything'
}

@test 'ipcls: a table in /proc/sysvipc that cannot be read is not an empty one' {
    # A read of memory at 0 is an error.
    # shellcheck disable=SC2016 # the other shell expands it
    run -1 unshare --ipc --mount sh -c 'echo hello | shmput key:0x11; mount --bind /proc/1/mem /proc/sysvipc/shm
        export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0
        exec strace -qq -o trace -e inject=shmctl:error=EINVAL ipcls -t shm'
    assert_output 'ipcls: /proc/sysvipc/shm: Input/output error; System V segments cannot be listed'
}

@test 'fifotee: who comes for a FIFO just as it is given up sees its end, and not only that of all' {
    mkfifo here
    feed
    bg traced -P here -e trace=openat -e inject=openat:delay_enter=1000000:when=2 fifotee -o fail:here <in 2>stderr
    echo one >&5
    eventually grep -qs 'it has no reader' stderr
    timeout 10 cat here
    kill -0 "$pid"
    fed
    ends 1
}

@test 'sockpair: where the second command cannot be started the first one is ended' {
    run -125 traced -e inject=vfork,clone,clone3,fork:error=EAGAIN:when=2 sockpair sleep 60 -- true
    assert_output 'sockpair: true: Resource temporarily unavailable'
}

@test 'sockpair: -l that cannot ask whether a socket is served takes nothing away' {
    bg sockpair -l s -- cat
    eventually test -S s
    run -125 traced -e inject=socket:error=EMFILE:when=2 sockpair -l s -w 0.1 -- true
    assert_output 'sockpair: s: Too many open files'
    assert_equal "$(soon sockpair -c s <abc)" abc
    kill "$pid"
    ends 143
}

@test 'ipcls: that the first process cannot be looked at is told, but where that is not ours to do' {
    echo abc >/dev/shm/faults-x
    run -0 --separate-stderr traced -P 1 -e inject=newfstatat:error=EIO ipcls -r --noheadings -t pshm -o NAME,USERS /faults-x
    assert_output '/faults-x -'
    assert_equal "$stderr" 'ipcls: /proc: Input/output error; users may be missing'
    run -0 --separate-stderr traced -P 1 -e inject=newfstatat:error=EACCES ipcls -r --noheadings -t pshm -o NAME,USERS /faults-x
    assert_output '/faults-x -'
    assert_equal "$stderr" ''
}

@test 'mqrecv: that there is no memory for its output is no failure of standard output' {
    local nth seen=
    ! sanitized || return 0 # its allocator comes first
    cc -shared -fPIC -o preload.so "$BATS_TEST_DIRNAME/fault/preload.c"
    mqsend -C --max-messages=1 --message-size=8 /faults-q
    for nth in {1..20}; do
        mqsend -n /faults-q one || true
        LD_PRELOAD=$PWD/preload.so FAULT=alloc:$nth run mqrecv /faults-q
        [[ $output != *'standard output'* ]]
        [[ $output != 'mqrecv: Cannot allocate memory; 1 of 1 message put back' ]] || seen=yes
    done
    assert_equal "$seen" yes
    ipcrm-all --force /faults-q >/dev/null
}

@test 'every tool that makes what is missing: what is removed between the two calls that open it is missing' {
    local key=key:0x66617508
    semctl create $key 2
    mqsend -C $key one
    echo one | shmput $key
    run -0 traced -e inject=semctl:error=EIDRM:when=1 semctl create $key 2
    assert_output ''
    # The first one asks for the limits of all queues.
    run -0 traced -e inject=msgctl:error=EIDRM:when=2 mqsend -C $key two
    assert_output ''
    run -0 --separate-stderr mqrecv -a $key
    assert_output $'one\ntwo'
    run -0 traced -e inject=shmctl:error=EIDRM:when=1 shmput $key <abc
    assert_output ''
    assert_equal "$(shmcat $key)" abc
    # Whoever makes it is never quick enough.
    run -3 traced -e inject=semctl:error=EIDRM semctl create $key 2
    assert_output "semctl: $key: No such file or directory"
    run -3 traced -e inject=semctl:error=EIDRM semctl get $key
    assert_output "semctl: $key: No such file or directory"
    ipcrm-all --force -t shm,msg,sem $key >/dev/null
}

@test 'sockpair, semctl, mqrecv, ipcrm-all: each tool that runs a command reports a missing one in the same words' {
    local sem=key:0x66617501 queue=key:0x66617502
    run -127 soon sockpair no-such-command -- true
    assert_output 'sockpair: no-such-command: command not found'
    run -127 soon semctl run "$sem" no-such-command
    assert_output 'semctl: no-such-command: command not found'
    run -127 soon semctl run /faults-command no-such-command
    assert_output 'semctl: no-such-command: command not found'
    run -127 soon ipcrm-all --around --name='/faults-*' no-such-command
    assert_output 'ipcrm-all: no-such-command: command not found'
    mqsend -C "$queue" text
    run -127 soon mqrecv "$queue" -- no-such-command
    assert_output 'mqrecv: no-such-command: command not found'
    run -127 soon mqrecv "$queue" -- ./no-such-command
    assert_output 'mqrecv: ./no-such-command: No such file or directory'
    semctl rm "$sem" /faults-command
    ipcrm -Q 0x66617502
}
