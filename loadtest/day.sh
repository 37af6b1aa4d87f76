#!/bin/sh
# A day of 10,000 executors and 10,000,000 tasks through the core in virtual time, and what of a processor the dispatcher needs for
# it. Needs a built tree; some ten minutes, TASKS=1000000 for less.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
java -Xmx4g -cp "$root/loadtest/target/classes:$(cat "$root/loadtest/target/classpath")" dev.millrace.loadtest.PoolDay "${TASKS:-10000000}"
