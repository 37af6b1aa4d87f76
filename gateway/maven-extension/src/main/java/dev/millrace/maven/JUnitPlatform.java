package dev.millrace.maven;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.maven.RepositoryUtils;
import org.apache.maven.artifact.Artifact;
import org.apache.maven.project.MavenProject;
import org.eclipse.aether.RepositorySystem;
import org.eclipse.aether.RepositorySystemSession;
import org.eclipse.aether.artifact.DefaultArtifact;
import org.eclipse.aether.collection.CollectRequest;
import org.eclipse.aether.graph.Dependency;
import org.eclipse.aether.resolution.DependencyRequest;
import org.eclipse.aether.resolution.DependencyResolutionException;

/**
 * Finds the JUnit artifacts that a module's tests need to run but that are not among the module's dependencies, because Surefire adds them:
 * the launcher, and the engine if the module depends only on an API. Their versions match the JUnit artifacts that the module has, as in
 * Surefire.
 */
final class JUnitPlatform {
    /** The engine for modules that have only JUnit 4. */
    private static final String VINTAGE = "org.junit.vintage:junit-vintage-engine:5.13.4";

    private static final String LAUNCHER = "org.junit.platform:junit-platform-launcher:";

    private final RepositorySystem repositories;
    private final RepositorySystemSession session;

    JUnitPlatform(RepositorySystem repositories, RepositorySystemSession session) {
        this.repositories = repositories;
        this.session = session;
    }

    /** Returns the files that must be added to the class path; none if the module has no JUnit. */
    List<String> missing(MavenProject project, List<String> classpath) throws DependencyResolutionException {
        Optional<String> platform = version(project, "org.junit.platform", "junit-platform-commons");
        Optional<String> jupiter = version(project, "org.junit.jupiter", "junit-jupiter-api");
        boolean hasEngine =
                version(project, "org.junit.platform", "junit-platform-engine").isPresent();
        String engine;
        if (platform.isPresent() && hasEngine) {
            return resolved(project, classpath, LAUNCHER + platform.get());
        } else if (platform.isPresent() && jupiter.isPresent()) {
            engine = "org.junit.jupiter:junit-jupiter-engine:" + jupiter.get();
            return resolved(project, classpath, engine, LAUNCHER + platform.get());
        } else if (version(project, "junit", "junit").isPresent()) {
            return resolved(project, classpath, VINTAGE, LAUNCHER + "1.13.4");
        }
        return List.of();
    }

    private static Optional<String> version(MavenProject project, String groupId, String artifactId) {
        return project.getArtifacts().stream()
                .filter(it ->
                        it.getGroupId().equals(groupId) && it.getArtifactId().equals(artifactId))
                .map(Artifact::getVersion)
                .findFirst();
    }

    private List<String> resolved(MavenProject project, List<String> classpath, String... coordinates)
            throws DependencyResolutionException {
        var collect = new CollectRequest();
        collect.setRepositories(project.getRemoteProjectRepositories());
        for (String it : coordinates) {
            collect.addDependency(new Dependency(new DefaultArtifact(it), "test"));
        }
        // Artifacts that the module already has keep their versions.
        project.getArtifacts().stream()
                .filter(it -> it.getFile() != null)
                .map(it -> new Dependency(RepositoryUtils.toArtifact(it), "test"))
                .forEach(collect::addManagedDependency);
        return repositories
                .resolveDependencies(session, new DependencyRequest(collect, null))
                .getArtifactResults()
                .stream()
                .map(it -> it.getArtifact().getFile().getAbsolutePath())
                .filter(it -> !classpath.contains(it) && !hasSame(project, it))
                .collect(Collectors.toUnmodifiableList());
    }

    private static boolean hasSame(MavenProject project, String file) {
        String name = String.valueOf(Path.of(file).getFileName());
        return project.getArtifacts().stream()
                .filter(it -> it.getFile() != null)
                .anyMatch(it -> it.getFile().getName().equals(name));
    }
}
