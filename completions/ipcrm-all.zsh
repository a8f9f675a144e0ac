#compdef ipcrm-all
# SPDX-License-Identifier: ISC
# zsh completion for ipcrm-all(1)

# What is there, as ipcls says it; other users chose the names.  Behind --around stands a command.
_ipcrm_all_operands() {
    local ret=1 expl
    local -a names kinds=(
        'key\::System V objects with that key'
        'id\::System V objects with that id'
        'ftok\::System V objects with the key of a file'
    )

    if (( ${+opt_args[--around]} )); then
        _normal
        return
    fi
    if compset -P 'ftok:'; then
        _files
        return
    fi
    names=( ${(0)"$(command ipcls -0 -t shm,pshm,msg,pmsg,sem,psem 2>/dev/null)"} )
    if [[ $PREFIX == id:* ]]; then
        names+=( id:${^${(0)"$(command ipcls -0 -o ID -t shm,msg,sem 2>/dev/null)"}} )
    fi
    names=( ${names:#*[[:cntrl:]]*} )
    _wanted objects expl 'IPC object' compadd -a names && ret=0
    [[ $PREFIX == *:* ]] || _describe -t kinds 'kind of name' kinds -S '' && ret=0
    return ret
}

_ipcrm_all_types() {
    _values -s , type 'shm[System V segments]' 'pshm[POSIX segments]' 'msg[System V queues]' 'pmsg[POSIX queues]' \
        'sem[System V semaphores]' 'psem[POSIX semaphores]'
}

_arguments -s -S -A '-*' \
    '(--around -0 --null)'{-0,--null}'[names end with NULs and are as they are]' \
    '(--around *)--all[everything]' \
    '(--all -f --ignore-missing --older --orphans -u --user -i --interactive -0 --null)--around[run a command, then remove what it left behind]' \
    '(--around -f --ignore-missing)'{-f,--ignore-missing}'[say nothing of objects that are gone]' \
    '--force[what is in use goes, too]' \
    '(- *)'{-h,--help}'[print a summary of the options]' \
    '(--around -n --dry-run -i --interactive)'{-i,--interactive}'[ask on the terminal before each]' \
    '(-i --interactive -n --dry-run)'{-n,--dry-run}'[remove nothing, print what would go]' \
    '--name=[names that match]:pattern: ' \
    '(--around)--older=[what nobody has touched for so long]:duration: ' \
    '(--around)--orphans[what nobody is left to use]' \
    '(-t --types)'{-t+,--types=}'[only these kinds]:types:_ipcrm_all_types' \
    '(--around -u --user)'{-u+,--user=}'[what belongs to a user]:user:_users' \
    '(- *)'{-V,--version}'[print the version]' \
    '(-v --verbose)'{-v,--verbose}'[say what goes and what stays, and why]' \
    '*::: :_ipcrm_all_operands'
