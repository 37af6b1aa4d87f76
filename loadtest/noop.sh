#!/bin/bash
# TASKS (3,000) tasks that spawn /bin/true, end to end with everything on this machine, 2 slots: at sandbox level process against
# pytest-xdist -n2 and xargs -P2 with the same spawn, ROUNDS times (5) in turn after WARM jobs (3) that count for nothing; and at level namespaces beside bubblewrap under xargs.
# The time of Millrace is from the submission to the end of the last task. Needs a built tree, python3-pytest-xdist and bubblewrap.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
tasks=${TASKS:-3000}
rounds=${ROUNDS:-5}
warm=${WARM:-3}
work=$(mktemp -d)
export MILLRACE_DATA="$work/data" MILLRACE_STATE_DIR="$work/state"
millrace="$root/millrace"
# Debian's Python, which has the plugin.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
trap '"$millrace" down >/dev/null 2>&1 || true; rm -rf "$work"' EXIT

{
  printf 'apiVersion: millrace.dev/v1\nname: noop\ntasks:\n'
  for ((i = 0; i < tasks; i++)); do printf '  - {id: t%d, command: [/bin/true]}\n' "$i"; done
} >"$work/job.yaml"
mkdir "$work/xdist"
cat >"$work/xdist/test_noop.py" <<PY
import subprocess
import pytest


@pytest.mark.parametrize("i", range($tasks))
def test_noop(i):
    subprocess.run(["/bin/true"], check=True)
PY

now() { date +%s%N; }
rate() { awk -v n="$tasks" -v ns="$1" 'BEGIN { printf "%.0f", n / (ns / 1e9) }'; }
ours() {
  local job
  job=$("$millrace" submit --no-wait "$work/job.yaml" 2>/dev/null)
  "$millrace" watch "$job" >/dev/null 2>&1
  "$millrace" job "$job" --output json |
    python3 -c 'import json,sys; j=json.load(sys.stdin); print((j["finishedAtMs"]-j["submittedAtMs"])*1000000)'
}
xdist() { local t; t=$(now); (cd "$work/xdist" && python3 -m pytest -q -n2 -p no:cacheprovider . >/dev/null); echo $(($(now) - t)); }
xargs2() { local t; t=$(now); seq "$tasks" | xargs -P2 -I{} /bin/true; echo $(($(now) - t)); }
boxed() {
  local t; t=$(now)
  seq "$tasks" | xargs -P2 -I{} bwrap --unshare-all --die-with-parent --ro-bind /usr /usr --symlink usr/lib /lib \
    --symlink usr/lib64 /lib64 --symlink usr/bin /bin --proc /proc --dev /dev --tmpfs /tmp --tmpfs /root /bin/true
  echo $(($(now) - t))
}
median() { sort -n | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }'; }

for level in process namespaces; do
  "$millrace" up --detach --slots 2 --set executor.sandbox=$level >/dev/null
  # Code that is not compiled yet.
  for ((r = 0; r < warm; r++)); do ours >/dev/null; done
  : >"$work/a"; : >"$work/b"; : >"$work/c"
  for ((r = 0; r < rounds; r++)); do
    ours >>"$work/a"
    if [ $level = process ]; then xdist >>"$work/b"; xargs2 >>"$work/c"; else boxed >>"$work/c"; fi
  done
  a=$(median <"$work/a")
  c=$(median <"$work/c")
  if [ $level = process ]; then
    b=$(median <"$work/b")
    echo "process: Millrace $(rate "$a")/s, pytest-xdist -n2 $(rate "$b")/s ($(awk "BEGIN{printf \"%.2f\", $b/$a}")), xargs -P2 $(rate "$c")/s ($(awk "BEGIN{printf \"%.2f\", $c/$a}"))"
  else
    echo "namespaces: Millrace $(rate "$a")/s, bubblewrap under xargs -P2 $(rate "$c")/s ($(awk "BEGIN{printf \"%.2f\", $c/$a}"))"
  fi
  "$millrace" down >/dev/null 2>&1
done
