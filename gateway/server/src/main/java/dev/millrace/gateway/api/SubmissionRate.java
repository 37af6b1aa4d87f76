package dev.millrace.gateway.api;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.millrace.gateway.settings.GatewaySettings;
import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.ProblemKind;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * How often an owner may have work begun: each submission, retry and preview costs services something, whatever its tasks do. An owner
 * may save up some for a burst. Counted by each gateway for itself. Thread-safe; never blocks.
 */
public final class SubmissionRate {
    /** A dispatcher decides several times as many while an owner may submit one job. */
    static final int TASKS_PER_JOB = 500;

    /** Whoever submits as much as is allowed may cancel all of it. */
    private static final int COMMANDS_PER_JOB = 2;

    /** Owners who are counted at a time; whoever is left out has all of its burst again. */
    private static final int MAX_OWNERS = 100_000;

    private final GatewaySettings.Submissions limits;
    private final TimeMeter clock;
    private final Cache<String, Bucket> buckets;
    private final Cache<String, Bucket> commands;

    public SubmissionRate(GatewaySettings.Submissions limits) {
        this(limits, TimeMeter.SYSTEM_NANOTIME);
    }

    SubmissionRate(GatewaySettings.Submissions limits, TimeMeter clock) {
        this.limits = limits;
        this.clock = clock;
        this.buckets = Caffeine.newBuilder().maximumSize(MAX_OWNERS).build();
        this.commands = Caffeine.newBuilder().maximumSize(MAX_OWNERS).build();
    }

    /** Fails with 429, and says when to come again, if the owner had too many of late. */
    void take(RoutingContext context, String owner) {
        require(context, owner, waitSeconds(owner, 1));
    }

    /** The same for a command about what is there, such as to cancel a job; these are counted by themselves, and twice as many may be given. */
    void takeCommand(RoutingContext context, String owner) {
        long waitSeconds = commandWaitSeconds(owner);
        if (waitSeconds > 0) {
            context.response().putHeader("Retry-After", Long.toString(waitSeconds));
            throw new HttpProblemException(
                    ProblemKind.TOO_MANY_COMMANDS,
                    "owner '" + owner + "' gives more than " + COMMANDS_PER_JOB * limits.perMinute()
                            + " commands a minute (twice gateway.submissionsPerMinute); try again in " + waitSeconds
                            + " s");
        }
    }

    /** The same for so many tasks, beside the job that was taken for them: each costs services something as well. */
    void takeTasks(RoutingContext context, String owner, long tasks) {
        // The job itself has taken one, so the bucket never holds more than the rest of a burst.
        long jobs = Math.min(limits.atOnce() - 1, tasks / TASKS_PER_JOB);
        if (jobs > 0) {
            require(context, owner, taskWaitSeconds(owner, jobs));
        }
    }

    private void require(RoutingContext context, String owner, long waitSeconds) {
        if (waitSeconds > 0) {
            context.response().putHeader("Retry-After", Long.toString(waitSeconds));
            throw new HttpProblemException(
                    ProblemKind.TOO_MANY_SUBMISSIONS,
                    "owner '" + owner + "' submits, retries and previews more than " + limits.perMinute()
                            + " jobs a minute (gateway.submissionsPerMinute; " + limits.atOnce()
                            + " at once, gateway.submissionsAtOnce; " + TASKS_PER_JOB
                            + " tasks count as one more); try again in " + waitSeconds + " s");
        }
    }

    /** Counts so many; if they are too many, counts none and returns in how many seconds they are allowed, otherwise 0. */
    long waitSeconds(String owner, long jobs) {
        return waitSeconds(buckets, owner, jobs);
    }

    /**
     * Counts so many beside the one that was taken for the job. If they are too many, it returns that one too, since the submission is
     * refused, and the result is how long to wait until all of them are allowed together.
     */
    long taskWaitSeconds(String owner, long jobs) {
        Bucket bucket = buckets.get(owner, it -> bucket(1));
        if (bucket.tryConsume(jobs)) {
            return 0;
        }
        bucket.addTokens(1);
        return seconds(bucket.estimateAbilityToConsume(jobs + 1).getNanosToWaitForRefill());
    }

    /** The same for one command. */
    long commandWaitSeconds(String owner) {
        return waitSeconds(commands, owner, 1);
    }

    private long waitSeconds(Cache<String, Bucket> of, String owner, long wanted) {
        int times = of == commands ? COMMANDS_PER_JOB : 1;
        ConsumptionProbe taken = of.get(owner, it -> bucket(times)).tryConsumeAndReturnRemaining(wanted);
        return taken.isConsumed() ? 0 : seconds(taken.getNanosToWaitForRefill());
    }

    private static long seconds(long nanos) {
        return Math.max(1, (nanos + 999_999_999) / TimeUnit.SECONDS.toNanos(1));
    }

    private Bucket bucket(int times) {
        return Bucket.builder()
                .withCustomTimePrecision(clock)
                .addLimit(limit -> limit.capacity((long) times * limits.atOnce())
                        .refillGreedy((long) times * limits.perMinute(), Duration.ofMinutes(1)))
                .build();
    }
}
