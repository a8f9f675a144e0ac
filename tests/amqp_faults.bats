#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# mqsend and mqrecv on queues of a RabbitMQ when broker, network or tool fail at each step.  The promise: what was told to be
# sent arrives, what was not written or done comes again, and what comes twice bears the mark of a redelivery.
# bg and run read stdin, and set variables; the shell that runs the tests keeps them.
# shellcheck disable=SC2016,SC2030,SC2031,SC2094,SC2154,SC2217

load helper
load amqp

setup_file() { start_broker 'heartbeat = 2'; }
teardown_file() { stop_broker; }
setup() { broker_test || return; }
teardown() {
    [[ -n $NO_BROKER ]] || {
        broker ready || broker start || :
        [[ ! -e alarm ]] || end_alarm
    }
    end_broker_test
}

# said_sent: the number of messages that the file `err` says were sent, all of $1 without a word on it.
said_sent() {
    local count
    count=$(sed -nE 's/.*[;:] ([0-9]+) messages? (was|were) sent.*/\1/p' err | tail -n 1)
    echo "${count:-$1}"
}

# begin_alarm, end_alarm: the broker takes no messages because of its memory, or takes them again.
begin_alarm() {
    : >alarm
    broker ctl set_vm_memory_high_watermark 0.000001
}
end_alarm() {
    broker ctl set_vm_memory_high_watermark 0.4
    rm alarm
}

# arrived PREFIX COUNT: the messages PREFIX-1 to PREFIX-COUNT are in the file `found`, in this order, none twice.
arrived() {
    local i count
    : >wanted
    for ((i = 1; i <= $2; i++)); do echo "$1-$i"; done >wanted
    grep "^$1-" found | head -n "$2" | cmp - wanted || fail "$1: $2 were told as sent, and these arrived: $(grep "^$1-" found)" || return
    count=$(grep "^$1-" found | sort | uniq -d | wc -l)
    ((count == 0)) || fail "$1: twice: $(grep "^$1-" found)"
}

# complete PREFIX COUNT: each message is in `out` or in `found` (a dump), and one that is in both, or twice in `out`, is marked.
complete() {
    local i
    for ((i = 1; i <= $2; i++)); do
        if grep -qx "$1-$i" out; then
            ! grep -q $'first\t'"$1-$i\$" found || fail "$1-$i came twice without a mark" || return
        else
            grep -q $'\t'"$1-$i\$" found || fail "$1-$i is lost: written $(<out), left $(<found)" || return
        fi
    done
}

# --- the connection is cut ---

@test 'amqp: mqsend whose connection is cut at any step says how many were sent, and these arrived once' {
    local n=0 rule status sent
    amqp make "$q"
    proxy
    local steps=(before:connection.start half:connection.start after:connection.start-ok half:connection.tune before:connection.open-ok
        before:channel.open-ok before:confirm.select half:confirm.select half:basic.publish half:basic.publish:2 before:header:2 half:header:2
        before:body:2 half:body:2 after:body:2 after:body:5 before:basic.ack half:basic.ack after:basic.ack
        before:connection.close half:connection.close before:connection.close-ok half:connection.close-ok)
    for rule in "${steps[@]}"; do
        ((++n))
        rules "cut@$rule"
        status=0
        printf "$n-%d\n" 1 2 3 4 5 >in
        soon mqsend "$proxied/$q" <in 2>err || status=$?
        ((status <= 1)) || fail "$rule: $status"
        ((status == 0)) || [[ -s err ]] || fail "$rule: silent"
        sent=5
        ((status == 0)) || sent=$(said_sent 0)
        echo "$n $sent $status" >>told
    done
    amqp dump "$q" | cut -f 3 >found
    while read -r n sent status; do arrived "$n" "$sent"; done <told
    # Where the broker was never asked nothing has arrived, and the tool knows it.
    run ! grep -E '^[1-9]-' found
}

