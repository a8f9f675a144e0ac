#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What TAB makes of a command line, in real shells on a terminal.  The tool itself
# is a function here that notes its arguments.

load helper

posix=/comp-queue
sysv=key:0x14000002

setup_file() {
    "${CC:-cc}" -O1 -o "$BATS_FILE_TMPDIR/queue_peer" "$BATS_TEST_DIRNAME/queue_peer.c" || return
    export PATH=$BATS_FILE_TMPDIR:$PATH
}

setup() {
    start_test || return
    completions=${BATS_TEST_DIRNAME%/*}/completions
    given /comp-unique abc
    given key:0x14000001 abc
}

teardown() {
    clean_up comp 0x14
    queue_peer wipe "$posix" "$sysv"
}

# shellcheck disable=SC2016 # for the other shells
by=()
note='() { printf "%s\n" "$@" >noted; }'

# completed SHELL TOOL TEXT: what the tool gets when TEXT is typed behind its name, then TAB and return.
# The shell is run by $by, if that is set, and then has the PATH $found_in.
completed() {
    local tool=$2
    case $1 in
    bash) printf '%s\n' ". '$completions/$tool.bash'" "$tool$note" ;;
    zsh)
        mkdir -p functions
        cp "$completions/$tool.zsh" "functions/_$tool"
        cp "$completions/ipcutils.zsh" functions/_ipcutils
        printf '%s\n' "fpath=(\$PWD/functions \$fpath); autoload -U compinit; compinit -u -D" "$tool$note"
        ;;
    esac >input
    # Distributions let the shell look for packages when a command is not there.
    [[ -z ${found_in-} ]] ||
        printf '%s\n' "PATH='$found_in'" 'command_not_found_handle() { : >called; }' 'command_not_found_handler() { : >called; }' >>input
    printf '%s\t\nexit\n' "$tool $3" >>input
    rm -f noted
    case $1 in
    bash) set -- bash --norc --noprofile -i ;;
    zsh) set -- zsh -f -i ;;
    esac
    HOME=$PWD TERM=dumb HISTFILE=/dev/null soon script -qc "${by[*]} $*" screen <input >/dev/null || :
    if [[ -e noted ]]; then cat noted; fi
}

# offered_by_fish TOOL TEXT: all that is offered for TEXT; described_by_fish: and how it is described, behind a TAB.
offered_by_fish() { described_by_fish "$@" | cut -f1; }

described_by_fish() {
    # shellcheck disable=SC2016 # fish expands it
    HOME=$PWD soon "${by[@]}" fish --no-config -c 'source $argv[1]; set -q argv[3]; and set PATH $argv[3]; complete -C $argv[2]' \
        "$completions/$1.fish" "$1 $2" ${found_in+"$found_in"}
}

# offered_by_bash TOOL WORD...: the same, in a shell without a terminal, where the words are cut already.
offered_by_bash() (
    # shellcheck disable=SC1090
    . "$completions/$1.bash"
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
    "_${1//-/_}"
    printf '%s\n' "${COMPREPLY[@]}"
)

needs() { command -v "$1" >/dev/null || skip "no $1 here"; }

hostile() {
    # shellcheck disable=SC2016 # no shell is to expand it
    names=('comp-h$(touch pwned)' 'comp-i`touch pwned`' 'comp-j;touch pwned;' "comp-k'\$(touch pwned)'" $'comp-l\ntouch pwned\n'
        'comp-m"$(touch pwned)"' 'comp-n${x:-$(touch pwned)}' 'comp-o & touch pwned')
    local name
    for name in "${names[@]}"; do : >"/dev/shm/$name"; done
}

@test 'every tool has its completions for bash, zsh and fish' {
    local page tool
    for page in "${BATS_TEST_DIRNAME%/*}"/man/*.1; do
        tool=${page##*/}
        tool=${tool%.1}
        assert [ -e "$completions/$tool.bash" ]
        assert [ -e "$completions/$tool.zsh" ]
        assert [ -e "$completions/$tool.fish" ]
    done
}

@test 'shmcat, shmput: bash completes the names of live segments' {
    assert_equal "$(completed bash shmcat /comp-u)" /comp-unique
    assert_equal "$(completed bash shmput /comp-u)" /comp-unique
}

@test 'shmcat, shmput: bash completes the keys of live segments' {
    assert_equal "$(completed bash shmcat key:0x140)" key:0x14000001
    assert_equal "$(completed bash shmput key:0x140)" key:0x14000001
}

