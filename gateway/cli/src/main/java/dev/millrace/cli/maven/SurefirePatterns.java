package dev.millrace.cli.maven;

import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Translates Surefire's file patterns into one regular expression for class names. It does not match nested classes, since they run with
 * the class that contains them, as Surefire does by default.
 */
final class SurefirePatterns {
    private static final List<String> DEFAULT =
            List.of("**/Test*.java", "**/*Test.java", "**/*Tests.java", "**/*TestCase.java");

    private SurefirePatterns() {}

    /** @throws CliException for a pattern that only Surefire itself understands */
    static String regex(List<String> includes, List<String> excludes) {
        var excluded = new ArrayList<>(excludes);
        var included = new ArrayList<String>();
        for (String include : includes.isEmpty() ? DEFAULT : includes) {
            for (String one : include.split(",")) {
                if (one.strip().startsWith("!")) {
                    excluded.add(one.strip().substring(1));
                } else {
                    included.add(one.strip());
                }
            }
        }
        String without = excluded.stream()
                .flatMap(it -> Pattern.compile(",").splitAsStream(it))
                .map(it -> one(it.strip()))
                .collect(Collectors.joining("|"));
        String with = included.stream().map(SurefirePatterns::one).collect(Collectors.joining("|"));
        return "^" + (without.isEmpty() ? "" : "(?!(?:" + without + ")$)") + "(?!.*\\$)(?:" + with + ")$";
    }

    private static String one(String pattern) {
        if (pattern.contains("#") || pattern.startsWith("%")) {
            throw new CliException(
                    ExitCode.USAGE,
                    "Surefire's pattern '" + pattern
                            + "' names methods or is a regular expression, which cannot be run yet;"
                            + " accepted: patterns of files such as **/*Test.java");
        }
        String name = pattern.replaceAll("\\.(java|class)$", "");
        if (!pattern.contains("/")) {
            // The class may be in any package.
            name = "**/" + name;
        }
        var regex = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            if (name.startsWith("**/", i)) {
                regex.append("(?:.+\\.)?");
                i += 2;
            } else if (name.startsWith("**", i)) {
                regex.append(".*");
                i++;
            } else {
                char c = name.charAt(i);
                regex.append(
                        switch (c) {
                            case '*' -> "[^.]*";
                            case '?' -> "[^.]";
                            case '/' -> "\\.";
                            default -> Pattern.quote(String.valueOf(c));
                        });
            }
        }
        return regex.toString();
    }
}
