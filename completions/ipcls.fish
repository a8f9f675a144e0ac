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
complete -c ipcls -s 0 -l null -d 'fields end with NULs, names are as they are'
complete -c ipcls -s a -l all -d 'also FIFOs, sockets, memfds, and memory without a name'
complete -c ipcls -s b -l bytes -d 'sizes in bytes'
complete -c ipcls -l graph -d 'processes and objects as a graph for dot'
complete -c ipcls -s h -l help -d 'print a summary of the options'
complete -c ipcls -s J -l json -d JSON
complete -c ipcls -l limits -d 'the limits, and how full they are'
complete -c ipcls -l noheadings -d 'no line of headings'
complete -c ipcls -l nousers -d 'do not look for users'
complete -c ipcls -l ns -x -a '(__fish_complete_pids)' -d 'the objects of the namespaces of a process'
complete -c ipcls -s o -l output -x -a '(__ipcls_list all $__ipcls_columns)' -d 'these columns'
complete -c ipcls -l orphans -d 'only what nobody is left to use'
complete -c ipcls -s r -l raw -d 'a line of words for each object'
complete -c ipcls -l sort -x -a '$__ipcls_columns' -d 'in the order of a column'
complete -c ipcls -s t -l types -x -a '(__ipcls_list fifo memfd msg pmsg psem pshm sem shm unix)' -d 'only these kinds'
complete -c ipcls -s u -l user -x -a '(__fish_complete_users)' -d 'only what belongs to a user'
complete -c ipcls -s V -l version -d 'print the version'
complete -c ipcls -l watch -d 'redraw on a terminal, changes marked'
