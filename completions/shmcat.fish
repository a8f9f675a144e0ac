# SPDX-License-Identifier: ISC
# fish completion for shmcat(1)

# The functions that the tools share lie beside this file.
functions -q __ipcutils_word; or source (status dirname)/ipcutils.fish

complete -c shmcat -f
complete -c shmcat -a '(__ipcutils_segments)'
complete -c shmcat -a memfd: -d 'what a process has open'
complete -c shmcat -s f -l follow -d 'keep writing as the object grows'
complete -c shmcat -s h -l help -d 'print a summary of the options'
complete -c shmcat -s l -l lock -x -a '(__ipcutils_locks)' -d 'hold a semaphore or mutex while the bytes are copied'
complete -c shmcat -s n -l length -x -d 'write at most LENGTH bytes of each object'
complete -c shmcat -l next -r -F -d 'wait for another version than the file notes'
complete -c shmcat -s o -l offset -x -d 'start at OFFSET; negative counts from the end'
complete -c shmcat -l progress -d 'show bytes and rate on standard error'
complete -c shmcat -l recover -d 'take a mutex whose holder has died'
complete -c shmcat -s u -l unlink -d 'remove each object once it was written'
complete -c shmcat -s V -l version -d 'print the version'
complete -c shmcat -s v -l verbose -d 'report how many bytes were written'
complete -c shmcat -s w -l timeout -x -d 'wait up to DURATION for the object and the lock'
complete -c shmcat -l watch -d 'show hexadecimal and text, changes marked'
complete -c shmcat -s x -l hex -d 'write hexadecimal and text'
complete -c shmcat -s z -l c-string -d 'stop at the first NUL'
complete -c shmcat -l zero-copy -d 'pass pages on instead of copying them'
