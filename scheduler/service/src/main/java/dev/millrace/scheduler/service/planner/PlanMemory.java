package dev.millrace.scheduler.service.planner;

import dev.millrace.platform.work.ByteBudget;
import dev.millrace.scheduler.service.settings.PlannerSettings;
import dev.millrace.schemas.json.Json;
import dev.millrace.schemas.json.JsonSize;
import dev.millrace.schemas.plan.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Bounds the memory of jobs that are planned at the same time, however large each job is. A spec is counted when its text has been fetched,
 * and a plan when it has been made or read, because its size is known only then. Therefore only one plan at a time is made, and only one is
 * read. Small specs and plans have a part of the memory of their own, so they never wait for the memory of large ones. A job that waits for
 * memory does not prevent other plans from being made. Thread-safe; waiting blocks a thread.
 */
final class PlanMemory {
    /**
     * Heap bytes for each byte of a spec's text after parsing, in the worst case: an argument of one letter takes four bytes of text and 51
     * bytes of heap.
     */
    private static final int SPEC_FACTOR = 13;

    private final Budget specs;
    private final Budget plans;
    private final ReentrantLock making = new ReentrantLock(true);
    private final ReentrantLock reading = new ReentrantLock(true);

    PlanMemory(PlannerSettings settings) {
        this.specs = new Budget(settings.specBytes());
        this.plans = new Budget(settings.planBytes());
    }

    /** Memory in two parts. A quarter is reserved for small requests; a request is small if it takes at most a sixteenth of the whole. */
    private static final class Budget {
        private final ByteBudget small;
        private final ByteBudget large;
        private final long smallBytes;

        Budget(long bytes) {
            this.small = new ByteBudget(bytes / 4);
            this.large = new ByteBudget(bytes - bytes / 4);
            this.smallBytes = bytes / 16;
        }

        private ByteBudget partFor(long bytes) {
            return bytes <= smallBytes ? small : large;
        }

        ByteBudget.Share take(long bytes) throws InterruptedException {
            return partFor(bytes).take(bytes);
        }

        Optional<ByteBudget.Share> tryTake(long bytes) {
            return partFor(bytes).tryTake(bytes);
        }
    }

    /** The shares of memory that one job holds until it is closed. A share that is added after that is released at once. Thread-safe. */
    static final class Job implements AutoCloseable {
        private final List<ByteBudget.Share> shares = new ArrayList<>();
        private boolean closed;

        private synchronized void add(ByteBudget.Share share) {
            if (closed) {
                share.close();
            } else {
                shares.add(share);
            }
        }

        @Override
        public synchronized void close() {
            closed = true;
            shares.forEach(ByteBudget.Share::close);
        }
    }

    void takeSpec(Job job, long bytes) throws InterruptedException {
        job.add(specs.take(SPEC_FACTOR * bytes));
    }

    private record Sized(Plan plan, long bytes) {}

    /**
     * Makes a plan and reserves its memory in {@code job}, which the caller closes after the plan is published.
     *
     * @param builder returns an equal plan at each call, since it may be called twice
     */
    Plan make(Job job, Callable<Plan> builder) throws Exception {
        return counted(job, making, () -> {
            Plan plan = builder.call();
            return new Sized(plan, JsonSize.of(plan));
        });
    }

    /**
     * Reads a plan that was made before and reserves its memory in {@code job}, which the caller closes after the tasks are published.
     *
     * @param document returns the same bytes at each call, since it may be called twice
     */
    Plan read(Job job, Callable<byte[]> document) throws Exception {
        return counted(job, reading, () -> {
            byte[] json = document.call();
            Plan plan = Json.MAPPER.readValue(json, Plan.class);
            return new Sized(plan, plan.heapBytes());
        });
    }

    /**
     * Runs {@code work} while it holds the lock {@code turn}. If there is not enough memory for the plan, drops the plan, releases the lock
     * so that other jobs can proceed, waits for memory and runs {@code work} again.
     */
    private Plan counted(Job job, ReentrantLock turn, Callable<Sized> work) throws Exception {
        long bytes;
        turn.lockInterruptibly();
        try {
            Sized sized = work.call();
            bytes = sized.bytes();
            Optional<ByteBudget.Share> share = plans.tryTake(bytes);
            if (share.isPresent()) {
                job.add(share.get());
                return sized.plan();
            }
        } finally {
            turn.unlock();
        }
        job.add(plans.take(bytes));
        turn.lockInterruptibly();
        try {
            return work.call().plan();
        } finally {
            turn.unlock();
        }
    }
}
