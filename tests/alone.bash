# shellcheck shell=bash disable=SC2016,SC2034,SC2154
# SPDX-License-Identifier: ISC
#
# Scripts that run where no other IPC objects exist, for the tests of what lists and finds them.

# What the scripts of `alone` begin with: `hold COMMAND...` starts one that writes a line once it holds
# something; its pid is $held.  `await COMMAND...` waits until it succeeds.  `sleeps PID WORD`: in a function of the
# kernel with that word in its name.  `first COMMAND...` runs a tool as if this PID namespace were the first one, which has
# all processes of the machine; so does `bash -c "$as_first" first COMMAND...` below another command.
prelude='
set -u
mount -t tmpfs -o mode=1777 tmpfs /dev/shm || exit 99
# The mount that the tools make for themselves is unknown to valgrind and qemu.
[[ ${MACHINE-} == @(|i686|tsan) ]] || mount -t mqueue mqueue /dev/mqueue || exit 99
rm -f never && mkfifo never && exec 9<>never
hold() { rm -f line; mkfifo line; "$@" <&0 >line 9>&- & held=$!; read -r _ <line; }
await() { until "$@"; do read -rt 0.01 _ <&9; done; }
sleeps() { [[ $(cat /proc/$1/wchan) == *"$2"* ]]; }
export alone=$$ as_first="[[ -d first ]] || { mkdir first && ln -s pid:[4026531836] first/pid && ln -s /proc/\$alone/ns/ipc first/ipc; }
    mount --bind first /proc/\$\$/ns && exec \"\$@\""
first() { bash -c "$as_first" first "$@"; }
trap "kill \$(jobs -p) 2>/dev/null" EXIT
'

# A /dev/mqueue that shows the queues of `alone`, which the machine may not have.
own_mqueue='
mkdir dev dev/shm dev/mqueue && : >dev/null && mount --bind /dev/null dev/null && mount --rbind dev /dev &&
    mount -t mqueue none /dev/mqueue || exit 99
'

# alone SCRIPT [ARGUMENT...]: runs it where no other objects are, and no processes of other tests; $1... are its arguments, and
# $others names the IPC namespace of the others.
alone() {
    local script=$1
    shift
    others=$(readlink /proc/self/ns/ipc) timeout -s KILL $((3 * patience)) unshare --ipc --mount --pid --fork --kill-child --mount-proc \
        bash -c "$prelude$script" alone "$@" 3>&- 9>&-
}
