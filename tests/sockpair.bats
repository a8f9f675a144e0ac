#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# bg and run read stdin, and set variables; what stands in quotes is for other shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154,SC2217

load helper

setup_file() {
    "${CC:-cc}" -O1 -o "$BATS_FILE_TMPDIR/socket_peer" "$BATS_TEST_DIRNAME/socket_peer.c" || return
    export PATH=$BATS_FILE_TMPDIR:$PATH
}

setup() {
    start_test || return
    # These names belong to the network namespace, which is the machine's.
    abstract=@sockpair-$RANDOM$RANDOM$RANDOM
}

teardown() {
    if ((${#pids[@]})); then
        kill -KILL "${pids[@]}" 2>/dev/null || :
        wait "${pids[@]}" 2>/dev/null || :
    fi
}

# by_default COMMAND...: as from a terminal; a shell has its background processes ignore these.
by_default() { exec perl -e '@SIG{qw(INT QUIT)} = ("DEFAULT") x 2; exec @ARGV' "$@"; }

# listens PID: the process has a socket that accepts connections, which it has not yet when the file is there.
listens() {
    local flags inode
    while read -r _ _ _ flags _ _ inode _; do
        [[ $flags != 00010000 || ! $(readlink "/proc/$1/fd/"*) == *"socket:[$inode]"* ]] || return 0
    done </proc/net/unix
    return 1
}

# serving COMMAND...: starts it in the background, and waits until it serves.
serving() {
    bg "$@"
    eventually listens "$pid"
}

# held COMMAND...: a socket_peer in the background that has said that it is ready.
held() {
    rm -f ready
    mkfifo ready
    exec 8<>ready
    bg "$@" >ready
    read -rt "$patience" -u 8 word
    [[ $word == ready ]]
    exec 8>&-
}

# pause SECONDS: where time itself is what is tested.
pause() { read -rt "$1" _ <>"$BATS_RUN_TMPDIR/never" || :; }

# A path of so many bytes, here.
long_path() { letters "$1" p; }

has_line() { grep -qx -- "$2" "$1" 2>/dev/null; }
children() { cat "/proc/$1/task/$1/children" 2>/dev/null; }
has_children() { (($(children "$1" | wc -w) == $2)); }

# has_commands PID NAME...: its children are these already, also where vfork(2) is a fork(2).
has_commands() {
    local child names=()
    for child in $(children "$1"); do names+=("$(cat "/proc/$child/comm" 2>/dev/null)"); done
    [[ ${names[*]} == "${*:2}" ]]
}

# --- usage ---

@test 'sockpair: without two commands it is a usage error' {
    usage_error sockpair
    usage_error sockpair true
    usage_error sockpair -v
    run -125 soon sockpair -- true
    run -125 soon sockpair -- -- true
    run -125 soon sockpair true --
    run -125 soon sockpair -s + true -- true
    assert_output --partial 'the second command is missing (put it after the word of -s)'
}

@test 'sockpair: a wrong command line that names a command ends with 125, since 2 could be its own' {
    usage_error sockpair --bogus true
    run -125 soon sockpair --bogus true -- true
    assert_output --partial usage:
}

@test 'sockpair: what is no type or no descriptor is refused' {
    local word
    for word in tcp '' Stream; do usage_error sockpair -t "$word" true; done
    for word in -1 x '' 2147483648 4294967296; do usage_error sockpair -f "$word" true; done
}

@test 'sockpair: options of -l and -c are refused for two commands' {
    local option
    for option in -n -w1 -m600 --allow-uid=0 --pass-fd=1 --take-fd=1 --total=1 -j1; do
        run -125 soon sockpair "$option" true -- true
    done
}

@test 'sockpair: -p goes with neither -f nor -t' {
    run -125 soon sockpair -p -f 3 true -- true
    run -125 soon sockpair -p -t stream true -- true
}

@test 'sockpair: options of two commands are refused for -l and -c' {
    run -125 soon sockpair -p -l s -- true
    run -125 soon sockpair -s + -l s -- true
    run -125 soon sockpair -p -c s -- true
    assert [ ! -e s ]
}

@test 'sockpair: -c always connects, and -j is for -l' {
    run -125 soon sockpair -l s -c 1 -- true
    assert_line 'sockpair: use either -l or -c'
    run -125 soon sockpair -l s --connect=s -- true
    run -125 soon sockpair -l s --count=1 -- true
    usage_error sockpair -c s -j 1
    run -125 soon sockpair -l s -j x -- true
    assert_line 'sockpair: -j: x: not a whole number of 1 or more'
    run -3 soon sockpair -c 1 </dev/null
    run -3 soon sockpair --connect=1 </dev/null
    assert [ ! -e s ]
}

@test 'sockpair: -l wants a command behind --, connections and time' {
    usage_error sockpair -l s
    usage_error sockpair -l s true
    run -125 soon sockpair -l s --
    run -125 soon sockpair -l s -t dgram -- true
    run -125 soon sockpair -l s -n -- true
    run -125 soon sockpair -l s -j 0 -- true
    run -125 soon sockpair -l s --total=0 -- true
    run -125 soon sockpair -l s -m 1000 -- true
    run -125 soon sockpair -l @s -m 600 -- true
    run -125 soon sockpair -l s --allow-uid=4294967295 -- true
    run -125 soon sockpair -l s --take-fd=0 -- true
    run -125 soon sockpair -l s --take-fd=254 -- true
    assert [ ! -e s ]
}

@test 'sockpair: -c without a command takes nothing that is for one' {
    usage_error sockpair -c s -f 3
    usage_error sockpair -c s --take-fd=1
    usage_error sockpair -c s -t seqpacket
    usage_error sockpair -c s true
    usage_error sockpair -c s -m 600
    usage_error sockpair -c s --total=1
    usage_error sockpair -c ''
    usage_error sockpair -c @
    usage_error sockpair -c s --pass-fd=
    usage_error sockpair -c s --pass-fd=1,
    usage_error sockpair -c s --pass-fd=1,x
    run -125 soon sockpair -t dgram -c s --allow-uid=any -- true
    run -125 soon sockpair -t dgram -c s --take-fd=1 -- true
}

@test 'sockpair: -- where a path belongs is not taken for one' {
    run -125 soon sockpair -l -- true
    run -125 soon sockpair -c -- true
    assert [ ! -e -- ]
}

@test 'sockpair: help and version go to standard output' {
    run -0 --separate-stderr sockpair --help
    assert_output --partial 'sockpair -l address'
    assert_equal "$stderr" ''
    run -0 --separate-stderr sockpair -V
    assert_output --partial 'sockpair (ipcutils)'
    run -1 sh -c 'sockpair -h >&-'
    assert_output --partial 'standard output: Bad file descriptor'
}

# --- two commands ---

@test 'sockpair: each command reads what the other writes' {
    run -0 soon sockpair sh -c 'echo question; read -r answer; echo "$answer" >out' -- \
        sh -c 'read -r line; echo "$line: answer"'
    assert_equal "$(<out)" 'question: answer'
}

@test 'sockpair: 0 and 1 of each command are one end of one socket pair, and nothing of the other end is open in it' {
    soon sockpair sh -c 'ends=$(readlink /proc/$$/fd/*); echo "$ends" >first; cat' -- \
        sh -c 'ends=$(readlink /proc/$$/fd/*); echo "$ends" >second'
    assert_equal "$(grep -c socket: first)" 2
    assert_equal "$(grep -c socket: second)" 2
    assert_equal "$(grep socket: first | sort -u | wc -l)" 1
    assert_equal "$(grep socket: second | sort -u | wc -l)" 1
    run ! grep -qxFf <(grep socket: first) second
}

@test 'sockpair: sockpair itself holds no end while the commands run' {
    mkfifo go
    bg sockpair sh -c 'end=$(readlink /proc/$$/fd/0); echo "$end" >first; read -r _ <go' -- \
        sh -c 'end=$(readlink /proc/$$/fd/0); echo "$end" >second; cat'
    eventually test -s first
    eventually test -s second
    run ! grep -qxFf <(cat first second) <(readlink /proc/"$pid"/fd/*)
    echo >go
    ends 0
}

@test 'sockpair: a command has what the caller had open, and nothing else' {
    ls /proc/self/fd >/dev/null
    exec 9<"$BATS_TEST_FILENAME"
    sh -c 'for f in /proc/$$/fd/*; do echo "${f##*/}"; done' >wanted </dev/null
    soon sockpair sh -c 'for f in /proc/$$/fd/*; do echo "${f##*/}"; done >first' -- \
        sh -c 'for f in /proc/$$/fd/*; do echo "${f##*/}"; done >second'
    exec 9<&-
    grep -qx 9 first
    # The file that the list itself goes to has moved 1 away, and dash keeps it above 9.
    cmp <(grep -vxE '1.' wanted) <(grep -vxE '1.' first)
    cmp first second
}

@test 'sockpair: the pair is of the type that -t says' {
    local type
    for type in stream:1 seqpacket:5 dgram:2; do
        soon sockpair -t "${type%:*}" perl -e 'use Socket; print STDERR unpack "i", getsockopt(STDIN, SOL_SOCKET, SO_TYPE)' \
            -- true 2>err
        assert_equal "$(<err)" "${type#*:}"
    done
}

@test 'sockpair: seqpacket keeps messages apart, and the end of one command is an end for the other' {
    soon sockpair -t seqpacket perl -e 'syswrite STDOUT, $_ for "one", "three"' -- \
        perl -e 'while (sysread STDIN, $x, 100) { print STDERR "[$x]" }' 2>out
    assert_equal "$(<out)" '[one][three]'
}

@test 'sockpair: dgram carries messages, empty ones too' {
    soon sockpair -t dgram perl -e 'syswrite STDOUT, $_ for "one", "", "three"' -- \
        perl -e 'for (1 .. 3) { sysread STDIN, $x, 100; print STDERR "[$x]" }' 2>out
    assert_equal "$(<out)" '[one][][three]'
}

@test 'sockpair: -f leaves 0 and 1 as they are' {
    echo input | soon sockpair -f 5 sh -c 'cat >&5' -- sh -c 'cat <&5; readlink /proc/$$/fd/5 | cut -c 1-7' >out
    cmp out <(printf 'input\nsocket:\n')
}

@test 'sockpair: -f can name any descriptor, one of the ends as we have them too' {
    local fd
    for fd in 0 1 3 4 5 9 100; do
        soon sockpair -f "$fd" perl -e 'open my $f, "+<&=", shift or die; syswrite $f, "hello"' "$fd" -- \
            perl -e 'open my $f, "+<&=", shift or die; sysread $f, $x, 5; print STDERR $x' "$fd" 2>out
        assert_equal "$(<out)" hello
    done
}

@test 'sockpair: -f with a number that no descriptor can have is told before anything is started' {
    run -125 soon sockpair -f 5000000 touch started -- true
    assert_output --partial 'ulimit -n'
    assert [ ! -e started ]
}

@test 'sockpair: -p gives each command two pipes' {
    soon sockpair -p sh -c 'ends=$(readlink /proc/$$/fd/[01]); echo "$ends" >first' -- \
        sh -c 'ends=$(readlink /proc/$$/fd/[01]); echo "$ends" >second'
    assert_equal "$(grep -c pipe: first)" 2
    cmp first <(tac second)
}

@test 'sockpair: with -p a shell can close its output and read on, and /dev/stdin can be opened' {
    soon sockpair -p sh -c 'printf "b\na\n"; exec >&-; cat >out' -- sort /dev/stdin
    cmp out <(printf 'a\nb\n')
}

@test 'sockpair: half-close works: what shuts its end down for writing still reads' {
    soon sockpair sh -c 'printf "b\na\n"; socket_peer half; cat >out' -- sort
    cmp out <(printf 'a\nb\n')
}

@test 'sockpair: -E shuts standard output down, which a shell cannot, and it still reads' {
    soon sockpair sh -c 'printf "b\na\n"; sockpair -E; cat >out' -- sort
    cmp out <(printf 'a\nb\n')
    soon sockpair -f 7 sh -c 'printf "b\na\n" >&7; sockpair -E -f 7; cat <&7 >out' -- sh -c 'sort <&7 >&7'
    cmp out <(printf 'a\nb\n')
}

@test 'sockpair: -E on what is no socket is a failure' {
    run -1 soon sh -c 'sockpair -E 2>&1 >file'
    assert_output 'sockpair: descriptor 1: Socket operation on non-socket'
    run -1 soon sh -c 'sockpair -E 2>&1 >&-'
    run -1 soon sockpair -E -f 77
    assert_output 'sockpair: descriptor 77: Bad file descriptor'
    usage_error sockpair -E true
    usage_error sockpair -E -c s
    usage_error sockpair -E -v
    usage_error sockpair -E -p
    usage_error sockpair -E -w 1
    usage_error sockpair -E -t stream
}

@test 'sockpair: a server whose messages nobody reads goes on' {
    mkfifo err
    bg bash -c 'exec sockpair -v -l s -- cat 2>err'
    exec 7<err
    eventually listens "$pid"
    exec 7<&-
    assert_equal "$(echo hello | soon sockpair -c s)" hello
    assert_equal "$(echo again | soon sockpair -c s)" again
    kill "$pid"
    ends 143
    assert [ ! -e s ]
}

@test 'sockpair: a command that ends with bytes unread resets a socket, and -p shows a clean end' {
    mkfifo written gone
    cat >reader <<<'syswrite STDOUT, "x"; open my $w, ">", "written"; close $w; open my $g, "<", "gone"; <$g>;
        exit(defined sysread(STDIN, $x, 1) ? 0 : $!)'
    # 104 is ECONNRESET.
    run -104 soon sockpair perl reader -- sh -c ': <written; exec 0<&- 1>&-; : >gone'
    run -0 soon sockpair -p perl reader -- sh -c ': <written; exec 0<&- 1>&-; : >gone'
}

@test 'sockpair: 64 MiB both ways at once' {
    local options
    head -c 64M /dev/urandom >in
    sum=$(cksum <in)
    for options in '' -p; do
        # shellcheck disable=SC2086 # an option or nothing
        timeout -s KILL 60 sockpair $options sh -c 'exec 3<&0; cat in & head -c 64M <&3 | cksum >first; wait' -- \
            sh -c 'exec 3<&0; cat in & head -c 64M <&3 | cksum >second; wait'
        assert_equal "$(<first)" "$sum"
        assert_equal "$(<second)" "$sum"
    done
}

@test 'sockpair: a writer of single bytes loses none' {
    soon sockpair socket_peer drip 20000 -- sh -c 'wc -c >out'
    assert_equal "$(<out)" 20000
    soon sockpair -p socket_peer drip 20000 -- sh -c 'wc -c >out'
    assert_equal "$(<out)" 20000
}

@test 'sockpair: the first -- behind the first command separates; the second command may have more' {
    soon sockpair -f 7 -- true -- sh -c 'printf "%s\n" "$@"' sh -- b -- c >out
    cmp out <(printf '%s\n' -- b -- c)
}

@test 'sockpair: -s names another word that separates' {
    soon sockpair -f 7 -s + printf '%s\n' -- a -- + true >out
    cmp out <(printf '%s\n' -- a --)
}

@test 'sockpair: closed standard descriptors do no harm' {
    soon sockpair echo hello -- sh -c 'cat >out' <&- >&- 2>&-
    assert_equal "$(<out)" hello
    soon sockpair -p echo hello -- sh -c 'cat >out' <&- >&-
    assert_equal "$(<out)" hello
}

# --- status ---

@test 'sockpair: the status is the first command'\''s failure, else the second'\''s' {
    run -0 soon sockpair true -- true
    run -3 soon sockpair sh -c 'exit 3' -- true
    run -4 soon sockpair true -- sh -c 'exit 4'
    run -3 soon sockpair sh -c 'exit 3' -- sh -c 'exit 4'
    run -255 soon sockpair true -- sh -c 'exit 255'
    run -137 soon sockpair sh -c 'kill -KILL $$' -- sh -c 'exit 1'
    run -143 soon sockpair true -- sh -c 'kill $$'
}

@test 'sockpair: -v tells both' {
    run -3 soon sockpair -v sh -c 'exit 3' -- perl -e 'kill KILL => $$'
    assert_line 'sockpair: sh: the first command ended with status 3'
    assert_line 'sockpair: perl: the second command ended with status 137 (as by signal 9, Killed)'
}

@test 'sockpair: a command that SIGPIPE ended, as it wrote to one that had ended, is explained' {
    run -141 soon sockpair true -- sh -c 'read -r _; exec yes'
    assert_output 'sockpair: sh: ended with status 141 (SIGPIPE): it probably wrote after true had ended'
    run -141 soon sockpair sh -c 'read -r _; exec yes' -- true
    assert_output 'sockpair: sh: ended with status 141 (SIGPIPE): it probably wrote after true had ended'
    # The status that counts is another one.
    run -3 soon sockpair sh -c 'exit 3' -- sh -c 'kill -PIPE $$'
    assert_output ''
}

@test 'sockpair: without -v it says nothing' {
    run -3 soon sockpair sh -c 'exit 3' -- false
    assert_output ''
}

@test 'sockpair: a command that is not there is told, and the other one is not started' {
    run -127 soon sockpair touch started -- no-such-program
    assert_output 'sockpair: no-such-program: command not found'
    run -127 soon sockpair ./no-such-program -- touch started
    assert_output 'sockpair: ./no-such-program: No such file or directory'
    run -127 soon sockpair '' -- touch started
    assert [ ! -e started ]
}

@test 'sockpair: a command that cannot be executed is 126' {
    echo data >data
    mkdir directory
    run -126 soon sockpair ./data -- true
    run -126 soon sockpair true -- ./directory
    run -126 soon sockpair ./data -- no-such-program
    run -127 soon sockpair no-such-program -- ./data
}

@test 'sockpair: a script without a first line is run as from a shell' {
    echo 'echo it ran >&2' >script
    chmod +x script
    run -0 soon sockpair true -- ./script
    assert_output 'it ran'
}

@test 'sockpair: where only exec finds that the second command cannot be run, the first one is ended' {
    printf '#!/no/such/interpreter\n' >script
    chmod +x script
    run -127 soon sockpair sleep 1000 -- ./script
}

@test 'sockpair: a pair that cannot be made is a failure of our own' {
    run -125 traced -e inject=socketpair:error=EMFILE sockpair true -- true
    assert_output 'sockpair: socketpair: Too many open files'
    run -125 traced -e inject=pipe2:error=EMFILE:when=2 sockpair -p true -- true
    assert_output 'sockpair: pipe: Too many open files'
}

@test 'sockpair: a process that cannot be made is a failure of our own, and ends the other command' {
    run -125 traced -e inject=clone,clone3,vfork,fork:error=EAGAIN:when=1 sockpair true -- true
    run -125 traced -e inject=clone,clone3,vfork,fork:error=EAGAIN:when=2 sockpair sleep 1000 -- true
    assert_output --partial 'sockpair: true: Resource temporarily unavailable'
}

@test 'sockpair: children that it had before are not its commands' {
    run -0 soon bash -c 'sh -c "exit 9" & exec sockpair sh -c "exec sleep 0.1" -- true'
}

@test 'sockpair: no zombie is left while the other command runs' {
    mkfifo go
    bg sockpair true -- sh -c 'read -r _ <go'
    eventually has_children "$pid" 1
    echo >go
    ends 0
}

@test 'sockpair: where the end of children was ignored the statuses are exact all the same' {
    run -7 soon perl -e '$SIG{CHLD} = "IGNORE"; exec @ARGV' sockpair sh -c 'exit 7' -- true
}

# --- signals ---

# listening_pair [OPTION...]: two commands that note the signals they get, and end at TERM.
noting='for (qw(HUP INT QUIT USR1 USR2 CONT)) { my $s = $_; $SIG{$s} = sub { open my $f, ">>", "$ARGV[0]"; print $f "$s\n" } }
    $SIG{TERM} = sub { exit 5 }; open my $f, ">", "$ARGV[0]"; print $f "here\n"; close $f; select undef, undef, undef, 1 while 1'
noting_pair() {
    bg by_default sockpair perl -e "$noting" first -- perl -e "$noting" second
    eventually has_line first here
    eventually has_line second here
}

@test 'sockpair: HUP, INT, QUIT, USR1, USR2 and CONT go to both commands, once' {
    local signal
    noting_pair
    for signal in HUP INT QUIT USR1 USR2 CONT; do
        kill -"$signal" "$pid"
        eventually has_line first "$signal"
        eventually has_line second "$signal"
    done
    kill "$pid"
    ends 5
    cmp first <(printf '%s\n' here HUP INT QUIT USR1 USR2 CONT)
    cmp second first
}

@test 'sockpair: TERM ends both commands, and sockpair as they ended' {
    bg sockpair sleep 1000 -- sleep 1000
    eventually has_commands "$pid" sleep sleep
    kill "$pid"
    ends 143
}

@test 'sockpair: it dies of the very signal that ended the first command, so that a script stops at Ctrl-C' {
    # bash itself goes on after a child that caught SIGINT and exited.
    bg by_default bash -c 'sockpair sleep 1000 -- sleep 1000; echo "went on" >out' 2>/dev/null
    eventually has_children "$pid" 1
    tool=$(children "$pid")
    eventually has_children "$((tool))" 2
    traced=$(children "$((tool))")
    # The shell first: it heeds its own only once the child has ended.
    kill -INT "$pid" "$((tool))"
    eventually ended "$pid"
    assert [ ! -e out ]
    for tool in $traced; do eventually ended "$tool"; done
}

@test 'sockpair: what a terminal sends to the whole group is not passed on a second time' {
    # script(1) gives a terminal; 003 is Ctrl-C.
    cat >noting.pl <<<"$noting"
    feed
    bg soon script -qec 'echo $$ >tool; exec sockpair perl noting.pl first -- perl noting.pl second' screen <in >/dev/null
    eventually has_line first here
    eventually has_line second here
    printf '\003' >&5
    eventually has_line first INT
    eventually has_line second INT
    printf '\034' >&5
    eventually has_line first QUIT
    eventually has_line second QUIT
    printf '\003' >&5
    eventually eval '[[ $(grep -c INT first) == 2 && $(grep -c INT second) == 2 ]]'
    kill "$(<tool)"
    fed
    eventually ended "$pid"
    cmp first <(printf '%s\n' here INT QUIT INT)
    cmp second first
}

@test 'sockpair: TSTP stops both commands and sockpair, CONT continues all' {
    # Monitor mode gives it a process group of its own, with a shell that could continue it.
    mkfifo go
    bg by_default bash -c 'set -m; sockpair sh -c "echo \$\$ >first; exec sleep 1000" -- sh -c "echo \$\$ >second; exec sleep 1000" & echo $! >tool; read -r _ <go'
    eventually test -s second
    eventually test -s first
    eventually test -s tool
    tool=$(<tool)
    kill -TSTP "$tool"
    eventually stopped "$tool"
    eventually stopped "$(<first)"
    eventually stopped "$(<second)"
    kill -CONT "$tool"
    eventually asleep "$tool"
    eventually asleep "$(<first)"
    eventually asleep "$(<second)"
    kill "$tool"
    eventually ended "$tool"
    echo >go
}

@test 'sockpair: signals are in the commands as they were found' {
    local was
    was=$(perl -e '$SIG{HUP} = $SIG{PIPE} = "IGNORE"; exec "grep", "-E", "Sig(Blk|Ign|Cgt)", "/proc/self/status"')
    perl -e '$SIG{HUP} = $SIG{PIPE} = "IGNORE"; exec @ARGV' \
        sockpair sh -c 'exec grep -E "Sig(Blk|Ign|Cgt)" /proc/self/status >first' -- \
        sh -c 'exec grep -E "Sig(Blk|Ign|Cgt)" /proc/self/status >second'
    assert_equal "$(<first)" "$was"
    assert_equal "$(<second)" "$was"
}

@test 'sockpair: where SIGCHLD is ignored it is so in the commands, too, and their ends are noticed' {
    perl -e '$SIG{CHLD} = "IGNORE"; exec @ARGV' grep SigIgn /proc/self/status >wanted
    perl -e '$SIG{CHLD} = "IGNORE"; exec @ARGV' sockpair -f 9 grep SigIgn /proc/self/status -- true >found
    cmp found wanted
    run -3 soon perl -e '$SIG{CHLD} = "IGNORE"; exec @ARGV' sockpair sh -c 'exit 3' -- true
}

@test 'sockpair: a mask is passed on, and what is blocked or ignored is not taken' {
    perl -MPOSIX -e 'sigprocmask(SIG_BLOCK, POSIX::SigSet->new(SIGUSR1, SIGCHLD)); exec @ARGV' \
        sockpair sh -c 'exec grep SigBlk /proc/self/status >first' -- true
    perl -MPOSIX -e 'sigprocmask(SIG_BLOCK, POSIX::SigSet->new(SIGUSR1, SIGCHLD)); exec @ARGV' \
        grep SigBlk /proc/self/status >wanted
    cmp first wanted
    bg perl -e '$SIG{HUP} = "IGNORE"; exec @ARGV' sockpair sleep 1000 -- sleep 1000
    eventually has_commands "$pid" sleep sleep
    kill -HUP "$pid"
    kill "$pid"
    ends 143
}

@test 'sockpair: when it is killed, the commands still have each other, and end by themselves' {
    mkfifo go
    bg sockpair sh -c 'read -r _ <go; echo word' -- sh -c 'cat >out; echo end >>out'
    eventually has_children "$pid" 2
    both=$(children "$pid")
    kill -KILL "$pid"
    ends 137
    echo >go
    for pid in $both; do eventually ended "$pid"; done
    cmp out <(printf 'word\nend\n')
}

# --- serving ---

@test 'sockpair: -l runs a command for each connection, and -c talks to it' {
    serving sockpair -l s --total=2 -- tr a-z A-Z
    assert_equal "$(echo one | soon sockpair -c s)" ONE
    assert_equal "$(echo two | soon sockpair -c s)" TWO
    ends 0
    assert [ ! -e s ]
}

@test 'sockpair: a script without a #! line is run by sh, on each side' {
    echo 'echo "$1 runs" >&2' >script
    chmod +x script
    serving sockpair -l s --total=1 -- ./script server
    run -0 soon sockpair -c s -- ./script client
    assert_output 'client runs'
    ends 0
    run -0 soon sockpair ./script one -- ./script other
    assert_line 'one runs'
    assert_line 'other runs'
}

@test 'sockpair: a served command is told who is at the other end' {
    serving sockpair -l s --total=1 -- sh -c 'echo "$SOCKPAIR_PEER_PID $SOCKPAIR_PEER_UID $SOCKPAIR_PEER_GID ${SOCKPAIR_FDS-none}"'
    SOCKPAIR_FDS=outer sh -c 'echo "$$ $(id -u) $(id -g) none" >wanted; exec sockpair -c s' </dev/null >out
    cmp out wanted
}

@test 'sockpair: another user is told by number' {
    needs_uids
    serving sockpair -l s -m 666 --total=1 -- sh -c 'echo "$SOCKPAIR_PEER_UID"'
    assert_equal "$(as_nobody "$BIN/sockpair" -c s </dev/null)" 65534
}

@test 'sockpair: --allow-uid refuses the number that stands for many users in a user namespace' {
    needs_uids
    run -125 soon unshare --user --map-root-user sockpair -l s -m 666 --allow-uid=65534 -- echo served
    assert_output 'sockpair: --allow-uid: 65534 stands for every user without a number in this user namespace'
    assert [ ! -e s ]
    serving unshare --user --map-root-user sockpair -l s -m 666 --allow-uid=0 -- echo served 2>err
    assert_equal "$(as_nobody "$BIN/sockpair" -c s </dev/null)" ''
    grep -q 'user 65534 is not allowed' err
    run -1 soon unshare --user --map-root-user sockpair -c s --allow-uid=65534 </dev/null
    assert_output --partial 'stands for every user'
    # A namespace that has the number for one user does not have the other users either.
    mkfifo go
    bg unshare --user sh -c 'read -r _ <go; exec sockpair -l t --allow-uid=65534 -- true' 2>err
    eventually is_tool "$pid" sh
    echo 0 0 65535 >"/proc/$pid/uid_map"
    echo >go
    ends 125
    grep -q 'stands for every user' err
}

@test 'sockpair: a server that is itself one of those many users has no abstract name of its own' {
    needs_uids
    run -125 soon unshare --user sockpair -l "$abstract" -- echo served
    assert_output 'sockpair: --allow-uid: 65534 stands for every user without a number in this user namespace'
    serving unshare --user sockpair -l "$abstract" --allow-uid=any -- echo served
    assert_equal "$(soon sockpair -c "$abstract" </dev/null)" served
}

@test 'sockpair: a command of -c is told who serves' {
    serving sockpair -l s --total=1 -- cat
    soon sockpair -c s -- sh -c 'echo "$SOCKPAIR_PEER_PID $SOCKPAIR_PEER_UID" >out'
    assert_equal "$(<out)" "$pid $(id -u)"
}

@test 'sockpair: the socket has just the mode of -m, whatever the umask says, and 0600 without' {
    umask 077
    serving sockpair -l s -m 666 -- true
    assert_equal "$(stat -c %a s)" 666
    umask 000
    serving sockpair -l t -- true
    assert_equal "$(stat -c %a t)" 600
    serving sockpair -l u -m g+rw -- true
    assert_equal "$(stat -c %a u)" 660
}

@test 'sockpair: the mode of the socket is there from its first moment, and the umask of the command is the old one' {
    traced sockpair -l s -m 640 -w 0.01 -- true || :
    run -0 grep -E 'umask|bind|chmod' trace
    [[ ${lines[0]} == *'umask(0137)'* && ${lines[1]} == *'bind('* && ${lines[2]} == *'umask(022)'* ]]
    ((${#lines[@]} == 3))
}

@test 'sockpair: who may not write to the socket cannot connect' {
    needs_uids
    serving sockpair -l s -- cat
    run -1 as_nobody "$BIN/sockpair" -c s
    assert_output 'sockpair: s: Permission denied'
}

@test 'sockpair: --allow-uid serves these users alone' {
    needs_uids
    serving sockpair -l s -m 666 --allow-uid=65534 --allow-uid=77 -- echo served 2>err
    assert_equal "$(soon sockpair -c s </dev/null)" ''
    assert_equal "$(as_nobody "$BIN/sockpair" -c s </dev/null)" served
    assert_equal "$(setpriv --reuid 77 --clear-groups "$BIN/sockpair" -c s </dev/null)" served
    grep -q 'process [0-9]* of user 0 is not allowed (--allow-uid)' err
}

@test 'sockpair: an abstract name serves its own user and root, unless --allow-uid says who' {
    needs_uids
    serving sockpair -l "$abstract" -- echo served 2>err
    assert_equal "$(as_nobody "$BIN/sockpair" -c "$abstract" </dev/null)" ''
    assert_equal "$(soon sockpair -c "$abstract" </dev/null)" served
    serving sockpair -l "$abstract-any" --allow-uid=any -- echo served
    assert_equal "$(as_nobody "$BIN/sockpair" -c "$abstract-any" </dev/null)" served
}

@test 'sockpair: -c with --allow-uid talks to a server of this user alone' {
    serving sockpair -l s -- sh -c 'cat >got'
    run -1 soon sockpair -c s --allow-uid=77 <<<secret
    assert_output --partial 'is not allowed (--allow-uid)'
    run -0 soon sockpair -c s --allow-uid=77 --allow-uid=0 <<<hello
    eventually has_line got hello
}

@test 'sockpair: abstract names are in no file system' {
    serving sockpair -l "$abstract" --total=1 -- echo hello
    assert_equal "$(soon sockpair -c "$abstract" </dev/null)" hello
    ends 0
    run -3 soon sockpair -c "$abstract" </dev/null
    assert_output "sockpair: $abstract: no process serves this socket"
}

@test 'sockpair: seqpacket can be served, and messages stay apart' {
    serving sockpair -t seqpacket -l s --total=1 -- perl -e 'while (sysread STDIN, $x, 100) { syswrite STDOUT, "[$x]" }'
    soon sockpair -t seqpacket -c s -- perl -e 'syswrite STDOUT, "one"; syswrite STDOUT, "two";
        sysread STDIN, $x, 100; sysread STDIN, $y, 100; print STDERR "$x$y"' 2>out
    assert_equal "$(<out)" '[one][two]'
    ends 0
}

@test 'sockpair: a datagram socket can be sent to' {
    perl -MIO::Socket::UNIX -e '$s = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => "d") or die; $s->recv($x, 100);
        print $x; $s->send("answer", 0, $s->peername)' >out 3>&- &
    pids+=($!)
    eventually test -S d
    run -0 soon sockpair -t dgram -c d -- perl -e 'syswrite STDOUT, "hello"; sysread STDIN, $x, 100; print STDERR $x'
    assert_output answer
    wait $!
    assert_equal "$(<out)" hello
}

@test 'sockpair: the connection is what -f says, and 0 and 1 stay' {
    serving sockpair -l s -f 7 --total=1 -- sh -c 'read -r line <&7; echo "got $line"; echo answer >&7' >out
    soon sockpair -c s -f 4 -- sh -c 'echo question >&4; cat <&4' >out2
    ends 0
    assert_equal "$(<out)" 'got question'
    assert_equal "$(<out2)" answer
}

@test 'sockpair: a stale socket is replaced' {
    socket_peer stale s
    serving sockpair -l s --total=1 -- echo hello
    eventually eval '[[ $(soon sockpair -c s </dev/null 2>&1) == hello ]]'
    ends 0
    assert [ ! -e s ]
    assert_equal "$(ls -A)" ''
}

@test 'sockpair: a file .sockpair-PID does not keep a stale socket from being replaced, and stays' {
    socket_peer stale s
    # shellcheck disable=SC2016 # for the other shell
    serving sh -c 'echo planted >".sockpair-$$"; exec sockpair -l s --total=1 -- echo hello'
    assert_equal "$(soon sockpair -w 9 -c s </dev/null)" hello
    ends 0
    assert_equal "$(cat .sockpair-*)" planted
}

@test 'sockpair: a passing name that is taken is not used, and another one is' {
    socket_peer stale s
    bg traced -e inject=renameat2:error=EEXIST:when=1..3 sockpair -l s --total=1 -- echo hello
    assert_equal "$(soon sockpair -w 9 -c s </dev/null)" hello
    ends 0
    assert_equal "$(grep -o '/.sockpair-[0-9a-f]*' trace | sort -u | wc -l)" 4
    run -125 traced -e inject=renameat2:error=EEXIST sh -c 'socket_peer stale t; exec sockpair -l t -- true'
    assert_output 'sockpair: t: File exists'
    assert [ -S t ]
}

@test 'sockpair: a socket that another process serves is never replaced, whatever its type, and the server notices nothing' {
    local type
    for type in 'hold stream' 'hold seqpacket' 'hold dgram' bound; do
        # shellcheck disable=SC2086 # words
        held socket_peer $type s
        run -125 soon sockpair -l s -- true
        assert_output 'sockpair: s: another process serves this socket already'
        assert [ -S s ]
        kill "$pid"
        ends 143
        rm s
    done
    serving sockpair -l s --total=1 -- echo first
    run -125 soon sockpair -l s -- true
    assert_equal "$(soon sockpair -c s </dev/null)" first
    ends 0
}

@test 'sockpair: files that are no sockets stay as they are' {
    echo text >file
    mkdir directory
    ln -s nowhere link
    mkfifo fifo
    local name
    for name in file directory link fifo; do
        run -125 soon sockpair -l "$name" -- true
        assert_output "sockpair: $name: a file of this name exists and is not a socket"
    done
    assert_equal "$(<file)" text
    assert [ -d directory ]
    assert [ -L link ]
    assert [ -p fifo ]
}

@test 'sockpair: of many that replace one stale socket at the same moment one serves, and its socket stays' {
    local i
    socket_peer stale s
    for i in {1..12}; do
        sockpair -l s -w 60 -- echo hello 2>"err$i" 3>&- &
        pids+=($!)
    done
    eventually eval '[[ $(cat err* | grep -c "another process serves") == 11 ]]' || fail "$(cat err*)"
    assert_equal "$(soon sockpair -c s </dev/null)" hello
}

@test 'sockpair: a directory that is not there or may not be written is told' {
    run -125 soon sockpair -l none/s -- true
    assert_output 'sockpair: none/s: No such file or directory'
    run -125 soon sockpair -l /proc/s -- true
}

@test 'sockpair: at the end the socket is removed only if it still is its own' {
    serving sockpair -l s --total=1 -- echo hello
    mv s away
    socket_peer stale s
    assert_equal "$(soon sockpair -c away </dev/null)" hello
    ends 0
    assert [ -S s ]
}

@test 'sockpair: TERM, HUP and INT end the server and its commands, and it removes its socket' {
    local signal
    for signal in TERM:143 HUP:129 INT:130; do
        serving by_default sockpair -l s -- sh -c 'echo $$ >started; exec sleep 1000'
        server=$pid
        rm -f started
        held socket_peer silent s
        eventually test -s started
        kill "-${signal%:*}" "$server"
        ends "${signal#*:}" "$server"
        assert [ ! -e s ]
        run ! kill -0 "$(<started)"
        ends 0
    done
}

@test 'sockpair: USR1 goes to the commands that are served' {
    serving sockpair -l s --total=1 -- perl -e '$SIG{USR1} = sub { syswrite STDOUT, "usr1"; exit }; syswrite STDOUT, "ready\n"; sleep 1000'
    server=$pid
    bg soon sockpair -c s -- sh -c 'read -r x; echo $x >ready; cat >out'
    eventually has_line ready ready
    kill -USR1 "$server"
    ends 0
    ends 0 "$server"
    assert_equal "$(<out)" usr1
}

@test 'sockpair: -j limits how many commands run at once, and further connections wait' {
    serving sockpair -l s -j 2 -- sh -c 'echo x >>started; cat'
    server=$pid
    held socket_peer silent s
    first=$pid
    held socket_peer silent s
    held socket_peer silent s
    eventually eval '[[ $(grep -c x started) == 2 ]]'
    has_children "$server" 2
    kill "$first"
    eventually eval '[[ $(grep -c x started) == 3 ]]'
    eventually has_children "$server" 2
}

@test 'sockpair: 200 connections at once are all served' {
    local options
    for options in '' '-j 3'; do
        # shellcheck disable=SC2086 # words
        serving sockpair -l s $options -- cat
        assert_equal "$(timeout 60 socket_peer crowd 200 s)" 200
        eventually has_children "$pid" 0
        kill "$pid"
        ends 143
    done
}

@test 'sockpair: a client that connects and says nothing holds nobody up' {
    serving sockpair -l s -- cat
    held socket_peer silent s
    assert_equal "$(echo hello | soon sockpair -c s)" hello
}

@test 'sockpair: clients that close at once do no harm' {
    local i
    serving sockpair -l s -- cat
    for i in {1..20}; do socket_peer vanish s; done
    assert_equal "$(echo hello | soon sockpair -c s)" hello
}

@test 'sockpair: --total ends it after so many connections, with the status of the first command that failed' {
    serving sockpair -l s --total=3 -- sh -c 'read -r x; exit "$x"'
    echo 0 | soon sockpair -c s
    echo 5 | soon sockpair -c s
    eventually has_children "$pid" 0
    echo 7 | soon sockpair -c s
    ends 5
}

@test 'sockpair: once --total have come, the socket is gone though commands still run' {
    serving sockpair -l s --total=1 -- cat
    server=$pid
    held socket_peer silent s
    eventually test ! -e s
    kill "$pid"
    ends 0 "$server"
}

@test 'sockpair: with -l, -w ends it with 124 once nobody has come for so long, but not while somebody is served' {
    run -124 soon sockpair -l s -w 0.05 -- true
    assert_output 'sockpair: s: timed out: no client connected'
    assert [ ! -e s ]
    # Time enough to come before it is over.
    local seconds=$((patience / 20))
    serving sockpair -l s -w "$seconds" -- cat
    server=$pid
    held socket_peer silent s
    pause "$seconds.3"
    assert [ -S s ]
    kill "$pid"
    ends 124 "$server"
}

@test 'sockpair: -w with -l counts anew from the end of the last command' {
    local seconds=$((patience / 10))
    serving sockpair -l s -w "$seconds" -- cat
    server=$pid
    held socket_peer silent s
    pause "$seconds.2"
    kill "$pid"
    eventually has_children "$server" 0
    assert_equal "$(echo hello | soon sockpair -c s)" hello
}

@test 'sockpair: a command that cannot be run is told before anything is served' {
    run -127 soon sockpair -l s -- no-such-program
    run -126 soon sockpair -l s -- /etc/passwd
    assert [ ! -e s ]
}

@test 'sockpair: a server goes on when its command goes away, and says so' {
    cp "$(type -P cat)" mycat
    serving sockpair -l s --total=2 -- ./mycat 2>err
    mv mycat away
    soon sockpair -c s </dev/null
    eventually grep -q './mycat: No such file or directory' err
    mv away mycat
    assert_equal "$(echo hello | soon sockpair -c s)" hello
    ends 127
}

@test 'sockpair: without processes to be had a server says so, and goes on when there are' {
    needs_uids
    mkdir -m 777 open
    cd open || return
    serving setpriv --reuid 4242 --regid 4242 --clear-groups prlimit --nproc=3:1000 "$BIN/sockpair" -l s -- sleep 1000 2>err
    server=$pid
    local i
    for i in 1 2 3; do held socket_peer silent s; done
    eventually grep -q 'sleep: Resource temporarily unavailable; connections wait until resources are free' err
    # It tries again ten times a second, and says it once.
    pause 0.4
    assert_equal "$(wc -l <err)" 1
    waiting=$(children "$server" | wc -w)
    ((waiting < 3))
    prlimit --nproc=100: --pid "$server"
    eventually has_children "$server" 3
    kill "$server"
    ends 143 "$server"
}

@test 'sockpair: without descriptors a server says so, and goes on when there are' {
    serving sockpair -l s -- cat 2>err
    server=$pid
    prlimit --nofile=4: --pid "$server"
    held socket_peer silent s
    eventually grep -q 'accept: Too many open files; connections wait until resources are free' err
    pause 0.4
    assert_equal "$(wc -l <err)" 1
    prlimit --nofile=100: --pid "$server"
    assert_equal "$(echo hello | soon sockpair -c s)" hello
}

@test 'sockpair: faults of accept are told, and those that pass are not the end' {
    bg traced -e inject=accept4:error=ECONNABORTED:when=1 sockpair -l s --total=1 -- echo hello
    assert_equal "$(soon sockpair -w 9 -c s </dev/null)" hello
    ends 0
    bg traced -e inject=accept4:error=EPERM:when=1 sockpair -l s -- echo hello 2>err
    soon sockpair -w 9 -c s </dev/null || :
    ends 125
    grep -q 's: Operation not permitted' err
    assert [ ! -e s ]
}

@test 'sockpair: a socket that cannot be made leaves no file' {
    run -125 traced -e inject=socket:error=EMFILE sockpair -l s -- true
    run -125 traced -e inject=bind:error=EACCES sockpair -l s -- true
    run -125 traced -e inject=listen:error=EIO sockpair -l s -- true
    assert [ ! -e s ]
}

@test 'sockpair: paths of 107 and 108 bytes can be served, 109 are refused' {
    local path
    for path in "$(long_path 107)" "$(long_path 108)"; do
        serving sockpair -l "$path" --total=1 -- echo hello
        assert_equal "$(soon sockpair -c "$path" </dev/null)" hello
        ends 0
        assert [ ! -e "$path" ]
    done
    socket_peer stale "$(long_path 108)"
    serving sockpair -l "$(long_path 108)" --total=1 -- echo hello
    eventually eval '[[ $(soon sockpair -c "$(long_path 108)" </dev/null 2>&1) == hello ]]'
    run -125 soon sockpair -l "$(long_path 109)" -- true
    assert_output --partial '108 bytes'
    usage_error sockpair -c "$(long_path 109)"
    usage_error sockpair -c "@$(long_path 108)"
}

@test 'sockpair: -v tells who connects and how the command ends' {
    serving sockpair -v -l s --total=1 -- sh -c 'exit 3' 2>err
    sh -c 'echo $$ >client; exec sockpair -c s' </dev/null
    ends 3
    cmp err <(printf '%s\n' "sockpair: s: connected to process $(<client) of user 0, group 0" \
        "sockpair: s: the command for process $(<client) ended with status 3")
}

@test 'sockpair: a name with control bytes is shown harmless' {
    run -3 soon sockpair -c $'a\e[31m' </dev/null
    assert_output 'sockpair: a\x1b[31m: No such file or directory'
}

# --- connecting ---

@test 'sockpair: -c to nothing is status 3, with a command 125' {
    run -3 soon sockpair -c s </dev/null
    assert_output 'sockpair: s: No such file or directory'
    socket_peer stale s
    run -3 soon sockpair -c s </dev/null
    assert_output 'sockpair: s: no process serves this socket'
    run -125 soon sockpair -c s -- true
}

@test 'sockpair: -c host:port, without tcp:, is a missing file, and the message says how TCP is written' {
    local path
    for path in localhost:80 '[::1]:7000' :80; do
        run -3 soon sockpair -c "$path" </dev/null
        assert_output "sockpair: $path: No such file or directory (a TCP address begins with tcp:)"
    done
    run -124 soon sockpair -c localhost:80 -w 0.05 </dev/null
    assert_output 'sockpair: localhost:80: timed out: No such file or directory (a TCP address begins with tcp:)'
    for path in host:name host: ./localhost:80; do
        run -3 soon sockpair -c "$path" </dev/null
        assert_output "sockpair: $path: No such file or directory"
    done
}

@test 'sockpair: -c to what is no socket, or one of another type, is told as such' {
    echo text >file
    run -1 soon sockpair -c file </dev/null
    assert_output 'sockpair: file: not a socket'
    held socket_peer hold seqpacket s
    run -1 soon sockpair -c s </dev/null
    assert_output 'sockpair: s: the socket has another type (-t)'
}

@test 'sockpair: -c -w waits for a server that is not there yet' {
    bg soon sockpair -c s -w 10 </dev/null >out
    client=$pid
    eventually asleep "$client"
    serving sockpair -l s -- echo hello
    ends 0 "$client"
    assert_equal "$(<out)" hello
}

@test 'sockpair: -c -w ends with 124 where none comes, and -n does not wait' {
    run -124 soon sockpair -c s -w 0.05 </dev/null
    assert_output 'sockpair: s: timed out: No such file or directory'
    run -124 soon sockpair -c s -w 0.05 -- true
    run -3 soon sockpair -c s -n </dev/null
}

@test 'sockpair: a server that takes no more connections is waited for, with -w and -n not for ever' {
    held socket_peer full s
    run -124 soon sockpair -c s -w 0.05 </dev/null
    assert_output 'sockpair: s: timed out: its server accepts no more connections now'
    run -124 soon sockpair -c s -n </dev/null
    bg sockpair -c s </dev/null
    eventually asleep "$pid"
}

@test 'sockpair: -w is for the connection alone: what comes late afterwards comes' {
    mkfifo never
    serving sockpair -l t --total=1 -- bash -c 'read -rt 0.3 _ <>never; echo late'
    assert_equal "$(soon sockpair -w 0.1 -c t </dev/null)" late
}

@test 'sockpair: -w is for the connection alone: a server that reads late gets all' {
    mkfifo never
    head -c 2M /dev/zero >zeros
    serving sockpair -l s --total=1 -- bash -c 'read -rt 0.4 _ <>never; wc -c'
    assert_equal "$(soon sockpair -w 0.1 -c s <zeros)" 2097152
}

@test 'sockpair: the end of standard input is passed on, and the answer to it comes' {
    serving sockpair -l s --total=1 -- sort
    assert_equal "$(printf 'b\na\n' | soon sockpair -c s)" $'a\nb'
    ends 0
}

@test 'sockpair: the end of the server'\''s output closes standard output, while input still goes' {
    mkfifo out
    feed
    serving sockpair -l s --total=1 -- sh -c 'socket_peer half; cat >got'
    bg soon sh -c 'exec sockpair -c s <in >out'
    client=$pid
    # The end comes though the client goes on.
    soon cat out
    kill -0 "$client"
    echo more >&5
    fed
    ends 0 "$client"
    eventually has_line got more
}

@test 'sockpair: a client ends when the server is gone, though standard input is idle' {
    feed
    serving sockpair -l s --total=1 -- echo hello
    soon sockpair -c s <in >out
    assert_equal "$(<out)" hello
    fed
}

@test 'sockpair: 64 MiB both ways at once through a server' {
    head -c 64M /dev/urandom >in
    sum=$(cksum <in)
    serving sockpair -l s --total=1 -- sh -c 'exec 3<&0; cat in & cksum <&3 >first; wait'
    assert_equal "$(timeout -s KILL 60 sockpair -c s <in | cksum)" "$sum"
    ends 0
    assert_equal "$(<first)" "$sum"
}

@test 'sockpair: neither direction waits for the other' {
    # Nobody reads what the server sends until all is sent the other way.
    serving sockpair -l s --total=1 -- perl -e 'if (fork) { 1 while syswrite STDOUT, "x" x 65536; exit } $n += $r while $r = sysread STDIN, $x, 65536;
        open $f, ">", "got"; print $f "$n\n"; close $f; kill TERM => getppid'
    mkfifo out
    bg soon sh -c 'head -c 8M /dev/zero | sockpair -c s >out || :'
    exec 7<out
    eventually has_line got 8388608
    cat <&7 >/dev/null
    exec 7<&-
}

@test 'sockpair: single bytes pass a client at once' {
    serving sockpair -l s --total=1 -- cat
    feed
    bg_into_pipe soon sockpair -c s <in
    printf a >&5
    IFS= read -rt 5 -N 1 -u 7 byte
    assert_equal "$byte" a
    printf b >&5
    IFS= read -rt 5 -N 1 -u 7 byte
    assert_equal "$byte" b
    fed
    ends 0
}

@test 'sockpair: a client loses none of many single bytes' {
    serving sockpair -l s --total=1 -- cat
    assert_equal "$(socket_peer drip 5000 | soon sockpair -c s | wc -c)" 5000
}

@test 'sockpair: a server that closes without reading all is a failure' {
    serving sockpair -l s --total=1 -- true
    head -c 8M /dev/zero >zeros
    run -1 soon sockpair -c s <zeros
    assert_output --partial 'the other side closed the connection before it had read everything'
}

@test 'sockpair: standard output that cannot be written is a failure' {
    serving sockpair -l s -- echo hello
    run -1 soon sh -c 'sockpair -c s </dev/null >/dev/full'
    assert_output 'sockpair: standard output: No space left on device'
    run -1 soon sh -c 'sockpair -c s </dev/null >&-'
    assert_output 'sockpair: standard output: Bad file descriptor'
    run -1 soon sh -c 'sockpair -c s <&-'
    assert_output 'sockpair: standard input: Bad file descriptor'
    run -1 soon sh -c 'sockpair -c s </'
    assert_output --partial 'sockpair: standard input: Is a directory'
}

@test 'sockpair: a client whose reader goes away ends, though input is idle and the server goes on' {
    feed
    serving sockpair -l s --total=1 -- yes
    bg_into_pipe soon sockpair -c s <in 2>err
    read -r -u 7 _
    exec 7<&-
    ends 141
    assert_equal "$(<err)" ''
}

@test 'sockpair: a client whose reader goes away dies of SIGPIPE, though neither side sends anything' {
    feed
    serving sockpair -l s -- sleep 1000
    bg_into_pipe soon sockpair -c s <in 2>err
    eventually has_children "$pid" 1
    client=$(children "$pid")
    eventually asleep "$((client))"
    exec 7<&-
    ends 141
    assert_equal "$(<err)" ''
}

@test 'sockpair: where SIGPIPE is ignored, a client whose reader goes away is a failure of standard output' {
    feed
    serving sockpair -l s -- sleep 1000
    bg_into_pipe soon perl -e '$SIG{PIPE} = "IGNORE"; exec @ARGV' sockpair -c s <in 2>err
    eventually has_children "$pid" 1
    exec 7<&-
    ends 1
    assert_equal "$(<err)" 'sockpair: standard output: Broken pipe'
}

@test 'sockpair: -k leaves the connection open at the end of input, for servers that stop answering then' {
    bg perl -MIO::Socket::UNIX -e '$s = IO::Socket::UNIX->new(Local => "s", Listen => 5) or die; print STDERR "ready\n";
        for (1, 2) { $c = $s->accept; <$c>; $r = ""; vec($r, fileno $c, 1) = 1;
            print $c select($r, undef, undef, 0.5) ? "the client has ended\n" : "answer\n"; close $c }' 2>ready
    eventually has_line ready ready
    assert_equal "$(echo request | soon sockpair -c s)" 'the client has ended'
    assert_equal "$(echo request | soon sockpair -k -c s)" answer
    ends 0
}

@test 'sockpair: -k goes with -c alone, and without a command' {
    usage_error sockpair --keep-open
    usage_error sockpair -E -k
    run -125 soon sockpair -k true -- true
    run -125 soon sockpair -k -l s -- true
    run -125 soon sockpair -k -c s -- true
}

@test 'sockpair: non-blocking standard input and output are used as they are' {
    serving sockpair -l s --total=1 -- cat
    head -c 4M /dev/urandom >data
    perl -MFcntl -e 'pipe R, W; pipe S, T; fcntl $_, F_SETFL, O_NONBLOCK for *R, *T;
        if (!fork) { close R; close S; close T; open D, "<", "data"; binmode D; while (sysread D, $x, 4096) { syswrite W, $x } exit }
        if (!fork) { close W; close R; close T; open O, ">", "copy"; while (sysread S, $x, 1000) { syswrite O, $x } exit }
        close W; close S; open STDIN, "<&", R; open STDOUT, ">&", T; close R; close T; system(@ARGV) == 0 or die; close STDOUT; wait; wait' \
        sockpair -c s
    cmp data copy
}

@test 'sockpair: with a command, -c becomes it' {
    serving sockpair -l s --total=1 -- tr a-z A-Z
    bg sockpair -c s -- sh -c 'echo $$ >self; echo hello; socket_peer half; cat >out; exit 9'
    ends 9
    assert_equal "$(<self)" "$pid"
    assert_equal "$(<out)" HELLO
    run -127 soon sockpair -c s -- no-such-program
    run -126 soon sockpair -c s -- /etc/passwd
}

@test 'sockpair: /dev/stdin of a socket cannot be opened, as its page says' {
    run -1 soon sockpair true -- cat /dev/stdin
    assert_output --partial 'No such device or address'
}

@test 'sockpair: the commands of -l and -c have the connection twice, and no other descriptor of ours' {
    local count='set -- /proc/$$/fd/*; n=$#; echo "$n" >'
    # What a command in the background has from us, it has as well.
    bg sh -c "${count}wanted" </dev/null
    ends 0
    serving sockpair -l s --total=1 -- sh -c "${count}served"
    server=$pid
    bg sockpair -c s -- sh -c "${count}connected"
    ends 0
    ends 0 "$server"
    cmp served wanted
    cmp connected wanted
}

@test 'sockpair: a command of -c finds signals as they were' {
    local was
    was=$(perl -e '$SIG{HUP} = $SIG{PIPE} = "IGNORE"; exec "grep", "-E", "Sig(Blk|Ign|Cgt)", "/proc/self/status"')
    serving sockpair -l s -- cat
    perl -e '$SIG{HUP} = $SIG{PIPE} = "IGNORE"; exec @ARGV' \
        sockpair -c s -- sh -c 'exec grep -E "Sig(Blk|Ign|Cgt)" /proc/self/status >found'
    assert_equal "$(<found)" "$was"
}

@test 'sockpair: -c finds programs as execvp does' {
    mkdir one two
    echo no >one/prog
    printf '#!/bin/sh\necho "two $1" >&2\n' >two/prog
    chmod +x two/prog
    serving sockpair -l s -- cat
    PATH=one:two:$PATH run -0 soon sockpair -c s -- prog arg
    assert_output 'two arg'
    rm two/prog
    PATH=one:two:$PATH run -126 soon sockpair -c s -- prog
    assert_output 'sockpair: prog: Permission denied'
    printf '#!/bin/sh\necho here >&2\n' >prog
    chmod +x prog
    PATH=:/usr/bin:$BIN:/bin run -0 soon sockpair -c s -- prog
    assert_output here
}

# --- TCP ---

# serving_tcp ADDRESS OPTION... -- COMMAND...: a server on a port that the kernel chooses, which is then in $port.
serving_tcp() {
    rm -f port
    bg sockpair -l "$@" >port
    eventually test -s port
    port=$(<port)
}

needs_command() { command -v "$1" >/dev/null || skip "no $1 here"; }

# The files of /proc have no size.
has_ipv6() { grep -q . /proc/net/if_inet6 2>/dev/null; }

# in_net COMMAND...: in a network of its own, where nothing but the loopback interface is.
in_net() {
    needs_command ip
    # shellcheck disable=SC2016 # for the other shell
    soon unshare --net --mount --map-current-user sh -c 'ip link set lo up && exec "$@"' sh "$@"
}

# bound_tcp: the local addresses that listen on $port, by /proc.
bound_tcp() { awk -v port="$(printf :%04X "$port")" '$4 == "0A" && substr($2, length($2) - 4) == port { print substr($2, 1, length($2) - 5) }' /proc/net/tcp /proc/net/tcp6; }

@test 'sockpair: -l tcp:0 prints the port that it took, and -c tcp:HOST:PORT talks to it' {
    serving_tcp tcp:0 --total=4 -- tr a-z A-Z
    assert_equal "$(wc -l <port)" 1
    assert_equal "$(echo one | soon sockpair -c "tcp:localhost:$port")" ONE
    assert_equal "$(echo two | soon sockpair -c "tcp:127.0.0.1:$port")" TWO
    assert_equal "$(echo three | soon sockpair -c "tcp:$port")" THREE
    soon sockpair -c "tcp:$port" -- sh -c 'echo four; sockpair -E; cat >out'
    assert_equal "$(<out)" FOUR
    ends 0
    run -3 soon sockpair -c "tcp:$port" </dev/null
    assert_output "sockpair: tcp:$port: no process serves this port"
    run -125 soon sh -c 'sockpair -l tcp:0 -- true >&-'
    assert_output 'sockpair: standard output: Bad file descriptor'
}

@test 'sockpair: a port that is given is served and not printed' {
    serving_tcp tcp:0 --total=1 -- true
    soon sockpair -c "tcp:$port" </dev/null
    ends 0
    bg soon sockpair -l "tcp:$port" --total=1 -- echo again >out
    assert_equal "$(soon sockpair -w 9 -c "tcp:$port" </dev/null)" again
    ends 0
    assert [ ! -s out ]
}

@test 'sockpair: without a host -l listens on the loopback addresses alone, with * on all, and else on what it is told' {
    local six=''
    ! has_ipv6 || six=yes
    serving_tcp tcp:0 -- true
    assert_equal "$(bound_tcp)" "0100007F${six:+$'\n'00000000000000000000000001000000}"
    serving_tcp 'tcp:*:0' -w 9 -- true
    assert_equal "$(bound_tcp)" "00000000${six:+$'\n'00000000000000000000000000000000}"
    kill "$pid"
    serving_tcp tcp:127.0.0.2:0 -- true
    assert_equal "$(bound_tcp)" 0200007F
    [[ -z $six ]] || {
        serving_tcp 'tcp:[::1]:0' -- true
        assert_equal "$(bound_tcp)" 00000000000000000000000001000000
    }
}

@test 'sockpair: the command of TCP finds the address and the port of its peer, and nothing of an outer Unix socket' {
    local show='echo "$SOCKPAIR_PEER_ADDRESS $SOCKPAIR_PEER_PORT ${SOCKPAIR_PEER_PID-no} ${SOCKPAIR_PEER_UID-no} ${SOCKPAIR_PEER_GID-no}"'
    SOCKPAIR_PEER_PID=1 SOCKPAIR_PEER_UID=2 SOCKPAIR_PEER_GID=3 serving_tcp tcp:0 -- sh -c "$show"
    perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new("127.0.0.1:$ARGV[0]") or die "$!"; print "127.0.0.1 ", $s->sockport, " no no no\n", <$s>' "$port" >out
    assert_equal "$(head -n 1 out)" "$(tail -n 1 out)"
    SOCKPAIR_PEER_PID=1 soon sockpair -c "tcp:127.0.0.1:$port" -- sh -c "$show >&2" 2>out
    assert_equal "$(<out)" "127.0.0.1 $port no no no"
    ! has_ipv6 || [[ $(soon sockpair -c "tcp:[::1]:$port" </dev/null) == '::1 '* ]]
    serving sockpair -l s -- sh -c 'echo "${SOCKPAIR_PEER_ADDRESS-no} ${SOCKPAIR_PEER_PORT-no}"'
    assert_equal "$(SOCKPAIR_PEER_ADDRESS=1 soon sockpair -c s </dev/null)" 'no no'
}

@test 'sockpair: -v tells the address of a peer of TCP' {
    serving_tcp tcp:127.0.0.1:0 -v --total=1 -- sh -c 'exit 3' 2>err
    run -0 soon sockpair -v -c "tcp:127.0.0.1:$port" </dev/null
    assert_line "sockpair: tcp:127.0.0.1:$port: connected to 127.0.0.1 port $port"
    ends 3
    grep -q '^sockpair: tcp:127.0.0.1:0: connected to 127.0.0.1 port [0-9]*$' err
    grep -q '^sockpair: tcp:127.0.0.1:0: the command for 127.0.0.1 port [0-9]* ended with status 3$' err
}

@test 'sockpair: words that are no addresses of TCP, and options that only Unix sockets have, are usage errors' {
    local word option
    for word in tcp: tcp:x tcp:-1 tcp:65536 tcp::80 tcp:h: tcp:h:x tcp:::1:80 'tcp:[::1]' 'tcp:[::1]80' 'tcp:[x]:80' 'tcp:[]:80' \
        "tcp:$(letters 256 h):80" 'tcp:[::1:80'; do
        usage_error sockpair -c "$word"
        run -125 soon sockpair -l "$word" -- true
    done
    for word in tcp:0 tcp:localhost:0 'tcp:*:80' inherit inherit:x; do usage_error sockpair -c "$word"; done
    run -125 soon sockpair -l tcp:0 -t dgram -- true
    for option in -m600 -tseqpacket --allow-uid=0 --allow-uid=any --pass-fd=1 --take-fd=1; do
        run -125 soon sockpair -l tcp:0 "$option" -- true
        assert_output --partial Unix
    done
    run -125 soon sockpair -c tcp:80 --pass-fd=1 -- true
    run -125 soon sockpair -l inherit -m 600 -- true
    run -125 soon sockpair -l inherit -t stream -- true
    run -125 soon sockpair -l inherit: -- true
    run -3 soon sockpair -c ./tcp:80 </dev/null
    assert_output 'sockpair: ./tcp:80: No such file or directory'
}

@test 'sockpair: a port in use is an error that names the address' {
    serving_tcp tcp:127.0.0.1:0 -- cat
    run -125 soon sockpair -l "tcp:$port" -- true
    assert_output "sockpair: tcp:$port: another process serves port $port of 127.0.0.1 already"
    assert_equal "$(echo hello | soon sockpair -c "tcp:$port")" hello
    run -125 soon sockpair -l "tcp:*:$port" -- true
    assert_output "sockpair: tcp:*:$port: another process serves port $port of 0.0.0.0 already"
}

@test 'sockpair: an address of another machine, and a host that does not exist, are told' {
    run -125 in_net sockpair -l tcp:192.0.2.1:80 -- true
    assert_output 'sockpair: tcp:192.0.2.1:80: 192.0.2.1 is not an address of this machine'
    run -1 in_net sockpair -c tcp:192.0.2.1:80
    assert_output 'sockpair: tcp:192.0.2.1:80: 192.0.2.1: Network is unreachable'
    run -3 in_net sh -c 'echo "hosts: files" >nsswitch && mount --bind nsswitch /etc/nsswitch.conf && exec sockpair -c tcp:nowhere.invalid:80'
    assert_output 'sockpair: tcp:nowhere.invalid:80: Name or service not known'
}

@test 'sockpair: of the addresses of a host -c takes the first that does not refuse' {
    printf '%s several\n' 127.0.0.2 127.0.0.3 127.0.0.4 >hosts
    run -0 in_net sh -c 'mount --bind hosts /etc/hosts
        sockpair -l tcp:127.0.0.4:7000 --total=1 -- echo fourth &
        sockpair -w 9 -v -c tcp:several:7000 </dev/null; status=$?; wait; exit $status'
    assert_line fourth
    assert_line 'sockpair: tcp:several:7000: connected to 127.0.0.4 port 7000'
    run -3 in_net sh -c 'mount --bind hosts /etc/hosts; sockpair -c tcp:several:7000'
    assert_output 'sockpair: tcp:several:7000: no process serves this port'
}

@test 'sockpair: an address that does not answer does not keep -c from the next one' {
    printf '%s several\n' 127.0.0.2 127.0.0.3 >hosts
    run -0 in_net sh -c 'mount --bind hosts /etc/hosts
        perl -MIO::Socket::INET -e "
            \$s = IO::Socket::INET->new(LocalAddr => q(127.0.0.2:7000), Listen => 1) or die; listen \$s, 0;
            for (1, 2) { push @c, IO::Socket::INET->new(Proto => q(tcp)); \$c[-1]->blocking(0);
                connect \$c[-1], Socket::pack_sockaddr_in(7000, Socket::inet_aton(q(127.0.0.2))) }
            print qq(full\n); close STDOUT; sleep 60" >full & full=$!
        until grep -qs full full; do :; done
        sockpair -l tcp:127.0.0.3:7000 --total=1 -- echo third & server=$!
        sockpair -w 15 -c tcp:several:7000 </dev/null; status=$?; wait $server; kill $full; exit $status'
    assert_output third
}

@test 'sockpair: where IPv4 or IPv6 is missing, the loopback address of the other one is served' {
    has_ipv6 || skip 'no IPv6 here'
    run -0 in_net sh -c 'ip addr del 127.0.0.1/8 dev lo
        sockpair -l tcp:7000 --total=1 -- sh -c "echo \$SOCKPAIR_PEER_ADDRESS" & sockpair -w 9 -c tcp:7000 </dev/null; wait $!'
    assert_output ::1
    run -0 in_net sh -c 'echo 1 >/proc/sys/net/ipv6/conf/lo/disable_ipv6
        sockpair -l tcp:7000 --total=1 -- sh -c "echo \$SOCKPAIR_PEER_ADDRESS" & sockpair -w 9 -c tcp:7000 </dev/null; wait $!'
    assert_output 127.0.0.1
}

@test 'sockpair: a port that is free on the first address only is not the one that -l tcp:0 takes' {
    has_ipv6 || skip 'no IPv6 here'
    # The kernel may choose one port alone, which is taken on 127.0.0.1, until another one is allowed.
    run -125 in_net sh -c 'echo 7000 7000 >/proc/sys/net/ipv4/ip_local_port_range
        sockpair -l tcp:127.0.0.1:7000 -- true & until grep -q ":1B58 " /proc/net/tcp; do :; done
        sockpair -l tcp:0 -w 0.1 -- true; status=$?; kill $!; exit $status'
    assert_output 'sockpair: tcp:0: another process serves port 7000 of 127.0.0.1 already'
}

@test 'sockpair: a client waits with -w for a server of TCP that does not exist yet, and not for ever' {
    run -124 in_net sockpair -w 0.2 -c tcp:7000
    assert_output 'sockpair: tcp:7000: timed out: no process serves this port'
    run -3 in_net sockpair -n -c tcp:7000
    run -0 in_net sh -c 'sockpair -w 9 -c tcp:7000 </dev/null & client=$!; sleep 0.3
        sockpair -l tcp:7000 --total=1 -- echo late & wait $client'
    assert_output late
}

@test 'sockpair: a client of TCP never talks to itself' {
    # The only port that a client may have is the one that it connects to.
    run -3 in_net sh -c 'echo 7000 7000 >/proc/sys/net/ipv4/ip_local_port_range; exec sockpair -c tcp:127.0.0.1:7000'
    assert_output 'sockpair: tcp:127.0.0.1:7000: no process serves this port'
}

@test 'sockpair: a client of TCP that is not answered ends with -w' {
    run -124 in_net sh -c 'perl -MIO::Socket::INET -e "
            \$s = IO::Socket::INET->new(LocalAddr => q(127.0.0.1:7000), Listen => 1) or die; listen \$s, 0;
            for (1, 2) { push @c, IO::Socket::INET->new(Proto => q(tcp)); \$c[-1]->blocking(0);
                connect \$c[-1], Socket::pack_sockaddr_in(7000, Socket::inet_aton(q(127.0.0.1))) }
            print qq(full\n); close STDOUT; sleep 60" >full & full=$!
        until grep -qs full full; do :; done
        sockpair -w 0.2 -c tcp:127.0.0.1:7000; status=$?; kill $full; exit $status'
    assert_output 'sockpair: tcp:127.0.0.1:7000: timed out: no address of the host answered'
}

@test 'sockpair: half-close works both ways over TCP' {
    serving_tcp tcp:0 -- sh -c 'sort; sockpair -E; cat >got'
    assert_equal "$(printf 'b\na\n' | soon sockpair -c "tcp:$port")" $'a\nb'
    serving_tcp tcp:0 --total=1 -- sh -c 'echo done; sockpair -E; cat >got'
    mkfifo out
    feed
    bg soon sh -c 'exec sockpair -c "tcp:$1" <in >out' sh "$port"
    client=$pid
    # The end of the answer comes, while input still goes.
    assert_equal "$(soon cat out)" 'done'
    echo more >&5
    fed
    ends 0 "$client"
    eventually has_line got more
}

@test 'sockpair: 64 MiB both ways at once over TCP' {
    head -c 64M /dev/urandom >in
    sum=$(cksum <in)
    serving_tcp tcp:0 --total=1 -- sh -c 'exec 3<&0; cat in & cksum <&3 >first; wait'
    assert_equal "$(timeout -s KILL 60 sockpair -c "tcp:$port" <in | cksum)" "$sum"
    ends 0
    assert_equal "$(<first)" "$sum"
}

@test 'sockpair: 1,000 clients of TCP at once are all served' {
    local options
    for options in '' '-j 5'; do
        # shellcheck disable=SC2086 # words
        serving_tcp tcp:0 $options -- cat
        assert_equal "$(ulimit -n 4096; timeout 120 socket_peer crowd 1000 "tcp:$port")" 1000
        eventually has_children "$pid" 0
        kill "$pid"
        ends 143
    done
}

@test 'sockpair: a client of TCP that resets its connection disturbs nobody' {
    local i
    serving_tcp tcp:0 -- cat 2>err
    for i in {1..20}; do
        perl -MIO::Socket::INET -MSocket -e '$s = IO::Socket::INET->new("127.0.0.1:$ARGV[0]") or die "$!";
            setsockopt $s, SOL_SOCKET, SO_LINGER, pack "ii", 1, 0; print $s "x"; close $s' "$port"
    done
    assert_equal "$(echo hello | soon sockpair -c "tcp:$port")" hello
    eventually has_children "$pid" 0
}

@test 'sockpair: a server of TCP that resets the connection is a failure' {
    run -1 --separate-stderr soon bash -c 'exec 3<>port; perl -MIO::Socket::INET -MSocket -e "
        \$l = IO::Socket::INET->new(LocalAddr => q(127.0.0.1:0), Listen => 1) or die; print \$l->sockport, qq(\n); close STDOUT;
        \$s = \$l->accept; sysread \$s, \$x, 1; setsockopt \$s, SOL_SOCKET, SO_LINGER, pack qq(ii), 1, 0; close \$s" >port &
        until test -s port; do sleep 0.01; done; yes | sockpair -c "tcp:127.0.0.1:$(cat port)"'
    [[ $stderr == *'Connection reset by peer: the other side'* || $stderr == *'Broken pipe: the other side'* ]]
}

@test 'sockpair: -w, --total, -j, and signals are for a server of TCP what they are for one of a Unix socket' {
    run -124 soon sockpair -l tcp:0 -w 0.05 -- true
    assert_line 'sockpair: tcp:0: timed out: no client connected'
    serving_tcp tcp:0 -- sh -c 'echo $$ >started; exec sleep 1000'
    held socket_peer silent "tcp:$port"
    eventually test -s started
    server=$(cut -d ' ' -f 4 "/proc/$(<started)/stat")
    kill "$server"
    eventually ended "$server"
    run ! kill -0 "$(<started)"
}

@test 'sockpair: curl, nc, socat and Python are served, and serve' {
    local body=$'HTTP/1.0 200 OK\r\nContent-Length: 6\r\n\r\nhello\n'
    needs_command curl
    needs_command nc
    needs_command socat
    needs_command python3
    printf %s "$body" >body
    serving_tcp tcp:0 -- sh -c 'while read -r line; do [ "$line" != "$(printf "\r")" ] || break; done; cat body'
    assert_equal "$(soon curl -sS --noproxy '*' "http://127.0.0.1:$port/")" hello
    serving_tcp tcp:0 -- tr a-z A-Z
    assert_equal "$(echo by nc | soon nc -N 127.0.0.1 "$port")" 'BY NC'
    assert_equal "$(echo by socat | soon socat - "TCP:127.0.0.1:$port")" 'BY SOCAT'
    assert_equal "$(soon python3 -c 'import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1]))); s.sendall(b"by python"); s.shutdown(socket.SHUT_WR); print(s.recv(99).decode())' "$port")" 'BY PYTHON'
    bg python3 -c 'import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"from python\n")
    def log_message(self, *a): pass
s = http.server.HTTPServer(("127.0.0.1", 0), Handler); print(s.server_port, flush=True); s.handle_request()' >port
    eventually test -s port
    printf 'GET / HTTP/1.0\r\n\r\n' | soon sockpair -k -c "tcp:127.0.0.1:$(<port)" >out
    assert_equal "$(tail -n 1 out)" 'from python'
}

@test 'sockpair: faults of accept that concern one connection of TCP are not the end' {
    local error
    for error in ECONNABORTED EHOSTUNREACH ENETDOWN EPROTO; do
        rm -f port
        bg traced -e inject=accept4:error=$error:when=1 sockpair -l tcp:127.0.0.1:0 --total=1 -- echo hello >port
        eventually test -s port
        assert_equal "$(soon sockpair -w 9 -c "tcp:127.0.0.1:$(<port)" </dev/null)" hello
        ends 0
    done
}

# --- inherited sockets ---

# inheriting SOCKET... -- COMMAND...: becomes the command with listening sockets from 3 on, and LISTEN_FDS and LISTEN_PID.  A
# SOCKET is tcp:PORT (127.0.0.1), a path or @NAME.
inheriting() {
    exec perl -MIO::Socket::INET -MIO::Socket::UNIX -MFcntl -MPOSIX=dup2 -e '
        for (@ARGV) {
            last if $_ eq "--";
            my $s = /^tcp:(.*)/ ? IO::Socket::INET->new(LocalAddr => "127.0.0.1:$1", Listen => 9)
                : IO::Socket::UNIX->new(Local => s/^@/\0/r, Listen => 9) or die "$_: $!";
            push @s, $s;
        }
        open my $p, ">", "inherited"; print $p map { $_->can("sockport") ? $_->sockport . "\n" : "\n" } @s; close $p;
        my @high = map { my $fd = fcntl $_, F_DUPFD, 100; $fd } @s;
        dup2($high[$_], 3 + $_) for 0 .. $#s;
        POSIX::close($_) for @high;
        @ENV{qw(LISTEN_FDS LISTEN_PID)} = (scalar @s, $$);
        $^F = 2 + @s;
        shift @ARGV while $ARGV[0] ne "--";
        shift @ARGV;
        exec { $ARGV[0] } @ARGV' "$@"
}

@test 'sockpair: -l inherit serves all sockets that were handed over, Unix and TCP, and leaves the file' {
    bg inheriting s tcp:0 -- sockpair -l inherit --total=3 -- sh -c 'echo "${SOCKPAIR_PEER_ADDRESS-unix} ${LISTEN_FDS-no} ${LISTEN_PID-no} ${LISTEN_FDNAMES-no}"'
    eventually test -s inherited
    assert_equal "$(soon sockpair -w 9 -c s </dev/null)" 'unix no no no'
    assert_equal "$(soon sockpair -w 9 -c "tcp:$(tail -n 1 inherited)" </dev/null)" '127.0.0.1 no no no'
    assert_equal "$(soon sockpair -w 9 -c s </dev/null)" 'unix no no no'
    ends 0
    assert [ -S s ]
}

@test 'sockpair: -l inherit:NAME takes the sockets of that name alone' {
    LISTEN_FDNAMES=one:two:one bg inheriting a b c -- sockpair -l inherit:one --total=2 -w 20 -- echo hello
    assert_equal "$(soon sockpair -w 9 -c a </dev/null)" hello
    bg soon sockpair -c b </dev/null
    client=$pid
    assert_equal "$(soon sockpair -w 9 -c c </dev/null)" hello
    eventually ended "$client"
    LISTEN_FDNAMES=one run -125 soon bash -c "$(declare -f inheriting); inheriting d -- sockpair -l inherit:two -- true"
    assert_output 'sockpair: inherit:two: no socket of this name was handed over (LISTEN_FDNAMES)'
}

@test 'sockpair: -l inherit without sockets, or with those of another process, is told' {
    run -125 soon env -u LISTEN_FDS -u LISTEN_PID sockpair -l inherit -- true
    assert_output 'sockpair: inherit: no socket was handed over: LISTEN_FDS or LISTEN_PID is not set'
    run -125 soon env LISTEN_FDS=1 LISTEN_PID=1 sockpair -l inherit -- true
    assert_output 'sockpair: inherit: the sockets are for another process: LISTEN_PID is not the process id of sockpair'
    # shellcheck disable=SC2016 # for the other shell
    for number in 0 x '' 99999999 2147483648; do
        run -125 soon sh -c 'LISTEN_FDS=$1 LISTEN_PID=$$ exec sockpair -l inherit -- true' sh "$number"
        assert_output --partial 'LISTEN_FDS is'
    done
    run -125 soon sh -c 'LISTEN_FDS=1 LISTEN_PID=$$ exec sockpair -l inherit -- true' 3</dev/null
    assert_output 'sockpair: inherit: descriptor 3 is not a listening socket (systemd.socket(5): Accept=no)'
    run -125 soon sh -c 'LISTEN_FDS=1 LISTEN_PID=$$ exec sockpair -l inherit -- true' 3<&-
    assert_output 'sockpair: inherit: descriptor 3 is not open'
}

@test 'sockpair: --allow-uid is for inherited Unix sockets, and an abstract one is for its own user' {
    needs_uids
    bg inheriting "$abstract" -- sockpair -l inherit -- echo served 2>err
    assert_equal "$(soon sockpair -w 9 -c "$abstract" </dev/null)" served
    assert_equal "$(as_nobody "$BIN/sockpair" -c "$abstract" </dev/null)" ''
    grep -q 'user 65534 is not allowed' err
    run -125 soon bash -c "$(declare -f inheriting); inheriting tcp:0 -- sockpair -l inherit --allow-uid=0 -- true"
    assert_output 'sockpair: inherit: descriptor 3 is not a Unix socket, which --allow-uid, --pass-fd and --take-fd need'
}

@test 'sockpair: systemd-socket-activate hands sockets over' {
    local port
    needs_command systemd-socket-activate
    port=$((20000 + RANDOM % 10000))
    bg systemd-socket-activate -l 127.0.0.1:$port -l "$PWD/s" --fdname=one:two sockpair -l inherit --total=2 -- echo hello 2>err
    assert_equal "$(soon sockpair -w 9 -c "tcp:127.0.0.1:$port" </dev/null)" hello
    assert_equal "$(soon sockpair -w 9 -c s </dev/null)" hello
    ends 0
}

# --- descriptors ---

@test 'sockpair: a client passes descriptors, and the served command has them from 3 on' {
    echo one >one
    echo two >two
    serving sockpair -l s --take-fd=2 --total=1 -- sh -c 'echo "$SOCKPAIR_FDS"; cat <&3; cat <&4; cat'
    assert_equal "$(echo data | soon sockpair -c s --pass-fd=7,8 7<one 8<two)" $'3 4\none\ntwo\ndata'
    ends 0
}

@test 'sockpair: a server passes descriptors, and the command of the client has them' {
    serving sockpair -l s --pass-fd=9 --total=1 -- sh -c 'echo data' 9<<<'the secret'
    run -0 soon sockpair -c s --take-fd=1 -- sh -c 'cat <&3 >&2; cat >&2; echo "$SOCKPAIR_FDS" >&2'
    assert_output $'the secret\ndata\n3'
}

@test 'sockpair: both sides can pass and take at once' {
    serving sockpair -l s --pass-fd=9 --take-fd=1 --total=1 -- sh -c 'cat <&3' 9<<<'from the server'
    soon sockpair -c s --take-fd=1 --pass-fd=8 -- sh -c 'cat <&3 >&2; cat >&2' 8<<<'from the client' 2>out
    sort out >sorted
    cmp sorted <(printf 'from the client\nfrom the server\n')
}

@test 'sockpair: a descriptor that was passed is the same open file: what is written there arrives' {
    serving sockpair -l s --take-fd=1 --total=1 -- sh -c 'echo written >&3'
    soon sockpair -c s --pass-fd=1 </dev/null >out
    ends 0
    assert_equal "$(<out)" written
}

@test 'sockpair: descriptors are taken in their order, also onto numbers that we use ourselves' {
    local i list=''
    for i in {1..40}; do
        eval "exec $((i + 20))<<<'$i'"
        list+=${list:+,}$((i + 20))
    done
    serving sockpair -l s --take-fd=40 --total=1 -- bash -c 'for fd in $SOCKPAIR_FDS; do cat <&"$fd"; done'
    soon sockpair -c s --pass-fd="$list" </dev/null >out
    cmp out <(seq 40)
    ends 0
}

@test 'sockpair: -f among the numbers of taken descriptors is left out of them' {
    serving sockpair -l s -f 4 --take-fd=2 --total=1 -- sh -c 'echo "$SOCKPAIR_FDS" >&4; cat <&3 >&4; cat <&5 >&4'
    assert_equal "$(soon sockpair -c s --pass-fd=7,8 7<<<one 8<<<two </dev/null)" $'3 5\none\ntwo'
}

@test 'sockpair: -f and taken descriptors do not overwrite each other, whatever numbers we have them under' {
    local fd i
    for i in 1 2 3 4 5 6; do echo "$i" >"file$i"; done
    for fd in {3..14}; do
        serving sockpair -l "s$fd" -f "$fd" --take-fd=6 --pass-fd=21,22,23,24,25,26 --total=1 -- \
            bash -c 'for n in $SOCKPAIR_FDS; do cat <&"$n"; done >&"$1"' bash "$fd" \
            21<file1 22<file2 23<file3 24<file4 25<file5 26<file6
        soon sockpair -c "s$fd" -f "$fd" --take-fd=6 --pass-fd=21,22,23,24,25,26 -- \
            bash -c 'for n in $SOCKPAIR_FDS; do cat <&"$n"; done; cat <&"$1"' bash "$fd" >out \
            21<file1 22<file2 23<file3 24<file4 25<file5 26<file6
        cmp out <(seq 6; seq 6) || fail "-f $fd: $(<out)"
    done
}

@test 'sockpair: a command has each descriptor that was taken once' {
    echo text >passed
    serving sockpair -l s --take-fd=1 --pass-fd=9 --total=1 -- bash -c 'exec 9<&-; readlink /proc/$$/fd/* >first; echo >&0' 9<passed
    soon sockpair -c s --take-fd=1 --pass-fd=9 -- bash -c 'exec 9<&-; readlink /proc/$$/fd/* >second; read -r _' 9<passed
    ends 0
    assert_equal "$(grep -c /passed first)" 1
    assert_equal "$(grep -c /passed second)" 1
}

@test 'sockpair: another number of descriptors than --take-fd says runs no command, and they are closed' {
    local case before
    serving sockpair -l s --take-fd=2 -- touch ran 2>err
    before=$(descriptors "$pid")
    for case in 0:1 1:1 3:1 253:1; do
        soon socket_peer fds "${case%:*}" "${case#*:}" s </dev/null
        eventually grep -q "s: the other side passed ${case%:*} descriptors\? instead of 2" err
    done
    soon socket_peer vanish s
    eventually grep -q 's: the other side closed the connection and passed no descriptors' err
    eventually has_descriptors "$pid" "$before"
    assert [ ! -e ran ]
    soon socket_peer fds 2 1 s </dev/null
    eventually test -e ran
}

@test 'sockpair: a client that is to pass descriptors and says nothing holds nobody up' {
    serving sockpair -l s --take-fd=1 -- sh -c 'cat <&3'
    held socket_peer silent s
    assert_equal "$(soon sockpair -c s --pass-fd=7 7<<<hello </dev/null)" hello
}

@test 'sockpair: a seqpacket message that brings descriptors has one byte' {
    serving sockpair -t seqpacket -l s --take-fd=1 -- cat 2>err
    perl -MSocket -e 'socket S, AF_UNIX, SOCK_SEQPACKET, 0; connect S, pack_sockaddr_un "s"; syswrite S, "two"; sysread S, $x, 1'
    eventually grep -q 's: the message that passes descriptors must have one byte' err
    soon sockpair -t seqpacket -c s --pass-fd=7 -- sh -c 'echo hello; head -c 6 >&2' 7</dev/null 2>out
    assert_equal "$(<out)" hello
}

@test 'sockpair: -c --take-fd works with a C program, whose byte goes with the descriptors' {
    bg socket_peer give s <<<'by a C program'
    run -0 soon sockpair -w 5 -c s --take-fd=1 -- sh -c 'cat <&3 >&2; cat >&2'
    assert_output $'by a C program\nand more'
}

@test 'sockpair: -c --take-fd does not wait beyond -w' {
    held socket_peer hold stream s
    run -124 soon sockpair -w 0.05 -c s --take-fd=1 -- true
    assert_output 'sockpair: s: timed out: the other side has passed no descriptors'
}

@test 'sockpair: --pass-fd of a descriptor that is closed is told before anything is done' {
    serving sockpair -l s --total=1 -- echo hello
    run -1 soon sockpair -c s --pass-fd=77 </dev/null
    assert_output 'sockpair: --pass-fd: 77: Bad file descriptor'
    run -1 soon sh -c 'sockpair -c s --pass-fd=0 <&-'
    run -125 soon sockpair -l t --pass-fd=77 -- true
    assert [ ! -e t ]
    assert_equal "$(soon sockpair -c s </dev/null)" hello
}

@test 'sockpair: taken descriptors that the limit has no number for are told' {
    run -125 soon sh -c 'ulimit -n 20; exec sockpair -l s --take-fd=100 -- true'
    assert_output --partial 'ulimit -n'
    serving sockpair -l s --take-fd=3 -- true 2>err
    prlimit --nofile=7: --pid "$pid"
    soon socket_peer fds 3 1 s </dev/null
    eventually grep -q 's: cannot take descriptors: Too many open files' err
}

@test 'sockpair: a lost connection does not let taken descriptors leak' {
    local i before
    serving sockpair -l s --take-fd=1 -- true
    before=$(descriptors "$pid")
    for i in {1..20}; do soon socket_peer fds 1 1 s </dev/null; done
    eventually has_children "$pid" 0
    eventually has_descriptors "$pid" "$before"
}

@test 'sockpair: two hundred connections leave no descriptor behind' {
    local before
    serving sockpair -l s -- true
    before=$(descriptors "$pid")
    soon perl -MIO::Socket::UNIX -e 'for (1 .. 200) { my $s = IO::Socket::UNIX->new("s") or die "$!"; 1 while <$s> }'
    eventually has_children "$pid" 0
    eventually has_descriptors "$pid" "$before"
}

@test 'sockpair: a socket that was made and cannot be looked at then does not stay' {
    local n
    for n in 1 2; do
        run -125 traced -P "$PWD/s" -e inject=?lstat,?newfstatat:error=EIO:when="$n" sockpair -l "$PWD/s" -w 0.05 -- true
        assert_output --partial "$PWD/s: "
        [[ ! -e s || $output == *'the socket could not be removed: Input/output error' ]] || fail "it stays: $output"
        rm -f s
    done
}

@test 'sockpair: a socket that cannot be removed is told of' {
    run -125 traced -e inject=?unlink,?unlinkat:error=EPERM sockpair -l s -w 0.05 -- true
    assert_output 'sockpair: s: the socket could not be removed: Operation not permitted'
}

@test 'sockpair: -E, -l and -c with what does not go with them are usage errors' {
    usage_error sockpair -E -l s
    usage_error sockpair -E --connect=s
    usage_error sockpair -E -j 2
    run -125 soon sockpair -E -s +
    usage_error sockpair -E --allow-uid=any
    usage_error sockpair -c s -t dgram --allow-uid=0
    run -125 soon sockpair -c s --
    usage_error sockpair -c s --pass-fd="$(letters 30 1)"
    usage_error sockpair -c s --pass-fd="$(printf '0,%.0s' {1..300})0"
}

@test 'sockpair: -v knows no signal behind 128 and a number that is none' {
    run --separate-stderr soon sockpair -v sh -c 'exit 255' -- true
    assert_equal "$status" 255
    [[ $stderr == *'sh: the first command ended with status 255'* ]]
    [[ $stderr != *'as by signal'* ]]
}

@test 'sockpair: -c -v tells how many bytes went and came' {
    serving sockpair -l s --total=1 -- cat
    run -0 --separate-stderr sh -c 'echo hello | sockpair -v -c s'
    assert_output hello
    [[ $stderr == *'sockpair: s: 6 bytes sent, 6 bytes received' ]]
}

@test 'sockpair: -c -w to a socket that nobody serves any more is timed out' {
    socket_peer stale s
    run -124 soon sockpair -c s -w 0.05 </dev/null
    assert_output 'sockpair: s: timed out: no process serves this socket'
}

@test 'sockpair: an abstract name is for its own user, who need not be root' {
    needs_uids
    chmod 777 .
    serving setpriv --reuid 65534 --regid 65534 --clear-groups sockpair -l "$abstract" --total=1 -- echo hello
    assert_equal "$(as_nobody timeout 10 sockpair -c "$abstract" </dev/null)" hello
    ends 0
}

@test 'sockpair: descriptors that cannot be passed run no command' {
    serving sockpair -l s -- sleep 1000
    run -125 --separate-stderr traced -e inject=sendmsg:error=ETOOMANYREFS sockpair -c s --pass-fd=0 -- echo ran
    [[ $stderr == 'sockpair: s: cannot pass descriptors: '* ]]
    [[ -z $output ]]
}

@test 'sockpair: a server that closes without descriptors is told, and no command runs' {
    serving sockpair -l s --total=1 -- true
    run -125 --separate-stderr soon sockpair -c s --take-fd=1 -- echo ran
    [[ -z $output ]]
    [[ $stderr == 'sockpair: s: the other side closed the connection and passed no descriptors' ]]
}

@test 'sockpair: a signal ends a server whose client has not sent its descriptors yet' {
    serving sockpair -l s --take-fd=1 -- echo ran
    server=$pid
    held socket_peer silent s
    eventually eval '(($(descriptors "$server") > 5))'
    kill -TERM "$server"
    ends 143 "$server"
    assert [ ! -e s ]
}

@test 'sockpair: descriptors that came are kept until there is room for the command' {
    echo text >file
    bg traced -e inject=vfork,clone,clone3,fork:error=EAGAIN:when=1 sockpair -l s --take-fd=1 --total=1 -- \
        sh -c 'exec cat <&"$SOCKPAIR_FDS"' 2>err
    server=$pid
    soon sockpair -w 9 -c s --pass-fd=0 -- sh -c 'cat >out' <file
    cmp out file
    ends 0 "$server"
    grep 'connections wait until resources are free' err
}

@test 'sockpair: too many files in the system pass by, too' {
    bg traced -e inject=accept4:error=ENFILE:when=1 sockpair -l s --total=1 -- echo hello 2>err
    assert_equal "$(soon sockpair -w 9 -c s </dev/null)" hello
    ends 0
    grep 'Too many open files in system; connections wait until resources are free' err
}

@test 'sockpair: a socket in another directory, by an older kernel, is taken over from who is gone' {
    mkdir -p d/e
    socket_peer stale d/e/s
    bg traced -e inject=renameat2:error=EINVAL sockpair -l d/e/s --total=1 -- echo hello
    assert_equal "$(soon sockpair -w 9 -c d/e/s </dev/null)" hello
    ends 0
    assert_equal "$(ls -A d/e)" ''
}

@test 'sockpair: a datagram socket without a name to answer to is told' {
    held socket_peer hold dgram s
    run -125 --separate-stderr traced -e inject=bind:error=ENOMEM sockpair -c s -t dgram -- true
    assert_equal "$stderr" 'sockpair: s: Cannot allocate memory'
}

@test 'sockpair: an EINTR while descriptors come is not their end' {
    echo text >file
    bg traced -e inject=recvmsg:error=EINTR:when=1 sockpair -l s --take-fd=1 --total=1 -- sh -c 'exec cat <&"$SOCKPAIR_FDS"'
    soon sockpair -w 9 -c s --pass-fd=0 -- sh -c 'cat >out' <file
    cmp out file
}

@test 'sockpair: -c looks for its command along PATH as a shell does' {
    local long
    long=$(letters 5000 a)
    serving sockpair -l s -- true
    ln -s "$(type -P echo)" here
    run -0 env PATH="/dev/null:$long:$PATH" sockpair -f 3 -c s -- echo ran
    assert_output ran
    run -0 env PATH=/dev/null: "$BIN/sockpair" -f 3 -c s -- here ran
    assert_output ran
    run -0 env -u PATH "$BIN/sockpair" -f 3 -c s -- echo ran
    assert_output ran
    run -127 sockpair -f 3 -c s -- /dev/null/echo ran
    run -127 sockpair -f 3 -c s -- '' ran
}
