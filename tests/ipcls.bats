#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What is in single quotes is for the shell that `alone` starts.
# shellcheck disable=SC2016,SC2154,SC2030,SC2031

load helper
load alone

setup_file() {
    "${CC:-cc}" -O1 -o "$BATS_FILE_TMPDIR/queue_peer" "$BATS_TEST_DIRNAME/queue_peer.c" || return
    "${CC:-cc}" -O1 -pthread -o "$BATS_FILE_TMPDIR/wait_peer" "$BATS_TEST_DIRNAME/wait_peer.c" || return
    export PATH=$BATS_FILE_TMPDIR:$PATH
}

setup() { start_test || return; }

teardown() {
    end_terminal
    if ((${#pids[@]})); then
        kill -KILL "${pids[@]}" 2>/dev/null || :
        wait "${pids[@]}" 2>/dev/null || :
    fi
}

# --- usage ---

@test 'ipcls: a wrong command line is a usage error, and nothing is listed' {
    usage_error ipcls -t nope
    usage_error ipcls -t ''
    usage_error ipcls -t shm,
    usage_error ipcls -t ,shm
    usage_error ipcls -t shm,,sem
    usage_error ipcls -o 'NAME,'
    usage_error ipcls -o 'NAME,,SIZE'
    usage_error ipcls -o ''
    usage_error ipcls -o +
    usage_error ipcls -o NOPE
    usage_error ipcls --sort=NOPE
    usage_error ipcls -u no-such-user-here
    usage_error ipcls --ns=x
    usage_error ipcls --watch=0
    usage_error ipcls jobs
    usage_error ipcls key:0
    usage_error ipcls id:4294967296
}

@test 'ipcls: options that contradict each other are a usage error' {
    usage_error ipcls -0 -J
    usage_error ipcls --nousers --orphans
    usage_error ipcls --nousers --graph
    usage_error ipcls --nousers -o USERS
    usage_error ipcls --graph -J
    usage_error ipcls --watch -r
    usage_error ipcls --limits /x
}

@test 'ipcls: --help and --version go to standard output' {
    run -0 --separate-stderr ipcls --help
    assert_line --partial 'usage: ipcls'
    run -0 --separate-stderr ipcls --version
    assert_line --partial 'ipcls (ipcutils)'
}

@test 'ipcls: columns, options and forms that cannot be are a usage error' {
    usage_error ipcls --nope
    usage_error ipcls -o ''
    usage_error ipcls -o all,all
    usage_error ipcls --nousers --sort=USERS
    for option in '-o NAME' --watch --limits; do
        # shellcheck disable=SC2086
        usage_error ipcls --graph $option
    done
    usage_error ipcls --watch --limits
    for option in '-o NAME' '-u 0' --orphans --sort=NAME; do
        # shellcheck disable=SC2086
        usage_error ipcls --limits $option
    done
    run -0 alone 'ipcls -r -r --noheadings --nousers'
    run -0 alone ': >/dev/shm/seg; ipcls -r --nousers -o +NAME,SIZE --sort=NAME; ipcls --nousers -o +INODE | wc -w'
    assert_equal "$(wc -l <<<"$output")" 3
}

# --- what is listed ---

@test 'ipcls: one listing has all six kinds' {
    run -0 alone '
        echo hello | shmput key:0x11
        echo hello | shmput /seg
        mqsend -C key:0x12 one two
        mqsend -C --max-messages=3 --message-size=10 /queue one
        peer sem-make key:0x13 5
        peer sem-make /sem 7
        ipcls -r --nousers -o KIND,NAME,SIZE,USED,ATTACHED,MESSAGES,LIMIT,MSGSIZE,SEMS,VALUES'
    assert_output - <<END
KIND NAME SIZE USED ATTACHED MESSAGES LIMIT MSGSIZE SEMS VALUES
shm key:0x00000011 6 4096 0 - - - - -
pshm /seg 6 4096 - - - - - -
msg key:0x00000012 16384 6 - 2 - - - -
pmsg /queue 30 - - 1 3 10 - -
sem key:0x00000013 - - - - - - 1 5
psem /sem - - - - - - - 7
END
}

@test 'ipcls: without any object a table is a message that names what was looked for, and other forms are silent' {
    run -0 --separate-stderr alone 'ipcls; ipcls -J --nousers; ipcls -0; ipcls -r --noheadings'
    assert_output $'{"objects":[\n]}'
    assert_equal "$stderr" 'ipcls: no objects found: looked for segments, message queues and semaphores (-a also lists FIFOs, Unix sockets and memfds)'
    run -0 --separate-stderr alone 'ipcls -t msg,psem; : >/dev/shm/seg; ipcls --orphans -u 1234; : >/dev/shm/two; ipcls -u 1234; ipcls -0 -u 1234'
    assert_output ''
    assert_equal "$stderr" 'ipcls: no objects found: looked for System V queues, POSIX semaphores
ipcls: no objects found: 1 was listed, and none matches --orphans and -u
ipcls: no objects found: 2 were listed, and none matches -u'
}

@test 'ipcls: objects are sorted by kind and name, and with -U not' {
    run -0 alone '
        for name in b ab a longer-name-2 longer-name-1 longer-n 10 9; do : >/dev/shm/$name; done
        for key in 0x20 0xfffffff0 0x3; do echo x | shmput key:private >/dev/null; mqsend -C key:$key </dev/null; done
        ipcls -r --noheadings --nousers -o KIND,NAME >sorted; cat sorted
        ipcls -rU --noheadings --nousers -o KIND,NAME >unsorted
        cmp -s sorted unsorted && echo same
        sort unsorted | cmp - <(sort sorted)
        ipcls -0 -t pshm | tr "\0" " "; echo
        ipcls -r --noheadings --nousers -t pshm --sort=SIZE -o NAME | head -n 2
        ls -U /dev/shm | sed "s,^,/," | cmp - <(ipcls -U --noheadings --nousers -t pshm -o NAME)'
    assert_output - <<'END'
shm id:0
shm id:1
shm id:2
pshm /10
pshm /9
pshm /a
pshm /ab
pshm /b
pshm /longer-n
pshm /longer-name-1
pshm /longer-name-2
msg key:0x00000003
msg key:0x00000020
msg key:0xfffffff0
/10 /9 /a /ab /b /longer-n /longer-name-1 /longer-name-2 
/10
/9
END
}

@test 'ipcls: options that choose add up when they are repeated' {
    run -0 alone '
        : >/dev/shm/a; echo five | shmput -m 644 key:private >/dev/null; ipcmk -Q >/dev/null; ipcmk -S 2 >/dev/null; mqsend -C key:0x5 </dev/null
        ipcls -r --noheadings --nousers -t shm -t pshm,shm -o KIND -o NAME,MODE -o +SIZE'
    assert_output - <<'END'
shm id:0 0644 5
pshm /a 0644 0
END
    # shellcheck disable=SC2046
    usage_error ipcls $(for i in {1..17}; do echo -u 0; done)
}

@test 'ipcls: users that are named one by one add up' {
    needs_uids
    run -0 alone '
        for user in 11 12 13; do : >/dev/shm/of-$user; chown $user /dev/shm/of-$user; done
        ipcls -r --noheadings --nousers -u 12 -u 13 -o NAME'
    assert_output $'/of-12\n/of-13'
}

@test 'ipcls: options may follow operands' {
    run -0 alone ': >/dev/shm/a; : >/dev/shm/b; ipcls /a -r --noheadings /b -o NAME -- '
    assert_output $'/a\n/b'
    run -3 --separate-stderr ipcls -- /-r
    assert_equal "$stderr" 'ipcls: /-r: No such file or directory'
}

@test 'ipcls: an option of ipcs(1) that it does not have is refused with what to use instead' {
    local option
    for option in c i l m p q s; do
        usage_error ipcls -$option
        run -2 ipcls -$option
        assert_line --index 0 --partial "ipcls: -$option is an option of ipcs(1): with ipcls, "
    done
    run -2 ipcls -m
    assert_line --index 0 'ipcls: -m is an option of ipcs(1): with ipcls, -t shm lists System V segments, -t pshm POSIX segments'
    run -2 ipcls -a -q
    assert_line --partial -- '-t msg'
}

@test 'ipcls: every tool takes the names that it prints' {
    run -0 alone '
        echo posix | shmput /seg
        echo keyed | shmput key:0xdeadbeef
        echo private | shmput key:private >/dev/null
        ipcls -0 -t shm,pshm | xargs -0 -n 1 shmcat | sort'
    assert_output $'keyed\nposix\nprivate'
}

@test 'ipcls: a table is aligned, has headings, and readable sizes; -b gives bytes' {
    run -0 alone '
        truncate -s 3M /dev/shm/a
        truncate -s 7 /dev/shm/longer
        ipcls --nousers -o NAME,SIZE --sort=NAME
        ipcls --nousers -o NAME,SIZE --sort=NAME --noheadings -b'
    assert_output - <<END
NAME     SIZE
/a       3.0M
/longer     7
/a       3145728
/longer        7
END
}

@test 'ipcls: one message and one byte are in the singular' {
    run -0 alone '
        mqsend -C key:0x51 x
        mqsend -C key:0x52 xy z
        ipcls --nousers -o NAME,STATE --noheadings'
    assert_output - <<END
key:0x00000051  1 message, 1 byte
key:0x00000052  2 messages, 3 bytes
END
}

@test 'ipcls: --sort orders by numbers as numbers, in both directions' {
    run -0 alone '
        truncate -s 9 /dev/shm/nine; truncate -s 100 /dev/shm/hundred; truncate -s 20 /dev/shm/twenty
        ipcls -r --noheadings --nousers -o NAME --sort=SIZE
        ipcls -r --noheadings --nousers -o NAME --sort=-SIZE'
    assert_output $'/nine\n/twenty\n/hundred\n/hundred\n/twenty\n/nine'
}

@test 'ipcls: -o takes columns in either case, +COLUMNS adds some, and all is all' {
    run -0 alone '
        : >/dev/shm/seg
        ipcls -r --nousers -o kind,Name
        ipcls -r --nousers -o +INODE | head -n 1
        ipcls -r -o all | head -n 1 | wc -w'
    assert_line --index 0 'KIND NAME'
    assert_line --index 1 'pshm /seg'
    assert_line --index 2 'KIND NAME ID OWNER MODE SIZE MESSAGES ATTACHED SEMS INODE'
    assert_line --index 3 37
}

@test 'ipcls: JSON has numbers as numbers, null, and times as RFC 3339' {
    run -0 alone '
        mqsend -C key:0x12 one
        ipcls -J --nousers -o KIND,NAME,ID,KEY,MODE,SIZE,MESSAGES,VALUES,STIME,RTIME' >json
    perl -MJSON::PP -e '
        my $o = decode_json(join "", <>)->{objects}[0];
        my $raw = encode_json($o);
        die $raw unless $o->{kind} eq "msg" && $o->{name} eq "key:0x00000012" && $o->{mode} eq "0600"
            && $raw =~ /"size":16384\b/ && $raw =~ /"messages":1\b/ && $raw =~ /"id":\d/ && !defined $o->{values}
            && exists $o->{values} && !defined $o->{rtime}
            && $o->{stime} =~ /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/;' <<<"$output"
}

@test 'ipcls: a time that RFC 3339 has no words for is unknown, and JSON stays valid' {
    run -0 alone '
        touch -d @568971820800 /dev/shm/far
        ipcls -r --noheadings --nousers -o NAME,MTIME
        ipcls -J --nousers -o NAME,MTIME'
    assert_line --index 0 '/far -'
    assert_output --partial '{"name":"/far","mtime":null}'
}

@test 'ipcls: -u chooses by owner, and an object of another user with mode 0 is shown' {
    needs_uids
    chmod 777 .
    run -0 alone '
        : >/dev/shm/mine
        as="setpriv --reuid 65534 --regid 65534 --clear-groups"
        $as ipcmk -S 1 -p 0 >/dev/null; $as ipcmk -Q -p 0 >/dev/null; $as ipcmk -M 5 -p 0 >/dev/null
        $as sh -c "umask 777; : >/dev/shm/theirs"
        setpriv --reuid 1234 --regid 1234 --clear-groups ipcls -r --noheadings --nousers -o KIND,UID,MODE,SEMS -u 65534 2>err'
    assert_output $'shm 65534 0000 -\npshm 65534 0000 -\nmsg 65534 0000 -\nsem 65534 0000 1'
}

@test 'ipcls: values that may not be read are unknown, and the set is shown' {
    needs_uids
    run -0 alone '
        peer sem-make key:0x13 5
        peer sem-make /sem 5
        setpriv --reuid 1234 --regid 1234 --clear-groups ipcls -r --noheadings --nousers -o KIND,NAME,VALUES -t sem,psem'
    assert_output $'sem key:0x00000013 -\npsem /sem -'
}

# --- forms ---

@test 'ipcls: on a terminal a table is cut at its width, with a mark; in a file, and where the width is not known, it is not' {
    run -0 alone '
        echo x | shmput /a-name-of-thirty-characters-or-so
        for columns in 30 0 200; do
            script -qec "stty cols $columns; exec ipcls --nousers -o KIND,NAME,SIZE,MODE" screen </dev/null >/dev/null 9>&-
            sed -n "s/\r//; 3p" screen
        done
        ipcls --nousers -o KIND,NAME,SIZE,MODE | sed -n 2p'
    assert_output - <<'END'
pshm  /a-name-of-thirty-chara>
pshm  /a-name-of-thirty-characters-or-so     2  0600
pshm  /a-name-of-thirty-characters-or-so     2  0600
pshm  /a-name-of-thirty-characters-or-so     2  0600
END
}

@test 'ipcls: long lists are cut short in a table, and whole elsewhere' {
    run -0 alone '
        semctl create key:0x13 $(seq 20); semctl create key:0x14 $(seq 7)
        echo x | shmput /seg
        for i in 1 2 3 4 5 6; do hold bash -c "echo; exec sleep 60 5</dev/shm/seg"; done
        # The shell and what it becomes have the segment open; ipcls may meet either.
        all() { [[ $(ipcls -r --noheadings -o USERS /seg) == $(printf "*/sleep%.0s" 1 2 3 4 5 6) ]]; }
        await all
        ipcls --noheadings --nousers -o VALUES -t sem
        ipcls -r --noheadings --nousers -o VALUES -t sem
        ipcls -J --nousers -o VALUES -t sem | sed -n 3p
        ipcls --noheadings -o USERS -t pshm | sed "s/[0-9]*\//P\//g"'
    assert_output - <<'END'
1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,+4
1,2,3,4,5,6,7
1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20
1,2,3,4,5,6,7
{"values":[1,2,3,4,5,6,7]}
P/sleep,P/sleep,P/sleep,P/sleep,+2
END
}

@test 'ipcls: users of which there may be more are told with a question mark' {
    needs_uids
    run -0 alone '
        echo x | shmput -m 644 /seg; echo x | shmput /other
        as="setpriv --reuid 1234 --regid 1234 --clear-groups"
        hold $as bash -c "exec 5</dev/shm/seg; echo; exec sleep 60"
        await $as test -r /proc/$held/fd/5
        await grep -q sleep /proc/$held/comm
        $as ipcls -r --noheadings -o NAME,USERS -t pshm | sed "s,\b$held/,P/,"
        $as ipcls --noheadings -o NAME,USERS -t pshm | sed "s,\b$held/,P/,"
        $as ipcls -0 -o NAME,USERS -t pshm | tr "\0" "\n" | sed "s,\b$held/,P/,"
        $as ipcls -J -o USERS /seg | sed -n "s/\b$held\b/1/; 2p"
        $as ipcls -J -o USERS /other | sed -n 2p'
    assert_output - <<'END'
/other -
/seg P/sleep,?
/other  -
/seg    P/sleep,?
/other
-
/seg
P/sleep,?
{"users":[{"pid":1,"command":"sleep","uses":["reads"]}],"users_incomplete":true}
{"users":null}
END
}

@test 'ipcls: JSON names each use of a process' {
    run -0 alone '
        echo x | shmput /seg
        hold bash -c "exec 5</dev/shm/seg 6>>/dev/shm/seg; exec peer map /seg"
        ipcls -J -o USERS -t pshm | grep -o "\"uses\":[^]]*]"'
    assert_output '"uses":["maps","reads","writes"]'
}

@test 'ipcls: an empty word and one that is a dash are written so that they are not taken for none or unknown' {
    run -0 alone '
        hold wait_peer memfd ""; hold wait_peer memfd -; hold wait_peer memfd --
        ipcls -r --noheadings -t memfd -o LABEL,STATE,SIZE,USERS | sed "s,[0-9]*/,/," | sort'
    assert_output - <<'END'
-- - - /wait_peer
\x - - /wait_peer
\x2d - - /wait_peer
END
}

@test 'ipcls: a long output is whole in every form, and one that is cut is a failure' {
    run -0 alone '
        perl -e "for (1..1000) { open F, q(>), sprintf(q(/dev/shm/%0200d), \$_) or die; }"
        ipcls --nousers -o NAME,INODE | wc -l
        ipcls -r --nousers -o NAME,INODE | wc -l
        ipcls -J --nousers -o NAME,INODE >json
        perl -MJSON::PP -0777 -e "print scalar @{decode_json(<>)->{objects}}, qq(\n)" json
        ipcls -0 --nousers | tr "\0" "\n" | wc -l
        for form in "" -r -J -0; do
            ipcls $form --nousers -o NAME,INODE 2>&1 >/dev/full; echo "status $?"
        done'
    assert_output - <<'END'
1001
1001
1000
1000
ipcls: standard output: No space left on device
status 1
ipcls: standard output: No space left on device
status 1
ipcls: standard output: No space left on device
status 1
ipcls: standard output: No space left on device
status 1
END
}

@test 'ipcls: every owner has his own name' {
    needs_uids
    run -0 alone '
        for i in $(seq 2000 2020); do : >/dev/shm/$i; chown $i:$((i + 100)) /dev/shm/$i; done
        : >/dev/shm/0
        ipcls -r --noheadings --nousers -o NAME,OWNER,GROUP | sed "s/root/0/g" | sort'
    assert_output "$(echo /0 0 0; for i in $(seq 2000 2020); do echo "/$i $i $((i + 100))"; done)"
}

@test 'ipcls: a time that is no date is unknown' {
    run -0 alone '
        perl -e "open F, q(>), q(/dev/shm/far); utime 9223372036854775807, 9223372036854775807, q(/dev/shm/far) or die"
        ipcls --noheadings --nousers -o NAME,MTIME
        ipcls -J --nousers -o MTIME | sed -n 2p'
    assert_output $'/far  -\n{"mtime":null}'
}

# --- hostile names ---

hostile='
printf x >$"/dev/shm/new
line"; printf x >"/dev/shm/$(printf "esc\033[31m")"; printf x >"/dev/shm/$(printf "high\377")"
printf x >"/dev/shm/x (deleted)"; printf x >/dev/shm/-dash; printf x >"/dev/shm/back\\slash"
'

@test 'ipcls: no control byte of a name reaches the terminal' {
    run -0 alone "$hostile"'ipcls --nousers; ipcls -r; ipcls -t pshm "/new
line"; ipcls "/no
such" 2>&1; ipcls --graph'
    run ! grep -qP '[^\n\t\x20-\x7e]' <<<"$output"
}

@test 'ipcls: -r has a line of words for each object, whatever its name' {
    run -0 alone "$hostile"'ipcls -r --noheadings -o KIND,NAME,SIZE | sort'
    assert_output - <<'END'
pshm /-dash 1
pshm /back\x5cslash 1
pshm /esc\x1b[31m 1
pshm /high\xff 1
pshm /new\x0aline 1
pshm /x\x20(deleted) 1
END
}

@test 'ipcls: -0 gives names as they are' {
    run -0 alone "$hostile"'ipcls -0 | sort -z >found; cd /dev/shm; printf "/%s\0" * .[!.]* | sort -z | grep -zv "/\.\[" >"$OLDPWD/wanted"'
    cmp found wanted
}

@test 'ipcls: JSON with hostile names is valid, and says their very bytes' {
    run -0 alone "$hostile"'ipcls -J --nousers -o NAME >json; ipcls -0 | sort -z >found'
    perl -MJSON::PP -MMIME::Base64 -0777 -e '
        my @names = map { defined $_->{name} ? do { my $n = $_->{name}; utf8::encode($n); $n } : decode_base64($_->{name_base64}) }
            @{decode_json(<STDIN>)->{objects}};
        print map { "$_\0" } @names' <json | sort -z >wanted
    cmp found wanted
}

# --- what lies in /dev/shm beside objects ---

@test 'ipcls: what only bears a name like a semaphore is none, and does no harm' {
    run -0 --separate-stderr alone '
        peer sem-make /good 3
        : >/dev/shm/sem.empty; printf 12345 >/dev/shm/sem.short; printf x >/dev/shm/sem.
        mkfifo /dev/shm/sem.fifo; mkdir /dev/shm/sem.directory; ln -s sem.good /dev/shm/sem.link; ln -s /dev/zero /dev/shm/sem.zero
        mknod /dev/shm/sem.device c 1 5 2>/dev/null
        ipcls -r --noheadings --nousers -o KIND,NAME,SIZE,VALUES,STATE | sort'
    assert_output - <<'END'
psem /good - 3 value\x203
pshm /sem. 1 - -
pshm /sem.empty 0 - no\x20semaphore\x20by\x20its\x20size
pshm /sem.short 5 - no\x20semaphore\x20by\x20its\x20size
END
    assert_equal "$stderr" ''
}

@test 'ipcls: a semaphore of 32-bit programs is read as one' {
    run -0 alone '
        printf "\012\0\0\0\0\0\0\0\0\0\0\0\002\0\0\0" >/dev/shm/sem.small
        ipcls -r --noheadings --nousers -o KIND,NAME,VALUES,STATE'
    assert_output 'psem /small 5 value\x205,\x202\x20waiting\x2c\x2032-bit' ||
        assert_output 'psem /small 5 value\x205,\x202\x20waiting,\x2032-bit'
}

@test 'ipcls: a sparse segment of 5 GiB has its size, and gets no memory' {
    run -0 alone '
        truncate -s 5G /dev/shm/sparse
        ipcls -r --noheadings -o NAME,SIZE,USED
        stat -c %b /dev/shm/sparse'
    assert_output $'/sparse 5368709120 0\n0'
}

@test 'ipcls: a System V segment of 5 GiB has its size, also on a 32-bit machine' {
    run -0 alone '
        perl -e "defined shmget(0x11, 5 << 30, 011600) or die"
        ipcls -r --noheadings -o NAME,SIZE,USED
        ipcls -r --noheadings -o NAME,SIZE key:0x11'
    assert_output $'key:0x00000011 5368709120 0\nkey:0x00000011 5368709120'
}

@test 'ipcls: 100,000 names are listed, in bounded memory' {
    run -0 alone '
        perl -e "for (1..100000) { open F, q(>), sprintf(q(/dev/shm/many-%06d), \$_) or die; }"
        peer peak memory ipcls -r --noheadings -o NAME | sort | uniq | wc -l'
    assert_output 100000
    sanitized || assert [ "$(<memory)" -lt 65536 ]
}

@test 'ipcls: while objects come and go, each that stays is listed exactly once' {
    run -0 alone '
        for i in {1..300}; do : >/dev/shm/stay-$i; done
        for i in {1..100}; do ipcmk -Q >/dev/null; done
        ids=$(ipcls -r --noheadings -o ID -t msg | sort)
        perl -e "while (1) { for (1..50) { open F, q(>), qq(/dev/shm/go-\$_); } unlink glob q(/dev/shm/go-*);
            msgctl(msgget(0, 0600), 0, 0) for 1..20; }" & churn=$!
        for i in {1..30}; do
            ipcls -r --noheadings -o KIND,NAME,ID --nousers >seen || exit 1
            grep -c stay- seen
            [[ $(grep -o "stay-.*" seen | sort | uniq -d) == "" ]] || echo twice
            [[ $(awk "\$1 == \"msg\" { print \$3 }" seen | sort | comm -13 - <(echo "$ids")) == "" ]] || echo missing
        done | sort | uniq -c | sed "s/^ *//"
        kill $churn'
    assert_output '30 300'
}

@test "ipcls: the value of another user's semaphore is told where reading it does not change its time of access" {
    needs_uids
    run -0 alone '
        peer sem-make /sem 5; chmod 644 /dev/shm/sem.sem
        as="setpriv --reuid 1234 --regid 1234 --clear-groups"
        value() { echo "$1 $($as ipcls -r --noheadings --nousers -o VALUES /sem)"; }
        touch -a -d "2 days ago" /dev/shm/sem.sem
        value old
        touch -a -d "10 seconds ago" /dev/shm/sem.sem
        value before-its-change
        touch -m -d "1 hour ago" /dev/shm/sem.sem
        value before-its-change
        touch -d now /dev/shm/sem.sem; touch -m -d "1 hour ago" /dev/shm/sem.sem; touch -a -d "10 minutes" /dev/shm/sem.sem
        value later-than-its-change
        touch -m -d "1 hour" /dev/shm/sem.sem
        value before-its-last-writing
        soon=$(($(date +%s) + 600))
        touch -a -d @$soon.9 /dev/shm/sem.sem; touch -m -d @$soon.1 /dev/shm/sem.sem; value a-little-later
        mount -o remount,strictatime /dev/shm; value strictatime
        mount -o remount,noatime /dev/shm; value noatime
        mount -o remount,relatime,ro /dev/shm; value read-only'
    assert_output - <<'END'
old -
before-its-change -
before-its-change -
later-than-its-change 5
before-its-last-writing -
a-little-later 5
strictatime -
noatime 5
read-only 5
END
}

@test 'ipcls: a file that only has the size of a semaphore has no value' {
    needs_uids
    run -0 alone '
        head -c 32 /dev/zero | tr "\0" "\377" >/dev/shm/sem.ones
        head -c 16 /dev/zero >/dev/shm/sem.small; chmod 0 /dev/shm/sem.small
        printf "\0\0\0\0\377\377\377\377\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" >/dev/shm/sem.waiters
        ipcls -r --noheadings --nousers -o NAME,VALUES,STATE | sort
        setpriv --reuid 1234 --regid 1234 --clear-groups ipcls -r --noheadings --nousers -o VALUES,STATE -t psem /small'
    assert_output - <<'END'
/ones - -
/small 0 value\x200,\x2032-bit
/waiters - -
- 32-bit
END
}

@test 'ipcls: more than a few things that are no objects do no harm' {
    run -0 --separate-stderr alone '
        mkdir /dev/shm/{a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t}
        : >/dev/shm/seg
        ipcls -r --noheadings --nousers -o NAME'
    assert_output /seg
    assert_equal "$stderr" ''
}

@test 'ipcls: queues of which the directory may not be read, and those of another namespace, cannot be listed' {
    needs_uids
    run -0 alone "$own_mqueue"'
        mqsend -C -m 644 --max-messages=3 --message-size=10 /open one
        as="setpriv --reuid 1234 --regid 1234 --clear-groups"
        $as ipcls -r --noheadings --nousers -o NAME,MESSAGES -t pmsg 2>&1
        unshare --ipc sh -c "mqsend -C -m 644 --max-messages=3 --message-size=10 /open </dev/null; $as ipcls -r --noheadings --nousers -t pmsg 2>&1; echo status \$?"
        mount -t tmpfs none /dev/mqueue
        $as ipcls -r --noheadings --nousers -t pmsg 2>&1; echo "status $?"
        umount /dev/mqueue
        chmod 700 /dev/mqueue
        $as ipcls -r --noheadings --nousers -t pmsg 2>&1; echo "status $?"'
    assert_output - <<'END'
/open 1
ipcls: /dev/mqueue: this mount shows the queues of another IPC namespace; POSIX queues cannot be listed
status 1
ipcls: /dev/mqueue: the file system of queues is not mounted there; POSIX queues cannot be listed
status 1
ipcls: /dev/mqueue: Permission denied; POSIX queues cannot be listed
status 1
END
}

@test 'ipcls: a queue that may not be opened is shown as the directory has it' {
    needs_uids
    run -0 alone "$own_mqueue"'
        mqsend -C -m 600 --max-messages=3 --message-size=10 /closed one
        as="setpriv --reuid 1234 --regid 1234 --clear-groups"
        $as ipcls -r --noheadings --nousers -o NAME,MODE,MESSAGES,STATE /closed 2>&1
        mount -t tmpfs none /dev/mqueue
        $as ipcls -r --noheadings --nousers -o NAME /closed 2>&1; echo "status $?"'
    assert_output - <<'END'
/closed 0600 - -
ipcls: /closed: Permission denied
status 1
END
}

# --- nothing is changed ---

@test 'ipcls: no time of any object changes, and nothing is attached, received or opened in passing' {
    run -0 alone '
        echo hello | shmput /seg; echo hello | shmput key:0x11
        mqsend -C key:0x12 one; mqsend -C --max-messages=3 --message-size=10 /queue one
        peer sem-make key:0x13 5; peer sem-make /sem 7
        touch -a -d "2 days ago" /dev/shm/seg /dev/shm/sem.sem
        cd /dev/shm; stat -c "%n %x %y %z" * >"$OLDPWD/before"; cd "$OLDPWD"
        cat /proc/sysvipc/{shm,msg,sem} >>before
        ASAN_OPTIONS=detect_leaks=0 strace -f -o trace ipcls -a -o all >/dev/null
        ipcls -o all /seg /sem key:0x11 key:0x12 key:0x13 /queue >/dev/null
        cd /dev/shm; stat -c "%n %x %y %z" * >"$OLDPWD/after"; cd "$OLDPWD"
        cat /proc/sysvipc/{shm,msg,sem} >>after'
    cmp before after
    # To read the file of a queue sets its times.  The sanitizers open what they like, and make coverage its counters.
    sed -i '/\.profraw"/d' trace
    sanitized ||
        run ! grep -E 'shmat\(|msgrcv\(|mq_timedreceive\(|QSIZE|O_RDWR|O_WRONLY|O_CREAT|semop\(|/dev/shm/sem.*PROT' trace
}

# --- /proc and the kernel ---

@test 'ipcls: a kernel that does not list by index is asked by /proc/sysvipc' {
    run -0 alone '
        echo hello | shmput key:0x11; mqsend -C key:0x12 one; peer sem-make key:0x13 5
        ipcls -r --nousers -o KIND,NAME,ID,UID,MODE,ATTACHED,MESSAGES,SEMS,CPID,LPID,CTIME >plain
        ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -e inject=shmctl,msgctl,semctl:error=EINVAL \
            ipcls -r --nousers -o KIND,NAME,ID,UID,MODE,ATTACHED,MESSAGES,SEMS,CPID,LPID,CTIME >other'
    cmp plain other
    assert_equal "$(wc -l <plain)" 4
}

@test 'ipcls: an empty, a missing and a garbled /proc/sysvipc neither hang nor crash it' {
    run -0 alone '
        echo hello | shmput key:0x11; echo hello | shmput /seg
        head -c 300000 /dev/urandom >random; : >empty; head -c 200000 /dev/zero | tr "\0" 7 >long
        printf "key shmid\n 1 2 3\n99999999999999999999 1 1 1 1 1 1 1 1 1 1 1 1 1\n 1 -5 600 1 1 1 1 1 1 1 1 1 1 1\n 7 8 600 9" >lines
        for file in random empty long lines; do
            mount --bind $file /proc/sysvipc/shm || exit 99
            ipcls -r --noheadings -o NAME,USED || exit
            ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -e inject=shmctl:error=EINVAL ipcls -r --noheadings -o NAME || exit
            umount /proc/sysvipc/shm
        done
        mount -t tmpfs none /proc/sysvipc
        ipcls -r --noheadings -o NAME,USED -t shm
        ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -e inject=shmctl:error=EINVAL ipcls -t shm
        echo "status $?"'
    assert_equal "$(grep -c '^key:0x00000011 -$' <<<"$output")" 5
    assert_equal "$(grep -c '^/seg' <<<"$output")" 8
    assert_line 'ipcls: /proc/sysvipc/shm: No such file or directory; System V segments cannot be listed'
    assert_line 'status 1'
}

@test 'ipcls: without /proc it lists all the same, and users are unknown' {
    # The sanitizers need /proc.
    ! sanitized || return 0
    run -0 alone '
        echo hello | shmput key:0x11; echo hello | shmput /seg
        mount -t tmpfs none /proc
        ipcls -r --noheadings -o NAME,USERS,ORPHAN -t shm,pshm 2>&1'
    assert_output - <<'END'
key:0x00000011 none unknown:\x20nobody\x20attached,\x20creator\x20not\x20known
/seg - nobody\x20has\x20it\x20mapped\x20or\x20open
ipcls: /proc: not mounted; users are not known
END
}

@test 'ipcls: with hidepid and subset=pid users of others are unknown, and nothing fails' {
    needs_uids
    run -0 alone '
        echo hello | shmput /seg; chmod 644 /dev/shm/seg
        hold peer map /seg
        setpriv --reuid 1234 --regid 1234 --clear-groups ipcls -r --noheadings -o NAME,USERS -t pshm
        mount -t proc -o hidepid=2 none /proc || exit 99
        setpriv --reuid 1234 --regid 1234 --clear-groups ipcls -r --noheadings -o NAME,USERS -t pshm
        umount /proc; mount -t proc -o subset=pid none /proc || exit 99
        ipcls -r --noheadings -o NAME,USERS -t pshm | sed "s, [0-9]*/, PID/,"'
    assert_output $'/seg -\n/seg -\n/seg PID/peer'
}

@test 'ipcls: it works inside a user and pid namespace of its own' {
    run -0 alone '
        echo hello | shmput /seg
        unshare --user --map-root-user --pid --fork --mount-proc ipcls -r --noheadings -o KIND,NAME,USERS 2>/dev/null'
    assert_output --regexp '^pshm /seg (none|-)$'
}

@test 'ipcls: POSIX queues that it cannot list are a warning, and a failure where they were asked for' {
    as=(setpriv --bounding-set=-all --inh-caps=-all)
    # Where it is mounted something else hides it.
    [[ $IPCUTILS_MQUEUE == no ]] || as=(unshare --mount sh -c 'mount -t tmpfs none /dev/mqueue && exec "$@"' - "${as[@]}")
    run -0 --separate-stderr "${as[@]}" ipcls -r --nousers
    assert_equal "$stderr" 'ipcls: /dev/mqueue: the file system of queues is not mounted there; POSIX queues cannot be listed'
    run -1 --separate-stderr "${as[@]}" ipcls --nousers -t pmsg
    run -0 --separate-stderr "${as[@]}" ipcls -r --nousers -t shm
    assert_equal "$stderr" ''
}

@test 'ipcls: a mount of queues of another IPC namespace is noticed' {
    needs_uids
    run -0 alone "$own_mqueue"'
        mqsend -C --max-messages=3 --message-size=10 /mine </dev/null
        as="setpriv --reuid 1234 --regid 1234 --clear-groups"
        $as ipcls -r --noheadings --nousers -o NAME,MODE,MESSAGES -t pmsg 2>&1
        unshare --ipc sh -c "$as ipcls -r --noheadings --nousers -o NAME -t pmsg 2>&1; echo status \$?"
        unshare --ipc ipcls -r --noheadings --nousers -o NAME -t pmsg; echo "status $?"'
    assert_output - <<'END'
/mine 0600 -
ipcls: /dev/mqueue: this mount shows the queues of another IPC namespace; POSIX queues cannot be listed
status 1
status 0
END
}

@test 'ipcls: a queue that is removed while it is listed is no row, and no proof of a foreign mount' {
    run -0 alone "$own_mqueue"'
        mqsend -C --max-messages=3 --message-size=10 /mine </dev/null
        export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0
        strace -qq -o trace -e trace=fsopen,mq_open -e inject=fsopen:error=EPERM -e inject=mq_open:delay_enter=1000000 \
            ipcls -r --noheadings --nousers -t pmsg 2>&1 &
        await grep -qs fsopen trace
        rm /dev/mqueue/mine
        wait $!'
    assert_output ''
}

@test 'ipcls: two operations of one semop are told apart by the values' {
    run -0 alone '
        perl -e "\$i = semget(0x13, 3, 01600); semctl(\$i, 0, 16, 5); semop(\$i, pack(q(s6), 0, -1, 0, 2, -1, 0))" 9>&- & a=$!
        await sleeps $a semtimedop
        ipcls key:0x13 | grep ^user | sed "s,[0-9]*/,/,"'
    assert_output --regexp '^user +/perl waits in semop \(semaphore 2\)$'
}

@test 'ipcls: root that is short of memory does not take a mount that may be of another IPC namespace for its own' {
    run -1 --separate-stderr alone "$own_mqueue"'
        ASAN_OPTIONS=detect_leaks=0 unshare --ipc strace -qq -o /dev/null -P . -e inject=openat:error=ENOMEM:when=1 \
            ipcls -r --noheadings -t pmsg'
    assert_regex "$stderr" 'ipcls: /dev/mqueue: Cannot allocate memory; POSIX queues cannot be listed$'
}

@test 'ipcls, ipcrm-all: a closed queue that a mount of another IPC namespace does not show is no missing one' {
    needs_uids
    run -0 alone "$own_mqueue"'
        export as="setpriv --reuid 1234 --regid 1234 --clear-groups --inh-caps=-all"
        unshare --ipc sh -c "
            mqsend -C -m 600 --max-messages=3 --message-size=10 /closed one
            \$as ipcls /closed 2>&1; echo status \$?
            \$as ipcrm-all -f /closed 2>&1; echo status \$?"'
    assert_output - <<'END'
ipcls: /closed: Permission denied
status 1
ipcrm-all: /closed: Permission denied
status 1
END
}

@test 'ipcls: a queue that is named is found without any list' {
    needs_uids
    run -0 alone '
        mqsend -C -m 644 --max-messages=3 --message-size=10 /queue one; mqsend -C -m 600 --max-messages=3 --message-size=10 /closed one
        umount /dev/mqueue 2>/dev/null
        as="setpriv --reuid 1234 --regid 1234 --clear-groups"
        $as ipcls -r --noheadings --nousers -o KIND,NAME,MESSAGES /queue /queue 2>&1
        $as ipcls -r --noheadings /none 2>&1; echo "status $?"
        $as ipcls -r --noheadings --nousers /closed 2>&1; echo "status $?"'
    assert_output - <<'END'
pmsg /queue 1
ipcls: /none: No such file or directory
status 3
ipcls: /closed: Permission denied
status 1
END
}

@test 'ipcls: root lists POSIX queues without a mount' {
    run -0 alone '
        mqsend -C --max-messages=3 --message-size=10 /queue one
        umount /dev/mqueue 2>/dev/null
        ipcls -r --noheadings -o NAME,MESSAGES -t pmsg'
    assert_output '/queue 1'
}

@test 'ipcls: a kernel that does not know the operations by index, or forbids them, is asked by /proc/sysvipc' {
    run -0 alone '
        echo hello | shmput key:0x11; mqsend -C key:0x12 one; peer sem-make key:0x13 5
        columns=KIND,NAME,ID,UID,MODE,ATTACHED,MESSAGES,SEMS,CPID,LPID,CTIME
        ipcls -r --nousers -o $columns >plain
        for error in EINVAL EPERM; do
            ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -e inject=shmctl,msgctl,semctl:error=$error:when=2+ ipcls -r --nousers -o $columns >other
            cmp plain other
        done
        : >none; for kind in shm msg sem; do mount --bind none /proc/sysvipc/$kind; done
        ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -e inject=shmctl,msgctl,semctl:error=EINVAL:when=2+ ipcls -r --noheadings --nousers'
    assert_output ''
    assert_equal "$(wc -l <plain)" 4
}

@test 'ipcls: a few objects with indices in the millions are not looked for one by one' {
    run -0 alone '
        echo hello | shmput key:0x11
        ASAN_OPTIONS=detect_leaks=0 strace -qq -o trace -e trace=shmctl -e inject=shmctl:retval=16000000:poke_exit=@arg3=01000000:when=1 \
            ipcls -r --noheadings -o NAME,ID -t shm
        wc -l <trace'
    assert_output $'key:0x00000011 0\n1'
}

@test 'ipcls: of tables that no kernel wrote it takes what can be, and older ones' {
    run -0 alone '
        list() { ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -e inject=shmctl,msgctl,semctl:error=ENOSYS bash -c "$as_first" first ipcls -r --noheadings "$@"; }
        head=" 1 7 600 10 1 2 0 0 0 0 0 0 0"
        printf "%s\n" "key shmid" "$head 0" "-2147483649${head#* 1} 0" " 2147483648${head#* 1} 0" " 1 4294967296 600 ${head#*600} 0" \
            " 1 8 -600${head#*600} 0" " 1 9 10000${head#*600} 0" " -5 10 601${head#*600} 99999999999999999 -4096 4096" \
            " 3 11 601${head#*600} 0 4096 -1" " 3 12 601${head#*600} 0 9223372036854775807 9223372036854775807" \
            " 3 13 601${head#*600} 0 4096 8192" \
            " 3 15 601${head#*600} 0 0 0 1 2 3" " 3 16 601${head#*600} 9999999999999999999" >table
        head -c 100000 /dev/zero | tr "\0" " " >>table; echo >>table; echo " 4 14 600${head#*600} 0" >>table
        mount --bind table /proc/sysvipc/shm
        list --nousers -o NAME,ID,MODE,USED,SIZE,CTIME -t shm
        printf "%s\n" "key semid" " 1 1 600 0 0 0 0 0 0 0" " 1 2 600 70000 0 0 0 0 0 0" >table2
        mount --bind table2 /proc/sysvipc/sem
        TZ=UTC list -o ID,SEMS,VALUES,ORPHAN -t sem
        printf "%s\n" "key msqid" " 1 1 600 0 0 99 99 0 0 0 0 9223372036854775807 1 1" >table3
        mount --bind table3 /proc/sysvipc/msg
        list -o ID,STIME,ORPHAN -t msg'
    assert_output - <<'END'
key:0x00000001 7 0600 - 10 -
key:0x00000003 11 0601 - 10 -
key:0x00000003 12 0601 - 10 -
key:0x00000003 13 0601 12288 10 -
key:0x00000003 15 0601 0 10 -
key:0x00000004 14 0600 - 10 -
key:0xfffffffb 10 0601 - 10 -
1 0 - unknown:\x20untouched\x20since\x201970-01-01\x2000:00:00,\x20but\x20who\x20made\x20it\x20is\x20not\x20known
2 70000 - unknown:\x20may\x20not\x20be\x20read
1 - empty,\x20last\x20users\x20gone,\x20untouched\x20since\x20-
END
}

# bound CODE: a process with Unix sockets that this piece of perl makes in the directory $d.
sockets='
bound() { hold perl -MSocket -MCwd -e "\$d = getcwd; \$| = 1; sub at { my \$t = shift; socket my \$s, AF_UNIX, \$t, 0; bind \$s, pack_sockaddr_un(shift) or die; push @s, \$s; \$s } $1; print qq(\n); sleep 60"; }
list() { ipcls -r --noheadings -t unix "$@" | grep -F "$PWD/
@test-ipcls"; }
'

@test 'ipcls: a socket has the owner and mode of its file, if that is still its own' {
    run -0 alone "$sockets"'
        umask 027
        bound "at(SOCK_STREAM, qq(\$d/\$_)) for qw(kept gone other); unlink qq(\$d/gone), qq(\$d/other)"
        : >other; chmod 777 other
        list -o NAME,OWNER,MODE,STATE | sed "s,$PWD,," | sort'
    assert_output - <<'END'
/gone root - bound
/kept root 0750 bound
/other root - bound
END
}

@test 'ipcls: abstract sockets, and of those that are accepted and connected what is bound itself' {
    run -0 alone "$sockets"'
        bound "
            \$a = at(SOCK_STREAM, qq(\0test-ipcls-abstract\0end)); listen \$a, 5;
            \$l = at(SOCK_STREAM, qq(\$d/listening)); listen \$l, 5;
            socket \$c, AF_UNIX, SOCK_STREAM, 0; connect \$c, pack_sockaddr_un(qq(\$d/listening)) or die; accept(\$x, \$l) or die;
            \$g = at(SOCK_DGRAM, qq(\$d/datagrams)); \$k = at(SOCK_DGRAM, qq(\$d/connected)); connect \$k, pack_sockaddr_un(qq(\$d/datagrams)) or die"
        list -o NAME,STATE | sed "s,$PWD,," | sort'
    assert_output - <<'END'
/connected bound
/datagrams bound
/listening listening
@test-ipcls-abstract@end listening
END
}

@test 'ipcls: a kernel that does not list sockets is a warning, and a failure where they were asked for' {
    run -0 alone '
        : >/dev/shm/seg
        answered() { ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -e inject="recvfrom:retval=$1:poke_exit=@arg2=$2" \
            ipcls -r --noheadings --nousers -o KIND "${@:3}" 2>&1 | sort -u; echo "status ${PIPESTATUS[0]}"; }
        error=24000000020000000000000000000000
        answered 36 ${error}feffffff -a -t unix,pshm
        answered 36 ${error}feffffff -t unix
        answered 36 ${error}00000000 -t unix
        answered 16 10000000020000000000000000000000 -t unix'
    assert_output - <<'END'
ipcls: sock_diag: No such file or directory; Unix sockets cannot be listed
pshm
status 1
ipcls: sock_diag: No such file or directory; Unix sockets cannot be listed
status 1
ipcls: sock_diag: Protocol error; Unix sockets cannot be listed
status 1
ipcls: sock_diag: Protocol error; Unix sockets cannot be listed
status 1
END
}

@test 'ipcls: what /proc says of a process in a strange way does no harm' {
    run -0 alone '
        head -c 4096 /dev/zero >/dev/shm/seg; semctl create key:0x13 0
        hold peer map /seg; a=$held
        hold wait_peer semop "0x13 0:-1"; b=$held
        await sleeps $b semtimedop
        { printf "%s\n" zz "1-2" "1-2 rw-s" "1-2 rw-sX0 00:01 5 /x" "1-2 rw-s 0 100000000:01 5 /x" "1-2 rw-s 0 00:100000000 5 /x" "1-2 rw-s 0 00:01 5x" \
            "1-2 rw-s 0 00:01 18446744073709551619 /x" "fffffffffffffffff-2 rw-s 0 00:01 5 /x" "1-2 rw-s 0 00:01"
          head -c 200000 /dev/zero | tr "\0" /; echo; grep /dev/shm/seg /proc/$a/maps; printf "1-2 rw-s 0 00:01 5"; } >maps
        mount --bind maps /proc/$a/maps
        printf "a)b" >comm; mount --bind comm /proc/$a/comm
        users() { first ipcls -r --noheadings -o USERS -t pshm,sem | sed "s,\b$a/,A/,; s,\b$b/,B/," | paste -sd " "; }
        users
        : >comm; users
        for text in "" running runninx xyz 5 "99999999999 0x1 0x2 0x3 0x4 0x5 0x6 0x7fff00000000 0x8" "-1 0x1 0x2" \
            "230 0x0 0x2 0x3 0x4 0x5 0x6 0x7fff00000000 0x8 more" "230 0x0 0x2 0x3 y"; do
            echo "$text" >syscall; [[ -n $text ]] || : >syscall
            mount --bind syscall /proc/$b/task/$b/syscall
            echo "$text: $(users)"
            umount /proc/$b/task/$b/syscall
        done | grep -v ": A/.x none$" || :'
    assert_output $'A/a)b B/wait_peer:semop\nA/\\x B/wait_peer:semop'
}

@test 'ipcls: of a process that /proc does not tell the start of nothing is made up' {
    run -0 alone '
        hold perl -e "\$| = 1; shmget(0x15, 10, 01600); print qq(\n); sleep 60"
        for text in "" "1 perl S" "1 (perl) S 1" "1 (perl) S $(printf "x %.0s" $(seq 30))"; do
            printf "%s" "$text" >stat
            mount --bind stat /proc/$held/stat
            ipcls -r --noheadings -o ORPHAN -t shm
            umount /proc/$held/stat
        done | sort | uniq -c | sed "s/^ *//"'
    assert_output '4 unknown:\x20nobody\x20attached,\x20creator\x20not\x20known'
}

@test 'ipcls: where a process ends in the midst of the look it is no user' {
    run -0 alone '
        echo x | shmput /seg; semctl create key:0x13 1; hold peer map /seg
        for file in maps fd; do
            ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -P $file -e inject=openat:error=ESRCH bash -c "$as_first" first ipcls -r --noheadings -o USERS -t pshm
        done
        ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -P task -e inject=openat:error=EACCES ipcls -r --noheadings -o USERS,WAITERS -t pshm,sem | sed "s,\b$held/,A/,"'
    assert_output $'none\nnone\nA/peer -\n- -'
}

@test 'ipcls: a zombie that may not be looked at uses nothing' {
    needs_uids
    cat >zombie <<'END'
# The first process of its namespace is nobody's, and so is all but a zombie of root.
if (!fork) { exit }
$( = $) = "65534 65534"; $< = $> = 65534;
exec "perl", "-e", 'until (grep /\) Z /, map { open my $f, "<", $_; <$f> // "" } glob "/proc/[0-9]*/stat") {}
    system "ipcls", qw(/seg /queue)';
END
    run -0 alone "$own_mqueue"'
        as="setpriv --reuid 65534 --regid 65534 --clear-groups"
        : >/dev/shm/seg; chmod 666 /dev/shm/seg
        $as mqsend -C --max-messages=1 --message-size=1 /queue </dev/null
        unshare --pid --fork --mount-proc perl zombie | grep ^user | tr -s " " | sort -u'
    assert_output "user unknown: processes of other PID namespaces cannot be seen"
}

@test 'ipcls: where /proc hides what is in processes, users are unknown' {
    needs_uids
    run -0 alone '
        echo hello | shmput -m 644 /seg; mqsend -C key:0x12 one
        mount -t proc -o hidepid=1 none /proc || exit 99
        setpriv --reuid 1234 --regid 1234 --clear-groups ipcls -r --noheadings -o NAME,USERS,WAITERS -t pshm,msg'
    assert_output $'/seg - -\nkey:0x00000012 - -'
}

@test 'ipcls: memory of segments is told of those that are there, whatever else the table has' {
    run -0 alone '
        echo a | shmput key:0x11; echo b | shmput key:0x12
        sed "2{h; s/^ *[0-9]* *[0-9]* / 77 77 /; G}; 3d" /proc/sysvipc/shm >table
        mount --bind table /proc/sysvipc/shm
        ipcls -r --noheadings --nousers -o NAME,USED -t shm'
    assert_output $'key:0x00000011 4096\nkey:0x00000012 -'
}

@test 'ipcls: what goes just now is not listed' {
    run -0 alone '
        mqsend -C key:0x11 one; mqsend -C key:0x12 one
        ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -e inject=msgctl:error=EIDRM:when=2 ipcls -r --noheadings --nousers -o NAME -t msg'
    assert_output key:0x00000012
}

# --- users ---

@test 'ipcls: it says who maps, has open and attaches an object' {
    run -0 alone '
        echo hello | shmput /seg; echo hello | shmput key:0x11
        hold peer map /seg; a=$held
        hold peer map key:0x11; b=$held
        hold bash -c "exec 5</dev/shm/seg; echo; exec sleep 60"; c=$held
        await grep -q sleep "/proc/$c/comm"
        ipcls -r --noheadings -o NAME,ATTACHED,USERS | sed -E "s,([ ,])$a/,\1A/,; s,([ ,])$b/,\1B/,; s,([ ,])$c/,\1C/,"
        ipcls -J -o NAME,USERS -t pshm | grep -o "\"uses\":[^]]*]"'
    assert_line --index 0 'key:0x00000011 1 B/peer'
    assert_line --index 1 --regexp '^/seg - (A/peer,C/sleep|C/sleep,A/peer)$'
    assert_line '"uses":["maps"]'
    assert_line '"uses":["reads"]'
}

@test 'ipcls: a kernel that does not tell mappings one by one is asked for all of them' {
    run -0 alone '
        echo hello | shmput key:0x11
        hold peer map key:0x11
        ipcls -r --noheadings -o NAME,USERS -t shm >plain
        ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -e inject=ioctl:error=ENOTTY ipcls -r --noheadings -o NAME,USERS -t shm >other'
    cmp plain other
    grep peer plain
}

@test 'ipcls: a process of another IPC namespace with the same id is no user' {
    run -0 alone '
        echo hello | shmput key:0x11
        hold unshare --ipc bash -c "echo hello | shmput key:0x11; exec peer map key:0x11"
        ipcls -r --noheadings -o NAME,ID,ATTACHED,USERS -t shm'
    assert_output 'key:0x00000011 0 0 none'
}

@test 'ipcls: commands with blanks, commas and control bytes are one harmless word' {
    run -0 alone '
        echo hello | shmput /seg
        hold perl -e "open F, q(<), q(/dev/shm/seg); open N, q(>), qq(/proc/self/comm); print N qq(a b,c/\033); close N; \$| = 1; print qq(\n); sleep 60"
        ipcls -r --noheadings -o USERS; ipcls -J -o USERS | grep -o "\"command\":[^,]*,c[^,]*"'
    assert_line --index 0 --regexp '^[0-9]+/a\\x20b\\x2cc\\x2f\\x1b$'
    assert_line --index 1 '"command":"a b,c/\u001b"'
}

@test 'ipcls: unlinked segments, memfds, FIFOs and sockets are listed with -a alone' {
    run -0 alone '
        peer unlinked /hidden <<<hidden >out1 9>&- & a=$!
        peer memfd <<<four >out2 9>&- & b=$!
        await test -s out1; await test -s out2
        mkfifo fifo; exec 5<>fifo
        hold perl -MIO::Socket::UNIX -e "\$s = IO::Socket::UNIX->new(Local => qq(sock\n1), Listen => 1); \$| = 1; print qq(\n); sleep 60"
        ipcls -r --noheadings --nousers
        ipcls -a -r --noheadings -o KIND,NAME,LABEL,SIZE,STATE >all
        sed "s/:$a:/:A:/; s/:$b:/:B:/" all | grep -v "^unix /tmp/[^s]*$" | grep -v "^unix @" | sort
        shmcat "$(awk "\$1 == \"pshm\" { print \$2 }" all)"
        ipcls "$(awk "\$1 == \"memfd\" { print \$2 }" all)" | grep LABEL'
    assert_line --regexp '^memfd memfd:B:3 peer 5 -$'
    assert_line --regexp '^pshm memfd:A:3 /dev/shm/hidden 7 unlinked$'
    assert_line --regexp '^fifo .*/fifo - - '
    assert_line --regexp '^unix sock\\x0a1 - - listening$'
    assert_line hidden
    assert_line --regexp '^LABEL +peer$'
    refute_line --regexp '^unix .*1 - - bound'
}

@test 'ipcls: a segment that was unlinked and is only mapped is listed with -a' {
    run -0 alone '
        echo hidden | shmput "/x (deleted)"
        hold peer map "/x (deleted)"
        ipcls -a -r --noheadings -o KIND,NAME,LABEL,USERS -t pshm | sed "s,\b$held/,HELD/,"
        rm "/dev/shm/x (deleted)"
        ipcls -a -r --noheadings -o KIND,NAME,LABEL,STATE,USERS -t pshm | sed "s,\b$held/,HELD/,g; s,files/[0-9a-f-]*,files/RANGE,"
        ipcls -r --noheadings'
    assert_output - <<'END'
pshm /x\x20(deleted) - HELD/peer
pshm file:/proc/HELD/map_files/RANGE /dev/shm/x\x20(deleted) unlinked HELD/peer
END
}

@test 'ipcls: attached from where nobody can look is not nobody' {
    run -0 alone '
        echo hello | shmput key:0x11
        hold peer map key:0x11
        unshare --pid --fork --mount-proc ipcls -r --noheadings -o NAME,ATTACHED,USERS -t shm'
    assert_output 'key:0x00000011 1 -'
}

@test 'ipcls: what waits in a queue of another IPC namespace with the same id is no waiter' {
    run -0 alone '
        mqsend -C key:0x12 </dev/null
        hold unshare --ipc bash -c "mqsend -C key:0x12 </dev/null; exec wait_peer msgrcv 0x12"
        hold wait_peer msgrcv 0x12; a=$held
        await sleeps $a msgrcv
        ipcls -r --noheadings -o ID,WAITERS -t msg | sed "s,\b$a/,A/,"'
    assert_output '0 A/wait_peer:msgrcv'
}

@test 'ipcls: of processes of another IPC namespace that have a segment of the same id only ours are users' {
    run -0 alone '
        echo hello | shmput key:0x11
        hold unshare --ipc bash -c "echo hello | shmput key:0x11; exec peer map key:0x11"
        hold peer map key:0x11
        ipcls -r --noheadings -o ATTACHED,USERS -t shm | sed "s,\b$held/,A/,"'
    assert_output '1 A/peer'
}

@test 'ipcls: what is mapped often, of many objects and by many processes, is found' {
    run -0 alone '
        head -c 4096 /dev/zero >/dev/shm/seg
        hold wait_peer maps /dev/shm/seg; a=$held
        hold perl -e "for (1..600) { open \$f[\$_], q(+>), qq(/dev/shm/\$_) } \$| = 1; print qq(\n); sleep 60"; b=$held
        hold setsid perl -e "open G, q(</dev/shm/seg); for (1..70) { if (!fork) { sleep 60; exit } } \$| = 1; print qq(\n); sleep 60"; c=$held
        ipcls -r --noheadings -o NAME,USERS | grep -c " $b/perl"
        ipcls -r --noheadings -o USERS /seg | tr , "\n" | sed "s,\b$a/,A/,; s,[0-9]*/perl,B/perl," | sort | uniq -c
        ipcls -J -o USERS /seg | grep -o "\"wait_peer\",\"uses\":[^]]*]"
        kill -- -$c'
    assert_output --regexp $'^600\n +1 A/wait_peer\n +71 B/perl\n"wait_peer","uses":\["maps","reads","writes"\]$'
}

@test 'ipcls: what is mapped from a directory of /dev/shm, or elsewhere, is no memory without a name' {
    run -0 alone '
        mkdir /dev/shm/directory
        for name in plain "kept (deleted)" x; do head -c 4096 /dev/zero >"/dev/shm/directory/$name"; hold wait_peer maps "/dev/shm/directory/$name"; done
        head -c 4096 /dev/zero >file; hold wait_peer maps file
        ipcls -a -r --noheadings -t shm,pshm,memfd -o NAME,USERS'
    assert_output ''
}

@test 'ipcls: a segment is told from a file with a long path that is mapped alike' {
    run -0 alone '
        echo hello | shmput key:0x11
        mkdir -p $(printf "%0100d/" 1 2 3); path=$(printf "%0100d/" 1 2 3)file
        head -c 4096 /dev/zero >"$path"
        hold wait_peer maps "$path"
        hold peer map key:0x11
        ipcls -r --noheadings -o NAME,USERS -t shm | sed "s,\b$held/,A/,"'
    assert_output 'key:0x00000011 A/peer'
}

@test 'ipcls: of a segment that is only mapped and unlinked nothing else is made up' {
    run -0 alone '
        echo hidden | shmput /hidden; hold peer map /hidden; rm /dev/shm/hidden
        hold wait_peer memfd label
        ipcls -a -r --noheadings -t pshm,memfd -o KIND,LABEL,OWNER,UID,GROUP,GID,MODE,SIZE,STATE,ORPHAN | sed "s/root/0/g" | sort'
    assert_line --regexp '^pshm /dev/shm/hidden (- - - - - -|0 0 0 0 0600 7) unlinked no$'
    assert_line --regexp '^memfd label (- - - - - -|0 0 0 0 0777 4096) - no$'
}

@test 'ipcls: -t memfd and --orphans look into /dev/shm all the same' {
    run -0 alone '
        hold wait_peer memfd one
        echo x | shmput key:0x11; hold peer map key:0x11
        ipcls -r --noheadings -t shm,memfd -o KIND,USERS | sed "s,[0-9]*/,P/," | sort
        ipcls -a -r --noheadings -t shm -o KIND,USERS | sed "s,[0-9]*/,P/,"'
    assert_output $'memfd P/wait_peer\nshm P/peer\nshm P/peer'
}

@test 'ipcls: all who hold one of many tokens are known' {
    run -0 alone '
        for i in $(seq 20); do semctl run -j 25 key:0x31 sleep 60 9>&- & done
        all() { [[ $(ipcls -r --noheadings -o USERS -t sem | grep -o sleep:holds | wc -l) == 20 ]]; }
        await all
        ipcls -r --noheadings -o STATE -t sem'
    assert_output '5\x20of\x2025\x20tokens\x20free'
}

# --- who waits ---

@test 'ipcls: it says who waits in a queue, a semaphore and a FIFO' {
    run -0 alone '
        mqsend -C key:0x12 </dev/null; mqsend -C --max-messages=3 --message-size=10 /queue </dev/null
        peer sem-make key:0x13 0; peer sem-make /sem 0; echo x | shmput /seg
        mkfifo fifo lonely
        mqrecv key:0x12 9>&- & mqrecv /queue 9>&- &
        perl -e "semop(semget(0x13, 0, 0), pack(q(s3), 0, -1, 0))" 9>&- &
        shmcat -l /sem /seg 9>&- >/dev/null & p=$!
        exec 6<>fifo; cat <fifo 6>&- 9>&- & cat lonely 6>&- 9>&- &
        all() { [[ $(ipcls -a -r --noheadings -o WAITERS | grep -c :) == 6 ]]; }
        await all
        ipcls -a -r --noheadings -o KIND,NAME,WAITERS | grep "/[a-z]*:" | sed "s,[0-9]*/\([a-z]*:\),\1,; s, /tmp.*/, ,"
        ipcls -r --noheadings -o STATE /sem
        ipcls key:0x13 | grep ^user | sed "s,[0-9]*/,/,"'
    assert_output - <<'END'
msg key:0x00000012 mqrecv:msgrcv
pmsg /queue mqrecv:mq_receive
sem key:0x00000013 perl:semop
psem /sem shmcat:sem_wait
fifo fifo cat:read
fifo lonely cat:open
value\x200,\x201\x20waiting
user       /perl waits in semop (semaphore 0)
END
}

@test 'ipcls: where the call may not be seen, a process with one queue waits for that, as it seems' {
    run -0 alone '
        mqsend -C --max-messages=3 --message-size=10 /queue </dev/null
        mqrecv /queue 9>&- & a=$!
        await sleeps $a wq_sleep
        ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -P task/$a/syscall -e inject=openat:error=EACCES \
            ipcls /queue | grep ^user | sed "s,[0-9]*/,/,"'
    assert_output --regexp '^user +/mqrecv reads,writes,waits in mq_receive, as it seems$'
}

deadlock='
peer sem-make key:0x21 1; peer sem-make key:0x22 1
take="semop(semget(\$_, 0, 0), pack(q(s3), 0, -1, 0)) or die for map { hex } @ARGV[0]; \$| = 1; print qq(\n); sysread STDIN, \$_, 1;
    semop(semget(hex(\$ARGV[1]), 0, 0), pack(q(s3), 0, -1, 0))"
mkfifo go; exec 7<>go
hold perl -e "$take" 0x21 0x22 <go; a=$held
hold perl -e "$take" 0x22 0x21 <go; b=$held
echo >&7; echo >&7
await sleeps $a semtimedop; await sleeps $b semtimedop
'

@test 'ipcls: two processes that wait for each other are a possible deadlock' {
    run -0 --separate-stderr alone "$deadlock"'
        ipcls -J -o NAME,WAITERS -t sem >json
        ipcls -t sem >/dev/null 2>err; echo "status $?"
        sed "s,\b$a/,A/,g; s,\b$b/,B/,g" err
        ipcls --graph 2>/dev/null | grep -c "color=red"'
    assert_line --index 0 'status 0'
    assert_line --index 1 --regexp '^ipcls: possible deadlock: A/perl waits for sem key:0x00000022 \(semaphore 0\), last used by B/perl, which waits for sem key:0x00000021 \(semaphore 0\), last used by A/perl$|^ipcls: possible deadlock: B/perl waits for sem key:0x00000021 \(semaphore 0\), last used by A/perl, which waits for sem key:0x00000022 \(semaphore 0\), last used by B/perl$'
    assert_line --index 2 4
    perl -MJSON::PP -0777 -e 'my $d = decode_json(<STDIN>)->{deadlocks}; die unless @$d == 1 && @{$d->[0]} == 2 && $d->[0][0]{semaphore} == 0' <json
}

# Two shells that each hold a lock of semctl run, and whose children wait for the other one.
crossed='
mkfifo go; exec 7<>go
hold semctl run key:0x31 sh -c "echo; read x <go; semctl run $OPTIONS key:0x32 true; exit 0"; a=$held
hold semctl run key:0x32 sh -c "echo; read x <go; semctl run $OPTIONS key:0x31 true; exit 0"; b=$held
echo >&7; echo >&7
waiting() { [[ $(semctl get -v "$1" | tr -s " " | cut -d " " -f 4 | sed -n 2p) == 1 ]]; }
await waiting key:0x31; await waiting key:0x32
'

@test 'ipcls: who holds a token of semctl run is known, and so is a deadlock through children' {
    run -0 --separate-stderr alone "OPTIONS=; $crossed"'
        ipcls -t sem -o NAME,STATE,USERS 2>err | sed "s,\b$a/,A/,g; s,\b$b/,B/,g; s,[0-9]*/semctl,S/semctl,"
        sed "s,\b$a/,A/,g; s,\b$b/,B/,g; s,[0-9]*/semctl,S/semctl,g" err
        ipcls -J -t sem 2>/dev/null >json
        ipcls --graph 2>/dev/null | grep -c "held by"'
    assert_line --regexp '^key:0x00000031 +0 of 1 token free +A/sh:holds,S/semctl:semop$'
    assert_line --regexp '^key:0x00000032 +0 of 1 token free +B/sh:holds,S/semctl:semop$'
    assert_line --regexp '^ipcls: possible deadlock: ./sh waits for its child S/semctl, which waits for sem key:0x0000003. \(semaphore 0\), held by ./sh, which waits for its child S/semctl, which waits for sem key:0x0000003. \(semaphore 0\), held by ./sh$'
    assert_line 2
    perl -MJSON::PP -0777 -e 'my $d = decode_json(<STDIN>)->{deadlocks}; die unless @$d == 1 && @{$d->[0]} == 4 && grep { $_->{waits_in} eq "wait" } @{$d->[0]}' <json
}

@test 'ipcls: a deadlock of semctl run with POSIX semaphores is reported, with a time limit not' {
    # shellcheck disable=SC2016
    posix='
        semctl create /a 1; semctl create /b 1; rm -f got-a got-b
        semctl run /a sh -c "echo >got-a; until [ -e got-b ]; do :; done; $1" & p=$!
        until [ -e got-a ]; do :; done
        semctl run /b sh -c "echo >got-b; semctl run $2 /a true; :" & q=$!
        inner() { local pid=$1 a=$1; while read -r pid _ <"/proc/$pid/task/$pid/children" || [[ $pid ]]; do a=$pid; done; sleeps "$a" futex; }
        await inner $p; await inner $q
        ipcls -t psem -o NAME,WAITERS 2>&1 | sed -E "s:\\b$p/:P/:g; s:\\b$q/:Q/:g; s:[0-9]+/semctl, which waits for psem:S/semctl, which waits for psem:g"
        ipcls /b 2>/dev/null | grep sem_wait | cut -d / -f 2'
    run -0 alone "$posix" 'semctl run /b true; :' ''
    assert_line --regexp 'ipcls: possible deadlock: [PQ]/semctl waits for its child S/semctl, which waits for psem /[ab], which is up to [PQ]/semctl, which waits for its child S/semctl, which waits for psem /[ab], which is up to [PQ]/semctl$'
    assert_line 'semctl maps,waits in sem_wait'
    # A shell that waits for what it has started in the background does so for a signal.
    run -0 alone "$posix" 'semctl run /b true & wait; :' ''
    assert_line --partial 'ipcls: possible deadlock: '
    run -0 --separate-stderr alone "$posix" 'semctl run /b true; :' '-w 60'
    refute_line --partial deadlock
    run -0 --separate-stderr alone "$posix" 'semctl run -w 60 /b true; :' ''
    refute_line --partial deadlock
    assert_line 'semctl maps,waits in sem_wait, for a limited time'
}

@test 'ipcls: who waits for a time only is in no deadlock' {
    run -0 --separate-stderr alone "OPTIONS='-w 60'; $crossed"'
        ipcls -t sem -o NAME,USERS 2>&1'
    assert_line --regexp ':semop'
    refute_output --partial deadlock
}

@test 'ipcls: the state of what semctl makes is told in its words' {
    run -0 --separate-stderr alone '
        semctl run -j 3 key:0x33 true
        semctl barrier -n -c 4 key:0x34
        ipcls -r --noheadings -t sem -o NAME,STATE'
    assert_line 'key:0x00000033 3\x20of\x203\x20tokens\x20free'
    assert_line 'key:0x00000034 barrier:\x204\x20of\x204\x20lacking'
}

@test 'ipcls: names and commands in a report of a deadlock are harmless' {
    run -0 --separate-stderr alone '
        mkfifo $"e\033[31m" two; one=$(printf "e\033[31m"); mv e* "$one" 2>/dev/null
        exec 7<>"$one" 8<>two
        cat <"$one" >two 7>&- 8>&- 9>&- & a=$!
        cat <two >"$one" 7>&- 8>&- 9>&- & b=$!
        await sleeps $a pipe_read; await sleeps $b pipe_read
        exec 7>&- 8>&-
        ipcls -t fifo >/dev/null'
    [[ $stderr == *'possible deadlock'*'e\x1b[31m'* ]] || fail "$stderr"
    run ! grep -q $'\033' <<<"$stderr"
}

@test 'ipcls: two FIFOs read in a circle are a possible deadlock' {
    run -0 --separate-stderr alone '
        mkfifo one two
        exec 7<>one 8<>two
        cat <one >two 7>&- 8>&- 9>&- & a=$!
        cat <two >one 7>&- 8>&- 9>&- & b=$!
        await sleeps $a pipe_read; await sleeps $b pipe_read
        exec 7>&- 8>&-
        ipcls -a -t fifo 2>&1 >/dev/null | grep -c "possible deadlock: .*cat waits for fifo .*, which is up to .*cat, which waits for fifo"'
    assert_output 1
}

@test 'ipcls: idle workers at one queue, and who waits only for a time, are no deadlock' {
    run -0 --separate-stderr alone '
        mqsend -C --max-messages=3 --message-size=10 /queue </dev/null; peer sem-make /sem 0; echo x | shmput /seg
        for i in 1 2 3; do mqrecv -f /queue 9>&- & done
        shmcat -l /sem -w 50 /seg 9>&- &
        all() { [[ $(ipcls -r --noheadings -o WAITERS | grep -o : | wc -l) == 4 ]]; }
        await all
        ipcls 2>&1 >/dev/null'
    assert_output ''
}

@test 'ipcls: two FIFOs written in a circle are a possible deadlock, by write(2) and writev(2)' {
    run -0 --separate-stderr alone '
        mkfifo one two
        exec 7<>one 8<>two
        bash -c "exec wait_peer write one 8<two" <&- 7>&- 8>&- 9>&- >/dev/null & a=$!
        bash -c "exec wait_peer writev two 8<one" <&- 7>&- 8>&- 9>&- >/dev/null & b=$!
        await sleeps $a pipe_write; await sleeps $b pipe_write
        exec 7>&- 8>&-
        ipcls -t fifo -r --noheadings -o WAITERS 2>&1 | sed "s,[0-9]*/,/,g"'
    assert_line /wait_peer:write
    assert_line --regexp '^ipcls: possible deadlock: /wait_peer waits for fifo .*, which is up to /wait_peer, which waits for fifo .*, which is up to /wait_peer$'
}

@test 'ipcls: two full queues, whose readers wait to send, are a possible deadlock' {
    run -0 --separate-stderr alone '
        for k in 1 2; do perl -e "\$q = msgget(hex \$ARGV[0], 01600); 1 while msgsnd(\$q, pack(q(l!a4000), 1, q()), 04000)" $k; done
        send="msgrcv(msgget(\$ARGV[0], 0), \$m, 4000, 0, 0); msgsnd(msgget(\$ARGV[0], 0), pack(q(l!a4000), 1, q()), 0); \$| = 1; print qq(\n);
            sysread STDIN, \$_, 1; msgsnd(msgget(\$ARGV[1], 0), pack(q(l!a4000), 1, q()), 0)"
        mkfifo go; exec 7<>go
        hold perl -e "$send" 1 2 <go; a=$held
        hold perl -e "$send" 2 1 <go; b=$held
        echo >&7; echo >&7
        await sleeps $a msgsnd; await sleeps $b msgsnd
        ipcls -t msg -r --noheadings -o WAITERS 2>&1 | sed "s,[0-9]*/,/,g"'
    assert_line --index 0 /perl:msgsnd
    assert_line --index 1 /perl:msgsnd
    assert_line --regexp '^ipcls: possible deadlock: /perl waits for msg key:0x0000000., last used by /perl, which waits for msg key:0x0000000., last used by /perl$'
}

@test 'ipcls: a POSIX queue in which somebody waits to send is told, and who may be up to it' {
    run -0 --separate-stderr alone '
        for q in one two; do mqsend -C --max-messages=1 --message-size=1 /$q x; done
        mqsend -w 50 /one y 9>&- & a=$!
        hold wait_peer mq_send /two; b=$held
        await sleeps $a wq_sleep; await sleeps $b wq_sleep
        ipcls -t pmsg -r --noheadings -o NAME,WAITERS | sed "s,[0-9]*/\([mw]\),\1,g"
        ipcls /one | grep ^user | sed "s,[0-9]*/,/,g"
        ipcls /two | grep ^user | sed "s,[0-9]*/,/,g"'
    assert_output - <<'END'
/one mqsend:mq_send
/two wait_peer:mq_send
user      /mqsend writes,waits in mq_send
user      /wait_peer writes,waits in mq_send
END
}

@test 'ipcls: a wait for a futex in a segment is shown if segments are all that is listed' {
    # shellcheck disable=SC2016
    run -0 --separate-stderr alone '
        head -c 4096 /dev/zero >/dev/shm/word
        hold wait_peer futex /dev/shm/word; await sleeps $held futex
        for list in "" "-t pshm" "/word"; do ipcls -r --noheadings -o NAME,USERS,WAITERS $list | sed "s,[0-9][0-9]*/,P/,g"; done
        ipcls --noheadings -o USERS /word | sed "s,[0-9][0-9]*/,P/,g"
        ipcls /word | grep ^user | sed "s,[0-9]*/,/,g"'
    assert_output - <<'END'
/word P/wait_peer:futex P/wait_peer:futex
/word P/wait_peer:futex P/wait_peer:futex
/word P/wait_peer:futex P/wait_peer:futex
P/wait_peer:futex
user     /wait_peer maps,reads,writes,waits in futex
END
}

@test 'ipcls: two processes that wait for what the other has mapped are a possible deadlock' {
    run -0 --separate-stderr alone '
        peer sem-make /one 0; peer sem-make /two 0; head -c 4096 /dev/zero >/dev/shm/word
        hold wait_peer futex "/dev/shm/sem.one /dev/shm/sem.two"; a=$held
        hold wait_peer futex "/dev/shm/sem.two /dev/shm/sem.one"; b=$held
        hold wait_peer futex /dev/shm/word; c=$held
        await sleeps $a futex; await sleeps $b futex; await sleeps $c futex
        ipcls -r --noheadings -o NAME,WAITERS 2>&1 | sed "s,[0-9][0-9]*/,P/,g"'
    assert_line '/word P/wait_peer:futex'
    assert_line '/one P/wait_peer:sem_wait'
    assert_line --regexp '^ipcls: possible deadlock: P/wait_peer waits for psem /..., which is up to P/wait_peer, which waits for psem /..., which is up to P/wait_peer$'
    assert_equal "$(grep -c possible <<<"$output")" 1
}

@test 'ipcls: who holds the only token of a set and waits for it is stuck by himself' {
    run -0 --separate-stderr alone '
        semctl run key:0x31 wait_peer semop "0x31 0:-1" 9>&- & a=$!
        await sleeps $a semtimedop
        ipcls -t sem -r --noheadings -o USERS 2>&1 | sed "s,\b$a/,A/,g"
        ipcls -J -t sem -o USERS 2>/dev/null | grep -o "\"uses\":[^]]*]"
        ipcls --graph 2>/dev/null | sed "s/p$a/A/g" | grep -e "->"'
    assert_line A/wait_peer:semop
    assert_line 'ipcls: possible deadlock: A/wait_peer waits for sem key:0x00000031 (semaphore 0), held by A/wait_peer'
    assert_line '"uses":["holds","waits"]'
    assert_line $'\tA -> o0 [label="holds", dir=none];'
    assert_line $'\tA -> o0 [label="waits: semop (0)", style=bold, color=red, fontcolor=red];'
    assert_line $'\to0 -> A [label="held by", style=bold, color=red, fontcolor=red];'
}

@test 'ipcls: who was the last to use what he waits for is in no deadlock by himself' {
    run -0 --separate-stderr alone '
        perl -e "\$i = semget(0x13, 1, 01600); semop(\$i, pack(q(s3), 0, 1, 0)); semop(\$i, pack(q(s3), 0, -1, 0)); semop(\$i, pack(q(s3), 0, -1, 0))" 9>&- & a=$!
        await sleeps $a semtimedop
        ipcls -t sem -r --noheadings -o USERS | sed "s,\b$a/,A/,"'
    assert_output A/perl:semop
    assert_equal "$stderr" ''
}

# deadlocked WAY OBJECT: two processes hold a token of one set each and want that of the other; the first of them by this
# way of wait_peer.
deadlocked='
mkfifo go; exec 7<>go
holder="echo; read -r x <go; exec wait_peer \"\$@\" >/dev/null"
both() { [[ $(ipcls -r --noheadings -o WAITERS -t sem 2>/dev/null | grep -c :semop) == 2 ]]; }
deadlocked() {
    hold semctl run key:0x31 sh -c "$holder" sh "$1" "$2"
    hold semctl run key:0x32 sh -c "$holder" sh semop "0x31 0:-1"
    echo >&7; echo >&7
    await both
    ipcls -t sem 2>&1 >/dev/null | sed "s,[0-9]*/wait_peer,P,g; s/key:0x000000//g; s/ (semaphore 0)//g"
}
'

@test 'ipcls: a deadlock is found through children that are waited for in any way' {
    local way found
    for way in 'waitid ' 'wait 1 ' 'wait 5 '; do
        run -0 alone "rm -f go; $deadlocked"'deadlocked "$@"' "${way%% *}" "${way#* }0x32 0:-1"
        for found in 'P waits for its child P, which waits for sem 32, held by P, which waits for sem 31, held by P' \
            'P waits for sem 32, held by P, which waits for sem 31, held by P, which waits for its child P' \
            'P waits for sem 31, held by P, which waits for its child P, which waits for sem 32, held by P' nothing; do
            [[ $output != "ipcls: possible deadlock: $found" ]] || break
        done
        [[ $found != nothing ]] || fail "$way: $output"
    done
}

@test 'ipcls: what another thread could end is no deadlock, nor what lies beyond the generations that are looked at' {
    local way
    for way in 'thread ' 'wait 20 '; do
        run -0 alone "rm -f go; $deadlocked"'deadlocked "$@"' "${way%% *}" "${way#* }0x32 0:-1"
        assert_output ''
    done
}

@test 'ipcls: many deadlocks at once are all told' {
    cat >pairs <<'END'
$| = 1;
sub operate { semop(semget($_[0], 1, 01600), pack("s3", 0, $_[1], 0)) or die }
pipe GO, GONE;
for my $n (1 .. 35) {
    for my $pair ([2 * $n, 2 * $n + 1], [2 * $n + 1, 2 * $n]) {
        operate($pair->[0], 1);
        pipe R, W;
        if (fork == 0) {
            operate($pair->[0], -1);
            close GONE; close W;
            sysread GO, $x, 1;
            operate($pair->[1], -1);
            exit;
        }
        close W;
        sysread R, $x, 1;
    }
}
close GONE;
print "\n";
sleep 60;
END
    run -0 alone '
        hold setsid perl pairs
        all() { [[ $(ipcls -r --noheadings -o WAITERS 2>/dev/null | grep -c semop) == 70 ]]; }
        await all
        ipcls 2>&1 >/dev/null | grep -c "possible deadlock"
        ipcls -J -o USERS 2>/dev/null >json
        perl -MJSON::PP -0777 -e "print scalar @{decode_json(<>)->{deadlocks}}, qq(\n)" json
        kill -- -$held'
    assert_output $'35\n35'
}

@test 'ipcls: it says who waits for what, in whatever call' {
    run -0 alone '
        mqsend -C key:0x12 </dev/null; semctl create key:0x13 0 0 1
        hold wait_peer semop "0x13 0:1 1:-1"; d=$held
        hold wait_peer semop "0x13 2:0"; e=$held
        hold wait_peer semop "0x13 0:1 2:0"; f=$held
        hold wait_peer low 0x12; i=$held
        await sleeps $i msgrcv
        for p in $d $e $f; do await sleeps $p semtimedop; done
        ipcls -r --noheadings -o KIND,WAITERS -t msg,sem | sed "s,[0-9]*/,/,g" | sort
        ipcls key:0x13 | grep ^user | sed "s,[0-9]*/,/,"'
    assert_output - <<'END'
msg -
sem /wait_peer:semop,/wait_peer:semop-zero,/wait_peer:semop-zero,?
user       /wait_peer waits in semop (semaphore 1)
user       /wait_peer waits in semop-zero (semaphore 2)
user       /wait_peer waits in semop-zero (semaphore 2)
user       unknown: not all processes may be looked at
END
}

@test 'ipcls: it says who waits for a FIFO, in whatever call, and by whatever path' {
    run -0 alone '
        mkdir dir
        mkfifo read polled slept lonely gone other dir/below; exec 5<>read 6<>polled 7<>slept
        hold wait_peer readv read; a=$held
        hold wait_peer poll polled; b=$held
        hold wait_peer nothing slept; c=$held
        for path in "$PWD/lonely" "$PWD/lonely" lonely "$PWD/gone" other; do hold wait_peer open "$path"; opening+=" $held"; done
        hold wait_peer openat "dir below"; opening+=" $held"
        rm gone other; : >other
        await sleeps $a pipe_read; await sleeps $b poll; await sleeps $c poll
        for p in $opening; do await sleeps $p partner; done
        exec 5>&- 6>&- 7>&-
        ipcls -r --noheadings -o NAME,WAITERS -t fifo | grep : | sed "s,[0-9]*/\([wc]\),\1,g; s,^[^ ]*/,," | sort'
    assert_output - <<'END'
lonely wait_peer:open,wait_peer:open,wait_peer:open
polled wait_peer:poll
read wait_peer:read
END
}

@test 'ipcls: of many operations the first few are looked at, and which one is waited for may stay unknown' {
    run -0 alone '
        semctl create key:0x13 0 0 1
        hold wait_peer semop "0x13 $(printf "1:0 %.0s" $(seq 20))0:-1"; a=$held
        await sleeps $a semtimedop
        ipcls key:0x13 | grep ^user | sed "s,[0-9]*/,/,"'
    assert_output --regexp '^user +/wait_peer waits in semop$'
}

@test 'ipcls: where the call may not be seen, its place in the kernel tells of a FIFO and of a queue that is written' {
    run -0 alone '
        mkfifo one two; exec 5<>one 6<>two
        mqsend -C --max-messages=1 --message-size=10 /queue x
        hold wait_peer mq_send /queue; a=$held
        wait_peer readv one >/dev/null 5>&- 6>&- 9>&- & b=$!
        bash -c "exec wait_peer readv one 4<two" >/dev/null 5>&- 6>&- 9>&- & c=$!
        sleep 60 <one 5>&- 6>&- 9>&- & d=$!
        await sleeps $a wq_sleep; await sleeps $b pipe_read; await sleeps $c pipe_read; await sleeps $d nanosleep
        exec 5>&- 6>&-
        blind() { ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -P task/$a/$1 -P task/$b/$1 -P task/$c/$1 -P task/$d/$1 ${2:+-P task/$a/$2 -P task/$b/$2 -P task/$c/$2} \
            -e inject=openat:error=EPERM ipcls -r --noheadings -o KIND,WAITERS,NAME -t pmsg,fifo |
                sed -n "s,\b$a/,A/,; s,\b$b/,B/,; s,\b$c/,C/,; s, $PWD/[^ ]*\$,,p; s, /queue\$,,p" | sort; }
        blind syscall
        echo --
        blind syscall wchan
        echo --
        ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -P task/$a/syscall -e inject=openat:error=EPERM ipcls /queue | grep ^user | sed "s,[0-9]*/,/,"'
    assert_output - <<'END'
fifo -
fifo -
fifo -
fifo B/wait_peer:read,?
pmsg A/wait_peer:mq_send,?
--
fifo -
fifo -
fifo -
fifo -
pmsg -
--
user      /wait_peer writes,waits in mq_send, as it seems
END
}

@test 'ipcls: who polls what another one reads can go on, and so can everybody who may not be looked at' {
    needs_uids
    run -0 --separate-stderr alone '
        mkfifo fifo one two; chmod 666 one two; exec 5<>fifo 7<>one 8<>two
        cat <fifo 5>&- 7>&- 8>&- 9>&- & a=$!
        hold wait_peer poll fifo 5>&- 7>&- 8>&-; b=$held
        exec 5>&-
        as="setpriv --reuid 1234 --regid 1234 --clear-groups"
        $as cat <one >two 7>&- 8>&- 9>&- & c=$!
        $as cat <two >one 7>&- 8>&- 9>&- & d=$!
        await sleeps $a pipe_read; await sleeps $b poll; await sleeps $c pipe_read; await sleeps $d pipe_read
        exec 7>&- 8>&-
        ipcls -r --noheadings -o WAITERS "file:$PWD/fifo" | sed "s,\b$a/,A/,; s,\b$b/,B/," | tr , "\n" | sort
        $as ipcls -r --noheadings -o WAITERS -t fifo 2>&1 | grep -c cat:read
        ipcls -J -o USERS -t fifo 2>err | perl -MJSON::PP -0777 -e "print join(q( ), map { \$_->{waits_in} . (exists \$_->{semaphore}) } @{decode_json(<STDIN>)->{deadlocks}[0]}), qq(\n)"
        grep -c possible err'

    assert_output $'A/cat:read\nB/wait_peer:poll\n2\nread read\n1'
}

@test 'ipcls: a place in the kernel that older ones have is known, and one that says nothing is none' {
    run -0 alone '
        mkfifo fifo; exec 5<>fifo
        wait_peer readv fifo >/dev/null 5>&- 9>&- & a=$!
        await sleeps $a pipe_read
        exec 5>&-
        : >syscall; chmod 0 syscall
        for place in pipe_read wq_sleep 0; do
            printf %s $place >wchan
            mount --bind wchan /proc/$a/task/$a/wchan
            ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -P task/$a/syscall -e inject=openat:error=EPERM ipcls -r --noheadings -o WAITERS file:fifo | sed "s,\b$a/,A/,"
            umount /proc/$a/task/$a/wchan
        done
        ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -P task/$a/syscall -e inject=openat:error=ESRCH bash -c "$as_first" first ipcls -r --noheadings -o WAITERS file:fifo'
    assert_output $'A/wait_peer:read,?\n-\n-\nnone'
}

@test 'ipcls: arguments of calls that lead nowhere do no harm' {
    [[ $(uname -m) == x86_64 ]] || return 0 # the numbers of the calls are its
    run -0 alone '
        semctl create key:0x13 0; : >/dev/shm/seg
        hold bash -c "exec 5</dev/shm/seg; exec wait_peer semop \"0x13 0:-1\""; a=$held
        await sleeps $a semtimedop
        rest="0x0 0x0 0x0 0x7fff00000000 0x8"
        # semop, read, poll, openat
        for call in "65 0x0 0x1 0x1" "65 0xffffffffff 0x1 0x1" "0 0xffffffffff 0x1 0x1" "0 0x3e7 0x1 0x1" "0 0x5 0x1 0x1" "7 0x0 0x0 0x0" "7 0x1 0x2 0x0" "257 0xffffff9c 0x1 0x0"; do
            echo "$call $rest" >syscall
            mount --bind syscall /proc/$a/task/$a/syscall
            echo "$call: $(first ipcls -a -r --noheadings -o WAITERS -t pshm,sem,fifo 2>&1 | sed "s,\b$a/,A/," | sort -u | paste -sd " ")"
            umount /proc/$a/task/$a/syscall
        done'
    assert_output - <<'END'
65 0x0 0x1 0x1: A/wait_peer:semop none
65 0xffffffffff 0x1 0x1: none
0 0xffffffffff 0x1 0x1: none
0 0x3e7 0x1 0x1: none
0 0x5 0x1 0x1: none
7 0x0 0x0 0x0: none
7 0x1 0x2 0x0: -
257 0xffffff9c 0x1 0x0: none
END
}

# --- orphans ---

@test 'ipcls: --orphans lists what nobody is left to use, with the reason' {
    run -0 alone '
        echo hello | shmput key:0x11; echo hello | shmput key:0x12; echo hello | shmput /left; echo hello | shmput /used
        peer sem-make key:0x13 5; mqsend -C key:0x14 one
        hold peer map key:0x12; hold peer map /used
        hold perl -e "\$| = 1; shmget(0x15, 10, 01600); print qq(\n); sleep 60"
        first ipcls -r --noheadings --orphans -o NAME,ORPHAN | sed "s/creator.x20[0-9]*/creator/; s/since.*/since/"'
    assert_output - <<'END'
key:0x00000011 nobody\x20attached,\x20creator\x20gone
/left nobody\x20has\x20it\x20mapped\x20or\x20open
key:0x00000014 1\x20message\x20left,\x20last\x20users\x20gone,\x20untouched\x20since
key:0x00000013 nobody\x20waits,\x20last\x20users\x20gone,\x20untouched\x20since
END
}

@test 'ipcls: where processes may not be looked at, an orphan is not guessed' {
    needs_uids
    run -0 alone '
        echo hello | shmput /left; chmod 666 /dev/shm/left
        setpriv --reuid 1234 --regid 1234 --clear-groups ipcls -r --noheadings --orphans -o NAME -t pshm'
    assert_output ''
}

@test 'ipcls: a process that started after the object is not its creator' {
    # Ids of processes are given out anew from this one on.
    run -0 alone '
        unshare --pid --fork --mount-proc bash -c "
            sh -c \"echo \\\$\\\$ >pid; exec ipcmk -M 10 >/dev/null\"
            while ((\$(date +%s) < \$(stat -c %Z pid) + 5)); do :; done
            echo \$((\$(<pid) - 1)) >/proc/sys/kernel/ns_last_pid
            sleep 60 & echo \$! >new
            ipcls -r --noheadings -o ORPHAN -t shm >orphan"
        cmp pid new && cat orphan'
    assert_output --regexp '^nobody\\x20attached,\\x20creator\\x20[0-9]+\\x20gone$'
}

@test 'ipcls: --orphans spares what living processes used last, or wait for' {
    run -0 alone '
        for k in 1 2 3; do mqsend -C key:0x1$k one two three; done
        for k in 1 2 3 4; do peer sem-make key:0x2$k 1; done
        mqsend -C key:0x14 </dev/null; semctl create key:0x25 1; semctl op key:0x25 0-1
        ipcmk -S 1 >/dev/null; ipcmk -Q >/dev/null
        hold perl -e "\$| = 1; msgsnd(msgget(0x11, 0), pack(q(l!a), 1, q(x)), 0); msgrcv(msgget(0x12, 0), \$m, 9, 0, 0);
            semop(semget(0x21, 0, 0), pack(q(s3), 0, 1, 0)) or die; print qq(\n); sleep 60"
        mqrecv key:0x14 9>&- & a=$!
        wait_peer semop "0x22 0:-2" >/dev/null 9>&- & b=$!
        wait_peer semop "0x23 0:0" >/dev/null 9>&- & c=$!
        await sleeps $a msgrcv; await sleeps $b semtimedop; await sleeps $c semtimedop
        first ipcls -r --noheadings --orphans -o KIND,NAME -t msg,sem | grep -v id:
        first ipcls -r --noheadings -o ORPHAN -t msg,sem | sed "s/since[^,]*/since/" | sort | uniq -c | sed "s/^ *//"'
    assert_output - <<'END'
msg key:0x00000013
sem key:0x00000024
sem key:0x00000025
1 3\x20messages\x20left,\x20last\x20users\x20gone,\x20untouched\x20since
6 no
2 nobody\x20waits,\x20last\x20users\x20gone,\x20untouched\x20since
1 unknown:\x20empty,\x20untouched\x20since,\x20but\x20who\x20made\x20it\x20is\x20not\x20known
1 unknown:\x20untouched\x20since,\x20but\x20who\x20made\x20it\x20is\x20not\x20known
END
}

@test 'ipcls: where semaphores may not be read, whether a set is an orphan is unknown' {
    needs_uids
    run -0 alone '
        peer sem-make key:0x21 1
        mqsend -C key:0x12 one
        as="setpriv --reuid 1234 --regid 1234 --clear-groups"
        $as ipcls -r --noheadings -o NAME,ORPHAN -t sem,msg'
    assert_output - <<'END'
key:0x00000012 unknown:\x201\x20message\x20left,\x20last\x20users\x20gone,\x20but\x20who\x20waits\x20is\x20not\x20known
key:0x00000021 unknown:\x20may\x20not\x20be\x20read
END
}

@test 'ipcls: a POSIX queue that nobody has open is an orphan, whatever is left in it; a semaphore whose own word says that it is awaited is none' {
    run -0 alone '
        for n in 0 1 2; do mqsend -C --max-messages=3 --message-size=1 /q$n $(seq $n) </dev/null; done
        peer sem-make /free 1
        # Who is killed cannot take himself out of the word.
        semctl create /awaited 0
        semctl wait /awaited 9>&- & a=$!
        awaited() { (($(peer sem-waiters /awaited) > 0)); }
        await awaited
        kill -KILL $a; wait $a 2>/dev/null
        ipcls -r --noheadings -o NAME,ORPHAN -t pmsg,psem | sort'
    assert_output - <<'END'
/awaited no
/free nobody\x20has\x20it\x20mapped
/q0 empty,\x20nobody\x20has\x20it\x20open
/q1 1\x20message\x20left,\x20nobody\x20has\x20it\x20open
/q2 2\x20messages\x20left,\x20nobody\x20has\x20it\x20open
END
}

@test 'ipcls: memory without a name, FIFOs and sockets are no orphans' {
    run -0 alone '
        peer unlinked /hidden <<<hidden >out1 9>&- & a=$!
        await test -s out1
        mkfifo fifo; exec 5<>fifo
        ipcls -a -r --noheadings -o KIND,ORPHAN -t pshm,fifo | sort -u'
    assert_output $'fifo no\npshm no'
}

@test 'ipcls: a queue is no sure orphan where one of its users lives where nobody can look; a set that is waited for from there is none' {
    run -0 alone '
        mqsend -C key:0x12 one two; semctl create key:0x13 1 0; semctl op key:0x13 0-1
        semctl wait key:0x13 9>&- & a=$!
        await sleeps $a semtimedop
        unshare --pid --fork --mount-proc bash -c "mqrecv key:0x12 >/dev/null; ipcls -r --noheadings -o ORPHAN -t msg,sem" | sed "s/since[^,]*/since/"'
    assert_output $'unknown:\\x201\\x20message\\x20left,\\x20untouched\\x20since,\\x20but\\x20who\\x20used\\x20it\\x20is\\x20not\\x20known\nno'
}

@test 'ipcls: a set of semctl run whose users in this PID namespace have ended is an orphan, unless one outside may hold it' {
    run -0 alone '
        away() { unshare --pid --fork --mount-proc bash -c "$1; ipcls -r --noheadings -o NAME,ORPHAN -t sem" | sed "s/since[^,]*/since/"; }
        away "semctl run key:0x31 true; semctl run -j 3 key:0x32 true"
        ipcrm-all --force --all >/dev/null; echo --
        semctl run -j 2 key:0x33 sleep 60 9>&- & a=$!; semctl run -j 2 key:0x34 true
        await sleeps $a hrtimer_nanosleep
        perl -e "semop(semget(0x34, 0, 0), pack(q(s3), 0, -1, 0))"
        # A program that adds a token hides that one is taken, but its slot is held.
        semctl run -j 2 key:0x35 sleep 60 9>&- & b=$!
        await sleeps $b hrtimer_nanosleep
        perl -e "semop(semget(0x35, 0, 0), pack(q(s3), 0, 1, 0))"
        away "semctl run -j 2 key:0x33 true; semctl run -j 2 key:0x34 true; semctl run -j 2 key:0x35 true"'
    assert_output - <<'END'
key:0x00000031 nobody\x20waits,\x20last\x20users\x20gone,\x20untouched\x20since
key:0x00000032 nobody\x20waits,\x20last\x20users\x20gone,\x20untouched\x20since
--
key:0x00000033 unknown:\x20untouched\x20since,\x20but\x20who\x20used\x20it\x20is\x20not\x20known
key:0x00000034 unknown:\x20untouched\x20since,\x20but\x20who\x20used\x20it\x20is\x20not\x20known
key:0x00000035 unknown:\x20untouched\x20since,\x20but\x20who\x20used\x20it\x20is\x20not\x20known
END
}

@test 'ipcls: of a queue that may not be read it is unknown what is in it, and who is left' {
    needs_uids
    run -0 alone "$own_mqueue"'
        mqsend -C -m 600 --max-messages=3 --message-size=10 /closed one
        setpriv --reuid 1234 --regid 1234 --clear-groups ipcls -r --noheadings -o STATE,ORPHAN -t pmsg'
    assert_output '- unknown:\x20nobody\x20seen,\x20but\x20not\x20all\x20processes\x20may\x20be\x20looked\x20at'
}

# --- operands ---

@test 'ipcls: of an operand it shows everything' {
    run -0 alone '
        perl -e "\$i = semget(0x13, 3, 01600); semctl(\$i, 1, 16, 7)"
        ipcls key:0x13'
    assert_line --regexp '^KIND +sem$'
    assert_line --regexp '^NAME +key:0x00000013$'
    assert_line --regexp '^VALUES +0,7,0$'
    assert_line --regexp '^semaphore +1: value 7, last process [0-9]+ is gone, 0 waiting to take, 0 for zero$'
}

@test 'ipcls: an operand that is not there is status 3, with others that are there 1' {
    run -3 --separate-stderr alone 'ipcls /nope'
    assert_equal "$stderr" 'ipcls: /nope: No such file or directory'
    run -3 --separate-stderr alone 'ipcls -r key:0x5eed id:77'
    run -1 --separate-stderr alone 'echo x | shmput /seg; ipcls -r --noheadings -o NAME /nope /seg'
    assert_output /seg
}

@test 'ipcls: a name is an object of each kind that bears it, and -t chooses' {
    run -0 alone '
        echo x | shmput /jobs; peer sem-make /jobs 1; mqsend -C --max-messages=1 --message-size=1 /jobs </dev/null
        ipcls -r --noheadings -o KIND /jobs; ipcls -r --noheadings -o KIND -t psem /jobs'
    assert_output $'pshm\npmsg\npsem\npsem'
}

@test 'ipcls: a FIFO is shown by its path, also if nobody has it open' {
    run -0 alone '
        mkfifo fifo; : >file
        first ipcls -r --noheadings -o KIND,STATE,USERS file:fifo
        ipcls file:file 2>&1; echo "status $?"'
    assert_output - <<'END'
fifo 0\x20readers,\x200\x20writers none
ipcls: file:file: not an IPC object, or not of a kind that is listed
status 3
END
}

@test 'ipcls: one id can be three objects' {
    run -0 alone 'ipcmk -Q >/dev/null; ipcmk -S 1 >/dev/null; ipcmk -M 1 >/dev/null; ipcls -r --noheadings -o KIND,ID id:0'
    assert_output $'shm 0\nmsg 0\nsem 0'
}

@test 'ipcls: what is not known comes first with --sort, and what is alike keeps its order' {
    run -0 alone '
        echo ab | shmput key:0x11; echo abcd | shmput key:0x12; echo ab | shmput /seg; semctl create key:0x13 1
        ipcls -r --noheadings --nousers -o NAME --sort=SIZE
        ipcls -r --noheadings --nousers -o NAME --sort=-SIZE'
    assert_output - <<'END'
key:0x00000013
key:0x00000011
/seg
key:0x00000012
key:0x00000012
/seg
key:0x00000011
key:0x00000013
END
}

@test 'ipcls: --sort orders lists by their lengths' {
    run -0 alone '
        semctl create key:0x13 9; semctl create key:0x14 1 1 1; semctl create key:0x15 7 7
        echo x | shmput /free; echo x | shmput /used
        hold peer map /used
        ipcls -r --noheadings --nousers -o NAME -t sem --sort=-VALUES
        ipcls -r --noheadings -o NAME -t pshm --sort=-USERS
        ipcls -r --noheadings -o NAME -t pshm --sort=USERS'
    assert_output $'key:0x00000014\nkey:0x00000015\nkey:0x00000013\n/used\n/free\n/free\n/used'
}

@test 'ipcls: of several operands it shows everything, an empty line between them; without users with --nousers' {
    run -0 alone '
        echo x | shmput /seg; semctl create key:0x13 1
        hold peer map /seg
        ipcls --nousers key:0x13 /seg'
    assert_line --index 0 --regexp '^KIND +pshm$'
    assert_equal "$(grep -c '^$' <<<"$output")" 1
    assert_equal "$(grep -c '^KIND' <<<"$output")" 2
    refute_line --regexp '^(USERS|WAITERS|ORPHAN|user|creator|last) '
}

@test 'ipcls: of a set it shows every semaphore' {
    run -0 alone '
        perl -e "\$i = semget(0x13, 100, 01600); semctl(\$i, \$_, 16, \$_) for 0..99"
        ipcls key:0x13'
    assert_equal "$(grep -c '^semaphore' <<<"$output")" 100
    assert_line --regexp '^semaphore +99: value 99, '
    assert_line "VALUES     $(seq -s , 0 99)"
    assert_line --regexp '^STATE +100 semaphores: 0 1 2 3 4 5 6 7 \.\.\.$'
}

@test 'ipcls: of an operand it shows what became of the processes that it remembers' {
    run -0 alone '
        hold perl -e "\$| = 1; shmget(0x15, 10, 01600); print qq(\n); sleep 60"
        echo x | shmput key:0x11; mqsend -C key:0x12 one two; mqrecv key:0x12 >/dev/null
        ipcls key:0x15 | grep creator | sed "s/\b$held\b/HELD/"
        ipcls key:0x11 key:0x12 | grep "^creator\|^last" | sed -E "s/[0-9]+/PID/"'
    assert_output - <<'END'
creator   HELD is running
creator       PID is gone
last process  PID is gone
last sender    PID is gone
last receiver  PID is gone
END
}

@test 'ipcls: of an operand it is said who waits for a time, and that users are not known' {
    needs_uids
    run -0 alone '
        semctl create key:0x13 0
        semctl wait -w 50 key:0x13 9>&- & a=$!
        await sleeps $a semtimedop
        ipcls key:0x13 | grep "^user" | sed "s,[0-9]*/,/,"
        setpriv --reuid 1234 --regid 1234 --clear-groups ipcls key:0x13 | grep "^user\|^semaphore\|^WAITERS"'
    assert_output - <<'END'
user       /semctl waits in semop (semaphore 0), for a limited time
user     unknown: not all processes may be looked at
END
}

@test 'ipcls: a socket, a memfd and a FIFO are found as file:PATH and memfd:PID:FD, and what is not there is told' {
    run -0 alone '
        hold perl -MIO::Socket::UNIX -MCwd -e "\$s = IO::Socket::UNIX->new(Local => getcwd . q(/sock), Listen => 1) or die; \$| = 1; print qq(\n); sleep 60"
        peer memfd <<<four >out 9>&- & a=$!
        await test -s out
        mkfifo fifo
        ipcls -r --noheadings -o KIND,STATE,OWNER "file:$PWD/sock"
        ipcls -r --noheadings -o KIND,SIZE,LABEL "memfd:$a:3"
        ipcls -r --noheadings -o KIND file:fifo file:fifo /none file:none "memfd:$a:77" 2>&1 | sed "s/:$a:/:A:/"
        echo "status ${PIPESTATUS[0]}"'
    assert_output --regexp $'^unix listening [a-z]+\nmemfd 5 peer\nfifo\nipcls: /none: No such file or directory
ipcls: file:none: No such file or directory\nipcls: memfd:A:77: No such file or directory\nstatus 1$'
}

@test 'ipcls: -u chooses also by who made it' {
    needs_uids
    run -0 alone '
        perl -MIPC::Msg -e "IPC::Msg->new(0x12, 01600)->set(uid => 65534) or die"
        echo x | shmput /mine
        ipcls -r --noheadings --nousers -o NAME,UID,CUID -u 0
        ipcls -r --noheadings --nousers -o NAME -u 65534'
    assert_output $'/mine 0 -\nkey:0x00000012 65534 0\nkey:0x00000012'
}

# --- other views ---

@test 'ipcls: --signals lists the processes that wait for signals, by sigwaitinfo(2) or a descriptor of signalfd(2)' {
    bg python3 -c 'import signal; signal.sigwait({signal.SIGHUP, signal.SIGUSR2})'
    local waits=$pid
    bg sigrecv --pid-file=pid RTMIN+1 USR1
    eventually test -s pid
    local receives=$pid
    bg python3 -c 'import ctypes, os, struct
libc = ctypes.CDLL(None)
fd = libc.signalfd(-1, ctypes.c_char_p(struct.pack("Q", 1 << 14)), 0)
import select
e = select.epoll()
e.register(fd, select.EPOLLIN)
open("epoll", "w").write("x")
e.poll()'
    local polls=$pid
    eventually test -s epoll
    listed() { ipcls --signals -r --noheadings >list && grep -q "^$1 " list; }
    eventually listed "$waits"
    eventually listed "$polls"
    eventually listed "$receives"
    assert_equal "$(grep "^$waits " list)" "$waits python3 $(id -u) sigwaitinfo HUP,USR2"
    assert_equal "$(grep "^$polls " list)" "$polls python3 $(id -u) epoll TERM"
    assert_equal "$(grep -m 1 "^$receives " list)" "$receives sigrecv $(id -u) poll USR1,RTMIN+1"
    assert_equal "$(grep -c "^$receives " list)" 2
    run -0 --separate-stderr bash -c 'ipcls --signals -J'
    perl -MJSON::PP -0777 -e 'my %of = map { $_->{pid} => $_ } @{decode_json($ARGV[0])->{signals}}; my $is = $of{$ARGV[1]};
        die unless $is->{signals} eq "HUP,USR2" && $is->{call} eq "sigwaitinfo" && $is->{uid} == $<' "$output" "$waits"
    kill "$receives"
    ends 143 "$receives"
    ipcls --signals >list
    run ! grep -w "$receives" list
    run ! grep -w "$$" list
}

@test 'ipcls: --signals lists nothing of a process that goes on while it is looked at' {
    # Its memory holds something else then.  The look at it begins late.
    run -0 alone '
        python3 -c "import ctypes, signal, struct, time
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
signals = ctypes.create_string_buffer(struct.pack(\"Q\", 1 << signal.SIGUSR1 - 1), 128)
ctypes.CDLL(None).sigwaitinfo(signals, None)
signals[:8] = struct.pack(\"Q\", 1 << signal.SIGUSR2 - 1)
time.sleep(60)" 9>&- & p=$!
        listed() { ipcls --signals -r --noheadings | grep "^$p "; }
        await listed
        ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 strace -qq -o /dev/null -e inject=process_vm_readv:delay_enter=3000000:when=1 \
            ipcls --signals -r --noheadings >list 9>&- & looks=$!
        sleep 0.5; kill -USR1 $p; wait $looks; grep -c "^$p " list || :'
    assert_output --regexp '^[0-9]+ python3 [0-9]+ sigwaitinfo USR1
0$'
}

@test 'ipcls: --signals is a list of its own' {
    local option
    for option in '-o NAME' '-t shm' '-u 0' --graph --limits --orphans '--sort NAME' --watch /x; do
        # shellcheck disable=SC2086 # several words
        usage_error ipcls --signals $option
    done
}

@test 'ipcls: --signals reports processes that may not be looked at' {
    needs_uids
    bg sigrecv USR1
    run -0 --separate-stderr as_nobody ipcls --signals
    [[ $stderr == *' could not be looked at, and may wait for signals' ]]
}

@test 'ipcls: --limits says how full they are' {
    run -0 alone '
        ipcmk -Q >/dev/null; ipcmk -Q >/dev/null; mqsend -C --max-messages=1 --message-size=4 /q </dev/null
        ipcls --limits -r | awk "\$2 == \"kernel.msgmni\" || \$2 == \"ulimit\\\\x20-q\" { print \$1, \$2, \$3 }"
        ipcls --limits -J' 
    assert_line --index 0 'msg kernel.msgmni 2'
    assert_line --index 1 'pmsg ulimit\x20-q 100'
    perl -MJSON::PP -0777 -ne 's/^.*?(?=\{)//s; die unless @{decode_json($_)->{limits}} > 10' <<<"$output"
}

@test 'ipcls: --graph is a graph of processes and objects' {
    run -0 alone '
        mqsend -C key:0x12 </dev/null; echo x | shmput /seg
        mqrecv key:0x12 9>&- & a=$!
        hold peer map /seg; b=$held
        await sleeps $a msgrcv
        ipcls --graph | sed "s/p$a\b/pA/g; s/p$b\b/pB/g"'
    assert_line --index 0 'digraph ipc {'
    assert_line --partial 'pA -> o1 [label="waits: msgrcv"'
    assert_line --partial 'pB -> o0 [label="maps", dir=none]'
    assert_line '}'
}

@test 'ipcls: --graph of hundreds of objects has a node for those that are used alike, and -a has a node for each' {
    run -0 alone '
        for i in {100..399}; do : >/dev/shm/seg$i; done
        for i in 1 2 3 4; do mqsend -C key:$i x; done; mqsend -C key:5 </dev/null
        hold bash -c "exec 5</dev/shm/seg100 6</dev/shm/seg101; echo; exec sleep 60"; a=$held
        pids=; for i in 1 2 3 4 5; do mqrecv key:5 9>&- & pids+=" $!"; done
        for p in $pids; do await sleeps $p msgrcv; done; await grep -q sleep /proc/$a/comm
        first ipcls --graph >few; ipcls --graph -a -t pshm,msg >all
        grep -o "label=.*" few | sed -E "s/[0-9]+, [0-9]+, [0-9]+/PIDS/; s/n$a\"/nPID\"/"
        grep -c "shape=box" all; grep -c "label=\"mqrecv.n[0-9]*\"" all; grep -c "waits: msgrcv" all'
    assert_output - <<'END'
label="298 pshm without users\n/seg102\n/seg103\n/seg104\n... 295 more"];
label="2 pshm\n/seg100\n/seg101"];
label="4 msg without users\nkey:0x00000001\nkey:0x00000002\nkey:0x00000003\nkey:0x00000004"];
label="msg\nkey:0x00000005"];
label="5 mqrecv\nPIDS\n... 2 more"];
label="waits: msgrcv", style=bold];
label="sleep\nPID"];
label="reads", dir=none];
305
5
5
END
}

