package dev.millrace.executor;

import static dev.millrace.executor.IntakeRules.Judgement.ACCEPT;
import static dev.millrace.executor.IntakeRules.Judgement.GIVE_BACK;
import static dev.millrace.executor.IntakeRules.Judgement.IGNORE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.executor.attempt.HeldAttempts;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.Epoch;
import dev.millrace.schemas.event.Priority;
import dev.millrace.schemas.event.TaskDispatched;
import org.junit.jupiter.api.Test;

class IntakeRulesTest {
    private static final TaskDispatched DISPATCH = new TaskDispatched(
            "j0123456789abcdef0123.1",
            "j0123456789abcdef0123",
            "p",
            1,
            Digest.of(new byte[0]),
            1,
            new Epoch(1, 2),
            "me",
            "now",
            Priority.NORMAL,
            null,
            "ann");

    @Test
    void inRoomShouldAcceptUpToTheLimitAndGiveBackTheNext() {
        assertThat(IntakeRules.judge(DISPATCH, "me", "now", false, false, 3, 4)).isEqualTo(ACCEPT);
        assertThat(IntakeRules.judge(DISPATCH, "me", "now", false, false, 4, 4)).isEqualTo(GIVE_BACK);
    }

    @Test
    void inDrainShouldGiveBack() {
        assertThat(IntakeRules.judge(DISPATCH, "me", "now", false, true, 0, 4)).isEqualTo(GIVE_BACK);
    }

    @Test
    void inForeignStaleRevokedOrRepeatedDispatchShouldIgnoreIt() {
        assertThat(IntakeRules.judge(DISPATCH, "other", "now", false, false, 0, 4))
                .isEqualTo(IGNORE);
        assertThat(IntakeRules.judge(DISPATCH, "me", "later", false, false, 0, 4))
                .isEqualTo(IGNORE);
        assertThat(IntakeRules.judge(DISPATCH, "me", "now", true, false, 0, 4)).isEqualTo(IGNORE);
    }

    @Test
    void inRevocationThatOvertakesItsDispatchShouldRememberIt() {
        var held = new HeldAttempts();

        var found = held.revoke(DISPATCH.attemptKey(), 0);

        assertThat(found).isNull();
        assertThat(held.isHeldOrRevoked(DISPATCH.attemptKey())).isTrue();
    }

    @Test
    void inLeaseShouldHoldUntilItsTimeSinceTheLastAcknowledgedHeartbeat() {
        var lease = new Lease(1_000, 5_000);

        assertThat(lease.holdsAt(5_999)).isTrue();
        assertThat(lease.holdsAt(6_000)).isFalse();
        assertThat(lease.renewed(3_000).holdsAt(7_999)).isTrue();
        assertThat(lease.renewed(500)).isEqualTo(lease);
    }
}
