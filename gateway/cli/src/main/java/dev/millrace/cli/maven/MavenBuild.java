package dev.millrace.cli.maven;

import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/**
 * Compiles a project with the user's own Maven, or with the project's Maven wrapper if it has one; stops before the phase that runs the
 * tests.
 *
 * @param extension the jar of Millrace's extension that runs inside Maven
 * @param modules build only these modules and the modules they depend on; all if empty
 * @param arguments further arguments of the user for Maven
 */
record MavenBuild(Path directory, Path extension, List<String> modules, List<String> arguments) {
    private static final int MAX_SAID = 8_000;

    /** @throws CliException with the end of Maven's output, if Maven fails */
    List<MavenModule> run() {
        if (!Files.isRegularFile(directory.resolve("pom.xml"))) {
            throw new CliException(ExitCode.USAGE, directory + " has no pom.xml");
        }
        try {
            Path scratch = Files.createTempDirectory("millrace-maven");
            Path log = scratch.resolve("log");
            try {
                build(scratch, log);
                return reports(scratch);
            } finally {
                try (DirectoryStream<Path> files = Files.newDirectoryStream(scratch)) {
                    for (Path file : files) {
                        Files.delete(file);
                    }
                }
                Files.delete(scratch);
            }
        } catch (IOException e) {
            throw new CliException(ExitCode.USAGE, "cannot run Maven in " + directory + ": " + e.getMessage());
        }
    }

    private void build(Path scratch, Path log) throws IOException {
        Process maven = new ProcessBuilder(command(scratch))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            maven.getOutputStream().close();
            // There is no timeout, since projects differ; the user may interrupt the build.
            if (maven.waitFor() != 0) {
                String said = Files.readString(log, StandardCharsets.ISO_8859_1);
                throw new CliException(
                        ExitCode.USAGE,
                        "Maven cannot build " + directory + ":\n"
                                + said.substring(Math.max(0, said.length() - MAX_SAID)));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException(ExitCode.INTERRUPTED, "interrupted while Maven ran");
        } finally {
            maven.destroy();
        }
    }

    List<String> command(Path scratch) {
        Path wrapper = directory.resolve("mvnw");
        var command = new ArrayList<String>();
        command.add(Files.isExecutable(wrapper) ? wrapper.toString() : "mvn");
        command.addAll(List.of("-B", "-q", "-Dmaven.ext.class.path=" + extension, "-Dmillrace.report=" + scratch));
        if (!modules.isEmpty()) {
            command.addAll(List.of("-pl", String.join(",", modules), "-am"));
        }
        command.addAll(arguments);
        command.add("process-test-classes");
        return command;
    }

    private List<MavenModule> reports(Path scratch) throws IOException {
        var reports = new ArrayList<MavenModule>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(scratch, "*.properties")) {
            for (Path file : files) {
                reports.add(MavenModule.read(file));
            }
        }
        if (reports.isEmpty()) {
            throw new CliException(
                    ExitCode.USAGE,
                    "Maven built " + directory + " but reported no module; Maven 3.6 or newer is needed");
        }
        var missing = new TreeSet<>(reports.get(0).list("reactor"));
        reports.forEach(module -> missing.remove(module.name()));
        if (!missing.isEmpty()) {
            // With --fail-never Maven succeeds even if modules fail.
            throw new CliException(
                    ExitCode.USAGE,
                    "Maven did not build all modules of " + directory + ": " + String.join(", ", missing)
                            + " failed, so their tests are not known; see what Maven says of them");
        }
        reports.sort(Comparator.comparing(MavenModule::directory));
        return reports;
    }
}
