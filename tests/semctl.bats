#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# bg and run read stdin, and set variables; the shell that runs the tests keeps them.
# shellcheck disable=SC2016,SC2030,SC2031,SC2094,SC2154,SC2217

load helper

posix=/sem-a
key=key:0x73656d01
other=key:0x73656d02
number=0x73656d01

# semop(2) is semtimedop(2) in glibc.
ops=semop,semtimedop

setup() { start_test || return; }
teardown() { clean_up sem 0x73; }

# by_default COMMAND...: as from a terminal; a shell has its background processes ignore SIGINT and SIGQUIT, parallel(1) SIGALRM.
by_default() { bg env --default-signal=INT,QUIT,ALRM "$@"; }

# values NAME VALUE...: the semaphore, or all of the set, has these.
values() {
    local name=$1
    shift
    printf '%s\n' "$@" >wanted
    semctl get "$name" >found || return
    cmp found wanted || fail "$name has $(tr '\n' ' ' <found)"
}

# column NUMBER: of the set at key, in /proc/sysvipc/sem (2 id, 3 mode, 4 how many).
column() { awk -v key="$((number))" -v column="$1" '$1 == key { print $column }' /proc/sysvipc/sem; }

no_set() { [[ -z $(column 2) ]] || fail "there is a set: $(column 2)"; }

# Whether somebody waits for it.
waited_for() { awaited "$1"; }

# row CELL...: the table in $output has a line with these cells.
row() { tr -s ' ' <<<"$output" | grep -qxF -- "$*" || fail "no row $*: $output"; }

# held_by_nobody: what `run` made has all its tokens.
free() { values "$1" "$2"; }

# untraced SCRIPT ARGUMENT...: what loops much, in a shell that bats does not follow.
untraced() { bash -c "$1" - "${@:2}" 3>&-; }

# storm COMMAND NAME ARGUMENT...: three hundred times semctl, and SIGTERM to it, before it begins, in its midst, at its
# end; prints the statuses.
storm() {
    untraced 'for ((i = 0; i < 300; i++)); do
            semctl "$@" &
            for ((j = 0; j < i * 20; j++)); do :; done
            kill -TERM $! 2>/dev/null
            wait $!
            echo $?
        done 2>/dev/null' "$@"
}

# --- the command line ---

@test 'semctl: without a command, with an unknown one or with options before it, it explains' {
    usage_error semctl
    usage_error semctl seize $key
    usage_error semctl -n wait $key
}

@test 'semctl: a command without its semaphore explains its own usage' {
    local command
    for command in create wait post get set op rm; do
        usage_error semctl "$command"
        [[ $stderr == *"usage: semctl $command "* ]] || fail "$stderr"
    done
    usage_error semctl barrier -c 2
}

@test 'semctl: an option of another command is refused' {
    usage_error semctl wait -x $key
    usage_error semctl create -n $key
    usage_error semctl post -w 1 $key
    usage_error semctl get -c 2 $key
    usage_error semctl rm -m 0600 $key
    usage_error semctl set --jobs=2 $key 1
    no_set
}

@test 'semctl: an operand too many is refused, and nothing is done' {
    semctl create $key
    usage_error semctl wait $key $other
    values $key 1
}

@test 'semctl: --help of a command has its own options, and no others' {
    local command letters
    while read -r command letters; do
        run -0 semctl "$command" --help
        assert_equal "$(sed -n 's/^  -\([a-zA-Z]\), --.*/\1/p' <<<"$output" | grep -v '[hV]' | sort | tr -d '\n')" "$letters"
        refute_line --regexp '^  (run|create|wait|post|get|set|op|barrier|rm)  '
    done < <(sed -n 's/^\t{"\([a-z]*\)", "\([a-zA-Z]*\)", "semctl .*/\1 \2/p' "$BATS_TEST_DIRNAME/../cmd/semctl/semctl.c")
}

@test 'semctl: options may follow operands until a command begins' {
    semctl create $key 1
    run -0 --separate-stderr semctl wait $key -v
    assert_equal "$stderr" "semctl: $key: took 1 token"
    run -124 soon semctl wait $key -n
    run -1 semctl post $key -c 2 /sem-missing -v
    values $key 2
    run -0 --separate-stderr semctl op $key 0-1 -v
    assert_equal "$stderr" "semctl: $key: done"
    run -0 --separate-stderr semctl op $key 0+1 -v -- echo -n -v
    assert_equal "$output|$stderr" "-v|semctl: $key: done"
    run -0 --separate-stderr semctl run $other -v -j 2 echo -v
    assert_equal "$output|$stderr" "-v|semctl: $other: created; slot 0 of 2"
    run -0 --separate-stderr semctl run $other -v -- echo --
    assert_equal "$output|$stderr" "--|semctl: $other: slot 0 of 2"
    # After -- nothing is an option.
    usage_error semctl wait -- $key -n
}

@test 'semctl: names that are none are refused' {
    local command
    for command in create wait post get rm 'set -v' op; do
        usage_error semctl "$command" jobs 0-1
        usage_error semctl "$command" key:0 0-1
        usage_error semctl "$command" key:4294967296 0-1
        usage_error semctl "$command" file:/etc/passwd 0-1
    done
    usage_error semctl wait key:private
    usage_error semctl create id:3
}

@test 'semctl: values and counts that cannot be are refused' {
    local value
    for value in -1 32768 2147483648 4294967297 1x '' 1.5; do
        usage_error semctl create $key "$value"
        usage_error semctl set $key "$value"
    done
    usage_error semctl create $posix 2147483648
    usage_error semctl create $posix -1
    for value in 0 -1 2147483648 x; do
        usage_error semctl wait -c "$value" $key
        usage_error semctl post -c "$value" $key
        usage_error semctl barrier -c "$value" $key
    done
    usage_error semctl wait -c 32768 $key
    no_set
    assert [ ! -e /dev/shm/sem.sem-a ]
}

@test 'semctl: --help and --version, also after a command, and shortened' {
    local word
    for word in --help --hel --h -h; do
        run -0 semctl $word
        assert_line --partial 'usage: semctl run|create'
        run -0 semctl run $word
        assert_line --partial 'usage: semctl run ['
    done
    for word in --version --versi -V; do
        run -0 semctl $word
        assert_output --partial 'semctl (ipcutils)'
    done
    usage_error semctl --
    usage_error semctl --helps
    run -0 semctl -V
    assert_output --partial 'semctl (ipcutils)'
}

# --- create ---

@test 'create: without values it makes a lock, for its owner only' {
    semctl create $key
    values $key 1
    assert_equal "$(column 3)" 600
    assert_equal "$(column 4)" 1
    semctl create $posix
    values $posix 1
    assert_equal "$(stat -c %a /dev/shm/sem.sem-a)" 600
}

@test 'create: the mode is as given, whatever the umask' {
    umask 077
    semctl create -m 0666 $key
    semctl create -m 0666 $posix
    assert_equal "$(column 3)" 666
    assert_equal "$(stat -c %a /dev/shm/sem.sem-a)" 666
}

@test 'create: a mode that keeps its owner out is heeded, too' {
    semctl create -m 0044 $key 5
    semctl create -m 0044 $posix 5
    assert_equal "$(column 3)" 44
    assert_equal "$(stat -c %a /dev/shm/sem.sem-a)" 44
    values $key 5
    values $posix 5
}

@test 'create: several values make a set' {
    semctl create $key 3 0 32767 1
    values $key 3 0 32767 1
}

@test 'create: a set of more values than one semop(2) fills' {
    local many
    mapfile -t many < <(seq 1 900)
    semctl create $key "${many[@]}"
    values $key "${many[@]}"
    semctl rm $key
    many[0]=0
    semctl create $key "${many[@]}"
    values $key "${many[@]}"
}

@test 'create: a set of zeros counts as finished' {
    semctl create $key 0 0
    assert [ "$(awk -v key=$((number)) '$1 == key { print $9 }' /proc/sysvipc/sem)" != 0 ]
}

@test 'create: a POSIX semaphore has one value' {
    usage_error semctl create $posix 1 2
    semctl create $posix 2147483647
    values $posix 2147483647
}

@test 'create: what is there stays as it is' {
    local name
    for name in $key $posix; do
        semctl create "$name" 3
        semctl create "$name" 7
        values "$name" 3
        run -1 semctl create -x "$name" 7
        assert_output --partial 'File exists'
        values "$name" 3
    done
    run -1 semctl create $key 1 2
    assert_output --partial 'the set exists with 1 semaphore, not 2'
}

@test 'create: -v says what happened' {
    run -0 --separate-stderr semctl create -v $key
    [[ -z $output && $stderr == *created* ]]
    run -0 --separate-stderr semctl create -v $key
    [[ -z $output && $stderr == *'exists already'* ]]
}

@test 'create: key:private prints the id that all tools take' {
    id=$(semctl create key:private 2)
    [[ $id =~ ^id:[0-9]+$ ]]
    values "$id" 2
    semctl rm "$id"
}

@test 'create: a private set whose id cannot be printed is removed' {
    # Where nobody else makes any: the table has its head alone.
    run -0 --separate-stderr unshare --ipc bash -c 'semctl create key:private >/dev/full; echo "status $?"
        semctl create key:private >&-; echo "status $?"; wc -l </proc/sysvipc/sem'
    assert_output $'status 1\nstatus 1\n1'
}

