# SPDX-License-Identifier: ISC
# fish completion for mqsend(1)

# The functions that the tools share lie beside this file.
functions -q __ipcutils_word; or source (status dirname)/ipcutils.fish

# Whether the queue is still to come; what follows it are messages.
function __mqsend_wants_queue
    set -l takes 0
    set -l over 0
    for word in (commandline -opc)[2..-1]
        if test $takes = 1
            set takes 0
        else if test $over = 0; and test "$word" = --
            set over 1
        else if test $over = 0; and string match -qr -- '^-.' $word
            string match -qr -- '^(-[01CEhLnPVvxz]*[bdmptw]|--(block|delimiter|max-messages|message-size|mode|priority|timeout|type))$' $word
            and set takes 1
        else
            return 1
        end
    end
    return 0
end

complete -c mqsend -f
complete -c mqsend -n __mqsend_wants_queue -a '(__ipcutils_queues)'
complete -c mqsend -n __mqsend_wants_queue -a key:private -d 'new System V queue without a key'
complete -c mqsend -s 0 -l null -d 'records end with NULs'
complete -c mqsend -s 1 -l whole -d 'all of standard input is one record'
complete -c mqsend -s b -l block -x -d 'records have so many bytes'
complete -c mqsend -s C -l create -d 'make the queue if it is not there'
complete -c mqsend -s d -l delimiter -x -d 'records end with this'
complete -c mqsend -s E -l end -d 'send an empty message at the end'
complete -c mqsend -s h -l help -d 'print a summary of the options'
complete -c mqsend -s L -l length-prefixed -d 'records follow their length, 4 bytes'
complete -c mqsend -s m -l mode -x -a '0600 0620 0640 0660 0666 g+r g+rw a+r a+rw' -d 'permission of a new queue'
complete -c mqsend -l max-messages -x -d 'of a new POSIX queue: how many it holds'
complete -c mqsend -l message-size -x -d 'of a new POSIX queue: how long they may be'
complete -c mqsend -s n -l nonblock -d 'do not wait where the queue is full'
complete -c mqsend -s P -l with-priority -d 'records begin with priority or type and a TAB'
complete -c mqsend -s p -l priority -x -d 'priority, 0 to 32767 (POSIX)'
complete -c mqsend -l progress -d 'show bytes and rate on standard error'
complete -c mqsend -s t -l type -x -d 'type, from 1 on (System V)'
complete -c mqsend -s V -l version -d 'print the version'
complete -c mqsend -s v -l verbose -d 'say what was done'
complete -c mqsend -s w -l timeout -x -d 'wait for room at most so long'
complete -c mqsend -s x -l exclusive -d 'make the queue, and fail if it is there'
complete -c mqsend -s z -l c-string -d 'add a NUL to each message'
