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
 * Bounds the memory of jobs that are planned side by side, however large each is. A spec counts from its reading, a plan from its
 * making; one plan at a time is made, and one read, that is not counted yet, since its size is known only then. Small specs and plans
 * have a part of the memory for themselves, so they never wait for large ones. Nobody holds up the next plan while waiting for memory.
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

    /** Memory in two parts: a quarter is for small requests, of at most a sixteenth of the whole. */
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

    private record Sized(Plan plan, long bytes) {}

    /**
     * Makes a plan, and takes what it needs until it is published.
     *
     * @param builder makes the same plan each time
     */
    Plan make(Job job, Callable<Plan> builder) throws Exception {
        return counted(job, making, () -> {
            Plan plan = builder.call();
            return new Sized(plan, JsonSize.of(plan));
        });
    }

    /**
     * Reads a plan that was made before, and takes what it needs until its tasks are published.
     *
     * @param document returns the same bytes each time
     */
    Plan read(Job job, Callable<byte[]> document) throws Exception {
        return counted(job, reading, () -> {
            byte[] json = document.call();
            Plan plan = Json.MAPPER.readValue(json, Plan.class);
            return new Sized(plan, plan.heapBytes());
        });
    }

    /**
     * Gets a plan in its turn. A plan for which there is no room is given up and got again once there is: others must be able to have
     * their turn meanwhile.
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
