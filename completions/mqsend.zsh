#compdef mqsend
# SPDX-License-Identifier: ISC
# zsh completion for mqsend(1)

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

_mqsend_queues() {
    local ret=1
    local -a kinds=(
        'key\::System V queue with that key'
        'id\::System V queue with that id'
        'ftok\::System V queue with the key of a file'
    )
    local -a new=( 'key\:private:new System V queue without a key' )

    if compset -P ftok:; then
        _files
        return
    fi
    _ipcutils_objects msg,pmsg queue && ret=0
    _describe -t sysv-objects 'new queue' new && ret=0
    [[ $PREFIX == *:* ]] || _describe -t kinds 'kind of name' kinds -S '' && ret=0
    return ret
}

_arguments -s -S \
    '(-0 --null)'{-0,--null}'[records end with NULs]' \
    '(-1 --whole)'{-1,--whole}'[all of standard input is one record]' \
    '(-b --block)'{-b+,--block=}'[records have so many bytes]:size: ' \
    '(-C --create)'{-C,--create}'[make the queue if it is not there]' \
    '(-d --delimiter)'{-d+,--delimiter=}'[records end with this]:character: ' \
    '(-E --end)'{-E,--end}'[send an empty message at the end]' \
    '(- *)'{-h,--help}'[print a summary of the options]' \
    '(-L --length-prefixed)'{-L,--length-prefixed}'[records follow their length, 4 bytes]' \
    '(-m --mode)'{-m+,--mode=}'[permission of a new queue]:mode:((0600\:"only you" 0620\:"the group sends" 0640\:"the group receives" 0660\:"the group does both" 0666\:"all do both" g+r\:"the group receives too" g+rw\:"the group does both too" a+r\:"all receive" a+rw\:"all do both"))' \
    '--max-messages=[of a new POSIX queue, how many it holds]:number: ' \
    '--message-size=[of a new POSIX queue, how long they may be]:size: ' \
    '(-n --nonblock -w --timeout)'{-n,--nonblock}'[do not wait where the queue is full]' \
    '(-P --with-priority -p --priority -t --type)'{-P,--with-priority}'[records begin with priority or type and a TAB]' \
    '(-p --priority -P --with-priority -t --type)'{-p+,--priority=}'[priority, 0 to 32767 (POSIX)]:priority: ' \
    '*--progress[show bytes and rate on standard error]' \
    '(-t --type -P --with-priority -p --priority)'{-t+,--type=}'[type, from 1 on (System V)]:type: ' \
    '(- *)'{-V,--version}'[print the version]' \
    '(-v --verbose)'{-v,--verbose}'[say what was done]' \
    '(-w --timeout -n --nonblock)'{-w+,--timeout=}'[wait for room at most so long]:duration: ' \
    '(-x --exclusive)'{-x,--exclusive}'[make the queue, and fail if it is there]' \
    '(-z --c-string)'{-z,--c-string}'[add a NUL to each message]' \
    '1:queue:_mqsend_queues' \
    '*:message: '
