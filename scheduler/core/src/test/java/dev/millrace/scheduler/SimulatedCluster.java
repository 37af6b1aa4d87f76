package dev.millrace.scheduler;

import dev.millrace.checker.LogEntry;
import dev.millrace.checker.ScopeChecker;
import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.scheduler.model.EntityKind;
import dev.millrace.scheduler.model.Now;
import dev.millrace.scheduler.model.OwnerAccount;
import dev.millrace.scheduler.model.PoolSnapshot;
import dev.millrace.scheduler.model.StandingOverride;
import dev.millrace.scheduler.state.PoolState;
import dev.millrace.scheduler.state.Transition;
import dev.millrace.scheduler.state.backlog.OwnerQueue;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.AttemptFinished;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.AttemptReport;
import dev.millrace.schemas.event.AttemptReturned;
import dev.millrace.schemas.event.AttemptRevoked;
import dev.millrace.schemas.event.AttemptStarted;
import dev.millrace.schemas.event.Capacity;
import dev.millrace.schemas.event.DomainReleaseRequested;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.ExecutorDraining;
import dev.millrace.schemas.event.ExecutorHeartbeat;
import dev.millrace.schemas.event.ExecutorOffline;
import dev.millrace.schemas.event.ExecutorOnline;
import dev.millrace.schemas.event.ExecutorStandingRequested;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.JobPlanned;
import dev.millrace.schemas.event.JobRetryPlanned;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.OwnerQuotaRequested;
import dev.millrace.schemas.event.PoolSettingsRequested;
import dev.millrace.schemas.event.Priority;
import dev.millrace.schemas.event.RetryOf;
import dev.millrace.schemas.event.RetryScheduled;
import dev.millrace.schemas.event.Role;
import dev.millrace.schemas.event.ScopeOpened;
import dev.millrace.schemas.event.ScopeQuarantined;
import dev.millrace.schemas.event.ScopeRef;
import dev.millrace.schemas.event.ScopeRules;
import dev.millrace.schemas.event.Standing;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.event.TaskDispatched;
import dev.millrace.schemas.event.TaskQueued;
import dev.millrace.schemas.event.Verdict;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Simulates a pool in virtual time, with the real core and simulated executors. The records of different topics interleave in any order,
 * and some records are repeated. Executors and dispatchers die. The seed determines the whole run.
 */
final class SimulatedCluster {
    private static final long STEP_MS = 250;

    private static final Map<String, String> GPU = Map.of("gpu", "yes");

    private final Random random;
    private final Map<String, SimulatedExecutor> executors = new TreeMap<>();
    private static final int JOBS = 0;
    private static final int QUEUE = 1;
    private static final int ATTEMPTS = 2;
    private static final int EXECUTORS = 3;

    private final List<Deque<Event>> topics =
            List.of(new ArrayDeque<>(), new ArrayDeque<>(), new ArrayDeque<>(), new ArrayDeque<>());
    private int laggingTopic;
    private long lagsUntilMs;
    private final Set<Transition> taken = TransitionRecorder.none();
    private final DecisionChecker checker = new DecisionChecker();
    private final Map<AttemptKey, String> liveRuns = new HashMap<>();
    private final Map<String, List<TaskQueued>> plans = new HashMap<>();
    private int retriedJobs;
    final StringBuilder trace = new StringBuilder();
    private final List<LogEntry> log = new ArrayList<>();
    private final Map<String, Integer> epochs = new HashMap<>();
    private final CoreConfig config;
    private PoolScheduler scheduler;
    /** Holds the values that a dispatcher stores. */
    private final PoolSnapshot durable = new PoolSnapshot();

    private long generation = 1;
    private long nowMs = 1_000_000;
    private TickClock clock = new TickClock(nowMs, STEP_MS);
    private long tickMs = nowMs;
    private long wallMs = 1_700_000_000_000L;
    private boolean committed;
    private int nextIncarnation;

