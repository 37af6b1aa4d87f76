package dev.millrace.schemas.spec;

import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.Priority;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A job as a user describes it. A spec in a file may name local {@code inputs}. The spec that the gateway accepts names the uploaded {@code
 * inputTree} instead, and its suites contain the units that discovery found.
 *
 * @param project first part of the history key; the job's name by default
 * @param inputs local files and directories; absent after the upload
 * @param inputTree digest of the uploaded inputs; absent before the upload
 * @param scopes what groups of the tests share
 */
public record JobSpec(
        String apiVersion,
        String name,
        @Nullable String project,
        @Nullable String pool,
        @Nullable Priority priority,
        @Nullable List<InputMapping> inputs,
        @Nullable Digest inputTree,
        @Nullable TaskDefaults defaults,
        @Nullable List<ScopeSpec> scopes,
        @Nullable FailFast failFast,
        @Nullable Integer repeat,
        @Nullable List<TaskSpec> tasks,
        @Nullable List<SuiteSpec> suites) {
    public static final String API_VERSION = "millrace.dev/v1";
    public static final String DEFAULT_POOL = "default";

    public String projectOrName() {
        // The project must not contain a slash, which would split the history key at the wrong place.
        return project != null ? project : name.replaceAll("[^A-Za-z0-9._-]", "-");
    }

    public String poolOrDefault() {
        return pool != null ? pool : DEFAULT_POOL;
    }

    public Priority priorityOrDefault() {
        return priority != null ? priority : Priority.NORMAL;
    }

    public TaskDefaults defaultsOrNone() {
        return defaults != null ? defaults : TaskDefaults.NONE;
    }

    public List<InputMapping> inputsOrNone() {
        return inputs != null ? inputs : List.of();
    }

    public List<ScopeSpec> scopesOrNone() {
        return scopes != null ? scopes : List.of();
    }

    public List<TaskSpec> tasksOrNone() {
        return tasks != null ? tasks : List.of();
    }

    public List<SuiteSpec> suitesOrNone() {
        return suites != null ? suites : List.of();
    }

    public int repeatOrOnce() {
        return repeat != null ? repeat : 1;
    }

    /**
     * Returns an upper limit of the number of tasks: the spec's own tasks plus one task for each unit of its suites, multiplied by the
     * number of repetitions, and two tasks for each scope.
     */
    public long tasksAtMost() {
        long units = suitesOrNone().stream()
                .mapToLong(it -> it.suite().unitsOrNone().size())
                .sum();
        long scopes = suitesOrNone().stream()
                .mapToLong(it -> it.suite().unitsOrNone().stream()
                        .flatMap(unit -> Stream.ofNullable(unit.scope()))
                        .distinct()
                        .count())
                .sum();
        return repeatOrOnce() * (tasksOrNone().size() + units)
                + 2 * (scopesOrNone().size() + scopes);
    }

    /** Returns this spec with its uploaded inputs, its discovered suites and, if {@code times} is given, another number of repetitions. */
    public JobSpec resolved(Digest tree, List<SuiteSpec> discovered, @Nullable Integer times) {
        return new JobSpec(
                apiVersion,
                name,
                project,
                pool,
                priority,
                null,
                tree,
                defaults,
                scopes,
                failFast,
                times != null ? times : repeat,
                tasks,
                discovered.isEmpty() ? null : discovered);
    }
}