@test 'create: a private set whose reader has gone is removed' {
    run -0 --separate-stderr unshare --ipc bash -c 'exec 4> >(exec true); wait $!; semctl create key:private >&4
        echo "status $?"; wc -l </proc/sysvipc/sem'
    assert_output $'status 1\n1'
}

@test 'create: what others remove and make meanwhile is made all the same' {
    run -0 untraced 'for i in 1 2 3; do (for k in {1..150}; do semctl create "$1" || echo "status $?"; done) & done
        (for k in {1..300}; do semctl rm "$1" 2>/dev/null; semctl rm "$2" 2>/dev/null; done) &
        (for k in {1..150}; do semctl create "$2" || echo "status $?"; semctl run "$1" true 2>/dev/null; done) &
        wait' $key $posix
    assert_output ''
}

@test 'create: of a hundred exclusive creators one wins, and nobody sees a set without its values' {
    local i wins=0 status
    rm -f go
    mkfifo go
    exec 9<>go
    for ((i = 0; i < 100; i++)); do
        bash -c 'read -rn 1 _ <&9
            semctl create -x "$1" 7 2>/dev/null && exit 10
            [[ $(semctl get "$1") == 7 ]] && exit 11' - $key 9<go &
    done 3>&-
    printf '%100s' '' >&9
    for ((i = 0; i < 100; i++)); do
        status=0
        wait -n || status=$?
        case "$status" in
        10) wins=$((wins + 1)) ;;
        11) ;;
        *) fail "one saw a set without its values ($status)" || return ;;
        esac
    done
    exec 9>&-
    assert_equal $wins 1
}

@test 'create: who looks at a set in the making waits for its values' {
    traced -e trace=$ops -e inject=$ops:delay_enter=300000 semctl create $key 7 3>&- &
    pids+=($!)
    eventually test -n "$(until [[ -n $(column 2) ]]; do :; done; column 2)"
    values $key 7
    wait $!
}

@test 'create: a set that another program made, and did not use yet, is used' {
    peer sem-make $key 2
    values $key 2
    semctl wait -n $key
    values $key 1
}

@test 'create: the kernel has no room for another set' {
    traced -e trace=semget -e inject=semget:error=ENOSPC semctl create $key 2>stderr || status=$?
    assert_equal "$status" 1
    grep 'kernel.sem' stderr
}

@test 'create: where the values cannot be given, no set stays' {
    traced -e trace=$ops -e inject=$ops:error=ENOMEM semctl create $key 2>stderr || status=$?
    assert_equal "$status" 1
    grep 'Cannot allocate memory' stderr
    no_set
}

# --- wait and post ---

@test 'wait takes a token, post gives one' {
    local name
    for name in $key $posix; do
        semctl create "$name" 2
        semctl wait "$name"
        values "$name" 1
        semctl wait "$name"
        values "$name" 0
        semctl post "$name"
        values "$name" 1
        semctl post -c 5 "$name"
        values "$name" 6
        semctl wait --count=4 "$name"
        values "$name" 2
    done
}

@test 'wait: what is not there is missing, status 3' {
    local command
    for command in wait post get rm; do
        run -3 semctl "$command" $key
        run -3 semctl "$command" $posix
    done
    run -3 semctl set $key 1
    run -3 semctl set $posix 1
    run -3 semctl op $key 0-1
    run -3 semctl get id:2147483647
    run -3 semctl rm id:2147483647
}

@test 'wait: -n does not wait, -w not for long' {
    local name
    for name in $key $posix; do
        semctl create "$name" 0
        run -124 soon semctl wait -n "$name"
        assert_output "semctl: $name: no token is free"
        run -124 soon semctl wait -w 50ms "$name"
        assert_output "semctl: $name: timed out"
        run -124 soon semctl wait -n -c 2 "$name"
        values "$name" 0
    done
}

@test 'wait ends when a token comes' {
    local name
    for name in $key $posix; do
        semctl create "$name" 0
        bg semctl wait "$name"
        eventually waited_for "$name"
        semctl post "$name"
        ends 0
        values "$name" 0
    done
}

@test 'wait -c takes all or none' {
    local name
    for name in $key $posix; do
        semctl create "$name" 2
        run -124 soon semctl wait -w 50ms -c 3 "$name"
        values "$name" 2
        bg semctl wait -c 3 "$name"
        eventually waited_for "$name"
        semctl post "$name"
        ends 0
        values "$name" 0
    done
}

@test 'wait: a System V token is taken for good, not until the end of the process' {
    semctl create $key 1
    semctl wait $key
    values $key 0
}

@test 'wait: a token is kept also where the semaphore is full' {
    semctl create $key 32767
    # Between its two steps others add what it took.
    traced -e trace=$ops -e inject=$ops:delay_exit=300000 semctl wait $key 3>&- 3>&- &
    pids+=($!)
    eventually values $key 32766
    semctl post $key
    wait $!
    values $key 32767
}

@test 'wait ends with status 3 where the semaphore is removed' {
    local name
    for name in $key $posix; do
        semctl create "$name" 0
        bg semctl wait "$name"
        eventually waited_for "$name"
        semctl rm -f "$name"
        ends 3
    done
}

@test 'wait: a POSIX semaphore of that name that is another by now is no longer waited for' {
    semctl create $posix 0
    bg semctl wait $posix
    eventually waited_for $posix
    semctl rm -f $posix
    semctl create $posix 1
    ends 3
    values $posix 1
}

@test 'wait: so many that taking them takes long are given up in time' {
    semctl create $posix 300000000
    run -124 soon semctl wait -n -c 400000000 $posix
    values $posix 300000000
    run -124 soon semctl wait -w 50ms -c 400000000 $posix
    values $posix 300000000
    bg semctl wait -c 400000000 $posix
    eventually asleep_or_busy
    kill "$pid"
    eventually ended "$pid"
    ends 143
    values $posix 300000000
}

# Whether it has begun to take.
asleep_or_busy() { [[ $(semctl get $posix) != 300000000 ]]; }

@test 'wait: a semaphore whose file becomes too short, or other content, is noticed' {
    semctl create $posix 0
    bg semctl wait $posix 2>stderr
    eventually waited_for $posix
    truncate -s 8 /dev/shm/sem.sem-a
    ends 1
    grep 'not a semaphore' stderr
}

@test 'post at the maximum is refused, and changes nothing' {
    semctl create $key 32767
    run -1 semctl post $key
    assert_output "semctl: $key: the value would exceed 32767; nothing was added"
    values $key 32767
    semctl set $key 32760
    run -1 semctl post -c 8 $key
    values $key 32760
    run -1 semctl post -c 32768 $key
    semctl create $posix 2147483647
    run -1 semctl post $posix
    assert_output "semctl: $posix: the value would exceed 2147483647; nothing was added"
    values $posix 2147483647
    semctl set $posix 2147483640
    run -1 semctl post -c 8 $posix
    values $posix 2147483640
}

@test 'post, get and rm take several, and go on after one that fails' {
    semctl create $key 1
    semctl create $posix 2
    run -1 --separate-stderr semctl post $key /sem-missing $posix
    assert_equal "$stderr" 'semctl: /sem-missing: No such file or directory'
    run -1 --separate-stderr semctl get $key /sem-missing $posix
    assert_output $'2\n3'
    run -1 semctl rm $key /sem-missing $posix
    no_set
    assert [ ! -e /dev/shm/sem.sem-a ]
    run -3 semctl rm $key $posix
}

@test 'wait: three hundred SIGTERMs leak nothing' {
    local name
    for name in $key $posix; do
        semctl create "$name" 300
        storm wait "$name" >statuses
        run -0 sort -u statuses
        assert_output --regexp $'^(0\n)?143$'
        values "$name" $((300 - $(grep -cx 0 statuses || :)))
        semctl rm "$name"
    done
}

@test 'wait: a signal ends it, and it dies of it' {
    local name signal
    for name in $key $posix; do
        semctl create "$name" 0
        for signal in HUP INT QUIT TERM USR1 USR2; do
            by_default semctl wait "$name"
            eventually waited_for "$name"
            kill -$signal "$pid"
            ends $((128 + $(kill -l "$signal")))
        done
        values "$name" 0
    done
}

@test 'wait: Ctrl-Z and fg leave what is left of the time' {
    local name
    for name in $key $posix; do
        semctl create "$name" 0
        bg semctl wait -w 1 "$name"
        eventually waited_for "$name"
        for _ in 1 2 3; do
            kill -STOP "$pid"
            eventually stopped "$pid"
            kill -CONT "$pid"
            eventually asleep "$pid"
        done
        ends 124
    done
}

@test 'wait: after Ctrl-Z the wait is not a new one' {
    semctl create $key 0
    bg traced -e trace=semtimedop semctl wait -w 1 $key
    eventually waited_for $key
    child=$(pgrep -f '^semctl wait -w 1 ')
    kill -STOP "$child"
    kill -CONT "$child"
    ends 124
    awk -F 'tv_nsec=' '/tv_sec=0/ { split($2, n, /[^0-9]/); print n[1] }' trace >left
    [[ $(wc -l <left) -ge 1 ]]
    sort -nr left | cmp - left
}

