package dev.millrace.schemas.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.json.Json;
import dev.millrace.schemas.json.JsonSize;
import dev.millrace.schemas.spec.SpecLimits;
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

    /** Heap bytes of each byte of JSON at worst: an argument of one letter takes four bytes of text and 51 of heap. */
    private static final int WORST_HEAP_PER_BYTE = 13;

    /** Estimates a plan's bytes in memory from above, by the size of its JSON alone. */
    public static long worstHeapBytes(long jsonBytes) {
        return Math.min(WORST_HEAP_PER_BYTE * jsonBytes, SpecLimits.MAX_PLAN_HEAP_BYTES);
    }

    /** Estimates its bytes in memory when it is read, from above. */
    public long heapBytes() {
        return headHeapBytes()
                + tasks.stream().mapToLong(PlannedTask::heapBytes).sum();
    }

    /** That of all but its tasks. */
    public long headHeapBytes() {
        return WORST_HEAP_PER_BYTE * JsonSize.of(withTasks(List.of()));
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
