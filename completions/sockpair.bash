# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# bash completion for sockpair(1)

# The functions that the tools share lie beside this file.
# shellcheck source=completions/ipcutils.bash
declare -F _ipcutils_complete >/dev/null || . "${BASH_SOURCE[0]%"${BASH_SOURCE[0]##*/}"}ipcutils.bash"

# Offers sockets, the directories on the way, and abstract names.
_sockpair_sockets() {
    local path rest

    _ipcutils_offer tcp:
    [[ $option == --connect= || $before == *c || $before == --connect ]] || _ipcutils_offer inherit
    for path in "$plain"*; do
        [[ (-S $path || -d $path) && $path != *[[:cntrl:]]* ]] || continue
        [[ ! -d $path ]] || path+=/
        _ipcutils_offer "$path"
    done
    [[ $plain == @* && -r /proc/net/unix ]] || return 0
    while read -r _ _ _ _ _ _ _ path rest; do
        [[ $path == @* && -z $rest && $path != *[[:cntrl:]]* ]] && _ipcutils_offer "$path"
    done </proc/net/unix
}

_sockpair_offer() {
    local flags='-[Eknpv]*'

    if [[ $option == --listen= || $option == --connect= || $before =~ ^${flags}[lc]$ ||
        $before == --listen || $before == --connect ]]; then
        _sockpair_sockets
    elif [[ $option == --type= || $before =~ ^${flags}t$ || $before == --type ]]; then
        _ipcutils_offer stream seqpacket dgram
    elif [[ $option == --mode= || $before =~ ^${flags}m$ || $before == --mode ]]; then
        _ipcutils_offer 0600 0660 0666 g+rw a+rw
    elif [[ $option == --allow-uid= || $before == --allow-uid ]]; then
        _ipcutils_offer any "$UID"
    elif [[ -n $option || $before =~ ^${flags}[fjsw]$ ||
        $before =~ ^--(fd|jobs|pass-fd|separator|take-fd|timeout|total)$ ]]; then
        : # numbers and a word
    else
        _ipcutils_offer -c --connect= -E --end -f --fd= -h --help -j --jobs= -k --keep-open -l --listen= -m --mode= -n --nonblock \
            -p --pipes -s --separator= -t --type= -V --version -v --verbose -w --timeout= --allow-uid= --pass-fd= \
            --take-fd= --total= --
    fi
}

# Sets `start`, the word at which the command under the cursor begins, or 0: it is among the options.
_sockpair_find() {
    local i=1 piece separator=-- socket=''

    start=0
    while ((i < COMP_CWORD)); do
        piece=${COMP_WORDS[i]}
        if [[ $piece == -- ]]; then
            start=$((i + 1))
            break
        elif [[ $piece != -?* ]]; then
            start=$i
            break
        fi
        [[ $piece =~ ^-[Eknpv]*[lc] || $piece == --listen || $piece == --connect ]] && socket=1
        ((++i))
        # bash makes three words of --fd=3.
        if [[ $piece == --* && ${COMP_WORDS[i]} == = ]]; then
            ((++i))
        elif [[ ! $piece =~ ^-[Eknpv]*[cfjlmstw]$ &&
            ! $piece =~ ^--(allow-uid|connect|fd|jobs|listen|mode|pass-fd|separator|take-fd|timeout|total|type)$ ]]; then
            continue
        fi
        [[ $piece =~ ^-[Eknpv]*s$ || $piece == --separator ]] && separator=${COMP_WORDS[i]}
        ((++i))
    done
    # The first command may begin here.
    if ((start == 0 && i == COMP_CWORD)) && [[ -z $socket && ${COMP_WORDS[i]} != -* ]]; then
        start=$i
    fi
    [[ $start -gt 0 && -z $socket ]] || return 0
    for ((i = start + 1; i < COMP_CWORD; i++)); do
        if [[ ${COMP_WORDS[i]} == "$separator" ]]; then
            start=$((i + 1))
            return 0
        fi
    done
}

_sockpair() {
    local start

    _sockpair_find
    if ((start > 0)); then
        _ipcutils_command "$start"
    else
        _ipcutils_complete _sockpair_offer "${@:2:1}"
    fi
}

complete -F _sockpair sockpair
