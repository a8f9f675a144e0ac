# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# bash completion for sigrecv(1)

# The functions that the tools share lie beside this file.
# shellcheck source=completions/ipcutils.bash
declare -F _ipcutils_complete >/dev/null || . "${BASH_SOURCE[0]%"${BASH_SOURCE[0]##*/}"}ipcutils.bash"

_sigrecv_offer() {
    if [[ $option == --pid-file= || $before == --pid-file ]]; then
        _ipcutils_paths ''
    elif [[ -n $option || $before =~ ^-[0fhnPVv]*[cjw]$ || $before =~ ^--(count|jobs|ready-fd|timeout)$ ]]; then
        : # numbers
    elif [[ $plain == -* ]]; then
        _ipcutils_offer -0 --null -c --count= -f --follow -h --help -j --jobs= --json -n --nonblock -P --with-priority \
            --pid-file= --ready-fd= -V --version -v --verbose -w --timeout= --
    else
        _ipcutils_signals
    fi
}

_sigrecv() {
    local i

    for ((i = 1; i < COMP_CWORD; i++)); do
        if [[ ${COMP_WORDS[i]} == -- ]]; then
            _ipcutils_command $((i + 1))
            return 0
        fi
    done
    _ipcutils_complete _sigrecv_offer "${@:2:1}"
}

complete -F _sigrecv sigrecv
