package dev.millrace.scheduler.service.planner;

import dev.millrace.platform.work.ByteBudget;
import dev.millrace.scheduler.service.PlannerSettings;
import dev.millrace.schemas.codec.JsonSize;
import dev.millrace.schemas.plan.Plan;
import dev.millrace.schemas.spec.SpecLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Bounds the memory of jobs that are planned side by side, however large each is. A spec counts from its reading, a plan from its
 * making; one plan at a time is made that is not counted yet, since its size is known only then. Thread-safe; waiting blocks a
 * thread. Whoever waits for a plan's share holds nothing that others need to give theirs back.
 */
final class PlanMemory {
    /** Heap bytes of each byte of a spec once it is read: its text, and the objects made of it. */
    private static final int SPEC_FACTOR = 5;

    private final ByteBudget specs;
    private final ByteBudget plans;
    private final ReentrantLock making = new ReentrantLock(true);

    PlanMemory(PlannerSettings settings) {
        this.specs = new ByteBudget(settings.specBytes());
        this.plans = new ByteBudget(settings.planBytes());
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

    /** Makes a plan, and takes what it needs until it is published. */
    Plan make(Job job, Callable<Plan> builder) throws Exception {
        making.lockInterruptibly();
        try {
            Plan plan = builder.call();
            job.add(plans.take(JsonSize.of(plan)));
            return plan;
        } finally {
            making.unlock();
        }
    }

    /** Takes room for a plan that is going to be read and whose size is not known. */
    void takePlan(Job job) throws InterruptedException {
        job.add(plans.take(SpecLimits.MAX_PLAN_BYTES));
    }
}
