#!/bin/bash
# How much a task is slowed by a neighbour that does what no task should (examples/hostile), at sandbox level namespaces with two slots:
# a task of fixed work alone and beside each of them in turn, ROUNDS times (5); and, since the services and servers are on the same
# processors, beside a task that merely computes. KINDS names some of them; CPU (700) is what a slot
# may use of a processor, in thousandths, and 0 whatever is left. Needs a built tree, bubblewrap and Python 3.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
rounds=${ROUNDS:-5}
cpu=${CPU:-700}
work=$(mktemp -d)
export MILLRACE_DATA="$work/data" MILLRACE_STATE_DIR="$work/state"
millrace="$root/millrace"
trap '"$millrace" down >/dev/null 2>&1 || true; rm -rf "$work"' EXIT

cp "$root/examples/hostile/hostile.py" "$work/"
cat >"$work/neighbour.py" <<'PY'
import time
begin = time.monotonic()
n = 0
for i in range(30_000_000):
    n += i * i
print("ms", int((time.monotonic() - begin) * 1000))
PY

# One job: the neighbour, and what runs beside it until it is done.
run() {
  {
    printf 'apiVersion: millrace.dev/v1\nname: neighbour\npriority: urgent\ndefaults: {retries: 0, labels: {sandbox: namespaces}}\n'
    printf 'inputs: [{from: hostile.py, to: hostile.py}, {from: neighbour.py, to: neighbour.py}]\ntasks:\n'
    printf '  - {id: neighbour, command: [python3, neighbour.py]}\n'
    if [ "$1" = polite ]; then
      printf '  - {id: hostile, command: [python3, -c, "while True: pass"], timeout: 30s}\n'
    elif [ "$1" != alone ]; then
      printf '  - {id: hostile, command: [python3, hostile.py, %s], timeout: 30s}\n' "$1"
    fi
  } >"$work/job.yaml"
  local job
  job=$("$millrace" submit --no-wait "$work/job.yaml" 2>/dev/null)
  # Looking costs a JVM's start, so not before it is likely to be done.
  sleep 6
  until "$millrace" tasks "$job" --output json | python3 -c '
import json,sys
sys.exit(0 if any(t["name"] == "neighbour" and t.get("verdict") for t in json.load(sys.stdin)) else 1)'; do sleep 1; done
  "$millrace" cancel "$job" >/dev/null 2>&1 || true
  "$millrace" tasks "$job" --output json | python3 -c '
import base64,json,sys
task = next(t for t in json.load(sys.stdin) if t["name"] == "neighbour")
print(base64.b64decode(task["result"]["stdout"]["inlineBase64"]).decode().split()[1])'
  # What the other one left is deleted before the next begins.
  sleep 3
}

"$millrace" up --detach --slots 2 --set executor.sandbox=namespaces --set executor.limits=required --set executor.slotCpuMillis=$cpu >/dev/null
run alone >/dev/null
for kind in ${KINDS:-polite fork-bomb memory-hog many-files disk-filler tmp-filler sigterm-ignorer huge-log huge-line}; do
  : >"$work/alone"; : >"$work/beside"
  for ((r = 0; r < rounds; r++)); do
    run alone >>"$work/alone"
    run $kind >>"$work/beside"
  done
  median() { sort -n | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }'; }
  a=$(median <"$work/alone"); b=$(median <"$work/beside")
  echo "$kind: alone $a ms, beside it $b ms, $(awk "BEGIN { printf \"%+.1f\", 100 * ($b - $a) / $a }") %"
done
