#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What shmput and shmcat share: names of objects, numbers, modes, common options.
# run reads stdin, and sets variables.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helper

setup() {
    start_test || return
    printf abc >abc
}

teardown() { clean_up names 0x13; }

# refused NAME...: by both tools, as words that are no names.
refused() {
    local name
    for name in "$@"; do
        usage_error shmput "$name"
        usage_error shmcat "$name"
    done
}

# Numbers that are none, in any place.
none=('' ' 1' '1 ' $'1\n' -- -1 +1 1e3 1.0 1x x 0x 0xg '1,000' ０ 18446744073709551616 18446744073709551617
    99999999999999999999999)

# --- the command line ---

# tool_told LINE [TEXT]: the command of words LINE is a usage error that says TEXT and shows the tool's usage.
tool_told() {
    # shellcheck disable=SC2086 # words
    usage_error $1
    assert_equal "${stderr%%$'\n'*}" "${1%% *}: $2"
    [[ $stderr == *$'\n'"usage: ${1%% *} "* ]] || fail "no usage: $stderr"
}

@test 'every tool: an unknown option is a usage error, with the option and the usage' {
    local tool
    for tool in shmput shmcat mqsend mqrecv 'semctl wait' semctl ipcls ipcrm-all fifotee sockpair; do
        tool_told "$tool --nonsense=3 /names-x" '--nonsense: unknown option'
        tool_told "$tool -% /names-x" '-%: unknown option'
    done
    tool_told 'shmput -va% /names-x' '-%: unknown option'
    tool_told 'shmput --append -v%k /names-x' '-%: unknown option'
    tool_told 'shmput --offset=3 -:' '-:: unknown option'
    tool_told 'mqrecv /names-x -+' '-+: unknown option'
}