@test 'ipcls: --graph stays within the width of a page' {
    command -v dot >/dev/null || skip 'dot(1) of graphviz is not installed'
    # shellcheck disable=SC2016
    run -0 alone '
        for i in {100..146}; do : >/dev/shm/a-segment-with-a-longer-name-$i; hold bash -c "exec 5</dev/shm/a-segment-with-a-longer-name-$i; echo; exec sleep 60"; done
        for i in {100..400}; do echo x | shmput key:$i; done
        for way in "" -a; do
            ipcls --graph $way -t shm,pshm,psem | dot -Tpng -Gdpi=96 >png || exit
            perl -e "read STDIN, \$_, 24; print join(q( ), unpack(q(x16NN))), qq(\n)" <png
        done'
    local width height
    while read -r width height; do
        ((width <= 8 * 96)) || fail "$width by $height pixels"
    done <<<"$output"
    read -r width height <<<"$output"
    ((height <= 14 * 96)) || fail "$width by $height pixels"
}

@test 'ipcls: --ns shows the objects of another namespace' {
    run -0 alone '
        echo outer | shmput key:0x11; echo outer | shmput /outer
        hold unshare --ipc --mount bash -c "mount -t tmpfs none /dev/shm; echo inner | shmput key:0x22; echo inner | shmput /inner; peer map /inner"
        ipcls -r --noheadings -o NAME,OWNER,USERS --ns=$held | sed "s, $held/, HELD/,"'
    assert_output $'key:0x00000022 0 none\n/inner 0 HELD/peer'
    run -1 --separate-stderr ipcls --ns=99999999
    assert_equal "$stderr" 'ipcls: 99999999: No such process'
}

