# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# The functions that the bash completions of all tools share

# Other users chose the names of objects: they are compared and quoted here, and never given to eval, compgen -W or
# anything else that expands.  Nothing is forked but ipcls, which lists the objects.

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
        *)
            printf -v text %q "$candidate"
            # A comma needs its backslash only between braces, where no name begins.
            text=${text//\\,/,}
            ;;
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
# offered only where %q will escape it.  Each is followed by $2.
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
    _ipcutils_offer "${names[@]/%/${2-}}"
}

# Offers semaphores.
_ipcutils_semaphores() {
    _ipcutils_objects sem,psem
    _ipcutils_offer key: id: ftok:
    _ipcutils_paths ftok:
}

# Offers locks: semaphores, and mutexes in segments, of which the offset is left to be typed.
_ipcutils_locks() {
    _ipcutils_semaphores
    if [[ $plain != mutex:* ]]; then
        _ipcutils_offer mutex:
        return
    fi
    local option=${option}mutex: plain=${plain#mutex:}
    _ipcutils_objects shm,pshm @
    _ipcutils_offer key: id: ftok: file:
    _ipcutils_paths file:
    _ipcutils_paths ftok:
}

# Offers segments, and the beginnings of names that are given.
_ipcutils_segments() {
    _ipcutils_objects shm,pshm
    _ipcutils_offer "$@"
    _ipcutils_paths file:
    _ipcutils_paths ftok:
}

# Offers queues, and the beginnings of names that are given.
_ipcutils_queues() {
    _ipcutils_objects msg,pmsg
    _ipcutils_offer "$@"
    _ipcutils_paths ftok:
}

# Offers the signals by name.
_ipcutils_signals() {
    _ipcutils_offer HUP INT QUIT USR1 USR2 TERM KILL STOP CONT CHLD ALRM WINCH RTMIN RTMAX RTMIN+1 RTMIN+2 RTMIN+3
}

# Offers the processes by number.
_ipcutils_pids() {
    local directory

    for directory in /proc/[1-9]*; do
        _ipcutils_offer "${directory#/proc/}"
    done
}

# Offers each word $@ as the next one of a list that is separated by commas.
_ipcutils_list() {
    local done='' next

    [[ $plain != *,* ]] || done=${plain%,*},
    for next; do
        _ipcutils_offer "$done$next"
    done
}

# Completes a command, which begins with word $1: its name, then what bash-completion knows of it, else files.
_ipcutils_command() {
    local program

    COMPREPLY=()
    if ((COMP_CWORD == $1)); then
        while IFS= read -r program; do
            # The tools run programs, and compgen -c also lists builtins, functions, aliases and keywords.
            ! type -P -- "$program" >/dev/null || COMPREPLY+=("$program")
        done < <(compgen -c -- "${COMP_WORDS[COMP_CWORD]}" | sort -u)
        compopt -o filenames 2>/dev/null
    elif declare -F _comp_command_offset >/dev/null; then
        _comp_command_offset "$1"
    elif declare -F _command_offset >/dev/null; then
        _command_offset "$1"
    else
        compopt -o bashdefault -o default 2>/dev/null
    fi
    return 0
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

    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[:=/@] ]]; then
        compopt -o nospace 2>/dev/null
    fi
    return 0
}
