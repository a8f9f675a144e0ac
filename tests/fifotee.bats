#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# bg and run read stdin, and set variables that the shell of the tests keeps.
# A cat before a pipe makes standard input a pipe.
# shellcheck disable=SC2002,SC2016,SC2030,SC2031,SC2094,SC2154,SC2217

load helper

setup() { start_test || return; }

teardown() {
    if ((${#pids[@]})); then
        kill -KILL "${pids[@]}" 2>/dev/null || :
        wait "${pids[@]}" 2>/dev/null || :
    fi
}

# all_end: all that bg started ends with status 0.
all_end() {
    local one
    for one in "${pids[@]}"; do ends 0 "$one"; done
}

# reads FIFO: from now on a cat reads it, into the file FIFO.out.
reads() { bg cat "$1" >"$1.out"; }

# holds_open PID FILE
holds_open() { find "/proc/$1/fd" -lname "$PWD/$2" 2>/dev/null | grep -q .; }
# waits_in_cat PID: it is a cat that waits, in open(2) or read(2); a page that is loaded is waited for in another state.
waits_in_cat() { [[ $(<"/proc/$1/comm") == cat ]] && asleep "$1"; }
let_go() { ! holds_open "$1" "$2"; }

# tee_fed ARGUMENT...: fifotee runs as $tee; it reads what the test writes to 5, its messages go to `err`.
tee_fed() {
    feed
    bg fifotee "$@" <in >out 2>err
    tee=$pid
    # Else later processes would inherit our end.
    : "$tee"
}

# line_is TEXT: the next line of 7 is this.
line_is() {
    local line
    IFS= read -rt 10 line <&7
    assert_equal "$line" "$1"
}

# counts NAME: the last counts that -v or SIGUSR1 printed for it, as "bytes records dropped".
counts() { sed -n "s/^fifotee: $1: \([0-9]*\) bytes\{0,1\}, \([0-9]*\) records\{0,1\}, \([0-9]*\) dropped.*/\1 \2 \3/p" err | tail -n 1; }

# adds_up NAME: all records of the input went there or were dropped.
adds_up() {
    local sent bytes records dropped
    sent=$(sed -n 's/^fifotee: standard input: .* \([0-9]*\) records\{0,1\}$/\1/p' err | tail -n 1)
    read -r bytes records dropped < <(counts "$1")
    ((sent == records + dropped)) || fail "$1: $bytes bytes, $sent records, of which $records went and $dropped were dropped"
}

# numbered FILE: it has only whole lines of `in.txt`, in order, none twice; their number is $whole.
numbered() {
    perl -e 'my ($last, $n) = (0, 0); while (<STDIN>) {
        /^(\d+) (x*) (\d+)\n\z/ && $1 == $3 && length($2) == ($1 * 7919) % 300 && $1 > $last or die "torn or out of order: $_";
        $last = $1; $n++ } print $n' <"$1" >number
    whole=$(<number)
}

number() { perl -e 'for (my $i = 1; $i <= $ARGV[0]; $i++) { printf "%d %s %d\n", $i, "x" x (($i * 7919) % 300), $i }' "$1"; }
make_numbered() { number "$1" >in.txt; }

# slow_reader FIFO BYTES: reads it in small pieces into FIFO.out, through a pipe of so many bytes.
slow_reader() {
    # Not before it is as good as empty does a pipe shrink.
    bg perl -e 'my ($fifo, $size) = @ARGV; open my $in, "<", $fifo or die; open my $out, ">", "$fifo.out" or die; my $x;
        do { fcntl($in, 1031, $size + 0); syswrite $out, $x; select undef, undef, undef, 0.0002 } while sysread($in, $x, 3000)' "$1" "$2"
}

is_fifo() { [[ -p $1 ]]; }

# --- usage ---

@test 'fifotee: without a FIFO it is a usage error' {
    usage_error fifotee
    usage_error fifotee -n
}

@test 'fifotee: wrong options are usage errors, and nothing is made' {
    usage_error fifotee --no-such-option f
    usage_error fifotee -p f
    usage_error fifotee -p never f
    usage_error fifotee -p buffer f
    usage_error fifotee -p buffer= f
    usage_error fifotee -p buffer=x f
    usage_error fifotee -p buffer=-1 f
    usage_error fifotee -p blocks f
    usage_error fifotee --stdout=x f
    usage_error fifotee -o f
    usage_error fifotee -o drop: f
    usage_error fifotee -o x:f
    usage_error fifotee -m 9 f
    usage_error fifotee -b 0 f
    usage_error fifotee -b x f
    usage_error fifotee -d ab f
    usage_error fifotee -w x f
    usage_error fifotee --readers=x f
    usage_error fifotee --readers=2 f
    usage_error fifotee -b 65M -p drop f
    usage_error fifotee -n --stdout=drop f
    assert [ ! -e f ]
}

@test 'fifotee: --zero-copy goes with no records' {
    usage_error fifotee --zero-copy -p drop f
    usage_error fifotee --zero-copy -o buffer=1M:f
    usage_error fifotee --zero-copy --stdout=drop f
    usage_error fifotee --zero-copy -0 f
}

@test 'fifotee: -h and -V write to standard output' {
    run -0 --separate-stderr fifotee -h
    assert_line --partial 'usage: fifotee '
    assert_line --partial '--zero-copy'
    run -0 --separate-stderr fifotee --version
    assert_output --regexp '^fifotee \(ipcutils\) '
}

# --- all get all ---

@test 'fifotee: standard input goes to every FIFO and to standard output, byte for byte' {
    head -c 3000000 /dev/urandom >in
    mkfifo a b
    reads a
    reads b
    soon fifotee a b <in >out
    all_end
    cmp in a.out
    cmp in b.out
    cmp in out
}

@test 'fifotee: -n leaves standard output out' {
    mkfifo a
    reads a
    run -0 --separate-stderr soon fifotee -n a < <(seq 9)
    assert_output ''
    all_end
    cmp a.out <(seq 9)
}

# written_by STRACE-OUTPUT: how many bytes write(2) has taken.
written_by() { perl -ne '$n += $1 if /\bwrite\(.* = (\d+)/; END { print $n }' "$1"; }

@test 'fifotee: copies a large input once for all FIFOs, and their readers and a slow one get all' {
    head -c 1000000 /dev/urandom >in.txt
    mkfifo a b c
    reads a
    reads b
    traced -e trace=write,tee,splice fifotee -n a b <in.txt
    all_end
    cmp in.txt a.out
    cmp in.txt b.out
    # The rest of the last piece is small, and is written to each.
    assert [ "$(written_by trace)" -lt 1100000 ]
    pids=()
    reads a
    slow_reader b 4096
    slow_reader c 8192
    soon fifotee a b c <in.txt >out
    all_end
    for name in a.out b.out c.out out; do cmp in.txt $name; done
}

@test 'fifotee: without a pipe of its own for the copy it writes to each FIFO' {
    head -c 1000000 /dev/urandom >in.txt
    mkfifo a b
    reads a
    reads b
    traced -e inject=pipe2:error=EMFILE fifotee -n a b <in.txt
    grep -q EMFILE trace
    all_end
    cmp in.txt a.out
    cmp in.txt b.out
}

@test 'fifotee: readers do not see what a program does later to memory that it gave to the pipe' {
    # The last MiB of a segment is copied by shmcat itself.
    letters 1500000 a | shmput /fifotee
    mkfifo a b in
    exec 7<>a 6<>b 5<>in
    bg fifotee -n a b <in
    soon shmcat --zero-copy /fifotee >in
    exec 5>&-
    eventually asleep "$pid"
    letters 1500000 b | shmput /fifotee
    soon head -c 1500000 <&7 >a.out &
    soon head -c 1500000 <&6 >b.out
    wait $!
    ends 0
    cmp a.out <(letters 1500000 a)
    cmp b.out <(letters 1500000 a)
}

@test 'fifotee: a hundred outputs all get all' {
    local i names=()
    seq 30000 >in.txt
    for i in {1..100}; do
        mkfifo "f$i"
        reads "f$i"
        names+=("f$i")
    done
    soon fifotee -n "${names[@]}" <in.txt
    all_end
    for i in {1..100}; do cmp in.txt "f$i.out"; done
}

@test 'fifotee: every byte is passed on at once' {
    tee_fed a
    eventually is_fifo a
    exec 7<a
    printf x >&5
    read -rN 1 -t 10 byte <&7
    assert_equal "$byte" x
    eventually size_is out 1
    printf y >&5
    read -rN 1 -t 10 byte <&7
    assert_equal "$byte" y
    fed
    ends 0
}

@test 'fifotee: writers of one byte at a time' {
    mkfifo a
    reads a
    perl -e '$| = 1; print $_ % 9 == 8 ? "\n" : "x" for 0 .. 8999' | soon fifotee -p buffer=1M a >out
    all_end
    perl -e 'print "xxxxxxxx\n" for 1 .. 1000' | cmp - a.out
    cmp out a.out
}

@test 'fifotee: a reader of an empty input sees its end' {
    mkfifo a
    reads a
    soon fifotee a </dev/null
    all_end
    size_is a.out 0
}

@test 'fifotee: the last record may lack its delimiter, under each policy' {
    local policy
    for policy in block drop buffer=1k fail; do
        rm -f a
        tee_fed -v -p "$policy" --readers=1 a
        eventually is_fifo a
        exec 7<a
        printf 'one\ntwo' >&5
        fed
        [[ $(cat <&7) == $'one\ntwo' ]]
        ends 0
        assert_equal "$(counts a)" '7 2 0'
        exec 7<&-
    done
}

@test 'fifotee: into a process substitution' {
    soon fifotee >(cat >a.out) >(wc -l >b.out) < <(seq 1000) >out
    eventually test -s b.out
    eventually cmp -s out a.out
    assert_equal "$(<b.out)" 1000
}

@test 'fifotee: --progress shows bytes, where it is asked for twice' {
    mkfifo a
    reads a
    run -0 --separate-stderr soon fifotee -n --progress --progress a < <(seq 9)
    all_end
    [[ $stderr == *18B* ]]
}

# --- FIFOs that are made, and FIFOs that are there ---

@test 'fifotee: creates a FIFO with mode 0600, or exactly that of -m, and removes it at the end' {
    umask 077
    tee_fed -n a
    eventually is_fifo a
    assert_equal "$(stat -c %a a)" 600
    exec 7<a
    fed
    ends 0
    assert [ ! -e a ]
    tee_fed -n -m 0666 a
    eventually is_fifo a
    assert_equal "$(stat -c %a a)" 666
    exec 7<a
    fed
    ends 0
}

@test 'fifotee: a FIFO that exists stays as it is' {
    mkfifo -m 0640 a
    reads a
    soon fifotee -n -m 0666 a </dev/null
    all_end
    assert_equal "$(stat -c %a a)" 640
}

@test 'fifotee: -k keeps a FIFO that fifotee created' {
    soon fifotee -n -k -p drop a </dev/null
    is_fifo a
}

@test 'fifotee: removes the FIFOs that it created after a signal, and dies of the signal' {
    local signal status
    mkfifo there
    for signal in TERM:143 HUP:129 INT:130; do
        feed
        bg perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' fifotee made there <in
        eventually is_fifo made
        eventually asleep "$pid"
        kill "-${signal%:*}" "$pid"
        ends "${signal#*:}"
        assert [ ! -e made ]
        is_fifo there
        fed
    done
}

@test 'fifotee: a file that took the place of the FIFO is not removed' {
    tee_fed -n a
    eventually is_fifo a
    exec 7<a
    rm a
    echo mine >a
    fed
    ends 0
    assert_equal "$(<a)" mine
}

@test 'fifotee: creates a FIFO again whose name is missing, says so with -v, and removes it at the end' {
    tee_fed -v -n -m 0640 -p drop a
    eventually is_fifo a
    exec 7<a
    rm a
    echo one >&5
    line_is one
    exec 7<&-
    eventually is_fifo a
    assert_equal "$(stat -c %a a)" 640
    eventually grep -qx 'fifotee: a: created again, because its name was missing' err
    exec 7<a
    eventually holds_open "$tee" a
    echo two >&5
    line_is two
    fed
    ends 0
    refute [ -e a ]
}

@test 'fifotee: gives another process the time to create a missing FIFO, and loses no queued record' {
    tee_fed -v -n -p buffer=1k a
    eventually is_fifo a
    exec 7<a
    echo one >&5
    line_is one
    rm a
    exec 7<&-
    eventually let_go "$tee" 'a (deleted)'
    echo two >&5
    eventually asleep "$tee"
    # It would fail if fifotee were quicker.
    mkfifo a
    exec 7<a
    line_is two
    fed
    ends 0
    grep -qx 'fifotee: a: found again: another FIFO has this name now' err
    assert_equal "$(counts a)" '8 2 0'
    # It is not ours.
    is_fifo a
}

@test 'fifotee: goes on with a FIFO that replaced its own, under each policy, and does not remove it' {
    local policy
    for policy in block drop buffer=1k; do
        tee_fed -n -p $policy a
        eventually is_fifo a
        mkfifo new
        mv new a
        # It must not see an end before the first line.
        reads a
        eventually holds_open "$tee" a
        echo one >&5
        fed
        ends 0 "$tee"
        ends 0
        assert_equal "$(<a.out)" one
        assert_equal "$(<err)" ''
        is_fifo a
        rm a in
    done
}

@test 'fifotee: a FIFO that is replaced by another output, a file or nothing that can be created fails' {
    mkdir dir
    mkfifo b
    exec 7<>b
    tee_fed -n -p drop a b dir/c d
    eventually is_fifo d
    ln -s b new
    mv new a
    eventually grep -qx 'fifotee: a: the same as b' err
    rm -r dir
    eventually grep -qx 'fifotee: dir/c: No such file or directory' err
    rm d
    echo mine >d
    eventually grep -qx 'fifotee: d: not a FIFO' err
    assert_equal "$(<d)" mine
    fed
    ends 1
}

@test 'fifotee: a reader that waits in open(2) when fifotee ends sees the end' {
    mkfifo a
    bg cat a
    eventually waits_in_cat "$pid"
    # As if cat had come after fifotee looked for a reader.
    traced -P a -P "$PWD/a" -e inject=openat:error=ENXIO:when=1 fifotee -n -p drop a </dev/null
    ends 0
    grep -q ENXIO trace
}

@test 'fifotee: each reader sees the end as soon as it has got everything' {
    mkfifo a b
    head -c 5000000 /dev/zero >in.txt
    bg fifotee -n --readers=2 -b 1000 -o buffer=8M:a b <in.txt
    tee=$pid
    exec 7<a
    bg cat b >b.out
    ends 0
    cmp in.txt b.out
    kill -0 "$tee"
    cmp in.txt <&7
    ends 0 "$tee"
}

# --- outputs that are no FIFOs ---

@test 'fifotee: an output that is no FIFO fails, and the others go on' {
    local wrong
    mkfifo a
    : >file
    mkdir dir
    ln -s nowhere dangling
    for wrong in file:'not a FIFO' /dev/full:'not a FIFO' /dev/null:'not a FIFO' dir:'Is a directory' \
        none/f:'No such file or directory' file/f:'Not a directory' dangling:'No such file or directory'; do
        pids=()
        reads a
        run -1 --separate-stderr soon fifotee "${wrong%%:*}" a < <(seq 3)
        assert_equal "$output" "$(seq 3)"
        assert_equal "$stderr" "fifotee: ${wrong%%:*}: ${wrong#*:}"
        all_end
        cmp a.out <(seq 3)
    done
    size_is file 0
    assert [ ! -e nowhere ]
}

@test 'fifotee: if all outputs are wrong it ends, and reads nothing' {
    : >file
    seq 3 >input
    exec 7<input
    run -1 soon fifotee -n file <&7
    assert_equal "$(head -n 1 <&7)" 1
}

@test 'fifotee: the same FIFO under two names fails once, and the others go on' {
    mkfifo a
    ln -s a link
    reads a
    run -1 --separate-stderr soon fifotee a link ./a < <(seq 3)
    assert_output "$(seq 3)"
    assert_equal "$stderr" $'fifotee: link: the same as a\nfifotee: ./a: the same as a'
    all_end
    cmp a.out <(seq 3)
}

@test 'fifotee: an output that is also standard input fails' {
    mkfifo a b
    reads b
    exec 7<>a
    echo one >&7
    bg fifotee a b <a 2>err >out
    eventually size_is out 4
    exec 7<&-
    ends 1
    assert_equal "$(<err)" 'fifotee: a: the same as standard input'
    eventually size_is b.out 4
    assert_equal "$(<b.out)" one
}

@test 'fifotee: a standard output that is also an output or the input fails' {
    mkfifo a
    reads a
    run -1 --separate-stderr soon bash -c 'fifotee a >a' < <(seq 3)
    assert_equal "$stderr" 'fifotee: standard output: the same as a'
    all_end
    cmp a.out <(seq 3)
    reads a
    seq 3 >file
    run -1 --separate-stderr soon bash -c 'fifotee a <file >>file'
    assert_equal "$stderr" 'fifotee: standard output: the same as standard input'
    size_is file 6
}

@test 'fifotee: with more outputs than descriptors, those that get one go on' {
    local i names=()
    for i in {1..30}; do
        mkfifo "f$i"
        names+=("f$i")
    done
    seq 100 >in.txt
    # One reader for all FIFOs, from the start; it waits for the end of each.
    bg perl -MFcntl -e 'for (@ARGV) { sysopen my $f, $_, O_RDONLY | O_NONBLOCK or die; push @f, $f }
        print STDERR "ready\n"; $SIG{ALRM} = "DEFAULT"; alarm 10;
        <STDIN>; local $/; print length(<$_>), "\n" for @f' "${names[@]}" < <(eventually test -e finished; echo) >lengths 2>ready
    eventually test -s ready
    run -1 --separate-stderr soon bash -c 'ulimit -n 20; fifotee -n -p drop "$@"' - "${names[@]}" <in.txt
    : >finished
    [[ $stderr == *'fifotee: f30: Too many open files'* ]]
    [[ $stderr != *'fifotee: f1: '* ]]
    ends 0
    run -0 sort -un lengths
    assert_output $'0\n292'
}

@test 'fifotee: raises the soft limit of descriptors' {
    local i names=()
    for i in {1..30}; do
        mkfifo "f$i"
        reads "f$i"
        names+=("f$i")
    done
    (ulimit -Sn 20 && soon fifotee -n "${names[@]}" < <(seq 3))
    all_end
}

# --- absent readers ---

@test 'fifotee: block waits for the first reader of each FIFO before it reads anything' {
    seq 5 >input
    exec 6<input
    mkfifo a b
    reads a
    bg fifotee a b <&6 >out
    tee=$pid
    eventually holds_open "$tee" a
    eventually asleep "$tee"
    # The offset is shared.
    assert_equal "$(awk '/^pos:/ { print $2 }' "/proc/$BASHPID/fdinfo/6")" 0
    reads b
    all_end
    cmp input a.out
    cmp input b.out
    cmp input out
}

@test 'fifotee: drop does not wait for a reader, and counts the records that it missed' {
    run -0 --separate-stderr soon fifotee -v -p drop a < <(seq 1000)
    assert_output "$(seq 1000)"
    assert_equal "$stderr" 'fifotee: standard input: 3893 bytes, 1000 records
fifotee: a: 0 bytes, 0 records, 1000 dropped
fifotee: standard output: 3893 bytes, 1000 records, 0 dropped'
}

@test 'fifotee: drop, a reader that opens late gets the records that come from then on' {
    tee_fed -v -p drop a
    printf 'one\ntwo\n' >&5
    eventually size_is out 8
    exec 7<a
    printf 'three\n' >&5
    line_is three
    fed
    ends 0
    assert_equal "$(counts a)" '6 1 2'
    adds_up a
}

@test 'fifotee: buffer, a reader that opens late gets the queue, and records that did not fit were dropped' {
    tee_fed -v -p buffer=10 a
    printf '1234\n5678\n' >&5
    eventually size_is out 10
    printf 'no\n' >&5
    eventually size_is out 13
    exec 7<a
    line_is 1234
    line_is 5678
    printf 'last\n' >&5
    line_is last
    fed
    ends 0
    assert_equal "$(counts a)" '15 3 1'
    adds_up a
}

@test 'fifotee: buffer drops only the records that do not fit' {
    tee_fed -v -p buffer=10 a
    printf '1234567\n1234\n1\n2\n' >&5
    eventually size_is out 17
    exec 7<a
    line_is 1234567
    line_is 1
    fed
    ends 0
    assert_equal "$(counts a)" '10 2 2'
    adds_up a
}

@test 'fifotee: buffer waits at the end for a first reader if records are queued' {
    tee_fed -v -p buffer=1k a
    printf 'one\n' >&5
    fed
    eventually size_is out 4
    exec 7<a
    line_is one
    ends 0
}

@test 'fifotee: fail, a FIFO without a reader fails, and the others go on' {
    mkfifo b
    reads b
    run -1 --separate-stderr soon fifotee --readers=1 -o fail:a b < <(seq 3)
    assert_equal "$stderr" 'fifotee: a: it has no reader'
    assert_output "$(seq 3)"
    all_end
    cmp b.out <(seq 3)
    assert [ ! -e a ]
}

@test 'fifotee: --readers waits for as many readers, whatever the policy' {
    tee_fed -p drop --readers=2 a b c
    printf 'one\n' >&5
    eventually is_fifo c
    exec 7<b
    eventually holds_open "$tee" b
    eventually asleep "$tee"
    size_is out 0
    bg cat c >c.out
    line_is one
    eventually size_is c.out 4
    fed
    ends 0 "$tee"
}

@test 'fifotee: --readers=0 waits for no reader, and the reader of a FIFO that blocks may come later' {
    tee_fed -v --readers=0 a
    printf 'one\n' >&5
    eventually size_is out 4
    exec 7<a
    printf 'two\n' >&5
    line_is two
    fed
    ends 0
    assert_equal "$(counts a)" '4 1 1'
    adds_up a
}

@test 'fifotee: --readers fails when fewer FIFOs are left' {
    : >file
    run -1 --separate-stderr soon fifotee --readers=2 a file </dev/null
    [[ $stderr == *'--readers: only 1 of the FIFOs is left'* ]]
}

# --- readers that leave, and come back ---

@test 'fifotee: a reader that leaves costs the others nothing' {
    local policy
    head -c 5000000 /dev/urandom >in
    mkfifo a b
    for policy in block drop buffer=1M; do
        pids=()
        bg head -c 100000 a >a.out
        reads b
        soon fifotee -o "$policy:a" b <in >out
        all_end
        cmp in b.out
        cmp in out
        cmp <(head -c "$(stat -c %s a.out)" in) a.out || [[ $policy != block ]]
    done
}

@test 'fifotee: a standard output whose reader leaves costs the others nothing' {
    mkfifo a
    head -c 5000000 /dev/urandom >in
    reads a
    (soon fifotee a <in; echo $? >status) | head -c 10 >/dev/null
    all_end
    cmp in a.out
    assert_equal "$(<status)" 0
}

@test 'fifotee: fail, a reader that leaves is an error, and the others go on' {
    tee_fed -p fail --readers=1 a
    eventually is_fifo a
    exec 7<a
    eventually holds_open "$tee" a
    exec 7<&-
    eventually grep -q '^fifotee: a: Broken pipe$' err
    seq 3 >&5
    fed
    ends 1
    cmp out <(seq 3)
}

@test 'fifotee: ends at once when no reader is left, while standard input is idle' {
    tee_fed -n a b
    eventually is_fifo b
    exec 7<a
    exec 6<b
    exec 7<&- 6<&-
    ends 0
    assert [ ! -e a ]
}

@test 'fifotee: ends at once when the last reader, that of standard output, has left' {
    feed
    bg_into_pipe fifotee --readers=0 a <in
    eventually is_fifo a
    exec 6<a
    exec 6<&-
    exec 7<&-
    ends 0
}

@test 'fifotee: drop and buffer wait for the next reader' {
    local policy
    for policy in drop buffer=1k; do
        tee_fed -n -p $policy a
        eventually is_fifo a
        exec 7<a
        printf 'one\n' >&5
        line_is one
        exec 7<&-
        eventually let_go "$tee" a
        exec 7<a
        printf 'two\n' >&5
        line_is two
        fed
        ends 0
        exec 7<&-
    done
}

# leave_in_between POLICY: a reader leaves in the middle of a record, with bytes unread.
leave_in_between() {
    tee_fed -v -p "$1" a
    eventually is_fifo a
    exec 7<a
    printf 'one\ntwo\nthr' >&5
    line_is one
    eventually size_is out 11
    exec 7<&-
    eventually let_go "$tee" a
    exec 7<a
}

@test 'fifotee: a reader that comes back begins at the beginning of a record and sees nothing stale' {
    local policy
    for policy in block drop; do
        leave_in_between $policy
        printf 'ee\nfour\n' >&5
        case $policy in
        block) line_is four ;;
        drop) line_is three && line_is four ;;
        esac
        fed
        ends 0
        case $policy in
        block) assert_equal "$(counts a)" '9 2 2' ;;
        drop) assert_equal "$(counts a)" '15 3 1' ;;
        esac
        adds_up a
        exec 7<&-
    done
}

