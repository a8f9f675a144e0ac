#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016 # the shells that show() calls expand its text
#
# make demo: the tools on real data, in the private world of the tests.  Each step says in one sentence what it shows,
# shows the command and what it prints, and checks the result; the first result that is wrong ends the demo.
set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap '"$top/tests/broker" stop "$work/broker" 2>/dev/null || :; rm -rf "$work"' EXIT

number=0
step() { printf '\n%d. %s\n' "$((++number))" "$*"; }
say() { printf '  %s\n' "$*"; }
# Shows a command as it is typed, and runs it.
show() {
	printf '$ %s\n' "$1"
	bash -o pipefail -c "$1" 2>&1 | sed 's/^/  /'
}
fail() {
	printf 'demo: %s\n' "$*" >&2
	exit 1
}
sum() { sha256sum | cut -d ' ' -f 1; }
same() { [ "$1" = "$2" ] || fail "$3: the sums differ: $1 and $2"; }

cd "$top"
tar -cf "$work/source.tar" Makefile README.md LICENSE cmd lib man
cd "$work"
before=$(sum <source.tar)

step 'Shared memory: shmput writes a segment, shmcat reads it.'
show 'shmput -v /demo-source <source.tar'
show 'shmcat /demo-source | tar -t | head -n 2 || :'
show 'shmcat --zero-copy /demo-source | shmput -v key:0x5eed   # System V'
same "$before" "$(shmcat key:0x5eed | sum)" 'shared memory'
show 'shmcat -x -n 32 key:0x5eed'

step 'A segment is replaced in one step: readers see the old content or the new.'
printf 'old\n%.0s' {1..25000} >old
printf 'new\n%.0s' {1..25000} >new
shmput -r /demo-replaced <old
(
	for _ in {1..100}; do
		shmput -r /demo-replaced <new
		shmput -r /demo-replaced <old
	done
	touch finished
) &
olds=0 news=0
until [ -e finished ]; do
	shmcat /demo-replaced >seen
	if cmp -s seen old; then
		olds=$((olds + 1))
	elif cmp -s seen new; then
		news=$((news + 1))
	else
		fail 'a reader saw a mixture'
	fi
done
wait
printf '$ shmput -r /demo-replaced <new   # 200 times, while a reader reads\n'
say "read: the old content $olds times, the new one $news times, a mixture 0 times"

step 'A job queue: each line is a message, and four workers run at once.'
# An empty line would be an empty message, which ends the stream of -E.
dmesg 2>/dev/null | grep . | head -n 200 >log || true
[ -s log ] || head -n 200 /proc/self/smaps >log
cat >work <<'END'
#!/bin/sh
# The line is standard input; every tenth or so is too much for this worker.
case $(cksum | cut -d ' ' -f 1) in
*7) exit 1 ;;
*) echo done >>counted ;;
esac
END
chmod +x work
mqsend -C key:0xdead </dev/null
show 'mqsend -C -E key:0x10b <log &
  mqrecv -C -fE -j 4 --dead-letter=key:0xdead key:0x10b -- ./work 2>errors || :'
lines=$(wc -l <log) counted=$(wc -l <counted) dead=$(mqrecv -a key:0xdead | wc -l)
say "$lines lines sent, $counted jobs done, $dead failed jobs in the dead-letter queue"
[ $((counted + dead)) = "$lines" ] || fail 'messages are missing'

step 'A message leaves its queue for good only after it was written or processed.'
show 'mqsend key:0xdead one two; mqrecv -a key:0xdead >/dev/full || :'
show 'mqrecv -a --json key:0xdead'
ipcrm-all --force key:0x10b key:0xdead >/dev/null

step 'The same queue on a message broker: a worker is killed by SIGKILL, and no job is lost.'
if ! broker=$("$top/tests/broker" start "$work/broker" 2>&1); then
	say "skipped: ${broker#*: }"
elif ! refusal=$(mqsend -C "$broker/jobs" </dev/null 2>&1); then
	say "skipped: ${refusal#*: }"
else
	export broker
	show 'seq 200 | mqsend -v $broker/jobs'
	mqrecv -f "$broker/jobs" -- sh -c 'cat >>results; echo >>results; sleep 0.01' &
	worker=$!
	until [ -s results ] && [ "$(wc -l <results)" -ge 10 ]; do kill -0 "$worker"; done
	kill -KILL "$worker"
	{ wait "$worker" || true; } 2>/dev/null
	say "$(wc -l <results) jobs were done when the worker was killed"
	show 'mqrecv -a $broker/jobs -- sh -c "cat >>results; echo >>results"'
	[ "$(sort -n results | uniq | wc -l)" = 200 ] || fail 'a job is missing'
	say 'all 200 jobs were done'
	"$top/tests/broker" stop "$work/broker"
fi

