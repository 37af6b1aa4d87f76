package dev.millrace.schemas.blob;

import java.util.Objects;

/**
 * One regular file of a tree.
 *
 * @param path relative path with {@code /} as separator; {@link Tree#problems()} checks it
 * @param digest digest of the file's contents
 * @param size size of the file in bytes
 * @param executable whether the file's owner may execute it; the only mode bit that a tree keeps
 */
public record TreeEntry(String path, Digest digest, long size, boolean executable) {
    public TreeEntry {
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(digest, "digest");
    }
}
