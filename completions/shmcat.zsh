#compdef shmcat
# SPDX-License-Identifier: ISC
# zsh completion for shmcat(1)

# POSIX objects: the files /dev/shm/$1NAME as /NAME, without the semaphores unless $1 is sem.
_shmcat_posix() {
    local -a names expl

    if [[ -z $1 && $PREFIX == /.* ]]; then
        names=( /dev/shm/.*(.N:t) )
    else
        names=( /dev/shm/$1*(.N:t) )
    fi
    names=( ${names:#*[[:cntrl:]]*} )
    [[ -n $1 ]] || names=( ${names:#sem.*} )
    names=( ${names#$1} )
    names=( /${^names} )
    _wanted posix-objects expl $2 compadd -a names
}

# System V objects in the table $1, whose keys are signed; 0 is none.
_shmcat_sysv() {
    local key id mode size rest hex
    local -a objects

    [[ -r $1 ]] || return 1
    while read -r key id mode size rest; do
        [[ $key == (|-)<-> && $id == <-> ]] || continue
        hex=
        if (( key != 0 )); then
            printf -v hex '0x%08x' $(( key & 0xffffffff ))
            objects+=( "key\\:$hex:id $id, mode $mode, $size $3" )
        fi
        objects+=( "id\\:$id:${hex:+key $hex, }mode $mode, $size $3" )
    done 2>/dev/null <$1
    _describe -t sysv-objects $2 objects
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
    _shmcat_posix sem. 'POSIX semaphore' && ret=0
    _shmcat_sysv /proc/sysvipc/sem 'System V semaphore set' 'in the set' && ret=0
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
    _shmcat_posix '' 'POSIX segment' && ret=0
    _shmcat_sysv /proc/sysvipc/shm 'System V segment' bytes && ret=0
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
