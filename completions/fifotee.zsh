#compdef fifotee
# SPDX-License-Identifier: ISC
# zsh completion for fifotee(1)

_fifotee_policies() {
    local -a policies=(
        'block:everyone waits for its reader'
        'drop:what does not fit into the pipe is dropped'
        'buffer=64k:what does not fit is queued, and dropped when there is more'
        'fail:an absent or slow reader is an error'
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
    '(-0 --null)'{-0,--null}'[records end with NULs]' \
    '(-b --block)'{-b+,--block=}'[records have so many bytes]:size: ' \
    '(-d --delimiter)'{-d+,--delimiter=}'[records end with this]:character: ' \
    '(- *)'{-h,--help}'[print a summary of the options]' \
    '(-k --keep)'{-k,--keep}'[do not remove the FIFOs that were made]' \
    '(-m --mode)'{-m+,--mode=}'[permission of a new FIFO]:mode:((0600\:"only you" 0640\:"the group reads" 0644\:"all read" 0660\:"the group does both" 0666\:"all do both" g+r\:"the group reads too" a+r\:"all read"))' \
    '(-n --no-stdout --stdout)'{-n,--no-stdout}'[do not write to standard output]' \
    '*'{-o+,--output=}'[a FIFO with a policy of its own]:policy and FIFO:_fifotee_output' \
    '(-p --policy)'{-p+,--policy=}'[what an absent or slow reader means]:policy:_fifotee_policies' \
    '*--progress[show bytes and rate on standard error]' \
    '--readers=[begin once so many FIFOs have readers]:number: ' \
    '(-n --no-stdout)--stdout=[the policy of standard output]:policy:_fifotee_policies' \
    '(- *)'{-V,--version}'[print the version]' \
    '(-v --verbose)'{-v,--verbose}'[say at the end what went to each output]' \
    '(-w --timeout)'{-w+,--timeout=}'[wait for a reader at most so long]:duration: ' \
    '--zero-copy[pass pages on without copying them]' \
    '*:FIFO:_files -g "*(p)"'
