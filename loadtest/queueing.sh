#!/bin/sh
# A job of 10,000 tasks on an idle stack, ROUNDS times (11): accepted, on the log, with the dispatcher; an urgent task behind it; its
# cancellation. Needs a built tree; about four minutes.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
work=$(mktemp -d)
export MILLRACE_DATA="$work/data" MILLRACE_STATE_DIR="$work/state"
millrace="$root/millrace"
trap '"$millrace" down >/dev/null 2>&1; rm -rf "$work"' EXIT

"$millrace" up --detach --slots 4 >/dev/null
field() { sed -n "s/^ *\"$1\" : \"\(.*\)\",*$/\1/p" "$work/state/stack.json" | head -n1; }
export MILLRACE_KAFKA_USER=millrace MILLRACE_KAFKA_PASSWORD_FILE="$work/data/secrets/kafka"
java -cp "$root/loadtest/target/classes:$(cat "$root/loadtest/target/classpath")" dev.millrace.loadtest.Queueing \
  "$(field gateway)" "$(field kafka)" "${ROUNDS:-11}"
