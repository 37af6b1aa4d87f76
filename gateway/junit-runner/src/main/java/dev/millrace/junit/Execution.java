package dev.millrace.junit;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs classes on the JUnit Platform. */
final class Execution {
    private Execution() {}

    /**
     * Whether every case passed or was skipped.
     *
     * @param retry of which classes only some cases run; empty for all of all
     */
    static boolean run(List<String> classes, Path cases, Optional<Path> retry) throws IOException {
        Path directory = cases.getParent();
        if (directory != null) {
            Files.createDirectories(directory);
        }
        try (BufferedWriter out = Files.newBufferedWriter(cases)) {
            Map<String, Set<String>> chosen = retry.isEmpty() ? Map.of() : read(retry.get());
            Launcher launcher = LauncherFactory.create();
            TestPlan plan = launcher.discover(request(classes, chosen));
            Set<String> planned = planned(plan);
            Map<String, Set<String>> there = new HashMap<>(chosen);
            there.values().removeIf(ids -> !ids.stream()
                    .allMatch(id -> known(planned, id).isPresent()));
            var awaited = there.values().stream().flatMap(Set::stream).collect(Collectors.toSet());
            var writer = new CaseWriter(classes, awaited, out);
            launcher.execute(there.size() == chosen.size() ? plan : launcher.discover(request(classes, there)), writer);
            Set<String> templates = writer.missing().stream()
                    .flatMap(id -> known(planned, id).stream())
                    .collect(Collectors.toCollection(LinkedHashSet::new));
            if (!templates.isEmpty()) {
                // A failed invocation that is not there any more is not forgotten: all of its template's run.
                launcher.execute(request(templates.stream().map(DiscoverySelectors::selectUniqueId)), writer);
            }
            return writer.passed();
        }
    }

    private static LauncherDiscoveryRequest request(List<String> classes, Map<String, Set<String>> chosen) {
        return request(classes.stream().flatMap(name -> selectors(name, chosen.getOrDefault(name, Set.of()))));
    }

    private static LauncherDiscoveryRequest request(Stream<? extends DiscoverySelector> selectors) {
        return LauncherDiscoveryRequestBuilder.request()
                .selectors(selectors.toList())
                .build();
    }

    private static Stream<DiscoverySelector> selectors(String name, Set<String> ids) {
        return ids.isEmpty() ? Stream.of(selectClass(name)) : ids.stream().map(DiscoverySelectors::selectUniqueId);
    }

    /** Everything below the classes. */
    private static Set<String> planned(TestPlan plan) {
        return plan.getRoots().stream()
                .flatMap(root -> plan.getDescendants(root).stream())
                .filter(it ->
                        it.getSource().filter(ClassSource.class::isInstance).isEmpty())
                .map(TestIdentifier::getUniqueId)
                .collect(Collectors.toSet());
    }

    /**
     * What of a case is planned: itself, or the template whose invocations come into being as it runs. Nothing of a case that
     * is gone; then all of its class is to run, since no failure may be forgotten.
     */
    private static Optional<String> known(Set<String> planned, String id) {
        String known = id;
        while (!planned.contains(known)) {
            int last = known.lastIndexOf("/[");
            if (last < 0) {
                return Optional.empty();
            }
            known = known.substring(0, last);
        }
        return Optional.of(known);
    }

    /** Lines of a class, a tab and the unique id of a case. */
    private static Map<String, Set<String>> read(Path retry) throws IOException {
        Map<String, Set<String>> chosen = new HashMap<>();
        for (String line : Files.readAllLines(retry)) {
            int tab = line.indexOf('\t');
            chosen.computeIfAbsent(line.substring(0, tab), it -> new LinkedHashSet<>())
                    .add(line.substring(tab + 1));
        }
        return chosen;
    }
}