@test 'wait: waiting is one system call, not many' {
    local name
    for name in $key; do
        semctl create "$name" 0
        run -124 traced -c -e trace=semtimedop,futex,nanosleep,clock_nanosleep,poll semctl wait -w 300ms "$name"
        assert [ "$(awk '$NF == "total" || $NF ~ /semtimedop/ { print $4; exit }' trace)" -le 2 ]
    done
}

# --- get and set ---

@test 'get: -v shows who waits and who was last' {
    semctl create $key 1 0
    semctl wait $key
    bg semctl wait $key
    eventually waited_for $key
    bg semctl op $key 1-1
    run -0 semctl get -v $key
    assert_line --index 0 --regexp '^NAME +SEMAPHORE +VALUE +WAITING +FOR-ZERO +LAST-PID +COMMAND$'
    assert_line --regexp '^key:0x73656d01 +0 +0 +1 +0 +[0-9]+ +-$'
}

@test 'get: -v shows which process holds which slot' {
    bg semctl run -j 2 $key sleep 30
    eventually values $key 1
    run -0 semctl get -v $key
    row $key tokens 1 0 0 "$pid" sleep
    row $key slot-0 1 0 0 "$pid" sleep
    row $key slot-1 0 0 0 - -
}

@test 'get: -v of a POSIX semaphore shows what its kind tells' {
    semctl create $posix 0
    bg semctl wait $posix
    eventually waited_for $posix
    run -0 semctl get -v $posix
    row $posix 0 0 1 - - -
}

@test 'get: the columns of -v line up, whatever is in them, and a name is one word' {
    semctl create $key 32767 0
    semctl create '/sem-a name' 1
    run -0 semctl get -v $key '/sem-a name'
    # Words begin, and numbers end, at the same place in all lines.
    assert_equal "$(awk '{
        at = 0
        for (i = 1; i <= 6; i++) {
            at += index(substr($0, at + 1), $i)
            printf " %d", i <= 2 ? at : at + length($i) - 1
            at += length($i) - 1
        }
        print ""
    }' <<<"$output" | sort -u | wc -l)" 1
    row '/sem-a\x20name' 0 1 0 - - -
    run -3 semctl get -v /sem-missing
    assert_output 'semctl: /sem-missing: No such file or directory'
}

@test 'get: a full disk and a closed standard output are failures' {
    semctl create $key 1
    run -1 bash -c "semctl get $key >/dev/full"
    assert_output --partial 'standard output'
    run -1 bash -c "semctl get $key >&-"
    assert_output --partial 'standard output'
}

@test 'set: all values in one step, and only as many as there are' {
    semctl create $key 1 2 3
    semctl set $key 4 0 32767
    values $key 4 0 32767
    run -1 semctl set $key 1
    assert_output "semctl: $key: the set has 3 semaphores, but 1 value was given"
    run -1 semctl set $key 1 2 3 4
    values $key 4 0 32767
    semctl create $posix 5
    semctl set $posix 2
    values $posix 2
    semctl set $posix 9
    values $posix 9
    run -1 semctl set $posix 1 2
}

@test 'set: who waits is released by it' {
    semctl create $key 0
    semctl create $posix 0
    for name in $key $posix; do
        bg semctl wait "$name"
        eventually waited_for "$name"
        semctl set "$name" 2
        ends 0
        values "$name" 1
    done
}

@test 'set: what holders would give back is forgotten' {
    semctl create $key 1
    bg semctl run $key sleep 30
    eventually values $key 0
    semctl set $key 1
    kill "$pid"
    ends 143
    values $key 1
}

@test 'set: the tokens of what run made' {
    semctl run -j 2 $key true
    semctl set $key 1
    values $key 1
    semctl barrier -n -c 1 $other
    run -1 semctl set $other 1
    assert_output --partial barrier
}

@test 'rm: what others made broken is removed, what is no file is not' {
    : >/dev/shm/sem.sem-empty
    semctl rm /sem-empty
    assert [ ! -e /dev/shm/sem.sem-empty ]
    mkdir /dev/shm/sem.sem-dir
    run -1 semctl rm /sem-dir
    ln -s /etc/passwd /dev/shm/sem.sem-link
    run -1 semctl rm /sem-link
    assert [ -L /dev/shm/sem.sem-link ]
}

# --- op ---

@test 'op: several operations in one step' {
    semctl create $key 1 2 0
    semctl op $key 0-1 1+2 2=0
    values $key 0 4 0
    # None of it, as the last cannot be.
    run -124 semctl op -n $key 1-1 2+3 0-1
    assert_output "semctl: $key: the operations would have to wait"
    values $key 0 4 0
    semctl op $key 0x1-0x2 2+0x10
    values $key 0 2 16
}

@test 'op: waits until all of it can be done' {
    semctl create $key 0 1
    bg semctl op $key 0-1 1-1
    eventually asleep "$pid"
    run -0 semctl get $key
    assert_output $'0\n1'
    semctl post $key
    ends 0
    values $key 0 0
}

@test 'op: waits for zero' {
    semctl create $key 1
    bg semctl op $key 0=0
    eventually asleep "$pid"
    semctl wait $key
    ends 0
}

@test 'op: n is for one operation, -n and -w for all' {
    semctl create $key 0
    run -124 soon semctl op $key 0-1n
    run -124 soon semctl op -w 50ms $key 0-1
    assert_output "semctl: $key: timed out"
}

@test 'op: u is undone at the end of the process that it becomes' {
    semctl create $key 1 1
    run -7 semctl op $key 0-1u 1+4u -- sh -c "semctl get $key; exit 7"
    assert_output $'0\n5'
    values $key 1 1
    semctl op $key 0-1u
    values $key 1 1
    run -0 semctl op $key 0-1nu 1-1 -- semctl get $key
    values $key 1 0
}

@test 'op: with a command its own failures are 125' {
    run -125 semctl op $key 0-1 -- true
    semctl create $key 0
    run -124 semctl op -n $key 0-1 -- true
    run -127 semctl op $key 0+1 -- /nonexistent
    run -125 semctl op $key -- true
    run -125 semctl op $key 0-1 --
}

@test 'op: operations that are none are refused' {
    local word
    semctl create $key 1
    for word in 0 -1 0- 0+ 0=1 0-0 0+0 '0=' 0-32768 65536-1 0*1 0-1x 0-1uu- 0-1-1 a-1 '' 0--1; do
        usage_error semctl op $key "$word"
    done
    usage_error semctl op $key
    usage_error semctl op $posix 0-1
    values $key 1
}

@test 'op: what the set does not have, and what is too much' {
    semctl create $key 1
    run -1 semctl op $key 1-1
    assert_output "semctl: $key: the set has only 1 semaphore, numbered from 0"
    run -1 semctl op $key 0+32767
    assert_output "semctl: $key: a value, or what is to be undone for this process, would exceed 32767; nothing was done"
    mapfile -t many < <(yes 0+1 | head -n 600)
    run -1 semctl op $key "${many[@]}"
    assert_output --partial 'too many operations for one step'
    values $key 1
}

# --- run ---

@test 'run: makes the semaphore, runs the command, and all is free again' {
    run -0 semctl run $key echo "done"
    assert_output 'done'
    values $key 1
    assert_equal "$(column 3)" 600
    run -0 semctl run -m 0666 $other -- true
    values $other 1
}

@test 'run: the semaphore is held meanwhile' {
    local name
    for name in $key $posix; do
        run -0 semctl run "$name" semctl get "$name"
        assert_output 0
        run -0 semctl run "$name" -- sh -c "semctl run -n $name true || echo \$?"
        assert_line 124
        values "$name" 1
    done
}

@test 'run: -j tokens' {
    local name
    for name in $key $posix; do
        run -0 semctl run -j 3 "$name" sh -c "semctl get $name; exec semctl run $name sh -c 'semctl get $name; semctl run $name semctl get $name'"
        assert_output $'2\n1\n0'
        values "$name" 3
    done
    run -0 semctl run --jobs=3 $key true
}

@test 'run: the command line of it' {
    run -125 semctl run
    run -125 semctl run $key
    run -125 semctl run $key --
    run -125 semctl run -j 0 $key true
    run -125 semctl run -j 15999 $key true
    run -125 semctl run -m 0400 $key true
    run -125 semctl run jobs true
    no_set
    run -0 semctl run -- $key echo -n
    assert_output ''
    run -0 semctl run $key -- echo --
    assert_output -- --
}

@test 'run: as many tokens as a set has room for' {
    run -0 semctl run -j 15998 $key sh -c 'echo $SEMCTL_SLOT'
    assert_output 0
    values $key 15998
}

@test 'run: the exact status of the command' {
    local name status
    for name in $key $posix; do
        for status in 0 1 2 3 7 124 125 255; do run -$status semctl run "$name" sh -c "exit $status"; done
        run -127 semctl run "$name" /nonexistent
        assert_output 'semctl: /nonexistent: No such file or directory'
        run -126 semctl run "$name" /etc/passwd
        run -126 semctl run "$name" /
        run -137 bash -c "semctl run $name sh -c 'kill -KILL \$\$'; exit"
        run -143 bash -c "semctl run $name sh -c 'kill -TERM \$\$'; exit"
        values "$name" 1
    done
}

