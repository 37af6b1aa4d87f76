package dev.millrace.scheduler.plan;

import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.blob.Tree;
import dev.millrace.schemas.event.Role;
import dev.millrace.schemas.history.Estimate;
import dev.millrace.schemas.history.Estimate.Confidence;
import dev.millrace.schemas.history.FlakyVerdict;
import dev.millrace.schemas.history.RuntimeHistory;
import dev.millrace.schemas.plan.Plan;
import dev.millrace.schemas.plan.PlannedScope;
import dev.millrace.schemas.plan.PlannedTask;
import dev.millrace.schemas.spec.FoundUnit;
import dev.millrace.schemas.spec.JobSpec;
import dev.millrace.schemas.spec.ScopeSpec;
import dev.millrace.schemas.spec.ScopeStep;
import dev.millrace.schemas.spec.SpecDuration;
import dev.millrace.schemas.spec.SpecLimits;
import dev.millrace.schemas.spec.Suite;
import dev.millrace.schemas.spec.SuiteSpec;
import dev.millrace.schemas.spec.TaskDefaults;
import dev.millrace.schemas.spec.TaskSpec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes the plan of a job from its resolved spec and the project's history. */
public final class PlanBuilder {
    /** The suite part of the history key of a plain command. */
    public static final String NO_SUITE = "-";

    private static final long NEW_TASK_MS = 1_000;
    private static final long NEW_CLASS_MS = 100;
    private static final long NEW_TEST_MS = 5;
    private static final long RUNNER_START_MS = 500;

    /** Says that no plan can be made from a spec; the message tells the user why. */
    public static final class RejectedException extends Exception {
        public RejectedException(String message) {
            super(message);
        }
    }

    private final RuntimeHistory history;
    private final long nowMs;

    /** @param nowMs the wall time at which the verdict that a test is flaky must still be valid */
    public PlanBuilder(RuntimeHistory history, long nowMs) {
        this.history = history;
        this.nowMs = nowMs;
    }

    /** @throws RejectedException if the spec produces no tasks, too many tasks or a plan that is too large */
    public Plan build(String jobId, JobSpec spec) throws RejectedException {
        List<Suite> suites = spec.suitesOrNone().stream()
                .map(SuiteSpec::suite)
                .map(own -> own.withSettings(own.settings().over(spec.defaultsOrNone())))
                .toList();
        Plan head = head(jobId, spec, suites);
        var tasks = new BoundedPlan(head);
        for (TaskSpec task : spec.tasksOrNone()) {
            tasks.add(command(tasks.size(), task, task.settings().over(spec.defaultsOrNone())));
        }
        for (Suite suite : suites) {
            addSuite(tasks, suite);
        }
        if (tasks.size() == 0) {
            throw new RejectedException("the job has no tasks: no commands, and no tests were found in its suites");
        }
        repeat(tasks, spec.repeatOrOnce());
        addScopes(tasks, jobId, spec, scopes(spec, suites));
        return head.withTasks(tasks.all());
    }

    private static Plan head(String jobId, JobSpec spec, List<Suite> suites) {
        Digest inputs = spec.inputTree() != null ? spec.inputTree() : Tree.EMPTY.digest();
        List<SuiteSpec> stored = suites.stream()
                .map(suite -> SuiteSpec.of(suite.withUnits(List.of())))
                .toList();
        return new Plan(jobId, spec.name(), spec.projectOrName(), inputs, List.of(), stored.isEmpty() ? null : stored);
    }

    /** Adds the repetitions after all tasks of the first round, so that there is a first result of every task early. */
    private static void repeat(BoundedPlan tasks, int times) throws RejectedException {
        List<PlannedTask> once = List.copyOf(tasks.all());
        for (int i = 2; i <= times; i++) {
            for (PlannedTask task : once) {
                tasks.add(task.again(tasks.size(), i));
            }
        }
    }

    /** Adds the set-up and the tear-down of each scope that has tests. */
    private void addScopes(BoundedPlan tasks, String jobId, JobSpec spec, List<ScopeSpec> scopes)
            throws RejectedException {
        Set<String> used = tasks.all().stream()
                .flatMap(task -> Stream.ofNullable(task.scope()))
                .map(PlannedScope::id)
                .collect(Collectors.toSet());
        for (ScopeSpec scope : scopes) {
            if (used.contains(scope.id())) {
                tasks.add(step(tasks.size(), scope, Role.SETUP, jobId, spec));
                tasks.add(step(tasks.size(), scope, Role.TEARDOWN, jobId, spec));
            }
        }
    }