    private final class SimulatedExecutor {
        final String id;
        final String incarnation = "i" + nextIncarnation++;
        final int slots;
        final Map<String, String> labels;
        final boolean sick = random.nextInt(6) == 0;
        final Deque<TaskDispatched> waiting = new ArrayDeque<>();
        final Map<AttemptKey, Long> endsAt = new LinkedHashMap<>();
        final Map<AttemptKey, TaskDispatched> running = new LinkedHashMap<>();
        final Set<AttemptKey> revoked = new HashSet<>();
        boolean aside;

        SimulatedExecutor(String id, int slots, Map<String, String> labels) {
            this.id = id;
            this.slots = slots;
            this.labels = labels;
        }

        void step() {
            for (AttemptKey key : List.copyOf(running.keySet())) {
                TaskDispatched it = running.get(key);
                if (it != null && endsAt.getOrDefault(key, 0L) <= nowMs) {
                    running.remove(key);
                    liveRuns.remove(key);
                    report(Fixtures.finished(it, revoked.contains(key) ? Outcome.CANCELLED : outcome(sick)));
                }
            }
            while (running.size() < slots && !waiting.isEmpty()) {
                TaskDispatched it = waiting.remove();
                running.put(it.attemptKey(), it);
                int longest = random.nextInt(8) == 0 ? 40_000 : 4_000;
                endsAt.put(it.attemptKey(), nowMs + random.nextInt(sick ? 300 : longest));
                liveRuns.put(it.attemptKey(), id);
                report(new AttemptStarted(
                        it.taskId(), it.jobId(), it.pool(), it.attempt(), it.epoch(), id, incarnation, 0, nowMs));
            }
        }

        ExecutorOnline online() {
            return new ExecutorOnline(
                    id, Fixtures.POOL, incarnation, slots, "host", labels, new Capacity(slots * 1_000, 0), null);
        }

        /**
         * Returns the event that the executor sends again from time to time: that it takes no work, or that it is online. An executor that
         * takes no work sometimes starts to take work again.
         */
        Event announcement() {
            if (aside && random.nextInt(4) == 0) {
                aside = false;
            }
            return aside ? new ExecutorDraining(id, Fixtures.POOL, incarnation, "its disk is full") : online();
        }

        Collection<AttemptKey> held() {
            var held = new ArrayList<>(running.keySet());
            waiting.forEach(it -> held.add(it.attemptKey()));
            return held;
        }

        void accept(TaskDispatched it) {
            if (!it.incarnation().equals(incarnation)
                    || revoked.contains(it.attemptKey())
                    || held().contains(it.attemptKey())) {
                return;
            }
            if (aside || random.nextInt(40) == 0) {
                report(returned(it, "full"));
            } else {
                waiting.add(it);
            }
        }

        void revoke(AttemptKey key) {
            revoked.add(key);
            if (running.containsKey(key)) {
                // The attempt ends within three seconds, or at its own end if that is earlier.
                endsAt.merge(key, nowMs + random.nextInt(3_000), Math::min);
            }
            for (TaskDispatched queued : List.copyOf(waiting)) {
                if (queued.attemptKey().equals(key)) {
                    waiting.remove(queued);
                    report(returned(queued, "revoked before it started"));
                }
            }
        }

        /**
         * Stops the executor in an orderly way: it gives back the attempts that wait, finishes or gives back the attempts that run, and
         * only then reports that it goes offline.
         */
        void stop() {
            waiting.forEach(it -> report(returned(it, "stopping")));
            waiting.clear();
            for (TaskDispatched it : running.values()) {
                report(random.nextBoolean() ? Fixtures.finished(it, outcome(sick)) : returned(it, "stopping"));
            }
            die();
            running.clear();
            topics.get(EXECUTORS).add(new ExecutorOffline(id, Fixtures.POOL, incarnation));
        }

        private AttemptReturned returned(TaskDispatched it, String reason) {
            return new AttemptReturned(
                    it.taskId(), it.jobId(), it.pool(), it.attempt(), it.epoch(), id, incarnation, reason);
        }

        void die() {
            running.keySet().forEach(liveRuns::remove);
        }
    }

