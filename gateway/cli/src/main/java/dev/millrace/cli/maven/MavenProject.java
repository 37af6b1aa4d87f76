package dev.millrace.cli.maven;

import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.cli.spec.LocalInputs;
import dev.millrace.schemas.spec.JUnitSuite;
import dev.millrace.schemas.spec.JobSpec;
import dev.millrace.schemas.spec.SuiteSpec;
import dev.millrace.schemas.spec.TaskDefaults;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A Maven project as a job: a JUnit suite for each module that has tests, with the class path, properties, environment and directory that
 * Surefire would give them. Tasks see the project's files as they are on this machine; of the build's output they only see what the tests
 * use, such as the classes.
 *
 * @param directory the directory of the project's {@code pom.xml}
 * @param modules the modules whose tests run, in the syntax of Maven's {@code -pl}; all if empty
 * @param arguments further arguments for Maven
 * @param settings the settings of every task
 */
public record MavenProject(Path directory, List<String> modules, List<String> arguments, TaskDefaults settings) {
    /** A job spec and its inputs; the tests of its suites have not been discovered yet. */
    public record Job(JobSpec spec, LocalInputs inputs) {}

    /**
     * Builds the project.
     *
     * @param note receives a message for each module that is left out
     * @throws CliException if the project cannot be built, has no tests, or uses something in Surefire that Millrace cannot do
     */
    public Job build(Path extension, Consumer<String> note) {
        List<MavenModule> reports = new MavenBuild(directory, extension, modules, arguments).run();
        var tree = new ProjectTree(directory, reports);
        var chosen = new ModuleChoice(directory, modules);
        var suites = new ArrayList<SuiteSpec>();
        for (MavenModule module : reports) {
            if (module.tests().isPresent() && chosen.includes(module) && runs(module, note)) {
                suites.add(SuiteSpec.of(suite(module, tree)));
            }
        }
        if (suites.isEmpty()) {
            throw new CliException(ExitCode.USAGE, "no module of " + directory + " has tests to run");
        }
        var spec = new JobSpec(
                JobSpec.API_VERSION,
                reports.get(0).root(),
                null,
                null,
                null,
                null,
                null,
                settings,
                null,
                null,
                null,
                null,
                suites);
        return new Job(spec, tree.inputs());
    }

    private static boolean runs(MavenModule module, Consumer<String> note) {
        if (module.isTrue("skip") || module.isTrue("skipTests") || module.isTrue("skipExec")) {
            note.accept("module " + module.name() + " skips its tests");
            return false;
        }
        module.error().ifPresent(problem -> {
            throw new CliException(
                    ExitCode.USAGE,
                    "the runner of the tests of module " + module.name() + " is not available: " + problem);
        });
        List<String> unsupported = module.list("unsupported");
        if (!unsupported.isEmpty()) {
            throw new CliException(
                    ExitCode.USAGE,
                    "module " + module.name() + " asks Surefire for what only Surefire does: "
                            + String.join(", ", unsupported)
                            + "; run the module with a job spec of your own, or choose tests by --include and --exclude");
        }
        if (module.platform().isEmpty() && !hasLauncher(module)) {
            note.accept("module " + module.name() + " has no JUnit; its tests are left out");
            return false;
        }
        return true;
    }

    private static boolean hasLauncher(MavenModule module) {
        return module.classpath().stream()
                .anyMatch(it -> String.valueOf(it.getFileName()).startsWith("junit-platform-launcher"));
    }

    private JUnitSuite suite(MavenModule module, ProjectTree tree) {
        var classpath = new ArrayList<Path>(module.classpath());
        classpath.addAll(module.platform());
        var command = new TestJvm(module, tree);
        TaskDefaults own = TaskDefaults.NONE.in(tree.start(command.directory()), command.environment());
        List<String> jvmArgs = command.arguments();
        if (command.namesTheProject()) {
            own = own.mountedAt(tree.root().toString());
        }
        return new JUnitSuite(
                module.name(),
                tree.classpath(classpath),
                tree.classpath(List.of(module.tests().orElseThrow())),
                SurefirePatterns.regex(module.list("include"), module.list("exclude")),
                jvmArgs,
                command.java(),
                module.text("reuseForks").filter("false"::equals).isPresent() ? Boolean.TRUE : null,
                null,
                null,
                own,
                null);
    }
}
