/**
 * The client of the artifact service. It uploads and downloads trees, and blobs that are named by their digests. Large blobs are streamed
 * in both directions.
 */
@NullMarked
package dev.millrace.platform.blob;

import org.jspecify.annotations.NullMarked;
