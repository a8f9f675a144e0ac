# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# Compares an output with the text of a lesson.

# matches WANTED FOUND: whether the lines are the same, but for blanks at their ends.  In a line that begins with ~ each
# number may be another one, as well as its unit, and so may the blanks.  A line of three dots is any number of lines.
matches() {
	local wanted=() found=()

	[[ -z ${1%$'\n'} ]] || mapfile -t wanted <<<"${1%$'\n'}"
	[[ -z ${2%$'\n'} ]] || mapfile -t found <<<"${2%$'\n'}"
	match_from 0 0
}

match_from() {
	local i=$1 j=$2

	for (( ; i < ${#wanted[@]}; i++, j++)); do
		if [[ ${wanted[i]} == ... ]]; then
			for (( ; j <= ${#found[@]}; j++)); do
				! match_from $((i + 1)) "$j" || return 0
			done
			return 1
		fi
		((j < ${#found[@]})) || return 1
		is_same "${wanted[i]}" "${found[j]}" || return 1
	done
	((j == ${#found[@]}))
}

is_same() {
	local text=$1 line=$2

	if [[ $text == '~ '* ]]; then
		text=$(loosely "${text#\~ }") line=$(loosely "$line")
	fi
	[[ $text == "${line%"${line##*[! ]}"}" ]]
}

loosely() { sed -E 's/[0-9]+([.][0-9]+)?[kMG]?/9/g; s/ +/ /g; s/ $//' <<<"$1"; }

# What a reader sees of the lines that the text has.
without_marks() { printf '%s' "$1" | sed 's/^~ //'; }
