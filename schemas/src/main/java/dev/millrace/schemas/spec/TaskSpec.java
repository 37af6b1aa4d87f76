package dev.millrace.schemas.spec;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One command.
 *
 * @param id unique in the job
 * @param test last part of the history key; the id by default
 */
public record TaskSpec(
        String id,
        List<String> command,
        @Nullable String test,
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
        @Nullable Boolean network) {
    public TaskDefaults settings() {
        return new TaskDefaults(
                timeout, silence, retries, artifacts, env, gating, knownFlaky, repeatable, resources, labels, network);
    }

    public String testOrId() {
        return test != null ? test : id;
    }
}
