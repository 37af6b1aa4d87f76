package dev.millrace.dist;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Starts an executor as a separate process. It belongs to a given pool and uses the servers of the shared stack. */
final class ExecutorProcess {
    private ExecutorProcess() {}

    /** @param settings further settings of the executor, each as {@code key=value} */
    static LaunchedProcess start(SharedStack stack, String pool, String id, int slots, String... settings)
            throws IOException {
        var kafka = stack.platform().kafka();
        var all = new ArrayList<>(List.of(
                "kafka.bootstrap=" + kafka.bootstrap(),
                "kafka.user=millrace",
                "kafka.passwordFile="
                        + stack.platform().servers().secrets().directory().resolve("kafka"),
                "executor.artifactService=" + stack.platform().artifactService(),
                "executor.id=" + id,
                "executor.pool=" + pool,
                "executor.slots=" + slots,
                "executor.directory=" + SharedStack.SCRATCH.resolve("executor-" + id)));
        all.addAll(List.of(settings));
        var arguments = new ArrayList<>(List.of("serve", "executor"));
        all.forEach(setting -> arguments.addAll(List.of("--set", setting)));
        return LaunchedProcess.start("executor-" + id, Map.of(), arguments.toArray(String[]::new));
    }
}
