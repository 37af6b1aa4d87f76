package dev.millrace.cli;

import dev.millrace.platform.files.PrivateFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Coordinates the commands that use a stack that exists only as long as the {@code run} that started it. Only one process at a time starts
 * or stops the stack, and no process stops it while others use it. While a process waits to stop the stack, no further command may start to
 * use it; otherwise overlapping commands could keep that process waiting for ever. The kernel releases the locks of a process that ends, so
 * no command waits for a dead process.
 */
public final class StackLock implements AutoCloseable {
    private final FileChannel channel;

    private StackLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Takes the shared lock, for a command that uses the stack; waits while another process starts or stops the stack. */
    public static StackLock use(StateDirectory state, Screen screen) {
        return lock(state, screen, true, "another command is starting or stopping the stack here; waiting for it …");
    }

    /** Takes the exclusive lock, for a command that starts or stops the stack; waits until no other command uses the stack. */
    public static StackLock change(StateDirectory state, Screen screen) {
        return lock(state, screen, false, "other commands use the stack here; waiting for them …");
    }

    private static StackLock lock(StateDirectory state, Screen screen, boolean shared, String note) {
        try {
            PrivateFiles.directory(state.path());
            try (FileChannel door = open(state.stackDoor())) {
                FileChannel channel = open(state.stackLock());
                boolean isOpen = door.tryLock() != null;
                if (!isOpen || channel.tryLock(0, Long.MAX_VALUE, shared) == null) {
                    screen.note(note);
                    if (!isOpen) {
                        door.lock();
                    }
                    channel.lock(0, Long.MAX_VALUE, shared);
                }
                return new StackLock(channel);
            }
        } catch (IOException e) {
            throw new CliException(ExitCode.INFRASTRUCTURE, "cannot lock " + state.stackLock() + ": " + e.getMessage());
        }
    }

    private static FileChannel open(Path file) throws IOException {
        return FileChannel.open(PrivateFiles.touch(file), StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new CliException(ExitCode.INFRASTRUCTURE, "cannot unlock the stack: " + e.getMessage());
        }
    }
}
