#!/usr/bin/env bash
# A subscriber plugin in shell: appends every update of every payment to a file, one lnrpc.Payment a line (NDJSON), and after any
# outage (its own, of the trackpayments plugin, of the node) asks for what it missed. Needs bash, jq and lightning-cli on PATH.
#
#   lightning-cli plugin start $PWD/trackpayments.sh
#   tail -f ~/.lightning/bitcoin/trackpayments.ndjson | jq -r '[.status, .payment_hash, .value_msat] | @tsv'
#
# A line may come twice, none is lost: the last one of a (payment_hash, payment_index) counts. Environment (of lightningd):
# TRACKPAYMENTS_FILE, where to write (trackpayments.ndjson in the node's network directory); LIGHTNING_CLI, a command to ask with.
#
# Numbers: jq 1.6 rounds what is above 2^53, and nothing like that passes it here: a number in a Payment has 32 bits, what is wider
# is a string. What comes on stdin is cut out as text, as it was told, and jq never sees it.
set -uo pipefail
export LC_ALL=C # long lines are cut much faster as bytes
if [ -t 0 ]; then
    echo "This is a plugin, lightningd starts it: lightning-cli plugin start $(realpath "$0")" >&2
    exit 1
fi

file=$(realpath -ms "${TRACKPAYMENTS_FILE:-trackpayments.ndjson}") # a plugin's working directory is the network directory
read -ra ask <<<"${LIGHTNING_CLI:-lightning-cli}"
started=no
behind=yes # something may have been missed: until it was asked for, the stored cursor stays where it is
run=       # second field of the last cursor: new with each start of the trackpayments plugin

say() { printf '%s\n\n' "$1"; } # to lightningd
# log TEXT [LEVEL]
log() {
    say "$(jq -nc --arg text "$1" --arg level "${2:-unusual}" \
        '{jsonrpc: "2.0", method: "log", params: {level: $level, message: $text}}')"
}
complaint= # the last one, while it lasts
complain() { [ "$1" = "$complaint" ] || log "$1"; complaint=$1; }

if ! command -v jq >/dev/null; then # without it no request can be answered, and lightningd would wait
    reason="trackpayments.sh stops: jq is not on the PATH of lightningd"
    say "{\"jsonrpc\":\"2.0\",\"method\":\"log\",\"params\":{\"level\":\"broken\",\"message\":\"$reason\"}}"
    exit 1
fi

# First the line, then its cursor: who is killed in between writes the line again. The rename is atomic; sync is for power cuts.
append() {
    local error
    [ -n "$1" ] || return 0
    { printf '%s\n' "$1" >>"$file"; } 2>/dev/null && return
    drop_torn_line
    error=$({ printf '%s\n' "$1" >>"$file"; } 2>&1) && return # once more, now for the reason
    drop_torn_line
    complain "cannot write $file, will try again: ${error##*: }"
    return 1
}
store() {
    local error
    error=$({ sync -d "$file" && printf '%s\n' "$1" >"$file.cursor.new" && mv -fT "$file.cursor.new" "$file.cursor"; } 2>&1) && return
    complain "cannot store a cursor in $file.cursor, will try again: ${error##*: }"
    return 1
}

# What a kill or a full disk left of a line goes: its cursor was not stored, so it comes again.
drop_torn_line() {
    [ ! -f "$file" ] || [ ! -s "$file" ] || [ -z "$(tail -c 1 "$file")" ] || truncate -s "-$(tail -n 1 "$file" | wc -c)" "$file"
} 2>/dev/null

# unusable: why nothing can be stored here; fails if it can. A cursor that cannot be read is no reason to begin anew.
unusable() {
    local error
    if ! error=$({ : >>"$file"; } 2>&1); then
        echo "cannot write $file: ${error##*: }"
    elif ! error=$({ : >"$file.cursor.new"; } 2>&1); then
        echo "cannot write $file.cursor.new: ${error##*: }"
    elif [ -e "$file.cursor" ] && ! error=$(cat "$file.cursor" 2>&1 >/dev/null); then
        echo "cannot read $file.cursor: ${error##*: }"
    else
        return 1
    fi
}

