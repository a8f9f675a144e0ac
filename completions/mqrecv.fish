# SPDX-License-Identifier: ISC
# fish completion for mqrecv(1)

# The functions that the tools share lie beside this file.
functions -q __ipcutils_word; or source (status dirname)/ipcutils.fish

# Whether the cursor is behind "--", where a command is.
function __mqrecv_in_command
    contains -- -- (commandline -opc)
end

# What fish knows of that command.
function __mqrecv_command
    set -l before (commandline -opc)
    set -l rest $before[(math (contains -i -- -- $before) + 1)..-1]
    complete -C (string join -- ' ' (string escape -- $rest) (commandline -ct))
end

complete -c mqrecv -f
complete -c mqrecv -n 'not __mqrecv_in_command' -a '(__ipcutils_queues)'
complete -c mqrecv -n __mqrecv_in_command -a '(__mqrecv_command)'
complete -c mqrecv -s 0 -l null -d 'write a NUL after each message'
complete -c mqrecv -s 1 -l whole -d 'write nothing after a message'
complete -c mqrecv -s a -l all -d 'receive all messages that exist now'
complete -c mqrecv -s b -l block -x -d 'each message has SIZE bytes'
complete -c mqrecv -s C -l create -d 'create a queue that does not exist'
complete -c mqrecv -s c -l count -x -d 'receive N messages'
complete -c mqrecv -l ca -r -F -d 'trust the certificates in FILE (amqps://)'
complete -c mqrecv -s d -l delimiter -x -d 'write CHAR after each message'
complete -c mqrecv -l dead-letter -x -a '(__ipcutils_queues)' -d 'send messages whose command failed to QUEUE'
complete -c mqrecv -s E -l end -d 'stop at an empty message'
complete -c mqrecv -s f -l follow -d 'receive for ever'
complete -c mqrecv -s h -l help -d 'print a summary of the options'
complete -c mqrecv -s j -l jobs -x -d 'run up to N commands at once'
complete -c mqrecv -l json -d 'write one JSON object for each message'
complete -c mqrecv -s L -l length-prefixed -d 'write the length of each message before it'
complete -c mqrecv -s m -l mode -x -a '0600 0620 0640 0660 0666 g+r g+rw a+r a+rw' -d 'permission bits of a new queue'
complete -c mqrecv -l max-messages -x -d 'number of messages that a new queue holds'
complete -c mqrecv -l message-size -x -d 'longest message that a new POSIX queue takes'
complete -c mqrecv -s n -l nonblock -d 'do not wait for a message'
complete -c mqrecv -s P -l with-priority -d 'write priority or type and a TAB before each message'
complete -c mqrecv -l peek -d 'copy the messages and leave them in the queue (System V)'
complete -c mqrecv -l progress -d 'show bytes and rate on standard error'
complete -c mqrecv -l tries -x -d 'run a command that fails up to N times for each message'
complete -c mqrecv -s t -l type -x -d 'receive only type N, <=N or !=N (System V)'
complete -c mqrecv -s u -l unbuffered -d 'write each message before the next one is received'
complete -c mqrecv -s V -l version -d 'print the version'
complete -c mqrecv -s v -l verbose -d 'report at the end what became of the messages'
complete -c mqrecv -s w -l timeout -x -d 'wait at most DURATION for each message'
complete -c mqrecv -s z -l c-string -d 'a NUL ends each message'
