# Sourced by the scripts beside it: builds and shows progress.

# show_tenths: prints ninja's progress every tenth of the way, and all output of the compilers. (Not awk: Debian's mawk
# reads everything before it prints.)
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

# build_with_progress DIR [TARGET…]: ninja's own status line on a terminal, else a line every tenth. Returns ninja's exit code.
build_with_progress() {
    if [ -t 1 ]; then
        ninja -C "$@"
    else
        ninja -C "$@" | show_tenths
        return "${PIPESTATUS[0]}"
    fi
}
