#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The examples of the pages and of the README, as a reader sees them, each in a world of its own.
#
# A literal block whose first line begins with `$ ` is a dialogue: lines with `$ ` are typed, lines with `> ` continue the
# command before, and all others are output, which must be exactly this.  In EXAMPLES each block is an example of its
# own.  In other sections the blocks of one section are one dialogue, and so are those of the README.  A block of EXAMPLES
# without `$ ` is a script that must succeed and write something.  examples.varies has what differs from run to run.
# The pages ipcutils-*(7) are one dialogue each: mechanisms.bats runs them.

load helper

# extract FILE: writes NAME.N for each example N of a page, NAME.SECTION for each dialogue outside EXAMPLES, and for each
# dialogue also NAME.out.
extract() {
    perl -e '
        my %text = (e => "\\", "&" => "", "-" => "-", "(aq" => "\x27", "(dq" => "\"", "(ha" => "^", "(ti" => "~",
            "(ga" => "`", "(rs" => "\\", "(lq" => "\"", "(rq" => "\"", "(bv" => "|");
        my ($name, $n, $section, @block, $in) = ($ARGV[0] =~ m{([^/]+)$}, 0, "dialogue");
        sub end_block {
            my $to = "$name." . ($section eq "EXAMPLES" ? ++$n : $section =~ tr/ A-Za-z0-9//cdr =~ tr/ /-/r);
            my ($typed, @typed, @shown) = "";
            if ($block[0] !~ /^\$ /) {
                return unless $section eq "EXAMPLES";
                @typed = @block;
            } else {
                for (@block) {
                    if (s/^\$ // || ($typed && s/^> ?//)) { push @typed, $_; $typed = 1 }
                    else { push @shown, $_; $typed = "" }
                }
                open my $out, ">>", "$to.out" or die; print $out @shown;
            }
            open my $out, ">>", $to or die; print $out @typed;
        }
        while (<>) {
            $section = $1 if /^\.Sh "?([^"]*?)"?$/;
            if (/^\.Bd -literal/ || /^```console/) { @block = (); $in = 1; next }
            if ($in && (/^\.Ed/ || /^```/)) { end_block() if @block; $in = 0; next }
            next unless $in;
            s{\\(\(..|.)}{$text{$1} // die "unknown escape \\$1 in $ARGV\n"}ge if $name =~ /[1-8]$/;
            push @block, $_;
        }' "$1"
}

# try FILE [COMMAND...]: runs it, by the command, in an empty directory, with IPC objects of its own, and lists those left
# over.  A command that reads standard input does not end, as at a keyboard.  A script stops at the first failure, a dialogue
# goes on.  Without mqueue=yes, /dev/mqueue is not mounted.
try() {
    local example=$1 stop=-e
    shift
    [[ ! -e $example.out ]] || stop=+e
    rm -rf empty
    mkdir -m 777 empty
    # shellcheck disable=SC2016,SC2154 # for the other shell; the helper has patience
    mqueue=${mqueue-} timeout -s KILL $((2 * patience)) unshare --ipc --mount bash -c '
        mount -t tmpfs -o mode=1777 tmpfs /dev/shm || exit
        while umount /dev/mqueue 2>/dev/null; do :; done
        [[ $mqueue != yes ]] || mount -t mqueue mqueue /dev/mqueue || exit
        # The queues of a user count together with those in other namespaces.
        ulimit -q unlimited 2>/dev/null
        cd empty || exit
        example=$1 stop=$2
        shift 2
        "$@" bash "$stop" -o pipefail "../$example" || [[ $stop == +e ]] || { echo "exit status $?"; exit 1; }
        left=$(find /dev/shm -mindepth 1; sed 1d /proc/sysvipc/shm; sed 1d /proc/sysvipc/sem; sed 1d /proc/sysvipc/msg
            ipcls -t pmsg --noheadings 2>/dev/null)
        [[ -z $left ]] || { echo "left over: $left"; exit 1; }' - "$example" "$stop" "$@" 0<>"$BATS_RUN_TMPDIR/never"
}

# shellcheck disable=SC2031 # each test has variables of its own
# shown [COMMAND...]: every example, run by the command, prints what its page says.
shown() {
    local example failed=0
    : >difference
    for example in "${examples[@]}"; do
        if ! try "$example" "$@" >out 2>&1 ||
            { [[ -e $example.out ]] && ! diff <(same "$example" <"$example.out") <(same "$example" <out) >difference; }; then
            printf '%s:\n%s\nwrote:\n%s\n%s\n' "$example" "$(<"$example")" "$(<out)" "$(<difference)"
            failed=1
        fi
    done
    ((!failed))
}

# same EXAMPLE: reads text, and writes it without what examples.varies says of EXAMPLE, and with single blanks.  The owner is
# any user.  An ordinary user may not look at all processes, and lists no POSIX queues without a mount.
same() {
    local pattern change script=
    while IFS=$'\t' read -r pattern change; do
        # shellcheck disable=SC2053 # a pattern
        [[ $1 != $pattern ]] || script+="$change;"
    done < <(grep -v '^#' "$BATS_TEST_DIRNAME/examples.varies")
    perl -pe 'BEGIN { $user = getpwuid(1000) // 1000 } '"$script"' s/\b(root|you|\Q$user\E)\b/OWNER/g;
        s/,\?$//; s/^user +unknown: .*\n//; s/^.*: the file system of queues is not mounted there.*\n//; s/ +/ /g; s/ $//'
}

setup() {
    local page
    start_test || return
    pages=("${BATS_TEST_DIRNAME%/*}"/man/{*.1,ipcutils.7})
    for page in "${pages[@]}" "${BATS_TEST_DIRNAME%/*}/README.md"; do
        # A lesson needs a terminal: ipctour.bats runs them.
        [[ $page == */ipctour.1 ]] || extract "$page"
    done
    # shellcheck disable=SC2010 # names of pages
    mapfile -t examples < <(ls | grep -v '\.out$')
}

@test 'every page of a tool has at least two examples' {
    local page
    for page in "${pages[@]}"; do
        [[ $page != *.1 || $(sed -n '/^\.Sh EXAMPLES/,/^\.Sh [^E]/p' "$page" | grep -cE '^\.(Bd -literal|Dl)') -ge 2 ]] ||
            fail "${page##*/} has no two examples"
    done
}

@test 'every example runs, leaves nothing behind, and prints what the page says' {
    mqueue=$IPCUTILS_MQUEUE
    shown
}

@test 'every example prints the same where /dev/mqueue is not mounted' {
    shown
}

@test 'every example prints the same to an ordinary user' {
    [[ $IPCUTILS_UIDS == yes ]] || skip 'no other users here'
    mqueue=$IPCUTILS_MQUEUE
    # shellcheck disable=SC2030,SC2031 # each test has variables of its own
    # These list a POSIX queue, or show that a set is not in use, which such a user cannot know in a PID namespace.
    mapfile -t examples < <(printf '%s\n' "${examples[@]}" | grep -vxE 'README.md.dialogue|ipcls.1.DESCRIPTION')
    shown setpriv --reuid=1000 --regid=1000 --clear-groups --inh-caps=-all
}

@test 'every example without its output on the page writes something, and nothing to standard error' {
    local example
    # shellcheck disable=SC2031
    for example in "${examples[@]}"; do
        [[ ! -e $example.out ]] || continue
        try "$example" >out 2>err || :
        [[ -s out ]] || fail "$example is silent"
        [[ ! -s err ]] || fail "$example writes to stderr: $(<err)"
    done
}
