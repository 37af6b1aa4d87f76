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

/** A job spec in a file, with its inputs found and its suites discovered; nothing is sent yet. */
public record SpecFile(JobSpec spec, LocalInputs inputs, List<SuiteSpec> suites) {

    /** @throws CliException with exit code 2 and every problem, each with its line */
    public static SpecFile load(Path file, Suites suites) {
        JobSpec spec = read(file);
        Path directory = file.toAbsolutePath().getParent();
        var inputs = LocalInputs.collect(directory == null ? Path.of(".") : directory, spec.inputsOrNone());
        return new SpecFile(spec, inputs, suites.of(spec, inputs, false)).checked();
    }

    /** A spec that was made up for the user, in which not every suite need have tests. */
    public static SpecFile made(JobSpec spec, LocalInputs inputs, Suites suites) {
        return new SpecFile(spec, inputs, suites.of(spec, inputs, true)).checked();
    }

    /** The spec as discovery has made it must be accepted before anything is sent. */
    private SpecFile checked() {
        if (suites.isEmpty()) {
            // As it was read.
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
     * The document to submit once the inputs are stored under {@code tree}.
     *
     * @param repeat how often each task runs; null for what the spec says
     */
    public byte[] document(Digest tree, @Nullable Integer repeat) {
        try {
            return Json.MAPPER.writeValueAsBytes(spec.resolved(tree, suites, repeat));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("specs are always writable as JSON", e);
        }
    }
}