@test 'shmcat, shmput: bash completes options' {
    assert_equal "$(completed bash shmcat --zer)" --zero-copy
    assert_equal "$(completed bash shmput --rep)" --replace
}

@test 'shmcat, shmput: bash completes the semaphores of -l' {
    peer sem-make /comp-sem 1
    assert_equal "$(completed bash shmcat '-l /comp-s')" "$(printf '%s\n' -l /comp-sem)"
    assert_equal "$(completed bash shmput '-l /comp-s')" "$(printf '%s\n' -l /comp-sem)"
}

@test 'shmcat, shmput, semctl run: bash, zsh and fish complete mutexes up to their offsets' {
    assert_equal "$(completed bash shmcat '-l mut')" "$(printf '%s\n' -l mutex:)"
    assert_equal "$(completed bash shmput '-l mutex:/comp-u')" "$(printf '%s\n' -l mutex:/comp-unique@)"
    assert_equal "$(completed bash semctl 'run mutex:key:0x14')" "$(printf '%s\n' run mutex:key:0x14000001@)"
    assert_equal "$(completed bash semctl 'wait mut')" "$(printf '%s\n' wait mut)"
    needs zsh
    assert_equal "$(completed zsh shmcat '-l mutex:/comp-u')" "$(printf '%s\n' -l mutex:/comp-unique)"
    assert_equal "$(completed zsh semctl 'run mutex:/comp-u')" "$(printf '%s\n' run mutex:/comp-unique)"
    needs fish
    run -0 offered_by_fish shmput '-l mutex:/comp-'
    [[ $'\n'$output$'\n' == *$'\nmutex:/comp-unique@\n'* ]]
    run -0 offered_by_fish semctl 'run mut'
    assert_equal "$output" mutex:
}

@test 'shmcat, shmput: bash executes no hostile name' {
    local letter tool
    hostile
    for tool in shmcat shmput; do
        completed bash $tool /comp- >out
        for letter in h i j k l m n o; do
            completed bash $tool "/comp-$letter" >out
            # Either the very name, or, where it is not offered, what was typed.
            grep -qxF -e "/comp-$letter" out || cmp out <(printf '%s\n' "/$(basename -a "/dev/shm/comp-$letter"*)")
        done
    done
    assert [ ! -e pwned ]
}

@test 'shmcat, shmput: zsh completes the names of live segments' {
    needs zsh
    assert_equal "$(completed zsh shmcat /comp-u)" /comp-unique
    assert_equal "$(completed zsh shmput /comp-u)" /comp-unique
}

@test 'shmcat, shmput: zsh completes the keys of live segments' {
    needs zsh
    assert_equal "$(completed zsh shmcat key:0x140)" key:0x14000001
    assert_equal "$(completed zsh shmput key:0x140)" key:0x14000001
}

@test 'shmcat, shmput: zsh completes options' {
    needs zsh
    assert_equal "$(completed zsh shmcat --zer)" --zero-copy
    assert_equal "$(completed zsh shmput --rep)" --replace
}

@test 'shmcat, shmput: zsh executes no hostile name' {
    local letter tool
    needs zsh
    hostile
    for tool in shmcat shmput; do
        for letter in h i j k l m n o; do
            completed zsh $tool "/comp-$letter" >out
            grep -qxF -e "/comp-$letter" out || cmp out <(printf '%s\n' "/$(basename -a "/dev/shm/comp-$letter"*)")
        done
    done
    assert [ ! -e pwned ]
}

@test 'shmcat, shmput: fish completes the names and keys of live segments' {
    local tool
    needs fish
    for tool in shmcat shmput; do
        run -0 offered_by_fish $tool /comp-
        assert_line /comp-unique
        run -0 offered_by_fish $tool key:0x14
        assert_line key:0x14000001
    done
}

@test 'shmcat, shmput: fish completes options' {
    needs fish
    run -0 offered_by_fish shmcat --zer
    assert_line --partial --zero-copy
    run -0 offered_by_fish shmput --rep
    assert_line --partial --replace
}

@test 'shmcat, shmput: fish executes no hostile name' {
    local tool
    needs fish
    hostile
    for tool in shmcat shmput; do
        offered_by_fish $tool /comp- >out
        grep -F unique out
    done
    assert [ ! -e pwned ]
}

# What may stand before a command that semctl runs.
before_command=('run key:1' 'run -w 5 key:1' 'run --timeout=5 -vj 3 /comp-unique' 'run -- key:1' 'run key:1 --' 'op key:1 0-1u --')

