#!/bin/sh
# Feeds the decoders of events, specs, plans, trees, case lines, cursors and ranges with what is made of good input, for
# SECONDS_OF_FUZZING (600) of new seeds, shared among them. Ends with 0 if none broke. An input that breaks one is printed in Base64: keep it below schemas/src/test/resources/fuzz/DECODER, where every
# build tries it first.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
# Four tests take their turns.
exec mvn -B -ntp -q -pl schemas,gateway/server -am test -Dtest='*FuzzTest' -Dsurefire.failIfNoSpecifiedTests=false \
  "-Dmillrace.fuzz.seconds=$((${SECONDS_OF_FUZZING:-600} / 4))"
