package dev.millrace.schemas.spec;

import dev.millrace.schemas.event.Needs;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The default settings of the tasks of a job; also the settings of a single task or suite, which override the defaults.
 *
 * @param directory directory within the inputs in which commands start; the root of the inputs by default
 * @param mountAt absolute path at which a task finds its inputs; works only on executors with namespaces
 * @param scope id of the scope within which the tests run; absent for none
 */
public record TaskDefaults(
        @Nullable SpecDuration timeout,
        @Nullable SpecDuration silence,
        @Nullable Integer retries,
        @Nullable List<String> artifacts,
        @Nullable Map<String, String> env,
        @Nullable Boolean gating,
        @Nullable KnownFlaky knownFlaky,
        @Nullable Boolean repeatable,
        @Nullable SpecResources resources,
        @Nullable Map<String, String> labels,
        @Nullable Boolean network,
        @Nullable String directory,
        @Nullable String mountAt,
        @Nullable String scope) {
    public static final TaskDefaults NONE =
            new TaskDefaults(null, null, null, null, null, null, null, null, null, null, null, null, null, null);

    /** The platform's own defaults: one hour, no silence limit, one retry, gating. */
    public static final SpecDuration TIMEOUT = new SpecDuration(java.time.Duration.ofHours(1));

    public static final int RETRIES = 1;

    /**
     * Returns these settings, with each missing setting taken from {@code fallback}. Environments and labels are merged, and resources are
     * combined one by one.
     */
    public TaskDefaults over(TaskDefaults fallback) {
        return new TaskDefaults(
                timeout != null ? timeout : fallback.timeout,
                silence != null ? silence : fallback.silence,
                retries != null ? retries : fallback.retries,
                artifacts != null ? artifacts : fallback.artifacts,
                merged(fallback.env, env),
                gating != null ? gating : fallback.gating,
                knownFlaky != null ? knownFlaky : fallback.knownFlaky,
                repeatable != null ? repeatable : fallback.repeatable,
                resources != null ? resources.over(fallback.resources) : fallback.resources,
                merged(fallback.labels, labels),
                network != null ? network : fallback.network,
                directory != null ? directory : fallback.directory,
                mountAt != null ? mountAt : fallback.mountAt,
                scope != null ? scope : fallback.scope);
    }

    public Map<String, String> envOrNone() {
        return env != null ? env : Map.of();
    }

    public String directoryOrRoot() {
        return directory != null ? directory : "";
    }

    /** Returns the same settings with another start directory within the inputs and with additional environment variables. */
    public TaskDefaults in(String directory, Map<String, String> more) {
        return new TaskDefaults(
                timeout,
                silence,
                retries,
                artifacts,
                merged(env, more),
                gating,
                knownFlaky,
                repeatable,
                resources,
                labels,
                network,
                directory.isEmpty() ? null : directory,
                mountAt,
                scope);
    }

    /** Returns the same settings with the inputs mounted at {@code path}, and with the label that requires an executor with namespaces. */
    public TaskDefaults mountedAt(String path) {
        return new TaskDefaults(
                timeout,
                silence,
                retries,
                artifacts,
                env,
                gating,
                knownFlaky,
                repeatable,
                resources,
                merged(labels, Map.of("sandbox", "namespaces")),
                network,
                directory,
                path,
                scope);
    }

    /** Returns the settings of a set-up or tear-down with these settings: it has so many retries, and belongs to no scope as a test. */
    public TaskDefaults ofScopeStep(int itsRetries) {
        return new TaskDefaults(
                timeout,
                silence,
                itsRetries,
                artifacts,
                env,
                gating,
                knownFlaky,
                repeatable,
                resources,
                labels,
                network,
                directory,
                mountAt,
                null);
    }

    /** Returns whether tests that are known to be flaky are only reported and cannot fail their job. */
    public boolean onlyReportsKnownFlaky() {
        return knownFlaky == KnownFlaky.REPORT && (gating == null || gating);
    }

    /** Returns what a task with these settings needs of its executor. */
    public Needs needs() {
        return new Needs(
                resources == null ? 0 : resources.cpuMillis(),
                resources == null ? 0 : resources.memoryBytes(),
                labels == null ? Map.of() : labels);
    }

    private static @Nullable Map<String, String> merged(
            @Nullable Map<String, String> base, @Nullable Map<String, String> over) {
        if (base == null || over == null) {
            return over != null ? over : base;
        }
        var merged = new java.util.TreeMap<>(base);
        merged.putAll(over);
        return merged;
    }
}
