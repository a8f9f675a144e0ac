# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# What all tests share.  Each file's objects bear the file's own prefix, so
# that files can run side by side in one world.

bats_require_minimum_version 1.5.0
bats_load_library bats-support
bats_load_library bats-assert

: "${BIN:=${BATS_TEST_DIRNAME%/*}/build/bin}"
PATH=$BIN:$PATH
export BIN PATH LC_ALL=C
umask 022

# Ends with a status that no test expects when a sanitizer has something to say.
ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}exitcode=99
UBSAN_OPTIONS=${UBSAN_OPTIONS:+$UBSAN_OPTIONS:}halt_on_error=1:exitcode=99
export ASAN_OPTIONS UBSAN_OPTIONS

pids=()

# start_test: into its own directory.  Where the tools run by MACHINE, a test that cannot hold there is skipped, with the
# reason that the file `machines` gives.
start_test() {
    local machine pattern reason body
    if [[ -n ${MACHINE-} ]]; then
        body=$BATS_TEST_DESCRIPTION$'\n'$(declare -f "$BATS_TEST_NAME")
        while IFS=$'\t' read -r machine pattern reason; do
            # shellcheck disable=SC2053 # a pattern
            [[ $MACHINE != $machine || ! $body =~ $pattern ]] || skip "$reason"
        done < <(grep -v '^#' "$BATS_TEST_DIRNAME/machines")
    fi
    cd "$BATS_TEST_TMPDIR" || return
}

# --- objects, made and seen without our tools ---

# given NAME TEXT: there is a segment with these bytes (as printf %b writes them).
given() {
    local size
    case $1 in
    key:*)
        printf %b "$2" >given
        size=$(stat -c %s given)
        peer shm-make "${1#key:}" "$size" <given >/dev/null
        ;;
    *) printf %b "$2" >"/dev/shm$1" ;;
    esac
}

# holds NAME TEXT: the segment's bytes are exactly these.
holds() {
    printf %b "$2" >wanted
    holds_file "$1" wanted
}

holds_file() {
    case $1 in
    key:*) peer shm-dump "${1#key:}" >found && cmp found "$2" ;;
    *) cmp "/dev/shm$1" "$2" ;;
    esac
}

