package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

/** Runs an unchanged Maven project with several modules, and compares the result of each test case with that of {@code mvn test}. */
class MavenIT {
    private static final String PROJECT_TAG =
            """
            <project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
            """;
    private static final String PARENT = PROJECT_TAG
            + """
              <groupId>example</groupId><artifactId>whole</artifactId><version>1</version><packaging>pom</packaging>
              <modules><module>core</module><module>app</module><module>skipped</module><module>quiet</module>
              <module>apart</module></modules>
              <properties><maven.compiler.release>17</maven.compiler.release>
              <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding></properties>
              <build><pluginManagement><plugins>
              <plugin><artifactId>maven-compiler-plugin</artifactId><version>3.14.1</version></plugin>
              <plugin><artifactId>maven-resources-plugin</artifactId><version>3.3.1</version></plugin>
              <plugin><artifactId>maven-surefire-plugin</artifactId><version>3.5.4</version></plugin>
              </plugins></pluginManagement></build></project>
              """;
    private static final String IN_PARENT = PROJECT_TAG
            + "<parent><groupId>example</groupId><artifactId>whole</artifactId><version>1</version></parent>";
    private static final String SUREFIRE =
            "<build><plugins><plugin><artifactId>maven-surefire-plugin</artifactId><configuration>%s</configuration>"
                    + "</plugin></plugins></build></project>";

    /** Lets the build create a file that is not a class, in a directory that exists only after the build. */
    private static final String GIVEN =
            """
            <plugin><artifactId>maven-resources-plugin</artifactId><executions><execution><id>given</id>
            <phase>process-test-resources</phase><goals><goal>copy-resources</goal></goals><configuration>
            <outputDirectory>${project.build.directory}/given</outputDirectory>
            <resources><resource><directory>src/given</directory></resource></resources>
            </configuration></execution></executions></plugin>
            """;

    private static final String SAID_BY = "-Dsaid.by=me";
    private static final String WANTED_JAVA = "-Dwanted.java=" + System.getProperty("java.home");

    private final SharedStack stack = SharedStack.get();

