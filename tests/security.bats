#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What ipcutils-security(7) says.
# What is in single quotes is for other shells; run sets variables.
# shellcheck disable=SC2016,SC2086,SC2154,SC2030,SC2031

load helper

# Where the tests have peers of another machine, these are in the same directory as the tools.
# The kernel ignores the set-user-ID bit of a script.
tools=$(cd "$BATS_TEST_DIRNAME/../cmd" && for tool in *; do [[ -e $tool/build ]] || printf '%s\n' "$tool"; done)
export tools

setup() { start_test; }

teardown() { clean_up security 0x5e; }

# armed MODE GROUP CAPABILITY SCRIPT: runs it as user and group 1000, in a mount namespace of its own, where the copies
# of the tools in /mnt have that mode and group, and those that have a capability have it.
armed() {
    unshare --mount bash -c '
        mount -t tmpfs -o mode=755 tmpfs /mnt && cd "$BIN" && cp $tools /mnt && chgrp "$2" /mnt/* && chmod "$1" /mnt/* || exit 99
        PATH=$PATH:/usr/sbin
        if [[ -n $3 ]]; then for tool in /mnt/*; do setcap "$3" "$tool" || exit 98; done; fi
        cd / && exec setpriv --reuid 1000 --regid 1000 --clear-groups --inh-caps=-all sh -c "$4"' - "$@"
}

@test 'every tool: set-user-ID or set-group-ID, it does nothing and says why' {
    needs_uids
    local mode why='real and effective user or group differ, as if set-user-ID'
    why+=': its caller is not trusted (use sudo or setpriv)'
    for mode in 4755 2755; do
        run -0 --separate-stderr armed $mode 1234 '' '
            for tool in /mnt/*; do "$tool" --help; echo "$? ${tool##*/}"; done'
        assert_output "$(printf '125 %s\n' $tools)"
        assert_equal "$stderr" "$(printf "%s: $why\n" $tools)"
    done
}

