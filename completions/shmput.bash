# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# bash completion for shmput(1)

# The functions that the tools share lie beside this file.
# shellcheck source=completions/ipcutils.bash
declare -F _ipcutils_complete >/dev/null || . "${BASH_SOURCE[0]%"${BASH_SOURCE[0]##*/}"}ipcutils.bash"

_shmput_offer() {
    local i

    for ((i = 1; i < COMP_CWORD; i++)); do
        if [[ ${COMP_WORDS[i]} == -- ]]; then
            _shmput_operands
            return
        fi
    done
    if [[ $option == --lock= || $before =~ ^-[ahknrVvxz]*l$ || $before == --lock ]]; then
        _ipcutils_locks
    elif [[ $option == --mode= || $before =~ ^-[ahknrVvxz]*m$ || $before == --mode ]]; then
        _ipcutils_offer 0600 0640 0644 0660 0666 g+r g+rw a+r a+rw
    elif [[ -n $option || $before =~ ^-[ahknrVvxz]*[osw]$ || $before =~ ^--(offset|size|timeout)$ ]]; then
        : # numbers
    elif [[ $plain == -* ]]; then
        _ipcutils_offer -a --append -h --help -k --keep-size -l --lock= -m --mode= -n --nonblock -o --offset= \
            --progress --recover -r --replace -s --size= -V --version -v --verbose -w --timeout= -x --exclusive -z --c-string
    else
        _shmput_operands
    fi
}

_shmput_operands() {
    _ipcutils_segments key: key:private id: ftok: file:
}

_shmput() {
    _ipcutils_complete _shmput_offer "${@:2:1}"
}

complete -F _shmput shmput
