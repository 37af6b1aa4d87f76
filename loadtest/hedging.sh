#!/bin/sh
# What second attempts of stragglers save: eight executors of one slot each, one of them five times slower than the others, and
# a long-tailed suite of 24 sleeping tasks. Each of three pairs has a history of its own, of five runs on equal machines, and
# runs once without hedging and once with it; prints each makespan and the ratio of the medians. Needs a built tree; about six minutes.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
work=$(mktemp -d)
export MILLRACE_DATA="$work/data" MILLRACE_STATE_DIR="$work/state"
millrace="$root/millrace"
trap '"$millrace" down >/dev/null 2>&1; rm -rf "$work"' EXIT

mkdir "$work/bin"
cat >"$work/bin/nap" <<EOF
#!/bin/sh
# Executors work below their own directories, so the first one can be told from the others.
case "\$PWD" in */executors/e1/*) [ -e "$work/slow" ] && exec sleep "\$2" ;; esac
exec sleep "\$1"
EOF
chmod +x "$work/bin/nap"

java -cp "$root/loadtest/target/classes:$(cat "$root/loadtest/target/classpath")" dev.millrace.loadtest.Makespan \
  "$work/durations" 8 24
"$millrace" up --detach --executors 8 --slots 1 --set "executor.path=$work/bin:/usr/bin:/bin" >/dev/null
makespan() {
  "$millrace" run "$work/job.yaml" -d "$work/out" >/dev/null 2>&1
  "$millrace" tasks --output json |
    sed -n 's/.*"\(startedAtMs\|finishedAtMs\)" : \([0-9]*\).*/\1 \2/p' |
    awk '$1 == "startedAtMs" && (first == "" || $2 < first) { first = $2 }
         $1 == "finishedAtMs" && $2 > last { last = $2 }
         END { printf "%.1f\n", (last - first) / 1000 }'
}
median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

for pair in 1 2 3; do
  {
    printf 'apiVersion: millrace.dev/v1\nname: hedging\nproject: hedging-%s\ntasks:\n' "$pair"
    awk '{ printf "  - {id: t%d, command: [nap, \"%.3f\", \"%.3f\"]}\n", NR, $1 / 1000, $1 / 200 }' "$work/durations"
  } >"$work/job.yaml"
  rm -f "$work/slow"
  "$millrace" pool set --hedge 0 2>/dev/null
  for run in 1 2 3 4 5; do makespan >/dev/null; done
  touch "$work/slow"
  makespan >>"$work/without"
  "$millrace" pool set --hedge 10 2>/dev/null
  makespan >>"$work/with"
  printf 'pair %s: %s s without hedging, %s s with\n' "$pair" "$(tail -n1 "$work/without")" "$(tail -n1 "$work/with")"
done
awk -v off="$(median "$work/without")" -v on="$(median "$work/with")" \
  'BEGIN { printf "medians: %.1f s without, %.1f s with: %.0f %% shorter\n", off, on, 100 * (1 - on / off) }'
