#!/bin/sh
# Feeds the decoders of events, specs, plans and trees with what is made of good input, for SECONDS_OF_FUZZING (600) of new seeds. Ends
# with 0 if none broke. An input that breaks one is printed in Base64: keep it below schemas/src/test/resources/fuzz/DECODER, where every
# build tries it first.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
exec mvn -B -ntp -q -pl schemas test -Dtest=DecoderFuzzTest "-Dmillrace.fuzz.seconds=${SECONDS_OF_FUZZING:-600}"
