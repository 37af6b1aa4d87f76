package dev.millrace.embedded;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The class paths the build resolved for the servers, below {@code infra/embedded/servers} of the project. */
public record ServerClassPath(Path projectRoot) {

    /** Own classes first, since they hold {@link ChildMain}. */
    String of(String server) {
        Path file = projectRoot.resolve("infra/embedded/servers/" + server + "/target/classpath");
        try {
            Path own = Path.of(ChildMain.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return own + ":" + Files.readString(file).strip();
        } catch (IOException e) {
            throw new EmbeddedServerException(
                    "the class path of the " + server + " server is missing at " + file
                            + "; build it with: mvn -Dquick package",
                    e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException("class paths are file URIs", e);
        }
    }
}
