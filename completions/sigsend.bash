# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# bash completion for sigsend(1)

# The functions that the tools share lie beside this file.
# shellcheck source=completions/ipcutils.bash
declare -F _ipcutils_complete >/dev/null || . "${BASH_SOURCE[0]%"${BASH_SOURCE[0]##*/}"}ipcutils.bash"

_sigsend_offer() {
    if [[ $option == --then= || $before == --then ]]; then
        _ipcutils_signals
    elif [[ -n $option || $before =~ ^-[ghnVv]*[qw]$ || $before =~ ^--(command|queue|timeout)$ ]]; then
        : # numbers and a name
    elif [[ $plain == -* ]]; then
        _ipcutils_offer --command= -g --group -h --help -n --nonblock -q --queue= --then= -V --version -v --verbose \
            -w --timeout= --wait --wait=
    elif _sigsend_has_signal; then
        _ipcutils_pids
    else
        _ipcutils_signals
    fi
}

# Whether the signal, the first operand, stands before the cursor.
_sigsend_has_signal() {
    local i

    for ((i = 1; i < COMP_CWORD; i++)); do
        [[ ${COMP_WORDS[i]} =~ ^[A-Za-z0-9] && ! ${COMP_WORDS[i - 1]} =~ ^(=|-[ghnVv]*[qw]|--command|--queue|--then|--timeout)$ ]] && return 0
    done
    return 1
}

_sigsend() {
    _ipcutils_complete _sigsend_offer "${@:2:1}"
}

complete -F _sigsend sigsend
