/** Inputs of tasks: the cache of blobs on the disk, trees of files made of it, and the room for them. */
@NullMarked
package dev.millrace.executor.inputs;

import org.jspecify.annotations.NullMarked;