    private static Path project() throws IOException {
        Path root = SharedStack.SCRATCH.resolve("maven-project");
        Map<String, String> files = new TreeMap<>();
        files.put("pom.xml", PARENT);
        files.put(
                "core/pom.xml",
                IN_PARENT
                        + "<artifactId>core</artifactId><dependencies><dependency><groupId>org.junit.jupiter</groupId>"
                        + "<artifactId>junit-jupiter-api</artifactId><version>5.13.4</version><scope>test</scope></dependency>"
                        + "</dependencies>"
                        + SUREFIRE.formatted(
                                        """
                                <argLine>-Dfrom.argline="two words" @{late}</argLine>
                                <systemPropertyVariables><out>${project.build.directory}/here</out>
                                <given>${project.build.directory}/given/word.txt</given></systemPropertyVariables>
                                <environmentVariables><COLOUR>blue</COLOUR></environmentVariables>
                                <excludes><exclude>**/Excluded*</exclude></excludes>
                                """)
                                .replace("</build>", "</build><properties><late>-Dlate=yes</late></properties>")
                                .replace("</plugins>", GIVEN + "</plugins>"));
        files.put("core/src/given/word.txt", "given");
        files.put(
                "apart/pom.xml",
                IN_PARENT
                        + "<artifactId>apart</artifactId><dependencies><dependency><groupId>junit</groupId>"
                        + "<artifactId>junit</artifactId><version>4.13.2</version><scope>test</scope></dependency>"
                        + "</dependencies>"
                        + SUREFIRE.formatted("<reuseForks>false</reuseForks>"));
        for (String name : new String[] {"OneTest", "OtherTest"}) {
            files.put(
                    "apart/src/test/java/" + name + ".java",
                    """
                    public class %s {
                        @org.junit.Test public void findsNothingOfTheOther() {
                            org.junit.Assert.assertNull(System.setProperty("touched", "yes"));
                        }
                    }
                    """
                            .formatted(name));
        }
        files.put(
                "core/src/main/java/core/Core.java",
                "package core; public class Core { public int one() { return 1; } }");
        files.put("core/src/test/resources/word.txt", "word");
        files.put(
                "core/src/test/java/core/CoreTest.java",
                """
                package core;
                import static org.junit.jupiter.api.Assertions.*;
                import java.nio.file.*;
                import org.junit.jupiter.api.*;
                class CoreTest {
                    @Test void passes() { assertEquals(1, new Core().one()); }
                    @Test void fails() { assertEquals(2, new Core().one()); }
                    @Disabled @Test void disabled() {}
                    @Test void isInItsModule() { assertTrue(Files.exists(Path.of("src/test/resources/word.txt"))); }
                    @Test void knowsItsBase() { assertTrue(Files.exists(Path.of(System.getProperty("basedir"), "pom.xml"))); }
                    @Test void hasProperties() {
                        assertEquals("two words", System.getProperty("from.argline"));
                        assertEquals("yes", System.getProperty("late"));
                        assertEquals(Path.of("target/here").toAbsolutePath().toString(), System.getProperty("out"));
                        assertEquals("blue", System.getenv("COLOUR"));
                    }
                    @Test void assertsAndIsToldWhatMavenWasTold() {
                        assertThrows(AssertionError.class, () -> { assert false; });
                        assertEquals("me", System.getProperty("said.by"));
                        assertEquals(System.getProperty("wanted.java"), System.getProperty("java.home"));
                    }
                    @Test void seesWhatTheBuildMade() throws Exception {
                        assertEquals("given", Files.readString(Path.of(System.getProperty("given"))));
                    }
                    @Nested class Inner { @Test void nested() {} }
                }
                """);
        files.put(
                "core/src/test/java/core/ExcludedTest.java",
                "package core; class ExcludedTest { @org.junit.jupiter.api.Test void never() {} }");
        files.put(
                "app/pom.xml",
                IN_PARENT
                        + "<artifactId>app</artifactId><dependencies><dependency><groupId>example</groupId>"
                        + "<artifactId>core</artifactId><version>1</version></dependency><dependency><groupId>junit</groupId>"
                        + "<artifactId>junit</artifactId><version>4.13.2</version><scope>test</scope></dependency>"
                        + "</dependencies></project>");
        files.put(
                "app/src/test/java/app/OldTestCase.java",
                """
                package app;
                import org.junit.*;
                public class OldTestCase {
                    @Test public void usesTheOtherModule() { Assert.assertEquals(1, new core.Core().one()); }
                    @Ignore @Test public void ignored() {}
                    @Test public void throwsSomething() { throw new IllegalStateException("so"); }
                }
                """);
        files.put(
                "skipped/pom.xml",
                IN_PARENT + "<artifactId>skipped</artifactId>" + SUREFIRE.formatted("<skipTests>true</skipTests>"));
        files.put(
                "quiet/pom.xml",
                IN_PARENT
                        + "<artifactId>quiet</artifactId><dependencies><dependency><groupId>junit</groupId>"
                        + "<artifactId>junit</artifactId><version>4.13.2</version><scope>test</scope></dependency>"
                        + "</dependencies>"
                        + SUREFIRE.formatted("<workingDirectory>new/here</workingDirectory>"));
        files.put(
                "quiet/src/test/java/Unfound.java",
                """
                public class Unfound {
                    @org.junit.Test public void startsThere() {
                        org.junit.Assert.assertTrue(new java.io.File("").getAbsolutePath().endsWith("quiet/new/here"));
                    }
                }
                """);
        files.put("skipped/src/test/java/NeverTest.java", "class NeverTest {}");
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path path = root.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
        return root;
    }

