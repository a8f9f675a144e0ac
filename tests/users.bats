#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The processes that use an object, and the verdict that no process is left to use it.
# What is in single quotes is for the shell that `alone` starts.
# shellcheck disable=SC2016

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
        ipcls -r --noheadings -o NAME,USERS -t pshm,pmsg,fifo | sed "/line\|never/d; s,^/.*/fifo,fifo,; s,[0-9]*/wait_peer,P/wait_peer,"'
    assert_output - <<'END'
/seg P/wait_peer
/ends none
/queue P/wait_peer
fifo P/wait_peer
END
}

@test 'ipcls: a thread with descriptors of its own uses what it has open, and waits for it' {
    run -0 alone "$own_mqueue"'
        echo x | shmput /seg; mkfifo fifo; mqsend -C --max-messages=1 --message-size=1 /queue </dev/null
        for object in /dev/shm/seg /dev/mqueue/queue fifo; do hold wait_peer own $object; done
        await sleeps $held/task/$(ls /proc/$held/task | tail -1) pipe_read
        ipcls -J -o NAME,USERS -t pshm,pmsg,fifo | sed -n "/line\|never/d; s/.*\/\(.*\)\",\"users.*\(\"uses.*\)}]}.*/\1 \2/p"'
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
        ipcls -a -r --noheadings -o KIND,LABEL,STATE,USERS -t psem,pshm | sed "s,$held/,P/,"
        ipcls -a -r --noheadings -t pshm'
    assert_output 'psem /dev/shm/sem.gone value\x203,\x20unlinked P/wait_peer'
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
