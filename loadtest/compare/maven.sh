#!/bin/bash
# The tests of Maven Doxia 2.0.0, a project of several modules, by `run --maven` and by `mvn test`: cases found, skipped and
# the names of those that fail. Needs a built tree; exits with 0 when all are equal.
set -euo pipefail
. "$(dirname "$0")/prepare.sh"

mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy \
  -Dartifact=org.apache.maven.doxia:doxia:2.0.0:zip:source-release -DoutputDirectory="$work"
(cd "$work" && jar xf doxia-2.0.0-source-release.zip)
project="$work/doxia-2.0.0"
"$millrace" up --detach --slots 2 >/dev/null
# Its check of the code's format, which is not what is compared, would want a repository.
timed build mvn -B -q -f "$project" -Dspotless.check.skip process-test-classes
timed Millrace with_millrace maven --maven "$project" --maven-arg -Dspotless.check.skip --retries 0
timed direct env -i PATH="$PATH" HOME="$HOME" mvn -B -f "$project" -Dspotless.check.skip -Dmaven.test.failure.ignore test
mapfile -t reports < <(find "$project" -path '*/surefire-reports/*.xml')
compare maven "${reports[@]}"
