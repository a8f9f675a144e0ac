# SPDX-License-Identifier: ISC
# fish completion for ipctour(1)

complete -c ipctour -f
complete -c ipctour -a "(command ipctour --list 2>/dev/null | sed 's/^..\([a-z]*\) */\1\t/')" -d lesson
complete -c ipctour -l auto -d 'run the lessons without a terminal and compare each output with the text'
complete -c ipctour -s h -l help -d 'print a summary of the options'
complete -c ipctour -l list -d 'list the lessons'
complete -c ipctour -s V -l version -d 'print the version'
