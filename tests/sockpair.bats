#!/usr/bin/env bats
# SPDX-License-Identifier: ISC

load helper

setup() { cd "$BATS_TEST_TMPDIR" || return; }

@test 'sockpair: each command reads what the other writes' {
    run -0 soon sockpair sh -c 'echo question; read -r answer; echo "$answer" >out' -- sh -c 'read -r line; echo "$line: answer"'
    assert_equal "$(<out)" 'question: answer'
}
