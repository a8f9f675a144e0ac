# shellcheck shell=bash
# SPDX-License-Identifier: ISC

setup_suite() {
    local bin=${BIN:-${BATS_TEST_DIRNAME%/*}/build/bin}

    if [[ -z ${IPCUTILS_WORLD-} ]]; then
        echo 'The tests run only in a world of their own, so that no object of this machine comes to harm: make check' >&2
        return 1
    fi
    if [[ ! -x $bin/shmput ]]; then
        echo "There are no tools in $bin: run make first, or make check" >&2
        return 1
    fi
    export IPCUTILS_UIDS=${IPCUTILS_UIDS-no} IPCUTILS_SANITIZE=${IPCUTILS_SANITIZE-}
    if grep -q __asan_init "$bin/shmput"; then IPCUTILS_SANITIZE=1; fi

    # A FIFO that nobody writes to, for `eventually` to pause on.
    mkfifo "$BATS_RUN_TMPDIR/never" || return
    "${CC:-cc}" -O1 -o "$BATS_SUITE_TMPDIR/peer" "$BATS_TEST_DIRNAME/peer.c" || return
    export PATH=$BATS_SUITE_TMPDIR:$PATH
}
