package dev.millrace.cli.command.job;

import dev.millrace.cli.CliContext;
import dev.millrace.cli.client.GatewayClient;
import dev.millrace.cli.maven.MavenProject;
import dev.millrace.cli.spec.DigestCache;
import dev.millrace.cli.spec.SpecFile;
import dev.millrace.cli.spec.Suites;
import dev.millrace.cli.spec.Uploader;
import dev.millrace.platform.blob.BlobClient;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;

/** Uploads a spec's inputs and submits it. */
final class Submission {
    private Submission() {}

    static String submit(
            CliContext context,
            GatewayClient gateway,
            SpecFile spec,
            Optional<String> owner,
            SelectionOption selection) {
        Uploader.Uploaded uploaded = uploader(context, gateway).upload(spec.inputs());
        if (uploaded.files() > 0) {
            context.screen()
                    .note("inputs: " + uploaded.files() + " files, " + uploaded.sent() + " of them new ("
                            + uploaded.sentBytes() + " bytes sent)");
        }
        String jobId = gateway.submit(
                spec.document(uploaded.tree(), selection.repeat()),
                UUID.randomUUID().toString(),
                owner);
        remember(context, jobId);
        context.screen().note("job " + jobId + " submitted to " + gateway.base());
        return jobId;
    }

    /** Returns an uploader that remembers the digests of local files from one command to the next. */
    static Uploader uploader(CliContext context, GatewayClient gateway) {
        return new Uploader(
                new BlobClient(gateway.artifactService()),
                DigestCache.open(context.state().digestsFile(), Clock.systemUTC()));
    }

    /** Only warns of a failure, because the job is accepted already. */
    private static void remember(CliContext context, String jobId) {
        try {
            context.state().rememberJob(jobId);
        } catch (UncheckedIOException e) {
            context.screen().note("warning: the job is not remembered as the last one: " + e.getMessage());
        }
    }

    static SpecFile load(CliContext context, JobOption job, SelectionOption selection) {
        Suites suites =
                new Suites(context.junitRunner(), context.state().path(), selection.filter(), line -> context.screen()
                        .note(line));
        Optional<MavenProject> maven = job.maven();
        if (maven.isEmpty()) {
            return SpecFile.load(job.spec(), suites);
        }
        MavenProject.Job built = maven.get()
                .build(context.mavenExtension(), line -> context.screen().note(line));
        return SpecFile.made(built.spec(), built.inputs(), suites);
    }
}