    SimulatedCluster(long seed) {
        random = new Random(seed);
        config = random.nextBoolean() ? CoreConfig.DEFAULTS : withEventsPerInput(3);
        scheduler = new PoolScheduler(new PoolState(Fixtures.POOL, config));
        scheduler.state().observe(new TransitionRecorder(scheduler.state(), taken));
    }

    /**
     * Returns the default configuration with this limit of events per input. A small limit interrupts all work that takes several steps.
     */
    private static CoreConfig withEventsPerInput(int events) {
        CoreConfig it = CoreConfig.DEFAULTS;
        return new CoreConfig(
                it.leaseMs(),
                it.dispatchTimeoutMs(),
                it.infrastructureRetries(),
                it.lookAheadMs(),
                it.maxLookAhead(),
                events,
                it.progressIntervalMs(),
                it.expireAfterMs(),
                it.retryElsewhereMs(),
                it.secondOpinionMs(),
                it.probationMs(),
                it.tombstoneMs(),
                it.planTimeoutMs(),
                it.reservationMs(),
                it.maxQuarantinedDomains());
    }

    private Outcome outcome(boolean sick) {
        int dice = random.nextInt(20);
        if (sick && dice < 16) {
            return Outcome.FAILED;
        }
        if (dice < 14) {
            return Outcome.PASSED;
        }
        return List.of(
                        Outcome.FAILED,
                        Outcome.CRASHED,
                        Outcome.TIMED_OUT,
                        Outcome.NOT_STARTED,
                        Outcome.INPUTS_UNAVAILABLE,
                        Outcome.EXECUTOR_FAILED)
                .get(dice - 14);
    }

    private void report(AttemptReport report) {
        topics.get(ATTEMPTS).add(report);
        if (report instanceof AttemptFinished && random.nextInt(10) == 0) {
            topics.get(ATTEMPTS).add(report);
        }
    }

    Set<Transition> taken() {
        return taken;
    }

    int hedges() {
        return checker.hedges();
    }

    /**
     * Returns the event with random properties if it queues a task, otherwise unchanged. Some tasks need several slots or a label, and some
     * may not run twice.
     */
    private Event varied(Event event) {
        if (!(event instanceof TaskQueued it)) {
            return event;
        }
        Needs needs =
                switch (random.nextInt(8)) {
                    case 0 -> new Needs(2_000 + 1_000 * random.nextInt(2), 0, Map.of());
                    case 1 -> new Needs(0, 0, GPU);
                    default -> Needs.NOTHING;
                };
        boolean repeatable = random.nextInt(5) != 0;
        checker.task(it.taskId(), repeatable, needs, it.retries());
        var task = new TaskQueued(
                it.taskId(),
                it.jobId(),
                it.pool(),
                it.index(),
                it.planDigest(),
                it.name(),
                it.historyKey(),
                it.estimateMs(),
                random.nextInt(3) == 0 ? null : 2 * it.estimateMs(),
                it.estimateSource(),
                it.retries(),
                random.nextInt(5) != 0,
                repeatable,
                needs.isNothing() ? null : needs,
                it.retryOf());
        plans.computeIfAbsent(it.jobId(), id -> new ArrayList<>()).add(task);
        return task;
    }

