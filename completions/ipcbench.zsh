#compdef ipcbench
# SPDX-License-Identifier: ISC
# zsh completion for ipcbench(1)

_ipcbench_mechanisms() {
    _values -s , mechanism 'pipe[pipe]' 'fifo[FIFO]' 'socketpair[pair of stream sockets]' \
        'seqpacket[pair of sockets that keep records]' 'dgram[pair of datagram sockets]' 'unix[Unix socket with a path]' \
        'tcp[TCP on the loopback address]' 'pmsg[POSIX queue]' 'msg[System V queue]' \
        'sem-shm[shared memory and semaphores]' 'futex[shared memory and a futex]' \
        'eventfd[shared memory and eventfd]' 'ring[shared memory as a ring]' 'mmap[mapped file as a ring]' \
        'rtsig[real-time signals]' 'memcpy[copies alone, the limit]'
}

_arguments -s -S \
    '--cpus=[processors of sender and receiver]:A,B: ' \
    '(-d --duration)'{-d+,--duration=}'[time for all measurements]:duration: ' \
    '(-J --json --list)--gnuplot[print a script for gnuplot]' \
    '(- *)'{-h,--help}'[print a summary of the options]' \
    '(-J --json --gnuplot --list)'{-J,--json}'[print JSON]' \
    '--latency[measure round trips]' \
    '(-J --json --gnuplot)--list[list the mechanisms]' \
    '(-s --sizes)'{-s+,--sizes=}'[sizes of the messages]:sizes:_sequence compadd - 1 64 1k 8k 64k 1M' \
    '(-t --types)'{-t+,--types=}'[measure only these mechanisms]:mechanisms:_ipcbench_mechanisms' \
    '(- *)'{-V,--version}'[print the version]'
