package dev.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.matcher.ElementMatchers;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Proves that the simulation finds bugs: it fails with each of the planted bugs in the core, and passes without them. */
class PlantedBugsTest {
    /** Loads the classes of the scheduler and of its tests a second time, with one method changed. */
    private static final class BuggyLoader extends ClassLoader {
        private final PlantedBug bug;

        BuggyLoader(PlantedBug bug) {
            super(PlantedBugsTest.class.getClassLoader());
            this.bug = bug;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("dev.millrace.scheduler.")) {
                return super.loadClass(name, resolve);
            }
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : define(name);
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            byte[] bytes = name.equals(bug.type().getName()) ? changed() : original(name);
            return defineClass(name, bytes, 0, bytes.length);
        }

        private byte[] changed() {
            return new ByteBuddy()
                    .redefine(bug.type())
                    .visit(Advice.to(bug.advice()).on(ElementMatchers.named(bug.method())))
                    .make()
                    .getBytes();
        }

        private byte[] original(String name) throws ClassNotFoundException {
            try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                return in.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void inPlantedBugShouldFailTheSimulation(PlantedBug bug) throws Exception {
        Class<?> campaign = new BuggyLoader(bug).loadClass(Campaign.class.getName());
        var find = campaign.getDeclaredMethod("firstFailure", int.class);

        Object found = invoke(() -> find.invoke(null, 60));

        assertThat(found).as("what the simulation says of " + bug).isNotNull();
    }

    private interface Call {
        @Nullable
        Object run() throws IllegalAccessException, InvocationTargetException;
    }

    private static @Nullable Object invoke(Call call) throws Exception {
        try {
            return call.run();
        } catch (InvocationTargetException e) {
            return e.getCause();
        }
    }

    @org.junit.jupiter.api.Test
    void inNoBugShouldFindNone() {
        assertThat(Campaign.firstFailure(60)).isNull();
    }
}
