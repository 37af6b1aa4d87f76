package dev.millrace.schemas.blob;

import java.util.Objects;

/**
 * One regular file of a tree.
 *
 * @param path relative, {@code /}-separated, as checked by {@link Tree}
 * @param digest what the file contains
 * @param size bytes
 * @param executable whether its owner may execute it; the only mode bit a tree keeps
 */
public record TreeEntry(String path, Digest digest, long size, boolean executable) {
    public TreeEntry {
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(digest, "digest");
    }
}
