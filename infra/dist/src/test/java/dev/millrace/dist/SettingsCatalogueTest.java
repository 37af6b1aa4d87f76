package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.artifact.ArtifactSettings;
import dev.millrace.executor.settings.ExecutorSettings;
import dev.millrace.gateway.settings.GatewaySettings;
import dev.millrace.platform.cassandra.CassandraSettings;
import dev.millrace.platform.config.ConfigException;
import dev.millrace.platform.config.Setting;
import dev.millrace.platform.config.Settings;
import dev.millrace.platform.config.SettingsSection;
import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.scheduler.service.settings.SchedulerSettings;
import dev.millrace.schemas.Documents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Checks for every setting that its documented default is the real default, that another value has an effect, that bad values are refused,
 * and that the docs describe it.
 */
class SettingsCatalogueTest {
    private static final Pattern RANGE = Pattern.compile("a whole number from (-?[0-9]+) to ([0-9]+)");
    private static final Path PAGE = SharedStack.ROOT.resolve("docs/configuration.md");
    private static final String BEGIN = "<!-- settings: begin -->\n";
    private static final String END = "<!-- settings: end -->\n";

    /** Values that differ from the default, for settings that are not numbers. */
    private static final Map<String, String> OTHERS = Map.ofEntries(
            Map.entry("kafka.bootstrap", "h:1"),
            Map.entry("kafka.keepForever", "true"),
            Map.entry("cassandra.contactPoint", "h:1"),
            Map.entry("cassandra.keyspace", "other"),
            Map.entry("executor.labels", "a=b"),
            Map.entry("executor.sandbox", "process"),
            Map.entry("executor.network", "shared"),
            Map.entry("executor.limits", "off"),
            Map.entry("executor.cgroup", "a/b"),
            Map.entry("executor.sandboxPaths", "/usr"),
            Map.entry("executor.hiddenPaths", "/srv"));

    /**
     * Settings that do not appear in a settings record: the command that starts a service reads them itself, or they only take effect
     * together with another setting.
     */
    private static final List<String> NOT_IN_A_RECORD = List.of(
            "executor.artifactService",
            "scheduler.artifactService",
            "artifacts.secretKeyFile",
            "kafka.user",
            "kafka.passwordFile",
            "cassandra.user",
            "cassandra.passwordFile");

    static Stream<Setting<?>> settings() {
        return ServiceSettings.SECTIONS.stream().flatMap(section -> section.all().stream());
    }

    private static Object record(String key, Settings settings) {
        Path directory = Path.of("/data");
        return switch (key.substring(0, key.indexOf('.'))) {
            case "kafka" -> KafkaSettings.from(settings);
            case "cassandra" -> CassandraSettings.from(settings);
            case "artifacts" -> ArtifactSettings.from(settings, directory, "secret");
            case "gateway", "client" -> GatewaySettings.from(settings, directory);
            case "scheduler" -> SchedulerSettings.from(settings, directory);
            case "executor" -> ExecutorSettings.from(settings, "e1", directory);
            default -> throw new IllegalArgumentException(key);
        };
    }

    /** Returns a value that the setting accepts and that is not the default. */
    private static String another(Setting<?> setting) {
        String other = OTHERS.get(setting.key());
        Matcher range = RANGE.matcher(setting.accepted());
        if (other != null) {
            return other;
        }
        if (!range.matches()) {
            return setting.accepted().equals("a loopback address") ? "127.0.0.2" : "other";
        }
        long min = Long.parseLong(range.group(1));
        long usual = setting.writtenDefault().map(Long::parseLong).orElse(min + 1);
        long near = usual + (usual < Long.parseLong(range.group(2)) ? 1 : -1);
        // The value next to the default 0 would be refused, because a limit must be at least 10.
        return Long.toString(setting.key().equals("executor.slotCpuMillis") ? 100 : near);
    }

    @ParameterizedTest
    @MethodSource("settings")
    void inDefaultWrittenDownShouldChangeNothing(Setting<?> setting) {
        String usual = setting.writtenDefault().orElse(null);
        if (usual == null || usual.isEmpty()) {
            assertThat(setting.shownDefault()).isNotBlank();
            return;
        }

        assertThat(record(setting.key(), Settings.of(Map.of(setting.key(), usual))))
                .isEqualTo(record(setting.key(), Settings.of(Map.of("executor.id", "e1"))));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void inAnotherValueShouldTakeThat(Setting<?> setting) {
        if (NOT_IN_A_RECORD.contains(setting.key())) {
            return;
        }
        String value = another(setting);

        assertThat(record(setting.key(), Settings.of(Map.of(setting.key(), value))))
                .as("%s=%s", setting, value)
                .isNotEqualTo(record(setting.key(), Settings.of(Map.of())));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void inValueThatIsNotAcceptedShouldNameKeyAndValueAndWhatIs(Setting<?> setting) {
        Matcher range = RANGE.matcher(setting.accepted());
        Stream<String> bad = range.matches()
                ? Stream.of("many", "1.5", Long.toString(Long.parseLong(range.group(1)) - 1), range.group(2) + "0")
                : setting.accepted().contains(", ") && setting.writtenDefault().isPresent() && isChoice(setting)
                        ? Stream.of("neither")
                        : Stream.empty();

        bad.forEach(value -> assertThatThrownBy(() -> setting.from(Settings.of(Map.of(setting.key(), value))))
                .isInstanceOf(ConfigException.class)
                .hasMessage("bad value '" + value + "' for '" + setting.key() + "' from the flag --set; accepted: "
                        + setting.accepted()));
    }

    private static boolean isChoice(Setting<?> setting) {
        return List.of(setting.accepted().split(", "))
                .contains(setting.writtenDefault().orElse(""));
    }

    @Test
    void inKeysShouldBeEachOfItsOwn() {
        assertThat(settings().map(Setting::key).toList()).doesNotHaveDuplicates();
        assertThat(settings().map(Setting::purpose)).allMatch(purpose -> purpose.endsWith("."));
    }

    @Test
    void inDocsShouldDescribeEachOfThem() throws IOException {
        var page = new StringBuilder(BEGIN);
        var byTitle = new TreeMap<String, SettingsSection>();
        ServiceSettings.SECTIONS.forEach(section -> byTitle.put(section.title(), section));
        for (SettingsSection section : ServiceSettings.SECTIONS) {
            page.append("\n### ").append(section.title()).append("\n\n");
            page.append("| setting | default | for |\n|---|---|---|\n");
            for (Setting<?> setting : section.all()) {
                page.append("| `").append(setting.key()).append("` | ").append(setting.shownDefault());
                page.append(" | ")
                        .append(setting.purpose())
                        .append(" Accepts ")
                        .append(accepted(setting))
                        .append(". |\n");
            }
        }
        page.append('\n').append(END);
        String is = Files.readString(PAGE);
        int begin = is.indexOf(BEGIN);
        int end = is.indexOf(END);
        assertThat(begin).as("marks in " + PAGE).isPositive().isLessThan(end);
        String should = is.substring(0, begin) + page + is.substring(end + END.length());
        Documents.assertUpToDate(PAGE, should);
    }

    private static String accepted(Setting<?> setting) {
        Matcher range = RANGE.matcher(setting.accepted());
        return range.matches()
                ? range.group(1) + " to " + range.group(2)
                : setting.accepted().replace("|", "\\|");
    }
}
