#!/bin/sh
# What owners get of four slots over windows of 30 seconds: with equal weights, 3 to 1, brief tasks, a quota, a task that nobody can run.
# Needs a built tree; about eight minutes. Ends with 1 if a share is more than five per cent off.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
work=$(mktemp -d)
export MILLRACE_DATA="$work/data" MILLRACE_STATE_DIR="$work/state"
millrace="$root/millrace"
trap '"$millrace" down >/dev/null 2>&1; rm -rf "$work"' EXIT

"$millrace" up --detach --slots 4 >/dev/null
field() { sed -n "s/^ *\"$1\" : \"\(.*\)\",*$/\1/p" "$work/state/stack.json" | head -n1; }
export MILLRACE_KAFKA_USER=millrace MILLRACE_KAFKA_PASSWORD_FILE="$work/data/secrets/kafka"
java -cp "$root/loadtest/target/classes:$(cat "$root/loadtest/target/classpath")" dev.millrace.loadtest.Shares \
  "$(field gateway)" "$(field kafka)"
