package dev.millrace.executor.scope;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The environment variables that the set-up of a scope hands to the tests and the tear-down. It writes them to the file {@code env} of the
 * scope's context, one {@code NAME=value} a line. Empty lines and lines that begin with {@code #} do not count.
 *
 * @param problem why the file cannot be used; null if it can
 */
public record ScopeEnvironment(Map<String, String> variables, @Nullable String problem) {
    /** The file of the context that has the variables. */
    public static final String FILE = "env";

    static final int MAX_BYTES = 64 * 1024;
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    /** Variables that the executor sets for each task. */
    private static final Set<String> OWN = Set.of("HOME", "TMPDIR");

    private static final String OWN_PREFIX = "MILLRACE_";
    private static final ScopeEnvironment NONE = new ScopeEnvironment(Map.of(), null);

    /** Reads the variables of a context; none if it has no such file. */
    public static ScopeEnvironment of(Path context) throws IOException {
        Path file = context.resolve(FILE);
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return NONE;
        }
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return unusable("is not a regular file");
        }
        if (Files.size(file) > MAX_BYTES) {
            return unusable("has more than " + MAX_BYTES + " bytes");
        }
        try {
            return parse(Files.readAllLines(file, StandardCharsets.UTF_8));
        } catch (CharacterCodingException e) {
            return unusable("is not UTF-8");
        }
    }

    static ScopeEnvironment parse(List<String> lines) {
        var variables = new LinkedHashMap<String, String>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            int end = line.indexOf('=');
            String name = end < 0 ? "" : line.substring(0, end);
            if (!NAME.matcher(name).matches() || line.indexOf('\0') >= 0) {
                return unusable("is not NAME=value in line " + (i + 1));
            }
            if (OWN.contains(name) || name.startsWith(OWN_PREFIX)) {
                return unusable("sets " + name + ", which each task has of its own, in line " + (i + 1));
            }
            variables.put(name, line.substring(end + 1));
        }
        return new ScopeEnvironment(Map.copyOf(variables), null);
    }

    private static ScopeEnvironment unusable(String problem) {
        return new ScopeEnvironment(Map.of(), "the file '" + FILE + "' of the scope's context " + problem);
    }
}
