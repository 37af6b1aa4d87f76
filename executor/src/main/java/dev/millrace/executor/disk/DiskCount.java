package dev.millrace.executor.disk;

import dev.millrace.executor.artifacts.AllocatedBytes;
import dev.millrace.executor.artifacts.DescriptorTables;
import dev.millrace.executor.process.ProcessState;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One measurement of how much of the disk an attempt uses, in allocated blocks. It ends when a limit is reached. A measurement that takes
 * longer than allowed counts as over the limit too, because no other attempt is measured meanwhile. For one thread.
 */
final class DiskCount extends SimpleFileVisitor<Path> {
    /**
     * The limits of one attempt.
     *
     * @param descriptors how many descriptors may be open in all of its processes; each process counts as one more
     * @param mappings how many memory mappings all of its processes may have
     * @param nanos how long one measurement may take
     */
    public record Limits(long bytes, long files, long descriptors, long mappings, long nanos) {}

    private static final Logger LOG = LoggerFactory.getLogger(DiskCount.class);
    private static final int MAX_DEPTH = 500;
    private static final String TOO_LONG = "File name too long";
    private static final String DELETED = " (deleted)";

    /** The fields of a line of {@code maps}: addresses, permissions, offset, device, inode, and a path that may contain anything. */
    private static final int MAPPING_FIELDS = 6;

    private final Limits limits;
    private final long beganNanos = System.nanoTime();
    private final Set<String> unnamed = new HashSet<>();
    private final Map<Long, Set<String>> overlays = new HashMap<>();
    private long bytes;
    private long files;
    private long descriptors;
    private long mappings;
    private boolean hides;

    DiskCount(Limits limits) {
        this.limits = limits;
    }

    long bytes() {
        return bytes;
    }

    /** Returns the number of files and directories, as far as they were counted. */
    long files() {
        return files;
    }

    /** Returns whether something could not be measured, so that the attempt may use more than was counted. */
    boolean hides() {
        return hides;
    }

    boolean isOver() {
        // The kernel lets a single file grow up to this limit and no further, rounded up to a block, so reaching the
        // limit counts as exceeding it.
        return bytes >= limits.bytes()
                || files > limits.files()
                || descriptors > limits.descriptors()
                || mappings > limits.mappings()
                || System.nanoTime() - beganNanos > limits.nanos();
    }

