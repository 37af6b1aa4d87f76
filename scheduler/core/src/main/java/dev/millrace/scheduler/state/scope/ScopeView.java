package dev.millrace.scheduler.state.scope;

import dev.millrace.scheduler.model.ScopeState;
import dev.millrace.scheduler.model.TaskState;
import org.jspecify.annotations.Nullable;

/** A scope as decisions see it. */
public interface ScopeView {
    ScopeState state();

    /** Returns how many of its tests have no verdict. */
    int openTests();

    /** Returns how many attempts of its set-up and its tests hold slots, or may still decide their task. */
    int outstanding();

    /** Returns how many of its two tasks, the set-up and the tear-down, have arrived. */
    int arrived();

    /** Returns its set-up if it has no verdict, otherwise null. */
    @Nullable
    TaskState setup();

    /** Returns its tear-down if it has no verdict, otherwise null. */
    @Nullable
    TaskState teardown();

    /** Returns whether an attempt may still decide its set-up. */
    boolean isSetupLive();
}
