#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Names of queues on a broker, who logs in there, and the module: all that needs no broker.  Port 1 of the loopback address
# stands for a broker that does not answer.
# run reads stdin, and sets variables.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helper

nobody=amqp://127.0.0.1:1/q
secret=geheim-4711

setup() {
    start_test || return
    unset IPCUTILS_AMQP_PASSWORD
    export XDG_CONFIG_HOME=$PWD/config HOME=$PWD/home
    mkdir -p config/ipcutils home
    # Beside the tools that were built, or where the installed ones look.
    [[ $(mqsend "$nobody" </dev/null 2>&1) == *'cannot connect'* ]] || skip 'the build has no amqp.so (librabbitmq-dev)'
}

# refused URL TEXT: both tools refuse the name with a usage error that ends with TEXT, and show no password.
refused() {
    local tool
    for tool in mqsend mqrecv; do
        usage_error "$tool" "$1" x
        [[ ${stderr%%$'\n'*} == "$tool: "*": $2" ]] || fail "$tool $1: $stderr"
        [[ $stderr != *"$secret"* ]] || fail "the password is shown: $stderr"
    done
}

# said URL TEXT: mqsend fails with status 1 and says TEXT about the name, and shows no password.
said() {
    run -1 --separate-stderr soon mqsend "$1" x
    assert_equal "$stderr" "mqsend: $1: $2"
}

# logins LINE...: the file of passwords has these lines.
logins() {
    printf '%s\n' "$@" >config/ipcutils/amqp
    chmod 600 config/ipcutils/amqp
}

@test '--ca without a queue that is reached by TLS is a usage error' {
    local tool queue
    for tool in mqsend mqrecv; do
        for queue in /q key:1 amqp://127.0.0.1:1/q; do
            usage_error "$tool" --ca=ca.pem "$queue" x
            [[ ${stderr%%$'\n'*} == "$tool: --ca is for amqps:// queues" || $tool == mqrecv ]] || fail "$stderr"
        done
    done
    run -2 --separate-stderr mqrecv --ca=ca.pem /q
    assert_equal "${stderr%%$'\n'*}" 'mqrecv: --ca is for amqps:// queues'
    # The queue of dead letters counts, too: here it is the first queue that is missing.
    run -125 --separate-stderr mqrecv --ca=ca.pem --dead-letter=amqps://127.0.0.1:1/q /missing -- true
    [[ $stderr != *'--ca is'* ]] || fail "$stderr"
}

@test 'a name on a broker: each part that is missing or wrong is a usage error that says which' {
    refused amqp:// 'the queue is missing: write amqp://HOST/QUEUE'
    refused amqp://host 'the queue is missing: write amqp://HOST/QUEUE'
    refused amqps://host 'the queue is missing: write amqp://HOST/QUEUE'
    refused amqp://host/ 'the queue after the last slash is missing'
    refused amqp://host/v/ 'the queue after the last slash is missing'
    refused amqp://host//q 'the virtual host before the second slash is missing (the one named / is %2f, or none)'
    refused amqp://host/v/w/q 'a virtual host and a queue follow the host: a slash in the name of one of them is %2f'
    refused amqp:///q 'the host is missing'
    refused amqp://u@/q 'the host is missing'
    refused amqp://@host/q 'the user before the @ is missing'
    refused 'amqp://host/q?x=1' 'a ? or # is written %3f or %23: nothing else follows the queue'
    refused 'amqp://host/q#1' 'a ? or # is written %3f or %23: nothing else follows the queue'
    refused amqp://::1/q 'an IPv6 address is written in brackets'
    refused 'amqp://[::1/q' 'the ] after an IPv6 address is missing'
    refused 'amqp://[::1]5672/q' 'a colon and a port, or a slash, follows the host'
}

@test 'a name on a broker: a port is a decimal number from 1 to 65535' {
    local port
    for port in 0 65536 99999999999999999999 -1 +1 0x50 x ' 1' ''; do
        refused "amqp://host:$port/q" 'a port is a number from 1 to 65535'
    done
}

