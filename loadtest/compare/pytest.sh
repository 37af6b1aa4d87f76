#!/bin/bash
# The tests of Debian's Jinja2 by the pytest adapter and by pytest itself: cases found, skipped and the names of those that
# fail. Needs a built tree, python3-pytest and python3-markupsafe; exits with 0 when all are equal.
set -euo pipefail
. "$(dirname "$0")/prepare.sh"

"$here/debian-source.sh" jinja2 "$work/jinja2"
cat >"$work/job.yaml" <<YAML
apiVersion: millrace.dev/v1
name: jinja2
defaults: {retries: 0}
inputs: [{from: jinja2, to: .}]
suites:
  - pytest: {paths: [tests], args: [-p, no:cacheprovider], env: {PYTHONPATH: src}}
YAML
"$millrace" up --detach --slots 2 >/dev/null
timed Millrace with_millrace pytest "$work/job.yaml"
cd "$work/jinja2"
timed direct as_task PYTHONPATH=src python3 -m pytest -p no:cacheprovider --junitxml="$work/direct.xml" tests
compare pytest "$work/direct.xml"
