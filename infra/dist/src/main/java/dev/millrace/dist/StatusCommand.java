package dev.millrace.dist;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.cli.ExitCode;
import dev.millrace.cli.Screen;
import dev.millrace.cli.StackProcess;
import dev.millrace.cli.StateDirectory;
import dev.millrace.schemas.json.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows the embedded stack. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Shows whether the embedded stack runs, how its services are, and its processes.")
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
                state.stack().filter(it -> StackProcess.of(it).isPresent());
        if (stack.isEmpty()) {
            screen.result(
                    output.equals("json") ? "{\"running\":false}" : "no stack runs here; start one with 'millrace up'");
            return ExitCode.UNREACHABLE;
        }
        JsonNode running = stack.get();
        Map<String, ServiceHealth> health = new TreeMap<>();
        for (var service : running.path("health").properties()) {
            health.put(
                    service.getKey(),
                    ServiceHealth.of(URI.create(service.getValue().asText())));
        }
        if (output.equals("json")) {
            var all = (ObjectNode) running.deepCopy();
            all.set("services", Json.MAPPER.valueToTree(health));
            screen.result(all.toPrettyString());
            return exitCode(health);
        }
        screen.result("gateway    " + running.path("gateway").asText());
        screen.result("slots      " + running.path("executors").asInt() + " × "
                + running.path("slots").asInt());
        running.path("isolation").forEach(line -> screen.result("           " + line.asText()));
        screen.result("data       " + running.path("data").asText());
        for (var pid : running.path("pids").properties()) {
            screen.result(String.format(
                    "%-12s process %d, %d MiB resident",
                    pid.getKey(),
                    pid.getValue().asLong(),
                    residentMiB(pid.getValue().asLong())));
        }
        health.forEach(this::show);
        return exitCode(health);
    }

    private static int exitCode(Map<String, ServiceHealth> health) {
        return health.values().stream().allMatch(ServiceHealth::isReady) ? ExitCode.OK : ExitCode.INFRASTRUCTURE;
    }

    private void show(String service, ServiceHealth health) {
        String status = health.status();
        screen.result(
                String.format("%-17s ", service) + (status.equals("ready") ? screen.good(status) : screen.bad(status)));
        health.reasons().forEach((check, reason) -> screen.result("                  " + check + ": " + reason));
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
