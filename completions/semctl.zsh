#compdef semctl
# SPDX-License-Identifier: ISC
# zsh completion for semctl(1)

(( $+functions[_ipcutils_objects] )) || _ipcutils

# Completes semaphores; with "new" also what creates one, with "sysv" only those of System V.
_semctl_semaphores() {
    case $1 in
    new) _ipcutils_names sem,psem semaphore private ;;
    sysv) _ipcutils_names sem semaphore ;;
    *) _ipcutils_names sem,psem semaphore ;;
    esac
}

_semctl() {
    local semctl_command=$words[2] separator
    local -a own=(
        'run:run a command that holds a token'
        'create:create a semaphore or a set'
        'wait:take tokens'
        'post:give tokens'
        'get:print the values'
        'set:set the values'
        'op:perform several operations on a set in one step'
        'barrier:wait until a number of processes have arrived'
        'resize:change the number of tokens of a semaphore that run created'
        'rm:remove semaphores'
    )
    local -a common=(
        '(- *)'{-h,--help}'[show the help]'
        '(- *)'{-V,--version}'[show the version]'
    )
    local -a verbose=( '(-v --verbose)'{-v,--verbose}'[report what was done]' )
    local -a table=( '(-v --verbose)'{-v,--verbose}'[print a table: values, waiting processes, holders]' )
    local -a conflict=( '(-E --conflict-exit-code)'{-E+,--conflict-exit-code=}'[exit status if the time is over]:status: ' )
    local -a force=( '(-f --force)'{-f,--force}'[remove what is held or waited for]' )
    local -a longer=(
        '--descendants[hold the token until all descendants have ended]'
        '--nested[use the token of an ancestor]'
        '--recover[take a mutex whose holder has died]'
    )
    local -a exclusive=( '(-x --exclusive)'{-x,--exclusive}'[fail if the semaphore exists]' )
    local -a jobs=( '(-j --jobs)'{-j+,--jobs=}'[tokens of a new semaphore]:number: ' )
    local -a number=( '(-c --count)'{-c+,--count=}'[number of tokens or processes]:number: ' )
    local -a mode=(
        '(-m --mode)'{-m+,--mode=}'[permission of a new semaphore]:mode:((0600\:"only you" 0660\:"the group" 0666\:"all" g+rw\:"the group too" a+rw\:"all"))'
    )
    local -a limit=(
        '(-n --nonblock -w --timeout)'{-n,--nonblock}'[do not wait]'
        '(-w --timeout -n --nonblock)'{-w+,--timeout=}'[wait at most this long]:duration: '
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
        _arguments -s -S -A '-*' $common $verbose $jobs $mode $limit $conflict $longer '1:lock:_ipcutils_locks' \
            '(-)2:command: _command_names -e' '*::argument:_normal'
        ;;
    op)
        separator=${words[(ie)--]}
        if (( separator > 2 && separator < CURRENT )); then
            shift $separator words
            (( CURRENT -= separator ))
            _normal
        else
            _arguments -s -S -A '-*' $common $verbose $limit $conflict '1:semaphore: _semctl_semaphores sysv' '*:operation: '
        fi
        ;;
    barrier) _arguments -s -S -A '-*' $common $verbose $number $mode $limit $conflict '1:semaphore: _semctl_semaphores sysv' ;;
    create) _arguments -s -S -A '-*' $common $verbose $exclusive $mode '1:semaphore: _semctl_semaphores new' '*:value: ' ;;
    get) _arguments -s -S -A '-*' $common $table '*:semaphore:_semctl_semaphores' ;;
    post) _arguments -s -S -A '-*' $common $verbose $number '*:semaphore:_semctl_semaphores' ;;
    resize) _arguments -s -S -A '-*' $common $verbose '1:semaphore: _semctl_semaphores sysv' '2:number: ' ;;
    rm) _arguments -s -S -A '-*' $common $verbose $force '*:semaphore:_semctl_semaphores' ;;
    set) _arguments -s -S -A '-*' $common $verbose '1:semaphore:_semctl_semaphores' '*:value: ' ;;
    wait) _arguments -s -S -A '-*' $common $verbose $number $limit $conflict '1:semaphore:_semctl_semaphores' ;;
    *) return 1 ;;
    esac
}

_semctl "$@"
