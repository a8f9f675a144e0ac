# SPDX-License-Identifier: ISC
# fish completion for sockpair(1)

# The functions that the tools share lie beside this file.
functions -q __ipcutils_word; or source (status dirname)/ipcutils.fish

# Sockets, the directories on the way, and abstract names.
function __sockpair_sockets
    set -l word (__ipcutils_word)
    printf 'tcp:\t[HOST:]PORT\n'
    for path in $word*
        string match -qr '[[:cntrl:]]' -- $path; and continue
        if test -d $path
            printf '%s/\n' $path
        else if test -S $path
            printf '%s\tsocket\n' $path
        end
    end
    string match -q '@*' -- $word; and test -r /proc/net/unix; or return
    string match -rg '^(?:\S+ +){7}(@[^[:cntrl:] ]+)$' </proc/net/unix
end

# The words from the beginning of the command under the cursor on; fails among the options.
function __sockpair_command_words
    set -l words (commandline -opc)
    set -l separator --
    set -l socket no
    set -e words[1]
    while set -q words[1]
        set -l word $words[1]
        if test "$word" = --
            set -e words[1]
            break
        end
        string match -qr -- '^-.' $word; or break
        set -e words[1]
        string match -qr -- '^-[Eknpv]*[lc]|^--(listen|connect)' $word; and set socket yes
        string match -qr -- '^--separator=' $word; and set separator (string replace -- --separator= '' $word)
        if string match -qr -- '^-[Eknpv]*[cfjlmstw]$|^--(allow-uid|connect|fd|jobs|listen|mode|pass-fd|separator|take-fd|timeout|total|type)$' $word
            set -q words[1]; or return 1
            string match -qr -- '^-[Eknpv]*s$|^--separator$' $word; and set separator $words[1]
            set -e words[1]
        end
        if not set -q words[1]
            # The first command may begin here; that of a socket stands behind "--".
            test $socket = no; and not string match -q -- '-*' (commandline -ct)
            return
        end
    end
    if test $socket = no; and set -q words[2]; and set -l at (contains -i -- $separator $words[2..])
        set -e words[1..(math $at + 1)]
    end
    set -q words[1]; and printf '%s\n' $words
    return 0
end

# Whether the cursor is in a command.
function __sockpair_in_command
    set -l words (commandline -opc)
    if not set -q words[2]
        not string match -q -- '-*' (commandline -ct)
        return
    end
    __sockpair_command_words >/dev/null
end

# What fish knows of that command.
function __sockpair_command
    set -l rest (__sockpair_command_words)
    complete -C (string join -- ' ' (string escape -- $rest) (commandline -ct))
end

complete -c sockpair -f
complete -c sockpair -n __sockpair_in_command -a '(__sockpair_command)'
complete -c sockpair -n 'not __sockpair_in_command' -s c -l connect -x -a '(__sockpair_sockets)' -d 'connect to a socket'
complete -c sockpair -n 'not __sockpair_in_command' -s j -l jobs -x -d 'with -l: number of commands that run at once'
complete -c sockpair -n 'not __sockpair_in_command' -s E -l end -d 'shut standard output, a socket, down'
complete -c sockpair -n 'not __sockpair_in_command' -s f -l fd -x -d 'the socket is this descriptor of the commands'
complete -c sockpair -n 'not __sockpair_in_command' -s h -l help -d 'print a summary of the options'
complete -c sockpair -n 'not __sockpair_in_command' -s k -l keep-open -d 'leave the connection open at the end of input'
complete -c sockpair -n 'not __sockpair_in_command' -s l -l listen -x -a '(__sockpair_sockets) inherit' -d 'serve a socket'
complete -c sockpair -n 'not __sockpair_in_command' -s m -l mode -x -a '0600 0660 0666 g+rw a+rw' -d 'permission of the socket'
complete -c sockpair -n 'not __sockpair_in_command' -s n -l nonblock -d 'do not wait'
complete -c sockpair -n 'not __sockpair_in_command' -s p -l pipes -d 'two pipes instead of a socket pair'
complete -c sockpair -n 'not __sockpair_in_command' -s s -l separator -x -d 'word between the two commands'
complete -c sockpair -n 'not __sockpair_in_command' -s t -l type -x -a 'stream seqpacket dgram' -d 'type of socket'
complete -c sockpair -n 'not __sockpair_in_command' -s V -l version -d 'print the version'
complete -c sockpair -n 'not __sockpair_in_command' -s v -l verbose -d 'report how each command ended'
complete -c sockpair -n 'not __sockpair_in_command' -s w -l timeout -x -d 'how long to wait at most'
complete -c sockpair -n 'not __sockpair_in_command' -l allow-uid -x -a 'any (id -u)' -d 'talk to this user only'
complete -c sockpair -n 'not __sockpair_in_command' -l pass-fd -x -d 'send these descriptors'
complete -c sockpair -n 'not __sockpair_in_command' -l take-fd -x -d 'number of descriptors to take'
complete -c sockpair -n 'not __sockpair_in_command' -l total -x -d 'number of connections after which -l ends'
