package dev.millrace.dist;

import dev.millrace.artifact.ArtifactService;
import dev.millrace.artifact.ArtifactSettings;
import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.cli.Screen;
import dev.millrace.executor.ExecutorNode;
import dev.millrace.executor.settings.ExecutorSettings;
import dev.millrace.gateway.GatewayService;
import dev.millrace.gateway.settings.GatewaySettings;
import dev.millrace.platform.cassandra.CassandraSettings;
import dev.millrace.platform.config.ConfigException;
import dev.millrace.platform.config.Settings;
import dev.millrace.platform.files.PrivateFiles;
import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.platform.work.ByteBudget;
import dev.millrace.scheduler.service.SchedulerService;
import dev.millrace.scheduler.service.settings.SchedulerSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs one service as a process of its own. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description = {
            "Runs one service as a process: gateway, scheduler, executor or artifact-service.",
            "Settings come from a file, under MILLRACE_* environment variables, under --set flags. Where none of them names the",
            "servers, the service joins the stack that runs here."
        })
final class ServeCommand implements Callable<Integer> {
    private static final int START_LIMIT_S = 60;

    private enum Service {
        gateway,
        scheduler,
        executor,
        artifactservice
    }

    private final Screen screen;
    private final Map<String, String> environment;
    private final RunningServers servers;

    @Parameters(paramLabel = "SERVICE", description = "gateway, scheduler, executor or artifact-service.")
    private String service = "";

    @Option(names = "--settings", paramLabel = "FILE", description = "A YAML file of settings.")
    private @Nullable Path file;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "A setting, such as kafka.bootstrap=host:9092.")
    private Map<String, String> flags = Map.of();

    @Option(names = "--provision", description = "First create missing topics and tables.")
    private boolean provision;

    ServeCommand(Screen screen, Map<String, String> environment, RunningServers servers) {
        this.screen = screen;
        this.servers = servers;
        this.environment = environment;
    }

    @Override
    public Integer call() throws Exception {
        Service which = which();
        Settings settings = Settings.load(file, environment, flags, ServiceSettings.KNOWN);
        if (!settings.has(KafkaSettings.BOOTSTRAP.key())) {
            settings.putDefaults(servers.settings(), "the stack that runs here");
        }
        // No other user may read the files of services.
        PrivateFiles.directory(Installation.defaultData(environment));
        Logging.jsonToStandardError();
        KafkaSettings kafka = KafkaSettings.from(settings);
        var cluster = new Cluster(screen, settings);
        if (provision) {
            cluster.provision();
        } else if (which != Service.artifactservice) {
            kafka = cluster.kafka();
        }
        ServiceRuntime runtime = ServiceRuntime.create();
        Runnable stop = start(which, settings, kafka, runtime);
        var ended = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            stop.run();
                            runtime.close();
                            ended.countDown();
                        },
                        "stop-service"));
        ended.await();
        return ExitCode.OK;
    }

    private Service which() {
        for (Service candidate : Service.values()) {
            if (candidate.name().equals(service.replace("-", ""))) {
                return candidate;
            }
        }
        throw new CliException(
                ExitCode.USAGE,
                "there is no service '" + service + "'; accepted: gateway, scheduler, executor, artifact-service");
    }

    private Runnable start(Service which, Settings settings, KafkaSettings kafka, ServiceRuntime runtime)
            throws IOException {
        String host = environment.getOrDefault("HOSTNAME", "localhost");
        String instance = host + "-" + ProcessHandle.current().pid();
        return switch (which) {
            case gateway -> startGateway(settings, kafka, instance, runtime);
            case scheduler -> startScheduler(settings, kafka, instance, runtime);
            case executor -> startExecutor(settings, kafka, runtime);
            case artifactservice -> startArtifactService(settings, runtime);
        };
    }

    private Runnable startGateway(Settings settings, KafkaSettings kafka, String instance, ServiceRuntime runtime) {
        var gateway = new GatewayService(
                runtime.vertx(),
                GatewaySettings.from(
                        settings, Installation.defaultData(environment).resolve("gateway-spool")),
                kafka,
                CassandraSettings.from(settings),
                Previews::open,
                instance,
                runtime.metrics());
        ready(
                "gateway",
                ServiceRuntime.await(gateway.start(), "starting the gateway", START_LIMIT_S)
                        .toString());
        return () -> ServiceRuntime.await(gateway.stop(), "stopping the gateway", 15);
    }

    private Runnable startScheduler(Settings settings, KafkaSettings kafka, String instance, ServiceRuntime runtime)
            throws IOException {
        var scheduler = new SchedulerService(
                runtime.vertx(),
                SchedulerSettings.from(
                        settings, Installation.defaultData(environment).resolve("scheduler")),
                kafka,
                CassandraSettings.from(settings),
                URI.create(SchedulerSettings.ARTIFACT_SERVICE.from(settings)),
                runtime.metrics());
        ServiceRuntime.await(scheduler.start(), "starting the scheduler", START_LIMIT_S);
        ready("scheduler", instance);
        return () -> ServiceRuntime.await(scheduler.stop(), "stopping the scheduler", 20);
    }

    private Runnable startExecutor(Settings settings, KafkaSettings kafka, ServiceRuntime runtime) throws IOException {
        String id = ExecutorSettings.ID.from(settings);
        if (id.isEmpty()) {
            throw new ConfigException(
                    "'executor.id' is missing; accepted: a name that stays the same across restarts of this executor and that no"
                            + " other has");
        }
        Path directory =
                Installation.defaultData(environment).resolve("executors").resolve(id);
        var executor = ExecutorNode.prepare(
                runtime.vertx(),
                ExecutorSettings.from(settings, id, directory),
                kafka,
                URI.create(ExecutorSettings.ARTIFACT_SERVICE.from(settings)),
                ByteBudget.ofHeap(ExecutorNode.PARSING_PART_OF_HEAP),
                runtime.metrics());
        executor.start();
        executor.isolation().forEach(screen::result);
        ready("executor", executor.id());
        return executor::stop;
    }

    private Runnable startArtifactService(Settings settings, ServiceRuntime runtime) throws IOException {
        var service = new ArtifactService(
                runtime.vertx(),
                ArtifactSettings.from(
                        settings, Installation.defaultData(environment).resolve("artifact-spool")),
                runtime.metrics());
        ready(
                "artifact-service",
                ServiceRuntime.await(service.start(), "starting the artifact service", START_LIMIT_S)
                        .toString());
        return () -> ServiceRuntime.await(service.stop(), "stopping the artifact service", 10);
    }

    private void ready(String name, String what) {
        screen.result("ready: " + name + " " + what);
    }
}
