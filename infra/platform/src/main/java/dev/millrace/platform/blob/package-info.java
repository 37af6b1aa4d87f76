/** The client of the artifact service: blobs by digest and trees, streamed both ways. */
@NullMarked
package dev.millrace.platform.blob;

import org.jspecify.annotations.NullMarked;
