package dev.millrace.cli.spec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.blob.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DigestCacheTest {
    private static final Clock LATER = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(1));

    private final AtomicInteger hashed = new AtomicInteger();
    private final Path directory;
    private final Path file;

    DigestCacheTest(@TempDir Path directory) throws Exception {
        this.directory = directory;
        this.file = Files.writeString(directory.resolve("a file"), "before");
    }

    private Digest hash(Path path) throws IOException {
        hashed.incrementAndGet();
        return Digest.of(Files.readAllBytes(path));
    }

    /** Returns the digest that a command finds when the latest change of the file was a minute ago. */
    private Digest find() throws IOException {
        return find(LATER);
    }

    private Digest find(Clock clock) throws IOException {
        DigestCache cache = DigestCache.open(directory.resolve("cache"), clock);
        Digest found = cache.digest(file, this::hash);
        cache.save();
        return found;
    }

    @Test
    void inUnchangedFileShouldBeHashedOnce() throws Exception {
        assertThat(find()).isEqualTo(find()).isEqualTo(Digest.of("before".getBytes(StandardCharsets.UTF_8)));

        assertThat(hashed).hasValue(1);
    }

    @Test
    void inFileChangedJustNowShouldBeHashedEachTime() throws IOException {
        find(Clock.systemUTC());
        find(Clock.systemUTC());

        assertThat(hashed).hasValue(2);
    }

    @Test
    void inSameSizeAndTimeShouldStillSeeTheChange() throws Exception {
        FileTime time = FileTime.from(Instant.now().minusSeconds(60));
        Files.setLastModifiedTime(file, time);
        find();
        Files.writeString(file, "after!");
        Files.setLastModifiedTime(file, time);

        assertThat(find()).isEqualTo(Digest.of("after!".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void inDamagedCacheShouldHashAgain() throws Exception {
        find();
        Files.writeString(directory.resolve("cache"), "millrace digests 1\nnonsense\n");

        assertThat(find()).isEqualTo(Digest.of("before".getBytes(StandardCharsets.UTF_8)));
    }
}
