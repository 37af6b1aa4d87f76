package dev.millrace.cli.spec;

import dev.millrace.platform.files.PrivateFiles;
import dev.millrace.schemas.blob.Digest;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Remembers the digests of local files between commands, as long as a file's size, modification and change times and inode stay the same. A
 * file that changed within the last two seconds is not remembered, since it may change again without a visible change of its times. If the
 * cache is damaged or missing, the files are hashed again. Thread-safe; if two commands save at the same time, the last one wins.
 */
public final class DigestCache {
    private static final int MAX_ENTRIES = 200_000;
    private static final long RACY_MS = TimeUnit.SECONDS.toMillis(2);
    private static final String VERSION = "millrace digests 1";

    private record Stamp(long size, long modifiedNanos, long changedNanos, long inode) {
        static Stamp of(Path file) throws IOException {
            Map<String, Object> all = Files.readAttributes(file, "unix:size,lastModifiedTime,ctime,ino");
            return new Stamp(
                    number(all.get("size")),
                    nanos(all.get("lastModifiedTime")),
                    nanos(all.get("ctime")),
                    number(all.get("ino")));
        }

        private static long number(@org.jspecify.annotations.Nullable Object value) {
            return value instanceof Long number ? number : -1;
        }

        private static long nanos(@org.jspecify.annotations.Nullable Object value) {
            return value instanceof FileTime time ? time.to(TimeUnit.NANOSECONDS) : -1;
        }
    }

    private record Known(Stamp stamp, Digest digest) {}

    private final Path file;
    private final Clock clock;
    private final Map<Path, Known> before;
    private final Map<Path, Known> now = new ConcurrentHashMap<>();

    private DigestCache(Path file, Map<Path, Known> before, Clock clock) {
        this.file = file;
        this.clock = clock;
        this.before = before;
    }

    /** Reads the cache from {@code file}; it is empty if the file is missing or damaged. */
    public static DigestCache open(Path file, Clock clock) {
        Map<Path, Known> known = new ConcurrentHashMap<>();
        if (Files.isRegularFile(file)) {
            try (var lines = Files.lines(file, StandardCharsets.UTF_8)) {
                lines.skip(1).limit(MAX_ENTRIES).forEach(line -> take(line, known));
            } catch (IOException | RuntimeException e) {
                known.clear();
            }
        }
        return new DigestCache(file, known, clock);
    }

    private static void take(String line, Map<Path, Known> known) {
        String[] words = line.split(" ", 6);
        known.put(
                Path.of(words[5]),
                new Known(
                        new Stamp(
                                Long.parseLong(words[0]),
                                Long.parseLong(words[1]),
                                Long.parseLong(words[2]),
                                Long.parseLong(words[3])),
                        new Digest(words[4])));
    }

    interface Hash {
        Digest of(Path file) throws IOException;
    }

    /** Returns the remembered digest, or the one that {@code hash} computes. */
    Digest digest(Path path, Hash hash) throws IOException {
        Path real = path.toAbsolutePath().normalize();
        Stamp stamp = Stamp.of(real);
        Known known = before.get(real);
        if (known == null || !known.stamp().equals(stamp)) {
            known = new Known(stamp, hash.of(path));
        }
        long newest = Math.max(stamp.modifiedNanos(), stamp.changedNanos());
        boolean racy = TimeUnit.NANOSECONDS.toMillis(newest) > clock.millis() - RACY_MS;
        if (!racy && real.toString().indexOf('\n') < 0) {
            now.put(real, known);
        }
        return known.digest();
    }

    /** Saves the digests that this command used, then those that were known before, up to a limit. */
    public void save() {
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null || before.equals(now)) {
            return;
        }
        try {
            PrivateFiles.directory(directory);
            Path partial = Files.createTempFile(directory, "digests", ".part");
            try (BufferedWriter out = Files.newBufferedWriter(partial, StandardCharsets.UTF_8)) {
                out.write(VERSION + "\n");
                for (Map.Entry<Path, Known> entry : now.entrySet()) {
                    write(out, entry);
                }
                int room = MAX_ENTRIES - now.size();
                for (Map.Entry<Path, Known> entry : before.entrySet()) {
                    if (room-- > 0 && !now.containsKey(entry.getKey())) {
                        write(out, entry);
                    }
                }
            }
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            // A full disk must not keep a job from being submitted.
            return;
        }
    }

    private static void write(BufferedWriter out, Map.Entry<Path, Known> entry) throws IOException {
        Stamp stamp = entry.getValue().stamp();
        out.write(stamp.size() + " " + stamp.modifiedNanos() + " " + stamp.changedNanos() + " " + stamp.inode() + " "
                + entry.getValue().digest() + " " + entry.getKey() + "\n");
    }
}
