package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.TaskCompleted;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tests on separate executors that tasks run where their needs are met, and that tasks that take too long get a second attempt. */
class StragglersIT {
    private final SharedStack stack = SharedStack.get();

    /**
     * Writes a program {@code nap} that sleeps for {@code factor} times its argument, in seconds. Returns the executor's setting that puts
     * it on the path.
     */
    private static String napping(String name, int factor) throws Exception {
        Path directory = Files.createDirectories(SharedStack.SCRATCH.resolve(name));
        Path nap = directory.resolve("nap");
        Files.writeString(nap, "#!/bin/sh\nexec sleep $(($1 * " + factor + "))\n");
        Files.setPosixFilePermissions(nap, PosixFilePermissions.fromString("rwxr-xr-x"));
        return "executor.path=" + directory + ":/usr/bin:/bin";
    }

    private static void awaitReady(LaunchedProcess... executors) {
        for (LaunchedProcess executor : executors) {
            await("the executor is up").atMost(Duration.ofSeconds(60)).until(executor::isReady);
        }
    }

    @Test
    void inStragglerShouldRunASecondTimeElsewhereAndBeDecidedOnce() throws Exception {
        String pool = "stragglers";
        String tasks = "tasks: [{id: a, command: [nap, '1']}, {id: b, command: [nap, '1']}]}";
        var spec = SharedStack.spec(pool, "{apiVersion: millrace.dev/v1, name: naps, pool: " + pool + ", " + tasks);
        try (var quick = ExecutorProcess.start(stack, pool, "quick", 2, napping("quick", 1))) {
            awaitReady(quick);
            for (int i = 0; i < 3; i++) {
                assertThat(stack.millrace("submit", spec.toString()).exitCode()).isZero();
            }
            try (var slow = ExecutorProcess.start(stack, pool, "slow", 4, napping("slow", 60))) {
                awaitReady(slow);

                var run = stack.millrace("submit", spec.toString());

                // The slow executor has more free slots, so both tasks go there first. The pool allows one second
                // attempt at a time.
                assertThat(run.exitCode()).as(run.err()).isZero();
                String jobId = Ids.jobOfTask(taskOf(run.out()));
                var completions =
                        Completions.tasks(Completions.ofJob(stack.platform().kafka(), jobId));
                assertThat(completions).hasSize(2).allSatisfy(it -> {
                    assertThat(it.executorId()).isEqualTo("quick");
                    assertThat(it.decidedBy()).isEqualTo(2);
                });
                await("the losers are dead").atMost(Duration.ofSeconds(5)).until(() -> SharedStack.processesOf(jobId)
                        .isEmpty());
                String why = stack.millrace("why", completions.get(0).taskId()).out();
                assertThat(why)
                        .contains("attempt 1 was sent to slow")
                        .contains("Attempt 2 was sent to quick to run beside it")
                        .contains("attempt 1 on slow was stopped: attempt 2 decided first")
                        .contains("attempt 2 ended as passed");
            }
        }
    }

    private String taskOf(String out) {
        return stack.millrace("tasks")
                .out()
                .lines()
                .flatMap(line -> java.util.Arrays.stream(line.split(" ")))
                .filter(Ids::isTaskId)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no task in " + out));
    }

    @Test
    void inNeedsShouldRunWhereTheyAreMet() throws Exception {
        String pool = "needs";
        var spec = SharedStack.spec(
                pool,
                "{apiVersion: millrace.dev/v1, name: needs, pool: " + pool
                        + ", defaults: {labels: {os: linux}}, tasks: ["
                        + "{id: gpu, command: ['true'], labels: {gpu: a100}}, "
                        + "{id: big, command: ['true'], resources: {cpu: 4, memory: 1GiB}}]}");
        try (var gpu = ExecutorProcess.start(
                        stack, pool, "with-gpu", 1, "executor.labels=gpu=a100,zone=b", "executor.cpuMillis=1000");
                var big = ExecutorProcess.start(stack, pool, "with-cpus", 8, "executor.cpuMillis=8000")) {
            awaitReady(gpu, big);

            var run = stack.millrace("submit", spec.toString());

            assertThat(run.exitCode()).as(run.err()).isZero();
            String jobId = Ids.jobOfTask(taskOf(run.out()));
            var places = new java.util.HashMap<String, String>();
            for (TaskCompleted it :
                    Completions.tasks(Completions.ofJob(stack.platform().kafka(), jobId))) {
                places.put(it.name(), String.valueOf(it.executorId()));
            }
            assertThat(places).isEqualTo(Map.of("gpu", "with-gpu", "big", "with-cpus"));
            assertThat(stack.millrace("why", Ids.taskId(jobId, 1)).out()).contains("where it takes 4 slots");
        }
    }

    @Test
    void inNeedsThatMakeNoSenseShouldSayWhatIsAccepted() {
        var bad = stack.millrace(
                "submit",
                SharedStack.spec(
                                "bad-needs",
                                "{apiVersion: millrace.dev/v1, name: n, tasks: [{id: a, command: [x],"
                                        + " resources: {cpu: -1, memory: lots}}]}")
                        .toString());

        assertThat(bad.exitCode()).isEqualTo(2);
        assertThat(bad.err()).contains("/tasks/0/resources/cpu").contains("/tasks/0/resources/memory");
    }
}
