package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.millrace.gateway.api.GatewayApi;
import java.util.Locale;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class OpenApiTest {
    @Test
    void inRoutesShouldEqualTheDocument() throws Exception {
        JsonNode document;
        try (var in = getClass().getClassLoader().getResourceAsStream(GatewayApi.OPENAPI_RESOURCE)) {
            document = new YAMLMapper().readTree(in);
        }
        var documented = new TreeMap<String, String>();
        for (var path : document.path("paths").properties()) {
            for (var method : path.getValue().properties()) {
                if (!method.getKey().equals("parameters")) {
                    documented.put(
                            method.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey(),
                            method.getValue().path("operationId").asText());
                    assertThat(method.getValue().path("responses").isEmpty())
                            .as("%s has responses", path.getKey())
                            .isFalse();
                }
            }
        }

        var routed = new TreeMap<String, String>();
        for (GatewayApi.Endpoint operation : GatewayApi.ENDPOINTS) {
            routed.put(operation.method().name() + " " + operation.path(), operation.operationId());
        }

        assertThat(documented).isEqualTo(routed);
    }
}
