package dev.millrace.embedded;

import java.nio.file.Path;

/**
 * How the servers log: each with its own library into {@code NAME.log} and one older file, of {@value #MAX_MB} MB each at most,
 * the older half in {@code NAME.log.1}. Anybody on the machine can make a server log without end, by connections that say nothing it
 * understands. The output of a process is in {@code NAME.out}: the words of its JVM, and what it says before it can log.
 */
final class ServerLogging {
    /** The limit of one file: far more than an honest week, and little beside the servers' data. */
    static final int MAX_MB = 20;

    /** The system property that names the log: from the server's own directory, since patterns of files know no odd names. */
    private static final String FILE = "millrace.log";

    /** For servers with Log4j. */
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

    /** For servers with Logback, which looks at the size of its file once a minute unless configured otherwise. */
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

    /** The argument of Java that tells the library where to log. */
    static String argument(Path workDirectory, Path log) {
        return "-D" + FILE + "=" + workDirectory.toAbsolutePath().relativize(log.toAbsolutePath());
    }

    /** The file of what the process prints, beside its log. */
    static Path printed(Path log) {
        String name = String.valueOf(log.getFileName());
        return log.resolveSibling(name.replaceFirst("\\.log$", "") + ".out");
    }

    /** The log of the process before, which may tell why it ended. */
    static Path previous(Path file) {
        return file.resolveSibling(file.getFileName() + ".previous");
    }
}
