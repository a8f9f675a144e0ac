#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Every example of every page, as it is printed, each in a world of its own.

load helper

# extract PAGE: each .Bd -literal block of its EXAMPLES goes to a file NAME.N here, as a reader sees it.
extract() {
    perl -e '
        my %text = (e => "\\", "&" => "", "-" => "-", "(aq" => "\x27", "(dq" => "\"", "(ha" => "^", "(ti" => "~",
            "(ga" => "`", "(rs" => "\\", "(lq" => "\"", "(rq" => "\"", "(bv" => "|");
        my ($name, $n, $out, $in) = ($ARGV[0] =~ m{([^/]+)$}, 0);
        while (<>) {
            $in = /^\.Sh EXAMPLES/ if /^\.Sh /;
            next unless $in;
            if (/^\.Bd -literal/) { open $out, ">", "$name." . ++$n or die; next }
            if (/^\.Ed/) { undef $out; next }
            next unless $out;
            s{\\(\(..|.)}{$text{$1} // die "unknown escape \\$1 in $ARGV\n"}ge;
            print $out $_;
        }' "$1"
}

# try FILE: runs it in an empty directory, with IPC objects of its own, and lists those left over.
try() {
    rm -rf empty
    mkdir empty
    # shellcheck disable=SC2016,SC2154 # for the other shell; the helper has patience
    timeout -s KILL $((2 * patience)) unshare --ipc --mount bash -c '
        mount -t tmpfs -o mode=1777 tmpfs /dev/shm && cd empty || exit
        bash -e -o pipefail "$1" || { echo "exit status $?"; exit 1; }
        left=$(find /dev/shm -mindepth 1; sed 1d /proc/sysvipc/shm; sed 1d /proc/sysvipc/sem; sed 1d /proc/sysvipc/msg)
        [[ -z $left ]] || { echo "left over: $left"; exit 1; }' - "$PWD/$1" </dev/null
}

setup() {
    local page
    start_test || return
    pages=("${BATS_TEST_DIRNAME%/*}"/man/*.[1-8])
    for page in "${pages[@]}"; do
        extract "$page"
    done
}

@test 'every page has at least two examples' {
    local page
    for page in "${pages[@]}"; do
        [[ -e ${page##*/}.2 ]] || fail "${page##*/} has no two examples"
    done
}

@test 'every example runs, and leaves nothing behind' {
    local example failed=0
    for example in *.[1-8].*; do
        try "$example" >out 2>&1 || {
            printf '%s:\n%s\nwrote:\n%s\n' "$example" "$(<"$example")" "$(<out)"
            failed=1
        }
    done
    ((!failed))
}

@test 'every example writes something, so that a reader sees that it worked' {
    local example
    for example in *.[1-8].*; do
        try "$example" >out 2>err || :
        [[ -s out ]] || fail "$example is silent"
        [[ ! -s err ]] || fail "$example writes to stderr: $(<err)"
    done
}
