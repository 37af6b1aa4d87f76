package dev.millrace.schemas.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.codec.Json;
import dev.millrace.schemas.spec.Suite;
import dev.millrace.schemas.spec.SuiteSpec;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of a job; task {@code i} has index {@code i}.
 *
 * @param inputTree what every task finds in its working directory
 * @param suites those it was made of, without their units, so that an executor can have part of a task run again; absent in what
 *     earlier versions wrote
 */
public record Plan(
        String jobId,
        String name,
        String project,
        Digest inputTree,
        List<PlannedTask> tasks,
        @Nullable List<SuiteSpec> suites) {
    /** The suite a task is of, if that is known. */
    public Optional<Suite> suite(PlannedTask task) {
        return suites == null || task.suite() == null
                ? Optional.empty()
                : suites.stream()
                        .map(SuiteSpec::suite)
                        .filter(it -> it.nameOrDefault().equals(task.suite()))
                        .findFirst();
    }

    public Plan withTasks(List<PlannedTask> its) {
        return new Plan(jobId, name, project, inputTree, its, suites);
    }

    public byte[] canonicalBytes() {
        try {
            return Json.MAPPER.writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a plan is always writable as JSON", e);
        }
    }
}
