package dev.millrace.scheduler.service.projector;

import dev.millrace.schemas.event.OwnerQuotaChanged;
import dev.millrace.schemas.event.PoolSettingsChanged;

/** Writes the settings of pools and owners. */
final class PoolWriters {
    private PoolWriters() {}

    static void register(DecisionWriters all) {
        all.on(
                PoolSettingsChanged.class,
                (it, atMs, out) -> out.row("pools", row -> row.set("pool", it.pool())
                        .set("urgent_share_percent", it.urgentSharePercent())
                        .set("hedge_percent", it.hedgePercent())
                        .set("changed_by", it.by())));
        all.on(
                OwnerQuotaChanged.class,
                (it, atMs, out) -> out.row("pool_owners", row -> row.set("pool", it.pool())
                        .set("owner", it.owner())
                        .set("weight", it.weight())
                        .set("max_slots", it.maxSlots())
                        .set("changed_by", it.by())));
    }
}
