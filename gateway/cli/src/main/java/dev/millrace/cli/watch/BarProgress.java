package dev.millrace.cli.watch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.Screen;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A bar with rate and estimated end, for terminals. */
final class BarProgress implements Progress {
    private final Screen screen;
    private @Nullable ProgressBar bar;

    BarProgress(Screen screen) {
        this.screen = screen;
    }

    @Override
    public void counts(JsonNode counts) {
        ProgressBar shown = bar;
        if (shown == null) {
            shown = new ProgressBarBuilder()
                    .setTaskName("tasks")
                    .setStyle(ProgressBarStyle.ASCII)
                    .setInitialMax(Math.max(1, counts.path("total").asLong()))
                    .setUpdateIntervalMillis(200)
                    .setConsumer(new ConsoleProgressBarConsumer(screen.err()))
                    .showSpeed()
                    .build();
            bar = shown;
        }
        shown.maxHint(Math.max(1, counts.path("total").asLong()));
        shown.stepTo(finished(counts));
        shown.setExtraMessage(" " + describe(counts));
    }

    static long finished(JsonNode counts) {
        return counts.path("passed").asLong()
                + counts.path("failed").asLong()
                + counts.path("infrastructure").asLong()
                + counts.path("cancelled").asLong();
    }

    static String describe(JsonNode counts) {
        var text = new StringBuilder();
        append(text, counts, "running", "running");
        append(text, counts, "queued", "queued");
        append(text, counts, "passed", "passed");
        append(text, counts, "failed", "failed");
        append(text, counts, "flaky", "flaky");
        append(text, counts, "infrastructure", "undecided");
        append(text, counts, "cancelled", "cancelled");
        append(text, counts, "retried", "retried");
        return text.toString();
    }

    private static void append(StringBuilder text, JsonNode counts, String field, String word) {
        long count = counts.path(field).asLong();
        if (count > 0) {
            text.append(text.isEmpty() ? "" : ", ").append(count).append(' ').append(word);
        }
    }

    @Override
    public void line(String text) {
        screen.err().print("\r\u001b[K");
        screen.note(text);
        if (bar != null) {
            bar.refresh();
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
