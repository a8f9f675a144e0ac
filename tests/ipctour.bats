#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What is in single quotes is for other shells; run sets variables.
# shellcheck disable=SC2016,SC2154

load helper

setup() {
    start_test || return
    export HOME=$PWD/home XDG_STATE_HOME=$PWD/state
    mkdir home
    state=$PWD/state/ipcutils/ipctour
}

teardown() { end_terminal; }

# ours DIRECTORY: a directory with the tools, of which ipctour is a copy that can be changed.
ours() {
    local folder tool
    mkdir -p "$1"
    for folder in "$BATS_TEST_DIRNAME"/../cmd/*/; do
        tool=$(basename "$folder")
        [[ $tool == ipctour ]] || ln -s "$BIN/$tool" "$1"
    done
    cp "$BIN/ipctour" "$1"
}

# without_namespaces: from now on unshare(1) fails, as where the system refuses namespaces.
without_namespaces() {
    # ipctour puts the directory of its tools before all others.
    ours refusing
    printf '%s\n' '#!/bin/sh' 'echo "unshare: unshare failed: Operation not permitted" >&2; exit 1' >refusing/unshare
    chmod +x refusing/unshare
    mkdir places
    export TMPDIR=$PWD/places
    PATH=$PWD/refusing:$PATH BIN=$PWD/refusing
}

# changed_tour SED-SCRIPT: a copy of ipctour, changed, that finds the tools.
changed_tour() {
    ours changed
    sed -i "$1" changed/ipctour
    ! cmp -s changed/ipctour "$BIN/ipctour"
}

# lesson NAME: a lesson is on the screen, and its shell is ready.
lesson() {
    terminal 24 80 && typed "$BIN/ipctour $1" && eventually on_screen 'Enter runs this command'
}

# cleared: the terminal shows no lesson, and its shell is ready.
cleared() {
    eventually no_tour
    typed 'stty sane; clear'
    eventually off_screen 'Enter runs this command'
}
off_screen() { ! on_screen "$1"; }

# on_long_line TEXT: the terminal shows this text, which may be longer than its lines.
on_long_line() { in_terminal capture-pane -p -J | grep -qF -e "$1"; }

# The processes of tours that run now: each has the place of its lesson in its environment.
tour_processes() { grep -lsa IPCTOUR_PLACE= /proc/[0-9]*/environ || :; }
no_tour() { [[ -z $(tour_processes) ]]; }
# nothing_left: no object, process, mount or directory of a lesson exists.
nothing_left() {
    eventually no_tour
    eventually no_object
}
no_object() {
    [[ ! -e places || -z $(find places -mindepth 1) ]] &&
        ! ipcls -r --noheadings --nousers -o NAME 2>/dev/null | grep -E 'tour-|/t[0-9a-f]{3}-|0x7[0-9a-f]{3}'
}

@test 'ipctour: a wrong command line is a usage error' {
    usage_error ipctour --nonsense
    usage_error ipctour nonsense
    assert_regex "$stderr" 'nonsense: no lesson has this name'
    usage_error ipctour --list pipes
    usage_error ipctour --list --auto
    usage_error ipctour --auto nonsense
    usage_error ipctour pipes fifos
}

@test 'ipctour: --help and --version print to standard output' {
    run -0 --separate-stderr ipctour --help
    assert_line --index 0 'usage: ipctour [lesson]'
    [[ -z $stderr ]]
    run -0 ipctour -V
    assert_output --regexp '^ipctour \(ipcutils\) [0-9.]+$'
}

@test 'ipctour: where standard output cannot be written, it says so and fails' {
    local option
    for option in --help --version --list; do
        run -1 --separate-stderr sh -c "ipctour $option >/dev/full"
        assert_equal "$stderr" 'ipctour: standard output cannot be written'
    done
}

@test 'ipctour: each quiz has three to five questions, with one right answer each and a reason for every answer' {
    cd "$BATS_TEST_DIRNAME/../cmd/ipctour/lessons"
    local lesson
    for lesson in [0-9]*; do
        run -0 awk '
            function close_question() {
                if (asked && (right != 1 || answers < 2 || reasons != answers))
                    print FILENAME ": " asked
                right = answers = reasons = 0
            }
            /^\? / { close_question(); asked = $0; questions++ }
            asked && /^\+ / { right++ }
            asked && /^[+-] / { answers++ }
            asked && /^  / { reasons++ }
            END { close_question(); if (questions < 3 || questions > 5) print FILENAME ": " questions " questions" }' "$lesson"
        assert_output ''
    done
}

