package dev.millrace.executor.attempt;

import dev.millrace.executor.disk.DiskTrouble;
import dev.millrace.executor.process.Signals;
import dev.millrace.executor.process.StopReason;
import dev.millrace.executor.process.TaskCgroup;
import dev.millrace.schemas.event.CaseCounts;
import dev.millrace.schemas.event.Outcome;
import org.jspecify.annotations.Nullable;

/** Determines the outcome of an attempt from how its process ended. Pure. */
public final class OutcomeRules {
    /** An outcome with its details. */
    public record Ending(
            Outcome outcome, @Nullable Integer exitCode, @Nullable String signal, @Nullable String reason) {
        /** Returns a failure in the place of this outcome, although the process ended as it should. */
        Ending failed(String why) {
            return new Ending(Outcome.FAILED, exitCode, signal, why);
        }
    }

    private OutcomeRules() {}

    /**
     * @param violation the limits of the task that it exceeded, as the kernel recorded it
     * @param diskLimit the disk limit of the task, as text for the reason
     * @param disk how the disk may have contributed, if the process ended by itself
     */
    public static Ending of(
            StopReason stopped,
            int exitValue,
            CaseCounts cases,
            long timeoutMs,
            @Nullable Long silenceMs,
            TaskCgroup.LimitViolation violation,
            String diskLimit,
            DiskTrouble disk) {
        @Nullable String signal = Signals.of(exitValue).orElse(null);
        @Nullable Integer exitCode = signal == null ? exitValue : null;
        return switch (stopped) {
            case TIMED_OUT ->
                new Ending(Outcome.TIMED_OUT, exitCode, signal, "ran longer than its timeout of " + timeoutMs + " ms");
            case SILENT -> new Ending(Outcome.SILENT, exitCode, signal, "wrote nothing for " + silenceMs + " ms");
            case OVER_DISK -> overDisk(exitCode, signal, diskLimit);
            case DISK_SHORT ->
                new Ending(
                        Outcome.EXECUTOR_FAILED,
                        exitCode,
                        signal,
                        "it was stopped because its executor's disk was nearly full");
            case REVOKED -> new Ending(Outcome.CANCELLED, exitCode, signal, "revoked by the scheduler");
            case GIVEN_UP, LEASE_LOST -> new Ending(Outcome.RETURNED, exitCode, signal, "given up by its executor");
            case NONE ->
                exitValue == 0
                        ? byItself(exitCode, signal, cases)
                        : unlessByLimit(exitCode, signal, cases, violation, diskLimit, disk);
        };
    }

    /**
     * Returns whether the results of the cases can explain how the runner of a suite ended. If not, a case that passed may be the cause,
     * for example because it left a thread behind that never ends.
     *
     * @param failureExitCode the exit code with which the runner says that cases failed
     */
    static boolean explainedByCases(
            StopReason stopped,
            int exitValue,
            TaskCgroup.LimitViolation violation,
            DiskTrouble disk,
            int failureExitCode) {
        if (stopped != StopReason.NONE) {
            return false;
        }
        boolean withinLimits = violation.limit().isEmpty() && !violation.killedByMachine() && disk == DiskTrouble.NONE;
        return exitValue == 0 || (exitValue == failureExitCode && withinLimits);
    }

    private static Ending overDisk(@Nullable Integer exitCode, @Nullable String signal, String diskLimit) {
        return new Ending(Outcome.LIMIT_EXCEEDED, exitCode, signal, "reached its disk limit: " + diskLimit);
    }

    /** Blames a bad end on a limit if the task reached one. A task that reaches a limit and still ends well has not failed. */
    private static Ending unlessByLimit(
            @Nullable Integer exitCode,
            @Nullable String signal,
            CaseCounts cases,
            TaskCgroup.LimitViolation violation,
            String diskLimit,
            DiskTrouble disk) {
        if (violation.limit().isPresent()) {
            return new Ending(
                    Outcome.LIMIT_EXCEEDED, exitCode, signal, violation.limit().get());
        }
        if (violation.killedByMachine()) {
            return new Ending(
                    Outcome.EXECUTOR_FAILED,
                    exitCode,
                    signal,
                    "the machine ran out of memory and killed the task, although it was within its own limit");
        }
        if ("SIGXFSZ".equals(signal)) {
            return new Ending(Outcome.LIMIT_EXCEEDED, exitCode, signal, "wrote a file larger than its limit");
        }
        if (disk == DiskTrouble.OVER_LIMIT) {
            return overDisk(exitCode, signal, diskLimit);
        }
        if (disk == DiskTrouble.MACHINE_FULL) {
            return new Ending(
                    Outcome.EXECUTOR_FAILED, exitCode, signal, "it failed while its executor's disk was nearly full");
        }
        return byItself(exitCode, signal, cases);
    }

    private static Ending byItself(@Nullable Integer exitCode, @Nullable String signal, CaseCounts cases) {
        if (signal != null) {
            return new Ending(Outcome.CRASHED, null, signal, "the process was ended by " + signal);
        }
        if (exitCode != null && exitCode != 0) {
            String reason = cases.failed() + cases.errors() > 0
                    ? cases.failed() + cases.errors() + " of " + cases.found() + " test cases failed"
                    : "the command exited with code " + exitCode;
            return new Ending(Outcome.FAILED, exitCode, null, reason);
        }
        if (cases.failed() + cases.errors() > 0) {
            return new Ending(
                    Outcome.FAILED,
                    exitCode,
                    null,
                    cases.failed() + cases.errors() + " of " + cases.found() + " test cases failed");
        }
        return new Ending(Outcome.PASSED, exitCode, null, null);
    }
}
