package dev.millrace.executor.attempt;

import dev.millrace.executor.artifacts.ArtifactCollector;
import dev.millrace.executor.attempt.AttemptPreparation.Prepared;
import dev.millrace.executor.cases.CaseReport;
import dev.millrace.executor.cases.EarlierCases;
import dev.millrace.executor.cases.RunnerEnd;
import dev.millrace.executor.disk.DiskRoom;
import dev.millrace.executor.disk.DiskTrouble;
import dev.millrace.executor.disk.DiskWatch;
import dev.millrace.executor.files.AttemptDirectories;
import dev.millrace.executor.output.OutputIndex;
import dev.millrace.executor.output.StreamCapture;
import dev.millrace.executor.process.StopReason;
import dev.millrace.executor.scope.ScopeContext;
import dev.millrace.executor.settings.ExecutorSettings;
import dev.millrace.platform.blob.BlobClient;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.ArtifactsRef;
import dev.millrace.schemas.event.AttemptResult;
import dev.millrace.schemas.event.CaseCounts;
import dev.millrace.schemas.event.LogRef;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.Role;
import dev.millrace.schemas.event.UnitResults;
import dev.millrace.schemas.plan.PlannedScope;
import dev.millrace.schemas.plan.PlannedTask;
import dev.millrace.schemas.spec.Suite;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.Base64;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes the result of an ended task from the files that it left on disk. Everything that the result refers to is stored before the result
 * is returned.
 */
public final class AttemptSealer {
    private final ExecutorSettings settings;
    private final BlobClient blobs;
    private final DiskWatch disk;
    private final DiskRoom room;
    private final ArtifactCollector artifacts;
    private final ScopeContext contexts;
    private final OwnerTurns reports = new OwnerTurns();

    public AttemptSealer(ExecutorSettings settings, BlobClient blobs, DiskWatch disk, DiskRoom room) {
        this.settings = settings;
        this.blobs = blobs;
        this.disk = disk;
        this.room = room;
        this.artifacts = new ArtifactCollector(blobs, settings.artifacts());
        this.contexts = new ScopeContext(blobs, settings.scopeContext());
    }

    /**
     * @param trouble the value that {@link #trouble} returned
     * @param report the value that {@link #report} returned
     * @param slot the slot in which the task ran
     * @param unwanted whether the result is no longer wanted; if so, this method throws an {@link IOException}
     * @throws IOException if something cannot be stored; this method may then be called again
     */
    AttemptResult seal(
            Prepared prepared,
            TaskRun.Ended ended,
            DiskTrouble trouble,
            @Nullable CaseReport report,
            AttemptDirectories directories,
            int slot,
            BooleanSupplier unwanted)
            throws IOException {
        PlannedTask task = prepared.task();
        boolean isFull = ended.stopped() == StopReason.OVER_DISK;
        if (!isFull && (ended.stdout().failed() || ended.stderr().failed())) {
            return AttemptReports.empty(
                    Outcome.EXECUTOR_FAILED,
                    "the output could not be kept: the executor's disk failed or is full",
                    ended.startedAtMs(),
                    ended.durationMs());
        }
        CaseCounts counts = report == null ? CaseCounts.NONE : report.counts();
        UnitResults units = UnitResults.of(report == null ? List.of() : report.units());
        OutcomeRules.Ending ending = OutcomeRules.of(
                ended.stopped(),
                ended.exitValue(),
                counts,
                task.timeoutMs(),
                task.silenceMs(),
                ended.violation(),
                disk.limit(),
                trouble);
        ScopeContext.Left context = context(prepared, directories, unwanted);
        if (context.problem() != null && ending.outcome() == Outcome.PASSED) {
            ending = ending.failed(context.problem());
        }
        ArtifactsRef kept = artifacts.collect(
                prepared.inputs().files(prepared.workspace()), directories.out(), task.artifacts(), unwanted);
        return new AttemptResult(
                ending.outcome(),
                ending.exitCode(),
                ending.signal(),
                reason(ending.reason(), report),
                ended.startedAtMs(),
                ended.durationMs(),
                log(ended.stdout()),
                log(ended.stderr()),
                index(ended.index()),
                kept,
                report == null ? null : store(report.file()),
                counts,
                units.inline(),
                units.blob().isPresent() ? blobs.put(units.blob().get()) : null,
                report == null || report.leftOut() == 0 ? null : report.leftOut(),
                slot,
                prepared.retryOf(),
                context.tree());
    }

    /** Stores what a set-up left for its scope. Of other tasks, returns what they were given. */
    private ScopeContext.Left context(Prepared prepared, AttemptDirectories directories, BooleanSupplier unwanted)
            throws IOException {
        PlannedScope scope = prepared.task().scope();
        return scope != null && scope.role() == Role.SETUP
                ? contexts.store(directories.out(), unwanted)
                : new ScopeContext.Left(prepared.scope(), null);
    }

