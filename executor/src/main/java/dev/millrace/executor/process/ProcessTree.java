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
 * Everything that runs on behalf of one attempt. With a control group that is who is in it, which no process can leave. Without
 * one it is the members of its session and process group, and whoever carries its mark in the environment, which children
 * inherit even when they make a session of their own. Read from {@code /proc}.
 *
 * @param leader process id of the first process, which leads session and group
 * @param mark environment entries that no other attempt has, separated by NUL
 * @param group null if there are no control groups
 * @param scaffolding how many generations, from the leader on, are the sandbox's and not the task's
 */
public record ProcessTree(long leader, String mark, @Nullable CgroupMembers group, int scaffolding) {
    private static final Path PROC = Path.of("/proc");
    private static final Duration KILL_LIMIT = Duration.ofSeconds(20);
    private static final long PAUSE_MS = 5;

    /** Those who are in a control group. */
    public ProcessTree(CgroupMembers group) {
        this(0, "", group, 0);
    }

    /** A mark of two environment entries. */
    public static String mark(String taskId, int attempt) {
        return "MILLRACE_TASK=" + taskId + "\0MILLRACE_ATTEMPT=" + attempt;
    }

    /** The processes with a thread that is alive now. */
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

    /** The members that are the task's own: those of the sandbox would end it at the first signal. */
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
     * Kills until nobody is left, however fast they fork. A large process takes the kernel a while, so this gives up only
     * after twenty seconds.
     *
     * @return whether nobody is left; false too if that is unknown
     */
    public boolean kill() {
        try {
            return killed();
        } catch (java.io.UncheckedIOException e) {
            return false;
        }
    }

    /** Kills whoever is a member now and waits for nobody, so those who fork meanwhile may be missed. */
    public void strike() {
        try {
            endGroup();
            members().forEach(ProcessHandle::destroyForcibly);
        } catch (java.io.UncheckedIOException e) {
            // Which processes are left is unknown here; the next attempt to kill them may find out.
        }
    }

    /** Has the kernel kill whoever it lists, also one that does not look alive. */
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
