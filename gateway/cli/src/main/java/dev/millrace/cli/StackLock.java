package dev.millrace.cli;

import dev.millrace.platform.files.PrivateFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Orders commands that use a stack which lasts as long as the {@code run} that started it: one process at a time starts or
 * stops it, and none stops it while others use it. Whoever waits to stop it lets no others in meanwhile, or it would wait as long as one
 * command begins before another ends. The kernel drops the locks with their holder, so nobody waits for the dead.
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
