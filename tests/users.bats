#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The processes that use an object, and the verdict that no process is left to use it.
# What is in single quotes is for the shell that `alone` starts.
# shellcheck disable=SC2016,SC2154

load helper
load alone

setup_file() {
    "${CC:-cc}" -O1 -pthread -o "$BATS_FILE_TMPDIR/wait_peer" "$BATS_TEST_DIRNAME/wait_peer.c" || return
    export PATH=$BATS_FILE_TMPDIR:$PATH
}

setup() { start_test || return; }

# --- threads ---

@test 'ipcls: a process whose first thread has ended uses what its other threads have' {
    run -0 alone "$own_mqueue"'
        echo x | shmput /seg; echo x | shmput /ends; mkfifo fifo; mqsend -C --max-messages=1 --message-size=1 /queue </dev/null
        for object in /dev/shm/seg /dev/mqueue/queue fifo; do hold wait_peer leader $object; done
        first ipcls -r --noheadings -o NAME,USERS -t pshm,pmsg,fifo | sed "/line\|never/d; s,^/.*/fifo,fifo,; s,[0-9]*/wait_peer,P/wait_peer,"'
    assert_output - <<'END'
/ends none
/seg P/wait_peer
/queue P/wait_peer
fifo P/wait_peer
END
}

@test 'ipcls: a thread with descriptors of its own uses what it has open, and waits for it' {
    run -0 alone "$own_mqueue"'
        echo x | shmput /seg; mkfifo fifo; mqsend -C --max-messages=1 --message-size=1 /queue </dev/null
        for object in /dev/shm/seg /dev/mqueue/queue fifo; do hold wait_peer own $object; done
        await sleeps $held/task/$(ls /proc/$held/task | tail -1) pipe_read
        first ipcls -J -o NAME,USERS -t pshm,pmsg,fifo | sed -n "/line\|never/d; s/.*\/\(.*\)\",\"users.*\(\"uses.*\)}]}.*/\1 \2/p"'
    assert_output - <<'END'
seg "uses":["reads","writes"]
queue "uses":["reads","writes"]
fifo "uses":["reads","writes","waits"],"waits_in":"read"
END
}

@test 'ipcls: the descriptors of a thread are seen also where kcmp(2) is forbidden' {
    run -0 alone '
        echo x | shmput /seg
        hold wait_peer own /dev/shm/seg
        strace -qq -o /dev/null -e trace=kcmp -e inject=kcmp:error=EPERM ipcls -r --noheadings -o USERS -t pshm | sed "s,[0-9]*/,P/,"'
    assert_output 'P/wait_peer'
}

# --- memory without a name ---

@test 'ipcls: an unlinked segment that a process has open and mapped bears the name of the descriptor, which shmcat reads' {
    run -0 alone '
        echo hello | shmput /seg
        hold wait_peer unlinked /dev/shm/seg
        ipcls -a -r --noheadings -o NAME,LABEL,SIZE -t pshm | sed "s/:$held:/:P:/"
        shmcat "$(ipcls -a -r --noheadings -o NAME -t pshm)"'
    assert_output - <<'END'
memfd:P:3 /dev/shm/seg 6
hello
END
}

@test 'ipcls: an unlinked POSIX semaphore is a semaphore, with its value' {
    run -0 alone '
        hold wait_peer psem /gone
        ipcls -a -r --noheadings -o KIND,LABEL,STATE,USERS -t psem,pshm | sed "s,\b$held/,P/,"
        ipcls -a -r --noheadings -t pshm'
    assert_output 'psem /dev/shm/sem.gone value\x203,\x20unlinked P/wait_peer'
}

@test 'ipcls: memory of a tmpfs that was unmounted is listed with -a for those who have it open or mapped, and shmcat reads it' {
    run -0 alone '
        mount -t tmpfs none /dev/shm
        echo hello | shmput /seg; echo four | shmput /only
        hold perl -e "open(F, q(<), q(/dev/shm/seg)) or die; \$| = 1; print qq(\n); sleep 60"; open=$held
        hold peer map /only; mapping=$held
        ipcls -a -r --noheadings -o NAME,STATE -t pshm
        umount -l /dev/shm
        ipcls -r --noheadings -t pshm
        ipcls -a -r --noheadings -o NAME,LABEL,STATE,ORPHAN,USERS -t pshm |
            sed "s,files/[0-9a-f-]*,files/RANGE,; s,\b$open\b,OPEN,g; s,\b$mapping\b,MAPPING,g"
        shmcat "$(ipcls -a -r --noheadings -o NAME -t pshm | grep memfd)"'
    assert_output - <<'END'
/only -
/seg -
file:/proc/MAPPING/map_files/RANGE /only unmounted no MAPPING/peer
memfd:OPEN:3 /seg unmounted no OPEN/perl
hello
END
}

