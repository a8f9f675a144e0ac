#compdef shmput
# SPDX-License-Identifier: ISC
# zsh completion for shmput(1)

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

_shmput_semaphores() {
    local ret=1
    local -a kinds=(
        'key\::System V semaphore with that key'
        'id\::System V semaphore with that id'
        'ftok\::System V semaphore with the key of a file'
    )

    if compset -P ftok:; then
        _files
        return
    fi
    _ipcutils_objects sem,psem semaphore && ret=0
    [[ $PREFIX == *:* ]] || _describe -t kinds 'kind of name' kinds -S '' && ret=0
    return ret
}

_shmput_segments() {
    local ret=1
    local -a kinds=(
        'key\::System V segment with that key'
        'id\::System V segment with that id'
        'ftok\::System V segment with the key of a file'
        'file\::regular file'
    )
    local -a new=( 'key\:private:new System V segment without a key' )

    if compset -P '(file|ftok):'; then
        _files
        return
    fi
    _ipcutils_objects shm,pshm segment && ret=0
    _describe -t sysv-objects 'new segment' new && ret=0
    [[ $PREFIX == *:* ]] || _describe -t kinds 'kind of name' kinds -S '' && ret=0
    return ret
}

_arguments -s -S \
    '(-a --append)'{-a,--append}'[add the input at the end]' \
    '(- *)'{-h,--help}'[print a summary of the options]' \
    '(-k --keep-size)'{-k,--keep-size}'[leave the size as it is]' \
    '(-l --lock)'{-l+,--lock=}'[hold a semaphore while the bytes are copied]:semaphore:_shmput_semaphores' \
    '(-m --mode)'{-m+,--mode=}'[permission of what is made]:mode:((0600\:"only you" 0640\:"the group reads" 0644\:"all read" 0660\:"the group writes" 0666\:"all write" g+r\:"the group reads too" g+rw\:"the group writes too" a+r\:"all read" a+rw\:"all write"))' \
    '(-n --nonblock -w --timeout)'{-n,--nonblock}'[do not wait for the lock]' \
    '(-o --offset)'{-o+,--offset=}'[write there and leave the rest]:offset: ' \
    '*--progress[show bytes and rate on standard error]' \
    '(-r --replace)'{-r,--replace}'[let the new content appear in one step]' \
    '(-s --size)'{-s+,--size=}'[make it this size, the rest zeros]:size: ' \
    '(- *)'{-V,--version}'[print the version]' \
    '(-v --verbose)'{-v,--verbose}'[say what was done]' \
    '(-w --timeout -n --nonblock)'{-w+,--timeout=}'[wait at most so long for the lock]:duration: ' \
    '(-x --exclusive)'{-x,--exclusive}'[make it, and fail if it is there]' \
    '(-z --c-string)'{-z,--c-string}'[add a NUL to the input]' \
    '1:segment:_shmput_segments'
