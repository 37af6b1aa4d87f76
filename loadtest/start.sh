#!/bin/bash
# How long a person waits for a stack: `up` on empty data, `up` again on the same data, a command, the first job of 10,000 tasks and an urgent
# task behind it. ROUNDS (3) for this tree, in turn with the tree that BASELINE names, if it is given. Both trees are built by their launchers
# first, as a user's first command does. About ninety seconds a round and tree.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
rounds=${ROUNDS:-3}
work=$(mktemp -d)
export MILLRACE_DATA="$work/data" MILLRACE_STATE_DIR="$work/state"
for tree in "$root" ${BASELINE:+"$BASELINE"}; do
  touch "$tree/pom.xml"
  "$tree/millrace" --version >/dev/null
done
export MILLRACE_NO_BUILD=1
tree=$root
trap '"$tree/millrace" down >/dev/null 2>&1 || true; rm -rf "$work"' EXIT

now() { date +%s%3N; }
field() { sed -n "s/^ *\"$1\" : \"\(.*\)\",*$/\1/p" "$work/state/stack.json" | head -n1; }
started() { # WHAT
  local begin end
  begin=$(now)
  "$tree/millrace" up --detach --slots 4 >/dev/null 2>&1
  end=$(now)
  echo "$name $1 $((end - begin))" >>"$work/figures"
}
ended() {
  "$tree/millrace" down >/dev/null 2>&1
  sleep 3
}
round() { # NAME TREE
  local i
  name=$1 tree=$2
  rm -rf "$work/data" "$work/state"
  started up-on-empty-data
  for i in 1 2 3 4 5; do
    local begin end
    begin=$(now)
    "$tree/millrace" jobs >/dev/null 2>&1
    end=$(now)
    echo "$name command $((end - begin))" >>"$work/figures"
  done
  MILLRACE_KAFKA_USER=millrace MILLRACE_KAFKA_PASSWORD_FILE="$work/data/secrets/kafka" \
    java -cp "$tree/loadtest/target/classes:$(cat "$tree/loadtest/target/classpath")" dev.millrace.loadtest.Queueing \
    "$(field gateway)" "$(field kafka)" 1 >"$work/queueing"
  sed -n -e 's/^all tasks on the log.*first \([0-9]*\) ms/first-job-on-the-log \1/p' \
    -e 's/^all tasks with the dispatcher.*first \([0-9]*\) ms/first-job-with-the-dispatcher \1/p' \
    -e 's/^an urgent task.*first \([0-9]*\) ms/urgent-behind-it-dispatched \1/p' "$work/queueing" |
    sed "s/^/$name /" >>"$work/figures"
  ended
  started up-again
  ended
}

for ((i = 1; i <= rounds; i++)); do
  [ -z "${BASELINE:-}" ] || round baseline "$BASELINE"
  round this "$root"
done
sort -k1,2 -s "$work/figures" | awk '
  { key = $1 " " $2; n[key]++; all[key, n[key]] = $3; if (!(key in seen)) { seen[key]; order[++keys] = key } }
  END {
    for (k = 1; k <= keys; k++) {
      key = order[k]; c = n[key]
      for (i = 1; i <= c; i++) v[i] = all[key, i] + 0
      for (i = 2; i <= c; i++) for (j = i; j > 1 && v[j - 1] > v[j]; j--) { t = v[j]; v[j] = v[j - 1]; v[j - 1] = t }
      printf "%s: median %d ms, %d to %d ms, %d times\n", key, v[int((c + 1) / 2)], v[1], v[c], c
    }
  }'
