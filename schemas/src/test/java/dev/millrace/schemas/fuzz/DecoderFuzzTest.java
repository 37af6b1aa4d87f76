package dev.millrace.schemas.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.blob.Tree;
import dev.millrace.schemas.blob.TreeEntry;
import dev.millrace.schemas.codec.EventCodec;
import dev.millrace.schemas.codec.MalformedEventException;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.EventType;
import dev.millrace.schemas.json.Json;
import dev.millrace.schemas.json.MalformedJsonException;
import dev.millrace.schemas.plan.Plan;
import dev.millrace.schemas.spec.InvalidSpecException;
import dev.millrace.schemas.spec.JobSpec;
import dev.millrace.schemas.spec.JobSpecReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Checks the decoders of data from other components and users. For bad input they must throw their own exception and no other. Input that
 * they accept must be the same after it is written and read again. Inputs that once broke a decoder are kept below {@code fuzz/} and are
 * decoded in a test of their own. With the system property {@code millrace.fuzz.seconds}, the test continues with new seeds for this number
 * of seconds.
 */
class DecoderFuzzTest {
    private static final int SEEDS = 2_000;
    private static final long SECONDS = Long.getLong("millrace.fuzz.seconds", 0);
    private static final Path RESOURCES = Path.of("src/test/resources");
    private static final JobSpecReader SPECS = new JobSpecReader();

    private static final String SPEC =
            """
            {"apiVersion":"millrace.dev/v1","name":"n","project":"p","pool":"big","priority":"bulk","failFast":{"failures":1},
             "inputTree":"%1$s","repeat":2,
             "defaults":{"timeout":"10m","silence":"90s","retries":2,"artifacts":["a/**"],"env":{"A":"b"},"gating":true,
              "knownFlaky":"report","repeatable":false,"network":true,"directory":"d","mountAt":"/work","labels":{"os":"linux"},
              "resources":{"cpu":1.5,"memory":"2GiB"}},
             "tasks":[{"id":"t","command":["sh","-c","true"],"test":"x","timeout":"5s"}],
             "suites":[{"junit":{"classpath":["a.jar"],"scan":["a.jar"],"includeClassname":".*","units":[{"name":"A","tests":1}]}},
              {"pytest":{"paths":["t"],"args":["-q"],"group":"class","units":[{"name":"t.py","tests":2}]}},
              {"ctest":{"dir":"b","args":["-j"],"units":[{"name":"c","tests":1}]},"include":["c*"]},
              {"gtest":{"binary":"g","shards":2,"only":["A.b"],"units":[{"name":"shard-1-of-2","tests":1}]}}]}
            """
                    .formatted("0".repeat(64));

    private static final EventType TICK =
            EventType.named("dev.millrace.tick.v1").orElseThrow();

    private interface Decoder {
        void decode(byte[] input) throws Exception;
    }

    private static final Map<String, Decoder> DECODERS = new LinkedHashMap<>();
    private static final Map<String, List<byte[]>> GOOD = new LinkedHashMap<>();

    static {
        DECODERS.put("spec", DecoderFuzzTest::spec);
        DECODERS.put("yaml", DecoderFuzzTest::yaml);
        DECODERS.put("tree", DecoderFuzzTest::tree);
        DECODERS.put("plan", DecoderFuzzTest::plan);
        DECODERS.put("event", DecoderFuzzTest::event);
        Digest digest = Digest.of(new byte[0]);
        GOOD.put("spec", List.of(SPEC.getBytes(UTF_8)));
        GOOD.put("yaml", List.of(SPEC.getBytes(UTF_8)));
        GOOD.put(
                "tree",
                List.of(new Tree(List.of(new TreeEntry("a/b", digest, 1, true), new TreeEntry("c", digest, 0, false)))
                        .canonicalBytes()));
        GOOD.put(
                "plan",
                List.of(("{\"jobId\":\"j00000000000000000000\",\"name\":\"n\",\"project\":\"p\",\"inputTree\":\""
                                + digest
                                + "\",\"tasks\":[{\"index\":0,\"name\":\"t\",\"test\":\"t\",\"command\":[\"a\"],\"env\":{},"
                                + "\"artifacts\":[],\"units\":[],\"timeoutMs\":1,\"retries\":0,\"gating\":true,\"estimateMs\":1,"
                                + "\"estimateUpperMs\":0,\"estimateSource\":\"default\"}]}")
                        .getBytes(UTF_8)));
        GOOD.put("event", golden());
    }

