package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.checker.ScopeChecker;
import dev.millrace.cli.client.GatewayClient;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.Role;
import dev.millrace.schemas.event.TaskCompleted;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs jobs with scopes on an executor with eight slots, with the commands that a user would type. */
class ScopesIT {
    private static final String POOL = "scopes";
    private static final long HOLD_TOLERANCE_MS = 5_000;
    private static final SharedStack STACK = SharedStack.get();

    @SuppressWarnings("NullAway.Init") // Set before all tests.
    private static LaunchedProcess executor;

    private final Path directory;

    ScopesIT(@TempDir Path directory) {
        this.directory = directory;
    }

    @BeforeAll
    static void start() throws IOException {
        executor = executor(POOL, "scoped", 8);
        await("the executor is up").atMost(Duration.ofSeconds(60)).until(executor::isReady);
    }

    @AfterAll
    static void stop() {
        executor.close();
        assertLogIsSound(POOL);
    }

    /** Checks the whole log of a pool, whatever its jobs were. */
    private static void assertLogIsSound(String pool) {
        assertThat(ScopeChecker.check(Records.log(STACK.platform().kafka(), pool), HOLD_TOLERANCE_MS))
                .isEmpty();
    }

    private static LaunchedProcess executor(String pool, String id, int slots) throws IOException {
        return ExecutorProcess.start(STACK, pool, id, slots, "executor.sandbox=process");
    }

    private static String submit(ScopedJob job) {
        var submitted = STACK.millrace(
                "submit", "--no-wait", SharedStack.spec("scopes", job.yaml()).toString());
        assertThat(submitted.exitCode()).as(submitted.err()).isZero();
        return submitted.out().strip();
    }

    private static SharedStack.Result run(ScopedJob job, String... options) {
        return STACK.millrace(Stream.concat(
                        Stream.of("run", SharedStack.spec("scopes", job.yaml()).toString()), Stream.of(options))
                .toArray(String[]::new));
    }

    private static String lastJob() throws IOException {
        return java.nio.file.Files.readString(SharedStack.SCRATCH.resolve("state/last-job"))
                .strip();
    }

    private static List<TaskCompleted> verdicts(String jobId) throws Exception {
        return Completions.tasks(Completions.ofJob(STACK.platform().kafka(), jobId));
    }

    private static JsonNode scope(String jobId, String scope) {
        return new GatewayClient(STACK.gateway()).get("/v1/jobs/" + jobId + "/scopes/" + scope);
    }

    /** Waits until the views show that the tests of a scope may run. */
    private static void awaitActive(String jobId, String scope) {
        await("scope " + scope + " is active")
                .atMost(Duration.ofSeconds(20))
                .until(() -> STACK.millrace("scope", "list", jobId).out().matches("(?s).*" + scope + " .* active .*"));
    }

    @Test
    void inTwoScopesOfOneDomainShouldSetUpTestAndTearDownOneAfterTheOther() throws Exception {
        var job = new ScopedJob(directory, POOL)
                .scope("a", "domain: two,")
                .scope("b", "domain: two,")
                .tests()
                .tests("a", 6)
                .tests("b", 1)
                .line("  - {id: free, command: ['true']}");

        var run = run(job);

        assertThat(run.exitCode()).as(run.out() + run.err() + job.journal()).isZero();
        assertThat(run.out()).contains("8 of 8 tasks passed");
        assertThat(run.err())
                .contains("scope   a  is set up", "scope   b  it is torn down")
                .doesNotContain(":setup");
        List<String> a = List.of("setup a", "test a", "test a", "test a", "test a", "test a", "test a", "teardown a");
        List<String> b = List.of("setup b", "test b", "teardown b");
        assertThat(job.journal())
                .isIn(
                        Stream.of(a, b).flatMap(List::stream).toList(),
                        Stream.of(b, a).flatMap(List::stream).toList());
        assertThat(job.state()).isEqualTo("down");
    }

