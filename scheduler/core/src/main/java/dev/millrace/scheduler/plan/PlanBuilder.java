package dev.millrace.scheduler.plan;

import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.blob.Tree;
import dev.millrace.schemas.history.Estimate;
import dev.millrace.schemas.history.Estimate.Confidence;
import dev.millrace.schemas.history.FlakyVerdict;
import dev.millrace.schemas.history.RuntimeHistory;
import dev.millrace.schemas.plan.Plan;
import dev.millrace.schemas.plan.PlannedTask;
import dev.millrace.schemas.spec.FoundUnit;
import dev.millrace.schemas.spec.JobSpec;
import dev.millrace.schemas.spec.SpecDuration;
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
import java.util.TreeMap;
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

    private PlannedTask command(int index, TaskSpec task, TaskDefaults settings) {
        Estimate estimate = history.of(NO_SUITE, task.testOrId())
                .or(() -> typical(NO_SUITE, "tasks"))
                .orElseGet(() -> unknown(NEW_TASK_MS, "a default"));
        FlakyVerdict flaky = knownFlaky(settings, NO_SUITE, task.testOrId());
        return planned(index, task.id(), null, task.testOrId(), task.command(), List.of(), settings, flaky, estimate);
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

    private void addSuite(BoundedPlan tasks, Suite suite) throws RejectedException {
        var gating = new ArrayList<SuiteCutter.Unit>();
        var flaky = new TreeMap<SuiteCutter.Unit, FlakyVerdict>(Comparator.comparing(SuiteCutter.Unit::name));
        for (FoundUnit found : suite.unitsOrNone()) {
            var unit = new SuiteCutter.Unit(found.name(), estimate(suite, found));
            FlakyVerdict verdict = knownFlaky(suite.settings(), suite.nameOrDefault(), found.name());
            if (verdict == null) {
                gating.add(unit);
            } else {
                flaky.put(unit, verdict);
            }
        }
        List<SuiteCutter.Bundle> bundles = suite.runsEachAlone()
                ? gating.stream().map(it -> new SuiteCutter.Bundle(List.of(it))).toList()
                : SuiteCutter.cut(gating);
        int digits = Integer.toString(bundles.size()).length();
        for (int i = 0; i < bundles.size(); i++) {
            SuiteCutter.Bundle bundle = bundles.get(i);
            String name = suite.nameOrDefault() + "-" + String.format(Locale.ROOT, "%0" + digits + "d", i + 1);
            tasks.add(bundle(tasks.size(), name, suite, bundle, null));
        }
        // Each flaky unit gets its own task. Such a task cannot fail the job, so it must not contain other units.
        int number = 0;
        for (Map.Entry<SuiteCutter.Unit, FlakyVerdict> it : flaky.entrySet()) {
            String name = suite.nameOrDefault() + "-flaky-" + ++number;
            var bundle = new SuiteCutter.Bundle(List.of(it.getKey()));
            tasks.add(bundle(tasks.size(), name, suite, bundle, it.getValue()));
        }
    }

    private PlannedTask bundle(
            int index, String name, Suite suite, SuiteCutter.Bundle bundle, @Nullable FlakyVerdict flaky) {
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
                estimate);
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
            Estimate estimate) {
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
                estimate.source());
    }
}