    /**
     * Puts the tests of a job into scopes, adds the set-ups and tear-downs, and returns the events of the job. The scopes of a job share a
     * domain, which other jobs may share too.
     */
    private List<Event> withScopes(List<Event> events) {
        int scopes = 1 + random.nextInt(3);
        String domain = random.nextBoolean() ? "d" + random.nextInt(2) : "of-" + events.size() + random.nextInt();
        var scoped = new ArrayList<Event>();
        TaskQueued last = null;
        for (Event event : events) {
            if (event instanceof JobPlanned it) {
                scoped.add(new JobPlanned(
                        it.jobId(),
                        it.pool(),
                        it.owner(),
                        it.name(),
                        it.project(),
                        it.priority(),
                        it.specDigest(),
                        it.planDigest(),
                        it.tasks(),
                        it.submittedAtMs(),
                        it.failFast(),
                        it.taskBytes(),
                        scopes));
            } else if (event instanceof TaskQueued it) {
                int scope = random.nextInt(scopes + 1);
                scoped.add(of(it, it.index(), it.retries(), scope == scopes ? null : "s" + scope, null, null));
                last = it;
            } else {
                scoped.add(event);
            }
        }
        TaskQueued like = Objects.requireNonNull(last);
        for (int i = 0; i < scopes; i++) {
            Integer maxParallel = random.nextBoolean() ? null : 1 + random.nextInt(3);
            var rules =
                    new ScopeRules(domain, maxParallel, 5_000 + random.nextInt(100_000), random.nextInt(4) == 0, null);
            int index = like.index() + 1 + 2 * i;
            scoped.add(of(like, index, random.nextInt(3), "s" + i, Role.SETUP, rules));
            scoped.add(of(like, index + 1, 2, "s" + i, Role.TEARDOWN, null));
        }
        List<TaskQueued> plan = new ArrayList<>();
        scoped.forEach(event -> {
            if (event instanceof TaskQueued it) {
                plan.add(it);
                Needs needs = it.needs() == null ? Needs.NOTHING : it.needs();
                checker.task(it.taskId(), true, needs, it.retries());
                if (it.role() != null) {
                    checker.ofScope(it.taskId());
                }
            }
        });
        plans.put(like.jobId(), plan);
        return scoped;
    }

    private static TaskQueued of(
            TaskQueued it,
            int index,
            int retries,
            @Nullable String scope,
            @Nullable Role role,
            @Nullable ScopeRules rules) {
        return new TaskQueued(
                Ids.taskId(it.jobId(), index),
                it.jobId(),
                it.pool(),
                index,
                it.planDigest(),
                "t" + index,
                "project/-/t" + index,
                it.estimateMs(),
                it.estimateUpperMs(),
                it.estimateSource(),
                retries,
                it.gating(),
                it.repeatable(),
                it.needs(),
                null,
                scope,
                role,
                rules);
    }

    /**
     * Sometimes requests that a finished job runs again, either all of its tasks or only those that did not pass. Some of these requests
     * are sent twice.
     */
    private void perhapsRetry(JobCompleted end) {
        List<TaskQueued> plan = plans.get(end.jobId());
        if (plan == null || retriedJobs == 4 || checker.missing(end.jobId()) > 0 || random.nextInt(4) != 0) {
            return;
        }
        boolean failedOnly = random.nextBoolean();
        List<TaskQueued> tests =
                plan.stream().filter(task -> task.role() == null).toList();
        List<TaskCompleted> again = tests.stream()
                .map(task -> Objects.requireNonNull(checker.verdicts().get(task.taskId())))
                .filter(verdict -> !failedOnly || verdict.verdict() != Verdict.PASSED)
                .toList();
        if (again.isEmpty()) {
            return;
        }
        retriedJobs++;
        int run = 1 + (end.run() == null ? 0 : end.run());
        Set<String> scopes = new HashSet<>();
        again.forEach(verdict -> Optional.ofNullable(verdict.scope()).ifPresent(scopes::add));
        var events = new ArrayList<Event>();
        events.add(new JobRetryPlanned(
                end.jobId(),
                end.pool(),
                "somebody",
                run,
                failedOnly,
                Fixtures.plan(end.jobId()),
                again.size(),
                null,
                scopes.isEmpty() ? null : scopes.size()));
        for (TaskCompleted verdict : again) {
            int position = tests.size() - again.size() + events.size() - 1;
            events.add(Fixtures.retryOf(plan.get(verdict.index()), new RetryOf(run, verdict.attempts(), position)));
        }
        for (TaskQueued step : plan.subList(tests.size(), plan.size())) {
            if (scopes.contains(step.scope())) {
                // It has no verdict if it never arrived. Its runs are more than those of the job if its scope had
                // several
                // epochs.
                TaskCompleted before = checker.verdicts().get(step.taskId());
                int attempts = before == null ? 0 : before.attempts();
                int itsRun = before == null ? run : Math.max(run, before.run() + 1);
                int position = tests.size() - again.size() + events.size() - 1;
                TaskQueued after = step.scopeRules() == null
                        ? step
                        : of(
                                step,
                                step.index(),
                                step.retries(),
                                step.scope(),
                                step.role(),
                                step.scopeRules().after(epochs.getOrDefault(end.jobId() + step.scope(), 0)));
                events.add(Fixtures.retryOf(after, new RetryOf(itsRun, attempts, position)));
            }
        }
        topics.get(QUEUE).addAll(withLosses(events));
        if (random.nextInt(3) == 0) {
            topics.get(QUEUE).addAll(events);
        }
    }

