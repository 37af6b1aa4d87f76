package dev.millrace.scheduler;

import dev.millrace.schemas.event.Priority;
import java.util.NavigableSet;
import java.util.TreeSet;

/** One owner's waiting tasks and how many of its tasks run. Changed by {@link Backlog} only. */
final class OwnerQueue {
    /** One placement in so many is the oldest job's, so that what is more important cannot hold up anything for ever. */
    static final int OLDEST_EVERY = 8;

    private final NavigableSet<TaskState.Waiting> byPriority = new TreeSet<>(ReadyOrder.BY_PRIORITY);
    private final NavigableSet<TaskState.Waiting> byAge = new TreeSet<>(ReadyOrder.BY_AGE);
    private OwnerAccount account;
    private int urgent;
    private int running;
    private long outstanding;

    OwnerQueue(OwnerAccount account) {
        this.account = account;
    }

    OwnerAccount account() {
        return account;
    }

    void setAccount(OwnerAccount account) {
        this.account = account;
    }

    String owner() {
        return account.owner();
    }

    long virtualTime() {
        return account.virtualTime();
    }

    int running() {
        return running;
    }

    int size() {
        return byAge.size();
    }

    void add(TaskState.Waiting task) {
        byPriority.add(task);
        byAge.add(task);
        urgent += isUrgent(task) ? 1 : 0;
    }

    void remove(TaskState.Waiting task) {
        if (byPriority.remove(task)) {
            byAge.remove(task);
            urgent -= isUrgent(task) ? 1 : 0;
        }
    }

    /** Charges what is expected; see {@link #settle}. */
    void started(long cost) {
        running++;
        outstanding += cost;
        account = account.charged(cost);
    }

    void resumed() {
        running++;
    }

    void ended() {
        running--;
    }

    /** Replaces a charge that was made at the start by what it came to. */
    void settle(long charged, long cost) {
        outstanding -= charged;
        account = account.charged(cost - charged);
    }

    /** Virtual time without what is charged for attempts that still run, which may come back. */
    long settledTime() {
        return account.virtualTime() - outstanding;
    }

    boolean isActive() {
        return running > 0 || !byAge.isEmpty();
    }

    /** Whether a task of its may be placed now. */
    boolean mayRunMore() {
        return !byAge.isEmpty() && (account.maxSlots() == 0 || running < account.maxSlots());
    }

    boolean hasUrgent() {
        return urgent > 0;
    }

    boolean isTurnOfTheOldest() {
        return account.turns() % OLDEST_EVERY == OLDEST_EVERY - 1;
    }

    TaskState.Waiting next() {
        return isTurnOfTheOldest() ? oldest() : nextByPriority();
    }

    /** The first of its tasks by priority, which is urgent if any is. */
    TaskState.Waiting nextByPriority() {
        return byPriority.first();
    }

    TaskState.Waiting oldest() {
        return byAge.first();
    }

    static boolean isUrgent(TaskState.Waiting task) {
        return task.info().priority() == Priority.URGENT;
    }
}
