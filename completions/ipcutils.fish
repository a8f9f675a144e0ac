# SPDX-License-Identifier: ISC
# The functions that the fish completions of all tools share

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

function __ipcutils_semaphores
    __ipcutils_objects sem,psem
    __ipcutils_paths ftok:
    printf '%s\t%s\n' key: 'System V semaphore with that key' id: 'System V semaphore with that id' \
        ftok: 'System V semaphore with the key of a file'
end

# Semaphores, and mutexes in segments, of which the offset is left to be typed.
function __ipcutils_locks
    if not string match -q 'mutex:*' -- (__ipcutils_word)
        __ipcutils_semaphores
        printf '%s\t%s\n' mutex: 'mutex of a C program: mutex:SEGMENT@OFFSET'
        return
    end
    __ipcutils_objects shm,pshm | string replace -r '^([^\t]+)' 'mutex:$1@'
    printf 'mutex:%s\t%s\n' key: 'System V segment with that key' id: 'System V segment with that id' \
        ftok: 'System V segment with the key of a file' file: 'regular file'
end

function __ipcutils_segments
    __ipcutils_objects shm,pshm
    __ipcutils_paths file: ftok:
    printf '%s\t%s\n' key: 'System V segment with that key' id: 'System V segment with that id' \
        ftok: 'System V segment with the key of a file' file: 'regular file'
end

function __ipcutils_queues
    __ipcutils_objects msg,pmsg
    __ipcutils_paths ftok:
    printf '%s\t%s\n' key: 'System V queue with that key' id: 'System V queue with that id' \
        ftok: 'System V queue with the key of a file'
end

# The signals by name.
function __ipcutils_signals
    string join \n HUP INT QUIT USR1 USR2 TERM KILL STOP CONT CHLD ALRM WINCH RTMIN RTMAX RTMIN+1 RTMIN+2 RTMIN+3
end

# The processes by number, each with its command.
function __ipcutils_pids
    # A pattern of fish has no brackets.
    for directory in (string match -r '^/proc/[0-9]+$' -- /proc/*)
        test -r $directory/comm; and read -l command <$directory/comm; or continue
        printf '%s\t%s\n' (string replace /proc/ '' $directory) (string escape -- $command)
    end
end
