package dev.millrace.schemas.event;

import dev.millrace.schemas.blob.Digest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One event of every type, with every optional field present. */
public final class Samples {
    private static final String JOB = "j0123456789abcdef0123";
    private static final String TASK = JOB + ".7";
    private static final Epoch EPOCH = new Epoch(3, 4711);
    private static final Digest DIGEST = Digest.of("content".getBytes(StandardCharsets.UTF_8));
    private static final CaseCounts CASES = new CaseCounts(10, 1, 2, 1);
    private static final AttemptResult RESULT = new AttemptResult(
            Outcome.FAILED,
            1,
            "SIGSEGV",
            "2 of 10 test cases failed",
            1_700_000_000_000L,
            1234,
            new LogRef(5_000, 12, DIGEST, null),
            new LogRef(3, 0, null, "YWJj"),
            new ArtifactsRef(DIGEST, 2, 300, List.of("'x' is not a regular file")),
            DIGEST,
            CASES,
            List.of(new UnitResult("org.example.FooTest", 1200, true, CASES)));
    private static final JobCounts COUNTS = new JobCounts(10, 1, 2, 3, 2, 1, 1, 1, 1, 4);

    private Samples() {}

    public static Map<EventType, Event> all() {
        return Stream.<Event>of(
                        new JobSubmitted(
                                JOB,
                                "default",
                                "local",
                                "name",
                                "project",
                                Priority.NORMAL,
                                DIGEST,
                                1_700_000_000_000L),
                        new JobCancelRequested(JOB, "default", "local", "not wanted"),
                        new PoolSettingsRequested("default", "local", 60),
                        new OwnerQuotaRequested("default", "local", "ci", 3, 10),
                        new PoolSettingsChanged("default", 5, "local", 60),
                        new OwnerQuotaChanged("default", 6, "local", "ci", 3, 10),
                        new JobPlanned(
                                JOB,
                                "default",
                                "local",
                                "name",
                                "project",
                                Priority.URGENT,
                                DIGEST,
                                DIGEST,
                                10,
                                1_700_000_000_000L,
                                5),
                        new TaskQueued(
                                TASK,
                                JOB,
                                "default",
                                7,
                                DIGEST,
                                "t7",
                                "project/-/t7",
                                1_500,
                                2_500L,
                                "upper quartile of 5 passed runs",
                                1,
                                true),
                        new JobRejected(
                                JOB,
                                "default",
                                "local",
                                "name",
                                "project",
                                Priority.BULK,
                                DIGEST,
                                "no tasks",
                                1_700_000_000_000L),
                        new TaskDispatched(
                                TASK, JOB, "default", 7, DIGEST, 2, EPOCH, "e1", "incarnation", Priority.NORMAL),
                        new AttemptStarted(TASK, JOB, "default", 2, EPOCH, "e1", "incarnation", 1, 1_700_000_000_000L),
                        new AttemptFinished(TASK, JOB, "default", 2, EPOCH, "e1", "incarnation", RESULT),
                        new AttemptReturned(TASK, JOB, "default", 2, EPOCH, "e1", "incarnation", "the executor drains"),
                        new GenerationStarted(2, 3),
                        new JobAdmitted(
                                JOB,
                                "default",
                                1,
                                "local",
                                "name",
                                "project",
                                Priority.NORMAL,
                                DIGEST,
                                1_700_000_000_000L),
                        new JobStarted(JOB, "default", 2, DIGEST, 10, 5),
                        new JobCancelling(JOB, "default", 3, "local", "not wanted", null),
                        new JobProgress(JOB, "default", 4, COUNTS, 1_700_000_100_000L),
                        new TaskPlaced(
                                TASK,
                                JOB,
                                "default",
                                5,
                                2,
                                EPOCH,
                                "e1",
                                1_500,
                                "upper quartile of 5 passed runs",
                                12,
                                new Turn(PlacementRule.FAIR_SHARE, "local", 3, 5_000, 1, 2, 0, 4, "other", 6_000L),
                                List.of(new Candidate("e1", 2)),
                                3,
                                40),
                        new TaskStarted(TASK, JOB, "default", 6, 2, EPOCH, "e1", 1, 1_700_000_000_000L),
                        new RetryScheduled(
                                TASK,
                                JOB,
                                "default",
                                7,
                                "project/-/t7",
                                2,
                                EPOCH,
                                "e1",
                                RetryBudget.TEST,
                                Outcome.FAILED,
                                "it failed",
                                RESULT),
                        new LeaseExpired("e1", "default", 8, "incarnation", "not heard of", List.of(TASK)),
                        new TaskCompleted(
                                TASK,
                                JOB,
                                "default",
                                9,
                                7,
                                "t7",
                                "project",
                                "project/-/t7",
                                0,
                                Verdict.FAILED,
                                Outcome.FAILED,
                                2,
                                EPOCH,
                                "e1",
                                false,
                                true,
                                "it failed",
                                1_700_000_000_000L,
                                1_700_000_002_000L,
                                RESULT),
                        new JobCompleted(
                                JOB,
                                "default",
                                10,
                                "local",
                                "name",
                                "project",
                                JobStatus.FAILED,
                                COUNTS,
                                "3 of 10 tasks passed",
                                1_700_000_000_000L,
                                1_700_000_002_000L),
                        new AttemptRevoked("e1", TASK, 2, EPOCH, "the job was cancelled"),
                        new ExecutorOnline("e1", "default", "incarnation", 4, "host", Map.of("os", "linux")),
                        new ExecutorHeartbeat(
                                "e1",
                                "default",
                                "incarnation",
                                1,
                                "0123456789abcdef",
                                List.of(new AttemptKey(TASK, 2, EPOCH))),
                        new ExecutorDraining("e1", "default", "incarnation", "stopping"),
                        new ExecutorOffline("e1", "default", "incarnation"),
                        new Tick(2, 3, 123_456),
                        new OutputChunk(TASK, 2, EPOCH, "stdout", 100, 5, "YWJj"))
                .collect(Collectors.toMap(EventType::of, event -> event, (a, b) -> a, java.util.TreeMap::new));
    }
}
