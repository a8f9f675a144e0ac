#compdef mqsend
# SPDX-License-Identifier: ISC
# zsh completion for mqsend(1)

(( $+functions[_ipcutils_objects] )) || _ipcutils

_mqsend_queues() {
    _ipcutils_names msg,pmsg queue private
}

_arguments -s -S \
    '(-0 --null)'{-0,--null}'[records end with NULs]' \
    '(-1 --whole)'{-1,--whole}'[all of standard input is one record]' \
    '(-b --block)'{-b+,--block=}'[records have so many bytes]:size: ' \
    '(-C --create)'{-C,--create}'[make the queue if it is not there]' \
    '(-d --delimiter)'{-d+,--delimiter=}'[records end with this]:character: ' \
    '(-E --end)'{-E,--end}'[send an empty message at the end]' \
    '(- *)'{-h,--help}'[print a summary of the options]' \
    '(-L --length-prefixed)'{-L,--length-prefixed}'[records follow their length, 4 bytes]' \
    '(-m --mode)'{-m+,--mode=}'[permission of a new queue]:mode:((0600\:"only you" 0620\:"the group sends" 0640\:"the group receives" 0660\:"the group does both" 0666\:"all do both" g+r\:"the group receives too" g+rw\:"the group does both too" a+r\:"all receive" a+rw\:"all do both"))' \
    '--max-messages=[of a new POSIX queue, how many it holds]:number: ' \
    '--message-size=[of a new POSIX queue, how long they may be]:size: ' \
    '(-n --nonblock -w --timeout)'{-n,--nonblock}'[do not wait where the queue is full]' \
    '(-P --with-priority -p --priority -t --type)'{-P,--with-priority}'[records begin with priority or type and a TAB]' \
    '(-p --priority -P --with-priority -t --type)'{-p+,--priority=}'[priority, 0 to 32767 (POSIX)]:priority: ' \
    '*--progress[show bytes and rate on standard error]' \
    '(-t --type -P --with-priority -p --priority)'{-t+,--type=}'[type, from 1 on (System V)]:type: ' \
    '(- *)'{-V,--version}'[print the version]' \
    '(-v --verbose)'{-v,--verbose}'[say what was done]' \
    '(-w --timeout -n --nonblock)'{-w+,--timeout=}'[wait for room at most so long]:duration: ' \
    '(-x --exclusive)'{-x,--exclusive}'[make the queue, and fail if it is there]' \
    '(-z --c-string)'{-z,--c-string}'[add a NUL to each message]' \
    '1:queue:_mqsend_queues' \
    '*:message: '
