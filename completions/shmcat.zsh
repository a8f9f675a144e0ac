#compdef shmcat
# SPDX-License-Identifier: ISC
# zsh completion for shmcat(1)

(( $+functions[_ipcutils_objects] )) || _ipcutils

_shmcat_segments() {
    _ipcutils_names shm,pshm segment 'file\::regular file' 'memfd\::what a process has open'
}

_arguments -s -S \
    '(-f --follow)'{-f,--follow}'[keep writing as the object grows]' \
    '(- *)'{-h,--help}'[print a summary of the options]' \
    '(-l --lock)'{-l+,--lock=}'[hold a semaphore or mutex while the bytes are copied]:lock:_ipcutils_locks' \
    '(-n --length)'{-n+,--length=}'[write at most LENGTH bytes of each object]:length: ' \
    '--next=[wait for another version than FILE notes]:file:_files' \
    '(-o --offset)'{-o+,--offset=}'[start at OFFSET; negative counts from the end]:offset: ' \
    '*--progress[show bytes and rate on standard error]' \
    '--recover[take a mutex whose holder has died]' \
    '(-u --unlink)'{-u,--unlink}'[remove each object once it was written]' \
    '(- *)'{-V,--version}'[print the version]' \
    '(-v --verbose)'{-v,--verbose}'[report how many bytes were written]' \
    '(-w --timeout)'{-w+,--timeout=}'[wait up to DURATION for the object and the lock]:duration: ' \
    '--watch=-[show hexadecimal and text, changes marked]::interval: ' \
    '(-x --hex)'{-x,--hex}'[write hexadecimal and text]' \
    '(-z --c-string)'{-z,--c-string}'[stop at the first NUL]' \
    '--zero-copy[pass pages on instead of copying them]' \
    '*:segment:_shmcat_segments'
