package dev.millrace.maven;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import javax.inject.Inject;
import javax.inject.Named;
import javax.inject.Singleton;
import org.apache.maven.artifact.DependencyResolutionRequiredException;
import org.apache.maven.eventspy.AbstractEventSpy;
import org.apache.maven.execution.ExecutionEvent;
import org.apache.maven.execution.MavenSession;
import org.apache.maven.project.MavenProject;
import org.apache.maven.toolchain.Toolchain;
import org.apache.maven.toolchain.ToolchainManager;
import org.eclipse.aether.RepositorySystem;
import org.eclipse.aether.resolution.DependencyResolutionException;

/**
 * Writes a properties file for each module that was built without a failure. It contains the directory of the module. If the module has
 * compiled tests, it also contains the test class path as Maven resolved it, the files that JUnit needs in addition, and Surefire's
 * configuration with all expressions replaced. The files go to the directory that the user property {@value #DIRECTORY} names; without this
 * property nothing is written. Lists have the keys {@code name.0}, {@code name.1} and so on.
 */
@Named
@Singleton
public final class TestReport extends AbstractEventSpy {
    static final String DIRECTORY = "millrace.report";

    private final RepositorySystem repositories;
    private final ToolchainManager toolchains;
    private final Map<MavenProject, List<String>> classpaths = new ConcurrentHashMap<>();
    private final AtomicInteger written = new AtomicInteger();

    @Inject
    TestReport(RepositorySystem repositories, ToolchainManager toolchains) {
        this.repositories = repositories;
        this.toolchains = toolchains;
    }

    @Override
    public void onEvent(Object event) throws Exception {
        if (!(event instanceof ExecutionEvent)) {
            return;
        }
        var it = (ExecutionEvent) event;
        MavenProject project = it.getProject();
        if (project == null || !it.getSession().getUserProperties().containsKey(DIRECTORY)) {
            return;
        }
        if (it.getType() == ExecutionEvent.Type.MojoSucceeded && resolvesTests(it)) {
            // The class path must be read now: after the next goal, the project returns only the dependencies that the
            // next goal required.
            classpaths.put(project, classpath(project));
        } else if (it.getType() == ExecutionEvent.Type.ProjectSucceeded) {
            write(it);
        }
    }

    private static boolean resolvesTests(ExecutionEvent event) {
        return "test".equals(event.getMojoExecution().getMojoDescriptor().getDependencyResolutionRequired());
    }

    private static List<String> classpath(MavenProject project) {
        try {
            return List.copyOf(project.getTestClasspathElements());
        } catch (DependencyResolutionRequiredException e) {
            throw new IllegalStateException("the goal that just ran had them resolved", e);
        }
    }

    private void write(ExecutionEvent event) throws IOException {
        MavenProject project = event.getProject();
        var report = new Properties();
        report.setProperty("artifactId", project.getArtifactId());
        report.setProperty("root", event.getSession().getTopLevelProject().getArtifactId());
        // A module that failed has no report, so each report lists all modules of the build; the reader finds the
        // missing ones.
        list(
                report,
                "reactor",
                event.getSession().getProjects().stream()
                        .map(MavenProject::getArtifactId)
                        .collect(Collectors.toList()));
        report.setProperty("directory", project.getBasedir().getAbsolutePath());
        report.setProperty("build", project.getBuild().getDirectory());
        report.setProperty(
                "localRepository", event.getSession().getLocalRepository().getBasedir());
        Path tests = Path.of(project.getBuild().getTestOutputDirectory());
        List<String> classpath = classpaths.get(project);
        if (classpath != null && Files.isDirectory(tests)) {
            report.setProperty("tests", tests.toString());
            list(report, "classpath", classpath);
            var platform = new JUnitPlatform(repositories, event.getSession().getRepositorySession());
            try {
                list(report, "platform", platform.missing(project, classpath));
            } catch (DependencyResolutionException e) {
                // Maven would only log an exception that is thrown here.
                report.setProperty("error", String.valueOf(e.getMessage()));
            }
            report.setProperty("java", java(event.getSession()));
            // Surefire passes the user properties to the tests.
            event.getSession().getUserProperties().forEach((name, value) -> {
                if (!name.equals(DIRECTORY) && !name.equals("maven.ext.class.path")) {
                    report.setProperty("userProperties." + name, String.valueOf(value));
                }
            });
            new SurefireSettings(event.getSession(), project).write(report);
        }
        Path directory = Path.of(event.getSession().getUserProperties().getProperty(DIRECTORY));
        try (OutputStream out = Files.newOutputStream(directory.resolve(written.getAndIncrement() + ".properties"))) {
            report.store(out, null);
        }
    }

    /** Returns the Java of the toolchain that the build has chosen, or else the one Maven itself runs on. */
    private String java(MavenSession session) {
        Toolchain chosen = toolchains.getToolchainFromBuildContext("jdk", session);
        String java = chosen == null ? null : chosen.findTool("java");
        return java != null
                ? java
                : Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    static void list(Properties report, String name, List<String> values) {
        var copy = new ArrayList<>(values);
        for (int i = 0; i < copy.size(); i++) {
            report.setProperty(name + "." + i, copy.get(i));
        }
    }
}
