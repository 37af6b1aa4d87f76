package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.embedded.EmbeddedServerException;
import dev.millrace.embedded.EmbeddedServers;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class EmbeddedServersIT {
    private final SharedStack stack = SharedStack.get();

    @Test
    void inDirectoryInUseShouldRefuseWithAdvice() {
        assertThatThrownBy(() -> EmbeddedServers.start(SharedStack.ROOT, stack.data()))
                .isInstanceOf(EmbeddedServerException.class)
                .hasMessageContaining("is in use by another stack")
                .hasMessageContaining("millrace down");
    }

    @Test
    void inCorruptDataShouldSaySoAndLeaveNothingRunning() throws Exception {
        Path data = SharedStack.SCRATCH.resolve("corrupt-" + System.nanoTime());
        Path log = Files.createDirectories(data.resolve("kafka/log"));
        Files.writeString(log.resolve("meta.properties"), "version=1\ncluster.id=another\nnode.id=99\n");

        assertThatThrownBy(() -> EmbeddedServers.start(SharedStack.ROOT, data))
                .isInstanceOf(EmbeddedServerException.class)
                .hasMessageContaining("the kafka server ended with exit code")
                .hasMessageContaining("Its whole log: ");
        assertThat(ProcessHandle.current()
                        .descendants()
                        .filter(it -> it.info().commandLine().orElse("").contains(data.toString())))
                .isEmpty();
    }

    @Test
    void inDirectoryOfAnotherFormatShouldRefuse() throws Exception {
        Path data = Files.createDirectories(SharedStack.SCRATCH.resolve("format-" + System.nanoTime()));
        Files.writeString(data.resolve("format"), "99");

        assertThatThrownBy(() -> EmbeddedServers.start(SharedStack.ROOT, data))
                .isInstanceOf(EmbeddedServerException.class)
                .hasMessageContaining("has the format 99");
    }
}
