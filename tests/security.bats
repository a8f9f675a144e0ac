#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What SECURITY in ipcutils(7) says.
# What is in single quotes is for other shells; run sets variables.
# shellcheck disable=SC2016,SC2154,SC2030,SC2031

load helper

setup() { cd "$BATS_TEST_TMPDIR" || return; }

teardown() { clean_up security 0x5e; }

# armed MODE GROUP CAPABILITY SCRIPT: runs it as user and group 1000, in a mount namespace of its own, where the copies
# of the tools in /mnt have that mode and group, and those that have a capability have it.
armed() {
    unshare --mount bash -c '
        mount -t tmpfs -o mode=755 tmpfs /mnt && cp "$BIN"/* /mnt && chgrp "$2" /mnt/* && chmod "$1" /mnt/* || exit 99
        PATH=$PATH:/usr/sbin
        if [[ -n $3 ]]; then for tool in /mnt/*; do setcap "$3" "$tool" || exit 98; done; fi
        cd / && exec setpriv --reuid 1000 --regid 1000 --clear-groups --inh-caps=-all sh -c "$4"' - "$@"
}

@test 'every tool: set-user-ID or set-group-ID, it does nothing and says why' {
    needs_uids
    local mode why='real and effective user or group differ, as if set-user-ID'
    why+=': its caller is not trusted (use sudo or setpriv)'
    for mode in 4755 2755; do
        run -0 --separate-stderr armed $mode 1234 '' '
            for tool in /mnt/*; do "$tool" --help; echo "$? ${tool##*/}"; done'
        assert_output "$(cd "$BIN" && printf '125 %s\n' *)"
        assert_equal "$stderr" "$(cd "$BIN" && printf "%s: $why\n" *)"
    done
}

@test 'every tool: of root called by itself, a set-user-ID bit of root changes nothing' {
    run -0 unshare --mount bash -c '
        mount -t tmpfs tmpfs /mnt && cp "$BIN"/* /mnt && chmod 6755 /mnt/* && for tool in /mnt/*; do "$tool" -V; done'
    assert_output "$(for tool in "$BIN"/*; do "$tool" -V; done)"
}

@test 'semctl run: with file capabilities the environment does not choose the command, nor its PATH' {
    needs_uids
    run -0 armed 755 0 cap_net_raw+ep '
        export PATH=/mnt TZ=x POSIXLY_CORRECT=1 KEPT=1
        /mnt/semctl run key:0x5e000001 id -u
        /mnt/semctl run key:0x5e000001 env'
    assert_line --index 0 1000
    assert_line KEPT=1
    refute_line --regexp '^(PATH|TZ|POSIXLY_CORRECT)='
    run -0 armed 755 0 '' 'PATH=/mnt:$PATH KEPT=1 /mnt/semctl run key:0x5e000001 env'
    assert_line --regexp '^PATH=/mnt:'
}