@test 'amqp: mqsend says for how many messages it is unknown whether they arrived' {
    amqp make "$q"
    proxy
    # The first message goes alone: a broker that refuses one for its length forgets all that are under way.
    rules cut@basic.ack:2
    run -1 --separate-stderr soon mqsend "$proxied/$q" 1 2 3
    [[ $stderr == *'1 message was sent, up to 2 more may have been'* ]] || fail "$stderr"
}

@test 'amqp: mqsend whose input is silent ends when the connection is lost, and says how many were sent' {
    amqp make "$q"
    feed
    bg mqsend "$queue" <in 2>err
    echo one >&5
    eventually count_is "$q" 1
    broker ctl close_all_connections test
    ends 1
    said 'the broker closed the connection' '1 message was sent'
    proxy
    rules cut@after:basic.ack
    bg mqsend "$proxied/$q" <in 2>err
    echo two >&5
    ends 1
    said 'the connection to the broker is lost' 'sent'
    has_texts "$q" one two
}

@test 'amqp: mqrecv whose connection is cut at any step loses nothing, and what comes twice is marked' {
    local n=0 step how rule status
    proxy
    # -c 5 asks for a stream of messages, -a for each one.
    local steps=(-a/half:connection.start -a/before:channel.open-ok -c5/before:basic.qos -c5/before:basic.consume-ok
        -c5/half:basic.consume-ok -c5/half:basic.deliver -c5/before:basic.deliver:3 -c5/half:header:3 -c5/half:body:3 -c5/after:body:3
        -c5/after:body:5 -c5/before:basic.cancel -c5/before:basic.cancel-ok -c5/before:basic.ack -c5/half:basic.ack -c5/after:basic.ack
        -c5/before:channel.close -c5/before:channel.close-ok -c5/before:connection.close -c5/before:connection.close-ok
        -a/before:basic.get-ok:2 -a/half:body:3 -a/half:basic.ack:2 -a/after:basic.ack:2 -a/half:basic.get-empty -a/before:channel.close-ok)
    for step in "${steps[@]}"; do
        ((++n))
        how=${step%%/*} rule=${step#*/}
        amqp make "$q-$n"
        printf "$n-%d\n" 1 2 3 4 5 | soon mqsend "$queue-$n"
        rules "cut@$rule"
        status=0
        soon mqrecv "$how" "$proxied/$q-$n" >out 2>err || status=$?
        ((status <= 1)) || fail "$step: $status"
        ((status == 0)) || [[ -s err ]] || fail "$step: silent"
        amqp dump "$q-$n" >found
        complete "$n" 5 || fail "$step: status $status, $(<err)"
        ((status == 1)) || [[ ! -s found ]] || fail "$step: status 0, and left: $(<found)"
    done
}

@test 'amqp: a command that runs when the connection is lost ends, and its message comes again, marked' {
    filled "$q" one
    proxy
    rules
    bg mqrecv "$proxied/$q" -- sh -c 'cat; : >begun; until [ -e go ]; do sleep 0.05; done; : >finished' 2>err
    eventually test -e begun
    # The proxy goes away, and with it the connection.
    kill -KILL "${pids[0]}"
    eventually count_is "$q" 1
    [[ ! -e finished ]]
    : >go
    ends 125
    [[ -e finished && -s err ]]
    has "$q" '0\tredelivered\tone'
}

@test 'amqp: output that is written when the connection is lost already is told as not acknowledged, and comes again' {
    amqp make "$q"
    letters 200000 m | soon mqsend -1 "$queue"
    proxy
    mkfifo slow
    exec 8<>slow
    bg mqrecv -v "$proxied/$q" >&8 8>&- 2>err
    # The pipe is full.
    eventually grep -q pipe_write "/proc/$pid/wchan"
    kill -KILL "${pids[0]}"
    eventually count_is "$q" 1
    # The connection is looked at once a second.
    pause 3
    head -c 200001 <&8 >out
    exec 8<&-
    ends 1
    said '0 messages passed on, 0 put back, 1 not acknowledged'
    count_is "$q" 1
}

