# SPDX-License-Identifier: ISC
# fish completion for shmput(1)

# The functions that the tools share lie beside this file.
functions -q __ipcutils_word; or source (status dirname)/ipcutils.fish

complete -c shmput -f
complete -c shmput -a '(__ipcutils_segments)'
complete -c shmput -a key:private -d 'new System V segment without a key'
complete -c shmput -s a -l append -d 'write after the end'
complete -c shmput -s h -l help -d 'print a summary of the options'
complete -c shmput -s k -l keep-size -d 'keep the size'
complete -c shmput -s l -l lock -x -a '(__ipcutils_locks)' -d 'hold a semaphore or mutex while the bytes are copied'
complete -c shmput -s m -l mode -x -a '0600 0640 0644 0660 0666 g+r g+rw a+r a+rw' -d 'permission of a new segment'
complete -c shmput -s n -l nonblock -d 'fail if the lock is taken'
complete -c shmput -s o -l offset -x -d 'write from OFFSET on, and keep the other bytes'
complete -c shmput -l progress -d 'show bytes and rate on standard error'
complete -c shmput -l recover -d 'take a mutex whose holder has died'
complete -c shmput -s r -l replace -d 'replace the segment in one step'
complete -c shmput -s s -l size -x -d 'make the segment SIZE bytes large'
complete -c shmput -s V -l version -d 'print the version'
complete -c shmput -s v -l verbose -d 'report how many bytes were written'
complete -c shmput -s w -l timeout -x -d 'wait up to DURATION for the lock'
complete -c shmput -s x -l exclusive -d 'fail if the segment exists'
complete -c shmput -s z -l c-string -d 'add a NUL to the input'
