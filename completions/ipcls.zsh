#compdef ipcls
# SPDX-License-Identifier: ISC
# zsh completion for ipcls(1)

(( $+functions[_ipcutils_objects] )) || _ipcutils

_ipcls_objects() {
    _ipcutils_names shm,pshm,msg,pmsg,sem,psem object 'file\::FIFO or socket' 'memfd\::what a process has open'
}

_ipcls_types() {
    _values -s , type 'shm[System V segments]' 'pshm[POSIX segments]' 'msg[System V queues]' 'pmsg[POSIX queues]' \
        'sem[System V semaphores]' 'psem[POSIX semaphores]' 'fifo[FIFOs]' 'unix[Unix sockets]' 'memfd[memory without a name]'
}

_ipcls_columns=(ATIME ATTACHED CGID CPID CREATOR CTIME CUID DTIME GID GROUP ID INODE KEY KIND LABEL LIMIT LPID LRPID
    MESSAGES MODE MSGSIZE MTIME NAME ORPHAN OTIME OWNER RTIME SEMS SIZE STATE STIME TOUCHED UID USED USERS VALUES WAITERS)

_arguments -s -S \
    '(-0 --null -J --json -r --raw --graph --watch)'{-0,--null}'[end fields with NULs and escape nothing]' \
    '(-a --all)'{-a,--all}'[also list FIFOs, Unix sockets, memfds, and memory without a name]' \
    '(-b --bytes)'{-b,--bytes}'[print sizes in bytes]' \
    '(-0 --null -J --json -r --raw --watch --limits --nousers)--graph[print processes and objects as a graph for dot]' \
    '(- *)'{-h,--help}'[print a summary of the options]' \
    '(-0 --null -J --json -r --raw --graph --watch)'{-J,--json}'[print JSON]' \
    '--signals[list the processes that wait for signals]' \
    '--limits[print the limits of IPC objects, and how much is used]' \
    '--noheadings[print no headings]' \
    '(--orphans --graph)--nousers[do not look for users, which is much faster]' \
    '--ns=[list the objects in the namespaces of a process]:process:_pids' \
    '*'{-o+,--output=}'[print these columns]:columns:_sequence compadd - all $_ipcls_columns' \
    '(--nousers)--orphans[list only objects that no process is left to use]' \
    '(-0 --null -J --json -r --raw --graph --watch)'{-r,--raw}'[print one line of words for each object]' \
    '--sort=[sort by this column]:column:($_ipcls_columns)' \
    '*'{-t+,--types=}'[list only these types]:types:_ipcls_types' \
    '*'{-u+,--user=}'[list only objects that a user owns or created]:user:_users' \
    '(-U --unsorted)'{-U,--unsorted}'[do not sort by kind and name]' \
    '(- *)'{-V,--version}'[print the version]' \
    '(-0 --null -J --json -r --raw --graph --limits)--watch=-[redraw the table on a terminal, with changes marked]::interval: ' \
    '*:object:_ipcls_objects'
