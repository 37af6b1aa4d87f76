package dev.millrace.dist;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import org.junit.jupiter.api.Test;

class ModuleRulesTest {
    private final JavaClasses all = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(ModuleRulesTest::isNoArchiveOfTests)
            .importPackages("dev.millrace");

    /**
     * Excludes archives of test classes. {@code DoNotIncludeTests} recognizes test classes only by their directory, but packaged ones are
     * in a separate archive.
     */
    private static boolean isNoArchiveOfTests(Location location) {
        return !location.contains("-tests.jar");
    }

    @Test
    void inModulesShouldDependAsTheDesignSays() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("schemas")
                .definedBy("dev.millrace.schemas..")
                .layer("platform")
                .definedBy("dev.millrace.platform..")
                .layer("checker")
                .definedBy("dev.millrace.checker..")
                .layer("embedded")
                .definedBy("dev.millrace.embedded..")
                .layer("artifact")
                .definedBy("dev.millrace.artifact..")
                .layer("scheduler")
                .definedBy("dev.millrace.scheduler..")
                .layer("executor")
                .definedBy("dev.millrace.executor..")
                .layer("gateway")
                .definedBy("dev.millrace.gateway..")
                .layer("cli")
                .definedBy("dev.millrace.cli..")
                .layer("runner")
                .definedBy("dev.millrace.junit..")
                .layer("dist")
                .definedBy("dev.millrace.dist..")
                .whereLayer("dist")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("embedded")
                .mayOnlyBeAccessedByLayers("dist")
                .whereLayer("artifact")
                .mayOnlyBeAccessedByLayers("dist")
                .whereLayer("scheduler")
                .mayOnlyBeAccessedByLayers("dist")
                .whereLayer("executor")
                .mayOnlyBeAccessedByLayers("dist")
                .whereLayer("gateway")
                .mayOnlyBeAccessedByLayers("dist")
                .whereLayer("cli")
                .mayOnlyBeAccessedByLayers("dist")
                .whereLayer("runner")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("schemas")
                .mayNotAccessAnyLayer()
                .whereLayer("platform")
                .mayOnlyAccessLayers("schemas")
                .whereLayer("checker")
                .mayOnlyAccessLayers("schemas")
                .whereLayer("embedded")
                .mayOnlyAccessLayers("platform")
                .check(all);
    }

    @Test
    void inPackagesShouldBeNoCycles() {
        slices().matching("dev.millrace.(**)").should().beFreeOfCycles().check(all);
    }
}
