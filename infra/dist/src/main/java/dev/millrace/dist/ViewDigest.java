package dev.millrace.dist;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import dev.millrace.schemas.blob.Digest;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Computes one hash for the content of each table of a keyspace's views. A table's hash is the sum of the hashes of its rows, so the order
 * in which Cassandra returns the rows does not matter, and a difference in any column changes the hash.
 */
final class ViewDigest {
    /** The tables, each with the column that holds the ID of a row's job or task; empty if the rows belong to no job. */
    private static final Map<String, String> TABLES = new TreeMap<>(Map.ofEntries(
            Map.entry("jobs", "job_id"),
            Map.entry("jobs_by_day", "job_id"),
            Map.entry("tasks", "job_id"),
            Map.entry("tasks_not_passed", "job_id"),
            Map.entry("attempts", "task_id"),
            Map.entry("decisions", "job_id"),
            Map.entry("runtime_samples", "task_id"),
            Map.entry("failed_tests", ""),
            Map.entry("pools", ""),
            Map.entry("pool_owners", ""),
            Map.entry("scopes", "job_id"),
            Map.entry("scope_epochs", "job_id"),
            Map.entry("domains", "job_id")));

    private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(256);
    private static final int HEX = 16;
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int PAGE = 1_000;

    private ViewDigest() {}

    /** The number of a table's rows, and their hash. */
    record Table(long rows, String hash) {}

    /** @param jobs tells which jobs' rows count; rows that belong to no job always count */
    static Map<String, Table> of(CqlSession session, String keyspace, Predicate<String> jobs) {
        Map<String, Table> tables = new TreeMap<>();
        TABLES.forEach((table, owner) -> tables.put(table, of(session, keyspace + "." + table, owner, jobs)));
        return tables;
    }

    private static Table of(CqlSession session, String table, String owner, Predicate<String> jobs) {
        long rows = 0;
        BigInteger sum = BigInteger.ZERO;
        for (Row row : session.execute(SimpleStatement.newInstance("SELECT JSON * FROM " + table)
                .setTimeout(TIMEOUT)
                .setPageSize(PAGE))) {
            String json = String.valueOf(row.getString(0));
            if (owner.isEmpty() || jobs.test(jobOf(json, owner))) {
                rows++;
                sum = sum.add(new BigInteger(
                                Digest.of(json.getBytes(StandardCharsets.UTF_8)).hex(), HEX))
                        .mod(MODULUS);
            }
        }
        return new Table(rows, sum.toString(HEX));
    }

    /** Returns the ID of a row's job; a task's ID begins with the ID of its job. */
    private static String jobOf(String json, String column) {
        String prefix = "\"" + column + "\": \"";
        int start = json.indexOf(prefix);
        if (start < 0) {
            return "";
        }
        int from = start + prefix.length();
        String id = json.substring(from, json.indexOf('"', from));
        int dot = id.indexOf('.');
        return dot < 0 ? id : id.substring(0, dot);
    }

    /** Returns the names of the tables that differ. */
    static List<String> differences(Map<String, Table> one, Map<String, Table> other) {
        return one.keySet().stream()
                .filter(table -> !Objects.equals(one.get(table), other.get(table)))
                .toList();
    }
}