@test 'semctl: bash completes its commands' {
    assert_equal "$(completed bash semctl barr)" barrier
    assert_equal "$(completed bash semctl 'run --verb')" "$(printf '%s\n' run --verbose)"
}

@test 'semctl: bash completes live semaphores' {
    peer sem-make /comp-sem 1
    peer sem-make key:0x14000007 1
    assert_equal "$(completed bash semctl 'wait /comp-s')" "$(printf '%s\n' wait /comp-sem)"
    assert_equal "$(completed bash semctl 'run -w 5 key:0x140')" "$(printf '%s\n' run -w 5 key:0x14000007)"
    assert_equal "$(completed bash semctl 'get key:1 /comp-s')" "$(printf '%s\n' get key:1 /comp-sem)"
    # What takes one only is not given another, and what is for sets no POSIX semaphore.
    assert_equal "$(completed bash semctl 'set /comp-sem /comp-s')" "$(printf '%s\n' set /comp-sem /comp-s)"
    assert_equal "$(completed bash semctl 'op /comp-s')" "$(printf '%s\n' op /comp-s)"
    assert_equal "$(completed bash semctl 'op key:0x140')" "$(printf '%s\n' op key:0x14000007)"
    assert_equal "$(completed bash semctl 'create key:priv')" "$(printf '%s\n' create key:private)"
}

@test 'semctl: bash completes the options of each command, and no others' {
    assert_equal "$(completed bash semctl 'run --jo')" "$(printf '%s\n' run --jobs=)"
    assert_equal "$(completed bash semctl 'wait --cou')" "$(printf '%s\n' wait --count=)"
    assert_equal "$(completed bash semctl 'wait --jo')" "$(printf '%s\n' wait --jo)"
    assert_equal "$(completed bash semctl 'create -m 066')" "$(printf '%s\n' create -m 066)"
    assert_equal "$(completed bash semctl 'create -vm g')" "$(printf '%s\n' create -vm g+rw)"
}

# The letters of the options of each command, from the table in the source: "create mvx".
options_of_semctl() { sed -n 's/^\t{"\([a-z]*\)", "\([a-zA-Z]*\)", "semctl .*/\1 \2/p' "${BATS_TEST_DIRNAME%/*}/cmd/semctl/semctl.c"; }

# letters_among: the option letters in the lines of standard input, but for those of help and version.
letters_among() { sed -n 's/^-\([a-zA-Z0-9]\)$/\1/p' | grep -v '[hV]' | sort | tr -d '\n'; }

@test 'semctl: bash and fish offer each command the options that it has' {
    local command letters
    options_of_semctl >table
    assert [ "$(wc -l <table)" -ge 9 ]
    while read -r command letters; do
        assert_equal "$command $(offered_by_bash semctl "$command" - | letters_among)" "$command $letters"
        ! command -v fish >/dev/null ||
            assert_equal "$command $(offered_by_fish semctl "$command -" | letters_among)" "$command $letters"
    done <table
}

@test 'semctl: bash completes what is to be run' {
    local before
    : >unique-file
    for before in "${before_command[@]}"; do
        assert_equal "$(completed bash semctl "$before unsh" | paste -sd " ")" "$before unshare"
        assert_equal "$(completed bash semctl "$before cat uni" | paste -sd " ")" "$before cat unique-file"
    done
}

@test 'semctl: zsh completes commands, options, live semaphores and what is to be run' {
    local before
    needs zsh
    : >unique-file
    peer sem-make /comp-sem 1
    peer sem-make key:0x14000007 1
    assert_equal "$(completed zsh semctl barr)" barrier
    assert_equal "$(completed zsh semctl 'run --verb')" "$(printf '%s\n' run --verbose)"
    assert_equal "$(completed zsh semctl 'wait --jo')" "$(printf '%s\n' wait --jo)"
    assert_equal "$(completed zsh semctl 'wait /comp-s')" "$(printf '%s\n' wait /comp-sem)"
    assert_equal "$(completed zsh semctl 'run -w 5 key:0x140')" "$(printf '%s\n' run -w 5 key:0x14000007)"
    assert_equal "$(completed zsh semctl 'create key:priv')" "$(printf '%s\n' create key:private)"
    assert_equal "$(completed zsh semctl 'op /comp-s')" "$(printf '%s\n' op /comp-s)"
    for before in "${before_command[@]}"; do
        assert_equal "$(completed zsh semctl "$before unsh" | paste -sd " ")" "$before unshare"
        assert_equal "$(completed zsh semctl "$before cat uni" | paste -sd " ")" "$before cat unique-file"
    done
}

