/**
 * The artifact service: blobs by digest and trees in S3. The only holder of S3 write credentials; nothing is stored under a
 * digest it does not have.
 */
@NullMarked
package dev.millrace.artifact;

import org.jspecify.annotations.NullMarked;
