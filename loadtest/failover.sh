#!/bin/sh
# Two scheduler processes, a backlog of 100,000 tasks: how long a job of 10,000 takes to be accepted and queued, how long an urgent
# task waits, and the longest time without a dispatch when the active scheduler is killed, and when it is stopped and comes
# back; then that every task has one verdict. Needs a built tree; about four minutes.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
work=$(mktemp -d)
export MILLRACE_DATA="$work/data" MILLRACE_STATE_DIR="$work/state"
millrace="$root/millrace"
trap 'pkill -f "scheduler.stateDirectory=$work/" 2>/dev/null; "$millrace" down >/dev/null 2>&1; rm -rf "$work"' EXIT

"$millrace" up --detach --slots 8 --external-scheduler >/dev/null
field() { sed -n "s/^ *\"$1\" : \"\(.*\)\",*$/\1/p" "$work/state/stack.json" | head -n1; }
export MILLRACE_KAFKA_USER=millrace MILLRACE_KAFKA_PASSWORD_FILE="$work/data/secrets/kafka"
java -cp "$root/loadtest/target/classes:$(cat "$root/loadtest/target/classpath")" dev.millrace.loadtest.Failover \
  "$(field gateway)" "$(field kafka)" "$millrace" "$work" "${JOBS:-10}" \
  "kafka.bootstrap=$(field kafka)" kafka.replication=1 kafka.keepForever=true \
  kafka.user=millrace "kafka.passwordFile=$work/data/secrets/kafka" \
  cassandra.user=millrace "cassandra.passwordFile=$work/data/secrets/cassandra" \
  "cassandra.contactPoint=$(field cassandra)" cassandra.replication=1 "scheduler.artifactService=$(field artifactService)" \
  scheduler.port=0