    private PlannedTask step(int index, ScopeSpec scope, Role role, String jobId, JobSpec spec) {
        String name = ScopeSpec.taskName(scope.id(), role);
        Estimate estimate = history.of(NO_SUITE, name).orElseGet(() -> unknown(NEW_TASK_MS, "a default"));
        TaskDefaults settings = scope.step(role).settings().over(spec.defaultsOrNone());
        return planned(
                index,
                name,
                null,
                name,
                scope.step(role).command(),
                List.of(),
                settings.ofScopeStep(scope.attempts(role) - 1),
                null,
                estimate,
                new PlannedScope(scope.id(), role, role == Role.SETUP ? scope.rules(jobId) : null));
    }

    private static @Nullable PlannedScope member(TaskDefaults settings) {
        return settings.scope() == null ? null : new PlannedScope(settings.scope(), null, null);
    }

    private PlannedTask command(int index, TaskSpec task, TaskDefaults settings) {
        Estimate estimate = history.of(NO_SUITE, task.testOrId())
                .or(() -> typical(NO_SUITE, "tasks"))
                .orElseGet(() -> unknown(NEW_TASK_MS, "a default"));
        FlakyVerdict flaky = knownFlaky(settings, NO_SUITE, task.testOrId());
        return planned(
                index,
                task.id(),
                null,
                task.testOrId(),
                task.command(),
                List.of(),
                settings,
                flaky,
                estimate,
                member(settings));
    }

    private @Nullable FlakyVerdict knownFlaky(TaskDefaults settings, String suite, String test) {
        return settings.onlyReportsKnownFlaky()
                ? history.flaky(suite, test, nowMs).orElse(null)
                : null;
    }

    private Optional<Estimate> typical(String suite, String what) {
        OptionalLong typicalMs = history.typical(suite);
        return typicalMs.isEmpty()
                ? Optional.empty()
                : Optional.of(unknown(typicalMs.getAsLong(), "typical of the other " + what));
    }

    private Estimate unknown(long ms, String how) {
        String why = history.isUnavailable() ? "history could not be read" : "no history";
        return Estimate.guess(ms, how + "; " + why);
    }

    /** The units of a suite that share a scope, or that need none. */
    private static final class Members {
        final List<SuiteCutter.Unit> gating = new ArrayList<>();
        final Map<SuiteCutter.Unit, FlakyVerdict> flaky = new TreeMap<>(Comparator.comparing(SuiteCutter.Unit::name));
    }

    /** A task to be, and the scope that it belongs to; an empty text for none. */
    private record Part(String scope, SuiteCutter.Bundle bundle) {}

    private void addSuite(BoundedPlan tasks, Suite suite) throws RejectedException {
        Map<String, Members> byScope = members(suite);
        var parts = new ArrayList<Part>();
        byScope.forEach((scope, members) -> {
            List<SuiteCutter.Bundle> bundles = suite.runsEachAlone()
                    ? members.gating.stream()
                            .map(it -> new SuiteCutter.Bundle(List.of(it)))
                            .toList()
                    : SuiteCutter.cut(members.gating);
            bundles.forEach(bundle -> parts.add(new Part(scope, bundle)));
        });
        int digits = Integer.toString(parts.size()).length();
        int number = 0;
        for (Part part : parts) {
            String name = suite.nameOrDefault() + "-" + String.format(Locale.ROOT, "%0" + digits + "d", ++number);
            tasks.add(bundle(tasks.size(), name, suite, part, null));
        }
        // Each flaky unit gets its own task. Such a task cannot fail the job, so it must not contain other units.
        number = 0;
        for (Map.Entry<String, Members> members : byScope.entrySet()) {
            for (Map.Entry<SuiteCutter.Unit, FlakyVerdict> it :
                    members.getValue().flaky.entrySet()) {
                String name = suite.nameOrDefault() + "-flaky-" + ++number;
                var part = new Part(members.getKey(), new SuiteCutter.Bundle(List.of(it.getKey())));
                tasks.add(bundle(tasks.size(), name, suite, part, it.getValue()));
            }
        }
    }