@test 'fifotee: -b, a reader that comes back begins at the beginning of a block' {
    tee_fed -v -b 4 a
    eventually is_fifo a
    exec 7<a
    printf 'aaaabb' >&5
    eventually size_is out 6
    exec 7<&-
    eventually let_go "$tee" a
    exec 7<a
    printf 'bbccccdd' >&5
    fed
    assert_equal "$(cat <&7)" ccccdd
    ends 0
    # No reader had read the first block.
    assert_equal "$(counts a)" '6 2 2'
    adds_up a
}

@test 'fifotee: records that a reader left unread count as dropped, and no next reader sees them' {
    local policy
    for policy in block drop buffer=1k; do
        tee_fed -v -p $policy a
        eventually is_fifo a
        exec 7<a 8>a
        printf 'one\ntwo\nthree\n' >&5
        line_is one
        eventually size_is out 14
        exec 7<&-
        eventually let_go "$tee" a
        exec 7<a
        eventually holds_open "$tee" a
        printf 'four\n' >&5
        line_is four
        fed
        ends 0
        assert_equal "$(counts a)" '9 2 2'
        exec 7<&- 8>&-
    done
}

@test 'fifotee: a reader killed in the middle of a long record, under each policy' {
    local policy
    for policy in block drop buffer=4M; do
        rm -f a.out
        tee_fed -v -p $policy a
        eventually is_fifo a
        exec 7<a
        (letters 3000000 x && echo && echo short) >&5 7<&- &
        read -rN 10 -t 10 start <&7
        assert_equal "$start" xxxxxxxxxx
        exec 7<&-
        eventually let_go "$tee" a
        wait $!
        eventually size_is out 3000007
        bg cat a >a.out
        eventually holds_open "$tee" a
        echo next >&5
        fed
        ends 0 "$tee"
        ends 0
        grep -qx next a.out
        run -1 grep -v -e '^short$' -e '^next$' a.out
        adds_up a
    done
}

