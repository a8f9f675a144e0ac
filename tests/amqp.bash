# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: ISC
#
# What the tests of queues on a broker share: one RabbitMQ for each file (tests/broker), another client (amqp_peer), and
# a proxy that interferes at a chosen frame (amqp_proxy).

# start_broker [LINE ...]: for setup_file.  Without a RabbitMQ, python3-pika, or tools that know brokers, each test of the
# file is skipped, with the reason.  It has these users, and the virtual hosts / and team/a:
#   guest   may do everything
#   alice   may use queues, and not create any; her password is "pass word"
#   carol   may not send
#   bob     may not use any virtual host
start_broker() {
    export BROKER=$BATS_FILE_TMPDIR/broker NO_BROKER='' PEER=$BATS_TEST_DIRNAME/amqp_peer
    export XDG_CONFIG_HOME=$BATS_FILE_TMPDIR/config URL PORT TLS_PORT
    unset IPCUTILS_AMQP_PASSWORD
    local said
    if [[ ${MACHINE-} == @(i686|s390x|aarch64) ]]; then
        NO_BROKER='the tools are linked statically'
    elif [[ ${MACHINE-} == valgrind ]]; then
        NO_BROKER='valgrind is slower than the heartbeats of these tests'
    elif ! "$PEER" 2>&1 | grep -q '^amqp_peer PORT'; then
        NO_BROKER='python3-pika is missing'
    elif said=$(mqsend amqp://127.0.0.1:1/none none 2>&1 </dev/null); [[ $said == *librabbitmq* ]]; then
        NO_BROKER='the tools were built without librabbitmq-dev'
    fi
    [[ -z $NO_BROKER ]] || return 0
    mkdir "$XDG_CONFIG_HOME"
    make_certificates "$BATS_FILE_TMPDIR/tls" >"$BATS_FILE_TMPDIR/tls.log" 2>&1 || return
    definitions >"$BATS_FILE_TMPDIR/definitions.json"
    local status=0
    said=$(BROKER_TLS=$BATS_FILE_TMPDIR/tls "$BATS_TEST_DIRNAME/broker" start "$BROKER" \
        "load_definitions = $BATS_FILE_TMPDIR/definitions.json" "$@" 2>&1) || status=$?
    case $status in
    0) ;;
    77) NO_BROKER=${said#*: } && return ;;
    *) echo "$said" && return 1 ;;
    esac
    URL=$said PORT=${said##*:}
    TLS_PORT=$("$BATS_TEST_DIRNAME/broker" env "$BROKER" | sed -n 's/^BROKER_TLS_PORT=//p')
}

stop_broker() { [[ -n $NO_BROKER ]] || "$BATS_TEST_DIRNAME/broker" stop "$BROKER"; }

broker() { timeout -s KILL 90 "$BATS_TEST_DIRNAME/broker" "$1" "$BROKER" "${@:2}"; }

# make_certificates DIR: a CA, and a certificate for localhost and 127.0.0.1.
make_certificates() {
    mkdir "$1" && cd "$1" || return
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 2 -subj '/CN=test CA' &&
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out request -subj /CN=localhost &&
        printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\n' >extensions &&
        openssl x509 -req -in request -CA ca.pem -CAkey ca.key -CAcreateserial -out cert.pem -days 2 -extfile extensions &&
        chmod a+r key.pem
}

definitions() {
    local user hosts='{"name":"/"},{"name":"team/a"}' users='' rights=''
    for user in guest:guest 'alice:pass word' carol:carol bob:bob; do
        users+="${users:+,}{\"name\":\"${user%:*}\",\"password\":\"${user#*:}\",\"tags\":\"\"}"
    done
    right() { rights+="${rights:+,}{\"user\":\"$1\",\"vhost\":\"$2\",\"configure\":\"$3\",\"write\":\"$4\",\"read\":\".*\"}"; }
    right guest / '.*' '.*'
    right guest team/a '.*' '.*'
    right alice / '^$' '.*'
    right alice team/a '.*' '.*'
    right carol / '.*' '^$'
    echo "{\"vhosts\":[$hosts],\"users\":[$users],\"permissions\":[$rights]}"
}

# broker_test: for setup.  The test's own queue is $q, and its name for the tools $queue.
broker_test() {
    [[ -z $NO_BROKER ]] || skip "$NO_BROKER"
    start_test || return
    q=t$BATS_TEST_NUMBER queue=$URL/$q
}

# end_broker_test: for teardown.
end_broker_test() {
    ((${#pids[@]} == 0)) || {
        kill -KILL "${pids[@]}" 2>/dev/null || :
        wait "${pids[@]}" 2>/dev/null || :
    }
}

# amqp ACTION [QUEUE ...]: by the other client.
amqp() { timeout -s KILL 60 "$PEER" "$PORT" "$@" 3>&-; }

# filled QUEUE LINE ...: the queue exists, on classic terms, and has these messages.
filled() {
    amqp make "$1"
    printf '%s\n' "${@:2}" | amqp send "$1"
}

# has QUEUE LINE ...: it has exactly these messages, "priority<TAB>first|redelivered<TAB>text"; they are taken.
has() {
    : >wanted
    (($# == 1)) || printf '%b\n' "${@:2}" >wanted
    amqp dump "$1" >found || return
    cmp found wanted || fail "$1 has $(<found)"
}

# has_texts QUEUE TEXT ...: the same, whatever their priorities and whether they are redelivered.
has_texts() {
    : >wanted
    (($# == 1)) || printf '%s\n' "${@:2}" >wanted
    amqp dump "$1" | cut -f 3- >found || return
    cmp found wanted || fail "$1 has $(<found)"
}

count_is() { [[ $(amqp count "$1") == "$2" ]]; }

# written TEXT: the file `out` is exactly this (as printf %b writes it).
written() {
    printf %b "$1" >wanted
    cmp out wanted || fail "written: $(od -c out)"
}

# said TEXT ...: each of them stands in the file `err`.
said() {
    local text
    for text; do grep -qF -e "$text" err || fail "on stderr: $(<err)" || return; done
}

# pause SECONDS: where time itself is what is tested.
pause() { read -rt "$1" _ <>"$BATS_RUN_TMPDIR/never" || :; }

lines_in() { [[ -e $1 && $(wc -l <"$1") -ge $2 ]]; }

# waits PID: the tool, and no shell that becomes it, is asleep.
waits() { is_tool "$1" mq && asleep "$1"; }

# --- a proxy ---

# proxy [NAME]: a proxy to the broker with its files in the directory NAME (proxy), and the URL $proxied.
proxy() {
    local name=${1:-proxy}
    mkdir "$name"
    bg "$BATS_TEST_DIRNAME/amqp_proxy" "$PWD/$name" "$PORT" 2>"$name/err"
    eventually test -e "$name/port"
    proxied=amqp://127.0.0.1:$(<"$name/port")
}

# rules [RULE ...]: for the next connection through `proxy`.
rules() {
    rm -f proxy/waits proxy/go
    printf '%s\n' "$@" >rules.new
    mv rules.new proxy/rules
}

# frames NAME ...: how many frames of these names passed through `proxy`.
frames() {
    local name pattern=
    for name; do pattern+="${pattern:+|}$name"; done
    grep -cE "^. ($pattern) " proxy/frames || :
}
