package dev.millrace.scheduler.plan;

import dev.millrace.schemas.history.Estimate;
import dev.millrace.schemas.history.Estimate.Confidence;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Cuts a suite into bundles of similar expected duration. Each long unit gets a bundle of its own. The other units are taken longest first,
 * and each goes into the bundle with the least expected time so far. The bundles are sorted longest first. The result depends only on the
 * units, not on their order.
 */
public final class SuiteCutter {
    private static final int TARGET_BUNDLES = 24;
    private static final long MIN_BUNDLE_MS = 2_000;
    private static final long MAX_BUNDLE_MS = 60_000;

    /** Bounds the size of the report of one bundle. */
    private static final int MAX_UNITS = 200;

    /** A unit with its estimate. */
    public record Unit(String name, Estimate estimate) {}

    /** Units that run in one process. */
    public record Bundle(List<Unit> units) {
        public long estimateMs() {
            return units.stream().mapToLong(unit -> unit.estimate().ms()).sum();
        }

        /**
         * Estimates the duration of a process that runs all units. The upper limit allows one unit to take much longer than expected,
         * because it is unlikely that all of them do.
         */
        Estimate estimate(long startMs, String source) {
            long ms = estimateMs() + startMs;
            long guessedMs = units.stream()
                    .map(Unit::estimate)
                    .filter(it -> it.confidence() == Confidence.NONE)
                    .mapToLong(Estimate::ms)
                    .sum();
            if (2 * guessedMs >= estimateMs()) {
                return Estimate.guess(ms, source);
            }
            long latest = units.stream()
                    .mapToLong(
                            unit -> unit.estimate().upperMs() - unit.estimate().ms())
                    .max()
                    .orElse(0);
            Confidence least = units.stream()
                    .map(unit -> unit.estimate().confidence())
                    .min(Comparator.naturalOrder())
                    .orElse(Confidence.NONE);
            return new Estimate(ms, ms + Math.max(latest, ms / 2), least, source);
        }
    }

    private SuiteCutter() {}

    public static List<Bundle> cut(List<Unit> units) {
        var sorted = new ArrayList<>(units);
        sorted.sort(Comparator.comparingLong((Unit unit) -> unit.estimate().ms())
                .reversed()
                .thenComparing(Unit::name));
        long total = sorted.stream().mapToLong(unit -> unit.estimate().ms()).sum();
        long target = Math.min(MAX_BUNDLE_MS, Math.max(MIN_BUNDLE_MS, total / TARGET_BUNDLES));
        var bundles = new ArrayList<Bundle>();
        var rest = new ArrayList<Unit>();
        for (Unit unit : sorted) {
            if (unit.estimate().ms() >= target) {
                bundles.add(new Bundle(List.of(unit)));
            } else {
                rest.add(unit);
            }
        }
        bundles.addAll(fill(rest, target));
        bundles.sort(Comparator.comparingLong(Bundle::estimateMs)
                .reversed()
                .thenComparing(bundle -> bundle.units().get(0).name()));
        return bundles;
    }

    /** A bundle that is being filled. Bundles are ordered by load, then by number. */
    private static final class Bin {
        final int number;
        final List<Unit> units = new ArrayList<>();
        long load;

        Bin(int number) {
            this.number = number;
        }
    }

    private static List<Bundle> fill(List<Unit> units, long target) {
        if (units.isEmpty()) {
            return List.of();
        }
        long work = units.stream().mapToLong(unit -> unit.estimate().ms()).sum();
        int byWork = (int) Math.max(1, (work + target - 1) / target);
        int bySize = (units.size() + MAX_UNITS - 1) / MAX_UNITS;
        var open = new PriorityQueue<Bin>(
                Comparator.comparingLong((Bin bin) -> bin.load).thenComparingInt(bin -> bin.number));
        for (int i = 0; i < Math.min(units.size(), Math.max(byWork, bySize)); i++) {
            open.add(new Bin(i));
        }
        var full = new ArrayList<Bin>();
        for (Unit unit : units) {
            Bin bin = open.remove();
            bin.units.add(unit);
            bin.load += unit.estimate().ms();
            (bin.units.size() < MAX_UNITS ? open : full).add(bin);
        }
        full.addAll(open);
        return full.stream().map(bin -> new Bundle(List.copyOf(bin.units))).toList();
    }
}
