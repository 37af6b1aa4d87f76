package dev.millrace.gateway.view;

import com.datastax.oss.driver.api.core.cql.Row;
import dev.millrace.platform.cassandra.Cassandra;
import dev.millrace.platform.cassandra.Query;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the settings of pools and owners. */
public final class PoolViews {
    private static final int DEFAULT_URGENT_SHARE_PERCENT = 50;
    private static final int DEFAULT_HEDGE_PERCENT = 10;

    private final Query pool;
    private final Query owners;

    /** An owner's quota; {@code maxSlots} 0 means no limit. */
    public record OwnerQuota(String owner, int weight, int maxSlots, String changedBy) {}

    /** A pool and those quotas of owners that differ from the default, which is weight 1 and no limit. */
    public record PoolView(
            String pool,
            int urgentSharePercent,
            int hedgePercent,
            @Nullable String changedBy,
            List<OwnerQuota> owners) {}

    public PoolViews(Cassandra cassandra) {
        this.pool = cassandra.query("SELECT * FROM " + cassandra.keyspace() + ".pools WHERE pool = ?");
        this.owners =
                cassandra.query("SELECT * FROM " + cassandra.keyspace() + ".pool_owners WHERE pool = ? LIMIT 1000");
    }

    public Future<PoolView> pool(String name) {
        var settings = pool.execute(name);
        var quotas = owners.execute(name);
        return Future.all(settings, quotas).map(read -> {
            Row row = settings.result().one();
            var found = new ArrayList<OwnerQuota>();
            quotas.result()
                    .currentPage()
                    .forEach(it -> found.add(new OwnerQuota(
                            Rows.text(it, "owner"),
                            it.getInt("weight"),
                            it.getInt("max_slots"),
                            Rows.text(it, "changed_by"))));
            return new PoolView(
                    name,
                    row == null ? DEFAULT_URGENT_SHARE_PERCENT : row.getInt("urgent_share_percent"),
                    row == null || row.isNull("hedge_percent") ? DEFAULT_HEDGE_PERCENT : row.getInt("hedge_percent"),
                    row == null ? null : row.getString("changed_by"),
                    found);
        });
    }
}
