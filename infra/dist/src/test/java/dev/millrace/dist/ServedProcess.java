package dev.millrace.dist;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Starts another instance of a service as a separate process that uses the servers of the shared stack. */
final class ServedProcess {
    private ServedProcess() {}

    /** @param more further settings, such as {@code gateway.owner=me} */
    static LaunchedProcess start(SharedStack stack, String service, String... more) throws IOException {
        var platform = stack.platform();
        var secrets = platform.servers().secrets().directory();
        String name = service + "-" + System.nanoTime();
        Path data = SharedStack.SCRATCH.resolve("started-" + name);
        String settings = "kafka.bootstrap=" + platform.kafka().bootstrap() + " kafka.user=millrace kafka.passwordFile="
                + secrets.resolve("kafka") + " cassandra.contactPoint="
                + platform.servers().cassandraContactPoint()
                + " cassandra.user=millrace cassandra.replication=1 cassandra.keepDays=0 cassandra.passwordFile="
                + secrets.resolve("cassandra") + " " + service.replace("artifact-service", "artifacts") + ".port=0";
        settings += switch (service) {
            case "artifact-service" -> s3Settings(stack);
            case "executor" ->
                " executor.pool=late executor.id=" + name + " executor.artifactService=" + platform.artifactService();
            default -> " " + service + ".artifactService=" + platform.artifactService();
        };
        var arguments = new ArrayList<>(List.of("serve", service));
        for (String setting : (settings + " " + String.join(" ", more)).strip().split(" ")) {
            arguments.addAll(List.of("--set", setting));
        }
        return LaunchedProcess.start(name, Map.of("MILLRACE_DATA", data.toString()), arguments.toArray(String[]::new));
    }

    /** Returns the address that a service printed when it was ready. */
    static URI address(LaunchedProcess process) throws IOException {
        return URI.create(process.said().replaceAll("(?s).*(http://[0-9.:]+).*", "$1"));
    }

    private static String s3Settings(SharedStack stack) throws IOException {
        var servers = stack.platform().servers();
        Path secret = Files.writeString(
                SharedStack.SCRATCH.resolve("s3-secret"),
                servers.s3Credentials().secretKey());
        return " artifacts.s3Endpoint=" + servers.s3Endpoint() + " artifacts.accessKey="
                + servers.s3Credentials().accessKey() + " artifacts.secretKeyFile=" + secret;
    }
}