@test 'ipcls: --watch redraws on a terminal with changes marked, and elsewhere fails' {
    run -1 --separate-stderr ipcls --watch
    assert_equal "$stderr" 'ipcls: --watch needs a terminal that can move its cursor as standard output'
    alone '
        mqsend -C key:0x12 one
        TERM=xterm script -qfc "stty rows 20 cols 100; exec ipcls --watch=50ms --nousers" screen </dev/null >/dev/null 9>&- & p=$!
        await grep -q "1 message, 3 bytes" screen
        mqsend key:0x12 two; ipcmk -M 10 >/dev/null
        await grep -q "1 new, 0 gone" screen
        kill -TERM $(pgrep -P $p); wait $p'
    LC_ALL=C grep -q $'\033\[7m2 messages, 6 bytes\033\[27m' screen
    LC_ALL=C grep -q $'\033\[?1049l' screen
}

@test 'ipcls: --limits shows those of the kinds of -t' {
    run -0 alone '
        for kinds in shm pshm msg pmsg sem fifo; do ipcls --limits -r --noheadings -t $kinds | cut -d " " -f 1 | sort | uniq -c; done'
    assert_output --regexp $'^ +3 shm\n +2 pshm\n +3 msg\n +4 pmsg\n +4 sem$'
}

@test 'ipcls: --limits of an IPC namespace that are small, or 0' {
    run -0 alone '
        [[ $(readlink /proc/self/ns/ipc) != "$others" ]] || exit 98
        cd /proc/sys/kernel
        echo 10 >shmall; echo 4096 >shmmax; echo 0 >msgmni
        echo x | shmput key:0x11
        ipcls --limits -r --noheadings -t shm,msg | grep "shmall\|shmmax\|msgmni" | cut -d " " -f 1-5'
    assert_output - <<'END'
shm kernel.shmall 4096 40960 10
shm kernel.shmmax - 4096 -
msg kernel.msgmni 0 0 -
END
}

