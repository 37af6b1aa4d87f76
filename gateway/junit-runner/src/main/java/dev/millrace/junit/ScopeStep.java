package dev.millrace.junit;

/** Runs the set-up or the tear-down of the scope of a class. */
final class ScopeStep {
    static final String SETUP = "setup";
    static final String TEARDOWN = "teardown";

    private ScopeStep() {}

    /** @throws Exception what the set-up or the tear-down threw */
    static void run(String step, String className) throws Exception {
        SharedScope scope = Class.forName(className, false, ScopeStep.class.getClassLoader())
                .getAnnotation(SharedScope.class);
        if (scope == null) {
            throw new IllegalArgumentException(className + " has no @SharedScope");
        }
        ScopeSteps steps = scope.value().getDeclaredConstructor().newInstance();
        if (step.equals(SETUP)) {
            String value = steps.setUp();
            if (value == null) {
                throw new IllegalStateException("setUp() of " + scope.value().getName() + " returned null");
            }
            ScopeValue.set(value);
        } else {
            steps.tearDown(ScopeValue.get());
        }
    }

    /** Returns whether a test class has a scope. */
    static boolean has(String className) {
        try {
            return Class.forName(className, false, ScopeStep.class.getClassLoader())
                    .isAnnotationPresent(SharedScope.class);
        } catch (ClassNotFoundException | LinkageError e) {
            // A test that an engine found in another way than by its class.
            return false;
        }
    }
}