    /** Removes one task from about one plan in eight, as if its record could not be read. */
    private List<Event> withLosses(List<Event> plan) {
        if (random.nextInt(8) != 0) {
            return plan;
        }
        var rest = new ArrayList<>(plan);
        rest.remove(1 + random.nextInt(plan.size() - 1));
        return rest;
    }

    /** Runs jobs while faults happen, then adds two healthy executors, continues until all jobs have ended, and checks the results. */
    void run(int jobs) {
        var expected = new LinkedHashMap<String, Integer>();
        for (int i = 0; i < jobs; i++) {
            String job = Fixtures.job(i);
            int tasks = 1 + random.nextInt(12);
            long[] estimates = new long[tasks];
            for (int t = 0; t < tasks; t++) {
                estimates[t] = random.nextInt(5) == 0 ? random.nextInt(30) : random.nextInt(5_000);
            }
            int failFast = random.nextInt(4) == 0 ? 1 + random.nextInt(3) : 0;
            List<Event> events = Fixtures.wholeJob(
                    job,
                    "o" + random.nextInt(3),
                    List.of(Priority.values()).get(random.nextInt(3)),
                    failFast,
                    random.nextInt(3),
                    estimates);
            events = events.stream().map(this::varied).toList();
            if (random.nextInt(3) == 0) {
                events = withScopes(events);
            }
            topics.get(JOBS).add(events.get(0));
            topics.get(QUEUE).addAll(withLosses(events.subList(1, events.size())));
            if (random.nextInt(5) == 0) {
                topics.get(JOBS).add(events.get(0));
                topics.get(QUEUE).addAll(events.subList(1, events.size()));
            }
            if (random.nextInt(4) == 0) {
                topics.get(JOBS)
                        .add(new OwnerQuotaRequested(
                                Fixtures.POOL,
                                "op",
                                "o" + random.nextInt(3),
                                1 + random.nextInt(5),
                                random.nextInt(3)));
                topics.get(JOBS)
                        .add(new PoolSettingsRequested(Fixtures.POOL, "op", random.nextInt(101), random.nextInt(101)));
            }
            if (random.nextInt(12) == 0) {
                // Somebody submits a job that cannot be planned.
                String bad = Fixtures.job(100 + i);
                topics.get(JOBS).add(Fixtures.submitted(bad));
                topics.get(QUEUE).add(Fixtures.rejected(bad));
                expected.put(bad, 0);
            }
            if (random.nextInt(4) == 0) {
                topics.get(JOBS).add(Fixtures.cancel(job));
            }
            expected.put(job, tasks);
        }
        for (int step = 0; step < 80; step++) {
            fault();
            step();
        }
        start("healed0", 3, GPU);
        start("healed1", 3, GPU);
        // The limit of steps is high, because a quota may allow an owner only one slot. Then its tasks and their
        // retries run one after
        // another. The last job that ends may run again, and revoked attempts may still hold slots after all jobs have
        // ended.
        for (int step = 0; step < 8_000 && (checker.ends().size() < expected.size() || anythingRuns()); step++) {
            if (step % 400 == 399) {
                scheduler.state().scopes().domains().stream()
                        .filter(domain -> domain.quarantine() != null)
                        .forEach(domain -> topics.get(JOBS)
                                .add(new DomainReleaseRequested(Fixtures.POOL, domain.name(), "op", "at last")));
            }
            if (step < 600 && random.nextInt(8) == 0) {
                somethingHappensToASuspect();
            }
            step();
        }
        check(expected);
    }

