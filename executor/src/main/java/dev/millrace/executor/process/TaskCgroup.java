package dev.millrace.executor.process;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The control group of one attempt. */
public interface TaskCgroup {
    /** Where it is, for those who clean up after this process; the first lists its processes. */
    List<Path> directories();

    /** A process takes itself into the group by writing 0 to each of these files. */
    List<Path> entrances();

    /** Moves a process in; what it starts is in it from then on. */
    void add(long pid) throws IOException;

    CgroupMembers members();

    /**
     * Has the group count for less when processors are short if it holds a crowd: a scheduler that is fair to groups on each
     * processor gives one that is on all of them more than its part. For one thread at a time.
     */
    void settle();

    /** Returns what the kernel refused or did because of this group's own limits, if anything. */
    LimitViolation violation();

    /**
     * Gives it back, when nothing of the attempt is left in it; not to be used afterwards.
     *
     * @throws IOException when somebody is still in it; then nobody else gets it, and it is to be tried again
     */
    void release() throws IOException;

    /**
     * A limit that was met.
     *
     * @param limit the task's own, in words; absent if there was none
     * @param killedByMachine whether processes were killed for want of memory although the group was within its limit
     */
    record LimitViolation(Optional<String> limit, boolean killedByMachine) {
        public static final LimitViolation NONE = new LimitViolation(Optional.empty(), false);

        /** From what the kernel counted. */
        public static LimitViolation of(long oomKills, boolean atLimit, long refusedForks, TaskLimits limits) {
            if (oomKills > 0 && atLimit) {
                return new LimitViolation(
                        Optional.of("used more memory than its limit of " + (limits.memoryBytes() >> 20) + " MiB"),
                        false);
            }
            if (refusedForks > 0) {
                return new LimitViolation(
                        Optional.of("wanted more than " + limits.pids() + " processes and threads"), oomKills > 0);
            }
            return new LimitViolation(Optional.empty(), oomKills > 0);
        }
    }
}
