#compdef sigsend
# SPDX-License-Identifier: ISC
# zsh completion for sigsend(1)

(( $+functions[_ipcutils_objects] )) || _ipcutils

_arguments -s -S \
    '--command=[send the signal only to processes that run NAME]:command: ' \
    '(-g --group --wait)'{-g,--group}'[the operands are process groups]' \
    '(- *)'{-h,--help}'[print a summary of the options]' \
    '(-n --nonblock -w --timeout)'{-n,--nonblock}'[do not wait for room in a full queue]' \
    '(-q --queue)'{-q+,--queue=}'[send VALUE with the signal]:value: ' \
    '--then=[send SIGNAL to processes that do not end within --wait]:signal:_ipcutils_signals' \
    '(- *)'{-V,--version}'[print the version]' \
    '(-v --verbose)'{-v,--verbose}'[report how many signals were sent]' \
    '(-w --timeout -n --nonblock)'{-w+,--timeout=}'[wait at most DURATION for room]:duration: ' \
    '(-g --group)--wait=-[wait until the processes have ended]::duration: ' \
    '1:signal:_ipcutils_signals' \
    '*:process:_ipcutils_pids'
