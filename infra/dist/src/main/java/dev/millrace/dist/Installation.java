package dev.millrace.dist;

import java.nio.file.Path;
import java.util.Map;

/** Where the parts of this installation are. */
record Installation(Path root) {
    static Installation of(String root) {
        return new Installation(Path.of(root).toAbsolutePath().normalize());
    }

    /** The jar that runs inside users' JVMs. */
    Path junitRunner() {
        return root.resolve("gateway/junit-runner/target/junit-runner-0.1.0-SNAPSHOT.jar");
    }

    /** The jar that runs inside users' Maven. */
    Path mavenExtension() {
        return root.resolve("gateway/maven-extension/target/maven-extension-0.1.0-SNAPSHOT.jar");
    }

    /** The launcher script. */
    Path launcher() {
        return root.resolve("millrace");
    }

    /** Returns the default data directory of stacks: {@code MILLRACE_DATA}, else {@code millrace} in the XDG data directory. */
    static Path defaultData(Map<String, String> environment) {
        String own = environment.get("MILLRACE_DATA");
        if (own != null && !own.isBlank()) {
            return Path.of(own);
        }
        String xdg = environment.get("XDG_DATA_HOME");
        Path base = xdg != null && !xdg.isBlank()
                ? Path.of(xdg)
                : Path.of(environment.getOrDefault("HOME", "."), ".local", "share");
        return base.resolve("millrace");
    }
}