@test 'a name on a broker: % precedes two hexadecimal digits, and a NUL is refused' {
    local part
    for part in % %4 %4g %g4 %% %00 a%00b; do
        refused "amqp://host/$part" 'a % in a name precedes two hexadecimal digits, and %00 cannot be used'
        refused "amqp://host/$part/q" 'a % in a name precedes two hexadecimal digits, and %00 cannot be used'
        refused "amqp://$part@host/q" 'a % in a name precedes two hexadecimal digits, and %00 cannot be used'
        refused "amqp://$part/q" 'a % in a name precedes two hexadecimal digits, and %00 cannot be used'
    done
}

@test 'a name on a broker: each part has up to 255 bytes after decoding' {
    local long
    long=$(printf '%0255d' 0)
    said "amqp://127.0.0.1:1/${long//0/%c3}" 'cannot connect to the broker: Connection refused'
    refused "amqp://127.0.0.1:1/${long}0" 'host, user, virtual host and queue may have 255 bytes each'
    refused "amqp://127.0.0.1:1/${long}0/q" 'host, user, virtual host and queue may have 255 bytes each'
    refused "amqp://${long}0@127.0.0.1:1/q" 'host, user, virtual host and queue may have 255 bytes each'
    refused "amqp://${long}0/q" 'host, user, virtual host and queue may have 255 bytes each'
}

@test 'a password in the name of a queue is a usage error that names the two places for it, and is not repeated' {
    local places='a password on a command line is public: put it into IPCUTILS_AMQP_PASSWORD, or into the file ipcutils/amqp in $XDG_CONFIG_HOME or ~/.config'
    refused "amqp://u:$secret@host/q" "$places"
    refused "amqps://u:$secret@host/q" "$places"
    refused "AMQP://u:$secret@host/q" "$places"
    assert_equal "${stderr%%$'\n'*}" "mqrecv: AMQP://u:...@host/q: $places"
    refused "amqp://:$secret@host/q" "$places"
    refused "amqp://u:$secret@x@host/q" "$places"
}

@test 'a password with a slash, which makes another name of it, is not repeated either' {
    local tool
    for tool in mqsend mqrecv ipcls ipcrm-all shmcat; do
        # shellcheck disable=SC2086 # words
        run -2 --separate-stderr $tool "amqp://u:x/$secret@host/q" </dev/null
        [[ $stderr != *"$secret"* && $stderr == *'amqp://u:...@host/q: '* ]] || fail "$tool: $stderr"
    done
    run -125 --separate-stderr mqrecv --dead-letter="amqp://u:$secret@host/q" /q -- true
    [[ $stderr != *"$secret"* ]] || fail "$stderr"
}

@test '--dead-letter that names a queue received from, with another user, host of this machine or spelling, is a usage error' {
    local dead
    for dead in "$nobody" amqp://alice@127.0.0.1:1/q amqp://localhost:1/%71 'AMQP://[::1]:1/%2f/q'; do
        run -125 --separate-stderr soon mqrecv --dead-letter="$dead" amqp://127.0.0.1:1/other "$nobody" -- true
        [[ $stderr == "mqrecv: --dead-letter: mqrecv receives from $dead, too: "* ]] || fail "$stderr"
    done
    for dead in amqp://127.0.0.1:2/q amqp://127.0.0.2:1/q amqp://127.0.0.1:1/Q amqp://127.0.0.1:1/team/q /q; do
        run -125 --separate-stderr soon mqrecv --dead-letter="$dead" "$nobody" -- true
        [[ $stderr == *'cannot connect'* ]] || fail "$stderr"
    done
}

@test 'the tools for objects of this machine refuse a queue on a broker, and say which tools take it' {
    local tool
    for tool in ipcls ipcrm-all shmcat shmput 'semctl get'; do
        # shellcheck disable=SC2086 # words
        run -2 --separate-stderr $tool amqp://host/q </dev/null
        assert_equal "${stderr%%$'\n'*}" "${tool%% *}: amqp://host/q: a queue on a broker: use mqsend and mqrecv, or rabbitmqctl to list or delete it"
    done
}

