#compdef sigrecv
# SPDX-License-Identifier: ISC
# zsh completion for sigrecv(1)

(( $+functions[_ipcutils_objects] )) || _ipcutils

# Behind "--" is a command.
_sigrecv_separator=${words[(ie)--]}
if (( _sigrecv_separator < CURRENT )); then
    shift $_sigrecv_separator words
    (( CURRENT -= _sigrecv_separator ))
    unset _sigrecv_separator
    _normal
    return
fi
unset _sigrecv_separator

_arguments -s -S \
    '(-0 --null)'{-0,--null}'[write a NUL after each signal]' \
    '(-c --count -f --follow)'{-c+,--count=}'[receive N signals]:number: ' \
    '(-f --follow -c --count)'{-f,--follow}'[receive for ever]' \
    '(- *)'{-h,--help}'[print a summary of the options]' \
    '(-j --jobs)'{-j+,--jobs=}'[run up to N commands at once]:number: ' \
    '--json[write one JSON object for each signal]' \
    '(-n --nonblock -w --timeout)'{-n,--nonblock}'[do not wait for a signal]' \
    '(-P --with-priority)'{-P,--with-priority}'[write the number of the signal and a TAB before it]' \
    '--pid-file=[write the pid to FILE once signals can be sent]:file:_files' \
    '--ready-fd=[write a newline to descriptor N once signals can be sent]:descriptor: ' \
    '(- *)'{-V,--version}'[print the version]' \
    '(-v --verbose)'{-v,--verbose}'[report how many signals were received]' \
    '(-w --timeout -n --nonblock)'{-w+,--timeout=}'[wait at most DURATION for each signal]:duration: ' \
    '*:signal:_ipcutils_signals'