# Page by page, until there is no more. Without a cursor, the very first time: what is in flight now. If it fails (the trackpayments
# plugin is not there yet, say), it is tried again later.
catch_up() {
    local since='' answer more=true
    [ ! -s "$file.cursor" ] || since=$(<"$file.cursor")
    while [ "$more" = true ]; do
        if ! answer=$("${ask[@]}" --notifications=none -k trackpayments ${since:+"since=$since"} 2>/dev/null); then
            if [ -z "$since" ] || [ "$(jq .code <<<"$answer" 2>/dev/null)" != -32602 ]; then
                answer=$(jq -r '.message // empty' <<<"$answer" 2>/dev/null)
                # That there is none was logged at the start.
                ! command -v "${ask[0]}" >/dev/null ||
                    complain "trackpayments does not answer, will ask again: ${answer:-"${ask[0]} does not reach lightningd"}"
                return
            fi
            # A restored database, or the file of another node: there is no going on from there.
            log "cursor $since was refused, beginning anew: $(jq -r .message <<<"$answer")"
            mv -fT "$file.cursor" "$file.cursor.refused"
            since=
            continue
        fi
        if ! jq -e '.payments and .cursor' <<<"$answer" >/dev/null 2>&1; then
            complain "trackpayments does not answer, will ask again: its answer cannot be read"
            return
        fi
        append "$(jq -c '.payments[]' <<<"$answer")" || return
        read -r since more < <(jq -r '"\(.cursor) \(.more // false)"' <<<"$answer")
        store "$since" || return
    done
    behind=no
    complaint=
    run=$(cut -d . -f 2 <<<"$since")
}

# A notification. Its wrapping differs between versions of lightningd, but inside it is what the plugin told, byte for byte.
told() {
    local rest=${1#*'"trackpayments":'} payment cursor
    payment=${rest%,'"cursor":'*}
    cursor=${rest:${#payment}}
    cursor=${cursor#*':"'}
    cursor=${cursor%%'"'*}
    [[ $cursor = *."$run".* ]] || behind=yes
    [ $behind = no ] || catch_up
    append "$payment" || behind=yes
    # While it is behind, the older cursor is the right one, if there is one yet.
    [ $behind = yes ] && [ -s "$file.cursor" ] || store "$cursor" || behind=yes
}

request() {
    local result='{}' directory trouble
    case $(jq -r .method <<<"$1") in
        getmanifest) result='{"options":[],"rpcmethods":[],"subscriptions":["trackpayments"],"dynamic":true,"nonnumericids":true}' ;;
        init)
            directory=$(jq -r '.params.configuration."lightning-dir"' <<<"$1")
            ask+=("--lightning-dir=${directory%/*}" "--network=${directory##*/}")
            ask+=("--rpc-file=$(jq -r '.params.configuration."rpc-file"' <<<"$1")")
            if trouble=$(unusable); then
                trouble="trackpayments.sh stops: $trouble"
                log "$trouble" broken # lightningd logs that a plugin disabled itself at level DEBUG only
                result=$(jq -nc --arg text "$trouble" '{disable: $text}')
            else
                command -v "${ask[0]}" >/dev/null || log "${ask[0]} is not on PATH: what is missed now cannot be asked for"
                drop_torn_line
                started=yes
            fi
            ;;
    esac
    say "{\"jsonrpc\":\"2.0\",\"id\":$(jq -c .id <<<"$1"),\"result\":$result}"
}

# Each message ends in an empty line. While something is to be asked for, a second without a message is the moment to try again.
message=
line=
while true; do
    limit=()
    [ $started = no ] || [ $behind = no ] || limit=(-t 1)
    IFS= read -r ${limit[@]+"${limit[@]}"} piece
    code=$?
    line+=$piece # when the time was up: what had come of the line
    if [ $code -gt 128 ]; then
        catch_up
        continue
    fi
    [ $code -eq 0 ] || exit 0 # lightningd has gone, or wants us to
    message+=$line
    if [ -z "$line" ]; then
        case $message in
            *'"trackpayments":{'*) told "$message" ;;
            *'"id"'*) request "$message" ;;
        esac
        message=
    fi
    line=
done