@test 'fifotee: a reader killed in the middle of a long record that was queued' {
    tee_fed -v -p buffer=4M a
    (letters 3000000 x && echo && echo short) >&5
    eventually size_is out 3000007
    exec 7<a
    read -rN 10 -t 10 start <&7
    assert_equal "$start" xxxxxxxxxx
    eventually holds_open "$tee" a
    exec 7<&-
    eventually let_go "$tee" a
    exec 7<a
    line_is short
    fed
    ends 0
    assert_equal "$(counts a | cut -d ' ' -f 2-)" '1 1'
}

@test 'fifotee: a queue outlives the reader, and the next one gets the rest of it' {
    tee_fed -v -p buffer=64k a
    eventually is_fifo a
    exec 7<a
    printf 'one\n' >&5
    line_is one
    exec 7<&-
    eventually let_go "$tee" a
    printf 'two\nthree\n' >&5
    eventually size_is out 14
    exec 7<a
    line_is two
    line_is three
    fed
    ends 0
    assert_equal "$(counts a)" '14 3 0'
}

# --- slow readers ---

@test 'fifotee: block, a slow reader gets everything, and so do the others' {
    make_numbered 20000
    mkfifo a b
    slow_reader a 4096
    reads b
    soon fifotee a b <in.txt >out
    all_end
    cmp in.txt a.out
    cmp in.txt b.out
    cmp in.txt out
}

