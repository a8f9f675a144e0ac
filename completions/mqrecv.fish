# SPDX-License-Identifier: ISC
# fish completion for mqrecv(1)

# The functions __ipcutils_* are the same in the file of every tool, so that each can be loaded alone.

# The word at the cursor without its quotes.
function __ipcutils_word
    set -l word (commandline -ct)
    string unescape -- $word 2>/dev/null
    or string trim --left --chars '\'"' -- $word
end

# The System V objects in the table $argv[1], whose keys are signed; 0 is none.
function __ipcutils_sysv
    test -r $argv[1]; or return
    while read -l key id mode size rest
        string match -qr '^-?[0-9]+$' -- $key; or continue
        if test $key -ne 0
            test $key -lt 0; and set key (math $key + 4294967296)
            printf 'key:0x%08x\tid %s, mode %s, %s %s\n' $key $id $mode $size $argv[2]
        end
        printf 'id:%s\tmode %s, %s %s\n' $id $mode $size $argv[2]
    end <$argv[1] 2>/dev/null
end

# The paths that follow one of the prefixes in the word.
function __ipcutils_paths
    set -l word (__ipcutils_word)
    for prefix in $argv
        string match -q "$prefix*" -- $word; or continue
        set -l start (string replace -- $prefix '' $word)
        for path in $start*
            string match -qr '[[:cntrl:]]' -- $path; and continue
            test -d $path; and set path $path/
            printf '%s%s\n' $prefix $path
        end
    end
end

# The POSIX queues: the files of /dev/mqueue, where that is mounted, as /NAME.
function __ipcutils_posix_queues
    set -l files /dev/mqueue/*
    if string match -q '/.*' -- (__ipcutils_word)
        set files /dev/mqueue/.*
    end
    for file in $files
        string match -qr '[[:cntrl:]]' -- $file; and continue
        test -f $file; and not test -L $file; or continue
        printf '/%s\tPOSIX queue\n' (string replace -- /dev/mqueue/ '' $file)
    end
end

function __ipcutils_queues
    __ipcutils_posix_queues
    __ipcutils_sysv /proc/sysvipc/msg bytes
    __ipcutils_paths ftok:
    printf '%s\t%s\n' key: 'System V queue with that key' id: 'System V queue with that id' \
        ftok: 'System V queue with the key of a file'
end

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
complete -c mqrecv -s 0 -l null -d 'write a NUL behind each message'
complete -c mqrecv -s 1 -l whole -d 'write nothing behind it'
complete -c mqrecv -s a -l all -d 'receive all that are there'
complete -c mqrecv -s b -l block -x -d 'messages have so many bytes'
complete -c mqrecv -s C -l create -d 'make a queue if it is not there'
complete -c mqrecv -s c -l count -x -d 'receive so many messages'
complete -c mqrecv -s d -l delimiter -x -d 'write this behind each message'
complete -c mqrecv -l dead-letter -x -a '(__ipcutils_queues)' -d 'where messages go whose command failed'
complete -c mqrecv -s E -l end -d 'stop at an empty message'
complete -c mqrecv -s f -l follow -d 'receive for ever'
complete -c mqrecv -s h -l help -d 'print a summary of the options'
complete -c mqrecv -s j -l jobs -x -d 'run up to so many commands at once'
complete -c mqrecv -l json -d 'write one JSON object for each message'
complete -c mqrecv -s L -l length-prefixed -d 'write the length of each message before it'
complete -c mqrecv -s m -l mode -x -a '0600 0620 0640 0660 0666 g+r g+rw a+r a+rw' -d 'permission of a new queue'
complete -c mqrecv -l max-messages -x -d 'of a new POSIX queue: how many it holds'
complete -c mqrecv -l message-size -x -d 'of a new POSIX queue: how long they may be'
complete -c mqrecv -s n -l nonblock -d 'do not wait'
complete -c mqrecv -s P -l with-priority -d 'write priority or type and a TAB before each message'
complete -c mqrecv -l peek -d 'leave the messages where they are (System V)'
complete -c mqrecv -l progress -d 'show bytes and rate on standard error'
complete -c mqrecv -s t -l type -x -d 'receive only N, <=N or !=N (System V)'
complete -c mqrecv -s u -l unbuffered -d 'write each message before the next is taken'
complete -c mqrecv -s V -l version -d 'print the version'
complete -c mqrecv -s v -l verbose -d 'say what was done'
complete -c mqrecv -s w -l timeout -x -d 'wait at most so long for each message'
complete -c mqrecv -s z -l c-string -d 'a NUL ends each message'
