package dev.millrace.scheduler.service.planner;

import dev.millrace.platform.work.ByteBudget;
import dev.millrace.scheduler.service.PlannerSettings;
import dev.millrace.schemas.codec.Json;
import dev.millrace.schemas.codec.JsonSize;
import dev.millrace.schemas.plan.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Bounds the memory of jobs that are planned side by side, however large each is. A spec counts from its reading, a plan from its
 * making; one plan at a time is made, and one read, that is not counted yet, since its size is known only then. Small specs and plans
 * have a part of the memory for themselves, so they never wait for large ones. Nobody makes a plan while waiting for memory.
 * Thread-safe; waiting blocks a thread.
 */
final class PlanMemory {
    /** Heap bytes of each byte of a spec once it is read, at worst: an argument of one letter takes four bytes of text and 51 of heap. */
    private static final int SPEC_FACTOR = 13;

    private final Budget specs;
    private final Budget plans;
    private final ReentrantLock making = new ReentrantLock(true);
    private final ReentrantLock reading = new ReentrantLock(true);

    PlanMemory(PlannerSettings settings) {
        this.specs = new Budget(settings.specBytes());
        this.plans = new Budget(settings.planBytes());
    }

    /** Memory of which a quarter is for what takes no more than a sixteenth of it. */
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

    /** The shares of memory that one job holds until it is closed. For one thread at a time. */
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

    /**
     * Makes a plan, and takes what it needs until it is published. A plan for which there is no room is given up and made again once
     * there is: the others must be able to make theirs meanwhile.
     *
     * @param builder makes the same plan each time
     */
    Plan make(Job job, Callable<Plan> builder) throws Exception {
        long bytes;
        making.lockInterruptibly();
        try {
            Plan plan = builder.call();
            bytes = JsonSize.of(plan);
            Optional<ByteBudget.Share> share = plans.tryTake(bytes);
            if (share.isPresent()) {
                job.add(share.get());
                return plan;
            }
        } finally {
            making.unlock();
        }
        job.add(plans.take(bytes));
        making.lockInterruptibly();
        try {
            return builder.call();
        } finally {
            making.unlock();
        }
    }

    /** Reads a plan that was made before, and takes what it needs until its tasks are published. */
    Plan read(Job job, Callable<byte[]> document) throws Exception {
        reading.lockInterruptibly();
        try {
            byte[] json = document.call();
            job.add(plans.take(json.length));
            return Json.MAPPER.readValue(json, Plan.class);
        } finally {
            reading.unlock();
        }
    }
}
