package dev.millrace.executor.settings;

import dev.millrace.platform.config.ConfigException;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Labels as an operator writes them: {@code gpu=a100,zone=b}. */
final class Labels {
    private static final int MAX = 20;
    private static final Pattern LABEL = Pattern.compile("([A-Za-z0-9][A-Za-z0-9._/-]{0,62})=([A-Za-z0-9._-]{0,63})");

    private Labels() {}

    /** @throws ConfigException when {@code text} is not of that form */
    static Map<String, String> parse(String text) {
        var labels = new TreeMap<>(Machine.labels());
        if (text.isBlank()) {
            return labels;
        }
        for (String part : text.split(",", -1)) {
            var matcher = LABEL.matcher(part.strip());
            if (!matcher.matches()) {
                throw new ConfigException("bad value '" + part
                        + "' for 'executor.labels'; accepted: name=value, more than one separated by commas");
            }
            labels.put(matcher.group(1), matcher.group(2));
        }
        if (labels.size() > MAX) {
            throw new ConfigException("bad value for 'executor.labels'; accepted: up to " + MAX + " labels");
        }
        return labels;
    }
}
