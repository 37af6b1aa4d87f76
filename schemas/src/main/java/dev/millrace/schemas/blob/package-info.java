/** Content addressing: digests of bytes, and trees of files whose contents are named by digest. Pure values without I/O of their own. */
@NullMarked
package dev.millrace.schemas.blob;

import org.jspecify.annotations.NullMarked;