    @Test
    void inFewerTestsThanSlotsShouldRunThemAllAtOnce() throws Exception {
        var job = new ScopedJob(directory, POOL)
                .scope("wide", "domain: wide,")
                .tests()
                .tests("wide", 5);
        // Each test waits for the others, so they pass only if all of them run at the same time.
        job.put(
                "test.sh",
                """
                echo x >> here
                for i in $(seq 200); do test "$(wc -l < here)" = 5 && exit 0; sleep 0.1; done
                exit 1
                """);
        job.put("here", "");

        var run = run(job);

        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    }

    @Test
    void inLimitShouldRunNoMoreTestsAtOnce() throws Exception {
        var job = new ScopedJob(directory, POOL)
                .scope("narrow", "domain: narrow, maxParallel: 2,")
                .tests()
                .tests("narrow", 6);
        job.put(
                "test.sh",
                """
                touch "here-$MILLRACE_TASK"
                test "$(ls here-* | wc -l)" -le 2 || exit 1
                sleep 0.3
                rm "here-$MILLRACE_TASK"
                """);

        var run = run(job);

        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    }

    @Test
    void inSetUpThatFailsShouldTearDownAfterEachAttemptAndFailEachTestWithoutRunningIt() throws Exception {
        var job = new ScopedJob(directory, POOL)
                .scope("broken", "domain: broken,")
                .tests()
                .tests("broken", 3)
                .line("  - {id: free, command: ['true']}");
        job.put("setup.sh", "echo setup >> journal; exit 5\n");

        var run = run(job, "--output", "junit");

        assertThat(run.exitCode()).as(run.err()).isEqualTo(88);
        assertThat(job.journal()).containsExactly("setup", "teardown broken", "setup", "teardown broken");
        assertThat(verdicts(lastJob()))
                .filteredOn(it -> Objects.equals(it.scope(), "broken") && it.role() == null)
                .hasSize(3)
                .allMatch(it -> it.outcome() == Outcome.SETUP_FAILED && it.attempts() == 0 && it.epoch() == null)
                .allMatch(it -> it.reason().startsWith("scope broken could not be set up: "));
        assertThat(run.out())
                .contains("tests=\"5\"", "errors=\"3\"", "name=\"broken:setup\"")
                .doesNotContain("broken:teardown");
    }

    @Test
    void inTearDownThatFailsShouldKeepTheDomainUntilSomebodyReleasesIt() throws Exception {
        var first = new ScopedJob(directory, POOL)
                .scope("dirty", "domain: dirt,")
                .tests()
                .tests("dirty", 1);
        first.put("teardown.sh", "exit 4\n");
        var run = run(first);
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.err())
                .contains("ERROR   domain dirt is in quarantine: the tear-down of scope dirty ended as failed");
        first.put("teardown.sh", "echo down > state\n");
        first.put("state", "down");

        String second = submit(new ScopedJob(directory, POOL)
                .scope("next", "domain: dirt,")
                .tests()
                .tests("next", 1));