@test 'an option that has no meaning on a broker is a usage error' {
    run -2 --separate-stderr mqsend -x "$nobody" x
    [[ $stderr == *'-x cannot be used: a broker does not report which call created the queue'* ]] || fail "$stderr"
    run -2 --separate-stderr mqsend -C -m 600 "$nobody" x
    [[ $stderr == *'-m is for queues of this machine'* ]] || fail "$stderr"
    run -2 --separate-stderr mqsend -C --message-size=100 "$nobody" x
    [[ $stderr == *'--message-size is for POSIX queues'* ]] || fail "$stderr"
    run -2 --separate-stderr mqsend -t 3 "$nobody" x
    [[ $stderr == *'messages of this queue have a priority (-p), so -t cannot be used'* ]] || fail "$stderr"
    run -2 --separate-stderr mqrecv -t 3 "$nobody"
    [[ $stderr == *'messages on a broker have no types'* ]] || fail "$stderr"
    run -2 --separate-stderr mqrecv --peek "$nobody"
    [[ $stderr == *'--peek is for System V queues: a broker marks a message that was only looked at'* ]] || fail "$stderr"
    run -2 --separate-stderr mqsend --max-messages=3 "$nobody" x
    [[ $stderr == *'are for a new queue: create one with -C'* ]] || fail "$stderr"
}

@test 'a priority on a broker is a number from 0 to 255' {
    run -2 --separate-stderr mqsend -p 256 "$nobody" x
    [[ $stderr == *'-p: 256: not a whole number from 0 to 255'* ]] || fail "$stderr"
    run -2 --separate-stderr mqsend -p -1 "$nobody" x
    run -1 mqsend -p 255 "$nobody" x
}

@test 'a broker that does not answer is status 1 and a sentence, for sending and receiving' {
    said "$nobody" 'cannot connect to the broker: Connection refused'
    said amqp://localhost:1/v/q 'cannot connect to the broker: Connection refused'
    run -1 --separate-stderr soon mqrecv "$nobody"
    assert_equal "$stderr" "mqrecv: $nobody: cannot connect to the broker: Connection refused"
    run -125 --separate-stderr soon mqrecv "$nobody" -- true
}

@test 'on this machine the user is guest; a name with another user or host needs a login' {
    local file=$XDG_CONFIG_HOME/ipcutils/amqp
    local where="write a line \"host vhost user password\" into $file"
    said amqp://joe@127.0.0.1:1/q "no password for this broker: set IPCUTILS_AMQP_PASSWORD, or $where"
    said amqp://broker.invalid/q "no user for this broker: name one, as amqp://USER@HOST/QUEUE, or $where"
    said amqp://guest@127.1.2.3:1/q 'cannot connect to the broker: Connection refused'
    said 'amqp://[::1]:1/q' 'cannot connect to the broker: Connection refused'
    unset XDG_CONFIG_HOME
    said amqp://joe@localhost:1/q "no password for this broker: set IPCUTILS_AMQP_PASSWORD, or write a line \"host vhost user password\" into $HOME/.config/ipcutils/amqp"
}

@test 'IPCUTILS_AMQP_PASSWORD is the password of the user that the name has' {
    export IPCUTILS_AMQP_PASSWORD=$secret
    said amqp://joe@127.0.0.1:1/q 'cannot connect to the broker: Connection refused'
    said "$nobody" 'cannot connect to the broker: Connection refused'
}

@test 'the file gives user and password of the first line with this host, port and virtual host' {
    logins '# a comment' '' "127.0.0.1:2 / joe $secret" "127.0.0.1:1 v joe two words"
    said amqp://joe@127.0.0.1:1/v/q 'cannot connect to the broker: Connection refused'
    said amqp://127.0.0.1:1/v/q 'cannot connect to the broker: Connection refused'
    run -1 --separate-stderr mqsend amqp://joe@127.0.0.1:1/q x
    [[ $stderr == *': no password for this broker: '* ]] || fail "$stderr"
    run -1 --separate-stderr mqsend amqp://jim@127.0.0.1:1/v/q x
    [[ $stderr == *': no password for this broker: '* ]] || fail "$stderr"
}

