package dev.millrace.gateway.view;

import dev.millrace.platform.work.AsyncLoop;
import io.vertx.core.Future;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads one page of the jobs of the last month, newest first. However few jobs match, it checks a limited number of jobs for a page and
 * then says where to continue. An instance is used once.
 */
public final class JobListing {
    private static final int DAYS_BACK = 31;
    private static final int ROWS_PER_READ = 200;
    private static final int LOADS_AT_ONCE = 20;
    private static final int MAX_LOOKED_AT = 5_000;

    /** The position of a job in the listing. A page that continues after this position contains the jobs below it. */
    public record JobCursor(long submittedAtMs, String jobId) {}

    /** The jobs found, and where to continue, unless there are no more jobs. */
    public record Page(List<JobView> jobs, Optional<JobCursor> next) {}

    /** Reads the jobs of one day, newest first. Jobs of the same millisecond are ordered by id. */
    interface DayReader {
        Future<List<JobCursor>> read(LocalDate day, long upToMs, int limit);
    }

    private final DayReader days;
    private final Function<String, Future<Optional<JobView>>> jobs;
    private final int limit;
    private final Predicate<JobView> filter;
    private final List<JobView> found = new ArrayList<>();
    private int lookedAt;

    JobListing(DayReader days, Function<String, Future<Optional<JobView>>> jobs, int limit, Predicate<JobView> filter) {
        this.days = days;
        this.jobs = jobs;
        this.limit = limit;
        this.filter = filter;
    }

    Future<Page> from(long nowMs, @Nullable JobCursor after) {
        LocalDate today = day(nowMs);
        LocalDate first = after == null ? today : day(after.submittedAtMs());
        return read(first, today.minusDays(DAYS_BACK), after);
    }

    private static LocalDate day(long ms) {
        return LocalDate.ofInstant(Instant.ofEpochMilli(ms), ZoneOffset.UTC);
    }

    private Future<Page> read(LocalDate first, LocalDate last, @Nullable JobCursor from) {
        LocalDate[] day = {first};
        @Nullable JobCursor[] after = {from};
        @Nullable JobCursor[] stopped = {null};
        return AsyncLoop.whileTrue(() -> {
                    JobCursor above = after[0];
                    long upToMs = above == null ? Long.MAX_VALUE : above.submittedAtMs();
                    return days.read(day[0], upToMs, ROWS_PER_READ).compose(rows -> {
                        List<JobCursor> fresh =
                                rows.stream().filter(row -> isBelow(row, above)).toList();
                        boolean more = rows.size() == ROWS_PER_READ && !fresh.isEmpty();
                        after[0] = more ? fresh.get(fresh.size() - 1) : null;
                        day[0] = more ? day[0] : day[0].minusDays(1);
                        return load(fresh).map(stoppedAt -> {
                            stopped[0] = stoppedAt;
                            return stoppedAt == null && !day[0].isBefore(last);
                        });
                    });
                })
                .map(done -> new Page(found, Optional.ofNullable(stopped[0])));
    }

    private static boolean isBelow(JobCursor row, @Nullable JobCursor after) {
        return after == null
                || row.submittedAtMs() < after.submittedAtMs()
                || row.jobId().compareTo(after.jobId()) > 0;
    }

    /**
     * Loads the jobs of these rows. Returns the job at which the page ends, or null if the page is not full yet. Only a few jobs are read
     * at once, because all readers share one connection.
     */
    private Future<@Nullable JobCursor> load(List<JobCursor> rows) {
        var next = new AtomicInteger();
        @Nullable JobCursor[] stopped = {null};
        return AsyncLoop.whileTrue(() -> {
                    int from = next.getAndAdd(LOADS_AT_ONCE);
                    List<JobCursor> some =
                            rows.subList(Math.min(from, rows.size()), Math.min(from + LOADS_AT_ONCE, rows.size()));
                    return loadAtOnce(some).map(stoppedAt -> {
                        stopped[0] = stoppedAt;
                        return stoppedAt == null && next.get() < rows.size();
                    });
                })
                .map(done -> stopped[0]);
    }

    private Future<@Nullable JobCursor> loadAtOnce(List<JobCursor> rows) {
        List<Future<Optional<JobView>>> loads =
                rows.stream().map(row -> jobs.apply(row.jobId())).toList();
        return Future.all(loads).map(loaded -> {
            for (int i = 0; i < rows.size(); i++) {
                lookedAt++;
                loads.get(i).result().filter(filter).ifPresent(found::add);
                if (found.size() == limit || lookedAt == MAX_LOOKED_AT) {
                    return rows.get(i);
                }
            }
            return null;
        });
    }
}
