package dev.millrace.executor.attempt;

import dev.millrace.executor.attempt.AttemptPreparation.Prepared;
import dev.millrace.executor.cases.CaseReport;
import dev.millrace.executor.disk.DiskTrouble;
import dev.millrace.executor.files.AttemptDirectories;
import dev.millrace.executor.process.StopReason;
import dev.millrace.executor.process.TaskCgroup;
import dev.millrace.executor.sandbox.Sandbox;
import dev.millrace.platform.log.LogContext;
import dev.millrace.schemas.event.AttemptResult;
import dev.millrace.schemas.event.Outcome;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An attempt whose processes are gone, until its result is stored and reported. For one thread at a time. */
final class EndedAttempt implements PendingResult {
    private final HeldAttempts.Held attempt;
    private final Prepared prepared;
    private final TaskRun.Ended ended;
    private final AttemptDirectories directories;
    private final @Nullable TaskCgroup group;
    private final int slot;
    private final Sandbox sandbox;
    private final AttemptSealer sealer;
    private final AttemptReports reports;
    private final Leftovers leftovers;
    private @Nullable DiskTrouble trouble;
    private @Nullable CaseReport report;

    EndedAttempt(
            HeldAttempts.Held attempt,
            Prepared prepared,
            TaskRun.Ended ended,
            AttemptDirectories directories,
            @Nullable TaskCgroup group,
            int slot,
            Sandbox sandbox,
            AttemptSealer sealer,
            AttemptReports reports,
            Leftovers leftovers) {
        this.attempt = attempt;
        this.prepared = prepared;
        this.ended = ended;
        this.directories = directories;
        this.group = group;
        this.slot = slot;
        this.sandbox = sandbox;
        this.sealer = sealer;
        this.reports = reports;
        this.leftovers = leftovers;
    }

    /** Returns why there is no result to store; empty if there is one. */
    Optional<String> unfinished() {
        return switch (ended.stopped()) {
            case GIVEN_UP, LEASE_LOST -> Optional.of("the executor gave it up");
            // Nothing can refer to the files of a revoked attempt any more, so they are not stored.
            case REVOKED -> Optional.of("it was revoked");
            case NONE, TIMED_OUT, SILENT, OVER_DISK, DISK_SHORT -> Optional.empty();
        };
    }

    @Override
    public String owner() {
        return attempt.dispatch.turn();
    }

    @Override
    public LogContext log() {
        return AttemptLog.of(attempt.dispatch);
    }

    @Override
    public AttemptResult seal() throws IOException {
        boolean byItself =
                ended.stopped() == StopReason.NONE && ended.violation().limit().isEmpty();
        Optional<Sandbox.Broken> broken = byItself
                ? sandbox.brokenBefore(prepared.workspace(), ended.stderr().file())
                : Optional.empty();
        if (broken.isPresent()) {
            return AttemptReports.empty(
                    broken.get().byTask() ? Outcome.NOT_STARTED : Outcome.EXECUTOR_FAILED,
                    broken.get().reason(),
                    ended.startedAtMs(),
                    ended.durationMs());
        }
        // Determined only once, because the disk may later be full for another reason.
        DiskTrouble now = trouble == null ? sealer.trouble(ended, directories) : trouble;
        trouble = now;
        // Read only once: the report does not change, and reading it again at each try would delay the reports of other
        // attempts.
        CaseReport read = report == null ? sealer.report(prepared, ended, now, directories, owner()) : report;
        report = read;
        return sealer.seal(prepared, ended, now, read, directories, slot, attempt::isRevoked);
    }

    @Override
    public long bytes() {
        return sealer.bytesOf(directories);
    }

    @Override
    public boolean isRevoked() {
        return attempt.isRevoked();
    }

    @Override
    public AttemptResult unstored(String reason) {
        return AttemptReports.empty(Outcome.EXECUTOR_FAILED, reason, ended.startedAtMs(), ended.durationMs());
    }

    @Override
    public void finish(AttemptResult result) {
        try {
            try {
                reports.finished(attempt.dispatch, result);
            } catch (IllegalArgumentException e) {
                // The report is larger than an event may be. The scheduler must learn that the attempt has ended
                // anyway.
                reports.finished(attempt.dispatch, unstored("the result could not be reported: " + e.getMessage()));
            }
        } finally {
            clear();
        }
    }

    @Override
    public void giveBack(String reason) {
        try {
            reports.returned(attempt.dispatch, reason);
        } finally {
            clear();
        }
    }

    private void clear() {
        prepared.inputs().close();
        leftovers.remove(attempt.key(), directories, group);
    }
}
