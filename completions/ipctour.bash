# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# bash completion for ipctour(1)

# The functions that the tools share lie beside this file.
# shellcheck source=completions/ipcutils.bash
declare -F _ipcutils_complete >/dev/null || . "${BASH_SOURCE[0]%"${BASH_SOURCE[0]##*/}"}ipcutils.bash"

_ipctour_offer() {
    local lesson

    if [[ $plain == -* ]]; then
        _ipcutils_offer --auto -h --help --list -V --version
    else
        while read -r lesson; do
            _ipcutils_offer "$lesson"
        done < <(command ipctour --list 2>/dev/null | sed 's/^..\([a-z]*\).*/\1/')
    fi
}

_ipctour() {
    _ipcutils_complete _ipctour_offer "${@:2:1}"
}

complete -F _ipctour ipctour
