# SPDX-License-Identifier: ISC
# fish completion for shmput(1)

# The functions that the tools share lie beside this file.
functions -q __ipcutils_word; or source (status dirname)/ipcutils.fish

complete -c shmput -f
complete -c shmput -a '(__ipcutils_segments)'
complete -c shmput -a key:private -d 'new System V segment without a key'
complete -c shmput -s a -l append -d 'add the input at the end'
complete -c shmput -s h -l help -d 'print a summary of the options'
complete -c shmput -s k -l keep-size -d 'leave the size as it is'
complete -c shmput -s l -l lock -x -a '(__ipcutils_semaphores)' -d 'hold a semaphore while the bytes are copied'
complete -c shmput -s m -l mode -x -a '0600 0640 0644 0660 0666 g+r g+rw a+r a+rw' -d 'permission of what is made'
complete -c shmput -s n -l nonblock -d 'do not wait for the lock'
complete -c shmput -s o -l offset -x -d 'write there and leave the rest'
complete -c shmput -l progress -d 'show bytes and rate on standard error'
complete -c shmput -s r -l replace -d 'let the new content appear in one step'
complete -c shmput -s s -l size -x -d 'make it this size, the rest zeros'
complete -c shmput -s V -l version -d 'print the version'
complete -c shmput -s v -l verbose -d 'say what was done'
complete -c shmput -s w -l timeout -x -d 'wait at most so long for the lock'
complete -c shmput -s x -l exclusive -d 'make it, and fail if it is there'
complete -c shmput -s z -l c-string -d 'add a NUL to the input'
