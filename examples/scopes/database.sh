#!/bin/sh
# A "database" of this machine that only one version can use at a time.
#   database.sh up VERSION | query | down
set -eu
database=/var/tmp/millrace-example-database

case $1 in
up)
    # Fails if another version is up: two scopes of one domain must never meet here.
    mkdir "$database"
    echo "$2" > "$database/version"
    # What the tests and the tear-down are to know, on whatever machine they run.
    echo "DATABASE_VERSION=$2" > "$MILLRACE_SCOPE_CONTEXT/env"
    ;;
query)
    cat "$database/version"
    ;;
down)
    # Works also if the set-up failed half way or has not begun.
    rm -rf "$database"
    ;;
esac
