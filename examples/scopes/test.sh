#!/bin/sh
# Passes if the version that is up is the one of its scope.
set -eu
found=$(sh database.sh query)
echo "asked for $DATABASE_VERSION, found $found"
test "$found" = "$DATABASE_VERSION"
sleep 0.3
