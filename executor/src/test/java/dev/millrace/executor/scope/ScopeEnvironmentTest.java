package dev.millrace.executor.scope;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScopeEnvironmentTest {
    @Test
    void inLinesShouldReadNamesAndValues() {
        var environment = ScopeEnvironment.parse(List.of("# where it is", "", "URL=jdbc:x?a=b", "EMPTY=", "URL=last"));

        assertThat(environment.problem()).isNull();
        assertThat(environment.variables())
                .containsOnly(java.util.Map.entry("URL", "last"), java.util.Map.entry("EMPTY", ""));
    }

    @Test
    void inWhatIsNoVariableShouldNameTheLine() {
        assertThat(ScopeEnvironment.parse(List.of("A=b", "export C=d")).problem())
                .isEqualTo("the file 'env' of the scope's context is not NAME=value in line 2");
        assertThat(ScopeEnvironment.parse(List.of("nothing")).problem()).contains("line 1");
        assertThat(ScopeEnvironment.parse(List.of("A=b\0")).problem()).contains("line 1");
    }

    @Test
    void inVariablesOfTheExecutorShouldRefuseThem() {
        assertThat(ScopeEnvironment.parse(List.of("MILLRACE_JOB=x")).problem())
                .isEqualTo(
                        "the file 'env' of the scope's context sets MILLRACE_JOB, which each task has of its own, in line 1");
        assertThat(ScopeEnvironment.parse(List.of("HOME=/")).problem()).contains("sets HOME");
    }

    @Test
    void inAFileThatCannotBeReadShouldSayWhy(@TempDir Path context) throws Exception {
        Path file = context.resolve("env");
        assertThat(ScopeEnvironment.of(context).problem()).isNull();

        Files.write(file, new byte[] {'A', '=', (byte) 0xff});
        assertThat(ScopeEnvironment.of(context).problem()).contains("is not UTF-8");
        Files.writeString(file, "A=" + "x".repeat(ScopeEnvironment.MAX_BYTES));
        assertThat(ScopeEnvironment.of(context).problem()).contains("has more than 65536 bytes");
        Files.delete(file);
        Files.createSymbolicLink(file, Path.of("/etc/hostname"));
        assertThat(ScopeEnvironment.of(context).problem()).contains("is not a regular file");
    }
}