@test 'amqp: mqrecv without -f ends when the connection is lost, and says so' {
    amqp make "$q"
    proxy
    bg mqrecv "$proxied/$q" 2>err
    eventually frames_have basic.consume-ok
    kill -KILL "${pids[0]}"
    ends 1
    said "$q"
}

frames_have() { (($(frames "$@") > 0)); }

@test 'amqp: mqrecv -f connects again after the connection was lost, and goes on' {
    filled "$q" one
    proxy
    bg mqrecv -f "$proxied/$q" >out 2>err
    eventually lines_in out 1
    rules
    # The rule is taken by a second client, and cuts both.
    rules cut@basic.consume cut@basic.deliver
    soon mqsend "$queue" two
    eventually lines_in out 2
    soon mqsend "$queue" three
    eventually lines_in out 3
    written 'one\ntwo\nthree\n'
    kill "$pid"
    ends 143
    count_is "$q" 0
}

@test 'amqp: mqrecv -f with commands connects again while commands run, and acknowledges none of the lost connection' {
    filled "$q" one two
    proxy
    bg mqrecv -f -v -j 2 "$proxied/$q" -- sh -c 't=$(cat); echo "$t $MQ_REDELIVERED" >>out; [ "$MQ_REDELIVERED" = 1 ] || until [ -e go ]; do sleep 0.05; done' 2>err
    eventually lines_in out 2
    local tool=$pid
    broker ctl close_all_connections test
    # All places for commands are taken.
    eventually grep -q 'connected again' err
    eventually count_is "$q" 2
    : >go
    eventually lines_in out 4
    kill "$tool"
    ends 143 "$tool"
    sort out | cmp - <(printf '%s\n' 'one 0' 'one 1' 'two 0' 'two 1')
    said '2 messages passed on, 0 put back, 2 not acknowledged'
    eventually count_is "$q" 0
}

@test 'amqp: the time limit of mqrecv -f -w for a lost connection does not run while all its commands do' {
    filled "$q" one
    proxy
    bg mqrecv -f -w 0.3 "$proxied/$q" -- sh -c 'echo "$MQ_REDELIVERED" >>out; [ "$MQ_REDELIVERED" = 1 ] || until [ -e go ]; do sleep 0.05; done' 2>err
    eventually lines_in out 1
    rules refuse@connection.start
    broker ctl close_all_connections test
    # The first attempt fails, and by then the time would be over; the second one fails, too.
    eventually lines_in proxy/refused 1
    rules
    eventually grep -q 'connected again' err
    : >go
    # The limit counts again, and the first command's message could not be acknowledged.
    ends 125
    printf '%s\n' 0 1 | cmp - out
}

@test 'amqp: mqrecv without -f reports a lost connection while its command runs' {
    filled "$q" one two
    bg mqrecv -c 2 "$queue" -- sh -c ': >begun; until [ -e go ]; do sleep 0.05; done' 2>err
    eventually test -e begun
    broker ctl close_all_connections test
    eventually grep -q 'comes again' err
    : >go
    ends 125
    has "$q" '0\tredelivered\tone' '0\tfirst\ttwo'
}

@test 'amqp: mqrecv -f has a connection for --dead-letter, too, after both were lost' {
    filled "$q" one
    amqp make "$q-dead"
    bg mqrecv -f --dead-letter="$queue-dead" "$queue" -- false 2>err
    eventually count_is "$q-dead" 1
    broker ctl close_all_connections test
    eventually grep -q 'connected again' err
    soon mqsend "$queue" two
    eventually count_is "$q-dead" 2
    kill "$pid"
    ends 143
    count_is "$q" 0
}