@test 'semctl: fish completes commands, options, live semaphores and what is to be run' {
    local before
    needs fish
    : >unique-file
    peer sem-make /comp-sem 1
    peer sem-make key:0x14000007 1
    run -0 offered_by_fish semctl barr
    assert_output barrier
    run -0 offered_by_fish semctl 'run --verb'
    assert_line --verbose
    run offered_by_fish semctl 'wait --jo'
    assert_output ''
    run -0 offered_by_fish semctl 'wait /comp-s'
    assert_line /comp-sem
    run -0 offered_by_fish semctl 'run -w 5 key:0x14'
    assert_line key:0x14000007
    run -0 offered_by_fish semctl 'create key:priv'
    assert_line key:private
    for before in "${before_command[@]}"; do
        run -0 offered_by_fish semctl "$before unsh"
        assert_line unshare
        run -0 offered_by_fish semctl "$before cat uni"
        assert_line unique-file
    done
}

@test 'semctl: no shell executes a hostile name' {
    local letter shell
    hostile
    peer sem-make /comp-unique 1
    for letter in /dev/shm/comp-[h-o]*; do cp /dev/shm/sem.comp-unique "${letter/comp-/sem.comp-}" && rm "$letter"; done
    for shell in bash zsh; do
        command -v $shell >/dev/null || continue
        for letter in h i j k l m n o; do
            completed $shell semctl "get /comp-$letter" >out
            sed -i 1d out # the word get
            grep -qxF -e "/comp-$letter" out || cmp out <(basename -a "/dev/shm/sem.comp-$letter"* | sed 's/^sem\./\//')
        done
    done
    if command -v fish >/dev/null; then
        offered_by_fish semctl 'get /comp-' >out
        grep -F unique out
    fi
    assert [ ! -e pwned ]
}

@test 'sockpair: bash and zsh complete options, sockets, and both commands' {
    local shell
    perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Listen => 1, Local => $_) or die for @ARGV' comp-socket 'comp-h$(touch pwned)'
    : >comp-file
    for shell in bash zsh; do
        [[ $shell == bash ]] || needs zsh
        assert_equal "$(completed $shell sockpair '--pip')" --pipes
        assert_equal "$(completed $shell sockpair '-t seq')" "$(printf '%s\n' -t seqpacket)"
        assert_equal "$(completed $shell sockpair '-c comp-s')" "$(printf '%s\n' -c comp-socket)"
        assert_equal "$(completed $shell sockpair '-v -l comp-s')" "$(printf '%s\n' -v -l comp-socket)"
        assert_equal "$(completed $shell sockpair '-l inh')" "$(printf '%s\n' -l inherit)"
        assert_equal "$(completed $shell sockpair '-c tc')" "$(printf '%s\n' -c tcp:)"
        assert_equal "$(completed $shell sockpair '-l s -- setpri')" "$(printf '%s\n' -l s -- setpriv)"
        assert_equal "$(completed $shell sockpair '-v setpri')" "$(printf '%s\n' -v setpriv)"
        assert_equal "$(completed $shell sockpair 'cat comp-f')" "$(printf '%s\n' cat comp-file)"
        assert_equal "$(completed $shell sockpair 'cat x -- setpri')" "$(printf '%s\n' cat x -- setpriv)"
        assert_equal "$(completed $shell sockpair '-s + cat -- x + setpri')" "$(printf '%s\n' -s + cat -- x + setpriv)"
        assert_equal "$(completed $shell sockpair 'cat -- cat comp-f')" "$(printf '%s\n' cat -- cat comp-file)"
        completed $shell sockpair '-c comp-h' >out
        assert [ ! -e pwned ]
    done
}

@test 'sockpair: fish completes options, sockets, and both commands' {
    needs fish
    perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Listen => 1, Local => "comp-socket") or die'
    : >comp-file
    run -0 offered_by_fish sockpair --pip
    assert_line --partial --pipes
    run -0 offered_by_fish sockpair '-t seq'
    assert_line seqpacket
    run -0 offered_by_fish sockpair '-c comp-s'
    assert_line comp-socket
    run -0 offered_by_fish sockpair '-l s -- setpri'
    assert_line setpriv
    run -0 offered_by_fish sockpair '-v setpri'
    assert_line setpriv
    run -0 offered_by_fish sockpair 'cat x -- setpri'
    assert_line setpriv
    run -0 offered_by_fish sockpair '-s + cat -- x + setpri'
    assert_line setpriv
    run -0 offered_by_fish sockpair 'cat -- cat comp-f'
    assert_line comp-file
}

