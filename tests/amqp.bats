#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# mqsend and mqrecv on queues of a RabbitMQ: what they do while broker and network work.  amqp_faults.bats has the rest.
# bg and run read stdin, and set variables; the shell that runs the tests keeps them.
# shellcheck disable=SC2016,SC2030,SC2031,SC2094,SC2154,SC2217

load helper
load amqp

setup_file() { start_broker 'heartbeat = 2' 'max_message_size = 1048576' || return; }
teardown_file() { stop_broker; }
setup() { broker_test || return; }
teardown() { end_broker_test; }

# --- names, users, passwords ---

@test 'amqp: a name that is none is a usage error' {
    local name
    for name in amqp: amqp:// amqp://host amqp://host/ amqp:///jobs amqp://host:0/jobs amqp://host:70000/jobs amqp://host:x/jobs \
        amqp://host/a/b/c amqp://host/%zz amqp://host/a%00b 'amqp://[::1/jobs' amqp://host/jobs?x=1 amqp://host/jobs#x; do
        usage_error mqsend "$name" x
        usage_error mqrecv "$name"
    done
}

@test 'amqp: a password in a name is a usage error that says where passwords belong, and does not show it' {
    local tool
    for tool in mqsend mqrecv; do
        usage_error "$tool" amqp://alice:verysecret@127.0.0.1/jobs
        [[ $stderr == *IPCUTILS_AMQP_PASSWORD* && $stderr == *ipcutils/amqp* && $stderr != *verysecret* ]] || fail "$stderr"
    done
}

@test 'amqp: options that have no meaning on a broker are usage errors' {
    usage_error mqsend -x "$queue" x
    usage_error mqsend -C -m 600 "$queue" x
    usage_error mqsend -t 1 "$queue" x
    usage_error mqsend -C --message-size=100 "$queue" x
    usage_error mqrecv -t 1 "$queue"
    usage_error mqrecv --peek "$queue"
    usage_error mqrecv -C -m 600 "$queue"
    usage_error mqrecv -C --message-size=100 "$queue"
    usage_error mqsend -p 256 "$queue" x
    usage_error mqsend -p -1 "$queue" x
}

@test 'amqp: the name of a queue, percent-encoded, may hold any bytes' {
    amqp make 'a queue/with é %'
    soon mqsend "$URL/a%20queue%2fwith%20%c3%a9%20%25" hello
    soon mqrecv "$URL/%2F/a%20queue%2Fwith%20%C3%A9%20%25" >out
    written 'hello\n'
}

@test 'amqp: a virtual host stands before the queue' {
    soon mqsend -C "$URL/team%2fa/$q" hello
    run -3 soon mqrecv -n "$queue"
    soon mqrecv -n "$URL/team%2fa/$q" >out
    written 'hello\n'
}

@test 'amqp: localhost and [::1] are hosts' {
    filled "$q" one
    soon mqrecv "amqp://localhost:$PORT/$q" >out
    written 'one\n'
    bg socat TCP6-LISTEN:"$((PORT + 10000))",'bind=[::1]',fork TCP4:127.0.0.1:"$PORT"
    eventually mqsend "amqp://[::1]:$((PORT + 10000))/$q" two 2>/dev/null
    soon mqrecv "$queue" >out
    written 'two\n'
}

@test 'amqp: a user without a password is refused before anything happens, and guest needs none on this machine' {
    run -1 --separate-stderr soon mqsend "amqp://alice@127.0.0.1:$PORT/$q" hello
    [[ $stderr == *IPCUTILS_AMQP_PASSWORD* ]] || fail "$stderr"
    filled "$q" one
    soon mqrecv "amqp://guest@127.0.0.1:$PORT/$q" >out
    written 'one\n'
}

@test 'amqp: the password comes from the environment' {
    amqp make "$q"
    IPCUTILS_AMQP_PASSWORD='pass word' soon mqsend "amqp://alice@127.0.0.1:$PORT/$q" hello
    has_texts "$q" hello
}

@test 'amqp: user and password come from a file, a line for each host and virtual host' {
    mkdir -p config/ipcutils
    printf '%s\n' '# logins' '' "other:$PORT / guest wrong" "127.0.0.1:1 / guest wrong" "127.0.0.1 other guest wrong" \
        "127.0.0.1:$PORT / alice pass word" '127.0.0.1 team/a guest guest' >config/ipcutils/amqp
    chmod 600 config/ipcutils/amqp
    export XDG_CONFIG_HOME=$PWD/config
    amqp make "$q"
    # alice may not create queues, so that it is seen who it was.
    soon mqsend "$queue" hello
    run -1 soon mqsend -C "$queue-new" hello
    soon mqsend -C "$URL/team%2fa/$q" hello
    has_texts "$q" hello
}

