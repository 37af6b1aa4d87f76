package dev.millrace.schemas.event;

import dev.millrace.schemas.blob.Digest;
import java.util.List;

/**
 * The files an attempt left behind, as a tree in the blob store.
 *
 * @param tree digest of the tree
 * @param leftOut files that were not kept, with the reason; at most 20 lines
 */
public record ArtifactsRef(Digest tree, int files, long bytes, List<String> leftOut) {}