@test 'run: a script without a first line is run as from a shell' {
    echo 'echo it ran' >script
    chmod +x script
    for name in $key $posix; do
        run -0 semctl run "$name" ./script
        assert_output 'it ran'
    done
}

@test 'run: own failures are 125, the time that ran out 124' {
    local name
    for name in $key $posix; do
        semctl create "$name" 0
        run -124 soon semctl run -n "$name" echo never
        assert_output "semctl: $name: no token is free"
        run -124 soon semctl run -w 50ms "$name" echo never
        assert_output "semctl: $name: timed out"
        semctl rm "$name"
    done
    run -125 semctl run id:2147483647 true
}

@test 'run: waits for the token' {
    local name
    for name in $key $posix; do
        semctl create "$name" 0
        bg semctl run "$name" sh -c 'echo held >out'
        eventually waited_for "$name"
        assert [ ! -e out ]
        semctl post "$name"
        ends 0
        assert [ -e out ]
        rm out
        values "$name" 1
    done
}

@test 'run: removal while waiting' {
    local name
    for name in $key $posix; do
        semctl create "$name" 0
        bg semctl run "$name" true
        eventually waited_for "$name"
        semctl rm -f "$name"
        ends 125
    done
}

@test 'run: sixteen processes count to 960 under a lock' {
    local name
    printf '%s\n' '#!/bin/sh' 'read -r n <count; echo $((n + 1)) >count' >increment
    chmod +x increment
    for name in $key $posix; do
        echo 0 >count
        untraced 'for ((i = 0; i < 16; i++)); do
                for ((k = 0; k < 60; k++)); do semctl run "$1" ./increment; done &
            done
            wait' "$name"
        assert_equal "$(<count)" 960
        values "$name" 1
    done
}

@test 'run: the counter of the page keeps its number when its holders are killed' {
    local took
    # The command as the page has it.
    perl -ne 'print if /semctl run key:0xc047/ .. /counter\x27$/' "${BATS_TEST_DIRNAME%/*}/man/semctl.1" | sed "s/^[$>] //; s/key:0xc047/$key/" >count
    [[ $(wc -l <count) == 4 ]]
    echo 0 >counter
    # A run of it takes that long, in tenths of a millisecond.
    took=$(milliseconds bash -c "exec $(cat count)")
    took=$((took < 1 ? 10 : took > 400 ? 4000 : took * 10))
    echo 0 >counter
    : >whole
    untraced 'for ((i = 0; i < 4; i++)); do
            for ((k = 0; k < 60; k++)); do
                # A kill at any moment, or none.
                timeout -s KILL "$(printf 0.%04d $((RANDOM % (2 * $1))))" bash -c "exec $(cat count)" && echo "done" >>whole
                (($(cat counter) <= 240)) || echo "$(cat counter)" >>wrong
                echo ended >>ended
            done &
        done 2>/dev/null
        wait' "$took"
    # timeout(1) kills itself along with the last one, which may still be ending.
    eventually values $key 1
    assert [ ! -e wrong ]
    run -0 cat counter
    assert_output --regexp '^[0-9]+$'
    ((output >= $(wc -l <whole) && output <= 240)) || fail "$output after $(wc -l <whole) whole runs"
    # Some were killed.
    [[ $(wc -l <ended) == 240 && $(wc -l <whole) -lt 240 ]]
}

@test 'run: each holder has a slot of its own, also when holders are killed' {
    cat >holder <<'END'
#!/bin/sh
case $SEMCTL_SLOT in [0-2]) ;; *) echo "slot $SEMCTL_SLOT" >>wrong ;; esac
# Who was killed left his mark, and may be a zombie or on the way to it; a pid that stays alive is a second holder.
if [ -e "slot.$SEMCTL_SLOT" ] && read -r pid <"slot.$SEMCTL_SLOT" && [ "$pid" ]; then
    tries=0
    while grep -q '^State:.[^ZX]' "/proc/$pid/status" 2>/dev/null; do
        tries=$((tries + 1))
        [ $tries -lt 100 ] || { echo "$$ and $pid in $SEMCTL_SLOT" >>wrong; break; }
    done
fi
echo $$ >"slot.$SEMCTL_SLOT"
case $(($$ % 3)) in 0) kill -KILL $$ ;; esac
rm "slot.$SEMCTL_SLOT"
END
    chmod +x holder
    untraced 'for ((i = 0; i < 8; i++)); do
            for ((k = 0; k < 25; k++)); do semctl run -j 3 "$1" ./holder; done 2>/dev/null &
        done
        wait' $key
    assert [ ! -e wrong ]
    values $key 3
    run -0 semctl get -v $key
    refute_line --regexp 'slot-. +1'
}

@test 'run: a command finds free what the last holder of its slot had locked' {
    # The locks lie between files whose memory the kernel takes long to free.
    cat >holder <<'END'
#!/bin/sh
exec 8>"lock.$SEMCTL_SLOT"
flock -n 8 || echo "slot $SEMCTL_SLOT" >>clash
for fd in 7 9; do
    fallocate -l 16M "/dev/shm/sem-$$" && eval "exec $fd<>/dev/shm/sem-$$" && rm "/dev/shm/sem-$$"
done
END
    chmod +x holder
    for jobs in 1 3; do
        untraced 'for ((i = 0; i < 9; i++)); do
                for ((k = 0; k < 8; k++)); do semctl run -j "$2" "$1" ./holder; done &
            done
            wait' $key $jobs
        assert [ ! -e clash ]
        assert [ -e lock.$((jobs - 1)) ]
    done
}

@test 'run: it does not wait for a last holder that lives, and not for long for one that seems to be dying' {
    # Holds the slot, gives it back by hand as semctl(1) shows it, and goes on.
    semctl run $key true
    semctl run $key bash -c 'semctl op "$1" 0+0 2>/dev/null; exec sleep 60' - $key &
    pids+=($!)
    eventually values $key 0
    kill -KILL $!
    wait $! || :
    run -0 soon semctl run -n $key echo ran
    assert_output ran
    # The kernel says that the last one is not to be seen: it is of another pid namespace.
    run -0 unshare --pid --fork --mount-proc semctl run $key echo ran
    assert_output ran
    assert [ "$(milliseconds semctl run $key true)" -lt 900 ]
}

@test 'run: -j of an unused semaphore changes its number of tokens' {
    local jobs
    for jobs in 2 3 1 40 600 2; do
        run -0 semctl run -j $jobs $key semctl get $key
        assert_output $((jobs - 1))
        values $key $jobs
    done
}

@test 'run: a crowd with different -j never breaks a set' {
    untraced 'for ((i = 0; i < 12; i++)); do
            for ((k = 0; k < 12; k++)); do
                semctl run -j "$((i % 3 * 40 + 1))" "$1" true 2>>err || [[ $? == 125 ]] || echo wrong
            done &
        done
        wait' $key
    run ! grep -v 'it was created with .* and is in use' err
    semctl run -j 2 $key true
    values $key 2
}

@test 'resize: more tokens at once, fewer as their holders end' {
    semctl run -j 2 $key true
    bg semctl run $key sleep 60
    first=$pid
    bg semctl run $key sleep 60
    second=$pid
    eventually values $key 0
    bg semctl run $key sh -c 'echo $SEMCTL_SLOT >out'
    eventually waited_for $key
    semctl resize $key 3
    ends 0
    assert_equal "$(<out)" 2
    values $key 1
    semctl resize $key 1
    values $key 0
    run -0 semctl get -v $key
    row $key surplus 1 0 0 "$(sed -n 's/.*surplus  *1  *0  *0  *\([0-9]*\).*/\1/p' <<<"$output")" -
    # The first one that ends gives none back.
    bg semctl run $key sh -c 'echo $SEMCTL_SLOT >out'
    waiting=$pid
    eventually waited_for $key
    kill "$second"
    ends 143 "$second"
    eventually surplus_is 0
    eventually waited_for $key
    kill "$first"
    ends 143 "$first"
    ends 0 "$waiting"
    assert_equal "$(<out)" 0
    values $key 1
}

# The tokens that are to be withdrawn.
surplus_is() { [[ $(semctl get -v $key | awk '$2 == "surplus" { print $3 }') == "$1" || $1 == 0 && $(semctl get -v $key) != *surplus* ]]; }

@test 'resize: what cannot be' {
    semctl create $key 1
    run -1 semctl resize $key 2
    assert_output "semctl: $key: not a set that run created; post adds a token, wait takes one"
    semctl create $posix 1
    run -1 semctl resize $posix 2
    assert_output "semctl: $posix: a POSIX semaphore has no number of tokens; post adds one, wait takes one"
    run -3 semctl resize key:0x73656d09 2
    usage_error semctl resize $key
    usage_error semctl resize $key 0
    usage_error semctl resize $key 15999
    usage_error semctl resize $key 1 2
    bg semctl run $other sleep 60
    eventually values $other 0
    run -1 semctl resize $other 9
    assert_output "semctl: $other: the set has room for 8 tokens while it is used; held by $pid/sleep"
    kill "$pid"
    ends 143
    run -0 --separate-stderr semctl resize -v $other 9
    assert_equal "$stderr" "semctl: $other: has 9 tokens now"
    values $other 9
}