# in_records OPTION...: `in.txt` goes to a slow reader and to a fast one; no record of either is torn.
in_records() {
    mkfifo a b
    slow_reader a 8192
    reads b
    # The fast reader blocks, so it misses nothing.
    soon fifotee -v "$@" --readers=2 -o block:b <in.txt >out 2>err
    all_end
    cmp in.txt b.out
    cmp in.txt out
    numbered a.out
    adds_up a
    assert_equal "$(counts a)" "$(stat -c %s a.out) $whole $(($(wc -l <in.txt) - whole))"
}

@test 'fifotee: drop, a slow reader gets whole records, and the missing ones are counted' {
    make_numbered 50000
    in_records -o drop:a
    assert [ "$whole" -lt 50000 ]
}

@test 'fifotee: buffer, a slow reader gets whole records, and the missing ones are counted' {
    make_numbered 50000
    in_records -o buffer=100000:a
    assert [ "$whole" -lt 50000 ]
}

@test 'fifotee: buffer, a slow reader misses nothing while the queue is large enough' {
    make_numbered 50000
    in_records -o buffer=64M:a
    assert_equal "$whole" 50000
}

@test 'fifotee: fail, a reader that is too slow fails after whole records' {
    make_numbered 50000
    mkfifo a
    slow_reader a 1048576
    run -1 --separate-stderr soon fifotee -n -p fail --readers=1 a <in.txt
    assert_equal "$stderr" 'fifotee: a: its reader is too slow'
    all_end
    numbered a.out
    assert [ "$whole" -gt 0 ]
}

