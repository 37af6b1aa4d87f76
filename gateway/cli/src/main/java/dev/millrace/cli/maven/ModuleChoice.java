package dev.millrace.cli.maven;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Decides which modules' tests run, by the syntax of Maven's {@code -pl}: names or directories, separated by commas; an exclamation mark or
 * a minus sign before a module leaves it out. Maven also builds the modules that the chosen ones depend on, but their tests do not run.
 */
final class ModuleChoice {
    private final Path root;
    private final List<String> included = new ArrayList<>();
    private final List<String> excluded = new ArrayList<>();

    /** @param words the values of {@code -pl}; without a word that includes a module, all modules are included except those left out */
    ModuleChoice(Path root, List<String> words) {
        this.root = root;
        for (String word : String.join(",", words).split(",")) {
            String one = word.strip();
            boolean out = one.startsWith("!") || one.startsWith("-");
            // A question mark makes a module optional.
            String name = one.replaceFirst("^[!+-]", "").replaceFirst("^\\?", "");
            if (!name.isEmpty()) {
                (out ? excluded : included).add(name);
            }
        }
    }

    boolean includes(MavenModule module) {
        return (included.isEmpty() || included.stream().anyMatch(it -> isCalled(it, module)))
                && excluded.stream().noneMatch(it -> isCalled(it, module));
    }

    private boolean isCalled(String name, MavenModule module) {
        return name.substring(name.lastIndexOf(':') + 1).equals(module.name())
                || root.resolve(name).normalize().equals(module.directory());
    }
}
