#autoload
# SPDX-License-Identifier: ISC
# The functions that the zsh completions of all tools share: calling _ipcutils defines them

# Completes the live objects of the kinds $1, which together are called $2: as ipcls names them and, those of System V,
# by their ids.  Other users chose the names.
_ipcutils_objects() {
    local name id kind owner size messages semaphores about line expl
    local -a names lines

    whence -p ipcls >/dev/null || return 1
    for name id kind owner size messages semaphores in "${(@0)$(command ipcls -0 --nousers -t $1 \
        -o NAME,ID,KIND,OWNER,SIZE,MESSAGES,SEMS 2>/dev/null)}"; do
        [[ -n $name && $name != *[[:cntrl:]]* ]] || continue
        about="$kind of $owner"
        [[ $kind != *shm || $size == - ]] || about+=", $size bytes"
        [[ $messages == - ]] || about+=", $messages messages"
        [[ $semaphores == - ]] || about+=", $semaphores semaphores"
        if [[ $name == key:* ]]; then
            printf -v line '%-20s -- %s, %s' id:$id $about $name
            names+=( id:$id ) lines+=( $line )
            about+=", id:$id"
        fi
        printf -v line '%-20s -- %s' "${(V)name}" $about
        names+=( $name ) lines+=( $line )
    done
    # _describe would take a second for ten thousand.
    _wanted ipc-objects expl $2 compadd -l -d lines -a names
}

# Completes names of objects of the kinds $1, each of which is called $2.  Further arguments: "private" offers
# key:private, any other is a form of name beside key:, id: and ftok:, with its description.
_ipcutils_names() {
    local ret=1 types=$1 noun=$2
    local -a new kinds

    shift 2
    if [[ $1 == private ]]; then
        new=( "key\\:private:new System V $noun without a key" )
        shift
    fi
    kinds=( "key\\::System V $noun with that key" "id\\::System V $noun with that id"
        "ftok\\::System V $noun with the key of a file" "$@" )
    if compset -P ftok: || { [[ "${kinds[*]}" == *'file\:'* ]] && compset -P file: }; then
        _files
        return
    fi
    _ipcutils_objects $types $noun && ret=0
    [[ -z $new ]] || { _describe -t sysv-objects "new $noun" new && ret=0 }
    [[ $PREFIX == *:* ]] || _describe -t kinds 'kind of name' kinds -S '' && ret=0
    return ret
}

# Completes locks: semaphores, and mutexes in segments, of which the offset is left to be typed.
_ipcutils_locks() {
    if compset -P mutex:; then
        _ipcutils_names shm,pshm segment 'file\:regular file'
    else
        _ipcutils_names sem,psem semaphore 'mutex\:mutex of a C program, mutex\:SEGMENT@OFFSET'
    fi
}

# Completes a signal by name.
_ipcutils_signals() {
    local expl
    _wanted signals expl signal compadd HUP INT QUIT USR1 USR2 TERM KILL STOP CONT CHLD ALRM WINCH \
        RTMIN RTMAX RTMIN+1 RTMIN+2 RTMIN+3
}

# Completes processes by number, and shows their commands.
_ipcutils_pids() {
    local expl file command
    local -a pids lines
    for file in /proc/<->/comm(N); do
        command=
        { IFS= read -r command <$file } 2>/dev/null || continue
        pids+=( ${${file#/proc/}%/comm} )
        lines+=( "${pids[-1]}  ${(V)command}" )
    done
    _wanted processes expl process compadd -l -d lines -a pids
}
