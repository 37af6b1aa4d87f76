/** Content addresses: digests of bytes and trees of files named by digest. Pure values, no I/O of their own. */
@NullMarked
package dev.millrace.schemas.blob;

import org.jspecify.annotations.NullMarked;
