# SPDX-License-Identifier: ISC
# fish completion for ipcls(1)

# The functions that the tools share lie beside this file.
functions -q __ipcutils_word; or source (status dirname)/ipcutils.fish

function __ipcls_objects
    __ipcutils_objects shm,pshm,msg,pmsg,sem,psem
    printf '%s\t%s\n' key: 'System V objects with that key' id: 'System V objects with that id' \
        ftok: 'System V objects with the key of a file' file: 'FIFO or socket' memfd: 'what a process has open'
end

# The words of a list with commas, behind what stands before the last one.
function __ipcls_list
    set -l word (commandline -ct | string replace -r '^--[a-z]*=' '')
    set -l head (string match -r '.*,' -- $word)
    printf "$head%s\n" $argv
end

set -g __ipcls_columns ATIME ATTACHED CGID CPID CREATOR CTIME CUID DTIME GID GROUP ID INODE KEY KIND LABEL LIMIT LPID \
    LRPID MESSAGES MODE MSGSIZE MTIME NAME ORPHAN OTIME OWNER RTIME SEMS SIZE STATE STIME TOUCHED UID USED USERS VALUES \
    WAITERS

complete -c ipcls -f
complete -c ipcls -a '(__ipcls_objects)'
complete -c ipcls -s 0 -l null -d 'end fields with NULs and escape nothing'
complete -c ipcls -s a -l all -d 'also list FIFOs, Unix sockets, memfds, and memory without a name'
complete -c ipcls -s b -l bytes -d 'print sizes in bytes'
complete -c ipcls -l graph -d 'print processes and objects as a graph for dot(1)'
complete -c ipcls -s h -l help -d 'print a summary of the options'
complete -c ipcls -s J -l json -d 'print JSON'
complete -c ipcls -l signals -d 'list the processes that wait for signals'
complete -c ipcls -l limits -d 'print the limits of IPC objects, and how much is used'
complete -c ipcls -l noheadings -d 'print no headings'
complete -c ipcls -l nousers -d 'do not look for users, which is much faster'
complete -c ipcls -l ns -x -a '(__fish_complete_pids)' -d 'list the objects in the namespaces of a process'
complete -c ipcls -s o -l output -x -a '(__ipcls_list all $__ipcls_columns)' -d 'print these columns'
complete -c ipcls -l orphans -d 'list only objects that no process is left to use'
complete -c ipcls -s r -l raw -d 'print one line of words for each object'
complete -c ipcls -l sort -x -a '$__ipcls_columns' -d 'sort by this column'
complete -c ipcls -s t -l types -x -a '(__ipcls_list fifo memfd msg pmsg psem pshm sem shm unix)' -d 'list only these types'
complete -c ipcls -s u -l user -x -a '(__fish_complete_users)' -d 'list only objects that a user owns or created'
complete -c ipcls -s U -l unsorted -d 'do not sort by kind and name'
complete -c ipcls -s V -l version -d 'print the version'
complete -c ipcls -l watch -d 'redraw the table on a terminal, with changes marked'
