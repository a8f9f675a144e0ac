# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# bash completion for mqrecv(1)

# The functions that the tools share lie beside this file.
# shellcheck source=completions/ipcutils.bash
declare -F _ipcutils_complete >/dev/null || . "${BASH_SOURCE[0]%"${BASH_SOURCE[0]##*/}"}ipcutils.bash"

_mqrecv_offer() {
    if [[ $option == --mode= || $before =~ ^-[01aCEfhLnPuVvz]*m$ || $before == --mode ]]; then
        _ipcutils_offer 0600 0620 0640 0660 0666 g+r g+rw a+r a+rw
    elif [[ $option == --dead-letter= || $before == --dead-letter ]]; then
        _mqrecv_operands
    elif [[ $option == --ca= || $before == --ca ]]; then
        compopt -o bashdefault -o default 2>/dev/null
    elif [[ -n $option || $before =~ ^-[01aCEfhLnPuVvz]*[bcdjtw]$ ||
        $before =~ ^--(block|count|delimiter|jobs|max-messages|message-size|timeout|tries|type)$ ]]; then
        : # numbers and a character
    elif [[ $plain == -* ]]; then
        _ipcutils_offer -0 --null -1 --whole -a --all -b --block= -C --ca= --create -c --count= -d --delimiter= \
            --dead-letter= -E --end -f --follow -h --help -j --jobs= --json -L --length-prefixed -m --mode= \
            --max-messages= --message-size= -n --nonblock -P --with-priority --peek --progress -t --type= --tries= \
            -u --unbuffered -V --version -v --verbose -w --timeout= -z --c-string --
    else
        _mqrecv_operands
    fi
}

_mqrecv_operands() {
    _ipcutils_queues key: id: ftok:
}

_mqrecv() {
    local i

    for ((i = 1; i < COMP_CWORD; i++)); do
        if [[ ${COMP_WORDS[i]} == -- ]]; then
            _ipcutils_command $((i + 1))
            return 0
        fi
    done
    _ipcutils_complete _mqrecv_offer "${@:2:1}"
}

complete -F _mqrecv mqrecv
