# SPDX-License-Identifier: ISC
# fish completion for shmcat(1)

# The functions __ipcutils_* are the same in the file of every tool, so that each can be loaded alone.

# The word at the cursor without its quotes.
function __ipcutils_word
    set -l word (commandline -ct)
    string unescape -- $word 2>/dev/null
    or string trim --left --chars '\'"' -- $word
end

# The files /dev/shm/$argv[1]NAME as /NAME, without the semaphores unless that is sem., described as $argv[2].
function __ipcutils_posix
    set -l files /dev/shm/$argv[1]*
    if test -z "$argv[1]"; and string match -q '/.*' -- (__ipcutils_word)
        set files /dev/shm/.*
    end
    for file in $files
        string match -qr '[[:cntrl:]]' -- $file; and continue
        test -f $file; and not test -L $file; or continue
        set -l name (string replace -- /dev/shm/$argv[1] '' $file)
        test -n "$name"; or continue
        test -z "$argv[1]"; and string match -q 'sem.*' -- $name; and continue
        printf '/%s\t%s\n' $name $argv[2]
    end
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

function __ipcutils_semaphores
    __ipcutils_posix sem. 'POSIX semaphore'
    __ipcutils_sysv /proc/sysvipc/sem 'in the set'
    __ipcutils_paths ftok:
    printf '%s\t%s\n' key: 'System V semaphore with that key' id: 'System V semaphore with that id' \
        ftok: 'System V semaphore with the key of a file'
end

function __ipcutils_segments
    __ipcutils_posix '' 'POSIX segment'
    __ipcutils_sysv /proc/sysvipc/shm bytes
    __ipcutils_paths file: ftok:
    printf '%s\t%s\n' key: 'System V segment with that key' id: 'System V segment with that id' \
        ftok: 'System V segment with the key of a file' file: 'regular file'
end

complete -c shmcat -f
complete -c shmcat -a '(__ipcutils_segments)'
complete -c shmcat -a memfd: -d 'what a process has open'
complete -c shmcat -s f -l follow -d 'go on as the object grows'
complete -c shmcat -s h -l help -d 'print a summary of the options'
complete -c shmcat -s l -l lock -x -a '(__ipcutils_semaphores)' -d 'hold a semaphore while the bytes are copied'
complete -c shmcat -s n -l length -x -d 'write at most so many bytes of each object'
complete -c shmcat -s o -l offset -x -d 'begin there; negative counts from the end'
complete -c shmcat -l progress -d 'show bytes and rate on standard error'
complete -c shmcat -s u -l unlink -d 'remove each object once it was written'
complete -c shmcat -s V -l version -d 'print the version'
complete -c shmcat -s v -l verbose -d 'say what was done'
complete -c shmcat -s w -l timeout -x -d 'wait at most so long for the object and the lock'
complete -c shmcat -l watch -d 'show hexadecimal and text, changes marked'
complete -c shmcat -s x -l hex -d 'write hexadecimal and text'
complete -c shmcat -s z -l c-string -d 'stop at the first NUL'
complete -c shmcat -l zero-copy -d 'pass pages on instead of copying them'
