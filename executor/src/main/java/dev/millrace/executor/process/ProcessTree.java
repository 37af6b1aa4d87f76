package dev.millrace.executor.process;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All processes that run on behalf of one attempt. With a control group, these are the processes in it, because no process can leave it.
 * Without one, these are the processes in the attempt's session and process group, and all processes with its mark in their environment.
 * Children inherit the mark even if they make a session of their own. Read from {@code /proc}.
 *
 * @param leader process id of the first process, which leads session and group
 * @param mark environment entries that no other attempt has, separated by NUL
 * @param group null if there are no control groups
 * @param scaffolding how many generations of processes, from the leader on, belong to the sandbox and not to the task
 */
public record ProcessTree(long leader, String mark, @Nullable CgroupMembers group, int scaffolding) {
    private static final Path PROC = Path.of("/proc");
    private static final Duration KILL_LIMIT = Duration.ofSeconds(20);
    private static final long PAUSE_MS = 5;

    /** The processes in a control group. */
    public ProcessTree(CgroupMembers group) {
        this(0, "", group, 0);
    }

    /** Returns the mark of an attempt, which consists of two environment entries. */
    public static String mark(String taskId, int attempt) {
        return "MILLRACE_TASK=" + taskId + "\0MILLRACE_ATTEMPT=" + attempt;
    }

    /** Returns the processes that have at least one live thread now. */
    public List<ProcessHandle> members() {
        CgroupMembers in = group;
        if (in != null) {
            return in.pids().stream()
                    .filter(pid ->
                            ProcessState.of(pid).filter(ProcessState::isAlive).isPresent())
                    .flatMap(pid -> ProcessHandle.of(pid).stream())
                    .toList();
        }
        var members = new ArrayList<ProcessHandle>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path entry : entries) {
                long pid = Long.parseLong(entry.getFileName().toString());
                if (ProcessState.of(pid).filter(it -> belongs(it, pid)).isPresent()) {
                    ProcessHandle.of(pid).ifPresent(members::add);
                }
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("cannot list " + PROC, e);
        }
        return members;
    }

    /**
     * Returns the processes of the task itself, without those of the sandbox: a signal to one of these would end the whole task at once.
     */
    public List<ProcessHandle> own() {
        return members().stream().filter(it -> !isScaffolding(it.pid())).toList();
    }

    private boolean isScaffolding(long pid) {
        long ancestor = pid;
        for (int generation = 0; generation < scaffolding; generation++) {
            if (ancestor == leader) {
                return true;
            }
            ancestor = ProcessState.of(ancestor).map(ProcessState::parent).orElse(0L);
        }
        return false;
    }

    private boolean belongs(ProcessState state, long pid) {
        return state.isAlive() && (state.group() == leader || state.session() == leader || isMarked(state, pid));
    }

    private boolean isMarked(ProcessState state, long pid) {
        String padded = "\0" + state.environment(pid);
        for (String item : mark.split("\0")) {
            if (!padded.contains("\0" + item + "\0")) {
                return false;
            }
        }
        return true;
    }

    /** Asks every process of the task to end. */
    public void terminate() {
        own().forEach(ProcessHandle::destroy);
    }

    /**
     * Kills processes until none is left, however fast they start others. The kernel needs some time to end a large process, so this gives
     * up only after twenty seconds.
     *
     * @return whether no process is left; false also if this is unknown
     */
    public boolean kill() {
        try {
            return killed();
        } catch (java.io.UncheckedIOException e) {
            return false;
        }
    }

    /** Kills the processes that exist now, without waiting for their end. Processes that are started meanwhile may be missed. */
    public void strike() {
        try {
            endGroup();
            members().forEach(ProcessHandle::destroyForcibly);
        } catch (java.io.UncheckedIOException e) {
            // Which processes are left is unknown here; the next attempt to kill them may find out.
        }
    }

    /** Makes the kernel kill all processes of the control group, including those that do not look alive. */
    private void endGroup() {
        CgroupMembers in = group;
        if (in != null && !in.pids().isEmpty()) {
            in.prepareEnd();
            in.killAll();
        }
    }

    private boolean killed() {
        endGroup();
        List<ProcessHandle> members = members();
        long deadline = System.nanoTime() + KILL_LIMIT.toNanos();
        while (!members.isEmpty() && System.nanoTime() < deadline) {
            members.forEach(ProcessHandle::destroyForcibly);
            pause();
            members = members();
        }
        return members.isEmpty();
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