@test 'every tool: of root called by itself, a set-user-ID bit of root changes nothing' {
    run -0 unshare --mount bash -c '
        mount -t tmpfs tmpfs /mnt && cd "$BIN" && cp $tools /mnt && chmod 6755 /mnt/* && for tool in /mnt/*; do "$tool" -V; done'
    assert_output "$(for tool in $tools; do "$tool" -V; done)"
}

@test 'semctl run: with file capabilities the environment does not choose the command, nor its PATH' {
    needs_uids
    run -0 armed 755 0 cap_net_raw+ep '
        export PATH=/mnt TZ=x POSIXLY_CORRECT=1 KEPT=1
        /mnt/semctl run key:0x5e000001 id -u
        /mnt/semctl run key:0x5e000001 env'
    assert_line --index 0 1000
    assert_line KEPT=1
    refute_line --regexp '^(PATH|TZ|POSIXLY_CORRECT)='
    run -0 armed 755 0 '' 'PATH=/mnt:$PATH KEPT=1 /mnt/semctl run key:0x5e000001 env'
    assert_line --regexp '^PATH=/mnt:'
}

# What the scripts of `alone` begin with: `told COMMAND...` shows what it writes to both outputs, and its status; `quiet
# COMMAND...` keeps its status alone for `show`; `ann` and `bob` run a command as two users who have nothing in common.
prelude='
set -u
told() { "$@" 2>&1; echo "status $?"; }
all=
quiet() { "$@" </dev/null >/dev/null 2>&1; all+=" $?"; }
show() { echo $all; all=; }
ann() { setpriv --reuid 1000 --regid 1000 --clear-groups --inh-caps=-all "$@"; }
bob() { setpriv --reuid 2000 --regid 2000 --clear-groups --inh-caps=-all "$@"; }
limits="--max-messages=3 --message-size=20"
# The mount that the tools make for themselves is unknown to valgrind and qemu.
[[ ${MACHINE-} == @(|i686|tsan) ]] || mount -t mqueue mqueue /dev/mqueue || exit 99
mount -t tmpfs -o mode=1777 tmpfs /dev/shm && mkdir -m 1777 there && cd there && mkfifo -m 666 never || exit 99
# What ann makes, with these options.
make() {
    echo secret | ann shmput "$@" /p; echo secret | ann shmput "$@" key:0x71
    ann mqsend -C $limits "$@" /q secret; ann mqsend -C "$@" key:0x72 secret
    ann semctl create "$@" /s; ann semctl create "$@" key:0x73
}
# How all fares that COMMAND... may try with them.
try() {
    for way in "shmcat /p" "shmput -a /p" "shmcat key:0x71" "shmput -k key:0x71" "mqrecv -n /q" "mqsend -n /q back" \
        "mqrecv -n key:0x72" "mqsend -n key:0x72 back" "semctl wait -n /s" "semctl post /s" "semctl wait -n key:0x73" \
        "semctl post key:0x73"; do
        quiet "$@" $way
    done
    show
    for way in "-t pshm /p" "-t shm key:0x71" "-t pmsg /q" "-t msg key:0x72" "-t psem /s" "-t sem key:0x73"; do
        quiet "$@" ipcrm-all --force -u 1000 $way
    done
    show
}
'

# alone SCRIPT: runs it where no other objects are.
alone() { timeout -s KILL $((5 * patience)) unshare --ipc --mount bash -c "$prelude$1" alone 3>&-; }

@test 'every tool: what it makes is for its user alone, whatever the umask; with -m it is exactly that' {
    needs_uids
    run -0 alone '
        for mode in "" "-m 0646"; do
            for umask in 000 077; do
                umask $umask
                make $mode
                ann semctl run $mode key:0x74 true; ann semctl barrier -n $mode -c 2 key:0x75 2>/dev/null
                ann fifotee $mode -w 0.1 -k -n f </dev/null 2>/dev/null
                setpriv --reuid 1000 --regid 1000 --clear-groups sockpair -l sock $mode -- true &
                until [[ -S sock ]]; do read -rt 0.01 _ <>never; done
                echo $umask $(ipcls -r --noheadings --nousers -o MODE; stat -c %a f sock)
                kill $!; wait $!
                rm -f f sock; ipcrm-all --all --force -u 1000 >/dev/null
            done
        done'
    assert_output - <<'END'
000 0600 0600 0600 0600 0600 0600 0600 0600 600 600
077 0600 0600 0600 0600 0600 0600 0600 0600 600 600
000 0646 0646 0646 0646 0646 0646 0646 0646 646 646
077 0646 0646 0646 0646 0646 0646 0646 0646 646 646
END
}

@test 'security: who is neither owner nor creator and has no bit can use and remove nothing, and sees that it is there' {
    needs_uids
    run -0 alone 'make; try bob; bob ipcls -r --noheadings --nousers -o NAME,UID,MODE,SIZE -t shm,pshm,msg,sem,psem
        bob ipcls -r --noheadings -t shm,msg,sem | wc -l; try ann'
    assert_output - <<'END'
1 1 1 1 1 1 1 1 1 1 1 1
1 1 1 1 1 1
key:0x00000071 1000 0600 7
/p 1000 0600 7
key:0x00000072 1000 0600 16384
key:0x00000073 1000 0600 -
/s 1000 0600 -
3
0 0 0 0 0 0 0 0 0 0 0 0
0 0 0 0 0 0
END
}

@test 'security: with mode 0666 everybody reads, writes, takes and gives, and nobody but owner and root removes' {
    needs_uids
    run -0 alone 'make -m 0666; try bob; try ann'
    assert_output - <<'END'
0 0 0 0 0 0 0 0 0 0 0 0
1 1 1 1 1 1
0 0 0 0 0 0 0 0 0 0 0 0
0 0 0 0 0 0
END
}

@test 'security: the group has its bits, by the group of the owner' {
    needs_uids
    run -0 alone 'make -m 0660; try setpriv --reuid 2000 --regid 1000 --clear-groups --inh-caps=-all'
    assert_output - <<'END'
0 0 0 0 0 0 0 0 0 0 0 0
1 1 1 1 1 1
END
}

@test 'security: each bit of a mode allows what the page says' {
    needs_uids
    run -0 alone 'for mode in 0644 0622; do make -m $mode; try bob; ipcrm-all --all --force -u 1000 >/dev/null; done'
    assert_output - <<'END'
0 1 0 1 0 1 0 1 1 1 1 1
1 1 1 1 1 1
1 0 1 1 1 0 1 0 1 1 0 0
1 1 1 1 1 1
END
}

@test 'security: the capabilities that use and remove what belongs to others' {
    needs_uids
    run -0 alone 'for c in ipc_owner sys_admin dac_override fowner dac_override,+fowner; do
            echo $c; make
            try setpriv --reuid 2000 --regid 2000 --clear-groups --inh-caps=-all,+$c --ambient-caps=-all,+$c
            ipcrm-all --all --force -u 1000 >/dev/null
        done'
    # Without a mount of the queues one is found by opening it alone.
    local unfound=1
    [[ ${MACHINE-} == @(|i686|tsan) ]] || unfound=0
    assert_output - <<END
ipc_owner
1 1 0 0 1 1 0 0 1 1 0 0
1 1 1 1 1 1
sys_admin
1 1 1 1 1 1 1 1 1 1 1 1
1 0 1 0 1 0
dac_override
0 0 1 1 0 0 1 1 0 0 1 1
1 1 1 1 1 1
fowner
1 1 1 1 1 1 1 1 1 1 1 1
0 1 $unfound 1 0 1
dac_override,+fowner
0 0 1 1 0 0 1 1 0 0 1 1
0 1 0 1 0 1
END
}

@test 'security: root uses and removes all' {
    needs_uids
    run -0 alone 'make; try env'
    assert_output - <<'END'
0 0 0 0 0 0 0 0 0 0 0 0
0 0 0 0 0 0
END
}

@test 'security: a System V object that was given away is still removed by its creator' {
    needs_uids
    run -0 alone '
        ann mqsend -C key:0x72 x
        perl -e "\$id = msgget(0x72, 0); \$ds = qq(\0) x 200; msgctl(\$id, 2, \$ds); substr(\$ds, 4, 8) = pack(q(LL), 2000, 2000);
            msgctl(\$id, 1, \$ds) or die qq(\$!)"
        ipcls -r --noheadings --nousers -o UID,CUID key:0x72
        told ann mqrecv -n key:0x72; told ann ipcrm-all -v -u 2000 --force key:0x72'
    assert_output - <<'END'
2000 1000
x
status 0
ipcrm-all: key:0x72: msg, 0 messages: removed
key:0x00000072
ipcrm-all: 1 removed, 0 in use, 0 perhaps in use, 0 passed by, 0 gone already, 0 declined, 0 failed
status 0
END
}

@test 'security: who makes a name first owns what others put under it, but with -x' {
    needs_uids
    run -0 alone '
        echo trap | ann shmput -m 0666 /p; echo trap | ann shmput -m 0666 key:0x71; ann mqsend -C $limits -m 0666 /q </dev/null
        for way in "shmput /p" "shmput key:0x71" "mqsend /q"; do told bob $way <<<mine; done
        ann shmcat /p; ann shmcat key:0x71; ann mqrecv /q
        for way in "shmput -x /p" "shmput -x key:0x71" "mqsend -x /q" "semctl create -x key:0x73" "shmput -r /p"; do
            told bob $way <<<mine
        done'
    assert_output - <<'END'
status 0
status 0
status 0
mine
mine
mine
shmput: /p: File exists
status 1
shmput: key:0x71: File exists
status 1
mqsend: /q: File exists
status 1
status 0
shmput: /p: Operation not permitted (in a sticky directory such as /dev/shm only the owner can replace it)
status 1
END
}

@test 'security: links, FIFOs and directories in /dev/shm are not followed, opened or changed' {
    run -0 alone '
        echo precious >target; ln -s "$PWD/target" /dev/shm/link; ln -s "$PWD/target" /dev/shm/sem.link
        ln -s "$PWD/new" /dev/shm/dangling; mkfifo /dev/shm/fifo; mkdir /dev/shm/directory
        for name in /link /dangling /fifo /directory; do
            for way in shmput "shmput -r" "shmput -a" shmcat "shmcat -u" "semctl wait -n" "semctl get" "ipcrm-all --force" \
                "ipcls -t pshm"; do
                quiet timeout 5 $way $name
            done
            show
        done
        ls | grep -v never; cat target; ls /dev/shm'
    assert_output - <<'END'
1 1 1 1 1 1 1 1 1
1 1 1 1 1 3 3 1 1
1 1 1 1 1 3 3 1 1
1 1 1 1 1 3 3 1 1
target
precious
dangling
directory
fifo
link
sem.link
END
}

@test 'security: what comes from a peer is never run, and stands in no variable or argument of a command' {
    run -0 alone 'mqsend -C $limits /q "; touch pwned #"; mqsend -C key:0x72 "\$(touch pwned)"
        mqrecv /q -- cat; echo; mqrecv key:0x72 -- sh -c "env; cat; echo; tr \"\\0\" \" \" </proc/\$\$/cmdline" |
            grep touch; ls | grep -v never; true'
    assert_output - <<'END'
; touch pwned #
$(touch pwned)
END
}

@test 'security: data are passed on as they are; --json, -x and listings are harmless to a terminal' {
    run -0 alone '
        evil=$(printf "\033]0;title\007\033[31m"); mqsend -C $limits /q "$evil"; mqsend /q "$evil"; printf %s "$evil" | shmput "/$evil"
        mqrecv /q | od -An -c | head -n 1; mqrecv --json /q >json; shmcat -x "/$evil" >hex; ipcls >table 2>&1
        ipcls -J >json2; ipcrm-all -v --all >gone 2>&1; shmcat "/$evil" 2>error; LC_ALL=C grep -c "[[:cntrl:]]" json hex table json2 gone error; true'
    assert_output - <<'END'
 033   ]   0   ;   t   i   t   l   e  \a 033   [   3   1   m  \n
json:0
hex:0
table:0
json2:0
gone:0
error:0
END
}

# The control characters that are several bytes long in UTF-8: C1, and those that turn the direction of text.
harmful() { perl -CO -e 'print map chr, 0x80 .. 0x9f, 0x61c, 0x200e, 0x200f, 0x202a .. 0x202e, 0x2066 .. 0x2069'; }

@test 'security: C1 and bidirectional control characters reach no terminal, and JSON gives them back' {
    export evil innocent
    evil=$(harmful)
    innocent=$(perl -CO -e 'print map chr, 0xa0, 0xff, 0x61b, 0x61d, 0x200d, 0x2010, 0x2029, 0x202f, 0x2065, 0x206a, 0x1f600')
    run -0 alone '
        printf "%s" "$evil$innocent" | mqsend -C -1 --max-messages=2 --message-size=500 /q; mqsend -C $limits "/q$evil" x
        printf "%s" "$evil$innocent" | shmput "/s$evil"
        mqrecv --json /q >json; mqrecv --json "/q$evil" >json2
        ipcls -J >json3 2>&1; ipcls >table 2>&1; ipcls -r >raw 2>&1; ipcls --graph >graph 2>&1; ipcls "/s$evil" >one 2>&1
        ipcrm-all -n --all >names 2>&1; shmcat "/none$evil" 2>error; shmcat "--$evil" 2>option; shmcat -x "/s$evil" >hex
        ipcrm-all -v --all >gone 2>&1
        for file in json json2 json3 table raw graph one names error option hex gone; do
            [ -s $file ] || echo "$file is empty"
            perl -CSD -ne "print qq($file: \$_) if /[\\x80-\\x9f\\x{61c}\\x{200e}\\x{200f}\\x{202a}-\\x{202e}\\x{2066}-\\x{2069}]/" $file
        done
        perl -CO -MJSON::PP -0777 -ne "print decode_json(\$_)->{text}" json >text
        printf "%s" "$evil$innocent" | cmp - text && grep -qF "$innocent" json'
    assert_output ''
}

@test 'security: a message that holds a newline is one with --json, -0 and -L, and two lines without' {
    run -0 alone '
        for way in "" --json -0 -L; do
            printf "one\ntwo" | mqsend -C -1 key:0x72
            mqrecv $way key:0x72 >out; wc -l <out
        done'
    assert_output - <<'END'
2
1
1
1
END
}

@test 'security: how large a segment is says nothing of the memory that its reader takes' {
    # The sanitizers take more.
    ! sanitized || return 0
    run -0 alone '
        truncate -s 1T /dev/shm/huge
        ulimit -v 30000; shmcat -n 3 /huge | wc -c; shmcat -o -3 /huge | wc -c; head -c 20m /dev/zero | shmput /p; shmcat /p | wc -c'
    assert_output - <<'END'
3
3
20971520
END
}