@test 'fifotee: fail, a record that is larger than the pipe is an error, and not begun' {
    mkfifo a
    reads a
    run -1 --separate-stderr soon fifotee -n -p fail --readers=1 a < <(echo before && letters 3000000 x && echo && echo behind)
    assert_equal "$stderr" 'fifotee: a: its reader is too slow'
    all_end
    assert_equal "$(<a.out)" before
}

@test 'fifotee: records end at NULs, at a character, after so many bytes' {
    mkfifo a
    make_numbered 30000
    slow_reader a 4096
    tr '\n' '\0' <in.txt | soon fifotee -n -0 -p drop --readers=1 a
    all_end
    tr '\0' '\n' <a.out >a.lines
    numbered a.lines
    pids=()
    slow_reader a 4096
    tr '\n' '|' <in.txt | soon fifotee -n -d '|' -p buffer=9999 --readers=1 a
    all_end
    tr '|' '\n' <a.out >a.lines
    numbered a.lines
    pids=()
    slow_reader a 4096
    perl -e 'printf "%09d\n", $_ for 1 .. 300000' | soon fifotee -n -b 100 -p drop --readers=1 a
    all_end
    # Blocks of ten numbers each, the first one ends with 1.
    perl -e 'while (<>) { /^\d{9}$/ && ($. % 10 == 1 ? $_ % 10 == 1 : $_ == $last + 1) or die "$.: $_"; $last = $_ }' a.out
}

@test 'fifotee: a line of 3 MB goes through whole, or is dropped whole' {
    mkfifo a
    (echo before && letters 3000000 x && echo && echo behind) >in.txt
    pids=()
    reads a
    soon fifotee -n a <in.txt
    all_end
    cmp in.txt a.out
    pids=()
    reads a
    soon fifotee -n -v -p buffer=4M --readers=1 a <in.txt
    all_end
    cmp in.txt a.out
    pids=()
    reads a
    soon fifotee -n -v -p buffer=64k --readers=1 a <in.txt 2>err
    all_end
    # It goes through if the reader has taken everything before it.
    cmp -s in.txt a.out || assert_equal "$(<a.out)" $'before\nbehind'
    adds_up a
    # A pipe that is emptied takes it piece by piece; a line after it might come too soon.
    tee_fed -n -v -p drop a
    exec 7<a
    (letters 3000000 x && echo) >&5
    fed
    cat <&7 >a.out
    ends 0
    size_is a.out 3000001
}

@test 'fifotee: a record of more than 64 MiB is dropped, and the next one is not' {
    mkfifo a b
    reads a
    reads b
    (echo before && letters 70000000 x && echo && echo behind) |
        soon fifotee -n -v -o buffer=128M:a --readers=2 b 2>err
    all_end
    assert_equal "$(<a.out)" $'before\nbehind'
    size_is b.out 70000015
    assert_equal "$(counts a)" '14 2 1'
    pids=()
    reads a
    run -1 soon fifotee -n -p fail --readers=1 a < <(letters 70000000 x)
    assert_output 'fifotee: a: a record of more than 64 MiB is not kept in memory'
}

@test 'fifotee: drop, a reader that never reads does not keep fifotee from ending' {
    mkfifo a b
    make_numbered 100000
    tee_fed -n -v -o drop:a b
    exec 7<a
    reads b
    cat in.txt >&5
    fed
    ends 0
    ends 0 "$tee"
    cmp in.txt b.out
    cat <&7 >a.out
    numbered a.out
    assert [ "$whole" -gt 0 ]
    adds_up a
}

@test 'fifotee: --stdout=drop, a standard output that is not read drops records' {
    make_numbered 50000
    mkfifo a
    reads a
    bg_into_pipe fifotee -v --stdout=drop a <in.txt 2>err
    ends 0
    cat <&7 >out
    numbered out
    cmp in.txt a.out
    adds_up 'standard output'
}

@test 'fifotee: pipes of 8192 bytes that cannot be grown' {
    make_numbered 20000
    mkfifo a
    slow_reader a 8192
    # No call of fcntl(2) works, but the first three, which look for closed descriptors.
    traced -e trace=fcntl -e inject=fcntl:error=EPERM:when=4+ fifotee -n --readers=1 -v -p drop a <in.txt 2>err
    all_end
    numbered a.out
    adds_up a
}

@test 'fifotee: as an ordinary user beyond the pages for pipes' {
    needs_uids
    (($(ulimit -Hn) > 2300)) || skip 'too few descriptors for 1100 pipes'
    ulimit -n "$(ulimit -Hn)"
    chmod 777 .
    make_numbered 20000
    mkfifo -m 0666 a
    reads a
    # With more than 1024 pipes every further one has 8192 bytes.
    as_nobody perl -e '$^F = 1e6; for (1 .. 1100) { pipe(my $r, my $w) or die "pipe: $!"; push @p, $r, $w }
        fcntl($p[-1], 1031, 1 << 20) and die "this pipe could be grown"; exec @ARGV or die "$ARGV[0]: $!"' \
        timeout 10 fifotee -n -v --readers=1 -p drop a <in.txt 2>err || fail "$(<err)"
    all_end
    numbered a.out
    adds_up a
}

# --- timeouts ---

@test 'fifotee: -w, a FIFO whose reader does not come in time is given up, and the others go on' {
    mkfifo b
    reads b
    run -124 --separate-stderr soon fifotee -w 50ms a b < <(seq 3)
    assert_equal "$stderr" 'fifotee: a: timed out'
    assert_output "$(seq 3)"
    all_end
    cmp b.out <(seq 3)
}

@test 'fifotee: -w, a reader that takes nothing in this time is given up, and the others go on' {
    mkfifo a b
    head -c 5000000 /dev/zero >in.txt
    bg fifotee -n -w 100ms a b <in.txt 2>err
    tee=$pid
    exec 7<a
    bg cat b >b.out
    ends 124 "$tee"
    ends 0
    assert_equal "$(<err)" 'fifotee: a: timed out'
    cmp in.txt b.out
}

@test 'fifotee: -w 0 does not wait for a reader' {
    run -124 --separate-stderr soon fifotee -w 0 a < <(seq 3)
    assert_equal "$stderr" 'fifotee: a: timed out'
    assert_output "$(seq 3)"
}

@test 'fifotee: -w with --readers, fifotee reads nothing if they do not come in time' {
    seq 5 >input
    exec 6<input
    run -124 --separate-stderr soon fifotee -w 50ms --readers=1 a <&6
    assert_equal "$stderr" 'fifotee: --readers: timed out'
    assert_output ''
    assert_equal "$(head -n 1 <&6)" 1
}

# --- reports ---

@test 'fifotee: one byte, one record and one FIFO are reported in the singular' {
    mkfifo a
    reads a
    run -0 --separate-stderr soon fifotee -v -n a < <(echo)
    assert_equal "$stderr" $'fifotee: standard input: 1 byte, 1 record\nfifotee: a: 1 byte, 1 record, 0 dropped'
    reads a
    echo | soon fifotee --zero-copy -v -n a 2>err
    assert_equal "$(<err)" $'fifotee: standard input: 1 byte\nfifotee: a: 1 byte'
    usage_error fifotee --readers=2 b
    [[ $stderr == *'2 readers, but only 1 FIFO'$'\n'* ]]
}

