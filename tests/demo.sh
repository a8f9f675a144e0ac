#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016 # what show() is given is expanded by the shell that it calls
#
# make demo: the tools on real data, in the private world of the tests.  Each step says what it
# shows, does it, and checks the sums; the first one that does not hold ends the demo.
set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

step() { printf '\n== %s\n' "$*"; }
say() { printf '   %s\n' "$*"; }
# What one would type, and then it happens.
show() {
	printf '   $ %s\n' "$1"
	bash -o pipefail -c "$1" 2>&1 | sed 's/^/     /'
}
sum() { sha256sum | cut -d ' ' -f 1; }
same() {
	[ "$1" = "$2" ] || {
		printf 'demo: %s: the sums differ: %s and %s\n' "$3" "$1" "$2" >&2
		exit 1
	}
	say "sha256 ${1:0:16}... in and out: the same"
}

cd "$top"
tar -cf "$work/source.tar" Makefile README.md LICENSE cmd lib man
before=$(sum <"$work/source.tar")
export work

step 'A tar stream through a POSIX segment'
say 'shmput is like > for shared memory: it makes the segment and fills it; shmcat gives the bytes back.'
show 'shmput -v /demo-source <"$work/source.tar"'
show 'shmcat /demo-source | tar -tvf - | head -n 3 || true'
show 'ls -l /dev/shm'
same "$before" "$(shmcat /demo-source | sum)" 'POSIX segment'

step 'The same through a System V segment'
say 'These have keys instead of names; ipcs(1) lists them.'
show 'shmcat /demo-source | shmput -v key:0x5eed'
show 'ipcs -m'
same "$before" "$(shmcat key:0x5eed | sum)" 'System V segment'

step 'Without copying: the pages themselves go through the pipe'
same "$before" "$(shmcat --zero-copy /demo-source | sum)" 'zero copy'

step 'Files of /proc, appended one after the other, and the end of them as hex and text'
show 'for f in /proc/self/limits /proc/filesystems /proc/version; do shmput -av /demo-proc <"$f"; done'
show 'shmcat -x -o -64 /demo-proc'

step 'Replaced under a running reader: old or new, never a mixture'
say 'One process replaces the segment 300 times; another reads it all that time and counts what it sees.'
printf 'old\n%.0s' {1..25000} >"$work/old"
printf 'new\n%.0s' {1..25000} >"$work/new"
shmput -r /demo-replaced <"$work/old"
(
	for _ in {1..150}; do
		shmput -r /demo-replaced <"$work/new"
		shmput -r /demo-replaced <"$work/old"
	done
	touch "$work/done"
) &
old=0 new=0
until [ -e "$work/done" ]; do
	shmcat /demo-replaced >"$work/seen"
	if cmp -s "$work/seen" "$work/old"; then
		old=$((old + 1))
	elif cmp -s "$work/seen" "$work/new"; then
		new=$((new + 1))
	else
		echo 'demo: a reader saw a mixture' >&2
		exit 1
	fi
done
wait
say "the old content $old times, the new one $new times, a mixture 0 times"

for words in /usr/share/dict/words /usr/share/perl/5*/unicore/Name.pl /usr/share/common-licenses/GPL-3; do
	[ -r "$words" ] || continue
	step "A file that is at hand, $words, waited for by a reader that came first"
	say 'shmcat -w waits for a segment that is not there yet; -u removes it once all was written.'
	shmcat -w 10 -u /demo-words >"$work/words" &
	shmput -r /demo-words <"$words"
	wait $!
	same "$(sum <"$words")" "$(sum <"$work/words")" 'waiting reader'
	break
done

step 'Log lines through a queue to four workers'
say 'mqsend sends each line as a message; mqrecv runs a command for each, four at once; the sum of what they'
say 'counted is the sum of the whole.  A job that fails goes to the dead letters.'
# An empty line would be an empty message, which ends the stream of -E.
dmesg 2>/dev/null | grep . | head -n 200 >"$work/log" || true
[ -s "$work/log" ] || head -n 200 /proc/self/smaps >"$work/log"
mqsend -C key:0x10b </dev/null
mqsend -C key:0xdead </dev/null
cat >"$work/worker" <<'END'
#!/bin/sh
# The line is standard input; every tenth or so is too much for this worker.
case $(cksum | cut -d ' ' -f 1) in
*7) exit 1 ;;
*) echo done >>"$work/counted" ;;
esac
END
chmod +x "$work/worker"
mqsend -E key:0x10b <"$work/log" &
# The exit status is that of the first job that failed.
mqrecv -f -E -j 4 --dead-letter=key:0xdead key:0x10b -- "$work/worker" || true
wait $!
lines=$(wc -l <"$work/log") counted=$(wc -l <"$work/counted")
dead=$(mqrecv -a key:0xdead | wc -l)
say "$lines lines sent, $counted done by workers, $dead dead letters"
[ $((counted + dead)) = "$lines" ] || {
	echo 'demo: messages are missing' >&2
	exit 1
}
say 'What is in a queue can be seen without taking it, and nothing is lost when a reader goes away:'
show 'mqsend key:0xdead one two three; mqrecv --peek --json -a key:0xdead; mqrecv -a key:0xdead >/dev/full || mqrecv -a key:0xdead'
ipcrm -Q 0x10b -Q 0xdead

