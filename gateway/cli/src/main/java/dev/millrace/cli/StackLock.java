package dev.millrace.cli;

import dev.millrace.platform.files.PrivateFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.StandardOpenOption;

/**
 * Orders commands that use a stack which lasts as long as the {@code run} that started it: one process at a time starts or
 * stops it, and none stops it while others use it. The kernel drops the lock with its holder, so nobody waits for the dead.
 */
public final class StackLock implements AutoCloseable {
    private final FileChannel channel;

    private StackLock(FileChannel channel) {
        this.channel = channel;
    }

    /** For one who uses the stack; waits while another starts or stops it. */
    public static StackLock use(StateDirectory state, Screen screen) {
        return lock(state, screen, true, "another command is starting or stopping the stack here; waiting for it …");
    }

    /** For one who starts or stops the stack; waits for the end of all who use it. */
    public static StackLock change(StateDirectory state, Screen screen) {
        return lock(state, screen, false, "other commands use the stack here; waiting for them …");
    }

    private static StackLock lock(StateDirectory state, Screen screen, boolean shared, String note) {
        try {
            PrivateFiles.directory(state.path());
            FileChannel channel = FileChannel.open(
                    PrivateFiles.touch(state.stackLock()), StandardOpenOption.READ, StandardOpenOption.WRITE);
            FileLock held = channel.tryLock(0, Long.MAX_VALUE, shared);
            if (held == null) {
                screen.note(note);
                channel.lock(0, Long.MAX_VALUE, shared);
            }
            return new StackLock(channel);
        } catch (IOException e) {
            throw new CliException(ExitCode.INFRASTRUCTURE, "cannot lock " + state.stackLock() + ": " + e.getMessage());
        }
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