@test 'fifotee: SIGUSR1 reports each output at any time, and does not end fifotee' {
    tee_fed -p drop a
    printf 'one\ntwo\nthr' >&5
    eventually size_is out 11
    kill -USR1 "$tee"
    eventually grep -q 'standard output' err
    assert_equal "$(<err)" 'fifotee: standard input: 11 bytes, 2 records
fifotee: a: 0 bytes, 0 records, 2 dropped
fifotee: standard output: 11 bytes, 2 records, 0 dropped'
    fed
    ends 0
}

@test 'fifotee: SIGUSR1 reports queued records, and names are shown safely' {
    tee_fed -n -p buffer=1k $'a\n'
    printf 'one\ntwo\n' >&5
    waiting() {
        kill -USR1 "$tee"
        grep -q '2 waiting' err
    }
    eventually is_fifo $'a\n'
    eventually waiting
    grep -qF 'fifotee: a\x0a: 0 bytes, 0 records, 0 dropped, 2 waiting' err
    exec 7<$'a\n'
    line_is one
    fed
    ends 0
}

@test 'fifotee: a SIGUSR1 that was ignored stays ignored' {
    feed
    bg bash -c 'trap "" USR1; exec fifotee -n a' <in 2>err
    eventually is_fifo a
    kill -USR1 "$pid"
    exec 7<a
    fed
    ends 0
    size_is err 0
}

# --- descriptors of others ---

@test 'fifotee: a standard output in non-blocking mode gets everything' {
    make_numbered 20000
    mkfifo a
    reads a
    perl -MFcntl -e 'open STDOUT, ">&=", 1; fcntl(STDOUT, F_SETFL, O_WRONLY | O_NONBLOCK) or die; exec @ARGV' \
        fifotee a <in.txt | perl -e 'while (sysread STDIN, $x, 1000) { print $x; select undef, undef, undef, 0.0001 }' >out
    all_end
    cmp in.txt out
    cmp in.txt a.out
}

@test 'fifotee: a standard input in non-blocking mode is read to its end' {
    tee_fed -n a
    eventually is_fifo a
    exec 7<a
    kill "$tee"
    ends 143
    feed
    bg perl -MFcntl -e 'fcntl(STDIN, F_SETFL, O_RDONLY | O_NONBLOCK) or die; exec @ARGV' fifotee a <in >out
    eventually is_fifo a
    reads a
    seq 3 >&5
    eventually size_is out 6
    fed
    all_end || :
    cmp a.out <(seq 3)
}

@test 'fifotee: does not set O_NONBLOCK on a shared open file description' {
    mkfifo in a
    mkfifo pipe
    exec 5<>in 6<>pipe
    bg fifotee a <&5 >&6
    exec 7<a
    eventually holds_open "$pid" a
    assert_equal "$(awk '/^flags/ { print and(strtonum($2), 04000) }' "/proc/$BASHPID/fdinfo/5" 2>/dev/null || perl -ne 'print 0 + !!(oct($1) & 04000) if /^flags:\s+(\d+)/' "/proc/$BASHPID/fdinfo/5")" 0
    assert_equal "$(perl -ne 'print oct($1) & 04000 if /^flags:\s+(\d+)/' "/proc/$BASHPID/fdinfo/6")" 0
}

@test 'fifotee: standard output may be a socket, a file that is appended to, a terminal' {
    make_numbered 20000
    mkfifo a
    perl -MSocket -e 'socketpair(A, B, AF_UNIX, SOCK_STREAM, 0) or die; if (fork) { close A; print while <B>; wait; exit $? >> 8 }
        close B; open STDOUT, ">&A"; exec @ARGV' bash -c 'cat a >a.out & fifotee a && wait' <in.txt >out
    cmp in.txt out
    cmp in.txt a.out
    echo first >out
    reads a
    soon fifotee a < <(seq 3) >>out
    cmp out <(printf 'first\n1\n2\n3\n')
    soon script -qec 'cat a >/dev/null & seq 3 | fifotee a' /dev/null >out </dev/null
    assert_equal "$(tr -d '\r' <out)" "$(seq 3)"
}

@test 'fifotee: a full standard output is an error, and the others go on' {
    mkfifo a
    reads a
    run -1 --separate-stderr soon bash -c 'fifotee a >/dev/full' < <(seq 3)
    assert_equal "$stderr" 'fifotee: standard output: No space left on device'
    all_end
    cmp a.out <(seq 3)
}

@test 'fifotee: closed descriptors are errors, except a standard output that -n leaves out' {
    mkfifo a
    reads a
    run -1 --separate-stderr soon bash -c 'fifotee a >&-' < <(seq 3)
    assert_equal "$stderr" 'fifotee: standard output: Bad file descriptor'
    all_end
    cmp a.out <(seq 3)
    pids=()
    reads a
    run -0 soon bash -c 'fifotee -n a >&- 2>&-' < <(seq 3)
    all_end
    cmp a.out <(seq 3)
    run -1 --separate-stderr soon bash -c 'fifotee b <&-'
    assert_equal "$stderr" 'fifotee: standard input: Bad file descriptor'
}

@test 'fifotee: two hundred readers that come and go leave no descriptor behind' {
    local before
    tee_fed -p drop a
    eventually test -p a
    before=$(descriptors "$tee")
    soon perl -MFcntl -e '$| = 1; for (1 .. 200) {
            sysopen my $a, "a", O_RDONLY | O_NONBLOCK or die "$!";
            # A new reader is looked for when something arrives.
            do { print "x\n"; select undef, undef, undef, .001 } until sysread $a, my $got, 99;
        }' >&5
    eventually has_descriptors "$tee" "$before"
}

# --- faults ---

@test 'fifotee: EIO at one output fails it, and the others go on' {
    local policy
    make_numbered 20000
    mkfifo a b
    for policy in block drop buffer=1M fail; do
        pids=()
        bg cat a
        reads b
        status=0
        traced -P "$PWD/a" -e inject=write,tee,splice:error=EIO:when=2+ fifotee --readers=2 -o "$policy:a" b <in.txt >out 2>err || status=$?
        assert_equal "$status" 1
        assert_equal "$(<err)" 'fifotee: a: Input/output error'
        all_end
        cmp in.txt b.out
        cmp in.txt out
    done
}

@test 'fifotee: EAGAIN at outputs that block loses nothing' {
    make_numbered 20000
    mkfifo a b
    reads a
    reads b
    traced -P "$PWD/a" -e inject=write,tee,splice:error=EAGAIN:when=1+2 fifotee a b <in.txt >out
    all_end
    cmp in.txt a.out
    cmp in.txt b.out
    cmp in.txt out
}

@test 'fifotee: EAGAIN at outputs that do not block tears nothing' {
    make_numbered 20000
    mkfifo a b
    reads a
    reads b
    traced -e inject=write:error=EAGAIN:when=1+2 fifotee -n -v -p drop --readers=2 a b <in.txt 2>err
    all_end
    numbered a.out
    numbered b.out
    adds_up a
    adds_up b
}

@test 'fifotee: EPIPE at one output means that its reader left' {
    make_numbered 20000
    mkfifo a b
    bg cat a
    reads b
    traced -P "$PWD/a" -e inject=write:error=EPIPE:when=1 fifotee a b <in.txt >out
    all_end
    cmp in.txt b.out
    cmp in.txt out
}

@test 'fifotee: a standard output that fails does not end the others' {
    make_numbered 20000
    mkfifo a
    reads a
    : >out
    run -1 traced -P "$PWD/out" -e inject=write:error=EIO bash -c 'exec fifotee a >out' <in.txt
    assert_output 'fifotee: standard output: Input/output error'
    all_end
    cmp in.txt a.out
}

