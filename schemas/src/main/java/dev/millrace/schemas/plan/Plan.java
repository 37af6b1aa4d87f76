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
 * The tasks of a job; task {@code i} has index {@code i}. Its tests come first, and then the set-up and the tear-down of each scope.
 *
 * @param inputTree digest of the tree of files that every task finds in its working directory
 * @param suites the suites that the tasks belong to, without their units; an executor uses them to rerun a part of a task; absent in plans
 *     of earlier versions
 */
public record Plan(
        String jobId,
        String name,
        String project,
        Digest inputTree,
        List<PlannedTask> tasks,
        @Nullable List<SuiteSpec> suites) {
    /** Returns the suite that a task belongs to, if it is known. */
    public Optional<Suite> suite(PlannedTask task) {
        return suites == null || task.suite() == null
                ? Optional.empty()
                : suites.stream()
                        .map(SuiteSpec::suite)
                        .filter(it -> it.nameOrDefault().equals(task.suite()))
                        .findFirst();
    }

    /** Returns the number of tests: the tasks without the set-ups and tear-downs of scopes. */
    public int tests() {
        int tests = tasks.size();
        while (tests > 0 && !tasks.get(tests - 1).isTest()) {
            tests--;
        }
        return tests;
    }

    /** Returns the number of scopes. */
    public int scopes() {
        return (tasks.size() - tests()) / 2;
    }

    /**
     * The largest number of heap bytes for each byte of JSON. The worst case is an argument of one letter, with 4 bytes of JSON and 51
     * bytes of heap.
     */
    private static final int WORST_HEAP_PER_BYTE = 13;

    /** Returns an upper estimate of a plan's size in memory, in bytes, that depends only on the size of its JSON. */
    public static long worstHeapBytes(long jsonBytes) {
        return Math.min(WORST_HEAP_PER_BYTE * jsonBytes, SpecLimits.MAX_PLAN_HEAP_BYTES);
    }

    /** Returns an upper estimate of the plan's size in memory after it is read, in bytes. */
    public long heapBytes() {
        return headHeapBytes()
                + tasks.stream().mapToLong(PlannedTask::heapBytes).sum();
    }

    /** Returns the same estimate for the plan without its tasks. */
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