@test 'amqp: the file of passwords is also found in the home directory' {
    mkdir -p home/.config/ipcutils
    echo "127.0.0.1 / alice pass word" >home/.config/ipcutils/amqp
    chmod 600 home/.config/ipcutils/amqp
    unset XDG_CONFIG_HOME
    amqp make "$q"
    HOME=$PWD/home soon mqsend "amqp://alice@127.0.0.1:$PORT/$q" hello
    has_texts "$q" hello
}

@test 'amqp: a file of passwords that others may read is refused, and not used' {
    mkdir -p config/ipcutils
    echo "127.0.0.1 / alice pass word" >config/ipcutils/amqp
    amqp make "$q"
    local mode
    for mode in 640 604 660; do
        chmod "$mode" config/ipcutils/amqp
        XDG_CONFIG_HOME=$PWD/config run -1 --separate-stderr soon mqsend "amqp://alice@127.0.0.1:$PORT/$q" hello
        [[ $stderr == *config/ipcutils/amqp* ]] || fail "$stderr"
    done
    has "$q"
}

@test 'amqp: a line in the file of passwords that is none is an error that shows its number, and not its text' {
    mkdir -p config/ipcutils
    printf '%s\n' '127.0.0.1 / guest guest' 'verysecret' >config/ipcutils/amqp
    chmod 600 config/ipcutils/amqp
    XDG_CONFIG_HOME=$PWD/config run -1 --separate-stderr soon mqsend "amqp://alice@127.0.0.1:$PORT/$q" hello
    [[ $stderr == *2* && $stderr != *verysecret* ]] || fail "$stderr"
}

@test 'amqp: a wrong password is an error that names the user, soon' {
    amqp make "$q"
    IPCUTILS_AMQP_PASSWORD=verysecret run -1 --separate-stderr soon mqsend "amqp://alice@127.0.0.1:$PORT/$q" hello
    [[ $stderr == *alice* && $stderr != *verysecret* ]] || fail "$stderr"
    IPCUTILS_AMQP_PASSWORD=verysecret run -1 --separate-stderr soon mqrecv "amqp://alice@127.0.0.1:$PORT/$q"
    [[ $stderr == *alice* && $stderr != *verysecret* ]] || fail "$stderr"
}

@test 'amqp: a virtual host that is missing, or that the user may not use, is an error that says so' {
    run -1 --separate-stderr soon mqsend "$URL/nowhere/$q" hello
    [[ $stderr == *nowhere* ]] || fail "$stderr"
    IPCUTILS_AMQP_PASSWORD=bob run -1 --separate-stderr soon mqrecv "amqp://bob@127.0.0.1:$PORT/$q"
    [[ $stderr == *mqrecv:* ]] || fail "$stderr"
}

@test 'amqp: who may not send, or create, is told so, and nothing is sent' {
    amqp make "$q"
    IPCUTILS_AMQP_PASSWORD=carol run -1 --separate-stderr soon mqsend "amqp://carol@127.0.0.1:$PORT/$q" hello
    [[ $stderr == *ermi* || $stderr == *'access'* ]] || fail "$stderr"
    IPCUTILS_AMQP_PASSWORD='pass word' run -1 --separate-stderr soon mqsend -C "amqp://alice@127.0.0.1:$PORT/$q-new" hello
    [[ $stderr == *ermi* || $stderr == *'access'* ]] || fail "$stderr"
    has "$q"
}

@test 'amqp: -C needs no permission to create where the queue exists' {
    amqp make "$q"
    IPCUTILS_AMQP_PASSWORD='pass word' soon mqsend -C "amqp://alice@127.0.0.1:$PORT/$q" hello
    has_texts "$q" hello
}

@test 'amqp: a password is in no message, no process list, and not in the environment of commands' {
    amqp make "$q"
    export IPCUTILS_AMQP_PASSWORD='pass word'
    local name=amqp://alice@127.0.0.1:$PORT/$q
    soon mqsend -v "$name" one two 2>err
    bg mqrecv -f -v "$name" -- sh -c 'env >>env; cat; tr "\0" "\n" </proc/$PPID/cmdline; tr "\0" "\n" </proc/$PPID/environ' >out 2>>err
    eventually grep -q two out
    kill "$pid"
    ends 143
    soon mqsend "$name" three
    soon mqrecv --json "$name" >>out
    grep -q MQ_QUEUE= env
    run ! grep -i AMQP_PASSWORD env
    run ! grep 'pass word' env out err
}

