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

set -l policies 'block\t"wait for its reader" drop\t"drop what does not fit" buffer=64k\t"queue this much" fail\t"an error"'

complete -c fifotee -f
complete -c fifotee -a '(__fifotee_fifos "")'
complete -c fifotee -s 0 -l null -d 'end each record with a NUL'
complete -c fifotee -s b -l block -x -d 'make every record this many bytes long'
complete -c fifotee -s d -l delimiter -x -d 'end each record with this character'
complete -c fifotee -s h -l help -d 'print a summary of the options'
complete -c fifotee -s k -l keep -d 'do not remove the FIFOs that fifotee created'
complete -c fifotee -s m -l mode -x -a '0600 0620 0640 0644 0660 0666 g+r a+r' -d 'permissions of a new FIFO'
complete -c fifotee -s n -l no-stdout -d 'do not write to standard output'
complete -c fifotee -s o -l output -x -a '(__fifotee_fifos block: drop: fail: buffer=64k:) block: drop: fail: buffer=64k:' \
    -d 'another FIFO, with its own policy'
complete -c fifotee -s p -l policy -x -a $policies -d 'policy for FIFOs given as operands'
complete -c fifotee -l progress -d 'show bytes and rate on standard error'
complete -c fifotee -l readers -x -d 'begin when this many FIFOs have readers'
complete -c fifotee -l stdout -x -a $policies -d 'policy for standard output'
complete -c fifotee -s V -l version -d 'print the version'
complete -c fifotee -s v -l verbose -d 'report at the end how much each output got'
complete -c fifotee -s w -l timeout -x -d 'how long to wait for a reader'
complete -c fifotee -l zero-copy -d 'share the pages of pipes instead of copying'
