#compdef ipcls
# SPDX-License-Identifier: ISC
# zsh completion for ipcls(1)

# The live objects of the kinds $1, which together are called $2: as ipcls names them and, those of System V, by their
# ids.  The same in the file of every tool, so that each can be loaded alone.  Other users chose the names.
_ipcutils_objects() {
    local name id kind owner size messages semaphores about line expl
    local -a names lines

    whence -p ipcls >/dev/null || return 1
    for name id kind owner size messages semaphores in "${(@0)$(command ipcls -0 --nousers -t $1 \
        -o NAME,ID,KIND,OWNER,SIZE,MESSAGES,SEMS 2>/dev/null)}"; do
        [[ -n $name && $name != *[[:cntrl:]]* ]] || continue
        about="$kind of $owner"
        [[ $kind != *shm || $size == - ]] || about+=", $size bytes"
        [[ $messages == - ]] || about+=", $messages messages"
        [[ $semaphores == - ]] || about+=", $semaphores semaphores"
        if [[ $name == key:* ]]; then
            printf -v line '%-20s -- %s, %s' id:$id $about $name
            names+=( id:$id ) lines+=( $line )
            about+=", id:$id"
        fi
        printf -v line '%-20s -- %s' "${(V)name}" $about
        names+=( $name ) lines+=( $line )
    done
    # _describe would take a second for ten thousand.
    _wanted ipc-objects expl $2 compadd -l -d lines -a names
}

_ipcls_objects() {
    local ret=1
    local -a kinds=(
        'key\::System V objects with that key'
        'id\::System V objects with that id'
        'ftok\::System V objects with the key of a file'
        'file\::FIFO or socket'
        'memfd\::what a process has open'
    )

    if compset -P '(file|ftok):'; then
        _files
        return
    fi
    _ipcutils_objects shm,pshm,msg,pmsg,sem,psem 'IPC object' && ret=0
    [[ $PREFIX == *:* ]] || _describe -t kinds 'kind of name' kinds -S '' && ret=0
    return ret
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
