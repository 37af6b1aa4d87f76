package dev.millrace.gateway.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.gateway.live.JobFeed.Next;
import dev.millrace.schemas.codec.EventEnvelope;
import dev.millrace.schemas.event.Decision;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.JobCounts;
import dev.millrace.schemas.event.JobProgress;
import dev.millrace.schemas.event.JobRetryStarted;
import dev.millrace.schemas.event.JobStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class JobFeedTest {
    private static final String JOB = "j0123456789abcdef0123";

    private final JobFeed feed = new JobFeed(0, 1_000);

    private static Frame frame(Decision event) {
        return new Frame(event.sequence(), "p", JOB, new EventEnvelope("id", "/s", Instant.EPOCH, null, event));
    }

    private static Frame progress(long sequence) {
        return frame(new JobProgress(JOB, "p", sequence, JobCounts.NONE, null));
    }

    private static Frame reopened(long sequence, int run) {
        return frame(new JobRetryStarted(JOB, "p", sequence, "me", run, false, 1, JobCounts.NONE, null));
    }

    private static Frame completed(long sequence, int run) {
        return frame(
                new JobCompleted(JOB, "p", sequence, "me", "n", "p", JobStatus.PASSED, JobCounts.NONE, "", 0, 1, run));
    }

    /** The sequence numbers of all events that a watcher got, and the answer after which it got no more. */
    private record Watched(List<Long> sequences, Next stop) {}

    private Watched watch(long cursor, int run) {
        var got = new ArrayList<Long>();
        long at = cursor;
        Next next = feed.next(at, run);
        while (next instanceof Next.Some some) {
            at = some.event().sequence();
            got.add(at);
            next = feed.next(at, run);
        }
        return new Watched(got, next);
    }

    @Test
    void givesEachEventOnceAndInSequenceInWhateverOrderTheyCame() {
        List<Long> sequences = new ArrayList<>(LongStream.range(1, 200).boxed().toList());
        Collections.shuffle(sequences, new Random(1));
        sequences.forEach(sequence -> feed.add(progress(sequence)));
        sequences.forEach(sequence -> feed.add(progress(sequence)));

        assertThat(watch(0, 0))
                .isEqualTo(new Watched(LongStream.range(1, 200).boxed().toList(), new Next.Later()));
        assertThat(watch(150, 0).sequences()).startsWith(151L).hasSize(49);
    }

    @Test
    void endsAWatcherWithTheRunItWatchesAndNotBefore() {
        feed.add(progress(3));
        feed.add(completed(5, 0));
        assertThat(watch(0, 0)).isEqualTo(new Watched(List.of(3L, 5L), new Next.Over()));
        assertThat(watch(5, 0).stop()).isEqualTo(new Next.Over());
        assertThat(watch(0, 1).stop()).isEqualTo(new Next.Later());

        feed.add(reopened(8, 1));
        assertThat(feed.run()).isEqualTo(1);
        assertThat(feed.runStart()).isEqualTo(7);
        assertThat(watch(7, 1)).isEqualTo(new Watched(List.of(8L), new Next.Later()));

        feed.add(completed(9, 1));
        assertThat(watch(7, 1)).isEqualTo(new Watched(List.of(8L, 9L), new Next.Over()));
    }

    @Test
    void saysWhatItDroppedInsteadOfSkippingIt() {
        var small = new JobFeed(0, 10);
        LongStream.rangeClosed(1, 25).forEach(sequence -> small.add(progress(sequence)));

        assertThat(small.next(14, 0)).isEqualTo(new Next.Dropped());
        assertThat(small.next(15, 0)).isInstanceOf(Next.Some.class);
        small.add(progress(7));
        assertThat(small.next(6, 0)).isEqualTo(new Next.Dropped());
    }

    @Test
    void shrinksToWhatItIsAllowedAndAccountsForIt() {
        long empty = feed.bytes();
        LongStream.rangeClosed(1, 100).forEach(sequence -> feed.add(progress(sequence)));
        long full = feed.bytes();

        assertThat(feed.shrink((full - empty) / 2)).isEqualTo(feed.bytes()).isLessThanOrEqualTo((full + empty) / 2);
        assertThat(feed.shrink(Long.MAX_VALUE)).isLessThan((full - empty) / 50 + empty);
        assertThat(feed.next(99, 0)).isInstanceOf(Next.Some.class);
    }

    @Test
    void callsWatchersForWhatIsNewAndWhenItBreaks() {
        var calls = new ArrayList<Next>();
        Runnable watcher = () -> calls.add(feed.next(0, 0));
        feed.watch(watcher);
        feed.add(progress(1));
        feed.add(progress(1));
        feed.breakOff("a gap");
        feed.unwatch(watcher);
        feed.add(progress(2));

        assertThat(calls).hasSize(2);
        assertThat(calls.get(0)).isInstanceOf(Next.Some.class);
        assertThat(calls.get(1)).isEqualTo(new Next.Broken("a gap"));
    }
}