step 'Four processes count under a lock, and one of them is killed while it holds it'
say 'semctl run makes the lock, holds it while the command runs, and the kernel gives it back, whatever dies.'
cat >"$work/count" <<'END'
#!/bin/sh
# Reads the number, and writes the next one; without a lock others would read the same.
n=$(cat "$work/number")
echo $((n + 1)) >"$work/number"
# Whoever counts to 50 is killed with the lock in hand.
[ "$n" != 49 ] || kill -KILL $$
END
chmod +x "$work/count"
echo 0 >"$work/number"
show 'sed 1d "$work/count"'
show 'for i in 1 2 3 4; do for j in {1..50}; do semctl run key:0x10c4 "$work/count"; done & done; wait'
show 'cat "$work/number"; semctl run -n key:0x10c4 semctl get -v key:0x10c4; semctl get key:0x10c4'
[ "$(<"$work/number") $(semctl get key:0x10c4)" = '200 1' ] || {
	echo 'demo: the count is wrong, or the lock is not free' >&2
	exit 1
}
say 'Four times fifty are exactly 200, though one was killed, and the lock is free.'
semctl rm key:0x10c4

step 'Two commands that talk: a question and its answer over one socket pair'
say 'Each command reads what the other one writes, and no process stands between them.'
show 'sockpair -v sh -c "cat \"\$work/source.tar\"; sockpair -E; cat >\"\$work/answer\"" -- sha256sum'
same "$before" "$(cut -d ' ' -f 1 "$work/answer")" 'socket pair'

step 'A Unix socket served: its clients are known, and hand their own files over'
say 'The server may not know where the file is: it gets the open descriptor, and the client is who the kernel says.'
(
	cd "$work"
	sockpair -l ./counter --take-fd=1 --total=2 -- sh -c \
		'echo "process $SOCKPAIR_PEER_PID of user $SOCKPAIR_PEER_UID gave a file of $(wc -c <&3) bytes"' &
	show 'sockpair -w 10 -c ./counter --pass-fd=7 7<source.tar </dev/null'
	show 'sockpair -w 10 -c ./counter --pass-fd=7 7</proc/version </dev/null'
	wait $!
)

step 'One stream to many FIFOs: one reader takes all, one leaves early, one is never there'
say 'fifotee copies its input to each FIFO.  Who leaves costs the others nothing; for the tap, where nobody is,'
say 'whole lines are dropped and counted; and standard output gets everything.'
for _ in {1..40}; do cat "$work/source.tar"; done >"$work/large"
mkfifo "$work/all" "$work/first"
sum <"$work/all" >"$work/all.sum" &
head -c 100 <"$work/first" >/dev/null &
show 'cd "$work"; fifotee -v -o drop:tap all first <large | sha256sum >out.sum'
wait
large=$(sum <"$work/large")
same "$large" "$(<"$work/all.sum")" 'FIFO'
same "$large" "$(cut -d ' ' -f 1 "$work/out.sum")" 'standard output of fifotee'
rm "$work/large"

step 'What is there, who uses it, and who waits for whom'
say 'ipcls lists all kinds in one table, and looks at every process once; it opens and changes nothing.'
mqsend -C key:0x10c </dev/null
mqrecv key:0x10c >/dev/null &
waiter=$!
exec 7</dev/shm/demo-proc
until ipcls -r --noheadings -o WAITERS -t msg | grep -q mqrecv; do :; done
show 'ipcls'
show 'ipcls -t shm,pshm -o NAME,SIZE,ORPHAN --orphans'
mqsend key:0x10c enough
wait "$waiter"
exec 7<&-
ipcrm -Q 0x10c
say 'Two processes that take two semaphores in different orders, and wait for each other:'
for key in 0xa 0xb; do perl -e 'semctl(semget(hex shift, 1, 01600), 0, 16, 1)' "$key"; done
take='for (@ARGV) { semop(semget(hex, 0, 0), pack("s3", 0, -1, 0)); sleep 1 }'
perl -e "$take" 0xa 0xb &
one=$!
perl -e "$take" 0xb 0xa &
other=$!
until [ "$(ipcls -r --noheadings -o WAITERS -t sem 2>/dev/null | grep -c perl)" = 2 ]; do :; done
show 'ipcls -t sem'
kill "$one" "$other"
wait "$one" "$other" || true
ipcrm -S 0xa -S 0xb

step 'What a command leaves behind'
say 'ipcrm-all --around runs a command, removes what it made and left, says what that was, and has its status.'
show 'ipcrm-all --around sh -c "shmput key:0xbad <\"\$work/source.tar\"; semctl create /demo-forgotten 1; echo tested"'

step 'Clean up'
say 'All that this demo made and did not remove, and then it goes.'
show 'ipcls --nousers'
show 'ipcrm-all --all'
left=$(ipcls -r --noheadings --nousers)
[ -z "$left" ] || {
	printf 'demo: left over: %s\n' "$left" >&2
	exit 1
}
printf '\nAll sums hold, and nothing is left.\n'
