package dev.millrace.gateway.api;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;

/**
 * One operation of the API, with the id that the OpenAPI document gives it.
 *
 * @param path the path with its parameters in braces, as in the OpenAPI document
 */
public record Operation(HttpMethod method, String path, String operationId, Handler<RoutingContext> handler) {
    /** Returns the path in the notation of the Vert.x router. */
    public String routerPath() {
        return path.replaceAll("\\{([a-z]+)\\}", ":$1");
    }
}
