# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# bash completion for fifotee(1)

# The functions _ipcutils_* are the same in the file of every tool, so that each can be loaded alone.
# Other users chose the names: they are compared and quoted here, and never given to eval, compgen -W
# or anything else that expands.  Nothing is forked.

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
