/** The operations of the HTTP API, one class a resource; held to the OpenAPI document by a test. */
@NullMarked
package dev.millrace.gateway.api;

import org.jspecify.annotations.NullMarked;
