#!/usr/bin/env bash
# A subscriber plugin in shell: appends every update of every payment to a file, one lnrpc.Payment a line (NDJSON), and after any
# outage (its own, of the trackpayments plugin, of the node) fetches the updates it missed. Needs bash, jq and lightning-cli on PATH.
#
#   lightning-cli plugin start $PWD/trackpayments.sh
#   tail -f ~/.lightning/bitcoin/trackpayments.ndjson | jq -r '[.status, .payment_hash, .value_msat] | @tsv'
#
# A line may come twice, none is lost: the last one of a (payment_hash, payment_index) counts. Environment (of lightningd):
# TRACKPAYMENTS_FILE, the file to write (default: trackpayments.ndjson in the node's network directory); LIGHTNING_CLI, the command to
# use instead of lightning-cli.
#
# Numbers: jq 1.6 rounds numbers above 2^53. The numbers in a Payment have at most 32 bits; wider ones are strings. Notifications are
# cut out as text, byte for byte, without jq.
set -uo pipefail
export LC_ALL=C # long lines are cut much faster as bytes
if [ -t 0 ]; then
    echo "This is a plugin, lightningd starts it: lightning-cli plugin start $(realpath "$0")" >&2
    exit 1
fi

file=$(realpath -ms "${TRACKPAYMENTS_FILE:-trackpayments.ndjson}") # a plugin's working directory is the network directory
read -ra ask <<<"${LIGHTNING_CLI:-lightning-cli}"
started=no
behind=yes # updates may have been missed: the stored cursor stays until they are fetched
run=       # second field of the last cursor: new with each run of the trackpayments plugin

send() { printf '%s\n\n' "$1"; } # to lightningd
# log TEXT [LEVEL]
log() {
    send "$(jq -nc --arg text "$1" --arg level "${2:-unusual}" \
        '{jsonrpc: "2.0", method: "log", params: {level: $level, message: $text}}')"
}
complaint= # the last error, until it is over
complain() { [ "$1" = "$complaint" ] || log "$1"; complaint=$1; } # logs an error once

if ! command -v jq >/dev/null; then # without jq it cannot answer requests, and lightningd would wait
    reason="trackpayments.sh stops: jq is not on the PATH of lightningd"
    send "{\"jsonrpc\":\"2.0\",\"method\":\"log\",\"params\":{\"level\":\"broken\",\"message\":\"$reason\"}}"
    exit 1
fi

# First the line, then its cursor: after a kill in between, the line comes again. The rename is atomic; sync is for power cuts.
append() {
    local error
    [ -n "$1" ] || return 0
    { printf '%s\n' "$1" >>"$file"; } 2>/dev/null && return
    drop_torn_line
    error=$({ printf '%s\n' "$1" >>"$file"; } 2>&1) && return # again, to get the reason
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

# Removes a line that a kill or a full disk cut short: its cursor was not stored, so it comes again.
drop_torn_line() {
    [ ! -f "$file" ] || [ ! -s "$file" ] || [ -z "$(tail -c 1 "$file")" ] || truncate -s "-$(tail -n 1 "$file" | wc -c)" "$file"
} 2>/dev/null

# unusable: prints why nothing can be stored here; fails if it can. It does not start again without a cursor that exists but cannot be
# read.
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

# Fetches the missed updates page by page; on the first run, without a cursor, the payments in flight. If that fails (the trackpayments
# plugin may not be running yet), it is tried again later.
catch_up() {
    local since='' answer more=true
    [ ! -s "$file.cursor" ] || since=$(<"$file.cursor")
    while [ "$more" = true ]; do
        # As a JSON string: lightning-cli sends a text of digits and dots unquoted.
        if ! answer=$("${ask[@]}" --notifications=none -k trackpayments ${since:+"since=$(jq -n --arg since "$since" '$since')"} 2>/dev/null); then
            if [ -z "$since" ] || [ "$(jq .code <<<"$answer" 2>/dev/null)" != -32602 ]; then
                answer=$(jq -r '.message // empty' <<<"$answer" 2>/dev/null)
                # A missing lightning-cli was logged at the start.
                ! command -v "${ask[0]}" >/dev/null ||
                    complain "trackpayments does not answer, will ask again: ${answer:-"${ask[0]} does not reach lightningd"}"
                return
            fi
            # A restored database, or the file of another node: the cursor is of no use.
            log "cursor $since was refused, starting again without it: $(jq -r .message <<<"$answer")"
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

# A notification. Its wrapping differs between versions of lightningd, but it contains the plugin's own bytes.
notified() {
    local rest=${1#*'"trackpayments":'} payment cursor
    payment=${rest%,'"cursor":'*}
    cursor=${rest:${#payment}}
    cursor=${cursor#*':"'}
    cursor=${cursor%%'"'*}
    [[ $cursor = *."$run".* ]] || behind=yes
    [ $behind = no ] || catch_up
    append "$payment" || behind=yes
    # While it is behind, the older cursor stays, if there is one.
    [ $behind = yes ] && [ -s "$file.cursor" ] || store "$cursor" || behind=yes
}

request() {
    local result='{}' directory trouble
    case $(jq -r .method <<<"$1") in
        getmanifest) result='{"options":[],"rpcmethods":[],"subscriptions":["trackpayments","plugin_started"],"dynamic":true,"nonnumericids":true}' ;;
        init)
            directory=$(jq -r '.params.configuration."lightning-dir"' <<<"$1")
            ask+=("--lightning-dir=${directory%/*}" "--network=${directory##*/}")
            ask+=("--rpc-file=$(jq -r '.params.configuration."rpc-file"' <<<"$1")")
            if trouble=$(unusable); then
                trouble="trackpayments.sh stops: $trouble"
                log "$trouble" broken # lightningd logs `disable` at level DEBUG only
                result=$(jq -nc --arg text "$trouble" '{disable: $text}')
            else
                command -v "${ask[0]}" >/dev/null || log "${ask[0]} is not on PATH: missed updates cannot be fetched"
                drop_torn_line
                started=yes
            fi
            ;;
    esac
    send "{\"jsonrpc\":\"2.0\",\"id\":$(jq -c .id <<<"$1"),\"result\":$result}"
}

# Each message ends in an empty line. While updates are missing, it tries again after each second without a message.
message=
line=
while true; do
    limit=()
    [ $started = no ] || [ $behind = no ] || limit=(-t 1)
    IFS= read -r ${limit[@]+"${limit[@]}"} piece
    code=$?
    line+=$piece # after a timeout: the part of the line that has come
    if [ $code -gt 128 ]; then
        catch_up
        continue
    fi
    [ $code -eq 0 ] || exit 0 # lightningd has closed stdin
    message+=$line
    if [ -z "$line" ]; then
        case $message in
            *'"trackpayments":{'*) notified "$message" ;;
            *'"plugin_started"'*'"methods"'*'"trackpayments"'*) behind=yes; catch_up ;; # it may have been down; since lightningd v25.02
            *'"id"'*) request "$message" ;;
        esac
        message=
    fi
    line=
done
