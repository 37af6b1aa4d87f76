package dev.millrace.embedded;

import dev.millrace.platform.files.PrivateFiles;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** An S3 server that keeps its objects in a directory. */
final class S3Server {
    private S3Server() {}

    static ServerProcess start(ServerClassPath classPath, Path data, Path log, int port, S3Credentials credentials) {
        Path home = data.resolve("s3");
        try {
            Files.createDirectories(home.resolve("objects"));
            PrivateFiles.write(home.resolve("s3proxy.properties"), properties(home, port, credentials));
            PrivateFiles.write(home.resolve("logback.xml"), ServerLogging.LOGBACK);
        } catch (IOException e) {
            throw new EmbeddedServerException(
                    "cannot prepare the data of the S3 server in " + home + ": " + e.getMessage(), e);
        }
        return ServerProcess.start(
                "s3",
                log,
                home,
                classPath.options("s3"),
                List.of(
                        "-Xms64m",
                        "-Xmx160m",
                        "-XX:+UseSerialGC",
                        "-XX:MaxDirectMemorySize=64m",
                        "-Dlogback.configurationFile=" + home.resolve("logback.xml"),
                        "-Djava.awt.headless=true",
                        ChildMain.class.getName(),
                        "org.gaul.s3proxy.Main",
                        "--properties",
                        home.resolve("s3proxy.properties").toString()));
    }

    static void awaitReady(ServerProcess process, int port) {
        var http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                .timeout(Duration.ofSeconds(2))
                .build();
        // Any answer of the S3 protocol shows that the server is ready. A request without credentials gets an error
        // document.
        process.awaitReady(
                () -> http.send(request, BodyHandlers.ofString()).body().contains("<Error>"), Duration.ofSeconds(60));
    }

    private static String properties(Path home, int port, S3Credentials credentials) {
        return String.join(
                "\n",
                "s3proxy.endpoint=http://127.0.0.1:" + port,
                "s3proxy.authorization=aws-v2-or-v4",
                "s3proxy.identity=" + credentials.accessKey(),
                "s3proxy.credential=" + credentials.secretKey(),
                "s3proxy.v4-max-non-chunked-request-size=134217728",
                "jclouds.provider=filesystem-nio2",
                "jclouds.filesystem.basedir=" + home.resolve("objects"),
                "jclouds.identity=local",
                "jclouds.credential=local",
                "");
    }
}
