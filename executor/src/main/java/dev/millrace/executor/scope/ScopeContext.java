package dev.millrace.executor.scope;

import dev.millrace.executor.artifacts.ArtifactCollector;
import dev.millrace.executor.artifacts.ArtifactLimits;
import dev.millrace.platform.blob.BlobClient;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.ArtifactsRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The files that the set-up of a scope leaves for the tests and the tear-down of the scope, whatever executor runs these. The set-up writes
 * them below {@code MILLRACE_SCOPE_CONTEXT}. Each other attempt of the scope finds a copy there, and its changes reach nobody.
 */
public final class ScopeContext {
    /** The variable that names the directory of the context. */
    public static final String VARIABLE = "MILLRACE_SCOPE_CONTEXT";

    /** The variable that has the id of the scope. */
    public static final String ID_VARIABLE = "MILLRACE_SCOPE";

    private final ArtifactCollector collector;

    public ScopeContext(BlobClient blobs, ArtifactLimits limits) {
        this.collector = new ArtifactCollector(blobs, limits);
    }

    /**
     * What a set-up left.
     *
     * @param tree digest of the tree; null if the set-up left nothing
     * @param problem why the tests could not use it as it is; null if they can
     */
    public record Left(@Nullable Digest tree, @Nullable String problem) {}

    /** Returns the directory of the context below a task's {@code MILLRACE_OUT}, as whoever sees {@code out} sees it. */
    public static Path directory(Path out) {
        return out.resolve(ArtifactCollector.CASES_DIRECTORY).resolve("scope");
    }

    /**
     * Stores what an ended set-up left below {@code out}. Follows no links, which the set-up may have put in the place of directories.
     *
     * @param unwanted checked repeatedly; if it is true, this ends with an {@link java.io.InterruptedIOException}
     */
    public Left store(Path out, BooleanSupplier unwanted) throws IOException {
        Path directory = directory(out);
        if (!isDirectory(out.resolve(ArtifactCollector.CASES_DIRECTORY)) || !isDirectory(directory)) {
            return new Left(null, "something else is in the place of the directory of the scope's context");
        }
        ArtifactsRef kept = collector.collect(visitor -> {}, directory, List.of(), unwanted);
        if (kept == null) {
            return new Left(null, null);
        }
        String problem = kept.leftOut().isEmpty()
                ? ScopeEnvironment.of(directory).problem()
                : "the scope's context cannot be kept whole: " + kept.leftOut().get(0);
        return new Left(kept.files() == 0 ? null : kept.tree(), problem);
    }

    private static boolean isDirectory(Path path) {
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }
}
