#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# bg and run read stdin, and set variables; the shell that runs the tests keeps them.
# shellcheck disable=SC2016,SC2030,SC2031,SC2094,SC2154,SC2217

load helper

setup() { cd "$BATS_TEST_TMPDIR" || return; }

teardown() {
    if ((${#pids[@]})); then
        kill -KILL "${pids[@]}" 2>/dev/null || :
        wait "${pids[@]}" 2>/dev/null || :
    fi
}

# all_end: what bg started ends, and well.
all_end() {
    local one
    for one in "${pids[@]}"; do ends 0 "$one"; done
}

@test 'fifotee: standard input goes to every FIFO and to standard output, byte for byte' {
    head -c 3000000 /dev/urandom >in
    mkfifo a b
    bg cat a >A
    bg cat b >B
    soon fifotee a b <in >out
    all_end
    cmp in A
    cmp in B
    cmp in out
}
