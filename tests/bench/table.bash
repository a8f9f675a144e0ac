# shellcheck shell=bash
# SPDX-License-Identifier: ISC
#
# The table that the scripts of this folder print, each of which reads this file first.
#
# A number is worth nothing on a machine that does other things, too: so the two sides of a row take turns, A B A B, each
# round gives the ratio of its two times, and the median of the ratios counts.
#
# BENCH=REGEX      only the rows whose first two columns match
# BENCH_ROUNDS=7   how often the two sides of a row take turns
# BENCH_SIZE=2G    bytes that the rows about throughput copy
# QUICK=1          only the rows that matter most, with 3 rounds and 512M
: "${BIN:?is where the tools are: call this by make bench}"
filter=${BENCH:-} quick=${QUICK:-}
rounds=${BENCH_ROUNDS:-${quick:+3}} rounds=${rounds:-7}
wish=${BENCH_SIZE:-${quick:+512M}}
# shellcheck disable=SC2034 # scripts use it
size=$(numfmt --from=iec "${wish:-2G}")
here=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
tmp=$(mktemp -d)

# Removes what a script has created outside of $tmp; scripts redefine it.
forget() { :; }
trap 'forget; rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

# helpers NAME...: compiles programs of this folder into $tmp.
helpers() {
	local name
	for name; do "${CC:-cc}" -O2 -o "$tmp/$name" "$here/$name.c"; done
}

# static_tools: builds the tools as STATIC=1 does, into $tmp/static/bin, and hides what the linker says about it.
static_tools() {
	# The outer make's variables are in the environment; its flags would bring its O= back.
	[[ -e $tmp/static/bin/shmcat ]] || env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u BENCH \
		make -s -C "$here/../.." STATIC=1 O="$tmp/static" all >"$tmp/static.log" 2>&1 || { cat "$tmp/static.log" >&2; exit 1; }
}

line() { printf '%-50s  %-33s  %9s  %-11s  %8s  %s\n' "$@"; }

# title TEXT: of the rows that follow.  Printed with the first of them.
title() { pending_title=$1; }
pending_title=

# wanted WHAT AGAINST [quick]: whether this row is to be measured; prints the title before the first row.
wanted() {
	[[ "$1  $2" =~ $filter ]] || return 1
	[[ -z $quick || ${3:-} == quick ]] || return 1
	[[ -n $pending_title ]] || return 0
	echo
	echo "$pending_title"
	line what against ratio spread mark ''
	pending_title=
}

# lacks PROGRAM...: prints the first one that is not installed.
lacks() {
	local program
	for program; do
		type -P "$program" >/dev/null || { echo "$program"; return; }
	done
}

# verdict NUMBER MARK: "ok" or "short".  A mark of <N is reached by N or less, one of N by N or more.
verdict() {
	awk -v n="$1" -v mark="${2#<}" -v most="${2:0:1}" 'BEGIN { print (most == "<" ? n <= mark : n >= mark) ? "ok" : "short" }'
}

# row WHAT AGAINST MARK [quick]: prints a row.  The functions ours() and peer() run one side each and print its time.  With
# a mark of <N the ratio is our time by the peer's, else the ratio of rates, which is the peer's time by ours.  $note is
# printed at the end of the row; a program of $programs that is missing leaves the row out.
row() {
	local i a b ratio spread gone
	wanted "$1" "$2" "${4:-}" || return 0
	gone=$(lacks "${programs[@]}")
	if [[ -n $gone ]]; then
		line "$1" "$2" - - "$3" "left out: $gone is not installed"
		return 0
	fi
	for ((i = 0; i < rounds; i++)); do
		a=$(ours) || exit 1
		b=$(peer) || exit 1
		if [[ $3 == '<'* ]]; then echo "$a $b"; else echo "$b $a"; fi
	done >"$tmp/times"
	awk '{ print $1 / $2 }' "$tmp/times" | sort -g >"$tmp/ratios"
	read -r ratio spread < <(awk '{ r[NR] = $1 } END {
		printf "%.3f %.2f-%.2f\n", (r[int((NR + 1) / 2)] + r[int(NR / 2) + 1]) / 2, r[1], r[NR] }' "$tmp/ratios")
	line "$1" "$2" "$ratio" "$spread" "$3" "$(verdict "$ratio" "$3")${note:+: $note}"
}
programs=() note='' command=()

# memory_row WHAT MIB COMMAND...: prints the peak memory of the command, the most of three runs.
memory_row() {
	local what=$1 most=$2 kb peak=0 i
	shift 2
	wanted "$what" - || return 0
	for ((i = 0; i < 3; i++)); do
		kb=$("$tmp/stopwatch" -m "$@") || exit 1
		((kb <= peak)) || peak=$kb
	done
	line "$what" - "$(awk -v kb="$peak" 'BEGIN { printf "%.1f", kb / 1024 }') MiB" - "<$most MiB" "$(verdict "$peak" "<$((most * 1024))")"
}

# start_row WHAT MARK [quick]: the processor time that a run of $command takes above an empty program that is linked in the
# same way, where that of cat(1) with a small file is 1.  All take turns within each round.  If $command consists of several commands
# with + between them, $column says which one counts (3 for the first).
start_row() {
	local i ratio spread
	wanted "$1" 'cat of a small file' "${3:-}" || return 0
	start_parts
	for ((i = 0; i < rounds; i++)); do
		"$tmp/turns" -n "${runs:-300}" "$tmp/empty" + "$tmp/cat" "$tmp/small" + "${command[@]}" | paste -s || exit 1
	done | awk -v column="${column:-3}" '{ print ($column - $1) / ($2 - $1) }' | sort -g >"$tmp/ratios"
	read -r ratio spread < <(awk '{ r[NR] = $1 } END {
		printf "%.3f %.2f-%.2f\n", (r[int((NR + 1) / 2)] + r[int(NR / 2) + 1]) / 2, r[1], r[NR] }' "$tmp/ratios")
	line "$1" 'cat of a small file' "$ratio" "$spread" "$2" "$(verdict "$ratio" "$2")${note:+: $note}"
}

# start_parts: makes what start_row needs.  The file system gives the pages of a file that was written in one go at a lower
# price, so cat and the tools are copies.
start_parts() {
	local tool
	[[ ! -e $tmp/turns ]] || return 0
	helpers turns
	echo 'int main(void) { return 0; }' >"$tmp/empty.c"
	"${CC:-cc}" -O2 -fPIE -pie -Wl,-z,relro,-z,now -o "$tmp/linked" "$tmp/empty.c"
	cp "$tmp/linked" "$tmp/empty"
	cp "$(type -P cat)" "$tmp/cat"
	mkdir "$tmp/tools"
	for tool in "$BIN"/*; do cp "$tool" "$tmp/tools/"; done
	head -c 4096 /dev/zero >"$tmp/small"
}
