#!/bin/sh
# Compares a Millrace run of this suite with a direct run of the JUnit console on the same jars, under the same user, in the
# same kind of environment: an empty one but for PATH, a private HOME and a private TMPDIR.
# Usage: compare.sh MILLRACE_JUNIT_XML. Prints both results; exits with 0 when counts and failing names are equal.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
mine=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/root" "$work/home" "$work/tmp" "$work/reports"
cp -R "$here/target/lib" "$work/root/lib"

echo "running the JUnit console on the same jars ..." >&2
(
  cd "$work/root"
  class_path=$(find lib -name '*.jar' | sort | tr '\n' ':')
  start=$(date +%s)
  env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME="$work/home" TMPDIR="$work/tmp" \
    java --add-opens=java.base/java.lang=ALL-UNNAMED --add-opens=java.base/java.util=ALL-UNNAMED -cp "$class_path" \
    org.junit.platform.console.ConsoleLauncher execute --scan-classpath "$(find lib -name 'commons-lang3-*-tests.jar')" \
    --details=none --reports-dir "$work/reports" >"$work/console.log" 2>&1 </dev/null || true
  echo "console: $(($(date +%s) - start)) s wall time" >&2
)
tail -n 12 "$work/console.log" >&2

java "$here/Compare.java" "$mine" "$work"/reports/TEST-*.xml
