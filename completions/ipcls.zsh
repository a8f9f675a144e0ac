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
    '(-0 --null -J --json -r --raw --graph --watch)'{-0,--null}'[fields end with NULs, names are as they are]' \
    '(-a --all)'{-a,--all}'[also FIFOs, sockets, memfds, and memory without a name]' \
    '(-b --bytes)'{-b,--bytes}'[sizes in bytes]' \
    '(-0 --null -J --json -r --raw --watch --limits --nousers)--graph[processes and objects as a graph for dot]' \
    '(- *)'{-h,--help}'[print a summary of the options]' \
    '(-0 --null -J --json -r --raw --graph --watch)'{-J,--json}'[JSON]' \
    '--limits[the limits, and how full they are]' \
    '--noheadings[no line of headings]' \
    '(--orphans --graph)--nousers[do not look for users]' \
    '--ns=[the objects of the namespaces of a process]:process:_pids' \
    '(-o --output)'{-o+,--output=}'[these columns]:columns:_sequence compadd - all $_ipcls_columns' \
    '(--nousers)--orphans[only what nobody is left to use]' \
    '(-0 --null -J --json -r --raw --graph --watch)'{-r,--raw}'[a line of words for each object]' \
    '--sort=[in the order of a column]:column:($_ipcls_columns)' \
    '(-t --types)'{-t+,--types=}'[only these kinds]:types:_ipcls_types' \
    '(-u --user)'{-u+,--user=}'[only what belongs to a user]:user:_users' \
    '(- *)'{-V,--version}'[print the version]' \
    '(-0 --null -J --json -r --raw --graph --limits)--watch=-[redraw on a terminal, changes marked]::interval: ' \
    '*:object:_ipcls_objects'
