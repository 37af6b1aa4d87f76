#!/bin/sh
# Measures, in one run: seconds from `up` to ready, resident memory of every process, submit latency on the idle stack, and the
# wall time of commons-lang3's tests on 2 slots, first and second run, beside Surefire with two reused forks ordered by its
# history, first and second run, alternating. Needs a built tree and about twenty minutes of an otherwise idle machine.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
work=$(mktemp -d)
export MILLRACE_DATA="$work/data" MILLRACE_STATE_DIR="$work/state"
millrace="$root/millrace"
surefire="$root/loadtest/commons-lang3-surefire"
trap '"$millrace" down >/dev/null 2>&1; rm -rf "$work"' EXIT

now() { date +%s.%N; }
since() { echo "$1 $(now)" | awk '{printf "%.1f", $2 - $1}'; }
field() { "$millrace" status --output json | sed -n "s/.*\"$1\" *: *\"\([^\"]*\)\".*/\1/p"; }
one_millrace() {
  start=$(now)
  "$millrace" run "$root/examples/commons-lang3/job.yaml" -d "$work/out" --output junit >"$work/junit.xml" 2>"$work/run.log" || true
  echo "millrace run $1: $(since "$start") s wall; $(tail -n 2 "$work/run.log" | head -n 1)"
}
one_surefire() {
  start=$(now)
  (cd "$surefire" && mvn -B -o surefire:test >"$work/surefire.log" 2>&1) || true
  if ! grep -q 'Tests run: 5[0-9]*,' "$work/surefire.log"; then
    tail -n 20 "$work/surefire.log" >&2
    echo "error: Surefire did not run the suite" >&2
    exit 5
  fi
  echo "surefire run $1: $(since "$start") s wall; $(grep -h 'Tests run: 5' "$work/surefire.log" | tail -n 1)"
}

(cd "$surefire" && rm -f .surefire-* && mvn -q -B test-compile && mvn -q -B -DskipTests surefire:test)
date -u
"$millrace" up --detach --slots 2
"$millrace" run "$root/examples/hello/job.yaml" -d "$work/out" >/dev/null 2>&1
"$millrace" status
java -cp "$root/loadtest/target/classes:$(cat "$root/loadtest/target/classpath")" dev.millrace.loadtest.SubmitLatency \
  "$(field gateway)" "$(field kafka)" 200
one_millrace 1
one_surefire 1
one_millrace 2
one_surefire 2
"$millrace" status
grep -h " WARN \| ERROR " "$work/data/logs/platform.log" | cut -c1-200 || true
