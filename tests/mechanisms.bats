#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The pages about the mechanisms: every command prints what the page shows for it, and every C program compiles and works
# with the tools.

load helper

man=${BATS_TEST_DIRNAME%/*}/man

# A compiler that forgives nothing, under the name that the pages use.
setup() {
    start_test || return
    mkdir bin
    # shellcheck disable=SC2016 # the other shell expands it
    printf '#!/bin/sh\nexec %s -Wall -Wextra -Wshadow -Werror -O2 "$@"\n' "$(command -v "${CC:-cc}")" >bin/cc
    chmod +x bin/cc
}

# play PAGE MQUEUE [COMMAND...]: runs the blocks of the page, by the command, with IPC objects of their own, and compares.
# MQUEUE is yes where /dev/mqueue is to be mounted.  A command that reads standard input does not end, as at a keyboard.
play() {
    local page=$1 mqueue=$2
    shift 2
    rm -rf room
    mkdir -m 777 room
    MQUEUE=$mqueue "$BATS_TEST_DIRNAME/transcript" "$page" . || return
    # shellcheck disable=SC2016,SC2154 # for the other shell; the helper has patience
    MQUEUE=$mqueue PATH=$PWD/bin:$PATH timeout -s KILL $((4 * patience)) unshare --ipc --mount bash -c '
        mount -t tmpfs -o mode=1777 tmpfs /dev/shm || exit
        while umount /dev/mqueue 2>/dev/null; do :; done
        [[ $MQUEUE == no ]] || mount -t mqueue mqueue /dev/mqueue || exit
        cd room && "$@" bash ../script
        left=$(find /dev/shm -mindepth 1; sed 1d /proc/sysvipc/shm; sed 1d /proc/sysvipc/sem; sed 1d /proc/sysvipc/msg
            ipcls -t pmsg --noheadings 2>/dev/null)
        [[ -z $left ]] || echo "left over: $left"' - "$@" 0<>"$BATS_RUN_TMPDIR/never" >out 2>&1 || {
        cat out
        fail "${page##*/} did not come to its end"
    }
    "$BATS_TEST_DIRNAME/transcript" --compare shown out ||
        fail "${page##*/} shows something else (mounted: $mqueue, run by: ${*:-root})"
}

# each PAGE: in all surroundings, REPEAT times.
each() {
    local i
    local -a mounts=(no) user=(setpriv --reuid=1000 --regid=1000 --clear-groups --inh-caps=-all)
    [[ $IPCUTILS_MQUEUE == no ]] || mounts=(yes no)
    [[ $IPCUTILS_UIDS == yes ]] || user=()
    for ((i = 0; i < ${REPEAT:-1}; i++)); do
        play "$1" "${mounts[0]}" && play "$1" no "${user[@]}" || return
    done
}

@test 'ipcutils-shm(7): every command prints what the page shows' { each "$man/ipcutils-shm.7"; }
@test 'ipcutils-queue(7): every command prints what the page shows' { each "$man/ipcutils-queue.7"; }
@test 'ipcutils-sem(7): every command prints what the page shows' { each "$man/ipcutils-sem.7"; }
@test 'ipcutils-pipe(7): every command prints what the page shows' { each "$man/ipcutils-pipe.7"; }
@test 'ipcutils-socket(7): every command prints what the page shows' { each "$man/ipcutils-socket.7"; }
@test 'ipcutils-signal(7): every command prints what the page shows' { each "$man/ipcutils-signal.7"; }
@test 'ipcutils-security(7): every command prints what the page shows' { each "$man/ipcutils-security.7"; }
@test 'ipcutils-debug(7): every command prints what the page shows' { each "$man/ipcutils-debug.7"; }

