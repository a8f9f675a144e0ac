# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# bash completion for shmcat(1)

# The functions _ipcutils_* are the same in the file of every tool, so that each can be loaded alone.
# Other users chose the names: they are compared and quoted here, and never given to eval, compgen -W
# or anything else that expands.  Nothing is forked but ipcls, which says what is there.

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

# Offers the paths that follow the prefix $1 in the word.
_ipcutils_paths() {
    local path

    [[ $plain == "$1"* ]] || return
    for path in "${plain#"$1"}"*; do
        [[ (-e $path || -L $path) && $path != *[[:cntrl:]]* ]] || continue
        [[ ! -d $path ]] || path+=/
        _ipcutils_offer "$1$path"
    done
}

# Offers the live objects of the kinds $1, as ipcls names them and, those of System V, by their ids.  Its
# lines are words, in which blanks, control bytes and backslashes are escaped.  What cannot be printed is
# offered only where %q will escape it.
_ipcutils_objects() {
    local fields=() names=() name id i

    [[ -z $plain || $plain == [/ik]* ]] && type -P ipcls >/dev/null || return 0
    set -f
    # shellcheck disable=SC2207 # mapfile would read a pipe byte by byte
    fields=($(command ipcls -r --noheadings --nousers -o NAME,ID -t "$1" 2>/dev/null))
    set +f
    for ((i = 0; i < ${#fields[@]}; i += 2)); do
        name=${fields[i]} id=${fields[i + 1]}
        if [[ $name == *\\* ]]; then
            printf -v name %b "$name"
            [[ $name != *[[:cntrl:]]* && (-z $quote || $name != *[^[:print:]]*) ]] || continue
        fi
        names+=("$name")
        [[ $name != key:* ]] || names+=("id:$id")
    done
    _ipcutils_offer "${names[@]}"
}

# Offers semaphores for --lock.
_ipcutils_semaphores() {
    _ipcutils_objects sem,psem
    _ipcutils_offer key: id: ftok:
    _ipcutils_paths ftok:
}

# Offers segments, and the beginnings of names that are given.
_ipcutils_segments() {
    _ipcutils_objects shm,pshm
    _ipcutils_offer "$@"
    _ipcutils_paths file:
    _ipcutils_paths ftok:
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

_shmcat_offer() {
    local i

    for ((i = 1; i < COMP_CWORD; i++)); do
        if [[ ${COMP_WORDS[i]} == -- ]]; then
            _shmcat_operands
            return
        fi
    done
    if [[ $option == --lock= || $before =~ ^-[fhuVvxz]*l$ || $before == --lock ]]; then
        _ipcutils_semaphores
    elif [[ -n $option || $before =~ ^-[fhuVvxz]*[now]$ || $before =~ ^--(length|offset|timeout)$ ]]; then
        : # numbers
    elif [[ $plain == -* ]]; then
        _ipcutils_offer -f --follow -h --help -l --lock= -n --length= -o --offset= --progress -u --unlink \
            -V --version -v --verbose -w --timeout= --watch -x --hex -z --c-string --zero-copy
    else
        _shmcat_operands
    fi
}

_shmcat_operands() {
    _ipcutils_segments key: id: ftok: file: memfd:
}

_shmcat() {
    _ipcutils_complete _shmcat_offer "${@:2:1}"
}

complete -F _shmcat shmcat
