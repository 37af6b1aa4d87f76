package dev.millrace.junit;

/**
 * Sets up and tears down what the tests of a class share. Each method runs as a task of its own, with an object of its own, maybe on
 * different machines, so only what {@link #setUp} returns connects them.
 */
public interface ScopeSteps {
    /**
     * Makes what the tests share. It may be called again after a failure, but only when {@link #tearDown} has run in between.
     *
     * @return what the tests and the tear-down need to find it, such as an address; they get it from {@link ScopeValue#get}
     */
    String setUp() throws Exception;

    /**
     * Removes what {@link #setUp} made. It may be called again after a failure, and also when the set-up failed half way.
     *
     * @param value what the set-up returned; an empty text if it failed before it returned
     */
    void tearDown(String value) throws Exception;
}
