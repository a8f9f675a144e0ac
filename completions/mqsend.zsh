#compdef mqsend
# SPDX-License-Identifier: ISC
# zsh completion for mqsend(1)

(( $+functions[_ipcutils_objects] )) || _ipcutils

_mqsend_queues() {
    _ipcutils_names msg,pmsg queue private
}

_arguments -s -S \
    '(-0 --null)'{-0,--null}'[records end with a NUL]' \
    '(-1 --whole)'{-1,--whole}'[standard input is one record]' \
    '(-b --block)'{-b+,--block=}'[each record has SIZE bytes]:size: ' \
    '(-C --create)'{-C,--create}'[create the queue if it does not exist]' \
    '--ca=[trust the certificates in FILE (amqps\://)]:file:_files' \
    '(-d --delimiter)'{-d+,--delimiter=}'[records end with CHAR]:character: ' \
    '(-E --end)'{-E,--end}'[send an empty message after all others]' \
    '(- *)'{-h,--help}'[print a summary of the options]' \
    '(-L --length-prefixed)'{-L,--length-prefixed}'[each record follows its length]' \
    '(-m --mode)'{-m+,--mode=}'[permission bits of a new queue]:mode:((0600\:"only you" 0620\:"the group sends" 0640\:"the group receives" 0660\:"the group does both" 0666\:"all do both" g+r\:"the group receives too" g+rw\:"the group does both too" a+r\:"all receive" a+rw\:"all do both"))' \
    '--max-messages=[number of messages that a new queue holds]:number: ' \
    '--message-size=[longest message that a new POSIX queue takes]:size: ' \
    '(-n --nonblock -w --timeout)'{-n,--nonblock}'[do not wait for room in a full queue]' \
    '(-P --with-priority -p --priority -t --type)'{-P,--with-priority}'[each record begins with its priority or type and a TAB]' \
    '(-p --priority -P --with-priority -t --type)'{-p+,--priority=}'[priority, 0 to 32767 (POSIX) or 255 (broker)]:priority: ' \
    '*--progress[show bytes and rate on standard error]' \
    '(-t --type -P --with-priority -p --priority)'{-t+,--type=}'[type, 1 or more (System V)]:type: ' \
    '(- *)'{-V,--version}'[print the version]' \
    '(-v --verbose)'{-v,--verbose}'[report how many messages were sent]' \
    '(-w --timeout -n --nonblock)'{-w+,--timeout=}'[wait at most DURATION for room]:duration: ' \
    '(-x --exclusive)'{-x,--exclusive}'[create the queue, and fail if it exists]' \
    '(-z --c-string)'{-z,--c-string}'[add a NUL to each message]' \
    '1:queue:_mqsend_queues' \
    '*:message: '
