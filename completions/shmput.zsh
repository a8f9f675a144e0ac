#compdef shmput
# SPDX-License-Identifier: ISC
# zsh completion for shmput(1)

(( $+functions[_ipcutils_objects] )) || _ipcutils

_shmput_segments() {
    _ipcutils_names shm,pshm segment private 'file\::regular file'
}

_arguments -s -S \
    '(-a --append)'{-a,--append}'[add the input at the end]' \
    '(- *)'{-h,--help}'[print a summary of the options]' \
    '(-k --keep-size)'{-k,--keep-size}'[leave the size as it is]' \
    '(-l --lock)'{-l+,--lock=}'[hold a semaphore while the bytes are copied]:semaphore:_ipcutils_semaphores' \
    '(-m --mode)'{-m+,--mode=}'[permission of what is made]:mode:((0600\:"only you" 0640\:"the group reads" 0644\:"all read" 0660\:"the group writes" 0666\:"all write" g+r\:"the group reads too" g+rw\:"the group writes too" a+r\:"all read" a+rw\:"all write"))' \
    '(-n --nonblock -w --timeout)'{-n,--nonblock}'[do not wait for the lock]' \
    '(-o --offset)'{-o+,--offset=}'[write there and leave the rest]:offset: ' \
    '*--progress[show bytes and rate on standard error]' \
    '(-r --replace)'{-r,--replace}'[let the new content appear in one step]' \
    '(-s --size)'{-s+,--size=}'[make it this size, the rest zeros]:size: ' \
    '(- *)'{-V,--version}'[print the version]' \
    '(-v --verbose)'{-v,--verbose}'[say what was done]' \
    '(-w --timeout -n --nonblock)'{-w+,--timeout=}'[wait at most so long for the lock]:duration: ' \
    '(-x --exclusive)'{-x,--exclusive}'[make it, and fail if it is there]' \
    '(-z --c-string)'{-z,--c-string}'[add a NUL to the input]' \
    '1:segment:_shmput_segments'