@test 'fifotee: bash and zsh complete FIFOs, policies and options' {
    local shell
    needs zsh
    mkfifo comp-fifo
    : >comp-file
    for shell in bash zsh; do
        assert_equal "$(completed $shell fifotee comp-)" comp-fifo
        assert_equal "$(completed $shell fifotee --zer)" --zero-copy
        assert_equal "$(completed $shell fifotee '-p dr')" "$(printf '%s\n' -p drop)"
        assert_equal "$(completed $shell fifotee '-o drop:comp-')" "$(printf '%s\n' -o drop:comp-fifo)"
    done
}

@test 'fifotee: fish completes FIFOs, policies and options' {
    needs fish
    mkfifo comp-fifo
    : >comp-file
    assert_equal "$(offered_by_fish fifotee comp-)" comp-fifo
    assert_equal "$(offered_by_fish fifotee --zer)" --zero-copy
    assert_equal "$(offered_by_fish fifotee '-p dr')" drop
    run -0 offered_by_fish fifotee '-o drop:comp-'
    assert_line drop:comp-fifo
}

@test 'fifotee: bash and zsh execute no hostile name' {
    local shell name
    needs zsh
    # shellcheck disable=SC2016 # no shell is to expand it
    for name in 'comp-h$(touch pwned)' 'comp-i`touch pwned`' 'comp-j;touch pwned;' "comp-k'\$(touch pwned)'"; do mkfifo "$name"; done
    for shell in bash zsh; do
        for name in h i j k; do
            completed $shell fifotee "comp-$name" >out
            grep -qF "comp-$name" out
        done
    done
    assert [ ! -e pwned ]
}

@test 'ipcls: bash completes objects, types and columns' {
    assert_equal "$(completed bash ipcls /comp-u)" /comp-unique
    assert_equal "$(completed bash ipcls key:0x140)" key:0x14000001
    assert_equal "$(completed bash ipcls '-t msg,ps')" "$(printf '%s\n' -t msg,ps)"
    assert_equal "$(completed bash ipcls '-t msg,pse')" "$(printf '%s\n' -t msg,psem)"
    assert_equal "$(completed bash ipcls '-o NAME,ORP')" "$(printf '%s\n' -o NAME,ORPHAN)"
    assert_equal "$(completed bash ipcls --orp)" --orphans
}

@test 'ipcls: zsh completes objects, types and columns' {
    needs zsh
    assert_equal "$(completed zsh ipcls /comp-u)" /comp-unique
    assert_equal "$(completed zsh ipcls key:0x140)" key:0x14000001
    assert_equal "$(completed zsh ipcls '-t pse')" "$(printf '%s\n' -t psem)"
    assert_equal "$(completed zsh ipcls '-o NAME,ORP')" "$(printf '%s\n' -o NAME,ORPHAN)"
    assert_equal "$(completed zsh ipcls --orp)" --orphans
}

@test 'ipcls: fish completes objects, types and columns' {
    needs fish
    run -0 offered_by_fish ipcls /comp-
    assert_line /comp-unique
    run -0 offered_by_fish ipcls key:0x14
    assert_line key:0x14000001
    run -0 offered_by_fish ipcls '-t msg,pse'
    assert_line msg,psem
    run -0 offered_by_fish ipcls '-o NAME,ORP'
    assert_line NAME,ORPHAN
    run -0 offered_by_fish ipcls --orp
    assert_line --partial --orphans
}

@test 'ipcls: no shell executes a hostile name' {
    local letter
    hostile
    for letter in h i j k l m n o; do
        completed bash ipcls "/comp-$letter" >out
        ! command -v zsh >/dev/null || completed zsh ipcls "/comp-$letter" >out
    done
    if command -v fish >/dev/null; then
        offered_by_fish ipcls /comp- >out
        grep -F unique out
    fi
    assert [ ! -e pwned ]
}

@test 'ipcbench: bash and zsh complete options, and bash lists of mechanisms and sizes' {
    assert_equal "$(completed bash ipcbench --lat)" --latency
    assert_equal "$(completed bash ipcbench '-t pipe,rin')" "$(printf '%s\n' -t pipe,ring)"
    assert_equal "$(completed bash ipcbench '-s 1,8')" "$(printf '%s\n' -s 1,8k)"
    needs zsh
    assert_equal "$(completed zsh ipcbench --lat)" --latency
    assert_equal "$(completed zsh ipcbench '-t rin')" "$(printf '%s\n' -t ring)"
}

