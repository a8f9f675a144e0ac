# SPDX-License-Identifier: ISC
# fish completion for ipcrm-all(1)

# The functions that the tools share lie beside this file.
functions -q __ipcutils_word; or source (status dirname)/ipcutils.fish

function __ipcrm_all_objects
    __ipcutils_objects shm,pshm,msg,pmsg,sem,psem
    printf '%s\t%s\n' key: 'System V objects with that key' id: 'System V objects with that id' \
        ftok: 'System V objects with the key of a file'
end

# The words of a list with commas, behind what stands before the last one.
function __ipcrm_all_list
    set -l word (commandline -ct | string replace -r '^--[a-z]*=' '')
    set -l head (string match -r '.*,' -- $word)
    printf "$head%s\n" $argv
end

# Whether a command is to be run.
function __ipcrm_all_around
    contains -- --around (commandline -opc)
end

complete -c ipcrm-all -f
complete -c ipcrm-all -n 'not __ipcrm_all_around' -a '(__ipcrm_all_objects)'
complete -c ipcrm-all -n __ipcrm_all_around -a '(__fish_complete_subcommand --fcs-skip=2)'
complete -c ipcrm-all -s 0 -l null -d 'end names with NULs and escape nothing'
complete -c ipcrm-all -l all -d everything
complete -c ipcrm-all -l around -d 'run a command, then remove the objects that it created and left'
complete -c ipcrm-all -s f -l ignore-missing -d 'do not report named objects that are missing'
complete -c ipcrm-all -l force -d 'remove objects that are in use, too'
complete -c ipcrm-all -s h -l help -d 'print a summary of the options'
complete -c ipcrm-all -s i -l interactive -d 'ask on the terminal before removing each object'
complete -c ipcrm-all -s n -l dry-run -d 'remove nothing, print what would be removed'
complete -c ipcrm-all -l name -x -d 'names that match'
complete -c ipcrm-all -l older -x -d 'objects that nothing has touched for DURATION'
complete -c ipcrm-all -l orphans -d 'objects that no process is left to use'
complete -c ipcrm-all -s t -l types -x -a '(__ipcrm_all_list msg pmsg psem pshm sem shm)' -d 'only these kinds'
complete -c ipcrm-all -s u -l user -x -a '(__fish_complete_users)' -d 'objects of USER instead of your own'
complete -c ipcrm-all -s V -l version -d 'print the version'
complete -c ipcrm-all -s v -l verbose -d 'report what is removed and what stays, and why'
