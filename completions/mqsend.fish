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
            string match -qr -- '^(-[01CEhLnPVvxz]*[bdmptw]|--(block|ca|delimiter|max-messages|message-size|mode|priority|timeout|type))$' $word
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
complete -c mqsend -s 0 -l null -d 'records end with a NUL'
complete -c mqsend -s 1 -l whole -d 'standard input is one record'
complete -c mqsend -s b -l block -x -d 'each record has SIZE bytes'
complete -c mqsend -s C -l create -d 'create the queue if it does not exist'
complete -c mqsend -l ca -r -F -d 'trust the certificates in FILE (amqps://)'
complete -c mqsend -s d -l delimiter -x -d 'records end with CHAR'
complete -c mqsend -s E -l end -d 'send an empty message after all others'
complete -c mqsend -s h -l help -d 'print a summary of the options'
complete -c mqsend -s L -l length-prefixed -d 'each record follows its length'
complete -c mqsend -s m -l mode -x -a '0600 0620 0640 0660 0666 g+r g+rw a+r a+rw' -d 'permission bits of a new queue'
complete -c mqsend -l max-messages -x -d 'number of messages that a new queue holds'
complete -c mqsend -l message-size -x -d 'longest message that a new POSIX queue takes'
complete -c mqsend -s n -l nonblock -d 'do not wait for room in a full queue'
complete -c mqsend -s P -l with-priority -d 'each record begins with its priority or type and a TAB'
complete -c mqsend -s p -l priority -x -d 'priority, 0 to 32767 (POSIX) or 255 (broker)'
complete -c mqsend -l progress -d 'show bytes and rate on standard error'
complete -c mqsend -s t -l type -x -d 'type, 1 or more (System V)'
complete -c mqsend -s V -l version -d 'print the version'
complete -c mqsend -s v -l verbose -d 'report how many messages were sent'
complete -c mqsend -s w -l timeout -x -d 'wait at most DURATION for room'
complete -c mqsend -s x -l exclusive -d 'create the queue, and fail if it exists'
complete -c mqsend -s z -l c-string -d 'add a NUL to each message'
