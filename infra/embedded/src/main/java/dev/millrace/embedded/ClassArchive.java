package dev.millrace.embedded;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file with the classes of a program in the form in which a JVM maps them into memory, so that the program's next start does not have to
 * read and check each class (class data sharing). It is made from a running process, and can be used only with the same class path and JVM.
 * Without it a start is only slower, so failures are logged and not reported to the caller. Thread-safe, also across processes: the archive
 * that was made last is kept.
 *
 * @see <a href="https://docs.oracle.com/en/java/javase/17/docs/specs/man/java.html#application-class-data-sharing">AppCDS</a>
 */
final class ClassArchive {
    private static final Logger LOG = LoggerFactory.getLogger(ClassArchive.class);
    private static final long DUMP_LIMIT_S = 120;
    private static final long LOOK_MS = 100;

    private final Path archive;
    private final Path madeOf;
    private final String classPath;

    /** @param archive the file of the archive; a second file beside it says what the archive was made from */
    ClassArchive(Path archive, String classPath) {
        this.archive = archive.toAbsolutePath();
        this.madeOf = archive.resolveSibling(archive.getFileName() + ".of");
        this.classPath = classPath;
    }

    /** Returns the JVM options for using the archive; none when it does not exist or was made from other classes. */
    List<String> options() {
        return isCurrent() ? List.of("-XX:SharedArchiveFile=" + archive) : List.of();
    }

    boolean isCurrent() {
        try {
            return Files.exists(archive) && Files.readString(madeOf).equals(identity());
        } catch (IOException e) {
            return false;
        }
    }

    /** Deletes unfinished archives of processes that were killed while they made one. */
    private void deleteUnfinished() throws IOException {
        String name = archive.getFileName() + ".";
        try (DirectoryStream<Path> files = Files.newDirectoryStream(archive.resolveSibling("."), name + "[0-9]*")) {
            files.forEach(ClassArchive::delete);
        }
    }

    /**
     * Makes the archive from the classes that a process has loaded. This uses some seconds of processor time at the lowest priority. An
     * interrupt aborts it.
     */
    void make(ProcessHandle program) {
        Path made = archive.resolveSibling(archive.getFileName() + "." + program.pid());
        try {
            deleteUnfinished();
            String identity = identity();
            if (dump(program, made)) {
                Files.deleteIfExists(madeOf);
                Files.move(made, archive, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                Files.writeString(madeOf, identity);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.atDebug()
                    .addKeyValue("archive", archive)
                    .addKeyValue("cause", e)
                    .log("no class archive");
        } finally {
            delete(made);
            delete(made.resolveSibling(made.getFileName() + ".classlist"));
        }
    }

    /**
     * Asks the program's JVM to write the archive. That JVM starts a second JVM, which reads the classes and writes the file. Returns
     * whether the file exists then.
     */
    private static boolean dump(ProcessHandle program, Path made) throws IOException, InterruptedException {
        Process request = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(program.pid()),
                        "VM.cds",
                        "static_dump",
                        made.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        // The program's JVM writes the output of the second JVM to files in the program's working directory.
        Path saysIn = Files.readSymbolicLink(Path.of("/proc/" + program.pid() + "/cwd"));
        var dumping = new HashSet<Long>();
        try {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DUMP_LIMIT_S);
            while (!request.waitFor(LOOK_MS, TimeUnit.MILLISECONDS)) {
                if (System.nanoTime() > deadline) {
                    return false;
                }
                dumps(program, made).filter(it -> dumping.add(it.pid())).forEach(ClassArchive::giveWay);
            }
            return Files.exists(made);
        } finally {
            request.destroyForcibly();
            dumps(program, made).forEach(ProcessHandle::destroyForcibly);
            for (long pid : dumping) {
                delete(saysIn.resolve("java_pid" + pid + "_stdout"));
                delete(saysIn.resolve("java_pid" + pid + "_stderr"));
            }
        }
    }

    /** Returns the child processes of the program that write the archive. The program may have other children, such as tasks. */
    private static Stream<ProcessHandle> dumps(ProcessHandle program, Path made) {
        return program.children().filter(child -> {
            String command = ProcessCommand.of(child.pid());
            return command.contains("-Xshare:dump") && command.contains(made.toString());
        });
    }

    private static void giveWay(ProcessHandle process) {
        try {
            new ProcessBuilder("renice", "-n", "19", "-p", Long.toString(process.pid()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            LOG.atDebug().addKeyValue("cause", e).log("a process keeps its priority");
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.atDebug().addKeyValue("file", file).addKeyValue("cause", e).log("a file cannot be deleted");
        }
    }

    /**
     * Returns a text that identifies the JVM and the classes: the version of the JVM, and the path, size and modification time of every
     * file on the class path. The JVM checks the same before it uses an archive.
     */
    private String identity() throws IOException {
        var text = new StringBuilder(System.getProperty("java.vm.version")).append('\n');
        for (String part : classPath.split(":", -1)) {
            Path file = Path.of(part);
            if (!Files.isRegularFile(file)) {
                throw new IOException(part + " is no file, and classes of a directory cannot be shared");
            }
            text.append(part)
                    .append(' ')
                    .append(Files.size(file))
                    .append(' ')
                    .append(Files.getLastModifiedTime(file).toMillis())
                    .append('\n');
        }
        return text.toString();
    }
}
