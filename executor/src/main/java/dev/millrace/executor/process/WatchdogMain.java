package dev.millrace.executor.process;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A process of its own that outlives its executor just long enough to kill what the executor left: all registered trees,
 * when the pipe from the executor closes (it died, however) or stays silent for longer than given (it hangs or is stopped).
 * Lines read: {@code add LEADER TASK ATTEMPT}, answered with {@code ok}; {@code remove LEADER}; {@code alive}.
 */
public final class WatchdogMain {
    /** Unlike System.in it has no lock that a blocked reader would hold. */
    private static final FileInputStream PIPE = new FileInputStream(FileDescriptor.in);

    private final Map<Long, ProcessTree> trees = new ConcurrentHashMap<>();
    private volatile long lastHeardNanos = System.nanoTime();

    private WatchdogMain() {}

    /** @param args longest silence in milliseconds */
    public static void main(String[] args) throws IOException {
        new WatchdogMain().run(Long.parseLong(args[0]));
    }

    private void run(long silenceMs) throws IOException {
        var silence = new Thread(() -> watchSilence(silenceMs), "silence");
        silence.setDaemon(true);
        silence.start();
        try (var in = new BufferedReader(new InputStreamReader(PIPE, StandardCharsets.US_ASCII))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                lastHeardNanos = System.nanoTime();
                obey(line.split(" "));
            }
        } finally {
            killAll();
        }
    }

    private void obey(String[] words) {
        switch (words[0]) {
            case "add" -> {
                long leader = Long.parseLong(words[1]);
                trees.put(leader, new ProcessTree(leader, ProcessTree.mark(words[2], Integer.parseInt(words[3]))));
                System.out.println("ok");
                System.out.flush();
            }
            case "remove" -> trees.remove(Long.parseLong(words[1]));
            default -> {
                // "alive" says nothing but that.
            }
        }
    }

    private void watchSilence(long silenceMs) {
        while (true) {
            try {
                Thread.sleep(Math.max(50, silenceMs / 10));
            } catch (InterruptedException e) {
                return;
            }
            if ((System.nanoTime() - lastHeardNanos) / 1_000_000 > silenceMs && nothingToRead()) {
                killAll();
            }
        }
    }

    /** What was written but not read yet is a sign of life too: it may be this process that was held up. */
    private static boolean nothingToRead() {
        try {
            return PIPE.available() == 0;
        } catch (IOException e) {
            return true;
        }
    }

    private void killAll() {
        trees.values().forEach(ProcessTree::kill);
    }
}