@test 'ipctour: every command of every lesson prints what the text says' {
    run ipctour --auto
    assert_success
    assert_line --regexp '^pipes: [0-9]+ commands printed what the text says$'
    assert_equal "$(wc -l <<<"$output")" "$(ipctour --list | wc -l)"
    nothing_left
}

@test 'ipctour: --auto fails where an output differs from the text, and shows both' {
    changed_tour 's/^onetwo$/onethree/'
    run -1 changed/ipctour --auto pipes
    assert_line 'pipes: the output differs from the text:'
    assert_line --partial '(printf one; printf two) | cat'
    assert_line --regexp '^ +onethree$'
    assert_line --regexp '^ +onetwo$'
}

@test 'ipctour: --auto stops a command that does not end' {
    changed_tour 's/^\$ (printf one; printf two) | cat$/$ sleep 1000/'
    IPCTOUR_PATIENCE=2 run -1 soon changed/ipctour --auto pipes
    assert_line --partial 'did not end within 2 seconds'
    nothing_left
}

@test 'ipctour: --auto stops a command that reads standard input, which does not end at a keyboard' {
    changed_tour 's/^\$ (printf one; printf two) | cat$/$ cat/'
    IPCTOUR_PATIENCE=2 run -1 soon changed/ipctour --auto pipes
    assert_line --partial 'did not end within 2 seconds'
    nothing_left
}

@test 'ipctour: --auto fails where a screen does not fit into 24 lines' {
    changed_tour '/^onetwo$/i\
...\
1\
2\
3\
4\
5\
6\
7\
8\
9\
10\
11\
12\
13\
14\
15\
16\
17\
18'
    run -1 changed/ipctour --auto pipes
    assert_line --partial 'pipes: a screen has '
}

@test 'ipctour: the page ipcutils-tutorial(7) is made from the lessons' {
    cd "$BATS_TEST_DIRNAME/.."
    run -0 cmp man/ipcutils-tutorial.7 <(cmd/ipctour/page)
}

@test 'ipctour: without a terminal it lists the lessons, and a lesson is refused' {
    run -0 ipctour </dev/null
    assert_line --index 0 --regexp '^  pipes '
    run ! grep -E '.{80}' <(ipctour --list)
    run -1 ipctour pipes </dev/null
    assert_output 'ipctour: a lesson needs a terminal (without one: ipctour --list, ipctour --auto)'
}

@test 'ipctour: a lesson in a terminal: Enter runs each command, and the quiz gives reasons' {
    lesson pipes
    eventually on_screen '1 of 7'
    keys Enter
    eventually on_screen 'Enter goes on'
    eventually on_screen 3
    keys Enter
    eventually on_screen '2 of 7'
    # The other commands.
    until on_screen 'The quiz follows'; do
        keys Enter
        read -rt 0.3 _ <>"$BATS_RUN_TMPDIR/never" || :
    done
    keys Enter
    eventually on_screen 'question 1 of 4'
    keys a
    eventually on_screen 'No. A pipe carries bytes only.'
    eventually on_screen 'The right answer is c) When all write ends are closed'
    keys Enter
    eventually on_screen 'question 2 of 4'
    keys b
    eventually on_screen 'Right. A pipe is a stream.'
    keys Enter
    eventually on_screen 'question 3 of 4'
    keys a Enter
    eventually on_screen 'question 4 of 4'
    keys b Enter
    eventually on_screen '3 of 4 answers were right.'
    eventually on_screen ready:
    assert_equal "$(<"$state")" pipes
    run -0 env LC_ALL=C.UTF-8 ipctour --list
    assert_line --index 0 --regexp '^✓ pipes '
    LC_ALL=C run -0 ipctour --list
    assert_line --index 0 --regexp '^x pipes '
    nothing_left
}

@test 'ipctour: the learner types another command, and a common mistake is explained' {
    lesson pipes
    typed "wc -l | printf 'a\\n'"
    eventually on_screen 'Data flow from left to right.'
    typed "printf '1\\n2\\n3\\n' | wc -l"
    eventually on_screen 'The output is the same as in the lesson.'
    typed 'shmput /own <<<mine; ipcls --noheadings'
    eventually on_screen '/own'
    keys q
    eventually on_screen 'ready:'
    [[ ! -e /dev/shm/own ]]
    nothing_left
}

