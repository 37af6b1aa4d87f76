package dev.millrace.schemas.spec;

import dev.millrace.schemas.blob.Tree;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.Role;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/**
 * The rules that the JSON Schema cannot express: uniqueness, limits on times and on the number of different needs, allowed paths, and
 * fields that exclude each other. Problems are reported as (pointer, message).
 */
final class SpecRules {
    private static final List<String> SYSTEM_PATHS = List.of(
            "/bin",
            "/dev",
            "/etc",
            "/lib",
            "/lib32",
            "/lib64",
            "/libx32",
            "/millrace",
            "/opt",
            "/proc",
            "/run",
            "/sbin",
            "/sys",
            "/usr");

    private SpecRules() {}

    static void check(JobSpec spec, BiConsumer<String, String> report) {
        if (spec.tasksOrNone().isEmpty() && spec.suitesOrNone().isEmpty()) {
            report.accept("", "a job needs at least one entry in 'tasks' or 'suites'");
        }
        if (spec.inputs() != null && spec.inputTree() != null) {
            report.accept(
                    "/inputTree", "'inputs' and 'inputTree' exclude each other: the one is local, the other uploaded");
        }
        checkTimes("/defaults", spec.defaultsOrNone(), report);
        checkPlace("/defaults", spec.defaultsOrNone(), report);
        var needs = new HashSet<Needs>();
        var scopes = checkScopes(spec, needs, report);
        checkScope("/defaults", spec.defaultsOrNone(), scopes, report);
        Set<String> steps = scopes.stream()
                .flatMap(id -> Arrays.stream(Role.values()).map(role -> ScopeSpec.taskName(id, role)))
                .collect(Collectors.toSet());
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < spec.tasksOrNone().size(); i++) {
            TaskSpec task = spec.tasksOrNone().get(i);
            if (!ids.add(task.id())) {
                report.accept(
                        "/tasks/" + i + "/id", "the id '" + task.id() + "' is used by an earlier task; ids are unique");
            }
            if (steps.contains(task.id())) {
                report.accept(
                        "/tasks/" + i + "/id", "'" + task.id() + "' is the name of a task of one of the 'scopes'");
            }
            checkTimes("/tasks/" + i, task.settings(), report);
            checkPlace("/tasks/" + i, task.settings(), report);
            checkScope("/tasks/" + i, task.settings(), scopes, report);
            checkNeeds("/tasks/" + i, needs, task.settings().over(spec.defaultsOrNone()), report);
        }
        Set<String> suites = new HashSet<>();
        for (int i = 0; i < spec.suitesOrNone().size(); i++) {
            Suite suite = spec.suitesOrNone().get(i).suite();
            String at = "/suites/" + i + "/" + suite.adapter();
            if (!suites.add(suite.nameOrDefault())) {
                report.accept(
                        at + "/name", "two suites have the name '" + suite.nameOrDefault() + "'; names are unique");
            }
            if (suite instanceof JUnitSuite junit) {
                patternProblem(junit.includeClassname())
                        .ifPresent(problem -> report.accept(at + "/includeClassname", problem));
            }
            checkPlace(at, suite.settings(), report);
            checkScope(at, suite.settings(), scopes, report);
            checkIsolation(at, suite, spec.defaultsOrNone(), report);
            checkTimes(at, suite.settings(), report);
            checkNeeds(at, needs, suite.settings().over(spec.defaultsOrNone()), report);
        }
    }

    /** Checks the scopes and returns their ids. */
    private static Set<String> checkScopes(JobSpec spec, Set<Needs> needs, BiConsumer<String, String> report) {
        var ids = new LinkedHashSet<String>();
        for (int i = 0; i < spec.scopesOrNone().size(); i++) {
            ScopeSpec scope = spec.scopesOrNone().get(i);
            String at = "/scopes/" + i;
            if (!ids.add(scope.id())) {
                report.accept(at + "/id", "the id '" + scope.id() + "' is used by an earlier scope; ids are unique");
            }
            checkTime(at + "/maxHold", scope.maxHold(), SpecLimits.MAX_HOLD, report);
            checkStep(at + "/setup", scope.setup(), spec, needs, report);
            checkStep(at + "/teardown", scope.teardown(), spec, needs, report);
        }
        return ids;
    }

    private static void checkStep(
            String at, ScopeStep step, JobSpec spec, Set<Needs> needs, BiConsumer<String, String> report) {
        checkTimes(at, step.settings(), report);
        checkPlace(at, step.settings(), report);
        checkNeeds(at, needs, step.settings().over(spec.defaultsOrNone()), report);
    }

    private static void checkScope(
            String at, TaskDefaults settings, Set<String> known, BiConsumer<String, String> report) {
        String scope = settings.scope();
        if (scope != null && !known.contains(scope)) {
            report.accept(
                    at + "/scope",
                    known.isEmpty()
                            ? "there is no scope '" + scope + "'; the job has no 'scopes'"
                            : "there is no scope '" + scope + "'; 'scopes' has: "
                                    + String.join(", ", known.stream().limit(20).toList())
                                    + (known.size() > 20 ? ", …" : ""));
        }
    }

    private static void checkIsolation(
            String at, Suite suite, TaskDefaults defaults, BiConsumer<String, String> report) {
        if (suite.isolate() == null) {
            if (suite.domain() != null) {
                report.accept(at + "/domain", "'domain' is that of isolated classes or modules; give 'isolate' too");
            }
            return;
        }
        if (suite.settings().over(defaults).scope() != null) {
            report.accept(
                    at + "/isolate",
                    "'isolate' and 'scope' exclude each other, also a 'scope' of the defaults: a test belongs to one scope");
        }
        if (suite.isolate() == Suite.Isolate.CLASS
                && suite instanceof PytestSuite pytest
                && pytest.groupOrDefault() == PytestSuite.Group.FILE) {
            report.accept(
                    at + "/group",
                    "a file can have several classes, so 'isolate: class' takes 'group: class' or 'group: case'");
        }
    }

    private static void checkNeeds(
            String at, Set<Needs> known, TaskDefaults settings, BiConsumer<String, String> report) {
        if (known.add(settings.needs()) && known.size() > SpecLimits.MAX_DIFFERENT_NEEDS) {
            report.accept(
                    at + "/resources",
                    "more than " + SpecLimits.MAX_DIFFERENT_NEEDS
                            + " different combinations of resources and labels in one job");
        }
    }

    /** Checks that the directory of a task is within its inputs, and that its inputs are not mounted over a system directory. */
    private static void checkPlace(String at, TaskDefaults settings, BiConsumer<String, String> report) {
        String directory = settings.directoryOrRoot();
        if (!directory.isEmpty() && !directory.equals(".")) {
            Tree.pathProblem(directory).ifPresent(problem -> report.accept(at + "/directory", problem));
        }
        String mountAt = settings.mountAt();
        if (mountAt != null && (!mountAt.startsWith("/") || isOfTheSystem(mountAt))) {
            report.accept(
                    at + "/mountAt",
                    "'" + mountAt + "' cannot be the place of inputs; accepted: an absolute path outside of "
                            + SYSTEM_PATHS);
        }
    }

    private static boolean isOfTheSystem(String mountAt) {
        return mountAt.equals("/")
                || Tree.pathProblem(mountAt.substring(1)).isPresent()
                || SYSTEM_PATHS.stream().anyMatch(it -> mountAt.equals(it) || mountAt.startsWith(it + "/"));
    }

    private static void checkTimes(String at, TaskDefaults settings, BiConsumer<String, String> report) {
        checkTime(at + "/timeout", settings.timeout(), SpecLimits.MAX_TIMEOUT, report);
        checkTime(at + "/silence", settings.silence(), SpecLimits.MAX_TIMEOUT, report);
    }

    private static void checkTime(
            String at,
            @org.jspecify.annotations.Nullable SpecDuration time,
            Duration most,
            BiConsumer<String, String> report) {
        if (time == null) {
            return;
        }
        if (time.value().isZero()) {
            report.accept(at, "0 is no limit; accepted: 1ms to " + most.toHours() + "h");
        } else if (time.value().compareTo(most) > 0) {
            report.accept(at, "'" + time + "' is above the hard limit; accepted: 1ms to " + most.toHours() + "h");
        }
    }

    private static Optional<String> patternProblem(@org.jspecify.annotations.Nullable String pattern) {
        if (pattern == null) {
            return Optional.empty();
        }
        try {
            java.util.regex.Pattern.compile(pattern);
            return Optional.empty();
        } catch (java.util.regex.PatternSyntaxException e) {
            return Optional.of("not a regular expression: " + e.getDescription() + " near index " + e.getIndex());
        }
    }
}
