package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;

/** Stops one of two schedulers in order, as an upgrade does. */
class HandoverIT {
    private static final String GROUP = "millrace-dispatcher";

    /** Without a message that it leaves, the broker would wait this long for the scheduler that has stopped. */
    private static final int SESSION_MS = 45_000;

    private final SharedStack stack = SharedStack.get();

    @Test
    void inSchedulerThatStopsShouldHandOverItsPoolsAtOnce() throws Exception {
        try (Admin admin = Admin.create(stack.platform().kafka().admin("handover-it"));
                LaunchedProcess second =
                        ServedProcess.start(stack, "scheduler", "scheduler.sessionTimeoutMs=" + SESSION_MS)) {
            await("both take part").atMost(Duration.ofSeconds(90)).until(() -> second.isReady() && members(admin) == 2);

            second.terminate();

            await("the other one has all pools again")
                    .atMost(Duration.ofSeconds(SESSION_MS / 2_000))
                    .until(() -> members(admin) == 1);
            var run = stack.millrace(
                    "run",
                    SharedStack.spec(
                                    "handover",
                                    "apiVersion: millrace.dev/v1\nname: handover\ntasks: [{id: t, command: ['true']}]\n")
                            .toString());
            assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        }
    }

    private static int members(Admin admin) throws Exception {
        return admin.describeConsumerGroups(List.of(GROUP)).all().get(20, TimeUnit.SECONDS).values().stream()
                .mapToInt(group -> group.members().size())
                .sum();
    }
}
