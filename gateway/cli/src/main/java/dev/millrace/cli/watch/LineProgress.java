package dev.millrace.cli.watch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.Screen;
import java.util.concurrent.TimeUnit;

/** Shows progress as plain lines, for logs and pipes; shows new counts at most once every two seconds. */
final class LineProgress implements Progress {
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Screen screen;
    private String last = "";
    private long lastNanos = System.nanoTime() - INTERVAL_NANOS;

    LineProgress(Screen screen) {
        this.screen = screen;
    }

    @Override
    public void counts(JsonNode counts) {
        String text = BarProgress.finished(counts) + "/" + counts.path("total").asLong() + " tasks done: "
                + BarProgress.describe(counts);
        long now = System.nanoTime();
        if (!text.equals(last) && now - lastNanos >= INTERVAL_NANOS) {
            last = text;
            lastNanos = now;
            screen.note(text);
        }
    }

    @Override
    public void line(String text) {
        screen.note(text);
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
