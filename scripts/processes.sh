# shellcheck shell=bash disable=SC2154
# Sourced by the scripts that start processes. A process is known by a pid file in $directory and by carrying
# MART_PROCESS_HOME=$directory in its environment, so that a pid given to a stranger since is never signalled.

# our_process NAME: prints its pid if it lives and is ours
our_process() {
    local pid variables
    pid=$(cat "$directory/$1.pid" 2> /dev/null) || return 1
    [ -n "$pid" ] || return 1
    # The environment reads as empty while a process replaces its program, longer when that program comes from the disk.
    for _ in {1..200}; do
        grep -qs '^State:.[^ZX]' "/proc/$pid/status" || return 1
        # Read once: between two looks the program may have been replaced, and a process of ours would pass for a stranger.
        variables=$(tr '\0' '\n' 2> /dev/null < "/proc/$pid/environ") || variables=
        ! grep -qFx "MART_PROCESS_HOME=$directory" <<< "$variables" || { echo "$pid"; return; }
        [ -z "$variables" ] || return 1
        sleep 0.01
    done
    return 1
}

# end NAME SECONDS: SIGTERM and wait; SIGKILL and failure when the limit has passed
end() {
    local pid ticks=$(($2 * 20)) code=0
    if pid=$(our_process "$1"); then
        kill -TERM "$pid" 2> /dev/null || true
        kill -CONT "$pid" 2> /dev/null || true
        while our_process "$1" > /dev/null; do
            if [ $((ticks -= 1)) -eq 0 ]; then
                echo "$1 ($pid) did not stop within $2 s and is killed" >&2
                kill -KILL "$pid" 2> /dev/null || true
                code=1
            fi
            sleep 0.05
        done
    fi
    rm -f "$directory/$1.pid"
    return $code
}

# listens NAME PORT: is it our process that listens on that port? Whoever else does may be as ready as it likes.
listens() {
    local pid sockets
    pid=$(our_process "$1") || return 1
    sockets=$(awk -v port="$(printf ':%04X' "$2")" '$4 == "0A" && substr($2, length($2) - 4) == port { print "socket:[" $10 "]" }' \
        "/proc/$pid/net/tcp" "/proc/$pid/net/tcp6" 2> /dev/null) || true
    [ -n "$sockets" ] && find "/proc/$pid/fd" -lname 'socket:*' -printf '%l\n' 2> /dev/null | grep -qxF "$sockets"
}

# taken PORT: does anybody listen there?
taken() {
    (: < "/dev/tcp/127.0.0.1/$1") 2> /dev/null
}

# harmless: what programs wrote, without what would do something to the terminal: control characters, marks of direction
harmless() {
    LC_ALL=C sed -e 's/[\x00-\x08\x0b-\x1f\x7f]/?/g' -e 's/\xc2[\x80-\x9f]/?/g' -e 's/\xd8\x9c/?/g' \
        -e 's/\xe2\x80[\x8b\x8e\x8f\xa8-\xae]/?/g' -e 's/\xe2\x81[\xa0-\xaf]/?/g' -e 's/\xef\xbb\xbf/?/g'
}
