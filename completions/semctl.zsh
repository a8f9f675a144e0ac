#compdef semctl
# SPDX-License-Identifier: ISC
# zsh completion for semctl(1)

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

# Semaphores, without POSIX ones where $1 is sysv, and with what makes one where it is new.
_semctl_semaphores() {
    local ret=1 types=sem,psem
    local -a kinds=(
        'key\::System V semaphore with that key'
        'id\::System V semaphore with that id'
        'ftok\::System V semaphore with the key of a file'
    )
    local -a new=( 'key\:private:new System V set without a key' )

    if compset -P ftok:; then
        _files
        return
    fi
    [[ $1 != sysv ]] || types=sem
    _ipcutils_objects $types semaphore && ret=0
    [[ $1 != new ]] || { _describe -t sysv-objects 'new set' new && ret=0 }
    [[ $PREFIX == *:* ]] || _describe -t kinds 'kind of name' kinds -S '' && ret=0
    return ret
}

_semctl() {
    local semctl_command=$words[2] separator
    local -a own=(
        'run:run a command that holds a token'
        'create:make a semaphore or a set'
        'wait:take a token'
        'post:give a token'
        'get:print the values'
        'set:set the values'
        'op:several operations on a set in one step'
        'barrier:wait until so many have come'
        'rm:remove'
    )
    local -a common=(
        '(- *)'{-h,--help}'[print a summary]'
        '(- *)'{-V,--version}'[print the version]'
    )
    local -a verbose=( '(-v --verbose)'{-v,--verbose}'[say what was done]' )
    local -a table=( '(-v --verbose)'{-v,--verbose}'[show who waits and who was last]' )
    local -a exclusive=( '(-x --exclusive)'{-x,--exclusive}'[make it, and fail if it is there]' )
    local -a jobs=( '(-j --jobs)'{-j+,--jobs=}'[tokens of a semaphore that is made]:number: ' )
    local -a number=( '(-c --count)'{-c+,--count=}'[how many]:number: ' )
    local -a mode=(
        '(-m --mode)'{-m+,--mode=}'[permission of what is made]:mode:((0600\:"only you" 0660\:"the group" 0666\:"all" g+rw\:"the group too" a+rw\:"all"))'
    )
    local -a limit=(
        '(-n --nonblock -w --timeout)'{-n,--nonblock}'[do not wait]'
        '(-w --timeout -n --nonblock)'{-w+,--timeout=}'[wait at most so long]:duration: '
    )

    if (( CURRENT == 2 )); then
        if [[ $PREFIX == -* ]]; then
            _arguments -s -S $common
        else
            _describe -t commands 'semctl command' own
        fi
        return
    fi
    shift words
    (( CURRENT-- ))
    case $semctl_command in
    run)
        # The word that ends the options may stand behind the semaphore, too.
        separator=${words[(ie)--]}
        if (( separator > 2 && separator < CURRENT )) && [[ $words[separator-1] == (/*|*:*) ]]; then
            words[separator]=()
            (( CURRENT-- ))
        fi
        _arguments -s -S -A '-*' $common $verbose $jobs $mode $limit '1:semaphore:_semctl_semaphores' \
            '(-)2:command: _command_names -e' '*::argument:_normal'
        ;;
    op)
        separator=${words[(ie)--]}
        if (( separator > 2 && separator < CURRENT )); then
            shift $separator words
            (( CURRENT -= separator ))
            _normal
        else
            _arguments -s -S -A '-*' $common $verbose $limit '1:semaphore: _semctl_semaphores sysv' '*:operation: '
        fi
        ;;
    barrier) _arguments -s -S -A '-*' $common $verbose $number $mode $limit '1:semaphore: _semctl_semaphores sysv' ;;
    create) _arguments -s -S -A '-*' $common $verbose $exclusive $mode '1:semaphore: _semctl_semaphores new' '*:value: ' ;;
    get) _arguments -s -S -A '-*' $common $table '*:semaphore:_semctl_semaphores' ;;
    post) _arguments -s -S -A '-*' $common $verbose $number '*:semaphore:_semctl_semaphores' ;;
    rm) _arguments -s -S -A '-*' $common $verbose '*:semaphore:_semctl_semaphores' ;;
    set) _arguments -s -S -A '-*' $common $verbose '1:semaphore:_semctl_semaphores' '*:value: ' ;;
    wait) _arguments -s -S -A '-*' $common $verbose $number $limit '1:semaphore:_semctl_semaphores' ;;
    *) return 1 ;;
    esac
}

_semctl "$@"
