package dev.millrace.gateway.api;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;

/**
 * One operation of the API, as the OpenAPI document names it.
 *
 * @param path with parameters in braces, as in the document
 */
public record Operation(HttpMethod method, String path, String operationId, Handler<RoutingContext> handler) {
    /** The path in the router's own notation. */
    public String routerPath() {
        return path.replaceAll("\\{([a-z]+)\\}", ":$1");
    }
}