@test 'resize: up and down under a crowd loses no token, and slots stay within the number' {
    semctl run -j 4 $key true
    cat >holder <<'END'
#!/bin/sh
case $SEMCTL_SLOT in [0-5]) ;; *) echo "slot $SEMCTL_SLOT" >>wrong ;; esac
mkdir "held.$SEMCTL_SLOT" 2>/dev/null || echo "two in $SEMCTL_SLOT" >>wrong
rmdir "held.$SEMCTL_SLOT"
END
    chmod +x holder
    untraced 'for ((i = 0; i < 8; i++)); do
            for ((k = 0; k < 20; k++)); do semctl run "$1" ./holder; done &
        done
        for ((k = 0; k < 60; k++)); do semctl resize "$1" $((RANDOM % 6 + 1)); done
        semctl resize "$1" 4
        wait' $key
    assert [ ! -e wrong ]
    values $key 4
}

@test 'rm: what is held or waited for stays, -f removes it' {
    local name
    for name in $key $posix; do
        bg semctl run "$name" sleep 60
        eventually values "$name" 0
        [[ $name == "$key" ]] && holder=$pid/sleep || holder=$pid/semctl
        eventually is_tool "$pid" "${holder#*/}"
        run -1 semctl rm "$name"
        assert_output "semctl: $name: held by $holder; it stays (-f removes it)"
        values "$name" 0
        semctl rm -f "$name"
        run -3 semctl get "$name"
    done
}

@test 'rm: what may be used, but cannot be looked at, stays; -f removes it' {
    needs_uids
    as_nobody semctl create -m 0222 $key
    as_nobody semctl create -m 0000 $posix
    for name in $key $posix; do
        run -1 as_nobody semctl rm "$name"
        assert_output "semctl: $name: its users cannot be seen: Permission denied; it stays (-f removes it)"
        as_nobody semctl rm -f "$name"
        run -3 semctl get "$name"
    done
}

@test 'rm: a process that begins while a set is removed does not run beside the next one' {
    echo 0 >count
    printf '%s\n' '#!/bin/sh' 'mkdir held 2>/dev/null || echo two >>wrong' 'rmdir held' >holder
    chmod +x holder
    untraced 'for ((i = 0; i < 6; i++)); do
            for ((k = 0; k < 30; k++)); do semctl run "$1" ./holder 2>/dev/null; done &
        done
        for ((k = 0; k < 100; k++)); do semctl rm "$1" 2>/dev/null; done
        wait' $key
    assert [ ! -e wrong ]
}

@test 'wait, run, op, barrier: -E chooses the status for a time that is over' {
    local name
    for name in $key $posix; do
        semctl create "$name" 0
        run -0 soon semctl run -E 0 -n "$name" true
        run -75 soon semctl run -w 10ms -E 75 "$name" true
        run -255 soon semctl wait --conflict-exit-code=255 -n "$name"
        semctl post "$name"
        run -124 soon semctl run -E 75 "$name" sh -c 'exit 124'
    done
    semctl set $key 0
    run -75 soon semctl op -E 75 -n $key 0-1
    run -75 soon semctl op -E 75 $key 0-1n
    run -75 soon semctl op -E 75 -w 10ms $key 0-1 -- true
    run -75 soon semctl barrier -E 75 -w 10ms -c 2 $other
    usage_error semctl wait -E 256 $key
    usage_error semctl wait -E x $key
}

@test 'run, wait, op: who gives up is told who holds it' {
    bg semctl run -j 2 $key sleep 60
    first=$pid
    eventually values $key 1
    bg semctl run $key tail -f /dev/null
    eventually values $key 0
    eventually is_tool "$first" sleep
    eventually is_tool "$pid" tail
    run -124 soon semctl run -n $key true
    assert_line --regexp "^semctl: $key: no token is free; held by ($first/sleep, $pid/tail|$pid/tail, $first/sleep)$"
    run -124 soon semctl wait -w 10ms $key
    assert_output --partial "timed out; held by "
    run -124 soon semctl op -n $key 0-1
    assert_output --partial "the operations would have to wait; held by "
    bg semctl run $posix sleep 60
    eventually values $posix 0
    eventually holder_is_known
    run -124 soon semctl run -w 10ms $posix true
    assert_output "semctl: $posix: timed out; held by $pid/semctl"
}

holder_is_known() { [[ $(semctl wait -n $posix 2>&1) == *held* ]]; }

@test 'run, wait: of many holders the first four are named' {
    semctl run -j 6 $key true
    for _ in 1 2 3 4 5 6; do bg semctl run -j 6 $key sleep 60; done
    eventually values $key 0
    run -124 soon semctl wait -n $key
    assert_line --regexp 'held by ([0-9]+/[a-z]+, ){3}[0-9]+/[a-z]+ and 2 more$'
}

@test 'run: --descendants holds the token until all that the command left has ended' {
    local name
    mkfifo go
    exec 5<>go
    for name in $key $posix; do
        bg semctl run --descendants "$name" bash -c 'setsid bash -c "(read -r _ <go) & exit" & exit 7'
        eventually values "$name" 0
        run -124 soon semctl run -w 200ms "$name" true
        kill -0 "$pid"
        echo >&5
        ends 7
        values "$name" 1
    done
    run -0 semctl run --descendants -j 2 $other sh -c 'echo $SEMCTL_SLOT'
    assert_output 0
    run -127 semctl run --descendants $key ./missing
    usage_error semctl wait --descendants $key
    usage_error semctl get --nested $key
}

@test 'run: --descendants passes signals on to what the command has left' {
    bg semctl run --descendants $key bash -c 'sleep 60 & echo $! >left; exit 3'
    eventually test -s left
    eventually adopted "$pid" "$(<left)"
    kill "$pid"
    ends 3
    eventually ended "$(<left)"
    values $key 1
}

adopted() { [[ $(cat "/proc/$1/task/$1/children") == "$2 " ]]; }

@test 'run: -v warns of a lock that is named by a file that an update may replace' {
    echo 'echo ran' >job.sh
    run -0 --separate-stderr semctl run -v ftok:job.sh sh job.sh
    assert_output ran
    [[ $stderr == *'a file that replaces it has another one (a directory is safer)'* ]]
    semctl rm ftok:job.sh
    run -0 --separate-stderr semctl run -v ftok:. true
    [[ $stderr != *directory* ]]
    run -0 --separate-stderr semctl run ftok:job.sh true
    assert_equal "$stderr" ''
    semctl rm ftok:job.sh ftok:.
}

@test 'run: whoever is killed, the token is free in the same moment' {
    semctl run -j 2 $key true
    run -0 untraced 'for ((i = 0; i < 100; i++)); do
            semctl run "$1" sh -c "kill -KILL \$\$"
            semctl get "$1"
        done 2>/dev/null | sort | uniq -c | tr -d " "' $key
    assert_output 1002
}

@test 'run: SIGKILL to the command, or to semctl that waits, leaves nothing behind' {
    semctl run $key true
    bg semctl run $key sleep 60
    first=$pid
    eventually values $key 0
    bg semctl run $key sleep 60
    eventually waited_for $key
    kill -KILL "$pid"
    ends 137
    values $key 0
    kill -KILL "$first"
    ends 137 "$first"
    values $key 1
}

@test 'run: a POSIX token comes back when the command is killed' {
    bg semctl run $posix sh -c 'kill -KILL $$'
    ends 137
    values $posix 1
}

@test 'run: a POSIX token does not come back when semctl itself is killed by SIGKILL, and post gives it back' {
    bg semctl run $posix sh -c 'echo $$ >pidfile; exec sleep 60'
    eventually test -s pidfile
    kill -KILL "$pid"
    ends 137
    values $posix 0
    pids+=("$(<pidfile)")
    semctl post $posix
    values $posix 1
}

@test 'run: an alarm that was set before is a signal as others are' {
    # Time enough to begin before it comes.
    local name seconds=$((patience / 20))
    for name in $key $posix; do
        run -142 env --default-signal=ALRM perl -e "alarm $seconds; exec @ARGV" semctl run "$name" sleep 60
        values "$name" 1
        semctl set "$name" 0
        run -142 env --default-signal=ALRM perl -e "alarm $seconds; exec @ARGV" semctl run "$name" true
        run -142 env --default-signal=ALRM perl -e "alarm $seconds; exec @ARGV" semctl wait -w 60 "$name"
        semctl rm "$name"
    done
}

@test 'run: a set that was made and not filled is filled by the next' {
    run -137 traced -e trace=$ops -e inject=$ops:signal=KILL:when=1 semctl run -j 2 $key true
    assert [ "$(column 4)" -gt 4 ]
    run -0 soon semctl run -j 2 $key semctl get $key
    assert_output 1
    values $key 2
}

@test 'run: who finds a set not yet filled, and who was slow to fill it, fill it once' {
    # The slow one fills it while the other has the only token.
    bg traced -e trace=$ops -e inject=$ops:delay_enter=300000:when=1 semctl run $key sh -c 'echo ran >out'
    slow=$pid
    until [[ -n $(column 2) ]]; do :; done
    bg semctl run $key sleep 60
    eventually grep -q EAGAIN trace
    assert [ ! -e out ]
    values $key 0
    kill "$pid"
    ends 0 "$slow"
    assert [ -e out ]
    values $key 1
}

