package dev.millrace.cli.command.option;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.CliContext;
import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.cli.StackProcess;
import dev.millrace.cli.client.GatewayClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which gateway a command talks to: the flag, {@code MILLRACE_GATEWAY}, the config file, else the stack running here. */
public final class GatewayOption {
    @Option(
            names = "--gateway",
            paramLabel = "URL",
            description =
                    "The gateway to talk to (default: $MILLRACE_GATEWAY, the config file, or the stack that runs here).")
    private @Nullable String gateway;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The client's config file (default: ~/.config/millrace/config.yaml).")
    private @Nullable Path config;

    /** Returns the gateway that the flag, the environment or the config file names, whether or not it answers; empty if they name none. */
    public Optional<URI> named(CliContext context) {
        String named = gateway != null ? gateway : context.environment().get("MILLRACE_GATEWAY");
        if (named == null || named.isBlank()) {
            named = fromConfig(context).orElse("");
        }
        return named.isBlank() ? Optional.empty() : Optional.of(parse(named));
    }

    private Optional<String> fromConfig(CliContext context) {
        String variable = context.environment().get("MILLRACE_CONFIG");
        Path file = config != null
                ? config
                : variable != null
                        ? Path.of(variable)
                        : Path.of(
                                context.environment().getOrDefault("HOME", "."), ".config", "millrace", "config.yaml");
        if (!Files.exists(file)) {
            if (config != null || variable != null) {
                throw new CliException(ExitCode.USAGE, "there is no config file " + file);
            }
            return Optional.empty();
        }
        try {
            JsonNode root = new com.fasterxml.jackson.dataformat.yaml.YAMLMapper().readTree(file.toFile());
            for (var field : root.properties()) {
                if (!field.getKey().equals("gateway")) {
                    throw new CliException(
                            ExitCode.USAGE, file + ": '" + field.getKey() + "' is not known here; accepted: gateway");
                }
            }
            return Optional.ofNullable(root.path("gateway").asText(null));
        } catch (IOException e) {
            throw new CliException(ExitCode.USAGE, "cannot read the config file " + file + ": " + e.getMessage());
        }
    }

    private static URI parse(String text) {
        try {
            URI uri = URI.create(text.replaceAll("/+$", ""));
            if (uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // Reported below, like a text that parses but is not an HTTP URL with a host.
        }
        throw new CliException(
                ExitCode.USAGE,
                "bad value '" + text + "' for the gateway; accepted: a URL such as http://127.0.0.1:8080");
    }

    /** Returns the stack that runs on this machine, if it is ready. */
    public static Optional<GatewayClient> running(CliContext context) {
        return context.state()
                .stack()
                // A killed stack leaves its description behind, and the stack of another user may have the same port by
                // now.
                .filter(stack -> StackProcess.of(stack).isPresent())
                .map(stack -> stack.path("gateway").asText(""))
                .filter(url -> !url.isEmpty())
                .map(url -> new GatewayClient(URI.create(url), context.screen()::note))
                .filter(GatewayClient::isReady);
    }

    /** Returns the named gateway, else the stack that runs on this machine. */
    public GatewayClient client(CliContext context) {
        Optional<URI> named = named(context);
        if (named.isPresent()) {
            return new GatewayClient(named.get(), context.screen()::note);
        }
        return running(context)
                .orElseThrow(
                        () -> new CliException(
                                ExitCode.UNREACHABLE,
                                "no gateway is configured and no stack runs here; start one with 'millrace up' or name a gateway with --gateway URL"));
    }
}
