#!/bin/sh
# Measures, in one run: seconds from `up` to ready, resident memory of every process, submit latency on the idle stack, and the
# wall time of commons-lang3's tests on 2 slots beside Surefire with two reused forks ordered by its history, alternating: a first
# run of each, which makes the history, and then PAIRS (5) that have one. The last lines are the pairs' ratios and their median. Needs
# a built tree, `mvn package` in examples/commons-lang3, and about eight minutes a pair of an otherwise idle machine.
set -eu
pairs=${PAIRS:-5}
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
  ours=$(since "$start")
  echo "millrace run $1: $ours s wall; $(tail -n 2 "$work/run.log" | head -n 1)"
}
one_surefire() {
  start=$(now)
  (cd "$surefire" && mvn -B -o surefire:test >"$work/surefire.log" 2>&1) || true
  theirs=$(since "$start")
  if ! grep -q 'Tests run: 5[0-9]*,' "$work/surefire.log"; then
    tail -n 20 "$work/surefire.log" >&2
    echo "error: Surefire did not run the suite" >&2
    exit 5
  fi
  echo "surefire run $1: $theirs s wall; $(grep -h 'Tests run: 5' "$work/surefire.log" | tail -n 1)"
}

(cd "$surefire" && rm -f .surefire-* && mvn -q -B test-compile && mvn -q -B -DskipTests surefire:test)
date -u
"$millrace" up --detach --slots 2
"$millrace" run "$root/examples/hello/job.yaml" -d "$work/out" >/dev/null 2>&1
"$millrace" status
export MILLRACE_KAFKA_USER=millrace MILLRACE_KAFKA_PASSWORD_FILE="$work/data/secrets/kafka"
java -cp "$root/loadtest/target/classes:$(cat "$root/loadtest/target/classpath")" dev.millrace.loadtest.SubmitLatency \
  "$(field gateway)" "$(field kafka)" 200
run=1
while [ $run -le $((pairs + 1)) ]; do
  one_millrace $run
  one_surefire $run
  [ $run -eq 1 ] || echo "$ours $theirs" | awk '{printf "%.3f\n", $1 / $2}' >>"$work/ratios"
  run=$((run + 1))
done
"$millrace" status
grep -h " WARN \| ERROR " "$work/data/logs/platform.log" | cut -c1-200 || true
[ "$pairs" -eq 0 ] || echo "ratios: $(tr '\n' ' ' <"$work/ratios")median $(sort -n "$work/ratios" | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }')"
