package dev.millrace.junit;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Writes one line for each case when it ends and one line for each class when it is done. It flushes each line at once, so that a crash
 * loses no result that was already known. Cases have the same names as in the JUnit console's XML report. Thread-safe, since engines may
 * run in parallel.
 */
final class CaseWriter implements TestExecutionListener {
    private static final int MAX_TEXT = 16_000;

    /** How JUnit 4 calls the failure of a class whose tests it could not find. */
    private static final String NO_TEST = "initializationError";

    private final Set<String> units;
    private final BufferedWriter out;
    private final Map<String, Long> startedNanos = new HashMap<>();
    private final Set<String> reported = new LinkedHashSet<>();
    private final Set<String> dynamic = new HashSet<>();
    private final Map<String, Unit> open = new HashMap<>();

    @SuppressWarnings("NullAway.Init") // The JUnit Platform calls testPlanExecutionStarted before all other methods.
    private TestPlan plan;

    private boolean failed;

    /** Whether a result was lost because it could not be written. JUnit continues even if a listener throws. */
    private boolean broken;

    /** A class that is not done yet. More than one engine may run its tests: Jupiter and Vintage do so if the class has tests of both. */
    private static final class Unit {
        int engines;
        long ms;
    }

    CaseWriter(List<String> units, BufferedWriter out) {
        this.units = Set.copyOf(units);
        this.out = out;
    }

    boolean passed() {
        return !failed && !broken;
    }

    @Override
    public synchronized void testPlanExecutionStarted(TestPlan started) {
        plan = started;
        plan.getRoots().forEach(engine -> plan.getChildren(engine).forEach(this::open));
    }

    /** Registers a test that an engine finds during the run. */
    @Override
    public synchronized void dynamicTestRegistered(TestIdentifier test) {
        dynamic.add(test.getUniqueId());
        open(test);
    }

    private void open(TestIdentifier test) {
        if (isUnit(test)) {
            open.computeIfAbsent(className(test).orElse(""), name -> new Unit()).engines++;
        }
    }

    @Override
    public synchronized void executionStarted(TestIdentifier test) {
        startedNanos.put(test.getUniqueId(), System.nanoTime());
    }

    @Override
    public synchronized void executionSkipped(TestIdentifier test, String reason) {
        guarded(() -> skipped(test, reason));
    }

    @Override
    public synchronized void executionFinished(TestIdentifier test, TestExecutionResult result) {
        guarded(() -> finished(test, result));
    }

    /**
     * Runs {@code report}. If it throws, all later reports are left out, so that the class stays unfinished and the whole run counts as not
     * passed.
     */
    private void guarded(Runnable report) {
        if (broken) {
            return;
        }
        broken = true;
        report.run();
        broken = false;
    }

    private void skipped(TestIdentifier test, String reason) {
        if (isCase(test)) {
            write(test, "skipped", 0, reason, "", "");
        } else {
            plan.getDescendants(test).stream()
                    .filter(this::isCase)
                    .forEach(it -> write(it, "skipped", 0, reason, "", ""));
        }
        // If a whole engine is skipped, JUnit does not report each of its classes as skipped.
        plan.getDescendants(test).stream().filter(this::isUnit).forEach(it -> finish(it, 0));
        if (isUnit(test)) {
            finish(test, 0);
        }
    }

    private void finished(TestIdentifier test, TestExecutionResult result) {
        long ms = millisSinceStart(test);
        if (isCase(test)) {
            String status =
                    switch (result.getStatus()) {
                        case SUCCESSFUL -> "passed";
                        case ABORTED -> "skipped";
                        case FAILED -> "failed";
                    };
            failed |= status.equals("failed");
            Optional<Throwable> cause = result.getThrowable();
            write(
                    test,
                    status,
                    ms,
                    cause.map(it -> said(() -> String.valueOf(it.getMessage()))).orElse(""),
                    cause.map(it -> it.getClass().getName()).orElse(""),
                    status.equals("failed") ? cause.map(CaseWriter::trace).orElse("") : "");
        } else {
            container(test, result);
        }
        if (isUnit(test)) {
            finish(test, ms);
        }
    }

    /** If a container failed or was aborted, reports those of its tests that did not run. A failed container is itself reported, too. */
    private void container(TestIdentifier container, TestExecutionResult result) {
        if (result.getStatus() == TestExecutionResult.Status.SUCCESSFUL) {
            return;
        }
        boolean error = result.getStatus() == TestExecutionResult.Status.FAILED;
        failed |= error;
        String reason =
                result.getThrowable().map(it -> said(() -> String.valueOf(it))).orElse("");
        String trace = error ? result.getThrowable().map(CaseWriter::trace).orElse("") : "";
        plan.getDescendants(container).stream()
                .filter(it -> isCase(it) && !reported.contains(it.getUniqueId()))
                .forEach(it -> write(
                        it, error ? "error" : "skipped", 0, "its class could not be set up: " + reason, "", trace));
        if (error) {
            String type =
                    result.getThrowable().map(it -> it.getClass().getName()).orElse("");
            String unit = unitOf(container);
            // Any of the classes may have caused a failure of the engine itself, so all of them must run again.
            for (String owner : units.contains(unit) ? Set.of(unit) : units) {
                write(owner, container, "error", 0, reason, type, trace);
            }
        }
    }