@test 'ipcls: a semaphore of a tmpfs that was unmounted is listed with -a, with its value and who waits for it' {
    run -0 alone '
        mount -t tmpfs none /dev/shm
        semctl create /gone 0 >/dev/null
        semctl wait /gone 9>&- & a=$!
        await sleeps $a futex
        umount -l /dev/shm
        ipcls -a -r --noheadings -o KIND,LABEL,STATE,USERS -t psem,pshm | sed "s,\b$a/,P/,"'
    assert_output 'psem /sem.gone value\x200,\x201\x20waiting,\x20unmounted P/semctl:sem_wait'
}

@test 'ipcls: memory of a tmpfs that is mounted where its process runs is not listed as unmounted' {
    run -0 alone '
        hold unshare --mount sh -c "mount -t tmpfs none /dev/shm; echo hello | shmput /seg; exec peer map /seg"
        ipcls -a -r --noheadings -t pshm
        ipcls --ns=$held -a -r --noheadings -o NAME -t pshm'
    assert_output /seg
}

@test 'ipcls: a file of another file system that was unmounted is no memory without a name' {
    run -0 alone '
        mkdir other; mount -t proc none other
        hold perl -e "open(F, q(<), q(other/version)) or die; \$| = 1; print qq(\n); sleep 60"
        umount -l other
        ipcls -a -r --noheadings -t pshm
        readlink /proc/$held/fd/3'
    assert_output /version
}

# --- processes that an object remembers ---

@test 'ipcls: it says of the last process of each semaphore whether it is running or gone' {
    run -0 alone '
        semctl create key:0x13 1 1 1; semctl op key:0x13 0-1
        hold perl -e "\$| = 1; semop(semget(0x13, 0, 0), pack(q(s3), 1, -1, 0)) or die; print qq(\n); sleep 60"
        ipcls key:0x13 | sed -n "s/process $held/process P/; s/process [0-9][0-9]*/process N/; s/.*\([0-9]\): value ., last \(.*\), . waiting.*/\1 \2/p"'
    assert_output - <<'END'
0 process N is gone
1 process P is running
2 process N is gone
END
}

# --- pairs of sockets ---

@test 'ipcls: -a lists both ends of a socket pair without a name, with their processes; what a server accepted is no pair' {
    run -0 alone '
        hold perl -MSocket -e "
            \$| = 1; socketpair my \$a, my \$b, AF_UNIX, SOCK_STREAM, 0;
            socket my \$s, AF_UNIX, SOCK_STREAM, 0; bind \$s, pack_sockaddr_un(q(server)); listen \$s, 1;
            socket my \$c, AF_UNIX, SOCK_STREAM, 0; connect \$c, pack_sockaddr_un(q(server)); accept my \$t, \$s;
            my \$parent = \$\$;
            if (fork == 0) { close \$_ for \$a, \$s, \$c, \$t; syswrite \$b, 1; sleep 1 while getppid == \$parent; exit }
            close \$b; sysread \$a, \$_, 1; print qq(\n); sleep 60"
        ipcls -a -J -t unix -o NAME,STATE,USERS | sed -n "s/.*\(socket:\[[0-9]*\]\).*\(socket:\[[0-9]*\]\).*users\":\(.*\)}/\1 \2 \3/p" |
            grep perl | sed "s/\"pid\":$held,/\"pid\":P,/" >ends
        read -r one other _ <ends; read -r other_too one_too _ < <(sed -n 2p ends)
        wc -l <ends; [[ $one == "$one_too" && $other == "$other_too" ]] && echo mutual
        grep -c "\"pid\":P," ends; grep -o "\"uses\":[^]]*]" ends | sort -u
        ipcls -r --noheadings -t unix -o NAME | grep -c "socket:" || :'
    assert_output - <<'END'
2
mutual
1
"uses":["reads","writes"]
0
END
}

@test 'ipcls: -a lists pairs of sockets of each type' {
    run -0 alone '
        for type in SOCK_STREAM SOCK_DGRAM 5; do
            hold perl -MSocket -e "\$| = 1; socketpair \$a, \$b, AF_UNIX, \$ARGV[0] + 0, 0; print qq(\n); sleep 60" $(perl -MSocket -e "print $type")
            ipcls -a -r --noheadings -t unix -o USERS,STATE | grep -c "^$held/perl paired"
        done'
    assert_output $'2\n2\n2'
}

# --- other PID namespaces ---

@test 'ipcls: in the first PID namespace, an object without users has none' {
    run -0 alone '
        echo x | shmput /seg; mqsend -C --max-messages=1 --message-size=1 /queue </dev/null; semctl create /sem; semctl create key:0x13
        mqsend -C key:0x12 one
        first ipcls -r --noheadings -o NAME,USERS
        first ipcls -J -o NAME,USERS -t pshm | grep -o "users\".*}"
        first ipcls -r --noheadings --orphans -o NAME'
    assert_output - <<'END'
/seg none
key:0x00000012 none
/queue none
key:0x00000013 none
/sem none
users":[]}
/seg
key:0x00000012
/queue
key:0x00000013
/sem
END
}

