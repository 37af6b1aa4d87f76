package dev.millrace.executor.sandbox;

import dev.millrace.executor.process.CgroupMembers;
import dev.millrace.executor.process.ProcessTree;
import dev.millrace.executor.process.TaskCgroup;
import dev.millrace.executor.process.TaskLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control groups of one executor's attempts. Creating and removing a group costs the kernel more than a short task does. Therefore the
 * next attempt reuses a group that an attempt left as it was. Thread-safe.
 */
final class Cgroups {
    /**
     * Cached files that earlier tasks read stay charged to the group. If they take more than 1/{@value} of the memory limit, the group is
     * not reused.
     */
    private static final int HELD_PART = 8;

    /** The kernel charges memory in batches, so a peak that is this close to the limit counts as reaching it. */
    private static final long SLACK_BYTES = 1 << 20;

    /**
     * A task that has at least twice this many processes and threads for each of its slots gets less processor time than other tasks; the
     * more it has, the less it gets.
     */
    private static final int CROWD_PER_SLOT = 64;

    private static final int MAX_DIVISOR = 128;
    private static final Logger LOG = LoggerFactory.getLogger(Cgroups.class);

    private final Hierarchy hierarchy;
    private final int maxIdle;
    /**
     * Groups whose processes have ended. The kernel still lists ended processes for a while, and a group is reused only when it lists none.
     */
    private final ConcurrentLinkedDeque<List<Path>> idle = new ConcurrentLinkedDeque<>();

    private final AtomicInteger idleCount = new AtomicInteger();
    private final AtomicLong numbers = new AtomicLong();

    /** @param maxIdle how many unused groups are kept for later attempts */
    Cgroups(Hierarchy hierarchy, int maxIdle) {
        this.hierarchy = hierarchy;
        this.maxIdle = maxIdle;
    }

    /** Returns an empty group with these limits. */
    TaskCgroup take(TaskLimits limits) throws IOException {
        // The group that was given back first is the most likely to be empty by now.
        for (int looked = idleCount.get(); looked > 0; looked--) {
            List<Path> used = idle.pollFirst();
            if (used == null) {
                break;
            }
            if (!CgroupMembers.of(used).isEmpty()) {
                idle.addLast(used);
                continue;
            }
            idleCount.decrementAndGet();
            try {
                return prepared(used, limits);
            } catch (IOException e) {
                // For example, the group still holds more memory than the new limit allows. Another group is used
                // instead.
                LOG.atDebug().addKeyValue("cause", e).log("a control group cannot be used again");
            }
        }
        return prepared(hierarchy.create("t" + numbers.incrementAndGet()), limits);
    }

    private TaskCgroup prepared(List<Path> directories, TaskLimits limits) throws IOException {
        try {
            hierarchy.limit(directories, limits);
            hierarchy.resetPeak(directories);
            return new Group(directories, limits, hierarchy.usage(directories));
        } catch (IOException e) {
            CgroupMembers.removeEmptied(directories);
            throw e;
        }
    }

    List<Path> own() {
        return hierarchy.own();
    }

    String version() {
        return hierarchy.version();
    }

    private final class Group implements TaskCgroup {
        private final List<Path> directories;
        private final TaskLimits limits;
        private final Hierarchy.Usage before;
        private int divisor = 1;
        private boolean spoiled;

        Group(List<Path> directories, TaskLimits limits, Hierarchy.Usage before) {
            this.directories = directories;
            this.limits = limits;
            this.before = before;
        }

        @Override
        public List<Path> directories() {
            return directories;
        }

        @Override
        public List<Path> entrances() {
            return hierarchy.entrances(directories);
        }

        @Override
        public void add(long pid) throws IOException {
            hierarchy.add(directories, pid);
        }

        @Override
        public CgroupMembers members() {
            return CgroupMembers.of(directories);
        }

        @Override
        public void settle() {
            long crowd = hierarchy.crowd(directories) / ((long) CROWD_PER_SLOT * limits.cpuSlots());
            // The divisor is a power of two, so that it does not change all the time.
            int wanted = crowd < 2 ? 1 : (int) Math.min(MAX_DIVISOR, Long.highestOneBit(crowd));
            if (wanted != divisor) {
                try {
                    hierarchy.weigh(directories, limits, wanted);
                    divisor = wanted;
                } catch (IOException e) {
                    LOG.atDebug().addKeyValue("cause", e).log("a control group cannot be weighed");
                }
            }
        }

        @Override
        public LimitViolation violation() {
            Hierarchy.Usage now = hierarchy.usage(directories);
            return LimitViolation.of(
                    now.oomKills() - before.oomKills(),
                    now.ooms() > before.ooms() || now.peakBytes() >= limits.memoryBytes() - SLACK_BYTES,
                    now.refusedForks() - before.refusedForks(),
                    limits);
        }

        @Override
        public void release() throws IOException {
            boolean asItWas = !spoiled
                    && new ProcessTree(members()).members().isEmpty()
                    && violation().equals(LimitViolation.NONE)
                    && members().isPlain()
                    && hierarchy.heldBytes(directories) <= limits.memoryBytes() / HELD_PART;
            if (asItWas && idleCount.incrementAndGet() <= maxIdle) {
                idle.addLast(directories);
                return;
            }
            if (asItWas) {
                idleCount.decrementAndGet();
            }
            // Some directories may already be removed when this method is called again, so the group must not be
            // reused.
            spoiled = true;
            CgroupMembers.removeEmptied(directories);
        }
    }
}
