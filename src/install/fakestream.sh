#!/bin/sh
# Starts fakestream with the first Java that is new enough. The arguments are the daemon's own;
# `fakestream --help` lists them.
#
#   JAVA_HOME             the Java to look at first
#   FAKESTREAM_JAVA_OPTS  more options for the JVM, split at blanks; they win over those below
#
# A cache of the loaded classes makes every start but the first quick. It is made by the first
# start, in $CACHE_DIRECTORY (which systemd gives), $XDG_CACHE_HOME/fakestream or
# ~/.cache/fakestream. Where nothing can be written there is none, and starts are slower. It is
# code, so there is none either where somebody else could have put it, or could change it.
set -eu

jar=@JAR@
oldest=25

# Serial, for a small daemon, with room for the young: in less, each collection meets requests that
# are still open, keeps what they hold, and the heap grows. Compact headers take a seventh off what a
# held stream holds. What is compiled is what runs often, and not what runs at each start, which
# saves a tenth of that and six megabytes. What a collection frees is given back with that one, not
# with the fourth; what the compiler has used every 10 s, some twenty megabytes behind the first
# load. No core file, which would hold keys; no word of the JVM's on stdout.
options='-XX:+UseSerialGC -Xms32m -Xmn24m -XX:+UseCompactObjectHeaders -XX:CompileThresholdScaling=2
    -XX:-ShrinkHeapInSteps -XX:TrimNativeHeapInterval=10000 -XX:+ExitOnOutOfMemoryError
    -XX:-CreateCoredumpOnCrash -Xlog:disable -Xlog:all=warning:stderr'

# Sets `version` to that of the Java at home $1. The file beside it tells it without a start, and
# `read` does without another process.
read_version() {
    version=
    if [ -r "$1/release" ]; then
        while IFS='="' read -r name _ version _ && [ "$name" != JAVA_VERSION ]; do
            version=
        done <"$1/release"
    fi
    if [ -z "$version" ]; then
        version=$("$1/bin/java" -version 2>&1 | sed -n 's/^.* version "\(.*\)".*/\1/p')
    fi
}

# look PLACE HOME...: sets `home` to the first of the homes with a Java that is new enough, or
# notes what is in that place instead.
look() {
    place=$1
    shift
    found=
    for home do
        [ -n "$home" ] && [ -x "$home/bin/java" ] || continue
        read_version "$home"
        major=${version%%[!0-9]*}
        if [ "${major:-0}" -ge "$oldest" ]; then
            return 0
        fi
        found="$found${found:+, }$home (${version:-no version})"
    done
    looked="$looked  $place: ${found:-none}
"
    return 1
}

# The home of the java on the PATH, through the links that lead to it.
on_path() {
    java=$(command -v java) || return 0
    java=$(readlink -f "$java") && echo "${java%/bin/java}"
}

