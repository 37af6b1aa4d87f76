package dev.millrace.cli;

import java.net.URI;
import java.util.Optional;

/** Starts the embedded stack for {@code run} when there is no gateway; the distribution supplies it. */
public interface StackStarter {
    /** A stack that this process started and stops. */
    interface Stack extends AutoCloseable {
        URI gateway();

        /** Why it is of no use any more, for the user; empty while all is well. */
        Optional<String> failure();

        @Override
        void close();
    }

    /** Blocks until the stack is ready. */
    Stack start(Screen screen);
}
