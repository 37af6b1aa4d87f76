package dev.millrace.schemas.plan;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.history.FlakyVerdict;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The complete description of one task: what to run and under which limits.
 *
 * @param name name that users see, unique in the job
 * @param suite the suite it belongs to, null for a plain command; the second part of the history key
 * @param test third part of the history key
 * @param units names of the units of a suite task; empty for a plain command
 * @param silenceMs longest time without output; null for no limit
 * @param knownFlaky the verdict because of which the task does not gate although its settings say that it gates; absent if there is no such
 *     verdict
 * @param repeatable whether two attempts may run at the same time; absent for yes
 * @param needs what the task needs in addition to one slot; absent for nothing
 * @param network whether the task may use the network beyond its own loopback interface; absent for no
 * @param directory directory within the inputs in which the command starts; absent for the root of the inputs
 * @param mountAt absolute path at which the task sees its inputs; absent for a path that the executor chooses
 * @param scope the scope that the task belongs to; absent for none
 * @param estimateUpperMs upper limit of the expected run time; a task that runs longer has a problem; 0 if unknown
 */
public record PlannedTask(
        int index,
        String name,
        @Nullable String suite,
        String test,
        List<String> command,
        Map<String, String> env,
        List<String> artifacts,
        List<String> units,
        long timeoutMs,
        @Nullable Long silenceMs,
        int retries,
        boolean gating,
        @Nullable FlakyVerdict knownFlaky,
        @Nullable Boolean repeatable,
        @Nullable Needs needs,
        @Nullable Boolean network,
        @Nullable String directory,
        @Nullable String mountAt,
        long estimateMs,
        long estimateUpperMs,
        String estimateSource,
        @Nullable PlannedScope scope) {
    /** Returns whether it is a test, and not the set-up or tear-down of a scope. */
    @JsonIgnore
    public boolean isTest() {
        return scope == null || scope.role() == null;
    }

    /** Heap bytes of a task without its strings. */
    private static final int FIXED_BYTES = 600;

    /** Heap bytes of a string without its characters: two objects, and a reference in a list. */
    private static final int TEXT_BYTES = 56;

    /** Returns an upper estimate of the task's size in memory after it is read, in bytes. */
    public long heapBytes() {
        long bytes = FIXED_BYTES
                + texts(List.of(name, test, estimateSource))
                + texts(command)
                + texts(artifacts)
                + texts(units);
        bytes += texts(env.keySet()) + texts(env.values());
        if (needs != null) {
            bytes += texts(needs.labels().keySet()) + texts(needs.labels().values());
        }
        for (String text : new String[] {
            suite,
            directory,
            mountAt,
            knownFlaky == null ? null : knownFlaky.toString(),
            scope == null ? null : scope.toString()
        }) {
            bytes += text == null ? 0 : texts(List.of(text));
        }
        return bytes;
    }

    private static long texts(Collection<String> texts) {
        long bytes = 0;
        for (String text : texts) {
            bytes += TEXT_BYTES + 2L * text.length();
        }
        return bytes;
    }

    /** Returns the same task with only some of its units and the command that runs them. */
    public PlannedTask narrowed(List<String> left, List<String> narrower) {
        return with(index, name, narrower, left, scope);
    }

    /** Returns a copy of this task as another repetition; its name contains the number of the repetition. */
    public PlannedTask again(int newIndex, int number) {
        return with(newIndex, name + "~" + number, command, units, scope);
    }

    /** Returns a copy of a set-up whose scope had so many epochs in the earlier runs of the job. Other tasks stay as they are. */
    public PlannedTask afterEpochs(int epochs) {
        return scope == null || scope.rules() == null
                ? this
                : with(
                        index,
                        name,
                        command,
                        units,
                        new PlannedScope(scope.id(), scope.role(), scope.rules().after(epochs)));
    }

    private PlannedTask with(
            int newIndex,
            String newName,
            List<String> newCommand,
            List<String> newUnits,
            @Nullable PlannedScope newScope) {
        return new PlannedTask(
                newIndex,
                newName,
                suite,
                test,
                newCommand,
                env,
                artifacts,
                newUnits,
                timeoutMs,
                silenceMs,
                retries,
                gating,
                knownFlaky,
                repeatable,
                needs,
                network,
                directory,
                mountAt,
                estimateMs,
                estimateUpperMs,
                estimateSource,
                newScope);
    }
}
