package dev.millrace.executor.sandbox;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signals that this process ignores. A program that it starts would ignore them as well, and could not be interrupted. A shell without job
 * control makes what it starts in the background ignore SIGINT, and that is how the launcher starts {@code millrace up}.
 */
final class IgnoredSignals {
    private static final Logger LOG = LoggerFactory.getLogger(IgnoredSignals.class);
    private static final Path STATUS = Path.of("/proc/self/status");
    /** The last ordinary signal. Higher numbers are real-time signals, which programs and their libraries use among themselves. */
    private static final int LAST = 31;

    private static final String FIELD = "SigIgn:";
    private static final long PROBE_LIMIT_S = 10;

    private IgnoredSignals() {}

    /** Returns the numbers of these signals. */
    static List<Integer> numbers() throws IOException {
        String mask = Files.readAllLines(STATUS, StandardCharsets.ISO_8859_1).stream()
                .filter(line -> line.startsWith(FIELD))
                .map(line -> line.substring(FIELD.length()).strip())
                .findFirst()
                .orElse("0");
        var bits = new BigInteger(mask, 16);
        return IntStream.rangeClosed(1, LAST)
                .filter(signal -> bits.testBit(signal - 1))
                .boxed()
                .toList();
    }

    /**
     * Returns the words to put before a command, so that the command starts with none of these signals ignored. Returns an empty list if no
     * signal is ignored, or if {@code env} cannot do this.
     */
    static List<String> notIn(Tools tools) throws IOException {
        List<Integer> ignored = numbers();
        if (ignored.isEmpty()) {
            return List.of();
        }
        String option =
                "--default-signal=" + ignored.stream().map(String::valueOf).collect(Collectors.joining(","));
        if (tools.env().isEmpty() || !works(tools.env().get(), option)) {
            LOG.atWarn()
                    .addKeyValue("signals", ignored)
                    .log("tasks ignore signals that this process ignores: there is no 'env' with --default-signal");
            return List.of();
        }
        return List.of(tools.env().get().toString(), option);
    }

    private static boolean works(Path env, String option) throws IOException {
        Process probe = new ProcessBuilder(env.toString(), option, "true")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            return probe.waitFor(PROBE_LIMIT_S, TimeUnit.SECONDS) && probe.exitValue() == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            probe.destroyForcibly();
        }
    }
}
