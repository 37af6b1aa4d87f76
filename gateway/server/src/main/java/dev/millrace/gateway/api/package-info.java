/** The operations of the HTTP API, one class for each resource. A test checks them against the OpenAPI document. */
@NullMarked
package dev.millrace.gateway.api;

import org.jspecify.annotations.NullMarked;
