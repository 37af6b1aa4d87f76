#!/bin/sh
# Cassandra, S3 and Kafka stop answering for SECONDS_OF_OUTAGE (180) each while a job runs, and come back: every task passes once, all results are
# there, and the views equal the log. Prints what each outage cost. About twenty minutes.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
exec mvn -B -ntp verify -pl infra/dist -am -Dit.test=OutagesIT "-Doutage.seconds=${SECONDS_OF_OUTAGE:-180}" \
  -Dtest=NoUnitTest -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false