@test 'ipctour: a segment is drawn between its processes, also while a command changes it' {
    lesson memory
    # The first command that has a drawing is on the second screen.
    until on_screen '2 of 8'; do
        keys Enter
        read -rt 0.3 _ <>"$BATS_RUN_TMPDIR/never" || :
    done
    typed 'printf XY | shmput /tour-region; sleep 1000'
    eventually on_screen 'writer ----> /tour-region, 2 bytes ----> reader'
    eventually on_screen '58 59'
    keys C-c
    eventually on_screen 'The command was stopped.'
    eventually on_screen 'writer ----> /tour-region, 2 bytes ----> reader'
}

@test 'ipctour: queues are drawn with their messages, which stay in them' {
    lesson queues
    keys Enter
    eventually on_screen '/tour-orders  <- | 0 tea | 0 coffee | <-'
    typed 'mqsend -p 3 /tour-orders milk'
    eventually on_screen '/tour-orders  <- | 3 milk | 0 tea | 0 coffee | <-'
    typed 'mqrecv -a /tour-orders | paste -s'
    eventually on_screen $'milk    tea     coffee'
    eventually on_screen '/tour-orders  <- | empty | <-'
}

@test 'ipctour: a command of the learner cannot change the files of the machine' {
    lesson pipes
    typed 'touch ~/written 2>&1 | grep -o "Read-only.*"'
    eventually on_screen 'Read-only file system'
    [[ ! -e home/written ]]
}

@test 'ipctour: Ctrl-C stops a command, and q leaves while one runs' {
    lesson pipes
    typed 'sleep 1000'
    eventually pgrep -f 'sleep 1000'
    keys C-c
    eventually on_screen 'The command was stopped.'
    typed 'while :; do :; done'
    read -rt 0.5 _ <>"$BATS_RUN_TMPDIR/never" || :
    keys C-c
    eventually on_screen 'The command ended the shell.' || on_screen 'was stopped'
    typed 'echo still here'
    eventually on_screen 'still here'
    typed 'sleep 1001'
    eventually pgrep -f 'sleep 1001'
    keys q
    eventually no_tour
    [[ ! -e $state ]]
    nothing_left
}

@test 'ipctour: a command that ends the shell gets a new one, without the variables of the old one' {
    lesson pipes
    typed 'x=old; exit 3'
    eventually on_screen 'The command ended the shell.'
    eventually on_screen 'A new shell was started'
    off_screen 'as in the lesson'
    typed 'echo "a new one<$x>"'
    eventually on_screen 'a new one<>'
}

@test 'ipctour: a shell that is killed is reported in the words of the lesson alone' {
    lesson pipes
    typed 'kill -9 $$'
    eventually on_screen 'The command ended the shell.'
    eventually on_screen 'A new shell was started'
    eventually on_screen 'or type another one; q leaves.'
    off_screen Killed
    off_screen 'as in the lesson'
    typed 'echo one more'
    eventually on_screen 'one more'
}

@test 'ipctour: a command that replaces the shell can be stopped, and gets a new one' {
    lesson pipes
    typed 'exec sleep 1004'
    eventually pgrep -f 'sleep 1004'
    keys C-c
    eventually on_screen 'The command was stopped.'
    eventually on_screen 'A new shell was started'
    off_screen 'as in the lesson'
    typed 'echo one more'
    eventually on_screen 'one more'
}

@test 'ipctour: a signal ends the tour, leaves nothing, and restores the terminal' {
    local signal
    terminal 24 80
    for signal in HUP INT TERM KILL; do
        typed "before=\$(stty -g); clear; $BIN/ipctour pipes"
        eventually on_screen 'Enter runs this command'
        typed 'sleep 1002'
        eventually pgrep -f 'sleep 1002'
        kill -s $signal "$(in_foreground)"
        eventually no_tour
        nothing_left
        [[ $signal == KILL ]] || {
            typed '[ "$(stty -g)" = "$before" ] && echo rest"ored"'
            eventually on_screen restored
        }
        cleared
    done
}

@test 'ipctour: a signal ends --auto, and leaves nothing' {
    local signal
    for signal in HUP INT TERM; do
        # A command in the background would ignore SIGINT.
        bg env --default-signal=INT ipctour --auto deadlock
        eventually pgrep -f 'semctl wait /tour-ready'
        kill -s $signal "$pid"
        ends $((128 + $(kill -l $signal)))
        nothing_left
    done
}

@test 'ipctour: a terminal that is too small is refused' {
    terminal 23 80
    typed "$BIN/ipctour pipes"
    eventually on_screen 'ipctour: the terminal has 23 lines of 80 columns'
}

