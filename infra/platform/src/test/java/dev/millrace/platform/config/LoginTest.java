package dev.millrace.platform.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.platform.cassandra.CassandraSettings;
import dev.millrace.platform.kafka.KafkaSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoginTest {
    private static final Login.Keys LOGIN = Login.Keys.in(new SettingsSection("kafka", "Kafka"), "");

    @TempDir
    private Path directory = Path.of(".");

    private Settings settings(String section, String password) throws Exception {
        Path file = Files.writeString(directory.resolve("password"), password);
        return Settings.of(Map.of(section + ".user", "millrace", section + ".passwordFile", file.toString()));
    }

    @Test
    void inNeitherSetShouldBeNone() {
        assertThat(LOGIN.from(Settings.of(Map.of()))).isEmpty();
    }

    @Test
    void inOneOfTwoOrFileThatIsEmptyOrMissingShouldSayWhich() throws Exception {
        assertThatThrownBy(() -> LOGIN.from(Settings.of(Map.of("kafka.user", "millrace"))))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("'kafka.passwordFile'");
        Settings empty = settings("kafka", "\n");
        assertThatThrownBy(() -> LOGIN.from(empty))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("is empty");
        Settings missing = Settings.of(Map.of("kafka.user", "millrace", "kafka.passwordFile", "/nowhere"));
        assertThatThrownBy(() -> LOGIN.from(missing))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("cannot read the file /nowhere of 'kafka.passwordFile'");
    }

    @Test
    void inSettingsShownShouldKeepThePasswordToThemselves() throws Exception {
        KafkaSettings kafka = KafkaSettings.from(settings("kafka", "opensesame\n"));
        CassandraSettings cassandra = CassandraSettings.from(settings("cassandra", "opensesame\n"));

        assertThat(kafka.toString() + cassandra).contains("millrace").doesNotContain("opensesame");
        assertThat(kafka.connection().get("sasl.jaas.config")).contains("password=\"opensesame\"");
    }

    @Test
    void inPasswordWithQuotesShouldStayOnePassword() throws Exception {
        KafkaSettings kafka = KafkaSettings.from(settings("kafka", "a\"b\\c"));

        assertThat(kafka.connection().get("sasl.jaas.config")).endsWith("password=\"a\\\"b\\\\c\";");
    }
}
