package dev.millrace.executor.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.executor.disk.DiskRelief.Suspect;
import dev.millrace.executor.files.AttemptDirectories;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DiskReliefTest {
    private static final long WORTH = 1_000;

    private final DiskRelief relief = new DiskRelief();
    private final List<Suspect> suspects = new ArrayList<>();

    private void runs(String name, long bytes, boolean hides) {
        suspects.add(new Suspect(AttemptDirectories.of(Path.of("/"), name), bytes, hides, suspects.size()));
    }

    /** Removes the chosen attempt from the running ones and returns its name. Its files still exist at the next call. */
    private String chosen(long freeBytes) {
        return relief.choose(freeBytes, WORTH, false, suspects)
                .map(it -> {
                    suspects.remove(it);
                    return String.valueOf(it.directories().base().getFileName());
                })
                .orElse("nobody");
    }

    @Test
    void inOneThatHidesSomethingShouldStopItBeforeThoseWhoTakeMuch() {
        runs("much", 5_000, false);
        runs("hides", 10, true);
        runs("more", 6_000, false);

        assertThat(chosen(900)).isEqualTo("hides");
        assertThat(chosen(900)).isEqualTo("nobody");
        assertThat(chosen(899)).isEqualTo("more");
    }

    @Test
    void inRoomThatShrinksThroughNobodyKnownShouldStopTheNewestFirst() {
        runs("old", 10, false);
        runs("new", 10, false);

        assertThat(chosen(900)).isEqualTo("nobody");
        assertThat(chosen(840)).isEqualTo("nobody");
        assertThat(chosen(830)).isEqualTo("new");
        assertThat(chosen(830)).isEqualTo("nobody");
        assertThat(chosen(700)).isEqualTo("old");
    }

    @Test
    void inRoomThatIsLittleAndStaysShouldStopNobodyWhoTakesLittle() {
        runs("one", 999, false);

        assertThat(chosen(900)).isEqualTo("nobody");
        assertThat(chosen(880)).isEqualTo("nobody");
        assertThat(chosen(900)).isEqualTo("nobody");
    }
}