@test 'ipctour: NO_COLOR is honoured, and a dumb terminal refused' {
    terminal 24 80
    typed "NO_COLOR=1 $BIN/ipctour pipes"
    eventually on_screen 'Enter runs this command'
    run ! grep -q $'\e\\[[0-9;]*m' <(in_terminal capture-pane -p -e)
    keys q
    cleared
    typed "$BIN/ipctour pipes"
    eventually on_screen 'Enter runs this command'
    grep -q $'\e\\[[0-9;]*m' <(in_terminal capture-pane -p -e)
    keys q
    cleared
    typed "TERM=dumb $BIN/ipctour pipes"
    eventually on_screen 'TERM is dumb'
}

@test 'ipctour: the list asks for a lesson, by default the first one that is not finished' {
    mkdir -p state/ipcutils
    terminal 24 80
    typed "$BIN/ipctour"
    eventually on_screen 'Enter for pipes, or q to leave'
    typed nonsense
    eventually on_screen 'nonsense: no lesson has this name'
    keys Enter
    eventually on_screen 'Enter runs this command'
    keys q
    eventually on_screen ready:
    typed "clear; $BIN/ipctour; echo status: \$?"
    eventually on_screen 'Enter for pipes, or q to leave'
    typed lock
    eventually on_screen 'Enter runs this command'
    keys q
    eventually on_screen 'status: 0'
}

@test 'ipctour: a state file that cannot be written is reported, and the lesson ends well' {
    mkdir -p "$state"
    changed_tour '/^title: Pipes/,/^END_OF_LESSON/c\
title: Pipes\
about: short\
\
A text.\
\
? A question?\
+ Yes.\
\  Since it is so.\
END_OF_LESSON'
    terminal 24 80
    typed "changed/ipctour pipes; echo status: \$?"
    eventually on_screen 'The quiz follows'
    keys Enter
    eventually on_screen 'question 1 of 1'
    keys a Enter
    eventually on_long_line "ipctour: $state: not writable, so the list will not mark this lesson"
    eventually on_screen 'status: 0'
}

@test 'ipctour: where namespaces are refused, it says so, uses names of its own and removes them' {
    local unshare
    unshare=$(command -v unshare)
    without_namespaces
    # It lists all objects of the machine, and other tests have some at the same time.  Its process ids have seven digits
    # where the kernel gives such.
    # shellcheck disable=SC2016 # for the other shell
    run "$unshare" --ipc --mount --pid --fork --mount-proc sh -c '
        { echo 1234567 >/proc/sys/kernel/ns_last_pid; } 2>/dev/null
        mount -t tmpfs -o mode=1777 tmpfs /dev/shm && { [ ! -d /dev/mqueue ] || mount -t mqueue mqueue /dev/mqueue; } || exit
        ipctour --auto || exit
        left=$(ipcls -r --noheadings --nousers -o NAME)
        [ -z "$left" ] || { echo "left over: $left"; exit 1; }'
    assert_success
    assert_line 'ipctour: this system refuses namespaces (Operation not permitted)'
    nothing_left
}

@test 'ipctour: where namespaces are refused, a signal leaves nothing either' {
    local signal
    without_namespaces
    terminal 24 80
    for signal in HUP INT TERM; do
        typed "clear; $BIN/ipctour pipes"
        eventually on_screen 'Enter runs this command'
        typed 'sleep 1003'
        eventually pgrep -f 'sleep 1003'
        kill -s $signal "$(in_foreground)"
        eventually no_tour
        nothing_left
        cleared
    done
}

@test 'ipctour: an ordinary user has the same lessons' {
    needs_uids
    chmod 755 .
    run -0 as_nobody env HOME=/nonexistent XDG_STATE_HOME= ipctour --auto memory
    assert_output --regexp '^memory: [0-9]+ commands'
}

@test 'ipctour: without a mount of POSIX queues the lessons print the same' {
    ours changed
    printf '%s\n' '#!/bin/sh' 'case " $* " in *" mqueue "*) exit 1 ;; esac' "exec $(command -v mount) \"\$@\"" >changed/mount
    chmod +x changed/mount
    run unshare --mount sh -c 'umount /dev/mqueue 2>/dev/null; changed/ipctour --auto queues jobs cleanup'
    assert_success
    assert_line --index 0 --regexp '^queues: [0-9]+ commands'
    assert_line --index 2 --regexp '^cleanup: [0-9]+ commands'
}
