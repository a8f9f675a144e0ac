# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# bash completion for ipcbench(1)

# The functions that the tools share lie beside this file.
# shellcheck source=completions/ipcutils.bash
declare -F _ipcutils_complete >/dev/null || . "${BASH_SOURCE[0]%"${BASH_SOURCE[0]##*/}"}ipcutils.bash"

_ipcbench_offer() {
    if [[ $option == --types= || $before =~ ^-[hJV]*t$ || $before == --types ]]; then
        _ipcutils_list dgram eventfd fifo futex memcpy mmap msg pipe pmsg ring rtsig sem-shm seqpacket socketpair tcp unix
    elif [[ $option == --sizes= || $before =~ ^-[hJV]*s$ || $before == --sizes ]]; then
        _ipcutils_list 1 64 1k 8k 64k 1M
    elif [[ -n $option || $before =~ ^-[hJV]*d$ || $before =~ ^--(cpus|duration)$ ]]; then
        : # numbers
    else
        _ipcutils_offer --cpus= -d --duration= --gnuplot -h --help -J --json --latency --list -s --sizes= -t --types= \
            -V --version
    fi
}

_ipcbench() {
    _ipcutils_complete _ipcbench_offer "${@:2:1}"
}

complete -F _ipcbench ipcbench
