# SPDX-License-Identifier: ISC
# fish completion for sigrecv(1)

# The functions that the tools share lie beside this file.
functions -q __ipcutils_word; or source (status dirname)/ipcutils.fish

# Whether the cursor is behind "--", where a command is.
function __sigrecv_in_command
    contains -- -- (commandline -opc)
end

# What fish knows of that command.
function __sigrecv_command
    set -l before (commandline -opc)
    set -l rest $before[(math (contains -i -- -- $before) + 1)..-1]
    complete -C (string join -- ' ' (string escape -- $rest) (commandline -ct))
end

complete -c sigrecv -f
complete -c sigrecv -n 'not __sigrecv_in_command' -a '(__ipcutils_signals)'
complete -c sigrecv -n __sigrecv_in_command -a '(__sigrecv_command)'
complete -c sigrecv -s 0 -l null -d 'write a NUL after each signal'
complete -c sigrecv -s c -l count -x -d 'receive N signals'
complete -c sigrecv -s f -l follow -d 'receive for ever'
complete -c sigrecv -s h -l help -d 'print a summary of the options'
complete -c sigrecv -s j -l jobs -x -d 'run up to N commands at once'
complete -c sigrecv -l json -d 'write one JSON object for each signal'
complete -c sigrecv -s n -l nonblock -d 'do not wait for a signal'
complete -c sigrecv -s P -l with-priority -d 'write the number of the signal and a TAB before it'
complete -c sigrecv -l pid-file -r -F -d 'write the pid to FILE once signals can be sent'
complete -c sigrecv -l ready-fd -x -d 'write a newline to descriptor N once signals can be sent'
complete -c sigrecv -s V -l version -d 'print the version'
complete -c sigrecv -s v -l verbose -d 'report how many signals were received'
complete -c sigrecv -s w -l timeout -x -d 'wait at most DURATION for each signal'
