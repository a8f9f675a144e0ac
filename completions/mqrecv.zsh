#compdef mqrecv
# SPDX-License-Identifier: ISC
# zsh completion for mqrecv(1)

(( $+functions[_ipcutils_objects] )) || _ipcutils

_mqrecv_queues() {
    _ipcutils_names msg,pmsg queue
}

# Behind "--" is a command.
_mqrecv_separator=${words[(ie)--]}
if (( _mqrecv_separator < CURRENT )); then
    shift $_mqrecv_separator words
    (( CURRENT -= _mqrecv_separator ))
    unset _mqrecv_separator
    _normal
    return
fi
unset _mqrecv_separator

_arguments -s -S \
    '(-0 --null)'{-0,--null}'[write a NUL behind each message]' \
    '(-1 --whole)'{-1,--whole}'[write nothing behind it]' \
    '(-a --all -c --count -f --follow -n --nonblock -w --timeout)'{-a,--all}'[receive all that are there]' \
    '(-b --block)'{-b+,--block=}'[messages have so many bytes]:size: ' \
    '(-C --create)'{-C,--create}'[make a queue if it is not there]' \
    '(-c --count -a --all -f --follow)'{-c+,--count=}'[receive so many messages]:number: ' \
    '(-d --delimiter)'{-d+,--delimiter=}'[write this behind each message]:character: ' \
    '--dead-letter=[where messages go whose command failed]:queue:_mqrecv_queues' \
    '(-E --end)'{-E,--end}'[stop at an empty message]' \
    '(-f --follow -a --all -c --count)'{-f,--follow}'[receive for ever]' \
    '(- *)'{-h,--help}'[print a summary of the options]' \
    '(-j --jobs)'{-j+,--jobs=}'[run up to so many commands at once]:number: ' \
    '--json[write one JSON object for each message]' \
    '(-L --length-prefixed)'{-L,--length-prefixed}'[write the length of each message before it]' \
    '(-m --mode)'{-m+,--mode=}'[permission of a new queue]:mode:((0600\:"only you" 0620\:"the group sends" 0640\:"the group receives" 0660\:"the group does both" 0666\:"all do both" g+r\:"the group receives too" g+rw\:"the group does both too" a+r\:"all receive" a+rw\:"all do both"))' \
    '--max-messages=[of a new POSIX queue, how many it holds]:number: ' \
    '--message-size=[of a new POSIX queue, how long they may be]:size: ' \
    '(-n --nonblock -a --all -w --timeout)'{-n,--nonblock}'[do not wait]' \
    '(-P --with-priority)'{-P,--with-priority}'[write priority or type and a TAB before each message]' \
    '--peek[leave the messages where they are (System V)]' \
    '*--progress[show bytes and rate on standard error]' \
    '(-t --type)'{-t+,--type=}'[receive only N, <=N or !=N (System V)]:type: ' \
    '(-u --unbuffered)'{-u,--unbuffered}'[write each message before the next is taken]' \
    '(- *)'{-V,--version}'[print the version]' \
    '(-v --verbose)'{-v,--verbose}'[say what was done]' \
    '(-w --timeout -a --all -n --nonblock)'{-w+,--timeout=}'[wait at most so long for each message]:duration: ' \
    '(-z --c-string)'{-z,--c-string}'[a NUL ends each message]' \
    '*:queue:_mqrecv_queues'
