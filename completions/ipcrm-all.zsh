#compdef ipcrm-all
# SPDX-License-Identifier: ISC
# zsh completion for ipcrm-all(1)

(( $+functions[_ipcutils_objects] )) || _ipcutils

_ipcrm_all_operands() {
    if (( ${+opt_args[--around]} )); then
        _normal
    else
        _ipcutils_names shm,pshm,msg,pmsg,sem,psem object
    fi
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
