#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What TAB makes of a command line, in real shells on a terminal.  The tool itself
# is a function here that notes its arguments.

load helper

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    completions=${BATS_TEST_DIRNAME%/*}/completions
    given /comp-unique abc
    given key:0x14000001 abc
}

teardown() { clean_up comp 0x14; }

# shellcheck disable=SC2016 # for the other shells
note='() { printf "%s\n" "$@" >noted; }'

# completed SHELL TOOL TEXT: what the tool gets when TEXT is typed behind its name, then TAB and return.
completed() {
    local tool=$2
    case $1 in
    bash) printf '%s\n' ". '$completions/$tool.bash'" "$tool$note" ;;
    zsh)
        mkdir -p functions
        cp "$completions/$tool.zsh" "functions/_$tool"
        printf '%s\n' "fpath=(\$PWD/functions \$fpath); autoload -U compinit; compinit -u -D" "$tool$note"
        ;;
    esac >input
    printf '%s\t\nexit\n' "$tool $3" >>input
    rm -f noted
    case $1 in
    bash) set -- bash --norc --noprofile -i ;;
    zsh) set -- zsh -f -i ;;
    esac
    HOME=$PWD TERM=dumb HISTFILE=/dev/null soon script -qc "$*" screen <input >/dev/null || :
    if [[ -e noted ]]; then cat noted; fi
}

offered_by_fish() { HOME=$PWD soon fish --no-config -c "source '$completions/$1.fish'; complete -C '$1 $2'" | cut -f1; }

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
