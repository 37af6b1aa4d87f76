#!/bin/sh
# Makespan of a long-tailed suite of sleeping tasks on the live stack, over its lower bound, first without and then with the
# history of the first run, on 2 and on 8 slots. Needs a built tree; about ten minutes.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
work=$(mktemp -d)
export MILLRACE_DATA="$work/data" MILLRACE_STATE_DIR="$work/state"
millrace="$root/millrace"
trap '"$millrace" down >/dev/null 2>&1; rm -rf "$work"' EXIT

for slots in 2 8; do
  tasks=$((40 * slots))
  java -cp "$root/loadtest/target/classes:$(cat "$root/loadtest/target/classpath")" dev.millrace.loadtest.Makespan \
    "$work/durations" "$slots" "$tasks"
  {
    printf 'apiVersion: millrace.dev/v1\nname: makespan-%s\ntasks:\n' "$slots"
    awk '{ printf "  - {id: t%d, command: [sleep, \"%.3f\"]}\n", NR, $1 / 1000 }' "$work/durations"
  } >"$work/job.yaml"
  "$millrace" up --detach --slots "$slots" >/dev/null
  for run in "without history" "with history"; do
    "$millrace" run "$work/job.yaml" -d "$work/out" >/dev/null 2>&1
    "$millrace" tasks --output json |
      sed -n 's/.*"\(startedAtMs\|durationMs\)" : \([0-9]*\).*/\1 \2/p' |
      awk -v slots="$slots" -v run="$run" -v file="$work/durations" '
        $1 == "startedAtMs" { started = $2; if (first == "" || started < first) first = started }
        $1 == "durationMs" { if (started + $2 > last) last = started + $2 }
        END {
          while ((getline line < file) > 0) { work += line; if (line > longest) longest = line }
          bound = work / slots; if (longest > bound) bound = longest
          printf "%d slots, %s: %.3f (%.1f s over a bound of %.1f s)\n", slots, run, (last - first) / bound, (last - first) / 1000, bound / 1000
        }'
  done
  "$millrace" down >/dev/null
done