@test 'ipcls: --limits prints limits above 2^63 in full, in each form' {
    run -0 alone '
        [[ $(readlink /proc/self/ns/ipc) != "$others" ]] || exit 98
        cd /proc/sys/kernel
        echo 18446744073692774399 >shmmax; echo 18446744073692774399 >shmall
        ipcls --limits -r --noheadings -t shm | grep "shmall\|shmmax" | cut -d " " -f 2-4
        ipcls --limits -b --noheadings -t shm | grep -o "shmall.*[0-9] .*[0-9] .*memory\|shmmax.*[0-9] .*size"
        ipcls --limits -J -t shm | grep -o "\"limit\":\"kernel.shm\(all\|max\).*\"most\":[0-9]*"
        ipcls --limits -t shm | awk "/shmall|shmmax/ { print \$4 }"
        echo 18446744073692774399 >shmall; echo 9223372036854775808 >shmmax
        ipcls --limits -r --noheadings -t shm | grep shmmax | cut -d " " -f 4'
    [[ $(getconf PAGESIZE) == 4096 ]] || skip 'pages are not of 4096 bytes'
    assert_output - <<'END'
kernel.shmall 0 75557863725845603938304
kernel.shmmax - 18446744073692774399
shmall  0  75557863725845603938304  0  memory
shmmax  -     18446744073692774399  -  size
"limit":"kernel.shmall","used":0,"most":75557863725845603938304
"limit":"kernel.shmmax","used":null,"most":18446744073692774399
64Z
16E
9223372036854775808
END
}

