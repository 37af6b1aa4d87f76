package dev.millrace.cli;

import java.net.URI;
import java.util.Optional;

/** Starts the embedded stack for {@code run} when there is no gateway; the distribution implements it. */
public interface StackStarter {
    /** A stack that this process started and has to stop. */
    interface Stack extends AutoCloseable {
        URI gateway();

        /** Returns why the stack cannot be used any more, as a text for the user; empty while it works. */
        Optional<String> failure();

        @Override
        void close();
    }

    /** Starts a stack and blocks until it is ready. */
    Stack start(Screen screen);
}
