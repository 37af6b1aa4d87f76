package dev.millrace.cli.spec;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.blob.Tree;
import dev.millrace.schemas.json.Json;
import dev.millrace.schemas.spec.InvalidSpecException;
import dev.millrace.schemas.spec.JobSpec;
import dev.millrace.schemas.spec.JobSpecReader;
import dev.millrace.schemas.spec.SuiteSpec;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A job spec with its local inputs and with the discovered tests of its suites, before anything is sent. */
public record SpecFile(JobSpec spec, LocalInputs inputs, List<SuiteSpec> suites) {

    /** @throws CliException with exit code 2 and a message that lists every problem with its line */
    public static SpecFile load(Path file, Suites suites) {
        JobSpec spec = read(file);
        Path directory = file.toAbsolutePath().getParent();
        var inputs = LocalInputs.collect(directory == null ? Path.of(".") : directory, spec.inputsOrNone());
        return new SpecFile(spec, inputs, suites.of(spec, inputs, false)).checked();
    }

    /** Returns a spec that was generated for the user; suites without tests are left out instead of being an error. */
    public static SpecFile made(JobSpec spec, LocalInputs inputs, Suites suites) {
        return new SpecFile(spec, inputs, suites.of(spec, inputs, true)).checked();
    }

    /** Checks that the spec is valid with the discovered suites, before anything is sent. */
    private SpecFile checked() {
        if (suites.isEmpty()) {
            // The spec is unchanged since it was read and checked.
            return this;
        }
        try {
            new JobSpecReader()
                    .read("the job.json", new String(document(Tree.EMPTY.digest(), null), StandardCharsets.UTF_8));
            return this;
        } catch (InvalidSpecException e) {
            throw new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()));
        }
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
     * Returns the document to submit after the inputs have been stored under {@code tree}.
     *
     * @param repeat how often each task runs; null for the number in the spec
     */
    public byte[] document(Digest tree, @Nullable Integer repeat) {
        try {
            return Json.MAPPER.writeValueAsBytes(spec.resolved(tree, suites, repeat));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("specs are always writable as JSON", e);
        }
    }
}
