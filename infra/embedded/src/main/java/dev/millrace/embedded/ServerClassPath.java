package dev.millrace.embedded;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The class paths of the servers. The build stores them below {@code infra/embedded/servers} of the project. */
public record ServerClassPath(Path projectRoot) {

    /** Returns the JVM options for running a server: its class path and, if there is one, its class archive. */
    List<String> options(String server) {
        var options = new ArrayList<>(archive(server).options());
        options.addAll(List.of("-cp", of(server)));
        return options;
    }

    /** Returns the class archive of a server. It is in a {@code target} directory, so a clean build deletes it. */
    ClassArchive archive(String server) {
        return new ClassArchive(target(server).resolve(server + ".jsa"), of(server));
    }

    /**
     * Returns the file for the class archive of the process that starts the servers. The launcher passes this archive to that process's
     * JVM.
     */
    Path ownArchive() {
        return projectRoot.resolve("infra/dist/target/services.jsa");
    }

    private Path target(String server) {
        return projectRoot.resolve("infra/embedded/servers/" + server + "/target");
    }

    /** Returns the class path of a server. The classes of this module come first, since {@link ChildMain} is one of them. */
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
