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
    '(--around -0 --null)'{-0,--null}'[end names with NULs and escape nothing]' \
    '(--around *)--all[everything]' \
    '(--all -f --ignore-missing --older --orphans -u --user -i --interactive -0 --null)--around[run a command, then remove the objects that it created and left]' \
    '(--around -f --ignore-missing)'{-f,--ignore-missing}'[do not report named objects that are missing]' \
    '--force[remove objects that are in use, too]' \
    '(- *)'{-h,--help}'[print a summary of the options]' \
    '(--around -n --dry-run -i --interactive)'{-i,--interactive}'[ask on the terminal before removing each object]' \
    '(-i --interactive -n --dry-run)'{-n,--dry-run}'[remove nothing, print what would be removed]' \
    '--name=[names that match]:pattern: ' \
    '(--around)--older=[objects that nothing has touched for DURATION]:duration: ' \
    '(--around)--orphans[objects that no process is left to use]' \
    '(-t --types)'{-t+,--types=}'[only these kinds]:types:_ipcrm_all_types' \
    '(--around -u --user)'{-u+,--user=}'[objects of USER instead of your own]:user:_users' \
    '(- *)'{-V,--version}'[print the version]' \
    '(-v --verbose)'{-v,--verbose}'[report what is removed and what stays, and why]' \
    '*::: :_ipcrm_all_operands'
