/** Inputs of tasks: the cache of blobs on the disk, trees of files that are made from it, and the disk space for them. */
@NullMarked
package dev.millrace.executor.inputs;

import org.jspecify.annotations.NullMarked;
