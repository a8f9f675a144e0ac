#compdef shmcat
# SPDX-License-Identifier: ISC
# zsh completion for shmcat(1)

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

_shmcat_semaphores() {
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

_shmcat_segments() {
    local ret=1
    local -a kinds=(
        'key\::System V segment with that key'
        'id\::System V segment with that id'
        'ftok\::System V segment with the key of a file'
        'file\::regular file'
        'memfd\::what a process has open'
    )

    if compset -P '(file|ftok):'; then
        _files
        return
    fi
    _ipcutils_objects shm,pshm segment && ret=0
    [[ $PREFIX == *:* ]] || _describe -t kinds 'kind of name' kinds -S '' && ret=0
    return ret
}

_arguments -s -S \
    '(-f --follow)'{-f,--follow}'[go on as the object grows]' \
    '(- *)'{-h,--help}'[print a summary of the options]' \
    '(-l --lock)'{-l+,--lock=}'[hold a semaphore while the bytes are copied]:semaphore:_shmcat_semaphores' \
    '(-n --length)'{-n+,--length=}'[write at most so many bytes of each object]:length: ' \
    '(-o --offset)'{-o+,--offset=}'[begin there; negative counts from the end]:offset: ' \
    '*--progress[show bytes and rate on standard error]' \
    '(-u --unlink)'{-u,--unlink}'[remove each object once it was written]' \
    '(- *)'{-V,--version}'[print the version]' \
    '(-v --verbose)'{-v,--verbose}'[say what was done]' \
    '(-w --timeout)'{-w+,--timeout=}'[wait at most so long for the object and the lock]:duration: ' \
    '--watch=-[show hexadecimal and text, changes marked]::interval: ' \
    '(-x --hex)'{-x,--hex}'[write hexadecimal and text]' \
    '(-z --c-string)'{-z,--c-string}'[stop at the first NUL]' \
    '--zero-copy[pass pages on instead of copying them]' \
    '*:segment:_shmcat_segments'
