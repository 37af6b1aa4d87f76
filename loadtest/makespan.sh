#!/bin/sh
# Makespan of a long-tailed suite over its lower bound: the core in virtual time at 8, 64 and 1,000 slots, with and without
# history and first in first out; then pytest-xdist on 8 workers with the same durations as real sleeps, ten times shorter.
# Needs a built tree, and python3-pytest-xdist from Debian for the second part; Debian 12's is too old for --dist worksteal, so
# for that unpack python3-pytest-xdist and python3-execnet of Debian 13 with `dpkg -x` and name their dist-packages in
# PYTHONPATH. About half a minute.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
work=$(mktemp -d)
python=${PYTHON:-/usr/bin/python3}
trap 'rm -rf "$work"' EXIT
run() { java -cp "$root/loadtest/target/classes:$(cat "$root/loadtest/target/classpath")" dev.millrace.loadtest.Makespan "$@"; }

run
run "$work/durations" 8 320
cat >"$work/test_sleeps.py" <<'PY'
import os, time
import pytest

HERE = os.path.dirname(__file__)
DURATIONS = [int(line) for line in open(os.path.join(HERE, "durations"))]


@pytest.mark.parametrize("i", range(len(DURATIONS)))
def test_sleep(i):
    started = time.time()
    time.sleep(DURATIONS[i] / 10_000)
    with open(os.path.join(HERE, "times-%d" % os.getpid()), "a") as out:
        out.write("%f %f\n" % (started, time.time()))
PY
"$python" -c 'import xdist' 2>/dev/null || { echo "pytest-xdist is not installed (apt-get install python3-pytest-xdist)" >&2; exit 0; }
echo "pytest-xdist $("$python" -c 'import xdist; print(xdist.__version__)'), 8 workers, sleeps ten times shorter:"
for dist in load worksteal; do
  rm -f "$work"/times-*
  if ! (cd "$work" && "$python" -m pytest -q -p no:cacheprovider -n 8 --dist "$dist" test_sleeps.py) >"$work/log" 2>&1; then
    echo "  $dist: $(grep -m 1 -i 'invalid choice' "$work/log" || tail -n 1 "$work/log")"
    continue
  fi
  cat "$work"/times-* | awk -v dist="$dist" -v file="$work/durations" '
    { if (first == "" || $1 < first) first = $1; if ($2 > last) last = $2 }
    END {
      while ((getline line < file) > 0) { work += line; if (line > longest) longest = line }
      bound = work / 8; if (longest > bound) bound = longest
      printf "  %s: %.3f\n", dist, (last - first) / (bound / 10000)
    }'
done