find_java() {
    looked=
    look "JAVA_HOME (${JAVA_HOME:-not set})" "${JAVA_HOME:-}" && return
    look 'java on the PATH' "$(on_path)" && return
    look '/usr/lib/jvm/*' /usr/lib/jvm/* && return
    look "/usr/libexec/java_home -v $oldest" \
        "$(/usr/libexec/java_home -v "$oldest" 2>/dev/null)" && return
    look '~/.sdkman/candidates/java/*' "${HOME:-}"/.sdkman/candidates/java/* && return
    look '~/.jdks/*' "${HOME:-}"/.jdks/* && return
    echo "fakestream needs Java $oldest or newer, and none was found. Looked at:" >&2
    printf %s "$looked" >&2
    exit 78
}

# is_ours PATH: whether only this user and root can change the file or directory, and what leads
# there. It is a whole path without links. A directory such as /tmp, in which everybody may write
# and remove their own, may lead there.
is_ours() {
    path=$1
    set -- "$path"
    while path=${path%/*} && [ -n "$path" ]; do
        set -- "$@" "$path"
    done
    me=$(id -u)
    # Sorted by their names, PATH is the last.
    LC_ALL=C ls -ldn / "$@" 2>/dev/null | {
        ours=no
        while read -r mode _ owner _; do
            [ "$owner" = "$me" ] || [ "$owner" = 0 ] || exit 1
            case $mode in
                d????????[tT]*) ours=no ;;
                d????-??-*) ours=yes ;;
                -????-??-*) [ "$ours" = yes ] || exit 1 ;;
                *) exit 1 ;;
            esac
        done
        [ "$ours" = yes ]
    }
}

# The whole path of the directory $1 without links.
real() {
    (CDPATH= cd -P "$1" 2>/dev/null && pwd -P)
}

# Makes the directory $1, which is a whole path, in one that is ours.
make_directory() {
    above=$1
    until [ -e "$above/" ] || [ -L "$above" ]; do
        above=${above%/*}
    done
    above=$(real "$above/") && is_ours "$above" && (umask 077 && mkdir -p "$1" 2>/dev/null)
}

# Sets `cache` to where the cache is or could be, or to nothing. A jar, a Java or options that
# changed give it another name: the JVM itself would run the old classes.
find_cache() {
    cache=${CACHE_DIRECTORY:-}
    cache=${cache%%:*}
    if [ -z "$cache" ]; then
        cache=${XDG_CACHE_HOME:-${HOME:+$HOME/.cache}}/fakestream
        case $cache in
            /fakestream) cache= ;;
            /*) [ -d "$cache" ] || make_directory "$cache" || cache= ;;
            *) cache= ;;
        esac
    fi
    [ -n "$cache" ] && cache=$(real "$cache") && [ -w "$cache" ] || { cache= && return; }
    sum=$({ echo "$home $version $options"; cat "$home/release" "$jar"; } 2>/dev/null | cksum)
    cache=$cache/${sum% *}-${sum#* }.aot
    kept=$cache
    [ -e "$kept" ] || [ -L "$kept" ] || kept=${cache%/*}
    is_ours "$kept" || {
        echo "fakestream: others could change $kept, so it is no cache of loaded classes" >&2
        cache=
    }
}

# Makes the cache from what a daemon loads that answers itself once, as every one does before it
# serves, and with TLS, which most daemons need: the fallback is never asked. It knows nothing of the
# settings, listens on a free port of loopback, and ends at once. It keeps no profile: that of two
# requests has the JVM compile at each start what none needs.
# An empty file says that it cannot be made, so that it is not tried again. What fails here does not
# keep the daemon from starting: `set -e` does nothing in what is called from a condition.
make_cache() {
    new=$cache.$$
    daemon=
    trap '[ -z "$daemon" ] || kill "$daemon"; rm -f "$new" "$new.log"; exit 143' TERM INT HUP
    mkfifo -m 600 "$new.log" || return
    env -i "$home/bin/java" $options -XX:AOTCacheOutput="$new" -XX:+IgnoreUnrecognizedVMOptions \
        -XX:+UnlockDiagnosticVMOptions -XX:-AOTRecordTraining -jar "$jar" \
        --config /dev/null --demo --host 127.0.0.1 --port 0 \
        --set FALLBACK_API_URLS=https://127.0.0.1 >"$new.log" 2>&1 &
    daemon=$!
    while read -r line; do
        case $line in
            *' listening on '*) kill "$daemon" ;;
        esac
    done <"$new.log"
    wait "$daemon" && [ -s "$new" ] || : >"$new"
    rm -f "$new.log" "${cache%/*}"/*.aot
    mv -f "$new" "$cache"
}

serves() {
    for argument do
        case $argument in
            -h | --help | -V | --version | --check-config | --print-config) return 1 ;;
        esac
    done
}

find_java
if [ -n "${JAVA_HOME:-}" ] && [ "$home" != "$JAVA_HOME" ]; then
    echo "fakestream: JAVA_HOME ($JAVA_HOME) has no Java $oldest or newer; taking $home" >&2
fi
options="$options ${FAKESTREAM_JAVA_OPTS:-}"
find_cache
if [ -n "$cache" ] && [ ! -e "$cache" ] && serves "$@"; then
    make_cache || echo "fakestream: there is no cache of loaded classes in ${cache%/*}" >&2
    trap - TERM INT HUP
fi
set -- -jar "$jar" "$@"
if [ -n "$cache" ] && [ -s "$cache" ]; then
    set -- -XX:AOTCache="$cache" "$@"
fi
# The options are split at their blanks, and at nothing else.
set -f
exec "$home/bin/java" $options "$@"
