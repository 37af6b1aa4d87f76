package dev.millrace.embedded;

import java.nio.file.Path;

/**
 * How the servers log. Each server writes to {@code NAME.log} with its own logging library, and keeps one older file, {@code NAME.log.1}.
 * Each file has at most {@value #MAX_MB} MB, since anybody on the machine can make a server write endless log lines by sending data that it
 * does not understand. The standard output and error of a process are in {@code NAME.out}: the messages of its JVM, and those that it
 * prints before it can log.
 */
final class ServerLogging {
    /** The limit of one file. This is far more than a week of normal operation needs, and little compared with the servers' data. */
    static final int MAX_MB = 20;

    /**
     * The system property with the path of the log. The path is relative to the server's own directory, since the libraries' file patterns
     * cannot handle special characters that an absolute path may have.
     */
    private static final String FILE = "millrace.log";

    /** The configuration for servers that use Log4j. */
    static final String LOG4J = String.join(
            "\n",
            "rootLogger.level=warn",
            "rootLogger.appenderRef.file.ref=file",
            "appender.file.type=RollingFile",
            "appender.file.name=file",
            "appender.file.fileName=${sys:" + FILE + "}",
            "appender.file.filePattern=${sys:" + FILE + "}.%i",
            "appender.file.layout.type=PatternLayout",
            "appender.file.layout.pattern=%d{ISO8601} %-5p %c{1} %m%n",
            "appender.file.policies.type=Policies",
            "appender.file.policies.size.type=SizeBasedTriggeringPolicy",
            "appender.file.policies.size.size=" + MAX_MB + "MB",
            "appender.file.strategy.type=DefaultRolloverStrategy",
            "appender.file.strategy.max=1",
            "");

    /**
     * The configuration for servers that use Logback. It sets an interval for checking the size of the file, since the default is once a
     * minute.
     */
    static final String LOGBACK = String.join(
            "\n",
            "<configuration><appender name='file' class='ch.qos.logback.core.rolling.RollingFileAppender'>",
            "<file>${" + FILE + "}</file>",
            "<rollingPolicy class='ch.qos.logback.core.rolling.FixedWindowRollingPolicy'>",
            "<fileNamePattern>${" + FILE
                    + "}.%i</fileNamePattern><minIndex>1</minIndex><maxIndex>1</maxIndex></rollingPolicy>",
            "<triggeringPolicy class='ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy'>",
            "<maxFileSize>" + MAX_MB
                    + "MB</maxFileSize><checkIncrement>1 millisecond</checkIncrement></triggeringPolicy>",
            "<encoder><pattern>%date{ISO8601} %-5level %logger{0} %msg%n</pattern></encoder></appender>",
            "<root level='WARN'><appender-ref ref='file'/></root></configuration>");

    private ServerLogging() {}

    /** Returns the JVM argument that tells the logging library where to log. */
    static String argument(Path workDirectory, Path log) {
        return "-D" + FILE + "=" + workDirectory.toAbsolutePath().relativize(log.toAbsolutePath());
    }

    /** Returns the file for the output of the process, which is beside its log. */
    static Path printed(Path log) {
        String name = String.valueOf(log.getFileName());
        return log.resolveSibling(name.replaceFirst("\\.log$", "") + ".out");
    }

    /** Returns the file to which {@code file} of the previous process is renamed. It may show why that process ended. */
    static Path previous(Path file) {
        return file.resolveSibling(file.getFileName() + ".previous");
    }
}
