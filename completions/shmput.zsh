#compdef shmput
# SPDX-License-Identifier: ISC
# zsh completion for shmput(1)

(( $+functions[_ipcutils_objects] )) || _ipcutils

_shmput_segments() {
    _ipcutils_names shm,pshm segment private 'file\::regular file'
}

_arguments -s -S \
    '(-a --append)'{-a,--append}'[write after the end]' \
    '(- *)'{-h,--help}'[print a summary of the options]' \
    '(-k --keep-size)'{-k,--keep-size}'[keep the size]' \
    '(-l --lock)'{-l+,--lock=}'[hold a semaphore or mutex while the bytes are copied]:lock:_ipcutils_locks' \
    '(-m --mode)'{-m+,--mode=}'[permission of a new segment]:mode:((0600\:"only you" 0640\:"the group reads" 0644\:"all read" 0660\:"the group writes" 0666\:"all write" g+r\:"the group reads too" g+rw\:"the group writes too" a+r\:"all read" a+rw\:"all write"))' \
    '(-n --nonblock -w --timeout)'{-n,--nonblock}'[fail if the lock is taken]' \
    '(-o --offset)'{-o+,--offset=}'[write from OFFSET on, and keep the other bytes]:offset: ' \
    '*--progress[show bytes and rate on standard error]' \
    '--recover[take a mutex whose holder has died]' \
    '(-r --replace)'{-r,--replace}'[replace the segment in one step]' \
    '(-s --size)'{-s+,--size=}'[make the segment SIZE bytes large]:size: ' \
    '(- *)'{-V,--version}'[print the version]' \
    '(-v --verbose)'{-v,--verbose}'[report how many bytes were written]' \
    '(-w --timeout -n --nonblock)'{-w+,--timeout=}'[wait up to DURATION for the lock]:duration: ' \
    '(-x --exclusive)'{-x,--exclusive}'[fail if the segment exists]' \
    '(-z --c-string)'{-z,--c-string}'[add a NUL to the input]' \
    '1:segment:_shmput_segments'
