# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# bash completion for mqsend(1)

# The functions that the tools share lie beside this file.
# shellcheck source=completions/ipcutils.bash
declare -F _ipcutils_complete >/dev/null || . "${BASH_SOURCE[0]%"${BASH_SOURCE[0]##*/}"}ipcutils.bash"

# Whether the queue stands before the word; what follows it are messages.
_mqsend_has_queue() {
    local piece last='' operand='' takes='' over='' i

    for ((i = 1; i <= COMP_CWORD; i++)); do
        piece=${COMP_WORDS[i]-}
        if ((i > 1)) && [[ $piece == [:=@]* || $last == *[:=@] ]]; then
            [[ $piece != =* ]] || takes=
        elif [[ -n $operand ]]; then
            return 0
        elif [[ -n $takes ]]; then
            takes=
        elif [[ -z $over && $piece == -- ]]; then
            over=1
        elif [[ -z $over && $piece == -?* ]]; then
            [[ $piece =~ ^-[01CEhLnPVvxz]*[bdmptw]$ ]] && takes=1
            [[ $piece =~ ^--(block|ca|delimiter|max-messages|message-size|mode|priority|timeout|type)$ ]] && takes=1
        else
            operand=1
        fi
        last=$piece
    done
    return 1
}

_mqsend_offer() {
    local i

    for ((i = 1; i < COMP_CWORD; i++)); do
        if [[ ${COMP_WORDS[i]} == -- ]]; then
            _mqsend_operands
            return
        fi
    done
    if [[ $option == --mode= || $before =~ ^-[01CEhLnPVvxz]*m$ || $before == --mode ]]; then
        _ipcutils_offer 0600 0620 0640 0660 0666 g+r g+rw a+r a+rw
    elif [[ $option == --ca= || $before == --ca ]]; then
        compopt -o bashdefault -o default 2>/dev/null
    elif [[ -n $option || $before =~ ^-[01CEhLnPVvxz]*[bdptw]$ ||
        $before =~ ^--(block|delimiter|max-messages|message-size|priority|timeout|type)$ ]]; then
        : # numbers and a character
    elif [[ $plain == -* ]]; then
        _ipcutils_offer -0 --null -1 --whole -b --block= -C --ca= --create -d --delimiter= -E --end -h --help \
            -L --length-prefixed -m --mode= --max-messages= --message-size= -n --nonblock -P --with-priority \
            -p --priority= --progress -t --type= -V --version -v --verbose -w --timeout= -x --exclusive -z --c-string
    else
        _mqsend_operands
    fi
}

_mqsend_operands() {
    _mqsend_has_queue || _ipcutils_queues key: key:private id: ftok:
}

_mqsend() {
    _ipcutils_complete _mqsend_offer "${@:2:1}"
}

complete -F _mqsend mqsend
