# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# bash completion for shmcat(1)

# The functions that the tools share lie beside this file.
# shellcheck source=completions/ipcutils.bash
declare -F _ipcutils_complete >/dev/null || . "${BASH_SOURCE[0]%"${BASH_SOURCE[0]##*/}"}ipcutils.bash"

_shmcat_offer() {
    local i

    for ((i = 1; i < COMP_CWORD; i++)); do
        if [[ ${COMP_WORDS[i]} == -- ]]; then
            _shmcat_operands
            return
        fi
    done
    if [[ $option == --lock= || $before =~ ^-[fhuVvxz]*l$ || $before == --lock ]]; then
        _ipcutils_locks
    elif [[ $option == --next= || $before == --next ]]; then
        _ipcutils_paths "$option"
    elif [[ -n $option || $before =~ ^-[fhuVvxz]*[now]$ || $before =~ ^--(length|offset|timeout)$ ]]; then
        : # numbers
    elif [[ $plain == -* ]]; then
        _ipcutils_offer -f --follow -h --help -l --lock= -n --length= --next= -o --offset= --progress --recover -u --unlink \
            -V --version -v --verbose -w --timeout= --watch -x --hex -z --c-string --zero-copy
    else
        _shmcat_operands
    fi
}

_shmcat_operands() {
    _ipcutils_segments key: id: ftok: file: memfd:
}

_shmcat() {
    _ipcutils_complete _shmcat_offer "${@:2:1}"
}

complete -F _shmcat shmcat
