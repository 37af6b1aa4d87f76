package dev.millrace.executor.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.platform.config.ConfigException;
import dev.millrace.platform.config.Settings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SandboxSettingsTest {
    @Test
    void inNothingSetShouldTakeTheStrongestThereIs() {
        SandboxSettings settings = SandboxSettings.from(Settings.of(Map.of()));

        assertThat(settings.level()).isEqualTo(SandboxSettings.Level.AUTO);
        assertThat(settings.limits()).isEqualTo(SandboxSettings.Limits.AUTO);
        assertThat(settings.cgroup()).isEmpty();
        assertThat(settings.paths()).contains(Path.of("/usr"), Path.of("/etc")).doesNotContain(Path.of("/home"));
        assertThat(settings.tmpBytes()).isEqualTo(1L << 30);
        assertThat(settings.slotCpuMillis()).isZero();
        assertThat(settings.maxPids()).isEqualTo(4_096);
        assertThat(settings.maxOpenFiles()).isEqualTo(4_096);
        assertThat(settings.maxDiskBytes()).isEqualTo(10L << 30);
        assertThat(settings.maxDiskFiles()).isEqualTo(500_000);
    }

    @Test
    void inEverythingSetShouldTakeThat() {
        SandboxSettings settings = SandboxSettings.from(Settings.of(Map.ofEntries(
                Map.entry("executor.sandbox", "namespaces"),
                Map.entry("executor.network", "shared"),
                Map.entry("executor.limits", "required"),
                Map.entry("executor.cgroup", "/a/b"),
                Map.entry("executor.sandboxPaths", "/usr:/srv/tools"),
                Map.entry("executor.hiddenPaths", "/usr/private:/srv/tools/keys"),
                Map.entry("executor.tmpBytes", "2000000"),
                Map.entry("executor.slotCpuMillis", "750"),
                Map.entry("executor.maxTaskPids", "50"),
                Map.entry("executor.maxTaskOpenFiles", "70"),
                Map.entry("executor.maxTaskDiskBytes", "3000000"),
                Map.entry("executor.maxTaskDiskFiles", "200"))));

        assertThat(settings)
                .isEqualTo(new SandboxSettings(
                        SandboxSettings.Level.NAMESPACES,
                        SandboxSettings.Network.SHARED,
                        SandboxSettings.Limits.REQUIRED,
                        "a/b",
                        List.of(Path.of("/usr"), Path.of("/srv/tools")),
                        List.of(Path.of("/usr/private"), Path.of("/srv/tools/keys")),
                        2_000_000,
                        750,
                        50,
                        70,
                        3_000_000,
                        200));
    }

    @ParameterizedTest
    @CsvSource({
        "executor.sandbox, chroot, 'accepted: auto, process, namespaces'",
        "executor.network, some, 'accepted: auto, isolated, shared'",
        "executor.limits, maybe, 'accepted: auto, required, off'",
        "executor.cgroup, a/../b, accepted: a path within the hierarchy",
        "executor.sandboxPaths, usr, accepted: absolute directories below /",
        "executor.sandboxPaths, /usr/../root, accepted: absolute directories below /",
        "executor.sandboxPaths, /, accepted: absolute directories below /",
        "executor.slotCpuMillis, 9, accepted: 0 or 10 and more",
        "executor.maxTaskPids, 0, executor.maxTaskPids",
        "executor.maxTaskOpenFiles, 63, executor.maxTaskOpenFiles",
    })
    void inBadValueShouldNameItAndWhatIsAccepted(String key, String value, String message) {
        assertThatThrownBy(() -> SandboxSettings.from(Settings.of(Map.of(key, value))))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(key)
                .hasMessageContaining(message);
    }

    @Test
    void inLimitOfProcessorsWithoutControlGroupsShouldBeRefused() {
        assertThatThrownBy(() -> SandboxSettings.from(
                        Settings.of(Map.of("executor.slotCpuMillis", "500", "executor.limits", "off"))))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("'executor.limits' is 'off'");
    }
}