        await("why it waits").atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(
                        STACK.millrace("why", second + ".0").out())
                .contains("it waits for domain dirt, which is in quarantine since", "millrace scope release dirt"));
        assertThat(STACK.millrace("scope", "domains", "--pool", POOL).out()).contains("dirt", "quarantined", "dirty");
        var released = STACK.millrace("scope", "release", "dirt", "--pool", POOL, "--reason", "wiped by hand");
        assertThat(released.exitCode()).as(released.err()).isZero();
        var watched = STACK.millrace("watch", second);
        assertThat(watched.exitCode()).as(watched.err()).isZero();
        await("the domain is free").atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            var again = STACK.millrace("scope", "release", "dirt", "--pool", POOL);
            assertThat(again.exitCode()).isEqualTo(2);
            assertThat(again.err()).contains("domain 'dirt' of pool 'scopes' is not in quarantine");
        });
    }

    @Test
    void inTwoJobsOfOneDomainShouldSayWhichHoldsIt() throws Exception {
        var holding = new ScopedJob(directory, POOL)
                .scope("first", "domain: shared,")
                .tests()
                .tests("first", 1);
        holding.put("test.sh", "while ! test -e go; do sleep 0.1; done\n");
        String first = submit(holding);
        awaitActive(first, "first");
        String second = submit(new ScopedJob(java.nio.file.Files.createDirectory(directory.resolve("second")), POOL)
                .scope("second", "domain: shared,")
                .tests()
                .tests("second", 1));

        await("why it waits").atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(
                        STACK.millrace("why", second + ".0").out())
                .contains("it waits for domain shared: scope first of job " + first + " is active"));

        holding.put("go", "");
        assertThat(STACK.millrace("watch", first).exitCode()).isZero();
        var watched = STACK.millrace("watch", second);
        assertThat(watched.exitCode()).as(watched.err()).isZero();
        assertThat(STACK.millrace("scope", "list", second).out()).contains("second", "shared", "closed");
        assertThat(STACK.millrace("job", second).out()).contains("scopes    1: 1 closed");
    }

    @Test
    void inCancelShouldStillTearDown() throws Exception {
        var job = new ScopedJob(directory, POOL)
                .scope("cut", "domain: cut,")
                .tests()
                .tests("cut", 2);
        job.put("test.sh", "sleep 60\n");
        String jobId = submit(job);
        awaitActive(jobId, "cut");

        STACK.millrace("cancel", jobId);

        assertThat(STACK.millrace("watch", jobId).exitCode()).isEqualTo(6);
        assertThat(job.journal()).containsExactly("setup cut", "teardown cut");
        assertThat(job.state()).isEqualTo("down");
    }

    @Test
    void inRetryShouldSetTheScopeOfWhatRunsAgainUpAnewInItsNextEpoch() throws Exception {
        var job = new ScopedJob(directory, POOL)
                .scope("again", "domain: again,")
                .scope("passed", "domain: passed,")
                .tests()
                .tests("again", 1)
                .tests("passed", 1);
        job.put("state", "down");
        job.put("setup.sh", "echo \"setup $MILLRACE_SCOPE\" >> journal\n");
        job.put("test.sh", "echo \"test $MILLRACE_SCOPE\" >> journal; test $MILLRACE_SCOPE = passed -o -e mended\n");
        assertThat(run(job).exitCode()).isEqualTo(88);
        String jobId = lastJob();
        await("the view of its end")
                .atMost(Duration.ofSeconds(20))
                .until(() -> new GatewayClient(STACK.gateway()).job(jobId).hasNonNull("finishedAtMs"));
        job.put("journal", "");
        job.put("mended", "");

        var retry = STACK.millrace("retry", jobId, "--failed");

        assertThat(retry.exitCode()).as(retry.out() + retry.err()).isZero();
        assertThat(retry.err()).contains("1 task runs again, as run 2");
        assertThat(job.journal()).containsExactly("setup again", "test again", "teardown again");
        await("the view of its epochs").atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            JsonNode epochs = scope(jobId, "again").path("epochs");
            assertThat(epochs).hasSize(2);
            assertThat(epochs.path(0).path("epoch").asInt()).isEqualTo(2);
            assertThat(epochs.path(0).path("state").asText()).isEqualTo("closed");
        });
        assertThat(STACK.millrace("scope", "show", "again", jobId).out())
                .contains(
                        "scope again  closed", "epoch 2: holds its domain, and is set up", "epoch 2: it is torn down");
    }

    @Test
    void inContextOfASetUpShouldBeTheSameForTheTestsAndTheTearDown() throws Exception {
        var job = new ScopedJob(directory, POOL)
                .scope("given", "domain: given,")
                .tests()
                .tests("given", 2);
        job.put("teardown.sh", "test \"$SCOPE_WORD\" = 'word of given' && echo down > state\n");
        assertThat(run(job).exitCode()).isZero();

        assertThat(verdicts(lastJob()))
                .hasSize(4)
                .extracting(it -> Objects.requireNonNull(it.result()).scopeContext())
                .doesNotContainNull()
                .containsOnly(Objects.requireNonNull(verdicts(lastJob()).get(0).result())
                        .scopeContext());
    }

    @Test
    void inContextThatCannotBeUsedShouldFailTheSetUp() throws Exception {
        var job = new ScopedJob(directory, POOL)
                .scope("garbled", "domain: garbled,")
                .tests()
                .tests("garbled", 1);
        job.put("setup.sh", "echo 'not a variable' > $MILLRACE_SCOPE_CONTEXT/env\n");

        assertThat(run(job).exitCode()).isEqualTo(88);

        assertThat(verdicts(lastJob()))
                .filteredOn(it -> it.role() == Role.SETUP)
                .singleElement()
                .matches(it ->
                        it.reason().contains("the file 'env' of the scope's context is not NAME=value in line 1"));
    }

    @Test
    void inDeathOfTheExecutorInMidScopeShouldRunItsTestsElsewhereAndTearDownOnce() throws Exception {
        String pool = "scopes-kill";
        var job = new ScopedJob(directory, pool)
                .scope("cut", "domain: cut,")
                .tests()
                .tests("cut", 4);
        job.put("test.sh", "echo \"test $MILLRACE_SCOPE\" >> journal; sleep 3\n");
        try (var doomed = executor(pool, "scopes-doomed", 2);
                var survivor = executor(pool, "scopes-survivor", 2)) {
            await("both executors are up")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> doomed.isReady() && survivor.isReady());
            String jobId = submit(job);
            var watch = CompletableFuture.supplyAsync(() -> STACK.millrace("watch", jobId));
            await("its tests run")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> job.journal().stream()
                                    .filter(it -> it.equals("test cut"))
                                    .count()
                            >= 4);

            doomed.kill();

            var watched = watch.get(120, TimeUnit.SECONDS);
            assertThat(watched.exitCode()).as(watched.err()).isZero();
            assertThat(job.journal().get(0)).isEqualTo("setup cut");
            assertThat(job.journal()).filteredOn(it -> it.equals("setup cut")).hasSize(1);
            assertThat(job.journal()).filteredOn(it -> it.equals("test cut")).hasSize(6);
            assertThat(job.journal().get(7)).isEqualTo("teardown cut");
            assertThat(job.journal()).hasSize(8);
        }
        assertLogIsSound(pool);
    }

    @Test
    void inDeathOfTheExecutorOfASetUpAndOfATearDownShouldTearDownAndGoOn() throws Exception {
        String pool = "scopes-steps";
        var job = new ScopedJob(directory, pool)
                .scope("cut", "domain: cut,")
                .tests()
                .tests("cut", 1);
        job.put("setup.sh", "echo setup >> journal; test -e second || sleep 60\n");
        job.put("test.sh", "echo test >> journal\n");
        job.put("teardown.sh", "echo teardown >> journal; test ! -e slow || sleep 60\n");
        CompletableFuture<SharedStack.Result> watch;
        try (var first = executor(pool, "scopes-first", 2)) {
            await("the executor is up").atMost(Duration.ofSeconds(60)).until(first::isReady);
            String jobId = submit(job);
            watch = CompletableFuture.supplyAsync(() -> STACK.millrace("watch", jobId));
            await("its set-up runs").atMost(Duration.ofSeconds(60)).until(() -> job.journal()
                    .equals(List.of("setup")));
            first.kill();
        }
        job.put("second", "");
        try (var second = executor(pool, "scopes-second", 2)) {
            await("what the set-up left is torn down")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> job.journal().size() >= 2);
            job.put("slow", "");
            await("it is torn down at its end")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> job.journal().size() >= 5);
            second.kill();
        }
        java.nio.file.Files.delete(directory.resolve("slow"));
        try (var third = executor(pool, "scopes-third", 2)) {
            await("the executor is up").atMost(Duration.ofSeconds(60)).until(third::isReady);
            var watched = watch.get(120, TimeUnit.SECONDS);
            assertThat(watched.exitCode()).as(watched.err()).isZero();
        }
        assertThat(job.journal()).containsExactly("setup", "teardown", "setup", "test", "teardown", "teardown");
        assertLogIsSound(pool);
    }
}