@test 'ipcls: --limits knows a /dev/shm and a number of queues that have no limit' {
    run -0 alone '
        mount -t tmpfs -o size=0,nr_inodes=0 none /dev/shm
        head -c 8192 /dev/zero >/dev/shm/seg
        ulimit -q unlimited 2>/dev/null || prlimit --msgqueue=unlimited --pid $$ 2>/dev/null
        ipcls --limits -r --noheadings -t pshm,pmsg | grep "/dev/shm\|ulimit" | cut -d " " -f 1-5
        prlimit --msgqueue=100000 ipcls --limits -r --noheadings -t pmsg | grep ulimit | cut -d " " -f 1-5'
    assert_line --regexp '^pshm /dev/shm [0-9]+ - -$'
    assert_line 'pshm /dev/shm - - -'
    assert_line 'pmsg ulimit\x20-q 0 100000 0'
}

@test 'ipcls: --limits counts the cost of your queues alone, and does not guess it' {
    needs_uids
    run -0 alone "$own_mqueue"'
        mqsend -C -m 666 --max-messages=1 --message-size=4 /theirs </dev/null
        as="setpriv --reuid 1234 --regid 1234 --clear-groups"
        cost() { $as ipcls --limits -r --noheadings -t pmsg 2>&1 | cut -d " " -f 1-3 | grep "ulimit\|queues_max"; }
        cost
        $as mqsend -C --max-messages=1 --message-size=4 /mine </dev/null
        cost
        chmod 0 /dev/mqueue/mine
        cost
        umount /dev/mqueue; mount -t tmpfs none /dev/mqueue
        $as ipcls --limits -r --noheadings -t pmsg 2>&1 | cut -d " " -f 1-4; echo "status ${PIPESTATUS[0]}"'
    assert_output - <<'END'
pmsg fs.mqueue.queues_max 1
pmsg ulimit\x20-q 0
pmsg fs.mqueue.queues_max 2
pmsg ulimit\x20-q 100
pmsg fs.mqueue.queues_max 2
pmsg ulimit\x20-q -
ipcls: /dev/mqueue: the file
pmsg fs.mqueue.queues_max - 256
pmsg ulimit\x20-q - 819200
pmsg fs.mqueue.msg_max - 10
pmsg fs.mqueue.msgsize_max - 8192
status 1
END
}