@test 'amqp: several queues are served in the order given also after one of them was lost' {
    amqp make "$q"
    filled "$q-2" two
    amqp make "$q-3"
    proxy
    rules cut@basic.consume-ok
    bg mqrecv -f "$proxied/$q" "$queue-2" "$queue-3" -- sh -c 't=$(cat); echo "$t" >>out; [ "$t" != three ] || until [ -e go ]; do sleep 0.05; done' 2>err
    eventually grep -q 'connected again' err
    eventually lines_in out 1
    soon mqsend "$queue-3" three
    eventually lines_in out 2
    soon mqsend "$queue-2" later
    soon mqsend "$queue" first
    pause 0.3
    : >go
    eventually lines_in out 4
    written 'two\nthree\nfirst\nlater\n'
}

@test 'amqp: a connection that is silent is noticed by its heartbeats, sending and receiving' {
    amqp make "$q"
    proxy first
    local first=$proxied
    proxy
    echo stall@basic.consume-ok >first/rules
    rules stall@basic.ack
    local start
    bg mqrecv "$first/$q" 2>err-1
    local receiver=$pid
    # Before it has a consumer it would ask for the message, and get it.
    has_consumer() { broker ctl -q list_consumers | grep -q "$q"; }
    eventually has_consumer
    start=$SECONDS
    run -1 --separate-stderr soon mqsend "$proxied/$q" two
    [[ $stderr == *'may have been'* ]] || fail "$stderr"
    ends 1 "$receiver"
    [[ -s err-1 ]]
    ((SECONDS - start < 15))
}

@test 'amqp: -w limits each wait for a broker that stands still' {
    filled "$q" one
    proxy
    rules stall@basic.ack
    run -124 --separate-stderr soon mqsend -w 0.5 "$proxied/$q" two
    rules stall@basic.get-ok
    run -124 --separate-stderr soon mqrecv -w 0.5 "$proxied/$q"
    rules stall@basic.consume-ok
    run -124 --separate-stderr soon mqrecv -c 2 -w 0.5 "$proxied/$q"
    rules stall@connection.tune
    run -124 --separate-stderr soon mqsend -w 0.5 "$proxied/$q" three
    rules stall@connection.tune
    local start=$SECONDS
    run -124 --separate-stderr soon mqrecv -w 0.5 --dead-letter="$proxied/$q-2" "$queue" -- cat
    ((SECONDS - start < 8))
}

@test 'amqp: mqsend waits under an alarm, ends at -w and at SIGTERM, and goes on when the alarm is over' {
    amqp make "$q"
    begin_alarm
    run -124 --separate-stderr soon mqsend -w 1 "$queue" 1 2 3
    [[ $stderr == *': timed out: the broker takes no messages now: '* ]] || fail "$stderr"
    [[ $stderr == *'0 messages were sent'* ]] || fail "$stderr"
    bg mqsend "$queue" stopped 2>err
    eventually waits "$pid"
    pause 0.5
    kill "$pid"
    ends 143
    bg mqsend "$queue" last
    eventually waits "$pid"
    pause 0.5
    waits "$pid"
    end_alarm
    ends 0
    amqp dump "$q" | grep -q 'last$'
}

@test 'amqp: mqrecv receives under an alarm' {
    filled "$q" one
    begin_alarm
    soon mqrecv -w 5 "$queue" >out
    written 'one\n'
}

# --- calls and allocations of the tool fail ---

# sent_anyhow PREFIX STATUS: after mqsend ended so, what it told of arrived; says why not.
sent_anyhow() {
    local sent=5
    (($2 == 0)) || sent=$(said_sent 0)
    grep "^$1-" found | head -n "$sent" | cmp -s - <(for ((i = 1; i <= sent; i++)); do echo "$1-$i"; done) ||
        fail "$1: status $2, $sent were told as sent: $(grep "^$1-" found)"
}

