package dev.millrace.embedded;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The class paths the build resolved for the servers, below {@code infra/embedded/servers} of the project. */
public record ServerClassPath(Path projectRoot) {

    /** The options of a JVM that is to run a server. */
    List<String> options(String server) {
        var options = new ArrayList<>(archive(server).options());
        options.addAll(List.of("-cp", of(server)));
        return options;
    }

    /** Below the build's files, so that a clean build begins without. */
    ClassArchive archive(String server) {
        return new ClassArchive(target(server).resolve(server + ".jsa"), of(server));
    }

    /** The archive of the process that starts the servers, which the launcher names to its JVM. */
    Path ownArchive() {
        return projectRoot.resolve("infra/dist/target/services.jsa");
    }

    private Path target(String server) {
        return projectRoot.resolve("infra/embedded/servers/" + server + "/target");
    }

    /** Own classes first, since they hold {@link ChildMain}. */
    String of(String server) {
        Path file = target(server).resolve("classpath");
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
