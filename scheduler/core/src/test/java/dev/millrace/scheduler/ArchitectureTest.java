package dev.millrace.scheduler;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.millrace.scheduler.state.backlog.Backlog;
import dev.millrace.scheduler.state.backlog.Settlements;
import dev.millrace.scheduler.state.fleet.ExecutorState;
import dev.millrace.scheduler.state.fleet.Fleet;
import dev.millrace.scheduler.state.fleet.Overruns;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private final JavaClasses core = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.millrace.scheduler");

    @Test
    void inCoreShouldTakeTimeRandomnessAndIdsAsArguments() {
        noClasses()
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(UUID.class, "randomUUID")
                .orShould()
                .callConstructor(Random.class)
                .check(core);
    }

    @Test
    void inCoreShouldUseNeitherThreadsNorInputAndOutput() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.io..",
                        "java.nio.file..",
                        "java.net..",
                        "java.util.concurrent..",
                        "org.apache.kafka..",
                        "io.vertx..")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Thread.class)
                .check(core);
    }

    @Test
    void inCoreShouldDependOnSchemasAlone() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.millrace.platform..",
                        "dev.millrace.gateway..",
                        "dev.millrace.executor..",
                        "dev.millrace.artifact..")
                .check(core);
    }

    /**
     * The classes that can change a backlog, a fleet or an executor are public only so that the other packages of the state can use them.
     * Classes outside of these packages must use the views.
     */
    @Test
    void inCoreShouldSeeTheStateThroughItsViews() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.millrace.scheduler.state..")
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(Backlog.class, Fleet.class, ExecutorState.class, Settlements.class, Overruns.class)
                .check(core);
    }

    /**
     * Checks the dependencies between packages. The compiler checks the rest: the queries of the state are public, and most methods that
     * change it are not.
     */
    @Test
    void inCoreShouldDecideByTheStateAndNotTheOtherWayRound() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("root")
                .definedBy("dev.millrace.scheduler")
                .layer("decide")
                .definedBy("dev.millrace.scheduler.decide")
                .layer("state")
                .definedBy("dev.millrace.scheduler.state..")
                .layer("model")
                .definedBy("dev.millrace.scheduler.model")
                .whereLayer("root")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("decide")
                .mayOnlyBeAccessedByLayers("root")
                .whereLayer("state")
                .mayOnlyBeAccessedByLayers("root", "decide")
                .check(core);
        slices().matching("dev.millrace.scheduler.(**)")
                .should()
                .beFreeOfCycles()
                .check(core);
    }
}