    /** Adds to the reason how many lines of test cases are missing, because people read the reason first. */
    private @Nullable String reason(@Nullable String reason, @Nullable CaseReport report) {
        if (report == null || report.leftOut() == 0) {
            return reason == null ? null : AttemptReports.cut(reason);
        }
        String leftOut = (report.uncounted() ? "at least " : "") + report.leftOut()
                + " lines of its test cases were not kept: at most "
                + settings.cases().cases() + " cases and " + settings.cases().bytes()
                + " bytes are (executor.maxCases, executor.maxCaseBytes)";
        return AttemptReports.cut(reason == null ? leftOut : reason + "; " + leftOut);
    }

    /** Returns how many bytes an ended attempt uses on the disk. */
    long bytesOf(AttemptDirectories directories) {
        return disk.bytesOf(List.of(directories.base()));
    }

    /** Returns how the disk contributed to a bad end. Must be called soon after the end and only once, because it may check every file. */
    DiskTrouble trouble(TaskRun.Ended ended, AttemptDirectories directories) {
        if (!ended.badlyByItself()) {
            return DiskTrouble.NONE;
        }
        if (disk.isUsedUp(directories)) {
            return DiskTrouble.OVER_LIMIT;
        }
        return room.wasShortSince(ended.startedNanos()) ? DiskTrouble.MACHINE_FULL : DiskTrouble.NONE;
    }

    /**
     * Returns the results of the task's cases; null if it has no cases. Must be called only once. Attempts are read one at a time, because
     * a task can write reports that need much time and memory to read.
     *
     * @param owner the owner of the task; owners take turns
     */
    @Nullable
    CaseReport report(
            Prepared prepared, TaskRun.Ended ended, DiskTrouble trouble, AttemptDirectories directories, String owner)
            throws IOException {
        if (prepared.task().units().isEmpty()) {
            return null;
        }
        return reports.run(owner, () -> read(prepared, ended, trouble, directories));
    }

    private CaseReport read(Prepared prepared, TaskRun.Ended ended, DiskTrouble trouble, AttemptDirectories directories)
            throws IOException {
        Path scratch = directories.logs();
        CaseReport report = CaseReport.read(
                casesFile(directories),
                scratch.resolve("cases"),
                prepared.task().units(),
                new RunnerEnd(describe(ended, trouble), explainedByCases(prepared, ended, trouble)),
                settings.cases());
        EarlierCases earlier = prepared.earlier();
        return earlier == null ? report : earlier.with(report, scratch.resolve("cases.merged"), settings.cases());
    }

    private static boolean explainedByCases(Prepared prepared, TaskRun.Ended ended, DiskTrouble trouble)
            throws IOException {
        Suite suite = prepared.suite();
        int failureExitCode = suite == null ? 1 : suite.failureExitCode();
        String unreported = suite == null ? null : suite.unreportedFailure();
        return OutcomeRules.explainedByCases(
                        ended.stopped(), ended.exitValue(), ended.violation(), trouble, failureExitCode)
                && (ended.exitValue() == 0
                        || unreported == null
                        || !ended.stdout().mayContain(unreported));
    }

    private static Path casesFile(AttemptDirectories directories) {
        return directories.out().resolve(ArtifactCollector.CASES_DIRECTORY).resolve("cases.jsonl");
    }

    private String describe(TaskRun.Ended ended, DiskTrouble trouble) {
        OutcomeRules.Ending ending = OutcomeRules.of(
                ended.stopped(), ended.exitValue(), CaseCounts.NONE, 0, 0L, ended.violation(), disk.limit(), trouble);
        return switch (ended.stopped()) {
            case NONE -> ending.reason() == null ? "the runner ended without running it" : ending.reason();
            case TIMED_OUT -> "the task timed out";
            case SILENT -> "the task was silent for too long";
            default -> String.valueOf(ending.reason());
        };
    }

    private LogRef log(StreamCapture capture) throws IOException {
        return log(capture.file(), capture.keptBytes(), capture.droppedBytes());
    }

    private @Nullable LogRef index(OutputIndex index) throws IOException {
        Path file = index.whole();
        LogRef log = file == null ? LogRef.EMPTY : log(file, OutputIndex.MAX_BYTES, 0);
        return log.bytes() == 0 ? null : log;
    }

    /** @param maxBytes the most that the executor can have written; a larger file comes from the task */
    private LogRef log(Path file, long maxBytes, long droppedBytes) throws IOException {
        // Without a sandbox the task can reach the file, and may have put anything in its place.
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > maxBytes) {
            return LogRef.EMPTY;
        }
        long size = Files.size(file);
        if (size <= settings.inlineLogBytes()) {
            String inline = Base64.getEncoder().encodeToString(Files.readAllBytes(file));
            return new LogRef(size, droppedBytes, null, inline);
        }
        return new LogRef(size, droppedBytes, store(file), null);
    }

    private Digest store(Path file) throws IOException {
        var hash = Digest.newHash();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), hash)) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
        }
        Digest digest = Digest.of(hash);
        blobs.put(digest, file);
        return digest;
    }
}