@test 'amqp: a network call of mqsend that fails at any step is an error, and what was told as sent arrived' {
    local call error n status run=0
    amqp make "$q"
    for call in socket:EMFILE connect:ECONNREFUSED connect:EINTR sendto:EPIPE sendto:ECONNRESET recvfrom:ECONNRESET recvfrom:EINTR \
        poll:ENOMEM poll:EINTR; do
        error=${call#*:} call=${call%:*}
        for n in 1 2 4 7 10; do
            ((++run))
            printf "$run-%d\n" 1 2 3 4 5 >in
            status=0
            traced -e trace=none -e "inject=$call:error=$error:when=$n" mqsend "$queue" <in 2>err || status=$?
            ((status <= 1)) || fail "$call $error $n: status $status: $(<err)"
            ((status == 0)) || grep -q '^mqsend: ' err || fail "$call $error $n: silent"
            cp err "err-$run"
            echo "$run $status" >>told
        done
    done
    amqp dump "$q" | cut -f 3 >found
    while read -r run status; do
        cp "err-$run" err
        sent_anyhow "$run" "$status"
    done <told
}

@test 'amqp: a network call of mqrecv that fails at any step loses nothing' {
    local call error n status run=0
    for call in connect:ECONNREFUSED sendto:EPIPE recvfrom:ECONNRESET recvfrom:EINTR poll:ENOMEM; do
        error=${call#*:} call=${call%:*}
        for n in 3 8 12 16; do
            ((++run))
            printf "$run-%d\n" 1 2 3 4 5 | soon mqsend -C "$queue"
            status=0
            traced -e trace=none -e "inject=$call:error=$error:when=$n" mqrecv -c 5 "$queue" >out 2>err || status=$?
            ((status <= 1)) || fail "$call $error $n: status $status: $(<err)"
            ((status == 0)) || grep -q '^mqrecv: ' err || fail "$call $error $n: silent"
            amqp dump "$q" >found
            complete "$run" 5 || fail "$call $error $n: status $status, $(<err)"
        done
    done
}

@test 'amqp: without memory at any point a tool ends with an error, and loses nothing' {
    # A sanitizer has an allocator of its own.
    ! sanitized || return 0
    local n run=0 status more
    "${CC:-cc}" -O1 -shared -fPIC -o preload.so "$BATS_TEST_DIRNAME/fault/preload.c"
    amqp make "$q"
    amqp make "$q-2"
    for n in {1..40} {45..200..5}; do
        for more in '' +; do
            ((++run))
            printf "$run-%d\n" 1 2 3 4 5 >in
            status=0
            soon env LD_PRELOAD="$PWD/preload.so" FAULT="alloc:$n$more" mqsend "$queue" <in 2>err || status=$?
            ((status <= 1)) || fail "mqsend, allocation $n$more: status $status: $(<err)"
            cp err "err-$run"
            echo "$run $status" >>told
        done
    done
    amqp dump "$q" | cut -f 3 >found
    while read -r run status; do
        cp "err-$run" err
        sent_anyhow "$run" "$status"
    done <told
    printf "r-%d\n" 1 2 3 4 5 | soon mqsend "$queue-2"
    : >out
    for n in {1..40} {45..200..5}; do
        status=0
        soon env LD_PRELOAD="$PWD/preload.so" FAULT="alloc:$n" mqrecv -a "$queue-2" >part 2>err || status=$?
        ((status <= 1)) || fail "mqrecv, allocation $n: status $status: $(<err)"
        cat part >>out
        [[ ! -s part ]] || sort part | soon mqsend "$queue-2"
    done
    amqp dump "$q-2" >found
    : >out
    complete r 5
}

@test 'amqp: a broker that sends nonsense ends no tool by a signal, and keeps none for ever' {
    local frame status
    amqp make "$q"
    proxy
    for frame in connection.start connection.tune connection.open-ok channel.open-ok queue.declare-ok basic.qos-ok basic.consume-ok \
        basic.deliver header body basic.cancel-ok basic.ack:1 basic.ack:2 channel.close-ok connection.close-ok; do
        for _ in 1 2; do
            rules "garble@$frame"
            status=0
            printf '%s\n' 1 2 3 | soon mqsend -w 1 "$proxied/$q" 2>err || status=$?
            ((status <= 3 || status == 124)) || fail "mqsend, $frame: $status: $(<err)"
            rules "garble@$frame"
            status=0
            soon mqrecv -c 3 -w 1 "$proxied/$q" >out 2>err || status=$?
            ((status <= 3 || status == 124)) || fail "mqrecv, $frame: $status: $(<err)"
        done
    done
}

# --- the tool is killed ---

@test 'amqp: what a mqsend that was killed at any step had sent is there, whole and once' {
    local n=0 rule tool
    amqp make "$q"
    proxy
    for rule in before:confirm.select half:basic.publish:2 half:body:3 after:body:3 before:basic.ack:2 after:basic.ack:2 before:connection.close-ok; do
        ((++n))
        rules "wait@$rule"
        printf "$n-%d\n" 1 2 3 4 5 >in
        bg mqsend "$proxied/$q" <in 2>err
        tool=$pid
        eventually test -e proxy/waits
        kill -KILL "$tool"
        wait "$tool" || :
        : >proxy/go
    done
    eventually lines_in proxy/frames 20
    pause 0.3
    amqp dump "$q" | cut -f 3 >found
    for ((n = 1; n <= 7; n++)); do arrived "$n" "$(grep -c "^$n-" found)"; done
    # At the last step all had gone out.
    arrived 7 5
}

@test 'amqp: a mqrecv that is killed at any step loses nothing, and what comes twice is marked' {
    local n=0 rule tool
    proxy
    for rule in before:basic.consume-ok half:basic.deliver:2 half:body:2 after:body:5 before:basic.ack after:basic.ack before:channel.close-ok; do
        ((++n))
        amqp make "$q-$n"
        printf "$n-%d\n" 1 2 3 4 5 | soon mqsend "$queue-$n"
        rules "wait@$rule"
        bg mqrecv -c 5 "$proxied/$q-$n" >out 2>err
        tool=$pid
        eventually test -e proxy/waits
        kill -KILL "$tool"
        wait "$tool" || :
        : >proxy/go
        pause 0.2
        amqp dump "$q-$n" >found
        complete "$n" 5 || fail "$rule"
    done
}

@test 'amqp: workers that get SIGKILL at random do each job once or again, marked, and none never' {
    amqp make "$q"
    seq 60 | soon mqsend "$queue"
    local i
    worker() { bg mqrecv -f -j 2 "$queue" -- sh -c 'n=$(cat); sleep 0.02; echo "$n $MQ_REDELIVERED" >>log' 2>>err; }
    for ((i = 0; i < 6; i++)); do
        worker
        pause "0.$((RANDOM % 3))$((RANDOM % 10))"
        kill -KILL "$pid"
        wait "$pid" || :
    done
    worker
    eventually all_jobs
    kill "$pid"
    ends 143
    # Whoever finished twice did so with the mark.
    sort log | uniq -d | awk '$2 == 0 { exit 1 }'
}

all_jobs() { count_is "$q" 0 && [[ $(cut -d ' ' -f 1 log | sort -u | wc -l) == 60 ]]; }

# --- the broker is killed ---

# A broker that is killed within two seconds of a queue's creation may lose it.
old_enough() { pause 2.5; }

@test 'amqp: a broker that is killed at any step of sending and receiving loses nothing that was told, and doubles are marked' {
    local i rule send=(before:confirm.select half:body:3 before:basic.ack after:basic.ack before:connection.close-ok)
    local receive=(before:basic.consume-ok half:body:3 before:basic.ack after:basic.ack before:channel.close-ok)
    local tools=()
    for ((i = 0; i < ${#send[@]}; i++)); do
        amqp make "$q-s$i"
        amqp make "$q-r$i"
        printf "r$i-%d\n" 1 2 3 4 5 | soon mqsend "$queue-r$i"
    done
    old_enough
    for ((i = 0; i < ${#send[@]}; i++)); do
        proxy "s$i"
        echo "wait@${send[i]}" >"s$i/rules"
        printf "s$i-%d\n" 1 2 3 4 5 >"s$i/in"
        bg mqsend "$proxied/$q-s$i" <"s$i/in" 2>"s$i/err"
        tools+=("$pid")
        proxy "r$i"
        echo "wait@${receive[i]}" >"r$i/rules"
        bg mqrecv -c 5 "$proxied/$q-r$i" >"r$i/out" 2>"r$i/err"
        tools+=("$pid")
    done
    for ((i = 0; i < ${#send[@]}; i++)); do
        eventually test -e "s$i/waits"
        eventually test -e "r$i/waits"
    done
    broker kill
    for ((i = 0; i < ${#send[@]}; i++)); do touch "s$i/go" "r$i/go"; done
    for i in "${tools[@]}"; do eventually ended "$i"; done
    broker start
    for ((i = 0; i < ${#send[@]}; i++)); do
        amqp dump "$q-s$i" | cut -f 3 >found
        local status=0
        wait "${tools[2 * i]}" || status=$?
        ((status <= 1)) || fail "${send[i]}: $status"
        cp "s$i/err" err
        local sent=5
        ((status == 0)) || sent=$(said_sent 0)
        arrived "s$i" "$sent"
        cp "r$i/out" out
        amqp dump "$q-r$i" >found
        complete "r$i" 5 || fail "${receive[i]}: $(<"r$i/err")"
    done
}

@test 'amqp: a broker that is killed while thousands of messages pass loses none, and mqrecv -f goes on with the next' {
    amqp make "$q"
    amqp make "$q-in"
    old_enough
    seq 30000 >in
    bg mqsend "$URL/$q-in" <in 2>err
    local sender=$pid
    bg mqrecv -f "$queue" >out 2>err-2
    local receiver=$pid
    bg sh -c "seq 100000 | mqsend '$queue' 2>/dev/null"
    eventually lines_in out 1000
    broker kill
    eventually ended "$sender"
    local status=0
    wait "$sender" || status=$?
    broker start
    local sent=30000
    ((status == 0)) || sent=$(said_sent 0)
    # The peer asks for each message, which takes too long for so many.
    soon mqrecv -a "$URL/$q-in" >found
    head -n "$sent" found | cmp - <(seq "$sent")
    # After a kill there are at most the 64 under way beyond these.
    (($(wc -l <found) <= sent + 64))
    # A queue takes messages only some time after the broker answers.
    send_end() { echo END | amqp send "$q" 2>/dev/null; }
    eventually send_end
    eventually grep -qx END out
    kill "$receiver"
    ends 143 "$receiver"
    # Each number that anyone saw leaves no gap before it.
    sort -n out | grep -v END | uniq | awk '$1 != ++n { exit 1 }'
    # What mqrecv says of it is few words, and not one a try.
    (($(wc -l <err-2) < 10))
}

@test 'amqp: what mqsend -C sent to a new queue survives a broker that is killed at once' {
    seq 100 | soon mqsend -C "$queue"
    broker kill
    broker start
    soon mqrecv -a "$queue" >out
    seq 100 | cmp - out
}

@test 'amqp: a broker that is stopped in good order is an error, and mqrecv -f comes back to it' {
    amqp make "$q"
    bg mqrecv -f "$queue" >out 2>err
    eventually waits "$pid"
    pause 0.3
    local receiver=$pid
    bg mqrecv "$queue" 2>err-2
    eventually waits "$pid"
    pause 0.3
    broker stop
    ends 1
    said "$q"
    broker start
    echo back | amqp send "$q"
    eventually lines_in out 1
    kill "$receiver"
    ends 143 "$receiver"
    written 'back\n'
}