@test 'ipcbench: fish completes options and lists of mechanisms' {
    needs fish
    run -0 offered_by_fish ipcbench '-t pipe,rin'
    assert_line pipe,ring
    run -0 offered_by_fish ipcbench --lat
    assert_line --partial latency
}

@test 'ipctour: bash and zsh complete options and the names of lessons' {
    assert_equal "$(completed bash ipctour --au)" --auto
    assert_equal "$(completed bash ipctour fif)" fifos
    needs zsh
    assert_equal "$(completed zsh ipctour --au)" --auto
    assert_equal "$(completed zsh ipctour fif)" fifos
}

@test 'ipctour: fish completes options and the names of lessons' {
    needs fish
    run -0 offered_by_fish ipctour ''
    assert_line fifos
    run -0 offered_by_fish ipctour --au
    assert_line --partial auto
}

@test 'sigsend, sigrecv: bash and zsh complete signals and options, and sigsend live processes' {
    local shell
    bg sleep 60
    for shell in bash zsh; do
        command -v $shell >/dev/null || continue
        assert_equal "$(completed $shell sigsend WIN)" WINCH
        # shellcheck disable=SC2154 # bg sets it
        assert_equal "$(completed $shell sigsend "TERM $pid")" "$(printf '%s\n' TERM "$pid")"
        assert_equal "$(completed $shell sigsend '--then=KI')" --then=KILL
        assert_equal "$(completed $shell sigrecv '--js')" --json
        assert_equal "$(completed $shell sigrecv 'USR1 WIN')" "$(printf '%s\n' USR1 WINCH)"
    done
}

@test 'sigsend, sigrecv: fish completes live processes with their commands, and signals' {
    needs fish
    bg sleep 60
    eventually grep -qx sleep "/proc/$pid/comm"
    described_by_fish sigsend "TERM $pid" >out || :
    grep -qxF "$pid"$'\tsleep' out
    run -0 offered_by_fish sigrecv WIN
    assert_line WINCH
}

# --- what lives, as ipcls tells it ---

# objects: one of each kind, which differ in one digit or letter.
objects() {
    : >/dev/shm/comp-live-shm
    peer sem-make /comp-live-sem 1
    peer sem-make key:0x14000003 1
    queue_peer make "$posix" 10 64
    queue_peer make "$sysv"
}

# completes SHELL TOOL TEXT WANTED: what was typed becomes this.
completes() { assert_equal "$(completed "$1" "$2" "$3" | paste -sd ' ')" "$4"; }

@test 'mqsend, mqrecv: bash and zsh complete live queues' {
    local shell tool
    objects
    for shell in bash zsh; do
        command -v $shell >/dev/null || continue
        for tool in mqsend mqrecv; do
            completes $shell $tool /comp-q "$posix"
            completes $shell $tool '-vw 5 key:0x140' "-vw 5 $sysv"
        done
        completes $shell mqrecv '--dead-letter=/comp-q' "--dead-letter=$posix"
    done
}

@test 'mqsend, mqrecv: fish completes live queues' {
    local tool
    needs fish
    objects
    for tool in mqsend mqrecv; do
        run -0 offered_by_fish $tool /comp-
        assert_output "$posix"
        run -0 offered_by_fish $tool '-w 5 key:0x14'
        assert_output "$sysv"
    done
    run -0 offered_by_fish mqrecv '--dead-letter /comp-'
    assert_output "$posix"
}

@test 'zsh and fish describe objects' {
    local id owner
    objects
    id=$(sysv_field 0x14000001 2) owner=$(id -un)
    if command -v fish >/dev/null; then
        run -0 described_by_fish ipcls ''
        assert_line "key:0x14000001"$'\t'"shm of $owner, 3 bytes, id:$id"
        assert_line "id:$id"$'\t'"shm of $owner, 3 bytes, key:0x14000001"
        assert_line "/comp-unique"$'\t'"pshm of $owner, 3 bytes"
        assert_line --partial "$sysv"$'\t'"msg of $owner, 0 messages"
        assert_line --partial "$posix"$'\t'"pmsg of $owner, 0 messages"
        assert_line --partial "key:0x14000003"$'\t'"sem of $owner, 1 semaphores, id:"
        assert_line "/comp-live-sem"$'\t'"psem of $owner"
    fi
    needs zsh
    completed zsh ipcls '' >/dev/null
    grep -F "key:0x14000001       -- shm of $owner, 3 bytes, id:$id" screen
    grep -F "$posix          -- pmsg of $owner, 0 messages" screen
    grep -F "key:0x14000003       -- sem of $owner, 1 semaphores, id:" screen
    grep "/comp-live-sem  *-- psem of $owner *.\$" screen
    given key:0x14000004 abc
    completed zsh shmcat $'id:\t' >/dev/null
    grep "id:$id  *-- shm of $owner, 3 bytes, key:0x14000001" screen
}

