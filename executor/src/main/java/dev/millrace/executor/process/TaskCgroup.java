package dev.millrace.executor.process;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The control group of one attempt. */
public interface TaskCgroup {
    /**
     * Returns the directories of the group, for the watchdog that cleans up after this process. The first directory lists the group's
     * processes.
     */
    List<Path> directories();

    /** Returns the entry files of the group. A process enters the group by writing 0 to each of them. */
    List<Path> entrances();

    /** Moves a process into the group. All processes that it starts afterwards are in the group too. */
    void add(long pid) throws IOException;

    CgroupMembers members();

    /**
     * Lowers the group's share of scarce processors if it has very many processes and threads. The kernel is fair to groups on each single
     * processor, so a group that runs on all processors would get more than its share. Must not be called by two threads at the same time.
     */
    void settle();

    /** Returns which of its limits the group exceeded, if any, and whether the machine ran out of memory. */
    LimitViolation violation();

    /**
     * Gives the group back when no process of the attempt is left. The group must not be used afterwards.
     *
     * @throws IOException if the group cannot be removed because a process is still in it; no other attempt gets it, and the caller must
     *     try again
     */
    void release() throws IOException;

    /**
     * A limit that was exceeded.
     *
     * @param limit which of the task's own limits was exceeded, in words; absent if none was
     * @param killedByMachine whether processes were killed because the machine ran out of memory, although the group was within its limit
     */
    record LimitViolation(Optional<String> limit, boolean killedByMachine) {
        public static final LimitViolation NONE = new LimitViolation(Optional.empty(), false);

        /** Returns the violation that follows from the kernel's counters. */
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
