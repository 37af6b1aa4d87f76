#!/bin/sh
# 2,474 files with 190 MiB: cold against a plain S3 client with 16 in flight, PAIRS times (5) in turn, and again with 517 KiB
# changed; then the whole command for such a change. Needs a built tree; about three minutes.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
work=$(mktemp -d)
export MILLRACE_DATA="$work/data" MILLRACE_STATE_DIR="$work/state"
millrace="$root/millrace"
trap '"$millrace" down >/dev/null 2>&1; rm -rf "$work"' EXIT

"$millrace" up --detach --slots 2 >/dev/null
field() { sed -n "s/^ *\"$1\" : \"\(.*\)\",*$/\1/p" "$work/state/stack.json" | head -n1; }
credentials=$(find "$work/data" -name s3-credentials)
java -cp "$root/loadtest/target/classes:$(cat "$root/loadtest/target/classpath")" dev.millrace.loadtest.Uploads \
  "$work/files" "$(field artifactService)" "$(field s3)" "$credentials" "${PAIRS:-5}"

mkdir "$work/spec"
mv "$work/files/ours0" "$work/spec/in"
printf 'apiVersion: millrace.dev/v1\nname: upload\ninputs: [{from: in, to: in}]\ntasks: [{id: t, command: ["true"]}]\n' \
  >"$work/spec/job.yaml"
cd "$work/spec"
"$millrace" submit --no-wait job.yaml >/dev/null 2>&1
sleep 3
"$millrace" submit --no-wait job.yaml >/dev/null 2>&1
for _ in 1 2 3; do
  head -c 529408 /dev/urandom >in/d0/f0
  begin=$(date +%s%N)
  "$millrace" submit --no-wait job.yaml >/dev/null
  end=$(date +%s%N)
  echo "the whole command: $(((end - begin) / 1000000)) ms"
done
