#compdef fifotee
# SPDX-License-Identifier: ISC
# zsh completion for fifotee(1)

_fifotee_policies() {
    local -a policies=(
        'block:wait for its reader'
        'drop:drop records that do not fit into its pipe'
        'buffer=64k:queue records that do not fit, and drop the others'
        'fail:give this output up'
    )

    _describe -t policies policy policies "$@"
}

# POLICY:FIFO
_fifotee_output() {
    if compset -P '*:'; then
        _files -g '*(p)'
    else
        _fifotee_policies -S:
    fi
}

_arguments -s -S \
    '(-0 --null)'{-0,--null}'[end each record with a NUL]' \
    '(-b --block)'{-b+,--block=}'[make every record this many bytes long]:size: ' \
    '(-d --delimiter)'{-d+,--delimiter=}'[end each record with this character]:character: ' \
    '(- *)'{-h,--help}'[print a summary of the options]' \
    '(-k --keep)'{-k,--keep}'[do not remove the FIFOs that fifotee created]' \
    '(-m --mode)'{-m+,--mode=}'[permissions of a new FIFO]:mode:((0600\:"only you" 0640\:"the group reads" 0644\:"all read" 0660\:"the group does both" 0666\:"all do both" g+r\:"the group reads too" a+r\:"all read"))' \
    '(-n --no-stdout --stdout)'{-n,--no-stdout}'[do not write to standard output]' \
    '*'{-o+,--output=}'[another FIFO, with its own policy]:policy and FIFO:_fifotee_output' \
    '(-p --policy)'{-p+,--policy=}'[policy for FIFOs given as operands]:policy:_fifotee_policies' \
    '*--progress[show bytes and rate on standard error]' \
    '--readers=[begin when this many FIFOs have readers]:number: ' \
    '(-n --no-stdout)--stdout=[policy for standard output]:policy:_fifotee_policies' \
    '(- *)'{-V,--version}'[print the version]' \
    '(-v --verbose)'{-v,--verbose}'[report at the end how much each output got]' \
    '(-w --timeout)'{-w+,--timeout=}'[how long to wait for a reader]:duration: ' \
    '--zero-copy[share the pages of pipes instead of copying]' \
    '*:FIFO:_files -g "*(p)"'
