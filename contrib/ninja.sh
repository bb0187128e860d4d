# Sourced by the scripts beside it: a build that shows how far it is.

# show_tenths: of ninja's lines, one every tenth of the way; what compilers say passes through. (mawk, Debian's awk, would
# read all of it first.)
show_tenths() {
    local line tenth=0
    while IFS= read -r line; do
        if [[ $line =~ ^\[([0-9]+)/([0-9]+)\]\  ]]; then
            if ((BASH_REMATCH[1] * 10 / BASH_REMATCH[2] > tenth)); then
                tenth=$((BASH_REMATCH[1] * 10 / BASH_REMATCH[2]))
                echo "built ${BASH_REMATCH[1]} of ${BASH_REMATCH[2]}"
            fi
        elif [[ $line != "ninja: Entering directory"* ]]; then
            printf '%s\n' "$line"
        fi
    done
}

# build_with_progress DIR [TARGET…]: ninja's own status line on a terminal, else a line every tenth. Ends as ninja does.
build_with_progress() {
    if [ -t 1 ]; then
        ninja -C "$@"
    else
        ninja -C "$@" | show_tenths
        return "${PIPESTATUS[0]}"
    fi
}
