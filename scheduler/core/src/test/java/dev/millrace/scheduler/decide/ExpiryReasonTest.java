package dev.millrace.scheduler.decide;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExpiryReasonTest {
    private static final long HALF_AN_HOUR_MS = 1_800_000;

    private static String of(Map<String, Integer> lacking) {
        return ExpiryReason.of("default", lacking, HALF_AN_HOUR_MS);
    }

    @Test
    void namesEveryCauseWhileTheyAreFew() {
        assertThat(of(Map.of("a", 1, "b", 3, "c", 1, "d", 1, "e", 2)))
                .isEqualTo("no executor of pool 'default' could run it for 30 min; there are: 3 b, 2 e, 1 a, 1 c, 1 d");
    }

    @Test
    void namesTheCommonestAndCountsTheOthers() {
        assertThat(of(Map.of("a", 1, "b", 3, "c", 1, "d", 1, "e", 2, "f", 1))).endsWith("1 d and 1 others");
    }

    @Test
    void staysShortHoweverDifferentTheExecutorsAre() {
        var lacking = new HashMap<String, Integer>();
        for (int i = 0; i < 3_500; i++) {
            lacking.put("with the label host=" + i + "x".repeat(1_000) + " instead of gone", 1);
        }

        assertThat(of(lacking))
                .endsWith(" and 3495 others")
                .hasSizeLessThan(200 + ExpiryReason.MAX_CAUSES * (ExpiryReason.MAX_CHARS_PER_CAUSE + 20));
    }

    @Test
    void keepsCharactersWhole() {
        String longest = "x".repeat(ExpiryReason.MAX_CHARS_PER_CAUSE);
        String astral = "x".repeat(ExpiryReason.MAX_CHARS_PER_CAUSE - 2) + "\uD83D\uDE00";

        assertThat(of(Map.of(longest, 1))).endsWith("1 " + longest);
        assertThat(of(Map.of(astral + "y", 1))).endsWith("1 " + "x".repeat(ExpiryReason.MAX_CHARS_PER_CAUSE - 2) + "…");
    }

    @Test
    void saysSoWhereNobodyTookWork() {
        assertThat(of(Map.of())).isEqualTo("no executor took work in pool 'default' for 30 min");
    }
}