@test 'amqp: amqps uses TLS with a certificate that --ca vouches for' {
    amqp make "$q"
    soon mqsend --ca="$BATS_FILE_TMPDIR/tls/ca.pem" "amqps://localhost:$TLS_PORT/$q" hello
    soon mqrecv --ca="$BATS_FILE_TMPDIR/tls/ca.pem" "amqps://localhost:$TLS_PORT/$q" >out
    written 'hello\n'
}

@test 'amqp: amqps refuses a certificate that nobody vouches for, or of another host' {
    amqp make "$q"
    run -1 --separate-stderr soon mqsend "amqps://127.0.0.1:$TLS_PORT/$q" hello
    [[ $stderr == *ertif* ]] || fail "$stderr"
    cd "$BATS_TEST_TMPDIR" || return
    make_certificates "$PWD/other" >log 2>&1
    cd "$BATS_TEST_TMPDIR" || return
    run -1 --separate-stderr soon mqsend --ca=other/ca.pem "amqps://127.0.0.1:$TLS_PORT/$q" hello
    [[ $stderr == *ertif* ]] || fail "$stderr"
    run -1 --separate-stderr soon mqsend --ca="$BATS_FILE_TMPDIR/tls/ca.pem" "amqps://127.0.0.2:$TLS_PORT/$q" hello
    has "$q"
}

@test 'amqp: a file of --ca that is missing is an error that names it' {
    run -1 --separate-stderr soon mqsend --ca=missing.pem "amqps://127.0.0.1:$TLS_PORT/$q" hello
    [[ $stderr == *missing.pem* ]] || fail "$stderr"
}

@test 'amqp: amqps to a port without TLS, and amqp to one with it, end soon with an error' {
    run -1 --separate-stderr soon mqsend "amqps://127.0.0.1:$PORT/$q" hello
    run -1 --separate-stderr soon mqsend "amqp://127.0.0.1:$TLS_PORT/$q" hello
    [[ $stderr == *mqsend:* ]] || fail "$stderr"
}

@test 'amqp: a host that does not answer, does not exist, or speaks something else is an error, soon' {
    run -1 --separate-stderr soon mqsend amqp://127.0.0.1:1/jobs hello
    [[ $stderr == *'refused'* ]] || fail "$stderr"
    run -1 --separate-stderr soon mqrecv amqp://no-such-host.invalid/jobs
    [[ $stderr == *no-such-host.invalid* ]] || fail "$stderr"
    bg socat TCP4-LISTEN:"$((PORT + 10001))",bind=127.0.0.1,fork 'SYSTEM:echo HTTP/1.1 400 Bad Request'
    eventually sh -c "true <>/dev/tcp/127.0.0.1/$((PORT + 10001))" 2>/dev/null || eventually nc -z 127.0.0.1 "$((PORT + 10001))"
    run -1 --separate-stderr soon mqsend "amqp://127.0.0.1:$((PORT + 10001))/jobs" hello
    [[ $stderr == *mqsend:* ]] || fail "$stderr"
}

@test 'amqp: a host that is silent is given up after -w' {
    bg socat TCP4-LISTEN:"$((PORT + 10002))",bind=127.0.0.1,fork 'SYSTEM:sleep 60'
    eventually nc -z 127.0.0.1 "$((PORT + 10002))"
    local start=$SECONDS
    run -124 --separate-stderr soon mqsend -w 1 "amqp://127.0.0.1:$((PORT + 10002))/jobs" hello
    run -124 --separate-stderr soon mqrecv -w 1 "amqp://127.0.0.1:$((PORT + 10002))/jobs"
    ((SECONDS - start < 10))
}

@test 'amqp: neither tool is linked with the library, or opens it for queues of the kernel' {
    local tool
    for tool in mqsend mqrecv; do
        run -0 ldd "$BIN/$tool"
        [[ $output != *rabbit* && $output != *ssl* ]] || fail "$output"
    done
    traced mqsend -C key:0x6d71a301 hello
    traced mqrecv key:0x6d71a301
    run ! grep -E 'amqp\.so|rabbitmq|libssl' trace
    ipcrm -Q 0x6d71a301
}

# --- sending ---

@test 'amqp: each line of the input is a message, persistent and in order' {
    amqp make "$q"
    printf 'one\ntwo words\n\nlast' | soon mqsend "$queue"
    amqp modes "$q" >modes
    assert_equal "$(sort -u modes) $(wc -l <modes)" '2 4'
    soon mqsend "$queue" one 'two words' '' last
    has_texts "$q" one 'two words' '' last
}

@test 'amqp: any bytes pass, up to the longest message that the broker takes' {
    amqp make "$q"
    perl -e 'print map { chr($_ & 255) } 0 .. 1048575' >bytes
    soon mqsend -1 "$queue" <bytes
    soon mqrecv -1 "$queue" >out
    cmp bytes out
    soon mqsend -1 "$queue" <bytes
    amqp raw "$q" >out
    cmp bytes out
}

