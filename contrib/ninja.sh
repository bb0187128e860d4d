# Sourced by the scripts beside it: a build that shows how far it is.

# build_with_progress DIR [TARGET…]: ninja's own status line on a terminal, else a line every tenth of the way. What a
# compiler says is always shown. Ends as ninja does.
build_with_progress() {
    if [ -t 1 ]; then
        ninja -C "$@"
        return
    fi
    ninja -C "$@" | awk '
        /^\[[0-9]+\/[0-9]+\] / {
            split(substr($1, 2), step, "[/\\]]")
            if (step[2] > 0 && int(step[1] * 10 / step[2]) > tenth) {
                tenth = int(step[1] * 10 / step[2])
                print "built " step[1] " of " step[2]
                fflush()
            }
            next
        }
        /^ninja: Entering directory/ { next }
        { print; fflush() }'
    return "${PIPESTATUS[0]}"
}
