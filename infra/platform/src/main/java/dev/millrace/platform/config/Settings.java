package dev.millrace.platform.config;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Flat settings such as {@code executor.leaseMs}, merged from three sources: environment variables
 * ({@code MILLRACE_EXECUTOR_LEASE_MS}) override the file, and flags ({@code --set executor.leaseMs=5000}) override both. A
 * {@link Setting} reads its value from here; {@link #refuseUnknown} rejects keys that no setting has.
 */
public final class Settings {
    /** Environment variables of the launcher and the CLI. They are not settings of a service. */
    private static final Set<String> NOT_SETTINGS = Set.of(
            "MILLRACE_GATEWAY",
            "MILLRACE_HOME",
            "MILLRACE_STATE_DIR",
            "MILLRACE_DATA",
            "MILLRACE_JAVA_OPTS",
            "MILLRACE_NO_BUILD",
            "MILLRACE_OWNER",
            "MILLRACE_CONFIG");

    private final Map<String, String> values = new TreeMap<>();
    private final Map<String, String> origin = new TreeMap<>();

    private Settings() {}

    public static Settings of(Map<String, String> flags) {
        var settings = new Settings();
        settings.putAll(flags, "the flag --set");
        return settings;
    }

    /**
     * Loads and merges all three sources.
     *
     * @param known all keys of all services; environment variables are matched to these keys, and every other key is rejected
     */
    public static Settings load(
            @org.jspecify.annotations.Nullable Path file,
            Map<String, String> environment,
            Map<String, String> flags,
            Set<String> known) {
        var settings = new Settings();
        if (file != null) {
            settings.putAll(readFile(file), "the file " + file);
        }
        var byEnvironmentName = new TreeMap<String, String>();
        known.forEach(key -> byEnvironmentName.put(environmentName(key), key));
        environment.forEach((name, value) -> {
            if (name.startsWith("MILLRACE_") && !NOT_SETTINGS.contains(name)) {
                String key = byEnvironmentName.get(name);
                if (key == null) {
                    throw new ConfigException("unknown setting " + name + " in the environment"
                            + advice(name, byEnvironmentName.keySet()));
                }
                settings.put(key, value, "the environment variable " + name);
            }
        });
        settings.putAll(flags, "the flag --set");
        settings.refuseUnknown(known);
        return settings;
    }

    /** Returns the environment variable for a key: {@code MILLRACE_EXECUTOR_LEASE_MS} for {@code executor.leaseMs}. */
    public static String environmentName(String key) {
        return "MILLRACE_"
                + key.replaceAll("([a-z0-9])([A-Z])", "$1_$2")
                        .replace('.', '_')
                        .replace('-', '_')
                        .toUpperCase(Locale.ROOT);
    }

    private static Map<String, String> readFile(Path file) {
        try {
            var flat = new TreeMap<String, String>();
            JsonNode root = new YAMLMapper().readTree(Files.readString(file));
            flatten("", root, flat);
            return flat;
        } catch (JacksonException e) {
            throw new ConfigException("cannot parse " + file + ": " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new ConfigException("cannot read " + file + ": " + e.getMessage());
        }
    }

    private static void flatten(String prefix, JsonNode node, Map<String, String> into) {
        if (node.isObject()) {
            node.properties()
                    .forEach(field -> flatten(
                            prefix.isEmpty() ? field.getKey() : prefix + "." + field.getKey(), field.getValue(), into));
        } else if (!node.isMissingNode()) {
            into.put(prefix, node.asText());
        }
    }

    private void putAll(Map<String, String> from, String source) {
        from.forEach((key, value) -> put(key, value, source));
    }

    private void put(String key, String value, String source) {
        values.put(key, value);
        origin.put(key, source);
    }

    /** @throws ConfigException for the first setting that is not among {@code known} */
    public void refuseUnknown(Set<String> known) {
        for (String key : values.keySet()) {
            if (!known.contains(key)) {
                throw new ConfigException("unknown setting '" + key + "' from " + origin.get(key) + advice(key, known));
            }
        }
    }

    private static String advice(String given, Set<String> known) {
        List<String> nearest = Nearest.of(given, known);
        if (!nearest.isEmpty()) {
            return "; did you mean " + String.join(" or ", nearest) + "?";
        }
        String section = given.substring(0, given.indexOf('.') + 1);
        var ofSection = new TreeSet<>(known);
        ofSection.removeIf(name -> section.isEmpty() || !name.startsWith(section));
        return ofSection.isEmpty()
                ? "; docs/configuration.md lists all settings"
                : "; accepted settings: " + String.join(", ", ofSection);
    }

    /** Returns whether any source gives the setting a value. */
    public boolean has(String key) {
        return values.containsKey(key);
    }

    /** Adds values for keys that have none. */
    public void putDefaults(Map<String, String> defaults, String source) {
        defaults.forEach((key, value) -> {
            if (!has(key)) {
                put(key, value, source);
            }
        });
    }

    /** The value of the setting as text, or empty if it has none; see {@link #has}. */
    String text(String key) {
        return values.getOrDefault(key, "");
    }

    /** Returns an exception that says that the setting's value is not accepted. */
    public ConfigException bad(String key, String accepted) {
        String source = origin.get(key);
        return new ConfigException("bad value '" + text(key) + "' for '" + key + "'"
                + (source == null ? "" : " from " + source) + "; accepted: " + accepted);
    }
}
