package dev.millrace.dist;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.ExitCode;
import dev.millrace.cli.Screen;
import dev.millrace.cli.StateDirectory;
import dev.millrace.cli.client.GatewayClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows the embedded stack. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Shows whether the embedded stack runs, and its processes.")
final class StatusCommand implements Callable<Integer> {
    private final Screen screen;
    private final StateDirectory state;

    @Option(names = "--output", paramLabel = "FORMAT", description = "text or json (default: ${DEFAULT-VALUE}).")
    private String output = "text";

    StatusCommand(Screen screen, StateDirectory state) {
        this.screen = screen;
        this.state = state;
    }

    @Override
    public Integer call() {
        Optional<JsonNode> stack =
                state.stack().filter(it -> StackFile.process(it).isPresent());
        if (stack.isEmpty()) {
            screen.result(
                    output.equals("json") ? "{\"running\":false}" : "no stack runs here; start one with 'millrace up'");
            return ExitCode.UNREACHABLE;
        }
        JsonNode running = stack.get();
        if (output.equals("json")) {
            screen.result(running.toPrettyString());
            return ExitCode.OK;
        }
        boolean ready = new GatewayClient(URI.create(running.path("gateway").asText())).isReady();
        screen.result("gateway    " + running.path("gateway").asText() + "  "
                + (ready ? screen.good("ready") : screen.bad("not ready")));
        screen.result("executors  " + running.path("executors").asInt() + " × "
                + running.path("slots").asInt() + " slots");
        screen.result("data       " + running.path("data").asText());
        for (var pid : running.path("pids").properties()) {
            screen.result(String.format(
                    "%-12s process %d, %d MiB resident",
                    pid.getKey(),
                    pid.getValue().asLong(),
                    residentMiB(pid.getValue().asLong())));
        }
        return ready ? ExitCode.OK : ExitCode.INFRASTRUCTURE;
    }

    private static long residentMiB(long pid) {
        try {
            return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }
}