# program NAME PAGE: writes the C program of that name on the page to NAME.c.
program() {
    mkdir -p room
    MQUEUE=no "$BATS_TEST_DIRNAME/transcript" "$man/ipcutils-$2.7" . || return
    sed -n "/^cat >$1\\.c /,/^===\$/p" script | sed '1d;$d' >"$1.c"
    [[ -s $1.c ]]
}

@test 'the sequence number of ipcutils-shm(7) lets no reader see torn text' {
    program board shm
    # A longer text is torn more often.
    sed -i 's/char text\[60\]/char text[60000]/' board.c
    cat >storm.c <<'END'
#define main board_main
#include "board.c"
#undef main
#include <sys/wait.h>
int main(int argc, char **argv)
{
    static char a[60000], b[60000], text[60000];
    struct board *board = map_board();
    long torn = 0;

    memset(a, 'a', 59999);
    memset(b, 'b', 59999);
    publish(board, a);
    if (fork() == 0) {
        for (int i = 0; i < 20000; i++) {
            publish(board, i % 2 ? a : b);
            for (volatile int pause = 0; pause < 10000; pause++)
                ;
        }
        _exit(0);
    }
    do {
        if (argc > 1)
            memcpy(text, board->text, sizeof(text));
        else
            copy(board, text);
        torn += strspn(text, "a") != 59999 && strspn(text, "b") != 59999;
    } while (waitpid(-1, NULL, WNOHANG) == 0);
    printf("%ld torn\n", torn);
    return argv == NULL;
}
END
    bin/cc -Wno-unused -o storm storm.c
    run -0 soon ./storm
    assert_output '0 torn'
    # Without the number there are some, so the test would see them.
    run -0 soon ./storm without
    refute_output '0 torn'
    rm /dev/shm/board
}

@test 'the lock of ipcutils-sem(7) comes back when a program that holds it is killed' {
    local i
    program count sem
    bin/cc -o count count.c
    semctl create key:0x5eed
    echo 0 >number
    for i in {1..20}; do
        ./count 1000000 3>&- &
        sleep 0.02
        kill -KILL $!
        wait $! 2>/dev/null || :
        # A killed one may leave an empty file, which is what the page says about the data.
        echo "$i" >number
    done
    run -0 soon ./count 1
    assert_equal "$(<number)" 21
    semctl rm key:0x5eed
}

@test 'the pages of the mechanisms have the same sections in the same order' {
    local page
    for page in pipe shm queue sem socket signal; do
        run grep '^\.Sh ' "$man/ipcutils-$page.7"
        assert_output "$(printf '.Sh %s\n' NAME DESCRIPTION MODEL LIFETIME PERMISSIONS LIMITS FAILURES 'C PROGRAMS' \
            CHOOSING QUESTIONS 'SEE ALSO')"
    done
}

@test 'the pages fit 80 columns, and are read in one sitting' {
    local page lines
    for page in pipe shm queue sem socket signal security debug; do
        mandoc -Tascii -O width=78 "$man/ipcutils-$page.7" | col -bx >shown
        run awk 'length > 80' shown
        assert_output ''
        lines=$(wc -l <shown)
        ((lines >= 250 && lines <= 480)) || fail "ipcutils-$page.7 has $lines lines"
    done
}

@test 'a page that shows another output than the command prints is reported' {
    sed 's/^temperature 20$/temperature 19/' "$man/ipcutils-shm.7" >wrong.7
    run ! play wrong.7 no
    assert_line -- '-temperature 19'
    assert_line -- '+temperature 20'
}

@test 'a page whose program does not compile without a warning is reported' {
    sed 's/^#include <string.h>$//' "$man/ipcutils-shm.7" >wrong.7
    run ! play wrong.7 no
    assert_output --partial 'wrong.7 shows something else'
}

@test 'a page that leaves an object behind is reported' {
    sed 's/^[$] shmcat -u .board.*$/$ true/' "$man/ipcutils-shm.7" >wrong.7
    run ! play wrong.7 no
    assert_output --partial '+left over: /dev/shm/board'
}
