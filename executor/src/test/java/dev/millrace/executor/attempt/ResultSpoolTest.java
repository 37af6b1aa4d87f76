package dev.millrace.executor.attempt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.platform.log.LogContext;
import dev.millrace.platform.work.FairExecutor;
import dev.millrace.schemas.event.AttemptResult;
import dev.millrace.schemas.event.Outcome;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ResultSpoolTest {
    private static final long HOUR_MS = 3_600_000;
    private static final long BYTES = 100;

    private final ExecutorService storing = Executors.newFixedThreadPool(2);
    private final ExecutorService reporting = Executors.newFixedThreadPool(2);
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final List<Ended> ended = new CopyOnWriteArrayList<>();
    private final CountDownLatch released = new CountDownLatch(1);
    private volatile boolean storeAway;
    private int threads = 2;
    private int perOwner = 2;

    @AfterEach
    void stop() {
        storing.shutdownNow();
        reporting.shutdownNow();
    }

    private ResultSpool spool(long waitMs, long maxBytes) {
        var spool = new ResultSpool(
                new StorePatience(waitMs),
                new ResultSpool.Limits(maxBytes, threads, perOwner),
                storing,
                new FairExecutor(reporting, 2, 2),
                reason -> told.add("full: " + reason),
                () -> told.add("room"));
        spool.start();
        return spool;
    }

    private final class Ended implements PendingResult {
        final AtomicInteger tries = new AtomicInteger();
        final List<String> ends = new CopyOnWriteArrayList<>();
        volatile boolean revoked;
        volatile boolean unreadable;
        final String owner;

        /** Whether storing this result takes until the test releases it. */
        final boolean slow;

        Ended() {
            this("ann", false);
        }

        Ended(String owner, boolean slow) {
            this.owner = owner;
            this.slow = slow;
        }

        @Override
        public LogContext log() {
            return LogContext.of();
        }

        @Override
        public String owner() {
            return owner;
        }

        @Override
        public AttemptResult seal() throws IOException {
            awaitRelease(slow);
            tries.incrementAndGet();
            ended.add(this);
            if (storeAway) {
                throw new IOException("connection refused");
            }
            if (unreadable) {
                throw new AccessDeniedException("cases.jsonl");
            }
            return AttemptReports.empty(Outcome.PASSED, null, 0, 0);
        }

        @Override
        public long bytes() {
            return BYTES;
        }

        @Override
        public boolean isRevoked() {
            return revoked;
        }

        @Override
        public void finish(AttemptResult result) {
            ends.add(result.outcome().name());
        }

        @Override
        public AttemptResult unstored(String reason) {
            return AttemptReports.empty(Outcome.EXECUTOR_FAILED, reason, 0, 0);
        }

        @Override
        public void giveBack(String reason) {
            ends.add(reason);
        }
    }

    private void awaitRelease(boolean slow) {
        try {
            if (slow) {
                released.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static int tries(List<Ended> all) {
        return all.stream().mapToInt(it -> it.tries.get()).sum();
    }

    private static void awaitEnd(Ended ended, String end) {
        await("its end").atMost(Duration.ofSeconds(30)).until(() -> !ended.ends.isEmpty());
        assertThat(ended.ends).containsExactly(end);
    }

    @Test
    void inStoreThatComesBackShouldFinishEachAsItEnded() {
        storeAway = true;
        ResultSpool spool = spool(HOUR_MS, Long.MAX_VALUE);
        List<Ended> all = IntStream.range(0, 20).mapToObj(i -> new Ended()).toList();

        all.forEach(spool::add);
        await("tries").atMost(Duration.ofSeconds(30)).until(() -> tries(all) > 2);
        assertThat(all).allSatisfy(it -> assertThat(it.ends).isEmpty());
        storeAway = false;

        all.forEach(it -> awaitEnd(it, "PASSED"));
        assertThat(spool.size()).isZero();
    }

    @Test
    void inStoreThatStaysAwayShouldFailAtTheLimitAndSaySo() {
        storeAway = true;
        var ended = new Ended();

        spool(1, Long.MAX_VALUE).add(ended);

        awaitEnd(ended, "EXECUTOR_FAILED");
    }

    @Test
    void inAsMuchAsMayWaitShouldTellThatItIsFullAndWhenThereIsRoom() {
        storeAway = true;
        ResultSpool spool = spool(HOUR_MS, 2 * BYTES);
        var first = new Ended();
        var second = new Ended();

        spool.add(first);
        await("waiting").atMost(Duration.ofSeconds(30)).until(() -> spool.size() == 1 || first.tries.get() > 1);
        assertThat(told).isEmpty();
        spool.add(second);
        await("full").atMost(Duration.ofSeconds(30)).until(() -> !told.isEmpty());
        assertThat(told).singleElement().asString().contains("executor.maxSpoolBytes");
        storeAway = false;

        awaitEnd(first, "PASSED");
        awaitEnd(second, "PASSED");
        await("room").atMost(Duration.ofSeconds(30)).until(() -> told.contains("room"));
        assertThat(told).hasSize(2);
    }

    @Test
    void inRevocationWhileItWaitsShouldGiveItBack() {
        storeAway = true;
        ResultSpool spool = spool(HOUR_MS, Long.MAX_VALUE);
        var ended = new Ended();
        spool.add(ended);
        await("a try").atMost(Duration.ofSeconds(30)).until(() -> ended.tries.get() > 0);

        ended.revoked = true;

        awaitEnd(ended, "it was revoked");
    }

    @Test
    void inExecutorThatStopsShouldGiveBackWhatWaits() {
        storeAway = true;
        ResultSpool spool = spool(HOUR_MS, Long.MAX_VALUE);
        var ended = new Ended();
        spool.add(ended);
        await("a try").atMost(Duration.ofSeconds(30)).until(() -> ended.tries.get() > 0);

        spool.close();

        awaitEnd(ended, "the executor stops and could not store the result");
    }

    @Test
    void inOwnerWhoseResultsTakeLongShouldLeaveAThreadToOthers() {
        perOwner = 1;
        ResultSpool spool = spool(HOUR_MS, Long.MAX_VALUE);
        List<Ended> many =
                IntStream.range(0, 5).mapToObj(i -> new Ended("much", true)).toList();
        var other = new Ended();

        many.forEach(spool::add);
        spool.add(other);

        awaitEnd(other, "PASSED");
        assertThat(many).allSatisfy(it -> assertThat(it.ends).isEmpty());
        released.countDown();
        many.forEach(it -> awaitEnd(it, "PASSED"));
    }

    @Test
    void inThreadsThatAreAllTakenShouldTakeOwnersInTurn() {
        threads = 1;
        ResultSpool spool = spool(HOUR_MS, Long.MAX_VALUE);
        var first = new Ended("much", true);
        List<Ended> many =
                IntStream.range(0, 5).mapToObj(i -> new Ended("much", false)).toList();
        var other = new Ended();
        spool.add(first);
        many.forEach(spool::add);
        spool.add(other);

        released.countDown();

        many.forEach(it -> awaitEnd(it, "PASSED"));
        assertThat(ended)
                .containsExactly(first, many.get(0), other, many.get(1), many.get(2), many.get(3), many.get(4));
    }

    @Test
    void inResultsThatWaitForTheirTurnShouldCountThem() {
        ResultSpool spool = spool(HOUR_MS, 2 * BYTES);
        List<Ended> all = IntStream.range(0, 4)
                .mapToObj(i -> new Ended("owner" + i, true))
                .toList();

        all.forEach(spool::add);

        assertThat(told).singleElement().asString().contains("executor.maxSpoolBytes");
        released.countDown();
        all.forEach(it -> awaitEnd(it, "PASSED"));
        await("room").atMost(Duration.ofSeconds(30)).until(() -> told.contains("room"));
    }

    @Test
    void inOwnerWithItsPartOfTheSpoolShouldWaitInItsOwnSlots() throws Exception {
        ResultSpool spool = spool(HOUR_MS, 8 * BYTES);
        List<Ended> all =
                IntStream.range(0, 20).mapToObj(i -> new Ended("much", true)).toList();
        var slot = new Thread(() -> all.forEach(spool::add));
        slot.start();
        await("its slot waits")
                .atMost(Duration.ofSeconds(30))
                .until(() -> slot.getState() == Thread.State.TIMED_WAITING);

        assertThat(told).isEmpty();
        released.countDown();

        all.forEach(it -> awaitEnd(it, "PASSED"));
        slot.join();
        assertThat(told).isEmpty();
    }

    @Test
    void inRevocationOfAResultThatWaitsInItsSlotShouldGiveItBack() throws Exception {
        ResultSpool spool = spool(HOUR_MS, 4 * BYTES);
        List<Ended> all =
                IntStream.range(0, 4).mapToObj(i -> new Ended("much", true)).toList();
        var slot = new Thread(() -> all.forEach(spool::add));
        slot.start();
        await("its slot waits")
                .atMost(Duration.ofSeconds(30))
                .until(() -> slot.getState() == Thread.State.TIMED_WAITING);

        all.get(3).revoked = true;

        awaitEnd(all.get(3), "it was revoked");
        released.countDown();
        slot.join();
    }

    @Test
    void inResultWithAFileThatCannotBeReadShouldTryItAgainAndHoldUpNobody() {
        ResultSpool spool = spool(HOUR_MS, Long.MAX_VALUE);
        var unreadable = new Ended();
        unreadable.unreadable = true;
        spool.add(unreadable);
        await("a second try").atMost(Duration.ofSeconds(30)).until(() -> unreadable.tries.get() == 2);

        assertThat(spool.size()).isZero();
        unreadable.unreadable = false;

        awaitEnd(unreadable, "PASSED");
    }

    @Test
    void inRevocationBeforeItsTurnShouldGiveItBackUntried() {
        ResultSpool spool = spool(HOUR_MS, Long.MAX_VALUE);
        List<Ended> slow = List.of(new Ended("much", true), new Ended("much", true));
        var revoked = new Ended("much", false);
        slow.forEach(spool::add);
        spool.add(revoked);

        revoked.revoked = true;

        awaitEnd(revoked, "it was revoked");
        assertThat(revoked.tries).hasValue(0);
        released.countDown();
        slow.forEach(it -> awaitEnd(it, "PASSED"));
    }
}
