# SPDX-License-Identifier: ISC
# fish completion for ipcbench(1)

# The words of a list with commas, after what precedes the last one.
function __ipcbench_list
    set -l word (commandline -ct | string replace -r '^--[a-z]*=' '')
    set -l head (string match -r '.*,' -- $word)
    printf "$head%s\n" $argv
end

set -g __ipcbench_mechanisms dgram eventfd fifo futex memcpy mmap msg pipe pmsg ring rtsig sem-shm seqpacket socketpair tcp unix

complete -c ipcbench -f
complete -c ipcbench -l cpus -x -d 'processors of sender and receiver'
complete -c ipcbench -s d -l duration -x -d 'time for all measurements'
complete -c ipcbench -l gnuplot -d 'print a script for gnuplot(1)'
complete -c ipcbench -s h -l help -d 'print a summary of the options'
complete -c ipcbench -s J -l json -d 'print JSON'
complete -c ipcbench -l latency -d 'measure round trips'
complete -c ipcbench -l list -d 'list the mechanisms'
complete -c ipcbench -s s -l sizes -x -a '(__ipcbench_list 1 64 1k 8k 64k 1M)' -d 'sizes of the messages'
complete -c ipcbench -s t -l types -x -a '(__ipcbench_list $__ipcbench_mechanisms)' -d 'measure only these mechanisms'
complete -c ipcbench -s V -l version -d 'print the version'
