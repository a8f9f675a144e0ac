# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# bash completion for sockpair(1)

# The functions _ipcutils_* are the same in the file of every tool, so that each can be loaded alone.
# Other users chose the names: they are compared and quoted here, and never given to eval, compgen -W
# or anything else that expands.  Nothing is forked but to list commands.

# Sets `word`, what stands before the cursor with its quotes as typed, and `before`, the word before.
# bash has cut the line at each of COMP_WORDBREAKS, among them colons and equals signs; pieces with
# nothing between them belong together.
_ipcutils_words() {
    local line=${COMP_LINE-} known=${COMP_LINE:+1} rest piece last='' glue i

    [[ -z $known ]] || line=${line:0:${COMP_POINT:-${#line}}}
    word='' before=''
    for ((i = 0; i <= COMP_CWORD; i++)); do
        piece=${COMP_WORDS[i]-} glue=
        [[ $piece == [:=@]* || $last == *[:=@] ]] && glue=1
        if [[ -n $known ]]; then
            rest=${line#"${line%%[![:space:]]*}"}
            [[ $rest == "$line" ]] || glue=
            ((i < COMP_CWORD)) || piece=$rest
            line=${rest#"$piece"}
        fi
        if [[ -n $glue ]]; then
            word+=$piece
        else
            before=$word word=$piece
        fi
        last=$piece
    done
}

# Sets `plain`, what of `word` follows `option` without its quotes, and `quote`, the one still open.
_ipcutils_unquote() {
    local rest=${word#"$option"}

    plain='' quote=''
    if [[ $rest == [\'\"]* ]]; then
        quote=${rest:0:1} plain=${rest:1}
        return
    fi
    while [[ $rest == *\\* ]]; do
        plain+=${rest%%\\*}
        rest=${rest#*\\}
        plain+=${rest:0:1} rest=${rest:1}
    done
    plain+=$rest
}

# Offers each operand that begins like the word, quoted as the word is, but no beginning of a name that
# is there already.  readline replaces only what follows `head`, so that is left out again.
_ipcutils_offer() {
    local candidate text

    for candidate; do
        [[ $candidate == "$plain"* && ! ($candidate == "$plain" && $plain == *:) ]] || continue
        case $quote in
        \')
            [[ $candidate != *\'* ]] || continue
            text=\'$candidate
            ;;
        \")
            [[ $candidate != *[\"\$\`\\!]* ]] || continue
            text=\"$candidate
            ;;
        *) printf -v text %q "$candidate" ;;
        esac
        text=$option$text
        [[ $text == "$head"* ]] && COMPREPLY+=("${text#"$head"}")
    done
}

# Runs the function $1, which offers what fits `word` and `before`.  $2 is what readline will replace.
_ipcutils_complete() {
    local - IFS=$' \t\n' word before plain quote head option='' failglob=
    set +fu

    COMPREPLY=()
    _ipcutils_words
    if [[ $before == *[\<\>] || $word == *[\<\>] ]]; then
        compopt -o bashdefault -o default 2>/dev/null
        return 0
    fi
    [[ $word != --*=* ]] || option=${word%%=*}=
    _ipcutils_unquote
    head=
    if (($# > 1)) && [[ $word == *"$2" ]]; then
        head=${word%"$2"}
    elif [[ $word == *[:=]* && $COMP_WORDBREAKS == *:* ]]; then
        head=${word%"${word##*[:=]}"}
    fi

    # A pattern that matches nothing must not be an error here.
    if shopt -q failglob; then
        failglob=1
        shopt -u failglob
    fi
    "$1"
    [[ -z $failglob ]] || shopt -s failglob

    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[:=/] ]]; then
        compopt -o nospace 2>/dev/null
    fi
    return 0
}

# Offers sockets, the directories on the way, and abstract names.
_sockpair_sockets() {
    local path rest

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
    local flags='-[Enpv]*'

    if [[ $option == --listen= || $option == --connect= || $before =~ ^${flags}[lc]$ ||
        $before == --listen || $before == --connect ]]; then
        _sockpair_sockets
    elif [[ $option == --type= || $before =~ ^${flags}t$ || $before == --type ]]; then
        _ipcutils_offer stream seqpacket dgram
    elif [[ $option == --mode= || $before =~ ^${flags}m$ || $before == --mode ]]; then
        _ipcutils_offer 0600 0660 0666 g+rw a+rw
    elif [[ $option == --allow-uid= || $before == --allow-uid ]]; then
        _ipcutils_offer any "$UID"
    elif [[ -n $option || $before =~ ^${flags}[fsw]$ ||
        $before =~ ^--(count|fd|pass-fd|separator|take-fd|timeout|total)$ ]]; then
        : # numbers and a word
    else
        _ipcutils_offer -c --connect= --count= -E --end -f --fd= -h --help -l --listen= -m --mode= -n --nonblock \
            -p --pipes -s --separator= -t --type= -V --version -v --verbose -w --timeout= --allow-uid= --pass-fd= \
            --take-fd= --total= --
    fi
}

# What bash-completion knows of the command that is word $1, else its name or files.
_sockpair_command() {
    COMPREPLY=()
    if declare -F _comp_command_offset >/dev/null; then
        _comp_command_offset "$1"
    elif declare -F _command_offset >/dev/null; then
        _command_offset "$1"
    elif ((COMP_CWORD == $1)); then
        mapfile -t COMPREPLY < <(compgen -c -- "${COMP_WORDS[COMP_CWORD]}")
        compopt -o filenames 2>/dev/null
    else
        compopt -o bashdefault -o default 2>/dev/null
    fi
    return 0
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
        [[ $piece =~ ^-[Enpv]*[lc] || $piece == --listen || $piece == --connect ]] && socket=1
        ((++i))
        # bash makes three words of --fd=3.
        if [[ $piece == --* && ${COMP_WORDS[i]} == = ]]; then
            ((++i))
        elif [[ ! $piece =~ ^-[Enpv]*[cflmstw]$ &&
            ! $piece =~ ^--(allow-uid|connect|count|fd|listen|mode|pass-fd|separator|take-fd|timeout|total|type)$ ]]; then
            continue
        fi
        [[ $piece =~ ^-[Enpv]*s$ || $piece == --separator ]] && separator=${COMP_WORDS[i]}
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
        _sockpair_command "$start"
    else
        _ipcutils_complete _sockpair_offer "${@:2:1}"
    fi
}

complete -F _sockpair sockpair