@test 'amqp: a queue that is missing is exit 3, and is not created' {
    run -3 --separate-stderr soon mqsend "$queue" hello
    [[ $stderr == *'--create'* ]] || fail "$stderr"
    run -3 --separate-stderr soon mqrecv -n "$queue"
    run ! amqp count "$q"
}

@test 'amqp: -C creates a durable quorum queue, and takes one that exists as it is' {
    soon mqsend -C "$queue" one
    run -0 broker ctl list_queues name type durable
    [[ $output == *"$q"$'\tquorum\ttrue'* ]] || fail "$output"
    soon mqsend -C "$queue" two
    soon mqrecv -c 2 "$queue" >out
    written 'one\ntwo\n'
    filled "$q-classic" three
    soon mqrecv -C "$queue-classic" >out
    written 'three\n'
}

@test 'amqp: mqsend -C with an empty input, and mqrecv -C, only create the queue' {
    # A queue may lose messages in its first two seconds: it is older when mqsend ends and others use it.
    local new old kind
    for kind in '' -P; do
        new=$(milliseconds soon mqsend -C $kind "$queue$kind" </dev/null)
        count_is "$q$kind" 0
        old=$(milliseconds soon mqsend -C $kind "$queue$kind" </dev/null)
        ((new >= 2500 && old < new))
    done
    new=$(milliseconds soon mqsend -C -w 1 "$queue-3" one)
    ((new >= 2500))
    run -124 soon mqrecv -n -C "$queue-2"
    count_is "$q-2" 0
}

