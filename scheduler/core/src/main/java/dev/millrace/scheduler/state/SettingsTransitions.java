package dev.millrace.scheduler.state;

import dev.millrace.scheduler.model.PoolPolicy;
import dev.millrace.schemas.event.OwnerQuotaChanged;
import dev.millrace.schemas.event.PoolSettingsChanged;

/** Changes what operators set for a pool and its owners. */
final class SettingsTransitions {
    private final PoolState state;

    SettingsTransitions(PoolState state) {
        this.state = state;
    }

    void register(Transitions all) {
        all.always(PoolSettingsChanged.class, (it, now) -> changed(it));
        all.always(OwnerQuotaChanged.class, (it, now) -> state.mutableBacklog()
                .configure(it.owner(), it.weight(), it.maxSlots(), now.tickMs()));
    }

    private void changed(PoolSettingsChanged it) {
        Integer hedgePercent = it.hedgePercent();
        state.setPolicy(new PoolPolicy(
                it.urgentSharePercent(), hedgePercent == null ? state.policy().hedgePercent() : hedgePercent));
    }
}