@test 'every tool: an option without its value is a usage error that names it' {
    local line
    for line in 'shmput -l' 'shmput /x -am' 'shmcat --lock' 'mqsend /x --prio' 'mqrecv -w' 'semctl wait -w' \
        'ipcls --sort' 'ipcrm-all --name' 'fifotee -d' 'sockpair --listen' 'sockpair -vl'; do
        tool_told "$line" "$([[ $line == *--* ]] && echo "--${line##*--}" || echo "-${line: -1}"): this option needs a value"
    done
}

@test 'every tool: a value for an option that takes none is a usage error that names the option' {
    local line
    for line in 'shmput --replace=yes' 'shmcat --unlink=' 'mqsend --create=1' 'mqrecv --json=1' 'semctl wait --nonblock=1' \
        'ipcls --json=1' 'ipcrm-all --all=1' 'fifotee --keep=1' 'sockpair --pipes=1' 'shmcat -v --progress=1'; do
        tool_told "$line" "--$(sed 's/.*--//; s/=.*//' <<<"$line"): this option takes no value"
    done
}

@test 'every tool: a shortened long option works, and an ambiguous one is told with what it could be' {
    local tool
    for tool in shmput shmcat mqsend mqrecv 'semctl wait' semctl ipcls ipcrm-all fifotee sockpair; do
        # shellcheck disable=SC2086 # words
        run -0 $tool --hel
        assert_output --partial "usage: ${tool%% *}"
    done
    tool_told 'shmcat --un=3' '--un: this option takes no value'
    tool_told 'shmcat --l /x' '--l: ambiguous option (--length, --lock)'
    tool_told 'mqsend --m=1' '--m: ambiguous option (--max-messages, --message-size, --mode)'
}

@test 'every tool: bytes of an unknown option do not reach the terminal' {
    local tool option
    for tool in shmput shmcat mqsend mqrecv 'semctl wait' semctl ipcls ipcrm-all fifotee sockpair sigsend sigrecv ipcbench; do
        for option in $'--\e[31m\n\xc2\x9b\\' $'-\e' $'-\xff' "--$(letters 9000 $'\e')"; do
            # shellcheck disable=SC2086 # words
            run -2 soon $tool "$option"
            [[ $output == *'\x1b'* || $output == *'\xff'* ]] || fail "$tool: $output"
            ! grep -q '[^ -~]' <<<"$output" || fail "$tool, raw: $output"
        done
    done
    # shellcheck disable=SC2016 # the other shell expands it
    run -2 bash -c 'exec -a "$0" shmcat --nonsense' $'a\e[31m'
    assert_line --index 0 'a\x1b[31m: --nonsense: unknown option'
}

# The tools whose --help is one text; each command of semctl has its own.
helps=(shmput shmcat mqsend mqrecv semctl 'semctl run' ipcls ipcrm-all fifotee sockpair sigsend sigrecv ipcbench)

@test 'every tool: --help explains the options that all share in the same words, and in 100 columns' {
    local tool
    for tool in "${helps[@]}"; do
        # shellcheck disable=SC2086 # words
        $tool --help >help
        ! grep -E '.{101}' help || fail "$tool: too wide"
        tr -s ' ' <help >words
        grep -qx ' -h, --help print this help' words || fail "$tool: -h"
        grep -qx ' -V, --version print the version' words || fail "$tool: -V"
        ! grep -q -- ' --progress' words || grep -qx ' --progress show bytes and rate on a terminal; given twice: everywhere' words ||
            fail "$tool: --progress"
        ! grep -q -- ' -m, --mode' words || grep -qE ' -m, --mode=MODE permission bits of .*, octal or symbolic \(default: 0600\)$' words ||
            fail "$tool: -m"
    done
}

@test 'every tool: options may follow the operands, up to --' {
    printf abc | shmput /names-x -m 0640
    assert_equal "$(stat -c %a /dev/shm/names-x)" 640
    assert_equal "$(shmcat /names-x -n 1)" a
    assert_equal "$(shmcat /names-x -n 1 /names-x)" aa
    run -2 shmcat /names-x -- -n
    assert_line --index 0 'shmcat: -n: not the name of an object (do you mean /-n?)'
    mqsend key:0x1300002a first -C second
    mqsend key:0x1300002a -- -v
    assert_equal "$(mqrecv key:0x1300002a -c 2 -w 1)" $'first\nsecond'
    run -0 --separate-stderr mqrecv key:0x1300002a -v -- cat -u
    assert_output -- -v
    assert_regex "$stderr" '^mqrecv: 1 message'
    ipcls key:0x1300002a -J | grep -q '"name": *"key:0x1300002a"'
    semctl create key:0x1300002a 2 -m 0600
    semctl wait key:0x1300002a -c 2
    run -124 semctl wait key:0x1300002a -n
    semctl post key:0x1300002a -c 2
    semctl op key:0x1300002a 0-1 -n 0+1
    run -0 semctl op key:0x1300002a 0-1 -- printf %s -v
    assert_output -- -v
    mkfifo out.fifo
    printf abc | fifotee -w 5 out.fifo -n & cat out.fifo >out
    wait $!
    assert_equal "$(<out)" abc
    run -0 ipcrm-all /names-x key:0x1300002a -n -t pshm,msg,sem
    [[ -e /dev/shm/names-x ]]
    run -0 ipcrm-all /names-x key:0x1300002a --force -v -t pshm,msg,sem
    absent /names-x
}

@test 'every tool that runs a command: its options end where the command begins' {
    run -0 --separate-stderr semctl run key:0x1300002b -v printf %s -v
    assert_output -- -v
    assert_equal "$stderr" 'semctl: key:0x1300002b: created; slot 0 of 1'
    run -0 semctl run key:0x1300002b -- echo -n -- x
    assert_output -- '-- x'
    run -0 semctl run -- key:0x1300002b echo one
    assert_output one
    run -0 ipcrm-all --around --name='/names-*' printf %s -v
    assert_output -- -v
    run -125 ipcrm-all /names-x --around true
    assert_line --index 0 'ipcrm-all: /names-x: --around takes no objects, and stands before its command'
    run -0 --separate-stderr sockpair sh -c 'echo -v; read -r word; echo "$word" >&2' -- sh -c 'read -r word; echo "$word"'
    assert_equal "$stderr" -v
    run -125 --separate-stderr sockpair -v sh -c : --
    assert_regex "$stderr" '^sockpair: the second command is missing'
    semctl rm key:0x1300002b
}

@test 'every tool: with POSIXLY_CORRECT the first operand ends the options' {
    printf abc >/dev/shm/names-x
    run -2 env POSIXLY_CORRECT=1 shmcat /names-x -n 1
    assert_line --index 0 'shmcat: -n: not the name of an object (do you mean /-n?)'
    run -127 env POSIXLY_CORRECT=1 semctl run key:0x1300002c -v true
    semctl rm key:0x1300002c
}

# bats test_tags=anywhere
@test 'shmput and shmcat: no object is a usage error, with the usage' {
    local tool
    for tool in shmput shmcat; do
        run -2 --separate-stderr $tool </dev/null
        assert_equal "$output" ''
        [[ $stderr == *"usage: $tool "* ]]
    done
}

# bats test_tags=anywhere
@test 'shmput and shmcat: -h and --help tell on stdout what there is' {
    local tool option
    for tool in shmput shmcat; do
        for option in -h --help; do
            run -0 --separate-stderr $tool $option
            assert_output --partial "$tool "
            assert_output --partial --timeout
            assert_equal "$stderr" ''
        done
    done
}

# bats test_tags=anywhere
@test 'shmput and shmcat: -V and --version tell on stdout the version' {
    local tool option
    for tool in shmput shmcat; do
        for option in -V --version; do
            run -0 --separate-stderr $tool $option
            assert_line --index 0 --regexp "^$tool \(ipcutils\) [0-9]+\.[0-9]+(\.[0-9]+)?$"
            assert_line --index 1 --partial 'ISC licence'
            assert_equal "$stderr" ''
        done
    done
}

# bats test_tags=anywhere
@test 'shmput and shmcat: help and version that cannot be written are an error' {
    local tool option
    for tool in shmput shmcat; do
        for option in -h -V; do
            run -1 bash -c "exec $tool $option >/dev/full"
            assert_output --partial 'No space left on device'
            run -1 bash -c "exec $tool $option >&-"
        done
    done
}

@test 'shmput: every option has its long name' {
    local option
    for option in --append --keep-size --lock=/x --mode=600 --nonblock --offset=1 --replace --size=1 \
        --verbose --timeout=1 --exclusive --c-string --progress; do
        run -0 shmput $option --help
    done
}

@test 'shmcat: every option has its long name' {
    local option
    for option in --follow --lock=/x --length=1 --offset=1 --unlink --verbose --timeout=1 --hex \
        --c-string --watch --watch=1 --zero-copy --progress; do
        run -0 shmcat $option --help
    done
}

@test 'shmput: a long name does what the short one does' {
    shmput --mode=640 --c-string --size=6 /names-x <abc
    assert_equal "$(stat -c %a /dev/shm/names-x)" 640
    shmput --offset=4 /names-x <abc
    holds /names-x 'abc\0abc'
    shmput --keep-size /names-x < <(printf X)
    holds /names-x 'Xbc\0abc'
    shmput --append /names-x <abc
    holds /names-x 'Xbc\0abcabc'
    shmput --replace /names-x <abc
    holds /names-x abc
    run -1 shmput --exclusive /names-x <abc
}

@test 'shmcat: a long name does what the short one does' {
    given /names-x 'abc\0abc'
    assert_equal "$(shmcat --c-string --length=2 --offset=1 /names-x)" bc
    shmcat --hex /names-x | cmp - <(hexdump -C /dev/shm/names-x)
    shmcat --unlink /names-x >out
    absent /names-x
    run -124 soon shmcat --timeout=10ms /names-x
}

@test 'shmput: a wrong command line is noticed before anything is read or made' {
    feed
    echo bytes >&5
    run -2 soon shmput -m nonsense /names-x <in
    run -2 soon shmput /names-x nonsense <in
    read -rt 0 <in
    absent /names-x
}

# --- names of objects ---

# bats test_tags=anywhere
@test 'shmput and shmcat: a bare word is a usage error that suggests the name' {
    local tool
    for tool in shmput shmcat; do
        usage_error $tool jobs
        assert_equal "${stderr%%$'\n'*}" "$tool: jobs: not the name of an object (do you mean /jobs?)"
    done
}

@test 'every tool: a word that is no name brings up the name that was probably meant' {
    local line word meant
    while read -r line word meant; do
        tool_told "${line//,/ } $word" "$word: not the name of an object (do you mean $meant?)"
    done <<'WORDS'
shmcat jobs /jobs
shmcat //jobs /jobs
shmcat ///jobs /jobs
shmcat /dev/shm/jobs /jobs
shmput /dev/shm/jobs /jobs
mqsend /dev/mqueue/jobs /jobs
mqrecv /dev/mqueue/jobs /jobs
ipcls /dev/shm/jobs /jobs
ipcrm-all /dev/mqueue/jobs /jobs
semctl,wait /dev/shm/sem.jobs /jobs
semctl,get //jobs /jobs
shmcat /dev/shm/sem.jobs /sem.jobs
shmcat 42 id:42
shmcat 0x5eed key:0x5eed
ipcls 0x5eed key:0x5eed
ipcrm-all 42 id:42
mqsend 0x5eed key:0x5eed
semctl,wait 7 id:7
shmcat 0x /0x
shmcat 99999999999 /99999999999
shmcat ./jobs file:./jobs
shmcat /etc/passwd file:/etc/passwd
shmput ../jobs file:../jobs
WORDS
}

@test 'every tool: a word that is no name and like none is refused with the reason' {
    tool_told 'shmcat /' '/: not the name of an object: a name follows the slash'
    tool_told 'shmcat //' '//: not the name of an object: a name has no slash but the one at its beginning'
    tool_told 'mqsend /a/b' '/a/b: not the name of an object: a name has no slash but the one at its beginning'
    tool_told 'mqsend /dev/shm/a/b' '/dev/shm/a/b: not the name of an object: a name has no slash but the one at its beginning'
    tool_told 'shmcat http://x' 'http://x: not the name of an object'
    tool_told 'shmcat amqp://x' 'amqp://x: the queue is missing: write amqp://HOST/QUEUE'
    tool_told 'shmcat key:0' 'key:0: key 0 names no object: it is IPC_PRIVATE (key:private creates an object without a key)'
    tool_told 'mqrecv /q cat' 'cat: not the name of a queue (put -- before a command: mqrecv /q -- cat)'
}

# bats test_tags=anywhere
@test 'shmput and shmcat: names that are none are refused' {
    refused '' / // /. /.. /a/b //a /a/ /../etc/passwd ./a ../a
}

# bats test_tags=anywhere
@test 'shmput and shmcat: unknown kinds are refused' {
    refused amqp://x foo:1 KEY:1 key id: key: ftok: file: memfd: :1 key:private:1
}

@test 'shmput and shmcat: a name has at most 255 bytes' {
    local name
    name=/names-$(letters 249 x)
    shmput "$name" <abc
    assert_equal "$(shmcat "$name")" abc
    refused "${name}x"
}

@test 'shmput and shmcat: names may hold spaces, dots, dashes and bytes that are no UTF-8' {
    local name
    for name in '/names- x' /names-... '/names--r' $'/names-\xff'; do
        shmput -- "$name" <abc
        assert_equal "$(shmcat -- "$name")" abc
        holds "$name" abc
    done
}

@test 'every tool: a name is shown in one notation, \xNN for each byte that is not printable ASCII' {
    local line name=$'/names-\e]0;x\a\n\t\\ \x7f\xc2\x9b\xff' shown='/names-\x1b]0;x\x07\x0a\x09\x5c \x7f\xc2\x9b\xff'
    for line in "shmcat %" "shmput -k -o 1 %" "mqsend % x" "mqrecv %" "semctl get %" "semctl run key:1 %" "sockpair -c %" \
        "sockpair % -- true" "fifotee -w 0.1 -n %" "ipcls %" "ipcrm-all %" "ipcls -t %" "ipcls -u %" "shmcat -o %" "mqsend -w % /x" \
        "shmput -m % /x" "fifotee -b % x" "ipcls -o %" "ipcls --sort=%" "ipcrm-all --older=%" \
        "semctl wait -w % /x" \
        "shmcat -l % /x" "mqrecv -w % /x" "semctl op key:1 %" "semctl create /x %" "semctl %" \
        "semctl wait key:1 %" "mqrecv -t % key:1" "mqsend -d % /x" "fifotee -d % x" "mqsend -p % /x" "mqrecv -c % /x" "semctl run key:1 -j % true" \
        "sockpair -j % -l x -- true" "sockpair -t % true -- true" "fifotee -p % x" "fifotee --readers=% x"; do
        # shellcheck disable=SC2086 # words
        set -- $line
        ! soon "${@/\%/$name}" <abc >out 2>err || fail "$line: status 0" || return
        grep -qF -- "$shown" err || fail "$line: $(cat -v err)" || return
        ! grep -q '[^ -~]' err || fail "$line, raw: $(cat -v err)" || return
    done
}

# bats test_tags=anywhere
@test 'shmput and shmcat: key: takes whole numbers from 1 to 0xffffffff, and nothing else' {
    local number
    refused "${none[@]/#/key:}"
    refused key:4294967296 key:0x100000000 key:4294967297
    for number in 4294967295 0xffffffff 0xFFFFFFFF; do
        run -3 shmcat "key:$number"
    done
}

# bats test_tags=anywhere
@test 'shmput and shmcat: key:0 is refused, with a word about key:private' {
    local tool
    for tool in shmput shmcat; do
        usage_error $tool key:0
        [[ $stderr == *key:private* ]]
        usage_error $tool key:0x0
        usage_error $tool key:00
    done
}

@test 'shmput and shmcat: a key is the same in decimal and hex' {
    given key:0x13000001 abc
    assert_equal "$(shmcat key:318767105)" abc
    assert_equal "$(shmcat key:0x13000001)" abc
}

@test 'shmput and shmcat: a leading 0 makes no octal number' {
    given key:318767105 abc
    assert_equal "$(shmcat key:0318767105)" abc
    run -3 shmcat key:02300000001
}

@test 'shmput and shmcat: keys above 0x7fffffff, which are negative to the kernel, work' {
    shmput key:0xf3000001 <abc
    assert_equal "$(shmcat key:4076863489)" abc
    shmcat -u key:0xf3000001 >out
    run -3 shmcat key:0xf3000001
}

# bats test_tags=anywhere
@test 'shmput and shmcat: id: takes whole numbers from 0 to 2147483647, and nothing else' {
    refused "${none[@]/#/id:}"
    refused id:2147483648 id:4294967295 id:4294967296 id:4294967297 id:0x100000000
    run -3 shmcat id:2147483647 id:0x7fffffff
}

@test 'shmput: id:4294967296 is never id 0' {
    run -0 unshare --ipc sh -c 'shmput key:private <abc; printf X | shmput id:4294967296; shmcat id:0'
    assert_line id:0
    assert_line abc
}

# bats test_tags=anywhere
@test 'shmcat: key:private is refused, since there is nothing to read' {
    usage_error shmcat key:private
}

# bats test_tags=anywhere
@test 'shmput: memfd: is refused' {
    usage_error shmput "memfd:$$:1"
}

# bats test_tags=anywhere
@test 'shmcat: memfd: takes a pid and a descriptor, and nothing else' {
    local name
    for name in memfd:1 memfd:1: memfd::1 memfd:1:x memfd:x:1 memfd:1:-1 memfd:-1:1 memfd:0:1 memfd:1:1:1 \
        memfd:1:4294967296 memfd:4294967297:1 memfd:self:1 'memfd:1: 1' memfd:1:2147483648; do
        usage_error shmcat "$name"
    done
}

@test 'shmput: ftok: takes one character, or a number in hex, or nothing for 0x1' {
    local project key
    while read -r project key; do
        key=$(peer ftok "$PWD/abc" "$key")
        shmput "ftok:$PWD/abc$project" < <(printf %s "is$project")
        holds "key:$key" "is$project"
        ipcrm -M "$key"
    done <<'KEYS'
:a 97
:0x61 97
:0xff 255
:1 49
:0 48
KEYS
    key=$(peer ftok "$PWD/abc" 1)
    shmput "ftok:$PWD/abc" <abc
    holds "key:$key" abc
    assert_equal "$(shmcat "ftok:$PWD/abc:0x1")" abc
    ipcrm -M "$key"
}

# bats test_tags=anywhere
@test 'shmput and shmcat: ftok: with a project that is none is refused' {
    refused ftok:abc:ab ftok:abc: ftok:abc:0x ftok:abc:0x0 ftok:abc:0x100 ftok:abc:0x100000001 ftok:abc:12 ftok::a
}

@test 'shmput: ftok: splits at the last colon' {
    local key
    cp abc a:b
    key=$(peer ftok "$PWD/a:b" 99)
    shmput "ftok:$PWD/a:b:c" <abc
    holds "key:$key" abc
    ipcrm -M "$key"
}

@test 'shmput: ftok: of a file that is not there is 3' {
    run -3 shmput "ftok:$PWD/none:a" <abc
    assert_output --partial "ftok:$PWD/none:a: No such file or directory"
}

@test 'shmput and shmcat: file: takes relative and absolute paths' {
    shmput file:x <abc
    assert_equal "$(shmcat "file:$PWD/x")" abc
    shmput "file:./with:colon" <abc
    assert_equal "$(shmcat file:with:colon)" abc
}

# bats test_tags=anywhere
@test 'shmput and shmcat: -l takes semaphores only' {
    local tool name
    for tool in shmput shmcat; do
        for name in jobs / /a/b key:0 key:private key:1e3 id:4294967296 file:abc memfd:1:1 ''; do
            usage_error $tool -l "$name" /names-x
        done
    done
}

@test 'shmput and shmcat: a semaphore has a name of at most 251 bytes' {
    local name tool
    name=/names-$(letters 245 x)
    given /names-x abc
    peer sem-make "$name" 1
    shmput -l "$name" /names-x <abc
    for tool in shmput shmcat; do
        run $tool -l "${name}x" /names-x <abc
        assert_failure
    done
}

# --- sizes ---

@test 'shmput: sizes are decimal or hex, with powers of 1024' {
    local size bytes
    while read -r size bytes; do
        shmput -s "$size" /names-x <abc
        size_is /dev/shm/names-x "$bytes" || fail "-s $size is not $bytes"
    done <<'SIZES'
3 3
4096 4096
0x1000 4096
010 10
1k 1024
64K 65536
2M 2097152
3m 3145728
SIZES
}

@test 'shmput: sizes beyond 32 bits are exact' {
    local size bytes
    while read -r size bytes; do
        rm -f /dev/shm/names-x
        shmput -o "$size" /names-x < <(printf x)
        size_is /dev/shm/names-x "$bytes" || fail "-o $size is not $bytes"
    done <<'SIZES'
4294967296 4294967297
0x100000001 4294967298
1G 1073741825
5g 5368709121
1T 1099511627777
SIZES
}

@test 'shmcat: sizes up to 7E are taken' {
    local size
    given /names-x abc
    for size in 1P 1p 1E 7e 9223372036854775807 0x7fffffffffffffff; do
        assert_equal "$(shmcat -n $size /names-x)" abc
    done
}

@test 'shmput and shmcat: sizes that are none are refused' {
    local size
    given /names-x old
    for size in "${none[@]}" k 1kk 1kB 1b 1KiB 1Z '1 k' 1.5k 9223372036854775808 8E 16E 16777216T -1k; do
        usage_error shmput -s "$size" /names-x
        usage_error shmput -o "$size" /names-x
        usage_error shmcat -n "$size" /names-x
    done
    holds /names-x old
}

@test 'shmcat: offsets that are none are refused' {
    local size
    given /names-x old
    for size in '' - -- -k --1 -+1 '- 1' -1e3 1e3 +1 ' 1' -1.5k 8E -8E -16E; do
        usage_error shmcat -o "$size" /names-x
    done
}

# bats test_tags=anywhere
@test 'shmput and shmcat: a bad number is told with its option' {
    usage_error shmput -s 1e3 /names-x
    [[ $stderr == *1e3* && $stderr == *size* ]]
    usage_error shmcat -n 1e3 /names-x
    [[ $stderr == *1e3* && $stderr == *length* ]]
    usage_error shmcat -w 1e3 /names-x
    [[ $stderr == *1e3* && $stderr == *timeout* ]]
    usage_error shmput -m 999 /names-x
    [[ $stderr == *999* && $stderr == *mode* ]]
}

# bats test_tags=anywhere
@test 'shmput and shmcat: what begins with a number that is too large, and is none, is no number' {
    local large=99999999999999999999
    usage_error shmput -s ${large}x /names-x
    [[ $stderr == *': not a size'* ]]
    usage_error shmput -s $large /names-x
    [[ $stderr == *': size out of range'* ]]
    usage_error shmcat -w ${large}x /names-x
    [[ $stderr == *': not a duration'* ]]
    usage_error shmcat -w $large /names-x
    [[ $stderr == *': duration out of range'* ]]
    usage_error shmcat key:${large}ab
    [[ $stderr == *': not a key'* ]]
    usage_error shmcat key:$large
    [[ $stderr == *'a key is a number from 1 to 0xffffffff'* ]]
}

# --- durations ---

@test 'shmcat: durations have a fraction and a unit, or are seconds' {
    local duration
    given /names-x abc
    for duration in 0 2 0.5 200ms 1.5m 2h 1d 10us 5ns 1s 0.001s 106751d 2562047h 0.25d 010; do
        run -0 soon shmcat -w "$duration" /names-x
    done
}

@test 'shmcat: a duration is as long as it says' {
    local duration took
    for duration in 0.2 0.2s 200ms 200000us 200000000ns 0.00334m; do
        took=$(milliseconds shmcat -w $duration /names-x)
        ((took >= 199 && took < 20000)) || fail "-w $duration took $took ms"
    done
}

@test 'shmput and shmcat: durations that are none are refused' {
    local duration
    given /names-x abc
    peer sem-make /names-sem 1
    for duration in '' ' 1' '1 ' -1 +1 -0 nan inf infinity 1e3 1e-3 0x10 1x 1.2.3 . 1,5 '1 s' 1y 1S 1w s ms \
        106752d 2562048h 9223372037 99999999999999999999 18446744073709551617; do
        usage_error shmcat -w "$duration" /names-x
        usage_error shmput -l /names-sem -w "$duration" /names-x
    done
}

# --- modes ---

# mode_is MODE OCTAL: what -m MODE gives.
mode_is() {
    rm -f /dev/shm/names-x
    shmput -m "$1" /names-x <abc
    assert_equal "$1 $(stat -c %a /dev/shm/names-x)" "$1 $2"
}

@test 'shmput: octal modes are exact, whatever the umask' {
    umask 077
    mode_is 640 640
    mode_is 0640 640
    mode_is 666 666
    mode_is 0 0
    mode_is 7 7
    mode_is 0777 777
}

@test 'shmput: symbolic modes change 0600, whatever the umask where they say for whom' {
    umask 077
    mode_is g+r 640
    mode_is go+r 644
    mode_is a=r 444
    mode_is u=rw,g=r,o= 640
    mode_is u-w 400
    mode_is a+rw 666
    mode_is g=u 660
    mode_is ug+x 710
    mode_is u=,g=w 20
}

@test 'shmput: symbolic modes that do not say for whom heed the umask, as in chmod' {
    umask 027
    mode_is +r 640
    mode_is +x 710
    mode_is '=r' 440
    mode_is g+w,+x 730
}

@test 'shmput: symbolic modes of a System V segment are the same' {
    shmput -m g+r key:0x13000001 <abc
    assert_equal "$(sysv_field 0x13000001 3)" 640
}

# bats test_tags=anywhere
@test 'shmput: modes that are none, or set more than permission, are refused' {
    local mode
    for mode in '' 8 08 888 1777 4755 2755 7777 01000 0o600 0x180 -1 +1 600x ' 600' '600 ' rw u+q z+r u+s g+s +t +s \
        u 99999999999 4294967680; do
        usage_error shmput -m "$mode" /names-x
    done
    absent /names-x
}

# --- closed descriptors ---

@test 'shmput: with stdout closed the segment holds the input and nothing else' {
    bash -c 'exec shmput -v /names-x <abc >&-' 2>err
    holds /names-x abc
}

@test 'shmput: with stderr closed the segment holds the input and nothing else' {
    bash -c 'exec shmput -v /names-x <abc 2>&-'
    holds /names-x abc
    bash -c 'exec shmput -v --progress --progress /names-x <abc >&- 2>&-'
    holds /names-x abc
}

@test 'shmput: with all closed nothing is made' {
    run -1 bash -c 'exec shmput /names-x <&- >&- 2>&-'
    absent /names-x
}

@test 'shmcat: with descriptors closed the segment is not written to' {
    given /names-x abc
    run -1 bash -c 'exec shmcat -v /names-x >&-'
    run -1 bash -c 'exec shmcat -v /names-x <&- >&- 2>&-'
    run -0 bash -c 'exec shmcat -v /names-x <&- 2>&-'
    assert_output abc
    holds /names-x abc
}

@test 'shmcat: with stderr closed the exit status tells' {
    run -3 bash -c 'exec shmcat /names-x 2>&-'
    run -2 bash -c 'exec shmcat bare 2>&-'
}

@test 'shmcat: with stdin closed all is as ever' {
    given /names-x abc
    given key:0x13000001 def
    run -0 bash -c 'exec shmcat /names-x key:0x13000001 <&-'
    assert_output abcdef
}

@test 'shmput: a hexadecimal number may begin with 0X, and takes no unit' {
    shmput -s 0X10 /names-x <abc
    size_is /dev/shm/names-x 16
    usage_error shmput -s 0x10k /names-x
    usage_error shmput -s 0X10k /names-x
}

# bats test_tags=anywhere
@test 'durations that are none, or that no clock counts, are usage errors' {
    local word
    for word in . 2. .s 0X2 0x2; do
        usage_error shmcat --watch="$word" /names-x
        [[ $stderr == *"not a duration"* ]]
    done
    # 2^63 nanoseconds are 9223372036.854775808 seconds.
    for word in 10000000000000000000 9223372036.9; do
        usage_error shmcat --watch="$word" /names-x
        [[ $stderr == *"out of range"* ]]
    done
    for word in .5 9223372036.8; do
        run -2 --separate-stderr shmcat --watch="$word" ''
        [[ $stderr != *--watch* || $stderr != *duration* ]]
    done
}

# bats test_tags=anywhere
@test 'names: ftok: with a path or a project that cannot be' {
    refused "ftok:$(letters 5000 a)" ftok:.:0y1 ftok:.:12 "memfd:$(letters 30 1):3"
}

# bats test_tags=anywhere
@test 'characters that are none are usage errors' {
    local word
    for word in ab '\q' '\xzz' '\x1' '\x123'; do
        usage_error fifotee -d "$word" /names-x
    done
}

@test 'one byte, message or descriptor is reported in the singular' {
    run -0 --separate-stderr shmput -v /names-one < <(printf x)
    assert_equal "$stderr" 'shmput: /names-one: 1 byte written, created'
    run -0 --separate-stderr shmcat -v /names-one
    assert_equal "$stderr" 'shmcat: /names-one: 1 byte'
    shmput key:0x1e < <(printf x)
    run -1 --separate-stderr shmput -s 2 key:0x1e </dev/null
    assert_equal "$stderr" 'shmput: key:0x1e: it has 1 byte, and the size of a System V segment cannot change'
    run -0 --separate-stderr mqsend -Cv key:0x1e x
    assert_equal "$stderr" 'mqsend: key:0x1e: 1 message was sent, queue created'
    mqsend key:0x1e y
    run -1 --separate-stderr mqrecv -ab 2 key:0x1e
    [[ $stderr == 'mqrecv: key:0x1e: message of 1 byte or the one before it: '* ]]
    run -0 --separate-stderr mqrecv -v key:0x1e
    assert_equal "$stderr" 'mqrecv: 1 message passed on, 0 put back'
    sockpair -l s -w 5 --total=1 -- cat 3>&- &
    eventually test -S s
    run -0 --separate-stderr sockpair -vc s < <(printf x)
    [[ $stderr == *$'\nsockpair: s: 1 byte sent, 1 byte received' ]]
}