@test 'each tool is offered objects of its kinds, and no others' {
    local tool
    needs zsh
    needs fish
    objects
    peer sem-make /comp-live-other 1
    for tool in shmput shmcat; do
        assert_equal "$(offered_by_bash $tool /comp-live)" /comp-live-shm
        assert_equal "$(offered_by_bash $tool key:0x140)" 0x14000001
        assert_equal "$(offered_by_bash $tool -l key:0x140)" 0x14000003
        assert_equal "$(offered_by_bash $tool -l /comp-live-s)" /comp-live-sem
        completes zsh $tool /comp-live /comp-live-shm
        completes zsh $tool key:0x140 key:0x14000001
        completes zsh $tool '-l /comp-live-s' '-l /comp-live-sem'
        completes zsh $tool '-l key:0x140' '-l key:0x14000003'
        assert_equal "$(offered_by_fish $tool /comp-live)" /comp-live-shm
        assert_equal "$(offered_by_fish $tool '-l /comp-live-s')" /comp-live-sem
        assert_equal "$(offered_by_fish $tool key:0x140)" key:0x14000001
        assert_equal "$(offered_by_fish $tool '-l key:0x140')" key:0x14000003
    done
    for tool in mqsend mqrecv; do
        assert_equal "$(offered_by_bash $tool /comp)" $posix
        assert_equal "$(offered_by_bash $tool key:0x140)" 0x14000002
        completes zsh $tool /comp $posix
    done
    assert_equal "$(offered_by_bash semctl wait key:0x140)" 0x14000003
    assert_equal "$(offered_by_bash semctl wait /comp-live-s)" /comp-live-sem
    assert_equal "$(offered_by_bash ipcls key:0x140 | paste -sd ' ')" '0x14000001 0x14000002 0x14000003'
}

@test 'objects are offered by their ids, too' {
    local id shell
    id=$(sysv_field 0x14000001 2)
    for shell in bash zsh; do
        command -v $shell >/dev/null || continue
        completes $shell shmcat "id:$id" "id:$id"
    done
    assert_equal "$(offered_by_bash shmcat 'id:' | grep -x "$id")" "$id"
    run -0 offered_by_fish shmcat id:
    assert_line "id:$id"
}

@test 'names with blanks and quotes are completed, names with newlines are not' {
    local shell
    touch '/dev/shm/comp-x y' "/dev/shm/comp-q'r" $'/dev/shm/comp-z\nz' '/dev/shm/comp-b\x41'
    for shell in bash zsh; do
        command -v $shell >/dev/null || continue
        completes $shell shmcat /comp-x '/comp-x y'
        completes $shell shmcat "'/comp-x" '/comp-x y'
        completes $shell shmcat '"/comp-q' "/comp-q'r"
        completes $shell shmcat /comp-q "/comp-q'r"
        completes $shell shmcat /comp-b '/comp-b\x41'
        completes $shell shmcat /comp-z /comp-z
    done
    needs fish
    run -0 offered_by_fish shmcat /comp-
    assert_output - <<'END'
/comp-b\x41
/comp-q'r
/comp-unique
/comp-x y
END
}

@test 'what cannot be printed does not reach the terminal' {
    local language shell word
    touch $'/dev/shm/comp-y\x9b31m' $'/dev/shm/comp-y\xc2\x9b31m' $'/dev/shm/comp-y\e[31m' /dev/shm/comp-printable
    for shell in bash zsh; do
        command -v $shell >/dev/null || continue
        for language in C C.UTF-8; do
            # Behind a quote that is open, a name is shown as it will stand there.
            for word in /comp- "'/comp-"; do
                LC_ALL=$language completed $shell shmcat "$word"$'\t\t'"${word%/*}" >/dev/null
                grep -F comp-printable screen
                run ! grep -qaP '\x9b|\e\[31' screen
            done
        done
    done
}

@test 'POSIX queues are completed where /dev/mqueue is not mounted' {
    local shell
    objects
    [[ $IPCUTILS_MQUEUE == no ]] || by=(unshare --mount sh "$PWD/unmounted")
    printf '%s\n' 'umount /dev/mqueue || exit' 'exec "$@"' >unmounted
    for shell in bash zsh; do
        command -v $shell >/dev/null || continue
        completes $shell mqrecv /comp-q "$posix"
    done
    needs fish
    assert_equal "$(offered_by_fish mqrecv /comp-)" "$posix"
}

