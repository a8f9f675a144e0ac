# SPDX-License-Identifier: ISC
# fish completion for semctl(1)

# The functions that the tools share lie beside this file.
functions -q __ipcutils_word; or source (status dirname)/ipcutils.fish

function __semctl_sysv
    __ipcutils_objects sem
    __ipcutils_paths ftok:
    printf '%s\t%s\n' key: 'System V set with that key' id: 'System V set with that id' \
        ftok: 'System V set with the key of a file'
end

# Where the cursor is: prints semctl's own command and the number of operands before the cursor, or, where that is
# in a command to be run, "in" and what there is of it.
function __semctl_look
    set -l words (commandline -opc)
    set -l operands 0
    set -l value ''
    test (count $words) -ge 2; or return
    set -l command $words[2]
    set -e words[1..2]
    echo $command
    while set -q words[1]
        set -l word $words[1]
        set -e words[1]
        if test -n "$value"
            set value ''
        else if test "$word" = --
            test "$command" = op -a $operands -gt 0; and printf '%s\n' in $words; and return
        else if test $operands -eq 0; and string match -qr -- '^-([fnvx]*[cEjmw]|-(conflict-exit-code|count|jobs|mode|timeout))$' $word
            set value 1
        else if test $operands -gt 0; or not string match -qr -- '^-.' $word
            set operands (math $operands + 1)
        end
        # The word that ends the options may stand behind the semaphore, too.
        if test "$command" = run -a $operands -eq 1; and test "$words[1]" != --
            printf '%s\n' in $words
            return
        end
    end
    echo $operands
end

# Whether the cursor is behind one of these commands of semctl, with up to $argv[1] operands before it.
function __semctl_at
    set -l look (__semctl_look)
    set -q look[1]; and contains -- $look[1] $argv[2..-1]; and test "$look[2]" != in; and test $look[2] -le $argv[1]
end

function __semctl_in_command
    set -l look (__semctl_look)
    test "$look[2]" = in
end

# What fish knows of that command.
function __semctl_command
    set -l look (__semctl_look)
    complete -C (string join -- ' ' (string escape -- $look[3..-1]) (commandline -ct))
end

set -l no_command 'test (count (commandline -opc)) -eq 1'
complete -c semctl -f
complete -c semctl -n $no_command -a run -d 'run a command that holds a token'
complete -c semctl -n $no_command -a create -d 'create a semaphore or a set'
complete -c semctl -n $no_command -a wait -d 'take tokens'
complete -c semctl -n $no_command -a post -d 'give tokens'
complete -c semctl -n $no_command -a get -d 'print the values'
complete -c semctl -n $no_command -a set -d 'set the values'
complete -c semctl -n $no_command -a op -d 'perform several operations on a set in one step'
complete -c semctl -n $no_command -a barrier -d 'wait until a number of processes have arrived'
complete -c semctl -n $no_command -a resize -d 'change the number of tokens of a semaphore that run created'
complete -c semctl -n $no_command -a rm -d 'remove semaphores'
complete -c semctl -n __semctl_in_command -a '(__semctl_command)'
complete -c semctl -n '__semctl_at 0 create set wait' -a '(__ipcutils_semaphores)'
complete -c semctl -n '__semctl_at 0 run' -a '(__ipcutils_locks)'
complete -c semctl -n '__semctl_at 0 create' -a key:private -d 'new System V set without a key'
complete -c semctl -n '__semctl_at 9999 get post rm' -a '(__ipcutils_semaphores)'
complete -c semctl -n '__semctl_at 0 barrier op resize' -a '(__semctl_sysv)'
complete -c semctl -n '__semctl_at 0 barrier post wait' -s c -l count -x -d 'number of tokens or processes'
complete -c semctl -n '__semctl_at 0 run' -l descendants -d 'hold the token until all descendants have ended'
complete -c semctl -n '__semctl_at 0 barrier op run wait' -s E -l conflict-exit-code -x -d 'exit status if the time is over'
complete -c semctl -n '__semctl_at 9999 rm' -s f -l force -d 'remove what is held or waited for'
complete -c semctl -n 'not __semctl_in_command' -s h -l help -d 'show the help'
complete -c semctl -n '__semctl_at 0 run' -s j -l jobs -x -d 'tokens of a new semaphore'
complete -c semctl -n '__semctl_at 0 barrier create run' -s m -l mode -x -a '0600 0660 0666 g+rw a+rw' -d 'permission of a new semaphore'
complete -c semctl -n '__semctl_at 0 run' -l nested -d 'use the token of an ancestor'
complete -c semctl -n '__semctl_at 0 barrier op run wait' -s n -l nonblock -d 'do not wait'
complete -c semctl -n '__semctl_at 0 run' -l recover -d 'take a mutex whose holder has died'
complete -c semctl -n 'not __semctl_in_command' -s V -l version -d 'show the version'
complete -c semctl -n '__semctl_at 0 barrier create op post resize rm run set wait' -s v -l verbose -d 'report what was done'
complete -c semctl -n '__semctl_at 0 get' -s v -l verbose -d 'print a table: values, waiting processes, holders'
complete -c semctl -n '__semctl_at 0 barrier op run wait' -s w -l timeout -x -d 'wait at most this long'
complete -c semctl -n '__semctl_at 0 create' -s x -l exclusive -d 'fail if the semaphore exists'