@test 'fifotee: a standard input that fails is an error, and the bytes before it arrive' {
    make_numbered 20000
    mkfifo a
    reads a
    run -1 traced -P "$PWD/in.txt" -e inject=read:error=EIO:when=3 bash -c 'exec fifotee a >out' <in.txt
    assert_output 'fifotee: standard input: Input/output error'
    all_end
    assert_equal "$(stat -c %s a.out)" 524288
    run -1 --separate-stderr soon fifotee -n --readers=0 a <.
    assert_equal "$stderr" 'fifotee: standard input: Is a directory'
}

@test 'fifotee: without /proc a standard output that is a pipe is written with care' {
    make_numbered 20000
    mkfifo a
    reads a
    traced -e inject=openat:error=EACCES:when=1+ -P /proc/self/fd/1 fifotee a <in.txt |
        perl -e 'while (sysread STDIN, $x, 1000) { print $x; select undef, undef, undef, 0.0001 }' >out
    grep -q EACCES trace
    all_end
    cmp in.txt a.out
    cmp in.txt out
}

@test 'fifotee: without /proc a full standard output does not hold up those that drop' {
    mkfifo a
    seq 400000 >in.txt
    rm -f pipe
    mkfifo pipe
    exec 6<>pipe
    bg traced -e inject=openat:error=EACCES:when=1+ -P /proc/self/fd/1 fifotee --stdout=drop --readers=1 a <in.txt >pipe
    exec 7<a
    soon cmp in.txt <&7
    ends 0
}

@test 'fifotee: SIGTERM leaves no torn line, under each policy' {
    local policy i tee
    mkfifo a b
    for policy in block drop buffer=1M; do
        for i in 1 2 3; do
            pids=()
            rm -f a.out b.out
            slow_reader a 8192
            reads b
            bg fifotee -o "$policy:a" --readers=2 b < <(exec 3>&- && number 1e9) >out
            tee=$pid
            eventually test -s a.out
            kill "$tee"
            ends 143 "$tee"
            eventually ended "${pids[0]}"
            eventually ended "${pids[1]}"
            numbered a.out
            numbered b.out
            numbered out
        done
    done
}

@test 'fifotee: SIGTERM ends fifotee although a reader reads nothing' {
    mkfifo a
    bg fifotee -n a </dev/zero
    exec 7<a
    eventually asleep "$pid"
    kill "$pid"
    ends 143
}

@test 'fifotee: SIGTERM while fifotee creates its FIFOs removes them again' {
    run -143 --separate-stderr traced -P a -e inject=mknodat,mknod:signal=TERM:when=1 fifotee -v a b c </dev/null
    assert_equal "$output" ''
    refute [ -e a ]
    refute [ -e b ]
    refute_regex "$stderr" 'Bad address|null pointer'
    grep -q SIGTERM trace
}

# --- without copying ---

@test 'fifotee: --zero-copy gives all the same bytes, to fast readers and slow ones' {
    head -c 5000000 /dev/urandom >in.txt
    mkfifo a b c
    slow_reader a 65536
    slow_reader b 8192
    reads c
    cat in.txt | soon fifotee --zero-copy -v a b c 2>err | cat >out
    all_end
    for name in a.out b.out c.out out; do cmp in.txt $name; done
    grep -qx 'fifotee: a: 5000000 bytes' err
}

@test 'fifotee: --zero-copy copies nothing' {
    mkfifo a b
    reads a
    reads b
    head -c 1000000 /dev/zero | traced -e trace=read,write,tee,splice fifotee -n --zero-copy a b
    all_end
    size_is a.out 1000000
    size_is b.out 1000000
    grep -q '^[0-9]* *tee(' trace
    grep -q '^[0-9]* *splice(' trace
    run -1 grep 'write(' trace
}

@test 'fifotee: --zero-copy, a reader that leaves costs the others nothing' {
    head -c 5000000 /dev/urandom >in.txt
    mkfifo a b c
    bg head -c 100000 a
    reads b
    bg head -c 200000 c
    cat in.txt | soon fifotee --zero-copy a b c >out
    all_end
    cmp in.txt b.out
    cmp in.txt out
}

@test 'fifotee: --zero-copy, ends at once when no reader is left' {
    tee_fed -n --zero-copy a b
    eventually is_fifo b
    exec 7<a
    exec 6<b
    exec 7<&- 6<&-
    ends 0
}

@test 'fifotee: --zero-copy copies an input that is no pipe' {
    head -c 3000000 /dev/urandom >in.txt
    mkfifo a
    reads a
    soon fifotee --zero-copy a <in.txt >out
    all_end
    cmp in.txt a.out
    cmp in.txt out
}

@test 'fifotee: --zero-copy, EAGAIN loses nothing' {
    head -c 3000000 /dev/urandom >in.txt
    mkfifo a b
    reads a
    reads b
    cat in.txt | traced -e inject=tee:error=EAGAIN:when=2+2 -e inject=splice:error=EAGAIN:when=2+3 fifotee --zero-copy -n a b
    all_end
    cmp in.txt a.out
    cmp in.txt b.out
}

@test 'fifotee: another file that took the name, even with the inode number of the FIFO, is neither written nor removed' {
    local i place
    # A file system that reuses an inode number at once, if there is one; on others the test proves less.
    place=$(mktemp -d /var/tmp/fifotee.XXXXXX)
    # A fifotee that has made its FIFO stands still: one that looks between the removal and what follows makes it anew.
    stands_still() {
        feed
        bg fifotee -n -p drop "$place/a" <in
        eventually test -p "$place/a"
        eventually asleep "$pid"
        kill -STOP "$pid"
        eventually stopped "$pid"
        rm "$place/a"
    }
    for i in 1 2 3; do
        stands_still
        echo 'precious' >"$place/a"
        kill -CONT "$pid"
        echo line >&5
        fed
        ends 1
        assert_equal "$(<"$place/a")" precious
        rm "$place/a"
        # Another FIFO is not ours to remove either.
        stands_still
        mkfifo "$place/a"
        kill -CONT "$pid"
        fed
        eventually ended "$pid"
        assert [ -p "$place/a" ]
        rm "$place/a"
    done
    rmdir "$place"
}

@test 'fifotee: a FIFO that was created and cannot be identified is removed' {
    run -1 traced -P "$PWD/a" -e inject=statx:error=EIO:when=2 fifotee -p drop "$PWD/a" </dev/null
    assert_output --partial "$PWD/a: Input/output error"
    assert [ ! -e a ]
}

@test 'fifotee: reports a FIFO that it created and cannot remove' {
    run -1 traced -e inject=?unlink,?unlinkat:error=EPERM fifotee -p drop a </dev/null
    assert_output 'fifotee: a: it could not be removed: Operation not permitted'
}

@test 'fifotee: a reader that leaves after the end of an input whose last record lacks its end' {
    (seq -f %099.0f 15000 && echo -n end) >in.txt
    tee_fed -n -v -p buffer=1M a
    eventually is_fifo a
    exec 7<a
    cat in.txt >&5
    line_is "$(head -n 1 in.txt)"
    fed
    eventually asleep "$tee"
    exec 7<&-
    ends 0
    adds_up a
}

@test 'fifotee: -b, blocks that a reader left unread count as dropped' {
    local policy
    for policy in drop buffer=1k; do
        tee_fed -v -b 4 -p $policy a
        eventually is_fifo a
        exec 7<a
        printf aaaabbbbcccc >&5
        soon head -c 4 <&7 >/dev/null
        eventually size_is out 12
        exec 7<&-
        eventually let_go "$tee" a
        exec 7<a
        eventually holds_open "$tee" a
        printf dddd >&5
        assert_equal "$(soon head -c 4 <&7)" dddd
        exec 7<&-
        eventually let_go "$tee" a
        fed
        ends 0
        assert_equal "$(counts a)" '8 2 2'
        rm -f a in
    done
}