@test 'where ipcls is missing or fails, nothing is offered and nothing printed' {
    local found_in shell tool
    mkdir none fails
    printf '#!/bin/sh\necho "ipcls: it is broken" >&2\nexit 1\n' >fails/ipcls
    chmod +x fails/ipcls
    for found_in in "$PWD/none" "$PWD/fails"; do
        for tool in shmcat mqrecv; do
            for shell in bash zsh; do
                command -v $shell >/dev/null || continue
                completes $shell $tool /comp-u /comp-u
                run ! grep -E 'ipcls|not found' screen
                assert [ ! -e called ]
            done
            ! command -v fish >/dev/null || assert_equal "$(offered_by_fish $tool /comp- 2>&1)" ''
        done
        assert_equal "$(PATH=$found_in offered_by_bash shmcat '' 2>&1 | sort | paste -sd ' ')" 'file: ftok: id: key: memfd:'
    done
}

@test 'no completion file defines a function that the tools share' {
    run grep -lE '^(function _)?_ipcutils_[a-z]*( |\(|$)' "$completions"/*
    assert_output "$(printf '%s\n' "$completions"/ipcutils.{bash,fish,zsh})"
}

@test 'ipcrm-all: bash completes objects, types, options and the command of --around' {
    assert_equal "$(completed bash ipcrm-all /comp-u)" /comp-unique
    assert_equal "$(completed bash ipcrm-all key:0x140)" key:0x14000001
    assert_equal "$(completed bash ipcrm-all '-t msg,pse')" "$(printf '%s\n' -t msg,psem)"
    assert_equal "$(completed bash ipcrm-all --orp)" --orphans
    assert_equal "$(completed bash ipcrm-all '--around -t shm sha256s')" "$(printf '%s\n' --around -t shm sha256sum)"
    assert_equal "$(completed bash ipcrm-all '--around --types=shm -- sha256s')" "$(printf '%s\n' --around --types=shm -- sha256sum)"
}

@test 'ipcrm-all: zsh completes objects, types, options and the command of --around' {
    needs zsh
    assert_equal "$(completed zsh ipcrm-all /comp-u)" /comp-unique
    assert_equal "$(completed zsh ipcrm-all key:0x140)" key:0x14000001
    assert_equal "$(completed zsh ipcrm-all '-t pse')" "$(printf '%s\n' -t psem)"
    assert_equal "$(completed zsh ipcrm-all --orp)" --orphans
    assert_equal "$(completed zsh ipcrm-all '--around sha256s')" "$(printf '%s\n' --around sha256sum)"
}

@test 'ipcrm-all: fish completes objects, types and options' {
    needs fish
    run -0 offered_by_fish ipcrm-all /comp-
    assert_line /comp-unique
    run -0 offered_by_fish ipcrm-all key:0x14
    assert_line key:0x14000001
    run -0 offered_by_fish ipcrm-all '-t msg,pse'
    assert_line msg,psem
    run -0 offered_by_fish ipcrm-all --orp
    assert_line --partial --orphans
    run -0 offered_by_fish ipcrm-all '--around sha256s'
    assert_line sha256sum
}

@test 'ipcrm-all: no shell executes a hostile name' {
    local letter
    hostile
    for letter in h i j k l m n o; do
        completed bash ipcrm-all "/comp-$letter" >out
        ! command -v zsh >/dev/null || completed zsh ipcrm-all "/comp-$letter" >out
    done
    if command -v fish >/dev/null; then
        offered_by_fish ipcrm-all /comp- >out
        grep -F unique out
    fi
    assert [ ! -e pwned ]
}

@test 'bash offers programs alone where a tool runs a command, and no backslash before a comma' {
    # `declare` is a builtin of bash, and decl-program is a program.
    mkdir -p programs
    printf '#!/bin/sh\n' >programs/decl-program
    chmod +x programs/decl-program
    PATH=$PWD/programs:$PATH run -0 offered_by_bash mqrecv /q -- decl
    assert_output decl-program
    PATH=$PWD/programs:$PATH run -0 offered_by_bash semctl run key:1 decl
    assert_output decl-program
    PATH=$PWD/programs:$PATH run -0 offered_by_bash ipcrm-all --around decl
    assert_output decl-program
    run -0 offered_by_bash ipcls -t shm,pms
    assert_output shm,pmsg
}
