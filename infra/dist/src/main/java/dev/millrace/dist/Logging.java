package dev.millrace.dist;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.FileSize;
import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.platform.files.PrivateFiles;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;

/**
 * Configures where the platform's own log goes: to a text file of limited size in the data directory, or as JSON to standard error for
 * services with a process of their own.
 */
final class Logging {
    private static final String PATTERN = "%d{ISO8601} %-5level %-20logger{0} %msg %kvp %mdc%n";

    private Logging() {}

    /** Writes the log as text to a file of at most 10 MB, and keeps three older files. */
    static void toFile(Path file) {
        LoggerContext context = reset();
        try {
            // Creates the data directory, and the log directory in it.
            PrivateFiles.directory(file.resolveSibling(".."));
            PrivateFiles.directory(file.resolveSibling("."));
            PrivateFiles.touch(file);
        } catch (IOException e) {
            throw new CliException(ExitCode.USAGE, "cannot write " + file + ": " + e.getMessage());
        }
        var appender = new RollingFileAppender<ILoggingEvent>();
        appender.setContext(context);
        appender.setFile(file.toString());
        var rolling = new FixedWindowRollingPolicy();
        rolling.setContext(context);
        rolling.setParent(appender);
        rolling.setFileNamePattern(file + ".%i");
        rolling.setMaxIndex(3);
        rolling.start();
        var size = new SizeBasedTriggeringPolicy<ILoggingEvent>();
        size.setContext(context);
        size.setMaxFileSize(FileSize.valueOf("10MB"));
        size.start();
        appender.setRollingPolicy(rolling);
        appender.setTriggeringPolicy(size);
        attach(context, appender, text(context));
    }

    static void jsonToStandardError() {
        LoggerContext context = reset();
        var encoder = new JsonEncoder();
        encoder.setContext(context);
        encoder.start();
        var appender = new ConsoleAppender<ILoggingEvent>();
        appender.setTarget("System.err");
        attach(context, appender, encoder);
    }

    private static Encoder<ILoggingEvent> text(LoggerContext context) {
        var encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(PATTERN);
        encoder.start();
        return encoder;
    }

    private static LoggerContext reset() {
        var context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        return context;
    }

    private static void attach(
            LoggerContext context, OutputStreamAppender<ILoggingEvent> appender, Encoder<ILoggingEvent> encoder) {
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.start();
        var root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        root.addAppender(appender);
        context.getLogger("dev.millrace").setLevel(Level.INFO);
        // These loggers report every fetch position and every reconnection; the important part is also in Millrace's
        // own log.
        context.getLogger("org.apache.kafka.streams").setLevel(Level.WARN);
        context.getLogger("org.apache.kafka.clients").setLevel(Level.WARN);
        context.getLogger("org.apache.kafka.clients.NetworkClient").setLevel(Level.ERROR);
    }
}