step 'A lock: four processes count, and one is killed while it holds the lock.'
cat >count <<'END'
#!/bin/sh
n=$(cat number)
echo $((n + 1)) >number
[ "$n" != 49 ] || kill -KILL $$
END
chmod +x count
echo 0 >number
show 'for i in 1 2 3 4; do
    for j in {1..50}; do semctl run key:0x10c4 ./count; done &
  done 2>/dev/null; wait; cat number; semctl get key:0x10c4'
[ "$(<number) $(semctl get key:0x10c4)" = '200 1' ] || fail 'the count is wrong, or the lock is not free'
say 'four times fifty are 200, and the lock is free (1) after its holder was killed'
semctl rm key:0x10c4

step 'Two commands talk over a socket pair: each reads what the other writes.'
show 'sockpair sh -c "cat source.tar; sockpair -E; cat >answer" -- sha256sum'
same "$before" "$(cut -d ' ' -f 1 answer)" 'socket pair'
say "sha256sum answered: $(cut -c 1-32 answer)..."

step 'A server on a Unix socket knows its client, and receives an open file.'
sockpair -l ./counter --take-fd=1 --total=1 -- sh -c \
	'echo "process $SOCKPAIR_PEER_PID of user $SOCKPAIR_PEER_UID passed a file of $(wc -c <&3) bytes"' &
show 'sockpair -w 10 -c ./counter --pass-fd=7 7<source.tar </dev/null'
wait $!

step 'The same over TCP, for this machine alone, on a port that the kernel chooses.'
sockpair -l tcp:127.0.0.1:0 --total=1 -- sh -c 'echo "$SOCKPAIR_PEER_ADDRESS sent $(wc -c) bytes"' >port &
server=$!
until [ -s port ]; do kill -0 "$server"; done
show 'sockpair -c "tcp:$(cat port)" <source.tar'
wait "$server"

step 'fifotee copies to many FIFOs: readers may be slow, leave, or never come.'
for _ in {1..20}; do cat source.tar; done >large
mkfifo all first
sum <all >all.sum &
head -c 100 <first >/dev/null &
show 'fifotee -v -o drop:tap all first <large | sha256sum >out.sum'
wait
same "$(sum <large)" "$(<all.sum)" 'FIFO'
same "$(sum <large)" "$(cut -d ' ' -f 1 out.sum)" 'standard output of fifotee'

step 'A C program protects its data by a mutex in the segment: the tools hold the same mutex.'
"${CC:-cc}" -O1 -pthread -o mutex_peer "$top/tests/mutex_peer.c"
read -r size _ < <(./mutex_peer size)
./mutex_peer init /demo-counters 0 robust
./mutex_peer count /demo-counters 0 &
counter=$!
show "shmcat -l mutex:/demo-counters@0 -o $size -n 16 /demo-counters | od -An -td8 >numbers; cat numbers"
read -r one other <numbers
[ "$one" = "$other" ] || fail 'the snapshot has numbers of two steps'
show 'semctl run mutex:/demo-counters@0 echo "while this runs, the program waits"'
kill -KILL "$counter"
wait "$counter" 2>/dev/null || :
rm /dev/shm/demo-counters

step 'A signal carries a number, and its receiver learns who sent it.'
sigrecv --pid-file=receiver RTMIN+1 >arrived &
until [ -s receiver ]; do :; done
show 'sigsend -v -q 42 RTMIN+1 $(cat receiver)'
wait $!
say "sigrecv printed: $(cut -f 1,4 arrived | tr '\t' ' ')"
[ "$(cut -f 1,4 arrived)" = $'RTMIN+1\t42' ] || fail 'the signal did not arrive'

step 'ipcbench measures how fast each mechanism is on this machine.'
show 'ipcbench -d 2s -t pipe,unix,tcp,pmsg,sem-shm,ring -s 64,4k'

step 'ipctour teaches all this: its text says what each command prints, and --auto checks it.'
show 'ipctour --list'
show 'ipctour --auto queues'

step 'ipcls lists every object and who uses it, and finds processes in a deadlock.'
for key in 0xa 0xb; do semctl create "key:$key" 1; done
take='for (@ARGV) { semop(semget(hex, 0, 0), pack("s3", 0, -1, 0)); sleep 1 }'
perl -e "$take" 0xa 0xb &
one=$!
perl -e "$take" 0xb 0xa &
other=$!
until [ "$(ipcls -r --noheadings -o WAITERS -t sem 2>/dev/null | grep -c perl)" = 2 ]; do :; done
sleep 60 7</dev/shm/demo-replaced &
show ipcls
kill "$one" "$other" $!
wait "$one" "$other" $! || true

step 'ipcrm-all removes what a command leaves behind, or all unused objects.'
show 'ipcrm-all --around sh -c "shmput key:0xbad <log; semctl create /forgotten"'
show 'ipcrm-all --all | paste -sd " "'
left=$(ipcls -r --noheadings --nousers 2>/dev/null)
[ -z "$left" ] || fail "left over: $left"

printf '\nAll results are right, and nothing is left.  Read on: man ipcutils\n'
