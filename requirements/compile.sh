#!/bin/sh
# Makes the lock files of this folder anew: every version with its hashes, no addresses.
#
#   pip install 'pip-tools>=7.6'
#   requirements/compile.sh [--upgrade]
#
# Run it with the oldest Python that lupweb is installed on, the 3.11.2 of Debian 12: a newer one
# pins releases that the oldest refuses.
set -eu
cd "$(dirname "$0")/.."

# A wheel that this machine alone has must not come in.
unset PIP_FIND_LINKS PIP_EXTRA_INDEX_URL PIP_INDEX_URL
export PIP_CONFIG_FILE=/dev/null

pins() { # pins FILE ARGUMENT...: what stood there before is kept, unless --upgrade
    file=requirements/$1
    shift
    pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header \
        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options \
        --output-file "$file" "$@"
    {
        echo "# Made by requirements/compile.sh, not by hand."
        grep -v '^# Made by ' "$file"
    } >"$file.new"
    mv "$file.new" "$file"
}

pins build.txt "$@" requirements/build.in
pins runtime.txt "$@" --constraint requirements/build.txt pyproject.toml requirements/runtime.in
pins test.txt "$@" --constraint requirements/build.txt --constraint requirements/runtime.txt \
    --extra test pyproject.toml requirements/runtime.in