@test 'ipcls: --limits that are not told, or told in a strange way, are unknown' {
    run -0 alone '
        mkdir fake; : >fake/msg_max; echo none >fake/msgsize_max; echo 99999999999999999999 >fake/queues_max
        mount --bind fake /proc/sys/fs/mqueue
        ipcls --limits -r --noheadings -t pmsg | cut -d " " -f 2,4 | grep -v ulimit
        rm fake/*
        ipcls --limits -r --noheadings -t pmsg | cut -d " " -f 2,4 | grep -v ulimit'
    assert_output - <<'END'
fs.mqueue.queues_max 18446744073709551615
fs.mqueue.msg_max -
fs.mqueue.msgsize_max -
fs.mqueue.queues_max -
fs.mqueue.msg_max -
fs.mqueue.msgsize_max -
END
}

@test 'ipcls: --watch marks what has changed in a row, and counts the rows that do not fit' {
    alone '
        for i in 1 2 3 4 5 6 7 8 9; do : >/dev/shm/seg$i; done
        mqsend -C key:0x12 one; mqsend -C key:0x13 one
        TERM=xterm script -qfc "stty rows 9 cols 34; exec ipcls --watch=20ms --nousers --sort=KIND -o KIND,NAME,SIZE,STATE,MODE" screen </dev/null >/dev/null 9>&- & p=$!
        await grep -qs "11 objects" screen
        mqsend key:0x12 two
        await grep -q $'"'\033\[7m2 mes\033\[27m\033\[7m>'"' screen
        printf x >/dev/shm/seg1
        await grep -q $'"'\033\[7m   1\033\[27m\|\033\[7m1\033\[27m'"' screen
        : >/dev/shm/more
        await grep -q "1 new, 0 gone" screen
        rm /dev/shm/more
        await grep -q "0 new, 1 gone" screen
        kill -TERM $(pgrep -P $p); wait $p' || :
    # Neither the last rows nor what is beyond the right edge, but for how many rows there are.
    sed 1d screen >drawn
    run ! grep -qE 'seg[4-9]|messages|MODE' drawn
    grep -q seg3 drawn
    grep -q '[.][.][.] 6 more' drawn
}

@test 'ipcls: --watch in a terminal: a line that is cut has a mark, Ctrl-Z gives the terminal back, q ends it' {
    : >/dev/shm/ipcls-a-name-of-thirty-characters-or-so
    : >/dev/shm/ipcls-b
    terminal 24 40
    # Named, because tests that run beside make segments, too.
    typed 'ipcls --watch=1h --nousers -o NAME,OWNER,MODE /ipcls-a-name-of-thirty-characters-or-so /ipcls-b'
    eventually on_other_screen
    eventually on_screen '/ipcls-a-name-of-thirty-characters-or-s>'
    run ! on_screen '/ipcls-b >'
    in_terminal resize-window -x 60 -y 24
    eventually on_screen '/ipcls-a-name-of-thirty-characters-or-so  root   0644'
    in_terminal resize-window -x 60 -y 4
    eventually on_screen '... 2 more'
    keys C-z
    eventually on_first_screen
    typed fg
    eventually on_other_screen
    keys q
    eventually on_first_screen
    typed 'clear; echo "status $?"'
    eventually on_screen 'status 0'
    rm /dev/shm/ipcls-*
}

@test 'ipcls: --watch takes every row as new that another object has by now' {
    alone '
        : >/dev/shm/seg; ipcmk -Q >/dev/null; ipcmk -M 5 >/dev/null
        TERM=xterm script -qfc "stty rows 0 cols 0; exec ipcls --watch=20ms --nousers -o KIND,NAME" screen </dev/null >/dev/null 9>&- & p=$!
        await grep -qs "3 objects" screen
        : >/dev/shm/other; mv /dev/shm/other /dev/shm/seg
        await grep -q "1 new, 1 gone" screen
        kill -TERM $(pgrep -P $p); wait $p' || :
    LC_ALL=C grep -q $'\033\[7m/seg\033\[27m' screen
}

@test 'ipcls: --watch ends with a failure where the terminal takes nothing any more' {
    alone '
        TERM=xterm ASAN_OPTIONS=detect_leaks=0 script -qefc "strace -qq -o /dev/null -e inject=write:error=EIO:when=2 ipcls --watch=20ms --nousers 2>err" screen </dev/null >/dev/null 9>&-
        echo "status $?"; cat err' >out
    grep -x 'ipcls: standard output: Input/output error' out
    grep -x 'status 1' out
}

@test 'ipcls: --ns enters also the namespaces of a container that an ordinary user has made, and no others' {
    needs_uids
    chmod 777 .
    run -0 alone '
        as="setpriv --reuid 1234 --regid 1234 --clear-groups"
        hold $as unshare --user --map-root-user --ipc --mount bash -c "mount -t tmpfs none /dev/shm; echo inner | shmput key:0x22; echo inner | shmput /inner; echo; exec sleep 60"
        $as ipcls -r --noheadings --nousers -o NAME,UID --ns=$held
        hold unshare --ipc bash -c "echo; exec sleep 60"
        $as ipcls -r --noheadings --nousers -o NAME --ns=$held 2>&1 | sed "s/\b$held\b/PID/"'
    assert_output $'key:0x00000022 0\n/inner 0\nipcls: PID: Operation not permitted'
}

@test 'ipcls: --limits has nothing but names where the kernel tells nothing, and knows what has none' {
    run -0 alone '
        ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -e inject=shmctl,msgctl,semctl,statfs:error=ENOSYS ipcls --limits -r --noheadings | cut -d " " -f 1,3-5 | grep -v "^pmsg" | sort -u
        ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -e inject=prlimit64:retval=0:poke_exit=@arg4=ffffffffffffffffffffffffffffffff ipcls --limits -r --noheadings -t pmsg 2>/dev/null |
            grep ulimit | cut -d " " -f 2-5'
    assert_output $'msg - - -\npshm - - -\nsem - - -\nshm - - -\nulimit\\x20-q 0 - -'
}

@test 'ipcls: --graph escapes what dot would take for its own, and has each process once' {
    run -0 alone '
        echo x | shmput "/quo\"te"; echo x | shmput /other
        hold bash -c "exec 5</dev/shm/other; exec peer map \"/quo\\\"te\""
        ipcls --graph | grep -e "^.[op]" | sed "s/p$held\b/P/g; s/\b$held\b/PID/"'
    assert_line $'\to0 [shape=box, style=filled, fillcolor="#e8f0ff", label="pshm\\n/other"];' ||
        assert_line $'\to1 [shape=box, style=filled, fillcolor="#e8f0ff", label="pshm\\n/other"];'
    assert_line --partial 'label="pshm\n/quo\"te"];'
    assert_equal "$(grep -c $'^\tP \\[' <<<"$output")" 1
    assert_equal "$(grep -c $'^\tP ->' <<<"$output")" 2
}

@test 'ipcls: --ns of a process that has ended is an error' {
    run -0 alone '
        hold perl -e "if (\$p = fork) { \$| = 1; print qq(\$p\n); sleep 60 }"
        read -r zombie _ </proc/$held/task/$held/children
        await grep -q ") Z " /proc/$zombie/stat
        ipcls --ns=$zombie 2>&1 | sed "s/\b$zombie\b/PID/"'
    assert_output 'ipcls: PID: No such process'
}

@test 'ipcls: --watch ends by a signal in the midst of its drawing, too' {
    alone '
        TERM=xterm ASAN_OPTIONS=detect_leaks=0 script -qefc "strace -qq -o /dev/null -e inject=write:signal=TERM:when=2 ipcls --watch=20ms --nousers" screen </dev/null >/dev/null 9>&-
        echo "status $?"' >out
    grep -x 'status 143' out
    LC_ALL=C grep -q $'\033\[?1049l' screen
}

@test 'ipcls: what matters most of its kind is its state' {
    run -0 alone '
        semctl create key:0x13 1 2 3 4
        echo x | shmput key:0x11; hold peer map key:0x11; ipcrm -M 0x11
        : >/dev/shm/seg; mkfifo fifo
        ipcls --noheadings --nousers -o STATE -t shm,sem
        first ipcls --noheadings -o USERS /seg
        ipcls --nousers file:fifo /seg id:0 | grep -c "ORPHAN\|USERS"
        ipcls -r --noheadings -o KIND,STATE "file:fifo" key:0x13'
    assert_output - <<'END'
removed, 1 attached
4 semaphores: 1 2 3 4

0
sem 4\x20semaphores:\x201\x202\x203\x204
fifo 0\x20readers,\x200\x20writers
END
}

# --- faults ---

@test 'ipcls: output that does not arrive is a failure' {
    local form
    : >"/dev/shm/ipcls-full-$$"
    for form in '' -r -J -0 --graph --limits "/ipcls-full-$$"; do
        # shellcheck disable=SC2086
        run -1 soon bash -c 'exec ipcls '"$form"' >/dev/full'
        assert_output --partial 'ipcls: standard output: No space left on device'
        run -1 soon bash -c 'exec ipcls '"$form"' >&-'
        assert_output --partial 'ipcls: standard output: Bad file descriptor'
    done
    rm "/dev/shm/ipcls-full-$$"
}

@test 'ipcls: a reader that leaves early ends it' {
    run -0 alone '
        for i in {1..3000}; do : >/dev/shm/$i; done
        ipcls -r -o all --nousers 2>&1 >/dev/null | cat
        (set -o pipefail; ipcls -J -o NAME,INODE,TOUCHED,CTIME,MTIME | head -n 1; echo ${PIPESTATUS[0]}) 2>&1'
    assert_line --index 0 '{"objects":['
    assert_line --index 1 --regexp '^(0|141)$'
}

@test 'ipcls: a directory that cannot be read is said, and fails where that kind was asked for' {
    run -0 alone '
        echo x | shmput /seg; ipcmk -Q >/dev/null
        for option in "" "-t pshm"; do
            ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -P /dev/shm -e inject=openat:error=EMFILE \
                ipcls -r --noheadings --nousers -o KIND $option 2>&1 | sort -u
            echo "status ${PIPESTATUS[0]}"
        done'
    assert_output - <<'END'
ipcls: /dev/shm: Too many open files; POSIX segments cannot be listed
ipcls: /dev/shm: Too many open files; POSIX semaphores cannot be listed
msg
status 0
ipcls: /dev/shm: Too many open files; POSIX segments cannot be listed
status 1
END
}

@test 'ipcls: where reading /proc fails, users are unknown, and not nobody' {
    run -0 alone '
        echo x | shmput /seg; mqsend -C key:0x12 </dev/null
        for call in getdents64 openat; do
            ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -P /proc -e inject=$call:error=EMFILE \
                ipcls -r --noheadings -o NAME,USERS 2>/dev/null
        done'
    assert_output $'/seg -\nkey:0x00000012 -\n/seg -\nkey:0x00000012 -'
}

@test 'ipcls: an object of which nothing may be known is said' {
    run -0 alone '
        echo x | shmput /seg; echo x | shmput /other
        ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -P other -e inject=?newfstatat,statx:error=EACCES \
            ipcls -r --noheadings --nousers -o NAME 2>&1'
    assert_output $'ipcls: /other: Permission denied\n/seg' || assert_output $'/seg\nipcls: /other: Permission denied'
}

@test 'ipcls: of several objects that are shown the output is cut between them, which is a failure' {
    run -0 alone '
        : >/dev/shm/a; : >/dev/shm/b
        for write in 1 2 3; do
            ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -e inject=write:error=ENOSPC:when=$write ipcls --nousers /a /b 2>&1 >out; echo "status $? $(grep -c ^NAME out)"
        done'
    assert_output - <<'END'
ipcls: standard output: No space left on device
status 1 0
ipcls: standard output: No space left on device
status 1 1
ipcls: standard output: No space left on device
status 1 1
END
}

@test 'ipcls: what can be listed is shown where something else that was asked for cannot, and a semaphore of which nothing may be known is said' {
    run -0 alone '
        echo x | shmput /seg; peer sem-make /sem 1; ipcmk -Q >/dev/null
        ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -P /dev/shm -e inject=openat:error=EMFILE ipcls -r --noheadings --nousers -o KIND -t msg,pshm 2>&1; echo "status $?"
        ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -P sem.sem -e inject=newfstatat:error=EACCES ipcls -r --noheadings --nousers -o NAME -t pshm,psem 2>&1; echo "status $?"
        ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -P sem.sem -e inject=newfstatat:error=ENOENT ipcls -r --noheadings --nousers -o NAME -t pshm,psem 2>&1; echo "status $?"'
    assert_output - <<'END'
ipcls: /dev/shm: Too many open files; POSIX segments cannot be listed
msg
status 1
ipcls: /sem: Permission denied
/seg
status 1
/seg
status 0
END
}

@test 'ipcls: a hundred times that --watch has drawn leave no descriptor behind' {
    run -0 alone '
        ipcmk -Q >/dev/null; echo x >/dev/shm/seg; hold peer map /seg
        TERM=xterm script -qfc "stty rows 9 cols 34; exec ipcls --watch=1ms" screen </dev/null >/dev/null 9>&- & p=$!
        drawn() { [[ $(grep -c objects screen 2>/dev/null) -gt 100 ]]; }
        await drawn
        # In the midst of drawing it has some open.
        count=$(find /proc/$(pgrep -P $p)/fd -type l | wc -l)
        ((count > 2 && count < 50)) || exit 1
        kill -TERM $(pgrep -P $p)'
}

@test 'ipcls: where an allocation fails the list is whole, or it fails' {
    "${CC:-cc}" -O1 -shared -fPIC -o preload.so "$BATS_TEST_DIRNAME/fault/preload.c"
    ! sanitized || return 0 # its allocator cannot be made to fail from outside
    run -0 alone '
        semctl create /s
        semctl create key:0x5eed 1 2 3
        for line in "ipcls --graph" "ipcls -r --sort=NAME -o NAME,VALUES,STATE,USERS"; do
            $line >whole
            for nth in {1..80}; do
                if LD_PRELOAD=$PWD/preload.so FAULT=alloc:$nth+ $line >got 2>told; then
                    cmp whole got || echo "$line: allocation $nth: not all"
                else
                    grep -q "^ipcls: .*Cannot allocate memory" told || echo "$line: allocation $nth: $(cat told)"
                fi
            done
        done'
    assert_output ''
}

@test 'ipcls: of what processes alone could tell, just what was asked for is said to be lacking' {
    run -0 alone '
        for words in "fifo NAME" "memfd NAME" "fifo,memfd NAME" "memfd NAME,USERS"; do
            ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -P /proc -e inject=getdents64:error=EIO ipcls -t ${words% *} -r -o ${words#* } --noheadings 2>&1
            echo "status $?"
        done'
    assert_output - <<'END'
ipcls: /proc: Input/output error; FIFOs may be missing
status 1
ipcls: /proc: Input/output error; memory without a name may be missing
status 1
ipcls: /proc: Input/output error; FIFOs and memory without a name may be missing
status 1
ipcls: /proc: Input/output error; users, memory without a name may be missing
status 1
END
}

@test 'ipcls: --watch knows an object again whose row has moved' {
    alone '
        a=$(ipcmk -M 5 | tr -dc 0-9); for i in 1 2 3; do ipcmk -M 5; done >/dev/null
        for i in 1 2 3 4; do : >/dev/shm/seg$i; done
        TERM=xterm script -qfc "stty rows 20 cols 60; exec ipcls --watch=20ms --nousers --sort=NAME -o KIND,NAME" screen </dev/null >/dev/null 9>&- & p=$!
        await grep -qs "8 objects" screen
        ipcrm -m $a; rm /dev/shm/seg1
        await grep -q "6 objects, 0 new" screen
        kill -TERM $(pgrep -P $p); wait $p' || :
    # Each one goes by itself, so that a look may come in between.
    grep -q '6 objects, 0 new, [12] gone' screen
    LC_ALL=C run ! grep -q $'\033\[7m' screen
}

@test 'ipcls: --watch says that memory is short' {
    "${CC:-cc}" -O1 -shared -fPIC -o preload.so "$BATS_TEST_DIRNAME/fault/preload.c"
    ! sanitized || return 0 # its allocator cannot be made to fail from outside
    run -0 alone '
        semctl create key:0x5eed; echo x >/dev/shm/seg
        for nth in {1..36}; do
            TERM=xterm script -qefc "strace -qq -o /dev/null -E LD_PRELOAD=$PWD/preload.so -E FAULT=alloc:$nth+ -e inject=write:signal=TERM:when=5 \
                ipcls --watch=1ms --nousers --sort=NAME -o KIND,NAME,VALUES 2>err" screen </dev/null >/dev/null 9>&-
            told="$? $(cat err)"
            case $told in
            "143 " | "1 ipcls: "*"Cannot allocate memory") ;;
            *) echo "allocation $nth: $told" ;;
            esac
        done'
    assert_output ''
}

@test 'ipcls: a list of any length is whole, in each form' {
    run -0 alone '
        name=$(printf %0200d 0)
        for i in {1000..2999}; do : >/dev/shm/$name$i; done
        for form in "" -r -J; do ipcls $form -t pshm --nousers | grep -o "$name[12]..." | sort -u | wc -l; done
        ipcls --graph -a -t pshm | grep -o "$name[12]..." | sort -u | wc -l'
    assert_output $'2000\n2000\n2000\n2000'
}