absent() {
    local key rest
    case $1 in
    key:*) while read -r key rest; do
        [[ $key != $((${1#key:})) ]] || fail "$1 is there: $key $rest" || return
    done </proc/sysvipc/shm ;;
    *) [[ ! -e /dev/shm$1 && ! -L /dev/shm$1 ]] || fail "$1 is there" ;;
    esac
}

# sysv_field KEY COLUMN: what /proc/sysvipc/shm says (2 id, 3 mode, 4 size).
sysv_field() { awk -v key="$(($1))" -v column="$2" '$1 == key { print $column }' /proc/sysvipc/shm; }

sem_is() { assert_equal "$(peer sem-value "$1")" "$2"; }
taken() { [[ $(peer sem-value "$1") == 0 ]]; }
awaited() { (($(peer sem-waiters "$1") > 0)); }

# clean_up PREFIX [BYTE]: removes /dev/shm/PREFIX-*, and the System V objects whose keys begin with BYTE, which is not 0,
# as of private objects, whosever they are; ends what a test left running.
clean_up() {
    local kind key id rows
    local -A option=([shm]=-m [sem]=-s)
    # Outside a world the objects are not ours.
    [[ $IPCUTILS_WORLD != none ]] || return 0
    if ((${#pids[@]})); then
        kill -KILL "${pids[@]}" 2>/dev/null || :
        wait "${pids[@]}" 2>/dev/null || :
    fi
    rm -rf "/dev/shm/$1-"* "/dev/shm/sem.$1-"*
    [[ -n ${2-} ]] || return 0
    for kind in shm sem; do
        # All lines are read first: they move up as objects go.
        rows=$(<"/proc/sysvipc/$kind")
        while read -r key id _; do
            # Of one kind alone: a set may have the id of a segment that is gone.
            [[ $key == key ]] || ((key >> 24 != $2)) || ipcrm "${option[$kind]}" "$id" 2>/dev/null || :
        done <<<"$rows"
    done
}

# letters COUNT LETTER: so many of one letter.
letters() { head -c "$1" /dev/zero | tr '\0' "$2"; }

# --- commands ---

# bg COMMAND...: starts it with our stdin and stdout; its process is $pid.
bg() {
    "$@" <&0 3>&- 5>&- 6>&- 7>&- &
    pid=$!
    pids+=("$pid")
}

# bg_into_pipe COMMAND...: its output waits in a pipe that we read as 7.
bg_into_pipe() {
    rm -f pipe
    mkfifo pipe
    exec 6<>pipe
    bg "$@" >pipe
    exec 7<pipe 6>&-
}

# feed: makes the FIFO `in`, whose writing end is our 5.
feed() {
    rm -f in
    mkfifo in
    exec 5<>in
}

fed() { exec 5>&-; }

# ends STATUS [PID]: the process ends soon, with this status.
ends() {
    local status=0
    eventually ended "${2:-$pid}"
    wait "${2:-$pid}" || status=$?
    assert_equal "$status" "$1"
}

# A child that has ended and that bash has not noticed yet is still there for kill -0, and now and then it never does.
ended() { [[ ! -e /proc/$1 || $(cat "/proc/$1/stat" 2>/dev/null) == *') Z '* ]]; }
asleep() { [[ $(</proc/"$1"/stat) == *") S "* ]]; }
stopped() { [[ $(</proc/"$1"/stat) == *") T "* ]]; }

# is_tool PID NAME: it is the tool whose name begins so, and no shell that becomes it.  valgrind and qemu have their own.
is_tool() {
    local name=$2
    case ${MACHINE-} in
    valgrind) name=memcheck ;;
    s390x | aarch64) name=qemu ;;
    esac
    [[ $(cat "/proc/$1/comm" 2>/dev/null) == "$name"* ]]
}

descriptors() { find "/proc/$1/fd" -type l | wc -l; }
has_descriptors() { [[ $(descriptors "$1") == "$2" ]]; }

# So many seconds are more than enough.
patience=${PATIENCE:-20}

# eventually COMMAND...: it succeeds in that time.
eventually() {
    local end=$((SECONDS + patience))
    until "$@"; do
        ((SECONDS < end)) || fail "it never came that: $*" || return
        read -rt 0.01 _ <>"$BATS_RUN_TMPDIR/never" || :
    done
}

size_is() { [[ $(stat -Lc %s "$1" 2>/dev/null) == "$2" ]]; }

# soon COMMAND...: killed, which no test expects, if it does not end by itself.
soon() { timeout -s KILL "$patience" "$@"; }

# milliseconds COMMAND...: prints how long it took.
milliseconds() {
    local start=${EPOCHREALTIME/./}
    "$@" >/dev/null 2>&1 || :
    echo $(((${EPOCHREALTIME/./} - start) / 1000))
}

# limited KB COMMAND...: no file can grow beyond that.
limited() (
    ulimit -f "$1"
    shift
    exec "$@"
)

# Whatever call a tool moves its bytes by, for strace.
reads=read,readv,pread64,preadv,splice,sendfile,copy_file_range
writes=write,writev,pwrite64,pwritev,splice,sendfile,copy_file_range
export reads writes

# traced [STRACE OPTION...] COMMAND...: the calls go to the file `trace`.
# LeakSanitizer cannot work under ptrace.
traced() { ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 timeout -s KILL "$((2 * patience))" strace -f -q -o trace "$@"; }

# own CALL N TOOL: what strace is to be told with `when=` for the N-th CALL of TOOL itself.  strace also counts the calls
# of the loader, which depend on the libraries and their versions; the last of these unmaps ld.so.cache.
own() {
    local line count=0 loaded=
    while read -r line; do
        [[ $line != "$1("* ]] || ((++count))
        [[ $line != munmap* ]] || { loaded=yes && break; }
    done < <(strace -qq -e trace="$1,munmap" "$3" -V 2>&1)
    [[ -n $loaded ]] || count=0
    echo $((count + $2))
}

# usage_error COMMAND...: exit 2, with an explanation by the tool, and no output.
usage_error() {
    run -2 --separate-stderr soon "$@" </dev/null
    # shellcheck disable=SC2154
    [[ -z $output ]] || fail "on stdout, of $*: $output" || return
    # shellcheck disable=SC2154
    [[ $stderr == *"${1##*/}: "* ]] || fail "no explanation for: $* (but: $stderr)"
}

# --- surroundings ---

# small_shm SIZE: from now on `inside COMMAND...` has a /dev/shm of that size,
# which we see as $small.
small_shm() {
    mkfifo ready
    exec 8<>ready
    # shellcheck disable=SC2016 # for the other shell
    bg unshare --mount sh -c '
        mount -t tmpfs -o "size=$1,mode=1777" tmpfs /dev/shm && echo ready >&8 && exec sleep 60 8>&-' - "$1"
    read -r _ <&8
    exec 8>&-
    holder=$pid
    small=/proc/$holder/root/dev/shm
}

inside() { soon nsenter --mount --wd="$PWD" --target "$holder" "$@"; }

# Blocks that are not free.  df(1) would resolve the link and look at our own /dev/shm.
used() { echo $(($(stat -f -c '%b - %f' "$small"))); }
used_is() { [[ $(used) == "$1" ]]; }

needs_uids() { [[ $IPCUTILS_UIDS == yes ]] || skip 'only one user id in this world (no newuidmap)'; }

# as_nobody COMMAND...: as another user, without any privilege.
as_nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all "$@"; }

# Whether the tools are a sanitizer build, whose memory says nothing.
sanitized() { [[ $IPCUTILS_SANITIZE == 1 ]]; }

# --- a real terminal ---

# terminal ROWS COLUMNS: a terminal of that size in which an interactive shell runs, with $BIN in its PATH; its prompt is
# `ready:`.  end_terminal ends it, and belongs into teardown.
terminal() {
    unset TMUX
    tmux -S "$PWD/tmux" -f /dev/null new-session -d -x "$2" -y "$1" \
        "PS1=ready: PATH='$PATH' HISTFILE= exec bash --norc --noprofile -i" 3>&- 5>&- 6>&- 7>&- || return
    eventually on_screen ready:
}
in_terminal() { tmux -S "$PWD/tmux" "$@"; }
end_terminal() { [[ ! -S $BATS_TEST_TMPDIR/tmux ]] || tmux -S "$BATS_TEST_TMPDIR/tmux" kill-server 2>/dev/null || :; }

# keys KEY...: presses keys, named as tmux(1) does (C-z, Enter); typed TEXT: types a line.
keys() { in_terminal send-keys "$@"; }
typed() { in_terminal send-keys -l "$1" && in_terminal send-keys Enter; }

# on_screen TEXT: the terminal shows this text now; on_other_screen: it shows its other screen.
on_screen() { in_terminal capture-pane -p | grep -qF -e "$1"; }
on_other_screen() { [[ $(in_terminal display-message -p '#{alternate_on}') == 1 ]]; }
on_first_screen() { [[ $(in_terminal display-message -p '#{alternate_on}') == 0 ]]; }

# in_foreground: the process that the shell of the terminal runs.
in_foreground() { pgrep -P "$(in_terminal display-message -p '#{pane_pid}')"; }
