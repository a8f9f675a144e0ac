#compdef ipctour
# SPDX-License-Identifier: ISC
# zsh completion for ipctour(1)

_ipctour_lessons() {
    local -a lessons

    lessons=(${(f)"$(command ipctour --list 2>/dev/null | sed 's/^..\([a-z]*\) */\1:/')"})
    _describe lesson lessons
}

_arguments -s -S \
    '(- *)--list[list the lessons]' \
    '--auto[run the lessons without a terminal and compare each output with the text]' \
    '(- *)'{-h,--help}'[print a summary of the options]' \
    '(- *)'{-V,--version}'[print the version]' \
    '*:lesson:_ipctour_lessons'
