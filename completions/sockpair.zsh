#compdef sockpair
# SPDX-License-Identifier: ISC
# zsh completion for sockpair(1)

# Sockets, the directories on the way, and abstract names.
_sockpair_sockets() {
    local ret=1 line
    local -a names expl

    _wanted tcp expl 'TCP' compadd -S '' tcp: && ret=0
    _files -g '*(=)' && ret=0
    if [[ $PREFIX == @* && -r /proc/net/unix ]]; then
        while read -r line; do
            line=${line##* }
            [[ $line == @* && $line != *[[:cntrl:]]* ]] && names+=( $line )
        done </proc/net/unix
        _wanted abstract-names expl 'abstract name' compadd -a names && ret=0
    fi
    return ret
}

_sockpair_served() {
    local ret=1
    local -a expl

    _wanted inherit expl 'sockets of an init system' compadd inherit && ret=0
    _sockpair_sockets && ret=0
    return ret
}

# At which word the command under the cursor begins, in REPLY; 0: among the options.
_sockpair_find() {
    setopt localoptions extendedglob
    local i=2 separator=-- socket= word

    REPLY=0
    while (( i < CURRENT )); do
        word=$words[i]
        if [[ $word == -- ]]; then
            (( REPLY = i + 1 ))
            break
        elif [[ $word != -?* ]]; then
            REPLY=$i
            break
        fi
        [[ $word == -[Eknpv]#[lc]* || $word == --(listen|connect)* ]] && socket=1
        [[ $word == --separator=* ]] && separator=${word#*=}
        (( ++i ))
        if [[ $word == -[Eknpv]#[cfjlmstw] ||
            $word == --(allow-uid|connect|fd|jobs|listen|mode|pass-fd|separator|take-fd|timeout|total|type) ]]; then
            [[ $word == (-[Eknpv]#s|--separator) ]] && separator=$words[i]
            (( ++i ))
        fi
    done
    # The first command may begin here.
    if (( REPLY == 0 && i == CURRENT )) && [[ -z $socket && $words[i] != -* ]]; then
        REPLY=$i
    fi
    [[ $REPLY -gt 0 && -z $socket ]] || return 0
    for (( i = REPLY + 1; i < CURRENT; i++ )); do
        if [[ $words[i] == "$separator" ]]; then
            (( REPLY = i + 1 ))
            return 0
        fi
    done
    return 0
}

local REPLY
_sockpair_find
if (( REPLY > 0 )); then
    shift $(( REPLY - 1 )) words
    (( CURRENT -= REPLY - 1 ))
    _normal
    return
fi

_arguments -s -S \
    '*--allow-uid=[talk to this user only]:user id:(any)' \
    '(-c --connect)'{-c+,--connect=}'[connect to a socket]:address:_sockpair_sockets' \
    '(-E --end)'{-E,--end}'[shut standard output, a socket, down]' \
    '(-f --fd)'{-f+,--fd=}'[the socket is this descriptor of the commands]:number: ' \
    '(- *)'{-h,--help}'[print a summary of the options]' \
    '(-j --jobs)'{-j+,--jobs=}'[with -l\: number of commands that run at once]:number: ' \
    '(-k --keep-open)'{-k,--keep-open}'[leave the connection open at the end of input]' \
    '(-l --listen)'{-l+,--listen=}'[serve a socket]:address:_sockpair_served' \
    '(-m --mode)'{-m+,--mode=}'[permission of the socket]:mode:((0600\:"only you" 0660\:"the group connects" 0666\:"all connect" g+rw\:"the group connects" a+rw\:"all connect"))' \
    '(-n --nonblock -w --timeout)'{-n,--nonblock}'[do not wait]' \
    '(-p --pipes)'{-p,--pipes}'[two pipes instead of a socket pair]' \
    '*--pass-fd=[send these descriptors]:numbers: ' \
    '(-s --separator)'{-s+,--separator=}'[word between the two commands]:word: ' \
    '(-t --type)'{-t+,--type=}'[type of socket]:type:(stream seqpacket dgram)' \
    '--take-fd=[number of descriptors to take]:number: ' \
    '--total=[number of connections after which -l ends]:number: ' \
    '(- *)'{-V,--version}'[print the version]' \
    '(-v --verbose)'{-v,--verbose}'[report how each command ended]' \
    '(-w --timeout -n --nonblock)'{-w+,--timeout=}'[how long to wait at most]:duration: '