    /**
     * Returns whether any attempt still holds slots. A revoked attempt holds its slots until its executor reports that the attempt has
     * ended.
     */
    private boolean anythingRuns() {
        return scheduler.state().backlog().owners().stream().anyMatch(owner -> owner.running() != 0);
    }

    private void fault() {
        switch (random.nextInt(14)) {
            case 8, 9 -> {
                laggingTopic = random.nextInt(topics.size());
                lagsUntilMs = nowMs + 3_000;
            }
            case 0, 1 -> start("e" + random.nextInt(4));
            case 2 -> {
                var ids = List.copyOf(executors.keySet());
                if (!ids.isEmpty()) {
                    executors.remove(ids.get(random.nextInt(ids.size()))).die();
                }
            }
            case 3 -> restartDispatcher();
            case 5 -> leave(random.nextBoolean());
            case 6 -> operate();
            case 4 -> stall();
            case 7 -> wallMs += random.nextBoolean() ? 3_600_000 : -3_600_000;
            default -> {
                // No fault happens in this step.
            }
        }
    }

    /** Simulates that the dispatcher reads nothing for 20 seconds while the executors continue to work. */
    private void stall() {
        for (int passed = 0; passed < 20_000; passed += 1_000) {
            nowMs += 1_000;
            wallMs += 1_000;
            executorsGoOn();
        }
    }

    private void start(String id) {
        start(id, 1 + random.nextInt(3), random.nextBoolean() ? GPU : Map.of());
    }

    private void start(String id, int slots, Map<String, String> labels) {
        SimulatedExecutor before = executors.get(id);
        if (before != null) {
            before.die();
        }
        var executor = new SimulatedExecutor(id, slots, labels);
        executors.put(id, executor);
        checker.executor(executor.online());
        topics.get(EXECUTORS).add(executor.online());
    }

    /** Sends an operator's request to drain an executor or to give it work again. */
    private void operate() {
        var ids = List.copyOf(executors.keySet());
        if (!ids.isEmpty()) {
            Standing standing = random.nextInt(3) == 0 ? Standing.DRAINING : Standing.ACTIVE;
            topics.get(JOBS)
                    .add(new ExecutorStandingRequested(
                            ids.get(random.nextInt(ids.size())), Fixtures.POOL, "op", standing, "disks"));
        }
    }

    /** Lets an executor stop if {@code altogether}. Otherwise the executor only announces that it takes no more work. */
    private void leave(boolean altogether) {
        var ids = List.copyOf(executors.keySet());
        if (ids.isEmpty()) {
            return;
        }
        String id = ids.get(random.nextInt(ids.size()));
        SimulatedExecutor executor = executors.get(id);
        if (executor != null && altogether) {
            executors.remove(id);
            executor.stop();
        } else if (executor != null) {
            executor.aside = true;
            topics.get(EXECUTORS).add(executor.announcement());
        }
    }

    /**
     * Lets an executor that is suspect, or sometimes one that is drained, die, stop, restart or get an operator's request. The pool does
     * not need this executor, so nothing has to be repaired afterwards.
     */
    private void somethingHappensToASuspect() {
        String id = List.of("healed0", "healed1", "e0", "e1", "e2", "e3").stream()
                .filter(it -> {
                    StandingOverride mark = scheduler.state().mark(it);
                    return mark != null && (mark.standing() == Standing.SUSPECT || random.nextInt(4) == 0);
                })
                .findFirst()
                .orElse(null);
        if (id == null) {
            return;
        }
        SimulatedExecutor executor = executors.get(id);
        if (executor == null) {
            start(id, 3, GPU);
            return;
        }
        switch (random.nextInt(6)) {
            case 0 -> executors.remove(id).die();
            case 1 -> {
                executors.remove(id);
                executor.stop();
            }
            case 2 -> {
                topics.get(EXECUTORS).add(new ExecutorDraining(id, Fixtures.POOL, executor.incarnation, "stopping"));
                executor.aside = random.nextBoolean();
                if (!executor.aside) {
                    start(id, executor.slots, executor.labels);
                }
            }
            case 3 -> start(id, executor.slots, executor.labels);
            default ->
                topics.get(JOBS)
                        .add(new ExecutorStandingRequested(
                                id,
                                Fixtures.POOL,
                                "op",
                                random.nextBoolean() ? Standing.DRAINING : Standing.ACTIVE,
                                "disks"));
        }
    }

