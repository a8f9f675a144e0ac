#compdef ipcrm-all
# SPDX-License-Identifier: ISC
# zsh completion for ipcrm-all(1)

# The live objects of the kinds $1, which together are called $2: as ipcls names them and, those of System V, by their
# ids.  The same in the file of every tool, so that each can be loaded alone.  Other users chose the names.
_ipcutils_objects() {
    local name id kind owner size messages semaphores about line expl
    local -a names lines

    whence -p ipcls >/dev/null || return 1
    for name id kind owner size messages semaphores in "${(@0)$(command ipcls -0 --nousers -t $1 \
        -o NAME,ID,KIND,OWNER,SIZE,MESSAGES,SEMS 2>/dev/null)}"; do
        [[ -n $name && $name != *[[:cntrl:]]* ]] || continue
        about="$kind of $owner"
        [[ $kind != *shm || $size == - ]] || about+=", $size bytes"
        [[ $messages == - ]] || about+=", $messages messages"
        [[ $semaphores == - ]] || about+=", $semaphores semaphores"
        if [[ $name == key:* ]]; then
            printf -v line '%-20s -- %s, %s' id:$id $about $name
            names+=( id:$id ) lines+=( $line )
            about+=", id:$id"
        fi
        printf -v line '%-20s -- %s' "${(V)name}" $about
        names+=( $name ) lines+=( $line )
    done
    # _describe would take a second for ten thousand.
    _wanted ipc-objects expl $2 compadd -l -d lines -a names
}

# Behind --around stands a command.
_ipcrm_all_operands() {
    local ret=1
    local -a kinds=(
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
    _ipcutils_objects shm,pshm,msg,pmsg,sem,psem 'IPC object' && ret=0
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
