package dev.millrace.scheduler.model;

/** Names one stored value of a pool. The id is unique among the values of its kind. */
public record EntityKey(EntityKind<?> kind, String id) {}