    /** Returns the units of a suite by their scopes, in the order of the scopes' names. Those that need none have an empty name. */
    private Map<String, Members> members(Suite suite) {
        var byScope = new TreeMap<String, Members>();
        for (FoundUnit found : suite.unitsOrNone()) {
            String scope = found.scope() == null ? "" : found.scope();
            Members members = byScope.computeIfAbsent(scope, it -> new Members());
            var unit = new SuiteCutter.Unit(found.name(), estimate(suite, found));
            FlakyVerdict verdict = knownFlaky(suite.settings(), suite.nameOrDefault(), found.name());
            if (verdict == null) {
                members.gating.add(unit);
            } else {
                members.flaky.put(unit, verdict);
            }
        }
        return byScope;
    }

    /** Returns the id of a scope within a suite. It has a colon, which no id in a spec has. */
    public static String scopeId(Suite suite, String scope) {
        return suite.nameOrDefault() + ":" + scope;
    }

    /** Returns the scopes of the spec, and then those within its suites. */
    private static List<ScopeSpec> scopes(JobSpec spec, List<Suite> suites) throws RejectedException {
        var scopes = new ArrayList<>(spec.scopesOrNone());
        for (Suite suite : suites) {
            suite.unitsOrNone().stream()
                    .flatMap(unit -> Stream.ofNullable(unit.scope()))
                    .distinct()
                    .sorted()
                    .forEach(scope -> scopes.add(new ScopeSpec(
                            scopeId(suite, scope),
                            suite.domain(),
                            new ScopeStep(suite.scopeCommand(Role.SETUP, scope), null, suite.settings()),
                            new ScopeStep(suite.scopeCommand(Role.TEARDOWN, scope), null, suite.settings()),
                            null,
                            null,
                            null)));
        }
        if (scopes.size() > SpecLimits.MAX_SCOPES) {
            throw new RejectedException("the job has " + scopes.size() + " scopes, and " + SpecLimits.MAX_SCOPES
                    + " is the most that is accepted");
        }
        return scopes;
    }

    private PlannedTask bundle(int index, String name, Suite suite, Part part, @Nullable FlakyVerdict flaky) {
        SuiteCutter.Bundle bundle = part.bundle();
        List<String> units = bundle.units().stream().map(SuiteCutter.Unit::name).toList();
        long known = bundle.units().stream()
                .filter(it -> it.estimate().confidence() != Confidence.NONE)
                .count();
        Estimate estimate = bundle.estimate(
                RUNNER_START_MS, known + " of " + units.size() + " " + suite.unitWord() + " by history" + rest(suite));
        return planned(
                index,
                name,
                suite.nameOrDefault(),
                name,
                suite.command(units),
                units,
                suite.settings(),
                flaky,
                estimate,
                part.scope().isEmpty()
                        ? member(suite.settings())
                        : new PlannedScope(scopeId(suite, part.scope()), null, null));
    }

    private String rest(Suite suite) {
        return history.typical(suite.nameOrDefault()).isPresent()
                ? ", the rest as typical of the suite"
                : ", the rest by their number of tests";
    }

    private Estimate estimate(Suite suite, FoundUnit found) {
        return history.of(suite.nameOrDefault(), found.name())
                .or(() -> typical(suite.nameOrDefault(), suite.unitWord()))
                .orElseGet(() -> unknown(NEW_CLASS_MS + NEW_TEST_MS * found.tests(), "by number of tests"));
    }

    private static PlannedTask planned(
            int index,
            String name,
            @Nullable String suite,
            String test,
            List<String> command,
            List<String> units,
            TaskDefaults settings,
            @Nullable FlakyVerdict flaky,
            Estimate estimate,
            @Nullable PlannedScope scope) {
        SpecDuration timeout = settings.timeout() != null ? settings.timeout() : TaskDefaults.TIMEOUT;
        return new PlannedTask(
                index,
                name,
                suite,
                test,
                command,
                settings.env() != null ? settings.env() : Map.of(),
                settings.artifacts() != null ? settings.artifacts() : List.of(),
                units,
                timeout.toMillis(),
                settings.silence() == null ? null : settings.silence().toMillis(),
                settings.retries() != null ? settings.retries() : TaskDefaults.RETRIES,
                flaky == null && (settings.gating() == null || settings.gating()),
                flaky,
                settings.repeatable(),
                settings.needs().isNothing() ? null : settings.needs(),
                Boolean.TRUE.equals(settings.network()) ? true : null,
                settings.directory(),
                settings.mountAt(),
                estimate.ms(),
                estimate.upperMs(),
                estimate.source(),
                scope);
    }
}
