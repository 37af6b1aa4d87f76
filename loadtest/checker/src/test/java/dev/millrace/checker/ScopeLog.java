package dev.millrace.checker;

import dev.millrace.schemas.Ids;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.AttemptFinished;
import dev.millrace.schemas.event.AttemptResult;
import dev.millrace.schemas.event.AttemptStarted;
import dev.millrace.schemas.event.Decision;
import dev.millrace.schemas.event.DomainReleased;
import dev.millrace.schemas.event.Epoch;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.ExecutorHeartbeat;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.JobCounts;
import dev.millrace.schemas.event.JobStarted;
import dev.millrace.schemas.event.JobStatus;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.Priority;
import dev.millrace.schemas.event.Role;
import dev.millrace.schemas.event.ScopeActivated;
import dev.millrace.schemas.event.ScopeClosed;
import dev.millrace.schemas.event.ScopeDraining;
import dev.millrace.schemas.event.ScopeOpened;
import dev.millrace.schemas.event.ScopeQuarantined;
import dev.millrace.schemas.event.ScopeRef;
import dev.millrace.schemas.event.ScopeRules;
import dev.millrace.schemas.event.ScopeTearingDown;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.event.TaskDispatched;
import dev.millrace.schemas.event.TaskHedged;
import dev.millrace.schemas.event.TaskPlaced;
import dev.millrace.schemas.event.TaskQueued;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes the log of a job with one scope, event by event. Each event is one millisecond after the one before. */
final class ScopeLog {
    static final String POOL = "default";
    static final String SCOPE = "db";
    static final String DOMAIN = "mysql";
    static final Digest CONTEXT = Digest.of(new byte[] {1});
    static final long MAX_HOLD_MS = 1_000;

    private static final Digest PLAN = Digest.of(new byte[] {2});
    private static final Epoch EPOCH = new Epoch(1, 1);

    final String job;
    private final List<LogEntry> entries;
    private final int tests;
    private int number = 1;
    private long at;

    private ScopeLog(String job, int tests, List<LogEntry> entries) {
        this.job = job;
        this.tests = tests;
        this.entries = entries;
        this.at = entries.size();
    }

    /** Begins the log of a job with so many tests, then its set-up and its tear-down. */
    static ScopeLog of(int tests) {
        return new ScopeLog(Ids.jobId("o", "1"), tests, new ArrayList<>()).planned();
    }

    /** Begins another job with a scope of the same domain in the same log. */
    ScopeLog another() {
        return new ScopeLog(Ids.jobId("o", "2"), 1, entries).planned();
    }

    private ScopeLog planned() {
        for (int i = 0; i < tests; i++) {
            add(queued(i, null, null));
        }
        add(queued(tests, Role.SETUP, new ScopeRules(DOMAIN, 1, MAX_HOLD_MS, false, null)));
        add(queued(tests + 1, Role.TEARDOWN, null));
        return add(new JobStarted(job, POOL, sequence(), PLAN, tests, null, null, 1));
    }

    private TaskQueued queued(int index, @Nullable Role role, @Nullable ScopeRules rules) {
        return new TaskQueued(
                Ids.taskId(job, index),
                job,
                POOL,
                index,
                PLAN,
                "t",
                "p/-/t",
                1,
                null,
                "-",
                0,
                true,
                null,
                null,
                null,
                SCOPE,
                role,
                rules);
    }

    int setup() {
        return tests;
    }

    int teardown() {
        return tests + 1;
    }

    private long sequence() {
        return entries.size();
    }

    ScopeLog add(Event event) {
        entries.add(new LogEntry(event, at++));
        return this;
    }

    ScopeLog later(long ms) {
        at += ms;
        return this;
    }

    ScopeLog epoch(int next) {
        number = next;
        return this;
    }

    ScopeLog open() {
        return add(new ScopeOpened(job, POOL, sequence(), SCOPE, DOMAIN, number, "o", 0));
    }

    ScopeLog activate() {
        return add(new ScopeActivated(job, POOL, sequence(), SCOPE, DOMAIN, number, CONTEXT));
    }

    ScopeLog drain() {
        return add(new ScopeDraining(job, POOL, sequence(), SCOPE, DOMAIN, number, "-"));
    }

    ScopeLog tearDown(Digest context) {
        return add(new ScopeTearingDown(job, POOL, sequence(), SCOPE, DOMAIN, number, context));
    }

    ScopeLog close() {
        return add(new ScopeClosed(job, POOL, sequence(), SCOPE, DOMAIN, number, "-", false, null, 5L));
    }