@test 'a host of the file is the same in other letters, and an IPv6 address stands in brackets before a port' {
    logins "LOCALHOST / joe $secret" "[::1]:1 / joe $secret" "::1 v joe $secret"
    said amqp://joe@localhost:1/q 'cannot connect to the broker: Connection refused'
    said 'amqp://joe@[::1]:1/q' 'cannot connect to the broker: Connection refused'
    said 'amqp://joe@[::1]:1/v/q' 'cannot connect to the broker: Connection refused'
    run -1 --separate-stderr mqsend 'amqp://joe@[::1]:2/q' x
    [[ $stderr == *': no password for this broker: '* ]] || fail "$stderr"
}

@test 'a file of passwords that others may read is refused, with the remedy' {
    local mode
    logins "127.0.0.1 / joe $secret"
    for mode in 640 604 620 602 610; do
        chmod "$mode" config/ipcutils/amqp
        said amqp://joe@127.0.0.1:1/q "$PWD/config/ipcutils/amqp: others may read or change this file of passwords (chmod 600 makes it yours alone)"
    done
}

@test 'a line of the file that has too few words is refused with its number, and nothing of it is shown' {
    logins "127.0.0.1 / joe" "x"
    said amqp://joe@127.0.0.1:1/q "$PWD/config/ipcutils/amqp: line 1 is not \"host[:port] vhost user password\""
    logins '# one' "$secret"
    said amqp://joe@127.0.0.1:1/q "$PWD/config/ipcutils/amqp: line 2 is not \"host[:port] vhost user password\""
}

@test 'a file of passwords that is none, or cannot be read, is refused' {
    mkdir config/ipcutils/amqp
    said amqp://joe@127.0.0.1:1/q "$PWD/config/ipcutils/amqp: not a regular file"
    rmdir config/ipcutils/amqp
    ln -s amqp config/ipcutils/amqp
    said amqp://joe@127.0.0.1:1/q "$PWD/config/ipcutils/amqp: Too many levels of symbolic links"
}

@test 'without the module a sentence names the package that has it, and other queues work' {
    mkdir -p elsewhere/bin
    cp "$BIN"/mqsend elsewhere/bin/
    PATH=$PWD/elsewhere/bin:$PATH
    run -1 --separate-stderr mqsend "$nobody" x
    [[ $stderr != *'cannot connect'* ]] || skip 'the module is installed'
    [[ $stderr == "mqsend: $nobody: queues on a broker need the package ipcutils-amqp: /"*'/ipcutils/amqp.so: No such file or directory' ]] || fail "$stderr"
    run -3 --separate-stderr mqsend /amqp-names-none x
    run -0 mqsend -C key:private hello
    ipcrm -q "${output#id:}"
}

@test 'a module that cannot be loaded is a sentence with the reason' {
    mkdir -p elsewhere/bin elsewhere/lib/ipcutils
    cp "$BIN"/mqsend elsewhere/bin/
    echo nonsense >elsewhere/lib/ipcutils/amqp.so
    PATH=$PWD/elsewhere/bin:$PATH
    run -1 --separate-stderr mqsend "$nobody" x
    [[ $stderr == *'amqp.so cannot be loaded: '*'file too short'* || $stderr == *'amqp.so cannot be loaded: '*'invalid ELF header'* ]] || fail "$stderr"
}

@test 'the tools do not link the library that speaks to brokers, and do not load it for other queues' {
    run -0 ldd "$BIN/mqsend" "$BIN/mqrecv"
    refute_output --partial rabbitmq
    refute_output --partial libssl
    run -3 traced -e trace=openat mqsend /amqp-names-none x
    run ! grep -E 'rabbitmq|amqp\.so' trace
}