@test 'amqp: --max-messages creates a queue that refuses more, and a full one is 124 with a count' {
    seq 5 | soon mqsend -C --max-messages=5 "$queue"
    run -124 --separate-stderr soon mqsend -n "$queue" < <(seq 6 10)
    [[ $stderr == *': the queue is full; '*' sent' ]] || fail "$stderr"
    local sent=${stderr#*; }
    sent=${sent%% *}
    # A quorum queue may take more than its limit, as many as were under way, and tells so.
    soon mqrecv -a "$queue" >out
    seq $((5 + sent)) >wanted
    cmp wanted out
}

@test 'amqp: a quorum queue exceeds --max-messages by no more than what is under way, a classic one not at all' {
    local held
    run -124 soon mqsend -n -C --max-messages=20 "$queue" < <(seq 300)
    soon mqrecv -a "$queue" >out
    held=$(wc -l <out)
    ((held >= 20 && held <= 84)) || fail "$held messages"
    seq "$held" | cmp - out
    run -124 soon mqsend -n -C -p 0 --max-messages=20 "$queue-classic" < <(seq 300)
    soon mqrecv -a "$queue-classic" >out
    seq 20 | cmp - out
}

@test 'amqp: mqsend waits for room, and -w limits that' {
    seq 5 | soon mqsend -C --max-messages=5 "$queue"
    run -124 --separate-stderr soon mqsend -w 0.5 "$queue" < <(seq 6 20)
    [[ $stderr == *': timed out: the queue is full; '*' sent' ]] || fail "$stderr"
    bg mqsend "$queue" waited
    eventually waits "$pid"
    pause 0.3
    # The first receiver may get it, too, if it is still there when the message has room.
    soon mqrecv -a "$queue" >out
    ends 0
    soon mqrecv -a "$queue" >>out
    assert_equal "$(grep -cx waited out)" 1
}

@test 'amqp: priorities order the messages of a queue that has them' {
    amqp make "$q" x-max-priority=10
    printf '%s\t%s\n' 1 low 9 high 5 middle | soon mqsend -P "$queue"
    soon mqsend -p 7 "$queue" seven
    soon mqrecv -P -c 4 "$queue" >out
    written '9\thigh\n7\tseven\n5\tmiddle\n1\tlow\n'
}

@test 'amqp: -E, -z, -L, -0, -1, -b and -d send as to other queues' {
    amqp make "$q"
    printf 'a\0b\nc\0' | soon mqsend -0 "$queue"
    printf 'abcde' | soon mqsend -b 2 "$queue"
    printf 'x:y' | soon mqsend -d : "$queue"
    printf '\0\0\0\3abc\0\0\0\0' | soon mqsend -L "$queue"
    soon mqsend -z "$queue" z
    soon mqsend -E "$queue" last
    soon mqrecv -c 11 -0 "$queue" >out
    written 'a\0b\nc\0ab\0cd\0e\0x\0y\0abc\0\0z\0\0last\0'
    soon mqrecv -f -E "$queue" >out
    written ''
}

@test 'amqp: mqrecv -L -P and mqsend -L -P move any messages with their priorities' {
    amqp make "$q" x-max-priority=9
    amqp make "$q-2" x-max-priority=9
    printf '3\tone\0002\ttwo\n2b\0002\t\0' | soon mqsend -P -0 "$queue"
    soon mqrecv -a -L -P "$queue" | soon mqsend -L -P "$queue-2"
    soon mqrecv -a -0 -P "$queue-2" >out
    written '3\tone\00002\ttwo\n2b\00002\t\0'
}

@test 'amqp: up to 64 messages are under way, and each has its confirm before the end' {
    amqp make "$q"
    proxy
    seq 400 | soon mqsend -v "$proxied/$q" 2>err
    said '400 messages'
    count_is "$q" 400
    # Between two confirms that arrive no more than 64 are published; several are, or each would have waited for its own.
    awk '$2 == "basic.publish" { if (++open > most) most = open } $2 == "basic.ack" { open = 0 }
        END { exit !(most > 4 && most <= 64) }' proxy/frames
}

@test 'amqp: a message that is longer than the broker takes is an error, and those before it were sent' {
    amqp make "$q"
    letters 1048577 x >long
    { printf 'one\ntwo\n' && cat long && printf '\nthree\n'; } >in
    run -1 --separate-stderr soon mqsend "$queue" <in
    [[ $stderr == *'line 3'* && $stderr == *'2 messages were sent'* ]] || fail "$stderr"
    has_texts "$q" one two
}

@test 'amqp: mqsend says how many were sent when the queue is deleted meanwhile, and ends with 3' {
    amqp make "$q"
    feed
    bg mqsend "$queue" <in 2>err
    seq 10 >&5
    eventually count_is "$q" 10
    amqp wipe "$q"
    seq 10 >&5
    fed
    ends 3
    said '10 messages were sent'
}

@test 'amqp: mqsend sends what comes while its input stays open' {
    amqp make "$q"
    feed
    bg mqsend "$queue" <in
    echo one >&5
    eventually count_is "$q" 1
    echo two >&5
    eventually count_is "$q" 2
    fed
    ends 0
}

@test 'amqp: mqsend sends what a full queue refused as soon as there is room, while its input is silent' {
    amqp make "$q" x-max-length=1 x-overflow=reject-publish
    feed
    bg mqsend "$queue" <in
    echo one >&5
    eventually count_is "$q" 1
    echo two >&5
    pause 0.3
    soon mqrecv "$queue" >out
    written 'one\n'
    soon mqrecv "$queue" >out
    written 'two\n'
    fed
    ends 0
}

@test 'amqp: SIGTERM ends mqsend, which says how many were sent' {
    amqp make "$q"
    feed
    bg mqsend "$queue" <in 2>err
    seq 3 >&5
    eventually count_is "$q" 3
    kill "$pid"
    ends 143
    said '3 messages'
}

# --- receiving ---

@test 'amqp: a message is taken for good once it was written, and the others stay as they were' {
    filled "$q" one two three four
    soon mqrecv "$queue" >out
    written 'one\n'
    soon mqrecv -c 2 "$queue" >out
    written 'two\nthree\n'
    has "$q" '0\tfirst\tfour'
}

@test 'amqp: -c leaves messages that it did not want without the mark of a redelivery, also with a command' {
    filled "$q" 1 2 3 4 5 6
    soon mqrecv -c 2 "$queue" -- cat >out
    written 12
    soon mqrecv -j 4 -c 2 "$queue" -- true
    has "$q" '0\tfirst\t5' '0\tfirst\t6'
}

@test 'amqp: -a receives all messages in order, of a classic and of a quorum queue, and none is no failure' {
    local kind
    for kind in classic quorum; do
        amqp make "$q-$kind" "x-queue-type=$kind"
        soon mqrecv -a "$queue-$kind" >out
        written ''
        seq 20000 | soon mqsend "$queue-$kind"
        soon mqrecv -a "$queue-$kind" >out
        seq 20000 | cmp - out
        count_is "$q-$kind" 0
    done
}

@test 'amqp: -a leaves messages to another receiver that has them' {
    filled "$q" one two three
    feed
    bg amqp hold "$q" 3 <in >held
    eventually grep -q holding held
    soon mqrecv -a "$queue" >out
    written ''
    fed
}

@test 'amqp: -n of an empty queue is 124 at once, and -w waits' {
    amqp make "$q"
    run -124 --separate-stderr soon mqrecv -n "$queue"
    [[ $stderr == *empty* ]] || fail "$stderr"
    (($(milliseconds run -124 soon mqrecv -w 1 "$queue") >= 1000))
    printf '%s\n' one two | soon mqsend "$queue"
    run -124 --separate-stderr soon mqrecv -c 3 -w 0.5 "$queue"
    assert_equal "$output" $'one\ntwo'
}

@test 'amqp: mqrecv waits for a message that another client sends' {
    amqp make "$q"
    bg mqrecv "$queue" >out
    eventually waits "$pid"
    echo late | amqp send "$q"
    ends 0
    written 'late\n'
}

@test 'amqp: -f passes on each message at once, until a signal ends it' {
    amqp make "$q"
    bg mqrecv -f "$queue" >out 2>err
    local i
    for i in 1 2 3; do
        soon mqsend "$queue" "$i"
        eventually lines_in out "$i"
    done
    kill "$pid"
    ends 143
    count_is "$q" 0
}

@test 'amqp: -E stops at an empty message, which is taken, and what follows it stays untouched' {
    amqp make "$q"
    printf 'one\ntwo\n' | soon mqsend -E "$queue"
    soon mqsend "$queue" after
    soon mqrecv -f -E "$queue" >out
    written 'one\ntwo\n'
    has_texts "$q" after
}

@test 'amqp: -0, -d, -1, -L, -b and -z write as from other queues' {
    filled "$q" a b c d e f
    { soon mqrecv -0 "$queue" && soon mqrecv -d : "$queue" && soon mqrecv -1 "$queue" && soon mqrecv -L "$queue" &&
        soon mqrecv -b 1 "$queue" && soon mqrecv "$queue"; } >out
    written 'a\0b:c\0\0\0\1def\n'
    printf 'x\0y' | soon mqsend -1 "$queue"
    soon mqrecv -z "$queue" >out
    written 'x\n'
}

@test 'amqp: --json tells queue, priority, redelivery, size and text, and no user' {
    amqp make "$q" x-max-priority=5
    echo hello | amqp send "$q" 3
    soon mqrecv --json "amqp://guest@127.0.0.1:$PORT/$q" >out
    perl -MJSON::PP -e '
        my $m = decode_json(<STDIN>);
        die unless $m->{priority} == 3 && $m->{size} == 5 && $m->{text} eq "hello" && !$m->{redelivered};
        die $m->{queue} unless $m->{queue} =~ m{^amqp://.*/'"$q"'$}' <out
    echo again | amqp send "$q"
    feed
    bg amqp hold "$q" 1 <in >held
    eventually grep -q holding held
    fed
    ends 0
    soon mqrecv -w 5 --json "$queue" >out
    grep -q '"redelivered":true' out
}

@test 'amqp: when output fails all that was not written goes back' {
    filled "$q" one two three
    run -1 --separate-stderr soon sh -c 'exec mqrecv -a "$1" >/dev/full' sh "$queue"
    [[ $stderr == *'No space left'* && $stderr == *'put back'* ]] || fail "$stderr"
    has_texts "$q" one two three
}

@test 'amqp: a reader that goes away leaves the rest in the queue' {
    amqp make "$q"
    seq 30000 | soon mqsend "$queue"
    soon mqrecv -a "$queue" 2>/dev/null | head -n 1 >out || :
    written '1\n'
    amqp dump "$q" | cut -f 3 >rest
    # What stood in the pipe is gone with its reader: no more than it holds, and nothing from the middle.
    sort -n rest | tail -n 1 >last
    assert_equal "$(<last)" 30000
    sort -n rest | awk 'NR > 1 && $1 != last + 1 { exit 1 } { last = $1 }'
}

@test 'amqp: -u acknowledges each message before the next one is written' {
    filled "$q" one two three
    proxy
    soon mqrecv -u -c 3 "$proxied/$q" >out
    written 'one\ntwo\nthree\n'
    assert_equal "$(frames basic.ack)" 3
}

@test 'amqp: several messages that were written together are acknowledged together' {
    amqp make "$q"
    seq 1000 | soon mqsend "$queue"
    proxy
    soon mqrecv -a "$proxied/$q" >out
    seq 1000 | cmp - out
    (($(frames basic.ack) < 700))
}

@test 'amqp: SIGTERM and SIGHUP put back what was not written' {
    local signal
    filled "$q" one two three
    for signal in TERM HUP; do
        mkfifo "full-$signal"
        exec 7<>"full-$signal"
        { letters 65536 x; } >&7
        bg mqrecv -f "$queue" >&7 2>err
        eventually count_is "$q" 0
        kill -s "$signal" "$pid"
        eventually ended "$pid"
        exec 7>&-
        eventually count_is "$q" 3
    done
    has "$q" '0\tredelivered\tone' '0\tredelivered\ttwo' '0\tredelivered\tthree'
}

@test 'amqp: of a mqrecv that is killed all messages that were not acknowledged come again, marked' {
    filled "$q" one two
    bg mqrecv -f -j 2 "$queue" -- sh -c 'echo $$ >>begun; exec sleep 30'
    eventually lines_in begun 2
    kill -KILL "$pid"
    wait "$pid" || :
    soon mqrecv -w 5 -c 2 "$queue" -- sh -c 'echo "$(cat) $MQ_REDELIVERED"' >out
    sort out >sorted
    printf 'one 1\ntwo 1\n' | cmp - sorted
    xargs kill <begun || :
}

@test 'amqp: several queues of one broker are served in the order given, over one connection' {
    filled "$q-1" a1 a2
    filled "$q-2" b1 b2
    proxy
    soon mqrecv -a "$proxied/$q-1" "$proxied/$q-2" >out
    sort out >sorted
    printf '%s\n' a1 a2 b1 b2 | cmp - sorted
    assert_equal "$(frames connection.open)" 1
}

@test 'amqp: queues of the kernel and of a broker are received from together' {
    filled "$q" remote
    soon mqsend -C key:0x6d71a302 local
    soon mqrecv -c 2 -w 5 key:0x6d71a302 "$queue" >out
    ipcrm -Q 0x6d71a302
    sort out | cmp - <(printf 'local\nremote\n')
}

@test 'amqp: a queue that is deleted while mqrecv waits is exit 3, and is said' {
    amqp make "$q"
    bg mqrecv -f "$queue" 2>err
    eventually waits "$pid"
    pause 0.3
    amqp wipe "$q"
    ends 3
    said "$q"
}

@test 'amqp: of several queues one that is deleted is said, the others go on, and the end is 3' {
    amqp make "$q-1"
    amqp make "$q-2"
    bg mqrecv -f -E "$queue-1" "$queue-2" >out 2>err
    eventually waits "$pid"
    pause 0.3
    amqp wipe "$q-1"
    eventually grep -q "$q-1" err
    soon mqsend -E "$queue-2" hello
    ends 3
    written 'hello\n'
}

# --- commands ---

@test 'amqp: a command has the message as its stdin, and queue, priority and redelivery in its environment' {
    amqp make "$q" x-max-priority=5
    echo hello | amqp send "$q" 3
    soon mqrecv "amqp://guest@127.0.0.1:$PORT/$q" -- sh -c 'cat; echo " $MQ_QUEUE $MQ_PRIORITY $MQ_REDELIVERED"' >out
    grep -qE "^hello amqp://[^ ]*/$q 3 0\$" out || fail "$(<out)"
    has "$q"
}

@test 'amqp: a command that fails has its message put back, and its status is ours' {
    filled "$q" one
    run -7 --separate-stderr soon mqrecv "$queue" -- sh -c 'exit 7'
    [[ $stderr == *'put back'* ]] || fail "$stderr"
    has "$q" '0\tredelivered\tone'
}

@test 'amqp: a command that is not found is 127, and one that cannot be run 126, and the messages go back' {
    filled "$q" one two
    run -127 --separate-stderr soon mqrecv -f "$queue" -- ./missing
    run -126 --separate-stderr soon mqrecv -f "$queue" -- /
    has_texts "$q" one two
}

@test 'amqp: -a with a command that fails for one message comes to an end, and does the others' {
    local kind
    for kind in classic quorum; do
        amqp make "$q-$kind" "x-queue-type=$kind"
        seq 5 | soon mqsend "$queue-$kind"
        run -1 --separate-stderr soon mqrecv -a "$queue-$kind" -- sh -c 'n=$(cat); echo $n; [ $n != 2 ]'
        assert_equal "$output" $'1\n2\n3\n4\n5'
        has "$q-$kind" '0\tredelivered\t2'
    done
}

@test 'amqp: -j runs so many commands at once, and takes no more messages than that' {
    filled "$q" 1 2 3 4 5
    bg mqrecv -f -j 3 "$queue" -- sh -c 'cat >>begun; echo >>begun; until [ -e go ]; do sleep 0.05; done'
    eventually lines_in begun 3
    pause 0.3
    lines_in begun 3
    count_is "$q" 2
    : >go
    eventually lines_in begun 5
    kill "$pid"
    ends 143
    count_is "$q" 0
}

@test 'amqp: SIGTERM lets commands end, whose messages were done, and takes no new ones' {
    filled "$q" one two
    bg mqrecv -f "$queue" -- sh -c 'echo >>begun; until [ -e go ]; do sleep 0.05; done'
    eventually lines_in begun 1
    kill "$pid"
    pause 0.2
    : >go
    ends 143
    has "$q" '0\tfirst\ttwo'
}

@test 'amqp: heartbeats go on while a command runs long, and while the input of mqsend is silent' {
    filled "$q" one
    amqp make "$q-2"
    feed
    bg mqsend "$queue-2" <in
    local sender=$pid
    echo before >&5
    soon mqrecv "$queue" -- sleep 9
    count_is "$q" 0
    echo after >&5
    fed
    ends 0 "$sender"
    has_texts "$q-2" before after
}

@test 'amqp: --dead-letter has what failed, on a broker and on queues of the kernel, from either' {
    filled "$q" one
    amqp make "$q-dead"
    run -1 --separate-stderr soon mqrecv --dead-letter="$queue-dead" "$queue" -- false
    [[ $stderr == *"$q-dead"* ]] || fail "$stderr"
    count_is "$q" 0
    run -1 soon mqrecv -C --dead-letter=key:0x6d71a303 "$queue-dead" -- false
    count_is "$q-dead" 0
    run -1 soon mqrecv --dead-letter="$queue" key:0x6d71a303 -- false
    ipcrm -Q 0x6d71a303
    has_texts "$q" one
}

@test 'amqp: --dead-letter is confirmed before the message leaves its own queue' {
    filled "$q" one
    amqp make "$q-dead"
    proxy
    run -1 soon mqrecv --dead-letter="$proxied/$q-dead" "$proxied/$q" -- false
    sed -n 's/^\(. basic\.\(publish\|ack\)\) .*/\1/p' proxy/frames >order
    printf '%s\n' '> basic.publish' '< basic.ack' '> basic.ack' | cmp - order
}

@test 'amqp: a message for which --dead-letter has no room goes back' {
    filled "$q" one
    amqp make "$q-dead" x-max-length=1 x-overflow=reject-publish
    echo full | amqp send "$q-dead"
    run -1 --separate-stderr soon mqrecv --dead-letter="$queue-dead" "$queue" -- false
    [[ $stderr == *"goes back"* ]] || fail "$stderr"
    has_texts "$q" one
}

@test 'amqp: --dead-letter that is missing is exit 3 before anything is taken' {
    filled "$q" one
    run -125 --separate-stderr soon mqrecv --dead-letter="$queue-dead" "$queue" -- false
    has "$q" '0\tfirst\tone'
}

@test 'amqp: --tries runs a command again, without the broker' {
    filled "$q" one
    soon mqrecv --tries=3 "$queue" -- sh -c 'echo >>tries; [ $(wc -l <tries) = 3 ]'
    lines_in tries 3
    count_is "$q" 0
}

@test 'amqp: --tries gives a message up with a command that sends it again' {
    filled "$q" one
    run -1 --separate-stderr soon mqrecv --tries=2 "$queue" -- false
    [[ $stderr == *'to send it again: '* ]] || fail "$stderr"
    count_is "$q" 0
    sh -c "${stderr##*to send it again: }"
    has_texts "$q" one
}

@test 'amqp: a command has no descriptor of ours' {
    filled "$q" one
    soon mqrecv "$queue" -- sh -c 'ls -l /proc/self/fd' >out
    run ! grep socket out
}

# --- other clients ---

@test 'amqp: amqp-tools receive what mqsend sends, and send what mqrecv receives' {
    command -v amqp-publish >/dev/null || skip 'amqp-tools are missing'
    amqp make "$q"
    soon mqsend "$queue" one
    soon amqp-get -u "$URL" -q "$q" >out
    written one
    soon amqp-publish -u "$URL" -r "$q" -b two
    soon mqrecv -w 5 "$queue" >out
    written 'two\n'
    soon mqsend "$queue" three
    soon amqp-consume -u "$URL" -q "$q" -c 1 cat >out
    written three
}

@test 'amqp: 4 senders and 4 receivers: 20000 messages come each exactly once' {
    amqp make "$q"
    local i senders=() receivers=()
    for i in 1 2 3 4; do
        bg mqrecv -f -E "$queue" >"out.$i"
        receivers+=("$pid")
    done
    for i in 1 2 3 4; do
        seq $((i * 5000 - 4999)) $((i * 5000)) >"in.$i"
        bg mqsend "$queue" <"in.$i"
        senders+=("$pid")
    done
    for i in "${senders[@]}"; do ends 0 "$i"; done
    for i in 1 2 3 4; do soon mqsend -E "$queue" </dev/null; done
    for i in "${receivers[@]}"; do ends 0 "$i"; done
    sort -n out.* | cmp - <(seq 20000)
}

@test 'amqp: the commands of mqrecv(1) with which to try a broker do what the page says' {
    grep -E '^mq(send|recv) .*amqp://localhost/' "${BATS_TEST_DIRNAME%/*}/man/mqrecv.1" | sed "s|amqp://localhost|$URL|" >commands
    assert_equal "$(wc -l <commands)" 2
    soon bash -e commands >out
    written 'hello from far away\n'
}
