#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What is in single quotes is for the shell that `alone` starts.
# shellcheck disable=SC2016,SC2154,SC2030,SC2031

load helper

setup_file() {
    "${CC:-cc}" -O1 -o "$BATS_FILE_TMPDIR/queue_peer" "$BATS_TEST_DIRNAME/queue_peer.c" || return
    export PATH=$BATS_FILE_TMPDIR:$PATH
}

setup() { cd "$BATS_TEST_TMPDIR" || return; }

teardown() {
    if ((${#pids[@]})); then
        kill -KILL "${pids[@]}" 2>/dev/null || :
        wait "${pids[@]}" 2>/dev/null || :
    fi
}

# What the scripts of `alone` begin with: `hold COMMAND...` starts one that writes a line once it holds something;
# its pid is $held.  `await COMMAND...` waits until it succeeds.  `one_of_each` makes an object of each kind.
# `there` lists all names, `told COMMAND...` shows what it writes to both outputs, and its status.
prelude='
set -u
mount -t tmpfs -o mode=1777 tmpfs /dev/shm || exit 99
mkfifo never$$ && exec 9<>never$$
hold() { rm -f line; mkfifo line; "$@" <&0 >line 9>&- & held=$!; read -r _ <line; }
await() { until "$@"; do read -rt 0.01 _ <&9; done; }
sleeps() { [[ $(cat /proc/$1/wchan) == "$2"* ]]; }
there() { ipcls -t shm,pshm,msg,pmsg,sem,psem -r --noheadings -o KIND,NAME; }
told() { "$@" 2>&1; echo "status $?"; }
one_of_each() {
    echo a | shmput key:0x11
    echo b | shmput /seg
    mqsend -C key:0x12 one two
    mqsend -C --max-messages=3 --message-size=10 /queue one
    semctl create key:0x13 1
    semctl create /sem 1
}
trap "kill \$(jobs -p) 2>/dev/null" EXIT
'

# alone SCRIPT [ARGUMENT...]: runs it where no other objects are; $1... are its arguments.
alone() {
    local script=$1
    shift
    timeout -s KILL 60 unshare --ipc --mount bash -c "$prelude$script" alone "$@" 3>&- 9>&-
}

# --- usage ---

@test 'ipcrm-all: without a selector or an object nothing is removed' {
    run -0 alone '
        one_of_each
        told ipcrm-all
        told ipcrm-all -fv --force
        there'
    assert_line --index 0 --partial 'what to remove?'
    assert_equal "$(grep -c '^status 2$' <<<"$output")" 2
    assert_equal "$(tail -n 6 <<<"$output" | tr '\n' ' ')" \
        'shm key:0x00000011 pshm /seg msg key:0x00000012 pmsg /queue sem key:0x00000013 psem /sem '
}

@test 'ipcrm-all: a wrong command line is a usage error' {
    usage_error ipcrm-all -t nope
    usage_error ipcrm-all -t ''
    usage_error ipcrm-all -t fifo
    usage_error ipcrm-all -u no-such-user-here
    usage_error ipcrm-all --older=soon
    usage_error ipcrm-all --older=-1
    usage_error ipcrm-all --name=jobs-
    usage_error ipcrm-all --name='jobs-*'
    usage_error ipcrm-all jobs
    usage_error ipcrm-all key:0
    usage_error ipcrm-all key:private
    usage_error ipcrm-all id:4294967296
    usage_error ipcrm-all file:/x
    usage_error ipcrm-all --all /x
    usage_error ipcrm-all -i -n --all
    usage_error ipcrm-all /x --nope
}

# --- what goes ---

@test 'ipcrm-all: --all removes one of each kind, and prints their names' {
    run -0 --separate-stderr alone '
        one_of_each
        ipcrm-all --all
        there'
    assert_output - <<END
key:0x00000011
/seg
key:0x00000012
/queue
key:0x00000013
/sem
END
    assert_equal "$stderr" ''
}