@test 'fifotee: a reader that comes in the middle of a record begins after it, however late it ends' {
    tee_fed -v --readers=0 a
    eventually is_fifo a
    printf 'par' >&5
    eventually size_is out 3
    exec 7<a
    eventually holds_open "$tee" a
    # The reader leaves before a record begins, and comes again.
    exec 7<&-
    eventually let_go "$tee" a
    exec 7<a
    eventually holds_open "$tee" a
    printf 'tia' >&5
    eventually size_is out 6
    kill -USR1 "$tee"
    eventually grep -q '^fifotee: a: 0 bytes, 0 records, 0 dropped' err
    printf 'l\nwhole\n' >&5
    line_is whole
    fed
    ends 0
    assert_equal "$(counts a)" '6 1 1'
}

@test 'fifotee: records that others wrote into the FIFO are not counted as ours' {
    tee_fed -v -p drop a
    eventually is_fifo a
    exec 7<a
    echo ours >&5
    eventually size_is out 5
    printf '%s\n' 1 2 3 4 >a
    exec 7<&-
    eventually let_go "$tee" a
    fed
    ends 0
    assert_equal "$(counts a)" '0 0 1'
}

@test 'fifotee: a reset connection means that the reader left' {
    make_numbered 100
    run -0 --separate-stderr traced -P "$PWD/out" -e inject=write:error=ECONNRESET sh -c 'exec fifotee --readers=0 -p drop a >out' <in.txt
    [[ -z $stderr ]]
}

@test 'fifotee: a standard output whose reader left before the start is no failure, unless it must be read' {
    mkfifo a gone
    exec 9<>gone 8>gone 9>&-
    reads a
    echo one | soon fifotee a >&8
    ends 0
    assert_equal "$(<a.out)" one
    run -1 --separate-stderr soon sh -c 'echo one | fifotee --stdout=fail -p drop a >&8'
    assert_equal "$stderr" 'fifotee: standard output: Broken pipe'
    exec 8>&-
}

@test 'fifotee: SIGTERM, the rest of a record may come in pieces, or end with the input' {
    local rest
    for rest in $'tial\n' ''; do
        tee_fed -n a
        eventually is_fifo a
        exec 7<a
        printf 'par' >&5
        assert_equal "$(soon head -c 3 <&7)" par
        kill "$tee"
        eventually asleep "$tee"
        printf 'and' >&5
        assert_equal "$(soon head -c 3 <&7)" and
        printf %s "$rest" >&5
        fed
        assert_equal "$(cat <&7)" "${rest%$'\n'}"
        ends 143
        exec 7<&-
        rm -f in
    done
}

@test 'fifotee: SIGTERM, the reader gets the rest of a block' {
    tee_fed -n -b 4 a
    eventually is_fifo a
    exec 7<a
    printf 'aaaabb' >&5
    assert_equal "$(soon head -c 6 <&7)" aaaabb
    kill "$tee"
    eventually asleep "$tee"
    printf 'bbcc' >&5
    assert_equal "$(cat <&7)" bb
    ends 143
}

@test 'fifotee: a second signal ends fifotee at once' {
    tee_fed -n a
    eventually is_fifo a
    exec 7<a
    printf 'par' >&5
    assert_equal "$(soon head -c 3 <&7)" par
    kill "$tee"
    eventually asleep "$tee"
    kill "$tee"
    ends 143
}

@test 'fifotee: reports a record that does not fit into memory, and the records before it arrive' {
    ! sanitized || return 0 # it needs more memory
    mkfifo a
    reads a
    run -1 --separate-stderr bash -c 'ulimit -v 8000; { echo before; head -c 9000000 /dev/zero; } | exec fifotee -n -p drop --readers=1 a'
    [[ $stderr == 'fifotee: standard input: Cannot allocate memory'* ]]
    all_end
    assert_equal "$(<a.out)" before
}

@test 'fifotee: reads again when another reader of standard input was quicker' {
    ! sanitized || return 0 # its start makes more calls
    echo one | traced -e inject=read:error=EAGAIN:when="$(own read 1 fifotee)" fifotee --readers=0 -p drop a >out
    assert_equal "$(<out)" one
}

@test 'fifotee: --zero-copy into a file alone copies' {
    mkfifo a
    tee_fed --zero-copy --readers=0 a
    echo one >&5
    fed
    ends 0
    assert_equal "$(<out)" one
}

@test 'fifotee: --zero-copy, a FIFO without a reader at the start gets none later' {
    mkfifo a b
    reads a
    echo one | soon fifotee -n --zero-copy --readers=1 a b
    ends 0
    assert_equal "$(<a.out)" one
}

@test 'fifotee: SIGUSR1 reports a record of which a reader has a part' {
    tee_fed -n -p drop a
    eventually is_fifo a
    exec 7<a
    { letters 3000000 x && echo; } >&5
    eventually asleep "$tee"
    kill -USR1 "$tee"
    eventually grep -q '^fifotee: a: .*, 1 waiting' err
    fed
    cat <&7 >a.out
    ends 0
    size_is a.out 3000001
}

@test 'fifotee: EIO in the middle of a record fails the output' {
    local policy
    { letters 3000000 x && echo && echo next; } >in.txt
    mkfifo a
    for policy in drop buffer=64k; do
        bg cat a
        status=0
        traced -P "$PWD/a" -e inject=write,writev:error=EIO:when=2+ fifotee -n --readers=1 -p $policy a <in.txt 2>err || status=$?
        assert_equal "$status" 1
        assert_equal "$(<err)" 'fifotee: a: Input/output error'
        eventually ended "$pid"
    done
}

@test 'fifotee: a word of a hundred letters is no policy' {
    usage_error fifotee -p "$(letters 100 d)" a
}

@test 'fifotee: a signal that interrupts a write ends fifotee' {
    local policy
    mkfifo a
    for policy in block drop; do
        reads a
        run -143 traced -P "$PWD/a" -e inject=write:error=EINTR:signal=TERM:when=1 fifotee -n --readers=1 -p $policy a < <(echo one)
    done
}

@test 'fifotee: SIGTERM, a reader that has begun a queued last record without an end gets all of it' {
    tee_fed -n -p buffer=4M a
    eventually is_fifo a
    exec 7<a
    letters 3000000 x >&5
    fed
    assert_equal "$(soon head -c 5 <&7)" xxxxx
    eventually asleep "$tee"
    kill "$tee"
    cat <&7 >a.out
    ends 143
    size_is a.out 2999995
}

@test 'fifotee: SIGTERM ends an output that waits for a record to begin, and --zero-copy at any byte' {
    tee_fed --readers=0 a
    eventually is_fifo a
    printf 'par' >&5
    eventually size_is out 3
    exec 7<a
    eventually holds_open "$tee" a
    kill "$tee"
    assert_equal "$(cat <&7)" ''
    fed
    ends 143
    rm in
    tee_fed -n --zero-copy a
    eventually is_fifo a
    exec 7<a
    printf 'par' >&5
    assert_equal "$(soon head -c 3 <&7)" par
    kill "$tee"
    ends 143
}

@test 'fifotee: -b, a reader that leaves within a block that is larger than the pipe' {
    tee_fed -n -v -p drop -b 3000000 a
    eventually is_fifo a
    exec 7<a
    letters 3000000 x >&5
    assert_equal "$(soon head -c 5 <&7)" xxxxx
    eventually asleep "$tee"
    exec 7<&-
    eventually let_go "$tee" a
    fed
    ends 0
    adds_up a
}
