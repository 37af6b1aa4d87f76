package dev.millrace.cli.spec;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.schemas.codec.Json;
import dev.millrace.schemas.spec.CtestSuite;
import dev.millrace.schemas.spec.FoundUnit;
import dev.millrace.schemas.spec.GtestSuite;
import dev.millrace.schemas.spec.InvalidSpecException;
import dev.millrace.schemas.spec.JUnitSuite;
import dev.millrace.schemas.spec.JobSpec;
import dev.millrace.schemas.spec.JobSpecReader;
import dev.millrace.schemas.spec.PytestSuite;
import dev.millrace.schemas.spec.Suite;
import dev.millrace.schemas.spec.SuiteSpec;
import dev.millrace.schemas.spec.UnitFilter;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A job spec in a file, with its inputs found and its suites discovered; nothing is sent yet. */
public record SpecFile(JobSpec spec, LocalInputs inputs, List<SuiteSpec> suites) {

    /** @throws CliException with exit code 2 and every problem, each with its line */
    public static SpecFile load(Path file, Path junitRunner, Path scratch, UnitFilter more) {
        JobSpec spec = read(file);
        Path directory = file.toAbsolutePath().getParent();
        return resolve(
                spec,
                LocalInputs.collect(directory == null ? Path.of(".") : directory, spec.inputsOrNone()),
                junitRunner,
                scratch,
                more);
    }

    /** Discovers the suites of a spec. */
    public static SpecFile resolve(JobSpec spec, LocalInputs inputs, Path junitRunner, Path scratch, UnitFilter more) {
        var suites = new ArrayList<SuiteSpec>();
        for (SuiteSpec suite : spec.suitesOrNone()) {
            Suite found = resolved(suite.suite(), inputs, junitRunner, scratch);
            suites.add(SuiteSpec.of(found.withUnits(chosen(found, suite.filter(), more))));
        }
        return new SpecFile(spec, inputs, suites);
    }

    private static List<FoundUnit> chosen(Suite suite, UnitFilter filter, UnitFilter more) {
        List<FoundUnit> chosen = suite.unitsOrNone().stream()
                .filter(it -> filter.accepts(it.name()) && more.accepts(it.name()))
                .toList();
        if (chosen.isEmpty()) {
            throw new CliException(
                    ExitCode.USAGE,
                    "none of the " + suite.unitsOrNone().size() + " " + suite.unitWord() + " of suite '"
                            + suite.nameOrDefault() + "' are left, the first is "
                            + suite.unitsOrNone().get(0).name());
        }
        return chosen;
    }

    private static Suite resolved(Suite suite, LocalInputs inputs, Path junitRunner, Path scratch) {
        if (suite instanceof JUnitSuite junit) {
            return new JUnitDiscovery(junitRunner).resolve(junit, inputs);
        }
        if (suite instanceof PytestSuite pytest) {
            return new PytestDiscovery(scratch).resolve(pytest, inputs);
        }
        return suite instanceof GtestSuite gtest
                ? new GtestDiscovery().resolve(gtest, inputs)
                : new CtestDiscovery().resolve((CtestSuite) suite, inputs);
    }

    private static JobSpec read(Path file) {
        try {
            return new JobSpecReader().read(file.toString(), Files.readString(file));
        } catch (InvalidSpecException e) {
            throw new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()));
        } catch (MalformedInputException e) {
            throw new CliException(ExitCode.USAGE, file + ": is not UTF-8 text");
        } catch (IOException e) {
            throw new CliException(ExitCode.USAGE, "cannot read the job spec " + file + ": " + reason(e));
        }
    }

    private static String reason(IOException e) {
        return e instanceof java.nio.file.NoSuchFileException
                ? "there is no such file"
                : String.valueOf(e.getMessage());
    }

    /**
     * The document to submit once the inputs are stored under {@code tree}.
     *
     * @param repeat how often each task runs; null for what the spec says
     */
    public byte[] document(dev.millrace.schemas.blob.Digest tree, @Nullable Integer repeat) {
        try {
            return Json.MAPPER.writeValueAsBytes(spec.resolved(tree, suites, repeat));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("specs are always writable as JSON", e);
        }
    }
}