    private long millisSinceStart(TestIdentifier test) {
        Long started = startedNanos.remove(test.getUniqueId());
        return started == null ? 0 : (System.nanoTime() - started) / 1_000_000;
    }

    /**
     * Returns whether this is a test, or a container without children, such as a disabled test template. The JUnit console counts such a
     * container as one test.
     */
    private boolean isCase(TestIdentifier test) {
        return test.isTest()
                || (plan.getChildren(test).isEmpty() && plan.getParent(test).isPresent());
    }

    private boolean isUnit(TestIdentifier test) {
        boolean belowEngine = plan.getParent(test)
                .map(parent -> plan.getParent(parent).isEmpty())
                .orElse(false);
        return belowEngine && className(test).filter(units::contains).isPresent();
    }

    /**
     * Notes that one engine is done with a class. Reports the class as finished only when all engines that run it are done, because the
     * process may end before the last one.
     */
    private void finish(TestIdentifier test, long ms) {
        String name = className(test).orElse("");
        Unit unit = open.get(name);
        if (unit == null) {
            return;
        }
        unit.ms += ms;
        if (--unit.engines == 0) {
            open.remove(name);
            line(new Json().put("unit", name).put("event", "finished").put("ms", unit.ms));
        }
    }

    private void write(TestIdentifier test, String status, long ms, String message, String type, String trace) {
        write(unitOf(test), test, status, ms, message, type, trace);
    }

    private void write(
            String unit, TestIdentifier test, String status, long ms, String message, String type, String trace) {
        reported.add(test.getUniqueId());
        Json json = new Json()
                .put("unit", unit)
                .put("class", nearestClass(test))
                .put("case", test.getLegacyReportingName())
                .put("status", status)
                .put("ms", ms);
        boolean failing = status.equals("failed") || status.equals("error");
        if (failing && (!test.isTest() || test.getLegacyReportingName().startsWith(NO_TEST))) {
            // The container that creates the tests failed. It may create other tests next time, so no test can be
            // named to run again.
            line(new Json()
                    .put("event", "settles-nothing")
                    .put("message", test.getLegacyReportingName() + " failed, and it creates tests"));
        }
        // A retry selects the failed tests by this id. A class that itself failed gets no id, so that all of its tests
        // run again.
        String again = failing && test.isTest() ? stableId(test) : "";
        if (!again.isEmpty()) {
            json.put("id", again);
        }
        if (!message.isEmpty()) {
            json.put("message", cut(message));
        }
        if (!type.isEmpty()) {
            json.put("type", type);
        }
        if (!trace.isEmpty()) {
            json.put("trace", cut(trace));
        }
        line(json);
    }

    /**
     * Returns an id that selects the test in another process. A test that was found during the run, such as one for a parameter value, has only a number in its id, and the number may stand for another value next time. For such a test, returns the id of the container that creates it. Returns an empty
     * text if only the whole class can be selected.
     */
    private String stableId(TestIdentifier test) {
        Optional<TestIdentifier> found = Optional.of(test);
        while (found.isPresent() && dynamic.contains(found.get().getUniqueId())) {
            found = plan.getParent(found.get());
        }
        return found.filter(it -> !isUnit(it) && !isNumbered(it))
                .map(TestIdentifier::getUniqueId)
                .orElse("");
    }

    /** Returns whether this is a JUnit 4 test for one parameter value. JUnit 4 finds such tests before the run, but their ids contain numbers, too. */
    private boolean isNumbered(TestIdentifier test) {
        return test.getUniqueId().startsWith("[engine:junit-vintage]")
                && plan.getParent(test).filter(this::isUnit).isEmpty();
    }

    private String unitOf(TestIdentifier test) {
        TestIdentifier unit = test;
        for (Optional<TestIdentifier> up = Optional.of(test); up.isPresent(); up = plan.getParent(up.get())) {
            if (className(up.get()).filter(units::contains).isPresent()) {
                unit = up.get();
            }
        }
        return className(unit).orElse(unit.getLegacyReportingName());
    }

    private String nearestClass(TestIdentifier test) {
        for (Optional<TestIdentifier> up = Optional.of(test); up.isPresent(); up = plan.getParent(up.get())) {
            Optional<String> name = className(up.get());
            if (name.isPresent()) {
                return name.get();
            }
        }
        return test.getLegacyReportingName();
    }

    private static Optional<String> className(TestIdentifier test) {
        return test.getSource().filter(ClassSource.class::isInstance).map(source -> ((ClassSource) source)
                .getClassName());
    }

    private static String trace(Throwable failure) {
        return said(() -> {
            var text = new StringWriter();
            failure.printStackTrace(new PrintWriter(text));
            return text.toString();
        });
    }

    /** Returns a text that a failure provides. Code of the suite produces this text and may itself throw. */
    private static String said(Supplier<String> text) {
        try {
            return text.get();
        } catch (Exception | LinkageError | AssertionError | StackOverflowError e) {
            return "(the failure's own text could not be read: " + e.getClass().getName() + ")";
        }
    }

    private static String cut(String text) {
        return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "…";
    }

    private void line(Json json) {
        try {
            out.write(json.toString());
            out.newLine();
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