    private void restartDispatcher() {
        scheduler.state().backlog().owners().forEach(owner -> {
            OwnerAccount stored = durable.all(EntityKind.OWNER).get(owner.owner());
            boolean worthStoring = owner.account().virtualTime() != 0;
            if (worthStoring && !owner.account().equals(stored)) {
                throw new AssertionError(owner.account() + " was stored as " + stored);
            }
        });
        Map<String, Integer> ran = scheduler.state().backlog().owners().stream()
                .collect(Collectors.toMap(OwnerQueue::owner, OwnerQueue::running));
        generation++;
        committed = false;
        nowMs += 10_000;
        tickMs = nowMs;
        clock = new TickClock(nowMs, STEP_MS);
        scheduler = new PoolScheduler(PoolState.restore(Fixtures.POOL, config, durable, tickMs));
        scheduler.state().observe(new TransitionRecorder(scheduler.state(), taken));
        durable.all(EntityKind.OWNER).forEach((owner, account) -> {
            if (!account.equals(scheduler.state().account(owner))) {
                throw new AssertionError("restored as " + scheduler.state().account(owner) + ": " + account);
            }
        });
        scheduler.state().backlog().owners().forEach(owner -> {
            int before = ran.getOrDefault(owner.owner(), 0);
            if (owner.running() != before) {
                throw new AssertionError(owner.owner() + " ran " + before + ", restored as " + owner.running());
            }
        });
        trace.append("generation ").append(generation).append('\n');
    }

    private void step() {
        for (int i = 0; i < 40; i++) {
            int topic = random.nextInt(topics.size());
            boolean isRead = topic != laggingTopic || nowMs >= lagsUntilMs;
            Event next = isRead ? topics.get(topic).poll() : null;
            if (next != null) {
                give(next);
            }
        }
        nowMs += STEP_MS;
        wallMs += STEP_MS;
        tickMs = clock.advance(nowMs);
        committed = true;
        give(Fixtures.tick());
        executorsGoOn();
    }

    private void executorsGoOn() {
        for (SimulatedExecutor executor : List.copyOf(executors.values())) {
            executor.step();
            List<AttemptKey> held = List.copyOf(executor.held());
            topics.get(EXECUTORS)
                    .add(new ExecutorHeartbeat(
                            executor.id, Fixtures.POOL, executor.incarnation, held.size(), "h", held, nowMs));
            if (random.nextInt(5) == 0) {
                topics.get(EXECUTORS).add(executor.announcement());
            }
        }
    }

    private void give(Event input) {
        List<Event> out = scheduler.handle(input, generation, committed, new Now(tickMs, wallMs));
        log.add(new LogEntry(input, log.size()));
        out.forEach(event -> log.add(new LogEntry(event, log.size())));
        PoolState state = scheduler.state();
        state.drainDirty().forEach(key -> durable.put(key, state.value(key)));
        if (input instanceof ExecutorOffline || input instanceof ExecutorOnline) {
            out.forEach(this::checkNothingReportedIsLost);
        }
        for (Event event : out) {
            trace.append(event).append('\n');
            observe(event);
        }
    }

    /**
     * Checks that no attempt is declared lost while the report of its end is still unread. A record that an executor went online or offline
     * may be read before its earlier reports of attempts.
     */
    private void checkNothingReportedIsLost(Event event) {
        boolean lost = event instanceof RetryScheduled retry && retry.outcome() == Outcome.EXECUTOR_LOST;
        if (lost && event instanceof RetryScheduled retry) {
            var key = new AttemptKey(retry.taskId(), retry.attempt(), retry.epoch());
            boolean reported = topics.get(ATTEMPTS).stream()
                    .anyMatch(it -> it instanceof AttemptFinished report
                            && report.attemptKey().equals(key));
            if (reported) {
                throw new AssertionError("work that was acknowledged runs again: " + event);
            }
        }
    }

