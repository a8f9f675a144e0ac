#compdef shmput
# SPDX-License-Identifier: ISC
# zsh completion for shmput(1)

# POSIX objects: the files /dev/shm/$1NAME as /NAME, without the semaphores unless $1 is sem.
_shmput_posix() {
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
_shmput_sysv() {
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
    _shmput_posix sem. 'POSIX semaphore' && ret=0
    _shmput_sysv /proc/sysvipc/sem 'System V semaphore set' 'in the set' && ret=0
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
    _shmput_posix '' 'POSIX segment' && ret=0
    _shmput_sysv /proc/sysvipc/shm 'System V segment' bytes && ret=0
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
