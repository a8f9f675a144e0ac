# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# bash completion for ipcrm-all(1)

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

_ipcrm_all_types=(msg pmsg psem pshm sem shm)

# Offers each word behind what stands before the last comma.
_ipcrm_all_list() {
    local head_of_list='' word_of_list

    [[ $plain != *,* ]] || head_of_list=${plain%,*},
    for word_of_list; do
        _ipcutils_offer "$head_of_list$word_of_list"
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

_ipcrm_all_objects() {
    _ipcutils_objects shm,pshm,msg,pmsg,sem,psem
    _ipcutils_offer key: id: ftok:
    _ipcutils_paths ftok:
}

_ipcrm_all_offer() {
    local i

    for ((i = 1; i < COMP_CWORD; i++)); do
        if [[ ${COMP_WORDS[i]} == -- ]]; then
            _ipcrm_all_objects
            return
        fi
    done
    if [[ $option == --types= || $before =~ ^-[0finv]*t$ || $before == --types ]]; then
        _ipcrm_all_list "${_ipcrm_all_types[@]}"
    elif [[ $option == --user= || $before =~ ^-[0finv]*u$ || $before == --user ]]; then
        while IFS= read -r i; do _ipcutils_offer "$i"; done < <(compgen -u)
    elif [[ -n $option || $before == --name || $before == --older ]]; then
        : # a pattern, a duration
    elif [[ $plain == -* ]]; then
        _ipcutils_offer -0 --null --all --around -f --ignore-missing --force -h --help -i --interactive -n --dry-run \
            --name= --older= --orphans -t --types= -u --user= -V --version -v --verbose
    else
        _ipcrm_all_objects
    fi
}

# What bash-completion knows of the command that is word $1, else its name or files.
_ipcrm_all_command() {
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

_ipcrm_all() {
    local i=1 piece around=''

    # With --around the first word that is no option, and no value of one, is a command.
    while ((i < COMP_CWORD)); do
        piece=${COMP_WORDS[i]}
        [[ $piece == -?* ]] || break
        ((++i))
        [[ $piece != -- ]] || break
        [[ $piece != --around ]] || around=1
        # bash makes three words of --name=X.
        if [[ $piece == --* && ${COMP_WORDS[i]} == = ]]; then
            ((i += 2))
        elif [[ $piece =~ ^-[0finv]*[tu]$ || $piece =~ ^--(name|older|types|user)$ ]]; then
            ((++i))
        fi
    done
    if [[ -n $around ]] && ((i < COMP_CWORD)) || [[ -n $around && $i == "$COMP_CWORD" && ${COMP_WORDS[i]} != -* ]]; then
        _ipcrm_all_command "$i"
    else
        _ipcutils_complete _ipcrm_all_offer "${@:2:1}"
    fi
}

complete -F _ipcrm_all ipcrm-all
