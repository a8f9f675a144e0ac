# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# bash completion for semctl(1)

# The functions that the tools share lie beside this file.
# shellcheck source=completions/ipcutils.bash
declare -F _ipcutils_complete >/dev/null || . "${BASH_SOURCE[0]%"${BASH_SOURCE[0]##*/}"}ipcutils.bash"

# Sets `command`, semctl's own; `operands`, how many stand between it and the cursor; `at`, the index in
# COMP_WORDS of the first word of what is to be run, or nothing where the cursor stands before that.
_semctl_look() {
    local COMP_LINE='' last=$COMP_CWORD COMP_CWORD word before value='' words=() starts=() i

    command=${COMP_WORDS[1]-} operands=0 at=''
    for ((COMP_CWORD = 2; COMP_CWORD <= last; COMP_CWORD++)); do
        _ipcutils_words
        if [[ ${#words[@]} -eq 0 || $word == "${COMP_WORDS[COMP_CWORD]}" ]]; then
            words+=("$word") starts+=("$COMP_CWORD")
        else
            words[-1]=$word
        fi
    done
    for ((i = 0; i < ${#words[@]} - 1; i++)); do
        if [[ -n $value ]]; then
            value=
        elif [[ ${words[i]} == -- ]]; then
            [[ $command != op || $operands -eq 0 ]] || at=${starts[i + 1]}
        elif [[ $operands -eq 0 && ${words[i]} =~ ^-([fnvx]*[cEjmw]|-(conflict-exit-code|count|jobs|mode|timeout))$ ]]; then
            value=1
        elif [[ $operands -gt 0 || ${words[i]} != -?* ]]; then
            operands=$((operands + 1))
        fi
        # The word that ends the options may stand behind the semaphore, too.
        [[ $command != run || $operands -ne 1 || ${words[i + 1]} == -- ]] || at=${starts[i + 1]}
        [[ -z $at ]] || return
    done
}

_semctl_offer() {
    local command operands at

    _semctl_look
    if ((COMP_CWORD == 1)); then
        _ipcutils_offer barrier create get op post resize rm run set wait -h --help -V --version
    elif [[ $operands -gt 0 ]]; then
        case $command in
        get | post | rm) _ipcutils_semaphores ;;
        op) _ipcutils_offer -- ;;
        esac
    elif [[ $option == --mode= || $before =~ ^-[nvx]*m$ || $before == --mode ]]; then
        _ipcutils_offer 0600 0660 0666 g+rw a+rw
    elif [[ -n $option || $before =~ ^-[nvx]*[cEjw]$ || $before =~ ^--(conflict-exit-code|count|jobs|timeout)$ ]]; then
        : # numbers
    elif [[ $plain == -* ]]; then
        _semctl_options
    else
        case $command in
        create)
            _ipcutils_semaphores
            _ipcutils_offer key:private
            ;;
        barrier | op | resize)
            _ipcutils_objects sem
            _ipcutils_offer key: id: ftok:
            _ipcutils_paths ftok:
            ;;
        run) _ipcutils_locks ;;
        get | post | rm | set | wait) _ipcutils_semaphores ;;
        esac
    fi
}

_semctl_options() {
    _ipcutils_offer -h --help -V --version -v --verbose
    case $command in
    barrier | post | wait) _ipcutils_offer -c --count= ;;
    create) _ipcutils_offer -x --exclusive ;;
    rm) _ipcutils_offer -f --force ;;
    run) _ipcutils_offer -j --jobs= --descendants --nested --recover ;;
    esac
    case $command in
    barrier | create | run) _ipcutils_offer -m --mode= ;;
    esac
    case $command in
    barrier | op | run | wait) _ipcutils_offer -E --conflict-exit-code= -n --nonblock -w --timeout= ;;
    esac
}

_semctl() {
    local command operands at

    _semctl_look
    if [[ -n $at ]]; then
        _ipcutils_command "$at"
    else
        _ipcutils_complete _semctl_offer "${@:2:1}"
    fi
}

complete -F _semctl semctl
