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
    '(-0 --null)'{-0,--null}'[write a NUL after each message]' \
    '(-1 --whole)'{-1,--whole}'[write nothing after a message]' \
    '(-a --all -c --count -f --follow -n --nonblock -w --timeout)'{-a,--all}'[receive all messages that exist now]' \
    '(-b --block)'{-b+,--block=}'[each message has SIZE bytes]:size: ' \
    '(-C --create)'{-C,--create}'[create a queue that does not exist]' \
    '(-c --count -a --all -f --follow)'{-c+,--count=}'[receive N messages]:number: ' \
    '--ca=[trust the certificates in FILE (amqps\://)]:file:_files' \
    '(-d --delimiter)'{-d+,--delimiter=}'[write CHAR after each message]:character: ' \
    '--dead-letter=[send messages whose command failed to QUEUE]:queue:_mqrecv_queues' \
    '(-E --end)'{-E,--end}'[stop at an empty message]' \
    '(-f --follow -a --all -c --count)'{-f,--follow}'[receive for ever]' \
    '(- *)'{-h,--help}'[print a summary of the options]' \
    '(-j --jobs)'{-j+,--jobs=}'[run up to N commands at once]:number: ' \
    '--json[write one JSON object for each message]' \
    '(-L --length-prefixed)'{-L,--length-prefixed}'[write the length of each message before it]' \
    '(-m --mode)'{-m+,--mode=}'[permission bits of a new queue]:mode:((0600\:"only you" 0620\:"the group sends" 0640\:"the group receives" 0660\:"the group does both" 0666\:"all do both" g+r\:"the group receives too" g+rw\:"the group does both too" a+r\:"all receive" a+rw\:"all do both"))' \
    '--max-messages=[number of messages that a new queue holds]:number: ' \
    '--message-size=[longest message that a new POSIX queue takes]:size: ' \
    '(-n --nonblock -a --all -w --timeout)'{-n,--nonblock}'[do not wait for a message]' \
    '(-P --with-priority)'{-P,--with-priority}'[write priority or type and a TAB before each message]' \
    '--peek[copy the messages and leave them in the queue (System V)]' \
    '*--progress[show bytes and rate on standard error]' \
    '--tries=[run a command that fails up to N times for each message]:number: ' \
    '(-t --type)'{-t+,--type=}'[receive only type N, <=N or !=N (System V)]:type: ' \
    '(-u --unbuffered)'{-u,--unbuffered}'[write each message before the next one is received]' \
    '(- *)'{-V,--version}'[print the version]' \
    '(-v --verbose)'{-v,--verbose}'[report at the end what became of the messages]' \
    '(-w --timeout -a --all -n --nonblock)'{-w+,--timeout=}'[wait at most DURATION for each message]:duration: ' \
    '(-z --c-string)'{-z,--c-string}'[a NUL ends each message]' \
    '*:queue:_mqrecv_queues'