@test 'run: another'\''s semaphore is used, and has no slots' {
    local name
    for name in $key $posix; do
        semctl create "$name" 2
        SEMCTL_SLOT=outer run -0 semctl run "$name" sh -c 'echo "${SEMCTL_SLOT-none}"; semctl get "$1"' - "$name"
        assert_output $'none\n1'
        values "$name" 2
    done
}

@test 'run: a process that would wait for itself is told so' {
    run -125 soon semctl run $key semctl run $key true
    assert_output "semctl: $key: this process holds the only token already, and would wait for itself"
    values $key 1
}

@test 'run: inside itself, through a shell, it ends with 125 and names the holder' {
    local name
    for name in $key $posix; do
        run -125 --separate-stderr soon semctl run -j 1 "$name" bash -c 'echo $PPID $$; semctl run -j 1 "$1" echo never; exit' - "$name"
        read -r parent shell <<<"$output"
        [[ $name == "$key" ]] && holder=$shell/bash || holder=$parent/semctl
        assert_equal "$stderr" "semctl: $name: $holder, an ancestor of this process, holds the only token: this process would wait for itself (see --nested)"
        values "$name" 1
    done
    # Two tokens, and both are held by ancestors.
    run -125 soon semctl run -j 2 $other bash -c 'semctl run "$1" bash -c "semctl run -w 10 \$1 true; exit" - "$1"; exit' - $other
    assert_output --partial 'this process and its ancestors hold all 2 tokens (the last one: '
    assert_output --partial '/bash): this process would wait for itself (see --nested)'
    run -125 --separate-stderr soon semctl run -j 2 $other semctl run $other semctl run $other true
    [[ $stderr == *'this process and its ancestors hold all 2 tokens (the last one: '*'/semctl)'* ]]
    # A try is no wait.
    run -124 soon semctl run $key bash -c "semctl run -n $key true; exit"
}

@test 'run: inside itself, where more tokens may come, it waits and says so' {
    semctl create $key 1
    bg semctl run $key bash -c 'semctl run "$1" true; exit' - $key 2>err
    eventually test -s err
    assert_equal "$(<err)" "semctl: $key: waiting for a token, and $pid/bash, which waits for this process, holds one"
    semctl post $key
    ends 0
}

@test 'run: a daemon and a process whose ancestor has ended wait as others do' {
    semctl run $key bash -c 'semctl run "$1" touch ran >/dev/null 2>&1 & exec true' - $key 3>&-
    eventually test -e ran
    # What SEMCTL_HELD says of processes that do not live, or hold nothing, does not count.
    bg semctl run $key sleep 60
    eventually values $key 0
    id=$(column 2)
    SEMCTL_HELD="id:$id:$$:0 id:$id:1:0 id:$id:$pid:0 id:$id:x nonsense id:$id:4194305:0" run -124 soon semctl run -w 50ms $key true
}

@test 'run: --nested runs under the token of an ancestor, and takes one where there is none' {
    local name
    for name in $key $posix; do
        run -0 soon semctl run -j 2 "$name" bash -c 'semctl run --nested "$1" bash -c "semctl get \$1; echo slot \${SEMCTL_SLOT-none}" - "$1"' - "$name"
        [[ $name == "$key" ]] && assert_output $'1\nslot 0' || assert_output $'1\nslot none'
        run -0 soon semctl run --nested "$name" semctl get "$name"
        assert_output 1
        values "$name" 2
        semctl rm "$name"
    done
    # Of two locks it is the slot of the right one.
    echo 'semctl run $2 semctl run --nested $1 sh -c "echo \$SEMCTL_SLOT"' >inner
    run -0 soon semctl run -j 2 $key semctl run $key bash inner $key $other
    assert_output 1
}

@test 'run: a daemon that the command leaves does not hold the token' {
    semctl run $key sh -c 'sleep 60 >/dev/null 2>&1 & echo $! >daemon' 3>&-
    pids+=("$(<daemon)")
    kill -0 "$(<daemon)"
    values $key 1
    semctl run $posix sh -c 'sleep 60 >/dev/null 2>&1 & echo $! >daemon' 3>&-
    pids+=("$(<daemon)")
    values $posix 1
}

@test 'run: more tokens than slots are waited for until a slot is free' {
    semctl run $key true
    bg semctl run $key sleep 60
    first=$pid
    eventually values $key 0
    run -1 semctl post $key
    assert_output "semctl: $key: 0 tokens are missing; nothing was added (semctl resize changes how many exist)"
    # Any program may add one.
    semctl op $key 0+1
    bg semctl run $key sh -c 'echo $SEMCTL_SLOT >out'
    eventually asleep "$pid"
    assert [ ! -e out ]
    kill "$first"
    ends 0
    assert_equal "$(<out)" 0
    values $key 2
}

@test 'run: descriptors, signal mask and dispositions are as they were' {
    local name
    for how in 'exec' 'trap "" HUP INT CHLD ALRM USR1; exec' 'exec 7</dev/null; exec'; do
        run -0 bash -c "$how grep -E '^Sig(Blk|Ign|Cgt|Pnd)' /proc/self/status"
        expected=$output
        for name in $key $posix; do
            run -0 bash -c "$how semctl run $name grep -E '^Sig(Blk|Ign|Cgt|Pnd)' /proc/self/status"
            assert_output "$expected"
        done
        bash -c "$how ls /proc/self/fd" >expected 3>&-
        for name in $key $posix; do
            bash -c "$how semctl run $name ls /proc/self/fd" >found 3>&-
            cmp found expected
        done
    done
}

@test 'run: signals reach the command' {
    local name signal
    cat >noting <<'END'
#!/bin/bash
for signal in TERM INT HUP QUIT USR1 USR2 CONT ALRM; do trap "echo $signal >>got" $signal; done
trap 'exit 5' WINCH
echo $$ >ready
while :; do read -rt 10 _ <>never; done
END
    chmod +x noting
    mkfifo never
    for name in $key $posix; do
        rm -f ready got
        by_default semctl run "$name" ./noting
        eventually test -s ready
        for signal in TERM INT HUP QUIT USR1 USR2 CONT ALRM; do
            kill -$signal "$pid"
            eventually grep -q "$signal" got
        done
        kill -WINCH "$pid"
        ends 5
        values "$name" 1
    done
}

# Whether the command is there already; on a POSIX semaphore it is a child.
runs_sleep() { [[ $(cat /proc/"$pid"/comm) == sleep || $(cat /proc/"$pid"/task/"$pid"/children) ]]; }

@test 'run: a signal that ends the command is its status, and the token is back' {
    local name signal
    for name in $key $posix; do
        semctl create "$name"
        for signal in HUP INT QUIT TERM USR1 USR2 ALRM; do
            by_default semctl run "$name" sleep 60
            eventually values "$name" 0
            eventually runs_sleep
            kill -$signal "$pid"
            ends $((128 + $(kill -l "$signal")))
            values "$name" 1
        done
    done
}

@test 'run: on a POSIX semaphore semctl stops and goes on with its command' {
    local tool
    # Monitor mode gives it a process group of its own, with a shell that could continue it.
    mkfifo go
    bg bash -c 'set -m; semctl run $1 sh -c "echo \$\$ >pidfile; exec sleep 60" & echo $! >tool; read -r _ <go; wait $!' - $posix
    eventually test -s pidfile
    eventually test -s tool
    tool=$(<tool)
    kill -TSTP "$tool"
    eventually stopped "$(<pidfile)"
    eventually stopped "$tool"
    kill -CONT "$tool"
    eventually asleep "$(<pidfile)"
    eventually asleep "$tool"
    kill "$tool"
    echo >go
    ends 143
    values $posix 1
}

@test 'run: three hundred SIGTERMs while waiting and holding leak nothing' {
    local name
    for name in $key $posix; do
        semctl run -j 2 "$name" true
        storm run "$name" true >statuses
        values "$name" 2
    done
}

@test 'run: a process that cannot be made is a failure, and the token is back' {
    run -125 traced -e trace=vfork,clone,clone3,fork -e inject=vfork,clone,clone3,fork:error=EAGAIN semctl run $posix true
    assert_output --partial 'Resource temporarily unavailable'
    values $posix 1
}

@test 'run: with standard streams that were closed' {
    local name
    for name in $key $posix; do
        run -0 bash -c "semctl run $name true <&- >&- 2>&-"
        run -0 bash -c "semctl run $name sh -c 'echo out' <&-"
        assert_output out
        values "$name" 1
    done
}

@test 'run: a standard stream that was closed is closed for the command' {
    local name
    for name in $key $posix; do
        run -1 bash -c "semctl run $name sh -c 'echo lost' >&-"
        run -1 bash -c "semctl run $name cat <&-"
        values "$name" 1
    done
}

@test 'run: a semaphore that its command cuts short is told' {
    run -125 soon semctl run $posix sh -c ': >/dev/shm/sem.sem-a; exit 5'
    assert_output "semctl: $posix: no semaphore any more: its file was truncated or overwritten"
}

@test 'run: a command under limits that leave no room for descriptors' {
    (ulimit -n 4 && exec semctl run $key true) 3>&-
    values $key 1
}

# --- barrier ---

# lines FILE COUNT: it has so many.
lines() { [[ $(wc -l <"$1") == "$2" ]]; }