# A container with the same /dev/shm and IPC objects, but its own processes.  Root has the capabilities that it usually has
# there, without CAP_LEASE, CAP_SYS_PTRACE, and CAP_SYS_ADMIN.
container='
capabilities=+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap
container() {
    unshare --pid --fork --mount-proc setpriv --bounding-set=-all,$capabilities --inh-caps=-all bash -c "$1"
}
nobody="setpriv --reuid 1234 --regid 1234 --clear-groups"
'

@test 'ipcls: in a container, what a process outside may use is no orphan, and what none uses is' {
    needs_uids
    run -0 alone "$container$own_mqueue"'
        mount -t tmpfs -o mode=1777 none /dev/shm
        for name in mapped open free; do echo x | $nobody shmput -m 600 /$name; done
        $nobody semctl create /mapped 0; $nobody semctl create /free
        for name in open free; do $nobody mqsend -C --max-messages=1 --message-size=1 /$name </dev/null; done
        hold $nobody peer map /mapped
        for file in /dev/shm/open /dev/mqueue/open; do hold $nobody bash -c "exec 5<$file; echo; exec sleep 60"; done
        $nobody semctl wait /mapped 9>&- &
        waits() { (($(peer sem-waiters /mapped) > 0)); }
        await waits
        container "ipcls --orphans -r --noheadings -o KIND,NAME"
        container "ipcls -J -o NAME,USERS -t pshm /mapped"'
    assert_output - <<'END'
pshm /free
pmsg /free
psem /free
{"objects":[
{"name":"/mapped","users":null}
],
"deadlocks":[]}
END
}

@test 'ipcls: in a container without a lease, whether a file is an orphan is unknown' {
    needs_uids
    run -0 alone "$container"'
        echo x | $nobody shmput -m 600 /seg; $nobody semctl create -m 600 /sem
        capabilities=+dac_override
        container "ipcls -r --noheadings -o NAME,USERS,ORPHAN -t pshm,psem; ipcls -r --noheadings --orphans -t pshm,psem"'
    assert_output - <<'END'
/seg - unknown:\x20nobody\x20seen,\x20but\x20not\x20all\x20processes\x20may\x20be\x20looked\x20at
/sem - unknown:\x20nobody\x20seen,\x20but\x20not\x20all\x20processes\x20may\x20be\x20looked\x20at
END
}

@test 'ipcls: in a container, users that were found are listed as perhaps not all of them' {
    run -0 alone "$container"'
        echo x | shmput /seg
        hold peer map /seg
        container "rm -f line; mkfifo line; peer map /seg >line & read -r _ <line; ipcls -J -o USERS -t pshm; ipcls -r --noheadings -o USERS -t pshm; kill \$!" |
            sed "s/:[0-9]*,/:N,/; s,^[0-9]*/,N/,"'
    assert_output - <<'END'
{"objects":[
{"users":[{"pid":N,"command":"peer","uses":["maps"]}],"users_incomplete":true}
],
"deadlocks":[]}
N/peer
END
}

@test 'ipcls: in a container, a System V object that a process outside uses or waits for is no orphan' {
    run -0 alone "$container"'
        echo x | shmput key:0x11; hold peer map key:0x11
        mqsend -C key:0x12 </dev/null; mqsend -C key:0x13 one; mqrecv key:0x13 >/dev/null
        wait_peer msgrcv 0x12 >/dev/null 9>&- & a=$!; mqrecv -t 99 key:0x13 9>&- & b=$!
        semctl create key:0x14 1 1; semctl create key:0x15 0; semctl wait key:0x15 9>&- & c=$!
        await sleeps $a msgrcv; await sleeps $b msgrcv; await sleeps $c semtimedop
        # Of these processes nothing but 0 is known inside.
        hold perl -e "\$| = 1; semop(semget(0x14, 0, 0), pack(q(s3), 0, -1, 0)) or die; print qq(\n); sleep 60"
        container "mqsend key:0x13 two; semctl op key:0x14 1-1; mqrecv key:0x13 >/dev/null
            ipcls -r --noheadings --orphans -t shm,msg,sem
            ipcls -r --noheadings -o NAME,ORPHAN -t shm,msg,sem | sed \"s/untouched.*but/but/; s/left,.*/left/\""'
    assert_output - <<'END'
key:0x00000011 no
key:0x00000012 unknown:\x20empty,\x20but\x20who\x20made\x20it\x20is\x20not\x20known
key:0x00000013 unknown:\x20empty,\x20last\x20users\x20gone,\x20but\x20who\x20waits\x20is\x20not\x20known
key:0x00000014 unknown:\x20but\x20who\x20used\x20it\x20is\x20not\x20known
key:0x00000015 no
END
}
