# SPDX-License-Identifier: ISC
# fish completion for mqsend(1)

# The functions __ipcutils_* are the same in the file of every tool, so that each can be loaded alone.

# The word at the cursor without its quotes.
function __ipcutils_word
    set -l word (commandline -ct)
    string unescape -- $word 2>/dev/null
    or string trim --left --chars '\'"' -- $word
end

# The live objects of the kinds $argv[1], as ipcls names them and, those of System V, by their ids.  Its lines are words,
# in which blanks, control bytes and backslashes are escaped; names with control bytes are left out.
function __ipcutils_objects
    command -q ipcls; or return
    set -l lines (command ipcls -r --noheadings --nousers -o NAME,ID,KIND,OWNER,SIZE,MESSAGES,SEMS -t $argv[1] 2>/dev/null |
        string match -rv '\\\\x([01]|7f|c2\\\\x[89])' |
        string replace -r ' (p?shm \S+) (\S+) \S+ \S+$' ' $1, $2 bytes' |
        string replace -r ' (p?msg \S+) \S+ (\S+) \S+$' ' $1, $2 messages' |
        string replace -r ' (p?sem \S+) \S+ \S+ (\S+)$' ' $1, $2 semaphores' |
        string replace -r ', - \w+$' '' |
        string replace -r '^key:(\S+) (\d+) (\S+) (.*)' 'key:$1\t$3 of $4, id:$2\nid:$2\t$3 of $4, key:$1' |
        string replace -r '^(\S+) \S+ (\S+) (.*)' '$1\t$2 of $3')
    set -q lines[1]; and printf '%b\n' $lines
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

function __ipcutils_queues
    __ipcutils_objects msg,pmsg
    __ipcutils_paths ftok:
    printf '%s\t%s\n' key: 'System V queue with that key' id: 'System V queue with that id' \
        ftok: 'System V queue with the key of a file'
end

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