    private static List<byte[]> golden() {
        try (Stream<Path> files = Files.list(RESOURCES.resolve("golden/v1"))) {
            return files.sorted()
                    .map(file -> {
                        String type = String.valueOf(file.getFileName()).replaceAll("[.]json$", "");
                        return (type + "\n" + readString(file)).getBytes(UTF_8);
                    })
                    .toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String readString(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void spec(byte[] input) throws IOException {
        try {
            JobSpec spec = SPECS.readBody(new String(input, UTF_8));
            byte[] written = Json.MAPPER.writeValueAsBytes(spec);
            assertThat(SPECS.readBody(new String(written, UTF_8))).isEqualTo(spec);
        } catch (InvalidSpecException e) {
            assertThat(e.problems())
                    .isNotEmpty()
                    .hasSizeLessThanOrEqualTo(20)
                    .allMatch(it -> it.message().length() < 500);
        }
    }

    private static void yaml(byte[] input) {
        try {
            SPECS.read("job.yaml", new String(input, UTF_8));
        } catch (InvalidSpecException e) {
            assertThat(e.problems()).isNotEmpty().hasSizeLessThanOrEqualTo(20);
        }
    }

    private static void tree(byte[] input) {
        try {
            Tree tree = Tree.read(input);
            if (tree.problems().isEmpty()) {
                assertThat(Tree.read(tree.canonicalBytes())).isEqualTo(tree);
            }
        } catch (MalformedJsonException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    private static void plan(byte[] input) {
        try {
            Json.read(input, Plan.class).suites();
        } catch (MalformedJsonException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    private static void event(byte[] input) throws MalformedEventException {
        String text = new String(input, StandardCharsets.UTF_8);
        int line = text.indexOf('\n');
        EventType type = EventType.named(text.substring(0, Math.max(line, 0))).orElse(TICK);
        byte[] json = text.substring(line + 1).getBytes(UTF_8);
        try {
            Event event = EventCodec.readData(type, json);
            assertThat(EventCodec.readData(type, EventCodec.toJson(event))).isEqualTo(event);
        } catch (MalformedEventException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    private static void run(String decoder, byte[] input, String origin) {
        try {
            Objects.requireNonNull(DECODERS.get(decoder)).decode(input);
        } catch (Throwable e) {
            throw new AssertionError(
                    "the decoder '" + decoder + "' broke on " + origin + ", in Base64: "
                            + Base64.getEncoder().encodeToString(input),
                    e);
        }
    }

    @Test
    void answersEveryInputThatOnceBrokeIt() throws IOException {
        for (String decoder : DECODERS.keySet()) {
            Path kept = RESOURCES.resolve("fuzz").resolve(decoder);
            if (!Files.isDirectory(kept)) {
                continue;
            }
            try (Stream<Path> files = Files.list(kept)) {
                for (Path file : files.sorted().toList()) {
                    run(decoder, Files.readAllBytes(file), file.toString());
                }
            }
        }
    }

    @Test
    void answersWhatIsMadeOfGoodInput() {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        List<String> names = List.copyOf(DECODERS.keySet());
        for (long seed = 0; seed < SEEDS || System.nanoTime() < until; seed++) {
            var mutations = new Mutations(seed);
            String decoder = names.get((int) (seed % names.size()));
            byte[] good = mutations.oneOf(Objects.requireNonNull(GOOD.get(decoder)));
            run(decoder, mutations.of(good), "seed " + seed);
        }
    }
}
