# SPDX-License-Identifier: ISC
# fish completion for fifotee(1)

# The functions that the tools share lie beside this file.
functions -q __ipcutils_word; or source (status dirname)/ipcutils.fish

# The FIFOs that follow one of the prefixes in the word, and the directories on the way to them.
function __fifotee_fifos
    set -l word (__ipcutils_word)
    for prefix in $argv
        string match -q -- "$prefix*" $word; or continue
        set -l start (string replace -- $prefix '' $word)
        for path in $start*
            string match -qr '[[:cntrl:]]' -- $path; and continue
            if test -d $path
                printf '%s%s/\n' $prefix $path
            else if test -p $path
                printf '%s%s\tFIFO\n' $prefix $path
            end
        end
    end
end

set -l policies 'block\t"wait for its reader" drop\t"drop what does not fit" buffer=64k\t"queue so much" fail\t"an error"'

complete -c fifotee -f
complete -c fifotee -a '(__fifotee_fifos "")'
complete -c fifotee -s 0 -l null -d 'records end with NULs'
complete -c fifotee -s b -l block -x -d 'records have so many bytes'
complete -c fifotee -s d -l delimiter -x -d 'records end with this'
complete -c fifotee -s h -l help -d 'print a summary of the options'
complete -c fifotee -s k -l keep -d 'do not remove the FIFOs that were made'
complete -c fifotee -s m -l mode -x -a '0600 0620 0640 0644 0660 0666 g+r a+r' -d 'permission of a new FIFO'
complete -c fifotee -s n -l no-stdout -d 'do not write to standard output'
complete -c fifotee -s o -l output -x -a '(__fifotee_fifos block: drop: fail: buffer=64k:) block: drop: fail: buffer=64k:' \
    -d 'a FIFO with a policy of its own'
complete -c fifotee -s p -l policy -x -a $policies -d 'what an absent or slow reader means'
complete -c fifotee -l progress -d 'show bytes and rate on standard error'
complete -c fifotee -l readers -x -d 'begin once so many FIFOs have readers'
complete -c fifotee -l stdout -x -a $policies -d 'the policy of standard output'
complete -c fifotee -s V -l version -d 'print the version'
complete -c fifotee -s v -l verbose -d 'say at the end what went to each output'
complete -c fifotee -s w -l timeout -x -d 'wait for a reader at most so long'
complete -c fifotee -l zero-copy -d 'pass pages on without copying them'
