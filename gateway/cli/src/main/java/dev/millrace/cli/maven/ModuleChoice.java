package dev.millrace.cli.maven;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Which modules' tests run, in the words of Maven's {@code -pl}: names or directories, separated by commas; an exclamation or
 * minus sign leaves one out. Maven also builds what the chosen ones need, which is not tested.
 */
final class ModuleChoice {
    private final Path root;
    private final List<String> included = new ArrayList<>();
    private final List<String> excluded = new ArrayList<>();

    /** @param words all modules if there are none, or none that includes one */
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
