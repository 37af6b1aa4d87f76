# Sourced by the comparisons: a stack of its own, a scratch directory, and an environment like that of a task.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
millrace="$root/millrace"
work=$(mktemp -d)
export MILLRACE_DATA="$work/data" MILLRACE_STATE_DIR="$work/state"
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
trap '"$millrace" down >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
mkdir -p "$work/home" "$work/tmp"

# Runs a command with nothing in the environment but what a task has.
as_task() { env -i PATH="$PATH" HOME="$work/home" TMPDIR="$work/tmp" PYTHONFAULTHANDLER=1 "$@"; }

# Prints how long a command takes; its exit code does not count, since tests may fail.
timed() {
  local what=$1 start
  shift
  start=$(date +%s%N)
  "$@" >"$work/$what.log" 2>&1 || true
  awk -v what="$what" -v ns=$(($(date +%s%N) - start)) 'BEGIN { printf "%-9s %.1f s wall time\n", what, ns / 1e9 }'
}

# with_millrace NAME ARGUMENT...: runs them with Millrace; the JUnit XML is $work/NAME.xml.
with_millrace() {
  local name=$1
  shift
  "$millrace" run "$@" -d "$work/out" --output junit >"$work/$name.xml"
}

# compare NAME FILE...: Millrace's report under that name with the others; shows what the runs said if one left none.
compare() {
  local report="$work/$1.xml"
  shift
  for file in "$report" "$@"; do
    if [ ! -s "$file" ]; then
      tail -n 20 "$work"/*.log >&2
      echo "error: there is no report $(basename "$file")" >&2
      return 5
    fi
  done
  java "$here/Compare.java" "$report" "$@"
}