@test 'barrier: all are released when the last one comes' {
    : >out
    for _ in 1 2 3; do
        bg bash -c 'semctl barrier -c 4 "$1" && echo released >>out' - $key
    done
    eventually values $key 1
    assert [ ! -s out ]
    semctl barrier -c 4 $key
    eventually lines out 3
    values $key 4
}

@test 'barrier: of one nobody waits' {
    soon semctl barrier -c 1 $key
    soon semctl barrier -n -c 1 $key
}

@test 'barrier: it can be used again at once, and nobody overtakes' {
    local i
    cat >runner <<'END'
me=$1
for ((round = 1; round <= 60; round++)); do
    echo $round >"next.$me"
    mv "next.$me" "round.$me"
    semctl barrier -w 20 -c 3 "$2" || { echo "status $?" >>wrong; exit; }
    for other in 1 2 3; do
        read -r at <"round.$other"
        # Who was faster waits for us in the next round.
        ((at == round || at == round + 1)) || echo "$me in $round, $other in $at" >>wrong
    done
done
END
    for i in 1 2 3; do echo 0 >round.$i; done
    untraced 'for i in 1 2 3; do bash runner $i "$1" & done; wait' $key
    assert [ ! -e wrong ]
    values $key 3
}

@test 'barrier: who is killed is lacking again, who gives up, too' {
    bg semctl barrier -c 3 $key
    killed=$pid
    bg semctl barrier -c 3 $key
    stays=$pid
    eventually values $key 1
    kill -KILL "$killed"
    ends 137 "$killed"
    values $key 2
    run -124 soon semctl barrier -w 50ms -c 3 $key
    assert_output "semctl: $key: timed out"
    values $key 2
    run -124 soon semctl barrier -n -c 3 $key
    assert_output "semctl: $key: other processes are missing"
    values $key 2
    bg semctl barrier -c 3 $key
    eventually values $key 1
    semctl barrier -c 3 $key
    ends 0 "$stays"
    ends 0
    values $key 3
}

@test 'barrier: who was released and is killed before he has gone does not disturb the next round' {
    bg semctl barrier -c 2 $key
    eventually values $key 1
    kill -STOP "$pid"
    eventually stopped "$pid"
    soon semctl barrier -c 2 $key
    # The next round waits for him to go.
    run -124 soon semctl barrier -w 50ms -c 2 $key
    kill -KILL "$pid"
    ends 137
    values $key 2
    bg semctl barrier -c 2 $key
    eventually values $key 1
    soon semctl barrier -c 2 $key
    ends 0
}

# Whether two calls have failed: the one that would have been the last to arrive, and the wait.
gave_up_waiting() { [[ $(grep -c EAGAIN trace) == 2 ]]; }

@test 'barrier: who gives up in the moment of release is released' {
    run -124 semctl barrier -n -c 2 $key
    # The time runs out while the call that withdraws is held back, and the last one comes meanwhile.
    traced -e trace=semtimedop -e inject=semtimedop:delay_enter=500000:when=4 semctl barrier -w 100ms -c 2 $key 3>&- &
    pids+=($!)
    eventually values $key 1
    eventually gave_up_waiting
    semctl barrier -c 2 $key
    wait $!
    values $key 2
}

@test 'barrier: for how many is settled by who made it' {
    semctl barrier -n -c 1 $key
    run -1 semctl barrier -c 2 $key
    assert_output "semctl: $key: the barrier is for 1 process, not 2"
    run -1 semctl create -x $key
    semctl create $other 1
    run -1 semctl barrier -c 2 $other
    assert_output "semctl: $other: the set exists and is not a barrier"
    run -125 semctl run $key true
    assert_output "semctl: $key: this set is a barrier, which has no tokens"
    usage_error semctl barrier $key
    usage_error semctl barrier -c 2 $posix
    usage_error semctl barrier -c 32768 $key
}

@test 'barrier: removal while waiting' {
    bg semctl barrier -c 2 $key
    eventually values $key 1
    run -1 semctl rm $key
    assert_output "semctl: $key: 1 process waits for it; it stays (-f removes it)"
    semctl rm --force $key
    ends 3
}

@test 'barrier: one that was made and not filled is filled by the next' {
    run -137 traced -e trace=$ops -e inject=$ops:signal=KILL:when=1 semctl barrier -c 1 $key
    soon semctl barrier -c 1 $key
}

# --- what others left, and other users ---

# broken NAME: one of the files that are no semaphores.
broken() {
    case $1 in
    empty) : >/dev/shm/sem.sem-bad ;;
    short) printf 1234567 >/dev/shm/sem.sem-bad ;;
    32-bit) printf '\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0' >/dev/shm/sem.sem-bad ;;
    long) head -c 4096 /dev/zero >/dev/shm/sem.sem-bad ;;
    junk) printf '%s' 'abcdefghijklmnopqrstuvwxyz012345' >/dev/shm/sem.sem-bad ;;
    negative) printf '\0\0\0\200\0\0\0\0\200\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0' >/dev/shm/sem.sem-bad ;;
    unshared) printf '\1\0\0\0\0\0\0\0\7\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0' >/dev/shm/sem.sem-bad ;;
    fifo) mkfifo /dev/shm/sem.sem-bad ;;
    directory) mkdir /dev/shm/sem.sem-bad ;;
    symlink) : >/dev/shm/sem.sem-target && ln -s sem.sem-target /dev/shm/sem.sem-bad ;;
    esac
}

@test 'semctl: a file that is no semaphore is an error, and never a crash' {
    local what
    for what in empty short 32-bit long junk negative unshared fifo directory symlink; do
        broken "$what"
        run -1 soon semctl get /sem-bad
        assert_output 'semctl: /sem-bad: not a semaphore'
        run -1 soon semctl wait /sem-bad
        assert_output 'semctl: /sem-bad: not a semaphore'
        run -1 soon semctl post /sem-bad
        run -1 soon semctl set /sem-bad 1
        run -1 soon semctl create /sem-bad
        run -125 soon semctl run /sem-bad echo never
        assert_output 'semctl: /sem-bad: not a semaphore'
        rm -rf /dev/shm/sem.sem-bad
    done
}

@test 'semctl: a semaphore that is cut short while we wait is an error, and never a crash' {
    semctl create $posix 0
    bg semctl wait $posix 2>stderr
    eventually waited_for $posix
    : >/dev/shm/sem.sem-a
    ends 1
    grep 'truncated' stderr
}

@test 'semctl: another user'\''s semaphore' {
    needs_uids
    semctl create $key 1
    semctl create $posix 1
    for name in $key $posix; do
        for command in wait post get; do
            run -1 as_nobody semctl "$command" "$name"
            assert_output "semctl: $name: Permission denied"
        done
        run -1 as_nobody semctl set "$name" 1
        run -1 as_nobody semctl rm "$name"
        run -125 as_nobody semctl run "$name" true
        values "$name" 1
    done
}

@test 'get: another user'\''s POSIX semaphore that we may only read' {
    needs_uids
    semctl create -m 0644 $posix 3
    run -0 as_nobody semctl get $posix
    assert_output 3
    run -0 as_nobody semctl get -v $posix
    row $posix 0 3 0 - - -
    run -1 as_nobody semctl wait $posix
}

@test 'semctl: what we may not read at all' {
    local command
    needs_uids
    semctl create $key 1
    run -1 as_nobody semctl get -v $key
    assert_output "semctl: $key: Permission denied"
    for command in get create; do
        run -1 as_nobody semctl $command $key
        assert_output "semctl: $key: Permission denied"
    done
    semctl create -m 0622 $other 1
    run -1 as_nobody semctl get -v $other
    assert_line "semctl: $other: Permission denied"
}

@test 'set: of a set that we may not read nobody knows how many there are' {
    needs_uids
    semctl create -m 0222 $key 1 1
    run -1 as_nobody semctl create $key 1 1
    assert_output "semctl: $key: Permission denied"
    run -1 as_nobody semctl set $key 2
    assert_output "semctl: $key: Permission denied"
    run -1 as_nobody semctl op $key 5-1
    assert_output "semctl: $key: an operation names a semaphore that the set does not have"
    values $key 1 1
    as_nobody semctl wait $key
    as_nobody semctl op $key 1-1
    values $key 0 0
}

@test 'wait: a signal that comes while it refuses a barrier ends it by that signal' {
    run -124 semctl barrier -n -c 3 $key
    run -143 traced -e trace=semget -e inject=semget:signal=TERM semctl wait -n $key
}

@test 'wait and post: a barrier has no tokens' {
    run -124 semctl barrier -n -c 3 $key
    run -1 semctl wait -n $key
    assert_output "semctl: $key: this set is a barrier, which has no tokens"
    run -1 semctl post $key
    values $key 3
}

@test 'semctl: another user'\''s semaphore that all may use' {
    needs_uids
    semctl run -m 0666 -j 2 $key true
    semctl create -m 0666 $posix 2
    for name in $key $posix; do
        run -0 as_nobody semctl run "$name" semctl get "$name"
        assert_output 1
        as_nobody semctl wait "$name"
        values "$name" 1
    done
}

@test 'semctl: a name with control bytes is shown, not sent to the terminal' {
    name=$'/sem-\e[31m\n'
    run -3 semctl get "$name"
    assert_output 'semctl: /sem-\x1b[31m\x0a: No such file or directory'
    semctl create "$name"
    values "$name" 1
}

