# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# bash completion for fifotee(1)

# The functions that the tools share lie beside this file.
# shellcheck source=completions/ipcutils.bash
declare -F _ipcutils_complete >/dev/null || . "${BASH_SOURCE[0]%"${BASH_SOURCE[0]##*/}"}ipcutils.bash"

# Offers the FIFOs that follow the prefix $1 in the word, and the directories on the way to them.
_fifotee_fifos() {
    local path

    [[ $plain == "$1"* ]] || return
    for path in "${plain#"$1"}"*; do
        [[ (-p $path || -d $path) && $path != *[[:cntrl:]]* ]] || continue
        [[ ! -d $path ]] || path+=/
        _ipcutils_offer "$1$path"
    done
}

_fifotee_own() {
    local policy

    for policy in block: drop: fail: buffer=64k: buffer=1M:; do
        if [[ $plain == "$policy"* ]]; then
            _fifotee_fifos "$policy"
            return
        fi
    done
    _ipcutils_offer block: drop: fail: buffer=64k: buffer=1M:
}

_fifotee_offer() {
    local flags='^-[0hknVv]*' i

    for ((i = 1; i < COMP_CWORD; i++)); do
        if [[ ${COMP_WORDS[i]} == -- ]]; then
            _fifotee_fifos ''
            return
        fi
    done
    if [[ $option == --mode= || $before =~ ${flags}m$ || $before == --mode ]]; then
        _ipcutils_offer 0600 0620 0640 0644 0660 0666 g+r a+r
    elif [[ $option == --policy= || $option == --stdout= || $before =~ ${flags}p$ || $before =~ ^--(policy|stdout)$ ]]; then
        _ipcutils_offer block drop fail buffer=64k buffer=1M
    elif [[ $option == --output= || $before =~ ${flags}o$ || $before == --output ]]; then
        _fifotee_own
    elif [[ -n $option || $before =~ ${flags}[bdw]$ || $before =~ ^--(block|delimiter|readers|timeout)$ ]]; then
        : # numbers and a character
    elif [[ $plain == -* ]]; then
        _ipcutils_offer -0 --null -b --block= -d --delimiter= -h --help -k --keep -m --mode= -n --no-stdout \
            -o --output= -p --policy= --progress --readers= --stdout= -V --version -v --verbose -w --timeout= --zero-copy
    else
        _fifotee_fifos ''
    fi
}

_fifotee() {
    _ipcutils_complete _fifotee_offer "${@:2:1}"
}

complete -F _fifotee fifotee
