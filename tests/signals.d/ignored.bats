#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Run by a test of tests/signals.bats in a run of its own, where signals are ignored.

load ../helper

@test 'no signal is ignored' {
    # posix_spawn(3) of glibc, by which make starts programs, ignores the two signals that only the C library uses.
    run grep SigIgn /proc/self/status
    assert_equal "$((0x${output##*$'\t'} & ~0x180000000))" 0
}