# --- each error of the kernel's calls ---

# injected CALL ERRNO STATUS COMMAND...: the first of these calls fails so; the tool says so, and the semaphore is as it was.
injected() {
    local call=$1 err=$2 expected=$3 status=0
    shift 3
    traced -e trace="$call" -e inject="$call:error=$err:when=1" "$@" >stdout 2>stderr || status=$?
    [[ "$status" == "$expected" ]] || fail "$call $err: status $status of $*: $(<stderr)" || return
    [[ $expected == 0 || $(<stderr) == "semctl: $key: "* ]] || fail "$call $err: no word of $*: $(<stderr)"
}

@test 'wait and run: each errno of semtimedop' {
    local errno
    semctl create $key 1
    for errno in E2BIG EACCES EFAULT EFBIG ENOMEM ENOSPC ERANGE EINVAL EIDRM; do
        status=1
        [[ "$errno" != EINVAL && "$errno" != EIDRM ]] || status=3
        injected semtimedop "$errno" "$status" semctl wait $key
        values $key 1
        injected semtimedop "$errno" 125 semctl run $key true
        values $key 1
        injected semtimedop "$errno" "$status" semctl op $key 0-1
        values $key 1
    done
    injected semtimedop ENOSPC 1 semctl wait $key
    grep SEMMNU stderr
    # What is interrupted goes on.
    injected semtimedop EINTR 0 semctl run $key true
    injected semtimedop EINTR 0 semctl wait $key
    values $key 0
}

@test 'run: each errno of semtimedop on a set of its own' {
    local errno
    semctl run -j 2 $key true
    for errno in E2BIG EACCES EFAULT EFBIG ENOMEM ENOSPC ERANGE EINVAL EIDRM; do
        injected semtimedop "$errno" 125 semctl run $key true
        values $key 2
    done
    injected semtimedop EINTR 0 semctl run $key true
    values $key 2
}

@test 'barrier: each errno of semtimedop' {
    local errno status
    semctl barrier -n -c 1 $key
    for errno in E2BIG EACCES EFAULT EFBIG ENOMEM ENOSPC ERANGE EINVAL EIDRM; do
        status=1
        [[ "$errno" != EINVAL && "$errno" != EIDRM ]] || status=3
        injected semtimedop "$errno" "$status" semctl barrier -c 1 $key
        values $key 1
    done
    injected semtimedop EINTR 0 semctl barrier -c 1 $key
}

@test 'create, post, get, set, rm: each errno of their calls' {
    local errno
    for errno in EACCES ENOMEM ENOSPC; do
        injected semget "$errno" 1 semctl create $key
        injected $ops "$errno" 1 semctl create $key
        no_set
    done
    semctl create $key 1
    for errno in EACCES ENOMEM; do
        injected $ops "$errno" 1 semctl post $key
        injected semget "$errno" 1 semctl post $key
        injected semget "$errno" 1 semctl get $key
        injected semget "$errno" 1 semctl set $key 5
        injected semget "$errno" 1 semctl rm $key
        values $key 1
    done
    injected $ops EINTR 0 semctl post $key
    values $key 2
}

@test 'semctl: a signal while a POSIX semaphore is made leaves no passing name' {
    local call passing
    for call in write link; do
        run -143 traced -e inject="$call:signal=TERM:when=1" semctl create "/sem-$call"
        passing=$(sed -n 's,.*openat(.*"\(/dev/shm/sem\.[^"]*\)".*O_CREAT.*,\1,p' trace)
        [[ -n $passing ]] || fail 'no passing name is seen'
        assert [ ! -e "$passing" ]
    done
}

@test 'semctl: run does not go on where the kind of its set cannot be seen' {
    local n status
    semctl run -j 3 key:0x73000f01 true
    for n in 1 2; do
        status=0
        traced -e inject=semctl:error=EPERM:when="$n" semctl run -j 3 key:0x73000f01 sh -c 'echo ran' >out 2>err || status=$?
        assert_equal "$status" 125
        assert_equal "$(<out)" ''
        grep -F 'key:0x73000f01: Operation not permitted' err
    done
}

@test 'semctl: control bytes in words that are wrong are shown, not sent to the terminal' {
    local word=$'\e]0;x\a\xff'
    usage_error semctl "$word"
    [[ $stderr != *[$'\e\a\xff']* && $stderr == *': no such command'* ]] || fail "$stderr"
    usage_error semctl create $posix "$word"
    [[ $stderr != *[$'\e\a\xff']* ]] || fail "$stderr"
    usage_error semctl op $key "$word"
    [[ $stderr != *[$'\e\a\xff']* ]] || fail "$stderr"
}

# told WORDS COMMAND...: that, and no more, on standard error.
told() {
    run -0 --separate-stderr soon "${@:2}"
    assert_equal "$stderr" "semctl: $1"
}

@test 'semctl: -v says what was done, and nothing without it' {
    told "$key: created with 2 semaphores" semctl create -v $key 3 0
    run -1 --separate-stderr semctl create $key 3
    assert_equal "$stderr" "semctl: $key: the set exists with 2 semaphores, not 1"
    told "$key: done" semctl op -v $key 0-1
    told "$key: set" semctl set -v $key 1 1
    told "$key: removed" semctl rm -v $key
    told "$posix: created with 1 semaphore" semctl create -v $posix 0
    told "$posix: gave 2 tokens" semctl post -v -c 2 $posix
    told "$posix: took 2 tokens" semctl wait -v -c 2 $posix
    told "$key: created; waiting for 1 process" semctl barrier -v -c 1 $key
    told "$key: waiting for 1 process" semctl barrier -v -c 1 $key
    run -0 semctl get -v $key
    assert_output --partial lacking
    semctl rm $posix
    told "$posix: created with 1 token" semctl run -v $posix true
    told "$other: created; slot 0 of 2" semctl run -v -j 2 $other true
    told "$other: slot 0 of 2" semctl run -v -j 2 $other true
    semctl rm $posix
    told "$posix: created with 2 tokens" semctl run -v -j 2 $posix true
}

@test 'semctl: wrong words of an operation, a barrier, a lock are usage errors' {
    usage_error semctl op $key "$(letters 30 0)-1"
    usage_error semctl op $key "0-$(letters 30 1)"
    usage_error semctl barrier -c 100000 $key
    run -125 --separate-stderr semctl run "" true
    [[ $stderr == *"usage: "* ]]
    usage_error semctl set $key
    usage_error semctl create --bogus $key
    run -0 semctl --version
    run -0 semctl create -V
    no_set
}

@test 'semctl: a set of one has no second semaphore, and a lock of one no two tokens' {
    semctl create $key 1
    run -1 --separate-stderr semctl op $key 1-1
    assert_equal "$stderr" "semctl: $key: the set has only 1 semaphore, numbered from 0"
    semctl rm $key
    semctl create $key 1 1
    run -1 --separate-stderr semctl op $key 2-1
    assert_equal "$stderr" "semctl: $key: the set has only 2 semaphores, numbered from 0"
    semctl rm $key
    semctl create $key 1
    bg semctl run -j 1 $other sleep 60
    eventually values $other 0
    run -125 --separate-stderr semctl run -j 2 $other true
    assert_equal "$stderr" "semctl: $other: it was created with 1 token, not 2, and is in use (semctl resize changes the number)"
    # Of another's semaphore nobody knows how many tokens it has in all.
    run -0 semctl run -j 2 $key echo ran
    assert_output ran
}

@test 'semctl: a set that is removed between two looks at it is missing' {
    semctl create $key 1
    run -3 --separate-stderr traced -e inject=semctl:error=EINVAL:when=3+ semctl get -v $key
    assert_equal "$stderr" "semctl: $key: Identifier removed"
    run -3 --separate-stderr traced -e inject=semctl:error=EINVAL:when=2+ semctl set $key 2
    assert_equal "$stderr" "semctl: $key: Identifier removed"
    values $key 1
}

@test 'semctl: what a command is told takes the place of a variable of that name alone' {
    run -0 env SEMCTL_SLOT=old SEMCTL_SLOTS=mine semctl run $posix sh -c 'echo "${SEMCTL_SLOT-none} $SEMCTL_SLOTS"'
    assert_output 'none mine'
}

@test 'semctl: a file of the right size that is no semaphore is told as such' {
    { head -c 31 /dev/zero && printf x; } >/dev/shm/sem.sem-a
    run -1 --separate-stderr semctl get $posix
    assert_equal "$stderr" "semctl: $posix: not a semaphore"
}

@test 'semctl: who may only change a set may give, by its id, too, but neither look nor set' {
    needs_uids
    chmod 777 .
    semctl create -m 0602 $key 1
    local name
    for name in $key "id:$(column 2)"; do
        as_nobody semctl post "$name"
        run -1 as_nobody semctl get "$name"
        assert_output --partial 'Permission denied'
        run -1 as_nobody semctl set "$name" 7
        assert_output --partial 'Permission denied'
    done
    values $key 3
}

@test 'semctl: a set of the size of a barrier that was used is none' {
    semctl create $key 1 0 0 0
    run -1 --separate-stderr semctl barrier -c 2 $key
    [[ $stderr == "semctl: $key: "*barrier* ]]
    values $key 1 0 0 0
}
