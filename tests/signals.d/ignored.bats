#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Run by a test of tests/signals.bats in a run of its own, where signals are ignored.

@test 'no signal is ignored' {
    # A shell in the background has its programs ignore two, which a test runs in the foreground.
    run grep SigIgn /proc/self/status
    [[ $output == *$'\t0000000000000000' ]]
}