    /** Adds to {@code cases} how each case in the XML ended. The keys are class and name. */
    private static void cases(Map<String, String> cases, String xml) throws Exception {
        Document document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(xml.substring(xml.indexOf('<')))));
        var elements = document.getElementsByTagName("testcase");
        for (int i = 0; i < elements.getLength(); i++) {
            Element element = (Element) elements.item(i);
            String status = "passed";
            for (String ending : new String[] {"failure", "error", "skipped"}) {
                // Surefire reports a test that throws an exception as an error, the JUnit Platform reports it as a
                // failure. Both count as a
                // failure here.
                boolean ended = element.getElementsByTagName(ending).getLength() > 0;
                status = !ended ? status : ending.equals("error") ? "failure" : ending;
            }
            // Surefire omits the parentheses after the name of a method.
            cases.put(
                    element.getAttribute("classname") + " "
                            + element.getAttribute("name").replace("()", ""),
                    status);
        }
    }

    private static Map<String, String> surefire(Path project) throws Exception {
        Path log = project.resolve("direct.log");
        Process maven = new ProcessBuilder(
                        "mvn", "-B", "-q", "-Dmaven.test.failure.ignore", SAID_BY, WANTED_JAVA, "test")
                .directory(project.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(maven.waitFor(300, TimeUnit.SECONDS)).isTrue();
        assertThat(maven.exitValue()).as(Files.readString(log)).isZero();
        var cases = new TreeMap<String, String>();
        for (String module : new String[] {"core", "app", "apart"}) {
            try (var reports =
                    Files.newDirectoryStream(project.resolve(module).resolve("target/surefire-reports"), "*.xml")) {
                for (Path report : reports) {
                    cases(cases, Files.readString(report));
                }
            }
        }
        return cases;
    }

    @Test
    void inMavenProjectShouldReportEveryCaseAsMavenDoes() throws Exception {
        Path project = project();

        var run = stack.millrace(
                "run",
                "--maven",
                project.toString(),
                "--maven-arg",
                SAID_BY,
                "--maven-arg",
                WANTED_JAVA,
                "--retries",
                "0",
                "-d",
                SharedStack.SCRATCH.resolve("maven-out").toString(),
                "--output",
                "junit");

        assertThat(run.exitCode()).as(run.err()).isEqualTo(88);
        assertThat(run.err())
                .contains("module skipped skips its tests")
                .contains("left out: the suite 'quiet' has no test classes");
        var cases = new TreeMap<String, String>();
        cases(cases, run.out());
        assertThat(cases).hasSize(14).isEqualTo(surefire(project));
    }

    @Test
    void inChosenModuleShouldRunItsTestsAlone() throws Exception {
        var run = stack.millrace("run", "--maven", project().toString(), "--module", "app", "--dry-run");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("suite  app  1 classes, 3 tests").doesNotContain("suite  core");
    }

    @Test
    void inPatternsShouldRunTheClassesTheyLeave() throws Exception {
        var run = stack.millrace(
                "run",
                "--maven",
                project().toString(),
                "--include",
                "*Test",
                "--exclude",
                "core.*",
                "--exclude",
                "OneTest",
                "--retries",
                "1",
                "-d",
                SharedStack.SCRATCH.resolve("maven-patterns").toString());

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("1 of 1 tasks passed");
    }

    @Test
    void inClassesOfAnotherDirectoryShouldSayThatTheyAreNotRun() throws Exception {
        Path root = project();
        Files.writeString(
                root.resolve("quiet/pom.xml"),
                Files.readString(root.resolve("quiet/pom.xml"))
                        .replace(
                                "<workingDirectory>new/here</workingDirectory>",
                                "<testClassesDirectory>${project.build.directory}/other</testClassesDirectory>"));

        var run = stack.millrace("run", "--maven", root.toString(), "--module", "quiet");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("asks Surefire for what only Surefire does: testClassesDirectory");
    }

    @Test
    void inProjectBehindALinkShouldRunWhereItsModuleSays() throws Exception {
        Path link = SharedStack.SCRATCH.resolve("maven-link");
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, project());

        var run = stack.millrace(
                "run",
                "--maven",
                link.toString(),
                "--module",
                "!app,!core",
                "--maven-arg",
                "-Dsurefire.includes=**/Unfound*",
                "-d",
                SharedStack.SCRATCH.resolve("link-out").toString());

        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        assertThat(run.out()).contains("1 of 1 tasks passed");
    }

    @Test
    void inWhatOnlySurefireDoesShouldRefuseToGuess() throws Exception {
        var run = stack.millrace(
                "run", "--maven", project().toString(), "--module", "app", "--maven-arg", "-Dgroups=fast", "--dry-run");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("module app asks Surefire for what only Surefire does: groups");
    }

    @Test
    void inProjectThatDoesNotCompileShouldSayWhatMavenSays() throws Exception {
        Path broken = SharedStack.SCRATCH.resolve("maven-broken");
        Files.createDirectories(broken);
        Files.writeString(broken.resolve("pom.xml"), "<project>");

        var run = stack.millrace("run", "--maven", broken.toString());

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("Maven cannot build").containsPattern("Non-(readable|parseable) POM");
    }

    /** With {@code -fn}, Maven itself succeeds although a module fails. Nobody would notice that the tests of this module are missing. */
    @Test
    void inModuleThatFailsWhereMavenGoesOnShouldRefuse() throws Exception {
        Path project = project();
        Path broken = Files.writeString(project.resolve("app/src/test/java/app/BrokenTest.java"), "no class");
        try {
            var run = stack.millrace("run", "--maven", project.toString(), "--maven-arg", "-fn", "--dry-run");

            assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(2);
            assertThat(run.err()).contains("did not build all modules").contains("app failed");
        } finally {
            Files.delete(broken);
        }
    }
}
