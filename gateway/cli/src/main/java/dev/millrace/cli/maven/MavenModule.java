package dev.millrace.cli.maven;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

/** A module, as Millrace's extension in the user's Maven reported it; see {@code dev.millrace.maven.TestReport}. */
final class MavenModule {
    private final Properties report = new Properties();

    private MavenModule() {}

    static MavenModule read(Path file) throws IOException {
        var module = new MavenModule();
        try (Reader in = Files.newBufferedReader(file)) {
            module.report.load(in);
        }
        return module;
    }

    static MavenModule of(Map<String, String> report) {
        var module = new MavenModule();
        module.report.putAll(report);
        return module;
    }

    String name() {
        return text("artifactId").orElseThrow();
    }

    /** Returns the name of the top-level module of the build. */
    String root() {
        return text("root").orElseThrow();
    }

    Path directory() {
        return path("directory");
    }

    /** Returns the directory for the build's output, {@code target} by default. */
    Path buildDirectory() {
        return path("build");
    }

    Path localRepository() {
        return path("localRepository");
    }

    /** Returns the directory of the compiled tests; empty if there are none. */
    Optional<Path> tests() {
        return text("tests").map(Path::of);
    }

    /** Returns why the module's tests cannot be run; empty if they can. */
    Optional<String> error() {
        return text("error");
    }

    List<Path> classpath() {
        return list("classpath").stream().map(Path::of).toList();
    }

    /** Returns the jars of the JUnit Platform that the class path lacks. */
    List<Path> platform() {
        return list("platform").stream().map(Path::of).toList();
    }

    Optional<String> text(String key) {
        return Optional.ofNullable(report.getProperty(key));
    }

    boolean isTrue(String key) {
        return text(key).filter("true"::equals).isPresent();
    }

    private Path path(String key) {
        return Path.of(text(key).orElseThrow());
    }

    List<String> list(String name) {
        var values = new ArrayList<String>();
        for (int i = 0; report.containsKey(name + "." + i); i++) {
            values.add(report.getProperty(name + "." + i));
        }
        return values;
    }

    Map<String, String> map(String name) {
        var values = new TreeMap<String, String>();
        for (String key : report.stringPropertyNames()) {
            if (key.startsWith(name + ".")) {
                values.put(key.substring(name.length() + 1), report.getProperty(key));
            }
        }
        return values;
    }
}
