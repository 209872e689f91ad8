# Sourced by scripts that drive a browser: finds the jar and the browser, and defines `fetch`.
#   JAR       the daemon; by default build/fakestream.jar
#   CHROMIUM  the browser; by default the first one found on the PATH
JAR=${JAR:-$PWD/../../build/fakestream.jar}
CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser ||
    command -v google-chrome || :)}
if [ -z "$CHROMIUM" ]; then
    echo "$0: no chromium on the PATH; install it, or give CHROMIUM=path" >&2
    exit 1
fi
export JAVA JAR CHROMIUM
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1

# Fetches the pinned packages of a directory. npm writes the mark last, so an interrupted fetch
# starts again.
fetch() (
    cd "$1"
    mark=node_modules/.package-lock.json
    if [ ! -e $mark ] || [ package-lock.json -nt $mark ]; then
        npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
    fi
)
