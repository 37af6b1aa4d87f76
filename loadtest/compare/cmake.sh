#!/bin/bash
# The tests of Debian's fmtlib, a CMake project with GoogleTest, by the ctest adapter and by ctest, and by the gtest adapter
# and by the test programs themselves: cases found, skipped and the names of those that fail. Needs a built tree, cmake, g++,
# make, libgtest-dev and googletest; exits with 0 when all are equal.
set -euo pipefail
. "$(dirname "$0")/prepare.sh"

"$here/debian-source.sh" fmtlib "$work/fmt"
cmake -S "$work/fmt" -B "$work/fmt/build" -DFMT_DOC=off -DFMT_PEDANTIC=off -DBUILD_SHARED_LIBS=off >"$work/cmake.log"
cmake --build "$work/fmt/build" --parallel 2 >>"$work/cmake.log"
"$millrace" up --detach --slots 2 >/dev/null

cat >"$work/ctest.yaml" <<YAML
apiVersion: millrace.dev/v1
name: fmt-ctest
defaults: {retries: 0}
inputs: [{from: fmt, to: .}]
suites: [{ctest: {dir: build}}]
YAML
timed Millrace with_millrace ctest "$work/ctest.yaml"
timed direct as_task ctest --test-dir "$work/fmt/build" --output-junit "$work/direct.xml"
equal=0
compare ctest "$work/direct.xml" || equal=1

programs=$(cd "$work/fmt" && find build/bin -name '*-test' -type f | sort)
{
  printf 'apiVersion: millrace.dev/v1\nname: fmt-gtest\ndefaults: {retries: 0}\ninputs: [{from: fmt, to: .}]\nsuites:\n'
  for program in $programs; do
    as_task "$work/fmt/$program" --gtest_list_tests 2>/dev/null | grep -q '^[^ ]*\.$' || continue
    printf '  - gtest: {name: %s, binary: %s}\n' "$(basename "$program")" "$program"
  done
} >"$work/gtest.yaml"
timed Millrace with_millrace gtest "$work/gtest.yaml"
direct() {
  cd "$work/fmt"
  for program in $(sed -n 's/.*binary: \(.*\)}/\1/p' "$work/gtest.yaml"); do
    as_task "$program" "--gtest_output=xml:$work/gtest-$(basename "$program").xml" || true
  done
}
timed direct direct
compare gtest "$work"/gtest-*.xml || equal=1
exit $equal
