package dev.millrace.schemas.plan;

import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.history.FlakyVerdict;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One task, complete: what to run and under which limits.
 *
 * @param name as users call it, unique in the job
 * @param suite the suite it belongs to, null for a plain command; the second part of the history key
 * @param test third part of the history key
 * @param units test classes of a suite task, empty for a plain command
 * @param silenceMs longest time without output; null for no limit
 * @param knownFlaky why it does not gate though it would otherwise; absent if there is no such reason
 * @param repeatable whether two attempts may run at the same time; absent for yes
 * @param needs beyond one slot; absent for nothing
 * @param network whether it may reach beyond its own loopback; absent for no
 * @param directory within the inputs, where the command starts; absent for their root
 * @param mountAt absolute path of the inputs, as the task sees them; absent for a place the executor chooses
 * @param estimateUpperMs what the task exceeds only when something is wrong; 0 if that is not known
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
        String estimateSource) {
    /** Heap bytes of a task besides its texts. */
    private static final int FIXED_BYTES = 600;

    /** Heap bytes of a text besides its characters: two objects, and its place in a list. */
    private static final int TEXT_BYTES = 56;

    /** Estimates its bytes in memory when it is read, from above. */
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
        for (String text :
                new String[] {suite, directory, mountAt, knownFlaky == null ? null : knownFlaky.toString()}) {
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

    /** The same with some of its units alone. */
    public PlannedTask narrowed(List<String> left, List<String> narrower) {
        return with(index, name, narrower, left);
    }

    /** The same work as another task, called after its number among the repetitions. */
    public PlannedTask again(int newIndex, int number) {
        return with(newIndex, name + "~" + number, command, units);
    }

    private PlannedTask with(int newIndex, String newName, List<String> newCommand, List<String> newUnits) {
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
                estimateSource);
    }
}