    /** Counts the files in directories. Files that are created or deleted during the measurement may not count. */
    void named(List<Path> directories) {
        for (Path directory : directories) {
            if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS) && !isOver()) {
                try {
                    Files.walkFileTree(directory, Set.of(), MAX_DEPTH, this);
                } catch (IOException e) {
                    LOG.atDebug().addKeyValue("directory", directory).log("gone while it was looked at");
                }
            }
        }
    }

    /**
     * Counts deleted files, which use disk space as long as a process has them open or mapped into its memory. Processes can share one
     * table of descriptors, and each of them shows the whole table. Therefore the limit counts every descriptor that is read, even if it
     * was read before.
     */
    void unnamed(List<Long> pids, Object device) {
        for (long pid : pids) {
            List<Long> threads = ProcessState.witnesses(pid);
            if (!threads.isEmpty()) {
                mapped(threads.get(0), device);
            }
            for (long thread : DescriptorTables.distinct(threads)) {
                descriptors++;
                open(thread, device);
                if (isOver()) {
                    return;
                }
            }
        }
    }

    private void open(long thread, Object device) {
        try (DirectoryStream<Path> open = Files.newDirectoryStream(proc(thread, "fd"))) {
            for (Path descriptor : open) {
                descriptors++;
                if (isOver()) {
                    return;
                }
                countOf(thread, descriptor, device);
            }
        } catch (IOException | DirectoryIteratorException e) {
            LOG.atTrace().addKeyValue("thread", thread).log("gone while it was looked at");
        }
    }

    private void mapped(long thread, Object device) {
        try (BufferedReader maps = Files.newBufferedReader(proc(thread, "maps"), StandardCharsets.ISO_8859_1)) {
            for (String line = maps.readLine(); line != null; line = maps.readLine()) {
                mappings++;
                if (isOver()) {
                    return;
                }
                if (line.endsWith(DELETED)) {
                    countMapped(thread, line.split(" +", MAPPING_FIELDS), device);
                }
            }
        } catch (IOException e) {
            LOG.atTrace().addKeyValue("thread", thread).log("gone while it was looked at");
        }
    }

    /** Counts a deleted file that is mapped into memory. Any user can read which file it is, but only root can read its size. */
    private void countMapped(long thread, String[] mapping, Object device) {
        String number = decimal(mapping[3]);
        boolean onDisk = (device instanceof Long ours && number.equals(number(ours)))
                || overlaysOf(thread).contains(number);
        if (onDisk && !mapping[4].equals("0")) {
            Path link = proc(thread, "map_files").resolve(mapping[0]);
            try {
                unnamed(thread, link, device);
            } catch (NoSuchFileException e) {
                LOG.atTrace().addKeyValue("link", link).log("gone while it was looked at");
            } catch (IOException e) {
                hides = true;
            }
        }
    }

    /** {@code maps} writes devices in hexadecimal. */
    private static String decimal(String device) {
        String[] parts = device.split(":");
        return Integer.parseInt(parts[0], 16) + ":" + Integer.parseInt(parts[1], 16);
    }

    private static Path proc(long thread, String what) {
        return Path.of("/proc", Long.toString(thread), what);
    }

    private FileVisitResult next() {
        return isOver() ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
        files++;
        return next();
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
        // Ordinary tasks do not nest directories this deeply, so a deeper directory counts as over the limit.
        files = attributes.isDirectory() ? Long.MAX_VALUE : files + 1;
        bytes += AllocatedBytes.of(file).orElse(attributes.size());
        return next();
    }

    /**
     * Ordinary tasks do not nest directories more deeply than a path can name, so this counts as over the limit. A directory that a task
     * closes to its own user, as ordinary tests of error handling do, is skipped and does not count as over the limit.
     */
    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) {
        if (String.valueOf(failure.getMessage()).contains(TOO_LONG)) {
            files = Long.MAX_VALUE;
        }
        hides |= failure instanceof AccessDeniedException;
        return next();
    }

    private Set<String> overlaysOf(long pid) {
        return overlays.computeIfAbsent(pid, DiskCount::overlays);
    }

    /** Counts the file behind one descriptor. If the descriptor is closed meanwhile, the others are still counted. */
    private void countOf(long pid, Path descriptor, Object device) {
        try {
            unnamed(pid, descriptor, device);
        } catch (IOException e) {
            LOG.atTrace().addKeyValue("descriptor", descriptor).log("closed while it was looked at");
        }
    }

    private void unnamed(long pid, Path descriptor, Object device) throws IOException {
        if (Files.readSymbolicLink(descriptor).toString().endsWith(DELETED)) {
            Map<String, Object> file = Files.readAttributes(descriptor, "unix:dev,ino,size,isRegularFile");
            // A file that is open several times counts only once.
            if (Boolean.TRUE.equals(file.get("isRegularFile"))
                    && file.get("dev") instanceof Long on
                    && (device.equals(on) || overlaysOf(pid).contains(number(on)))
                    && file.get("size") instanceof Long size
                    && unnamed.add(on + " " + file.get("ino"))) {
                bytes += AllocatedBytes.behind(descriptor).orElse(size);
                files++;
            }
        }
    }

    /**
     * Returns the device numbers of the overlays that a process sees. For a file that was opened through an overlay, the kernel reports the
     * device of the overlay and not of the disk below it.
     */
    private static Set<String> overlays(long pid) {
        var numbers = new HashSet<String>();
        try (Stream<String> mounts = Files.lines(proc(pid, "mountinfo"))) {
            mounts.filter(it -> it.contains(" - overlay "))
                    .map(it -> it.split(" ", 4)[2])
                    .forEach(numbers::add);
        } catch (IOException | UncheckedIOException e) {
            LOG.atTrace().addKeyValue("pid", pid).log("gone while it was looked at");
        }
        return numbers;
    }

    /** Returns a device number as {@code mountinfo} writes it, which reverses makedev of the C library. */
    static String number(long device) {
        long major = ((device >>> 8) & 0xfff) | ((device >>> 32) & ~0xfffL);
        long minor = (device & 0xff) | ((device >>> 12) & ~0xffL);
        return (major & 0xffffffffL) + ":" + (minor & 0xffffffffL);
    }
}