    ScopeLog closeWaived() {
        return add(new ScopeClosed(job, POOL, sequence(), SCOPE, DOMAIN, number, "-", false, true, 5L));
    }

    ScopeLog quarantine() {
        return add(new ScopeQuarantined(job, POOL, sequence(), SCOPE, DOMAIN, number, "-", false, 5));
    }

    ScopeLog release() {
        return add(new DomainReleased(POOL, sequence(), DOMAIN, "op", "-"));
    }

    private @Nullable Role role(int index) {
        return index == tests ? Role.SETUP : index == tests + 1 ? Role.TEARDOWN : null;
    }

    ScopeLog place(int index, int attempt) {
        return place(index, attempt, index == tests ? null : CONTEXT);
    }

    ScopeLog place(int index, int attempt, @Nullable Digest context) {
        String task = Ids.taskId(job, index);
        add(new TaskPlaced(task, job, POOL, sequence(), attempt, EPOCH, "e1", 1, 1, "-", 0, null, List.of(), 1, 1));
        return add(new TaskDispatched(
                task,
                job,
                POOL,
                index,
                PLAN,
                attempt,
                EPOCH,
                "e1",
                "i1",
                Priority.NORMAL,
                null,
                "o",
                new ScopeRef(SCOPE, number, role(index), context)));
    }

    ScopeLog hedge(int index) {
        return add(new TaskHedged(
                Ids.taskId(job, index), job, POOL, sequence(), 2, EPOCH, "e2", 1, 1, "e1", 1, 1, 1, 1, List.of()));
    }

    ScopeLog start(int index, int attempt, long startedAtMs) {
        return add(new AttemptStarted(Ids.taskId(job, index), job, POOL, attempt, EPOCH, "e1", "i1", 0, startedAtMs));
    }

    /** Adds an empty list of the attempts that the executor holds. */
    ScopeLog list(@Nullable Long sentAtMs) {
        return add(new ExecutorHeartbeat("e1", POOL, "i1", 0, "-", List.of(), sentAtMs));
    }

    ScopeLog report(int index, int attempt) {
        var result = AttemptResult.empty(Outcome.PASSED, 0, null, 0, 1);
        return add(new AttemptFinished(Ids.taskId(job, index), job, POOL, attempt, EPOCH, "e1", "i1", result));
    }

    ScopeLog decide(int index, int attempt, Outcome outcome) {
        return decide(index, attempt, outcome, EPOCH, 0);
    }

    ScopeLog decide(int index, int attempt, Outcome outcome, @Nullable Epoch epoch, int run) {
        return add(new TaskCompleted(
                Ids.taskId(job, index),
                job,
                POOL,
                sequence(),
                index,
                "t",
                "p",
                "p/-/t",
                run,
                outcome.finalVerdict(),
                outcome,
                attempt,
                epoch == null ? null : attempt,
                epoch,
                epoch == null ? null : "e1",
                false,
                true,
                "-",
                0,
                0,
                null,
                SCOPE,
                role(index)));
    }

    /** Runs a task in one attempt to a verdict. */
    ScopeLog run(int index) {
        return run(index, 1, Outcome.PASSED);
    }

    ScopeLog run(int index, int attempt, Outcome outcome) {
        return place(index, attempt).report(index, attempt).decide(index, attempt, outcome);
    }

    /** Opens the scope and sets it up. */
    ScopeLog setUp() {
        return open().run(setup()).activate();
    }

    /** Drains the scope, tears it down and closes it. */
    ScopeLog tearDown() {
        return drain().tearDown(CONTEXT).run(teardown()).close();
    }

    ScopeLog end() {
        return add(new JobCompleted(
                job,
                POOL,
                sequence(),
                "o",
                "n",
                "p",
                JobStatus.PASSED,
                new JobCounts(tests, 0, 0, tests, 0, 0, 0, 0, 0, 0),
                "-",
                0,
                0,
                0));
    }

    List<LogEntry> entries() {
        return entries;
    }

    List<Violation> violations() {
        return ScopeChecker.check(entries, 100);
    }

    /** Returns the numbers of the invariants that the log breaks. */
    List<Integer> broken() {
        return violations().stream().map(Violation::invariant).distinct().toList();
    }

    List<Decision> decisions() {
        return entries.stream()
                .map(LogEntry::event)
                .filter(Decision.class::isInstance)
                .map(Decision.class::cast)
                .toList();
    }
}
