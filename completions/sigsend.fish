# SPDX-License-Identifier: ISC
# fish completion for sigsend(1)

# The functions that the tools share lie beside this file.
functions -q __ipcutils_word; or source (status dirname)/ipcutils.fish

# Whether the signal, the first operand, stands before the cursor.
function __sigsend_has_signal
    set -l before (commandline -opc)
    string match -qr '^[A-Za-z0-9]' -- $before[2..-1]
end

complete -c sigsend -f
complete -c sigsend -n 'not __sigsend_has_signal' -a '(__ipcutils_signals)'
complete -c sigsend -n __sigsend_has_signal -a '(__ipcutils_pids)'
complete -c sigsend -l command -x -d 'send the signal only to processes that run NAME'
complete -c sigsend -s g -l group -d 'the operands are process groups'
complete -c sigsend -s h -l help -d 'print a summary of the options'
complete -c sigsend -s n -l nonblock -d 'do not wait for room in a full queue'
complete -c sigsend -s q -l queue -x -d 'send VALUE with the signal'
complete -c sigsend -l then -x -a '(__ipcutils_signals)' -d 'send SIGNAL to processes that do not end within --wait'
complete -c sigsend -s V -l version -d 'print the version'
complete -c sigsend -s v -l verbose -d 'report how many signals were sent'
complete -c sigsend -s w -l timeout -x -d 'wait at most DURATION for room'
complete -c sigsend -l wait -d 'wait until the processes have ended'
