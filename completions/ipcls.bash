# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# bash completion for ipcls(1)

# The functions that the tools share lie beside this file.
# shellcheck source=completions/ipcutils.bash
declare -F _ipcutils_complete >/dev/null || . "${BASH_SOURCE[0]%"${BASH_SOURCE[0]##*/}"}ipcutils.bash"

_ipcls_types=(fifo memfd msg pmsg psem pshm sem shm unix)
_ipcls_columns=(ATIME ATTACHED CGID CPID CREATOR CTIME CUID DTIME GID GROUP ID INODE KEY KIND LABEL LIMIT LPID LRPID
    MESSAGES MODE MSGSIZE MTIME NAME ORPHAN OTIME OWNER RTIME SEMS SIZE STATE STIME TOUCHED UID USED USERS VALUES WAITERS)

_ipcls_objects() {
    _ipcutils_objects shm,pshm,msg,pmsg,sem,psem
    _ipcutils_offer key: id: ftok: file: memfd:
    _ipcutils_paths ftok:
    _ipcutils_paths file:
}

_ipcls_offer() {
    local i

    for ((i = 1; i < COMP_CWORD; i++)); do
        if [[ ${COMP_WORDS[i]} == -- ]]; then
            _ipcls_objects
            return
        fi
    done
    if [[ $option == --types= || $before =~ ^-[0abhJrUV]*t$ || $before == --types ]]; then
        _ipcutils_list "${_ipcls_types[@]}"
    elif [[ $option == --output= || $before =~ ^-[0abhJrUV]*o$ || $before == --output ]]; then
        if [[ $plain == +* && $plain != *,* ]]; then
            _ipcutils_offer "${_ipcls_columns[@]/#/+}"
        else
            _ipcutils_list all "${_ipcls_columns[@]}"
        fi
    elif [[ $option == --sort= || $before == --sort ]]; then
        _ipcutils_offer "${_ipcls_columns[@]}"
    elif [[ $option == --user= || $before =~ ^-[0abhJrUV]*u$ || $before == --user ]]; then
        while IFS= read -r i; do _ipcutils_offer "$i"; done < <(compgen -u)
    elif [[ -n $option || $before == --ns ]]; then
        : # numbers
    elif [[ $plain == -* ]]; then
        _ipcutils_offer -0 --null -a --all -b --bytes --graph -h --help -J --json --limits --signals --noheadings --nousers \
            --ns= -o --output= --orphans -r --raw --sort= -t --types= -u --user= -U --unsorted -V --version --watch
    else
        _ipcls_objects
    fi
}

_ipcls() {
    _ipcutils_complete _ipcls_offer "${@:2:1}"
}

complete -F _ipcls ipcls
