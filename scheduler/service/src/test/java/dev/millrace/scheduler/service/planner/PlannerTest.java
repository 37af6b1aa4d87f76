package dev.millrace.scheduler.service.planner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.Ids;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.JobRetryRequested;
import dev.millrace.schemas.event.JobSubmitted;
import dev.millrace.schemas.event.Priority;
import org.junit.jupiter.api.Test;

class PlannerTest {
    private static final Digest SPEC = Digest.of(new byte[0]);

    private static String turn(String pool, String owner, String key, Priority priority) {
        return Planner.turnOf(new JobSubmitted(Ids.jobId(owner, key), pool, owner, "n", "p", priority, SPEC, 0));
    }

    /** Otherwise many jobs of one owner would be planned before the jobs of other owners, and before this owner's own urgent job. */
    @Test
    void ownersTakeTurnsAndSoDoTheirUrgentJobs() {
        String turn = turn("pool", "ann", "1", Priority.NORMAL);

        assertThat(turn("pool", "ann", "2", Priority.BULK)).isEqualTo(turn);
        assertThat(turn("pool", "ben", "1", Priority.NORMAL)).isNotEqualTo(turn);
        assertThat(turn("other", "ann", "1", Priority.NORMAL)).isEqualTo(turn);
        assertThat(turn("pool", "ann", "1", Priority.URGENT)).isNotEqualTo(turn);
        assertThat(Planner.turnOf(new JobRetryRequested(Ids.jobId("ann", "1"), "pool", "ann", 1, true, SPEC, 1)))
                .isEqualTo(turn);
    }
}