    private void observe(Event event) {
        checker.check(event, committed);
        if (event instanceof ScopeOpened it) {
            epochs.put(it.jobId() + it.scope(), it.scopeEpoch());
        }
        if (event instanceof ScopeQuarantined it && random.nextInt(3) != 0) {
            topics.get(JOBS).add(new DomainReleaseRequested(Fixtures.POOL, it.domain(), "op", "cleaned by hand"));
        }
        if (event instanceof TaskDispatched dispatched) {
            checkNothingRunsBeside(dispatched);
            SimulatedExecutor executor = executors.get(dispatched.executorId());
            // One dispatch in fifty does not reach its executor.
            if (executor != null && random.nextInt(50) != 0) {
                executor.accept(dispatched);
            }
        } else if (event instanceof JobCompleted end) {
            perhapsRetry(end);
        } else if (event instanceof AttemptRevoked revoked) {
            SimulatedExecutor executor = executors.get(revoked.executorId());
            if (executor != null) {
                executor.revoke(new AttemptKey(revoked.taskId(), revoked.attempt(), revoked.epoch()));
            }
        }
    }

    /** Checks that no executor holds an attempt of a scope when the scope is torn down. */
    private void checkNothingRunsBeside(TaskDispatched teardown) {
        ScopeRef scope = teardown.scope();
        if (scope == null || scope.role() != Role.TEARDOWN) {
            return;
        }
        for (SimulatedExecutor executor : executors.values()) {
            var held = new ArrayList<>(executor.running.values());
            held.addAll(executor.waiting);
            for (TaskDispatched it : held) {
                ScopeRef other = it.scope();
                if (it.jobId().equals(teardown.jobId())
                        && other != null
                        && other.scope().equals(scope.scope())
                        && other.role() != Role.TEARDOWN) {
                    throw new AssertionError("torn down while " + it + " runs: " + teardown);
                }
            }
        }
    }

    int scopesOpened() {
        return epochs.values().stream().mapToInt(it -> it).sum();
    }

    private void check(Map<String, Integer> expected) {
        ScopeChecker.checkWhole(log, -1).forEach(violation -> {
            throw new AssertionError(violation.toString());
        });
        expected.forEach((job, tasks) -> {
            JobCompleted end = checker.ends().get(job);
            if (end == null) {
                throw new AssertionError("job " + job + " never ended; state "
                        + scheduler.state().job(job) + ", executors " + executors.keySet());
            }
            long decided = checker.verdicts().values().stream()
                    .filter(it -> it.jobId().equals(job) && !checker.isOfScope(it.taskId()))
                    .count();
            if (decided + checker.missingAtFirst(job) != tasks
                    || end.counts().finished() != tasks
                    || end.counts().total() != tasks
                    || end.counts().queued() != 0
                    || end.counts().running() != 0) {
                throw new AssertionError(
                        "job " + job + " of " + tasks + " tasks has " + decided + " verdicts and " + end);
            }
        });
        scheduler.state().backlog().owners().forEach(owner -> {
            if (owner.running() != 0 || owner.size() != 0) {
                throw new AssertionError(
                        owner.owner() + " still runs " + owner.running() + " and waits with " + owner.size());
            }
        });
        if (scheduler.state().backlog().urgentRunning() != 0) {
            throw new AssertionError("urgent tasks are still counted as running");
        }
        if (!scheduler.state().backlog().isEmpty()
                || !durable.all(EntityKind.TASK).isEmpty()) {
            throw new AssertionError(
                    "tasks are left behind: " + durable.all(EntityKind.TASK).keySet());
        }
        if (!durable.all(EntityKind.SCOPE).isEmpty()) {
            throw new AssertionError(
                    "scopes are left behind: " + durable.all(EntityKind.SCOPE).keySet());
        }
        if (!durable.all(EntityKind.REVOKED).isEmpty()) {
            throw new AssertionError("revoked attempts are left behind: "
                    + durable.all(EntityKind.REVOKED).keySet());
        }
    }
}
