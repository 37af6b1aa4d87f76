package dev.millrace.schemas.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ContainerNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Turns good input into bad input by changes of its JSON structure and of its bytes. The same seed makes the same changes. */
public final class Mutations {
    private static final ObjectMapper LENIENT = new ObjectMapper();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private static final List<String> TEXTS = List.of(
            "",
            "\u0000",
            "../../etc/passwd",
            "/",
            "C:\\x",
            "\u202eabc",
            "\ud800",
            "a\nb",
            "-1s",
            "999999999h",
            "0".repeat(64),
            "f".repeat(64),
            "x".repeat(5_000),
            "<script>",
            "%zz",
            "j00000000000000000000",
            "j00000000000000000000.999999");
    private static final List<String> TOKENS = List.of(
            "null", "NaN", "1e999", "-0", "9223372036854775808", "[[[[", "}}", "\"", "\\ud800", "\u00ff", ",", ":");

    private final Random random;

    public Mutations(long seed) {
        this.random = new Random(seed);
    }

    public <T> T oneOf(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    boolean chance(int oneIn) {
        return random.nextInt(oneIn) == 0;
    }

    public byte[] of(byte[] good) {
        byte[] bad = good;
        for (int i = random.nextInt(4); i >= 0; i--) {
            bad = chance(3) ? bytes(bad) : structure(bad);
        }
        return bad;
    }

    private byte[] bytes(byte[] good) {
        int at = random.nextInt(good.length + 1);
        int end = Math.min(good.length, at + random.nextInt(16));
        var out = new ByteArrayOutputStream();
        out.write(good, 0, at);
        switch (random.nextInt(5)) {
            case 0 -> out.writeBytes(new byte[] {(byte) random.nextInt(256)});
            case 1 -> out.write(good, at, end - at);
            case 2 -> out.writeBytes(oneOf(TOKENS).getBytes(StandardCharsets.UTF_8));
            case 3 -> {
                return out.toByteArray();
            }
            default -> at = end;
        }
        out.write(good, at, good.length - at);
        return out.toByteArray();
    }

    private byte[] structure(byte[] good) {
        try {
            JsonNode root = LENIENT.readTree(good);
            var containers = new ArrayList<ContainerNode<?>>();
            collect(root, containers);
            if (containers.isEmpty()) {
                return bytes(good);
            }
            ContainerNode<?> chosen = oneOf(containers);
            if (chosen instanceof ObjectNode object) {
                change(object);
            } else if (chosen instanceof ArrayNode array) {
                change(array);
            }
            return root.toString().getBytes(StandardCharsets.UTF_8);
        } catch (IOException e) {
            return bytes(good);
        }
    }

    private static void collect(JsonNode node, List<ContainerNode<?>> into) {
        if (node instanceof ContainerNode<?> container) {
            into.add(container);
            node.forEach(child -> collect(child, into));
        }
    }

    private void change(ObjectNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        if (names.isEmpty() || chance(6)) {
            object.set(oneOf(TEXTS), value());
            return;
        }
        String name = oneOf(names);
        switch (random.nextInt(4)) {
            case 0 -> object.remove(name);
            case 1 -> object.set(name, NODES.arrayNode().add(object.get(name).deepCopy()));
            default -> object.set(name, value());
        }
    }

    private void change(ArrayNode array) {
        if (array.isEmpty() || chance(3)) {
            array.add(value());
            return;
        }
        int at = random.nextInt(array.size());
        switch (random.nextInt(3)) {
            case 0 -> array.remove(at);
            case 1 -> array.add(array.get(at).deepCopy());
            default -> array.set(at, value());
        }
    }

    private JsonNode value() {
        return switch (random.nextInt(8)) {
            case 0 -> NODES.nullNode();
            case 1 -> NODES.numberNode(random.nextLong());
            case 2 -> NODES.numberNode(random.nextInt(3) - 1);
            case 3 -> NODES.numberNode(Double.MAX_VALUE);
            case 4 -> NODES.booleanNode(random.nextBoolean());
            case 5 -> NODES.arrayNode();
            case 6 -> NODES.objectNode();
            default -> NODES.textNode(oneOf(TEXTS));
        };
    }
}
