# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# bash completion for ipcrm-all(1)

# The functions that the tools share lie beside this file.
# shellcheck source=completions/ipcutils.bash
declare -F _ipcutils_complete >/dev/null || . "${BASH_SOURCE[0]%"${BASH_SOURCE[0]##*/}"}ipcutils.bash"

_ipcrm_all_types=(msg pmsg psem pshm sem shm)

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
        _ipcutils_list "${_ipcrm_all_types[@]}"
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
        _ipcutils_command "$i"
    else
        _ipcutils_complete _ipcrm_all_offer "${@:2:1}"
    fi
}

complete -F _ipcrm_all ipcrm-all
