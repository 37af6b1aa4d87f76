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
 * Limits how often an owner may start work: each submission, retry and preview costs the services something, whatever its tasks do. An
 * owner that starts nothing for a while may start more at once later. Each gateway counts for itself. Thread-safe; never blocks.
 */
public final class SubmissionRate {
    /**
     * Number of tasks that count as one more job. In the time in which the rate allows an owner one more job, a dispatcher can decide
     * several times this many tasks.
     */
    static final int TASKS_PER_JOB = 500;

    /**
     * Number of commands allowed for each job that the rate allows. It is large enough that an owner who submits as many jobs as allowed
     * can cancel all of them.
     */
    private static final int COMMANDS_PER_JOB = 2;

    /** Maximum number of owners that are counted at the same time. An owner that is evicted has its full burst again. */
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

    /** Counts one job. Fails with 429, and says when to try again, if the owner recently had too many. */
    void take(RoutingContext context, String owner) {
        require(context, owner, waitSeconds(owner, 1));
    }

    /**
     * Counts one command about something that exists, such as the cancellation of a job, and fails like {@link #take}. Commands are counted
     * separately from jobs, and an owner may give twice as many.
     */
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

    /**
     * Counts the tasks of a job, in addition to the job itself, which {@link #take} has counted already. Fails like {@link #take}. Tasks
     * are counted because each task costs the services something as well.
     */
    void takeTasks(RoutingContext context, String owner, long tasks) {
        // The job itself has taken one token. Job and tasks together must not need more tokens than the bucket can
        // hold, otherwise the job would always be refused.
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

    /**
     * Counts {@code jobs} and returns 0. If they are too many, counts none of them and returns the number of seconds until they are
     * allowed.
     */
    long waitSeconds(String owner, long jobs) {
        return waitSeconds(buckets, owner, jobs);
    }

    /**
     * Counts {@code jobs} in addition to the token that was taken for the job itself, and returns 0. If they are too many, gives back the
     * job's token too, since the submission is refused, and returns the number of seconds until all of them are allowed together.
     */
    long taskWaitSeconds(String owner, long jobs) {
        Bucket bucket = buckets.get(owner, it -> bucket(1));
        if (bucket.tryConsume(jobs)) {
            return 0;
        }
        bucket.addTokens(1);
        return seconds(bucket.estimateAbilityToConsume(jobs + 1).getNanosToWaitForRefill());
    }

    /** Counts one command and returns 0. If it is too many, does not count it and returns the number of seconds until it is allowed. */
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
