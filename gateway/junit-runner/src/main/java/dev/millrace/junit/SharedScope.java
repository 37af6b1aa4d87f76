package dev.millrace.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says that the tests of a class need something expensive that is set up once for all of them, on whatever machines they run, and torn down
 * after the last of them. It takes effect in a suite with {@code isolate: class}. While it is set up, no other class of the same domain is.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface SharedScope {
    /** Sets it up and tears it down. The class needs a constructor without parameters that can be called from anywhere. */
    Class<? extends ScopeSteps> value();
}
