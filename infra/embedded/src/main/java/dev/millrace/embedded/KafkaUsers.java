package dev.millrace.embedded;

import dev.millrace.platform.config.Login;
import dev.millrace.platform.files.PrivateFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;

/**
 * The users of the embedded broker. The broker keeps their SCRAM credentials in its own metadata, and a file beside its data records which
 * passwords it has. The broker may not have the present passwords yet: at the first start, on data of a version without credentials, or
 * after new passwords were made. In these cases it also accepts the platform's password by the mechanism PLAIN, from its configuration. The
 * platform uses this for one request only, which sets the SCRAM credentials. The consumer may always use PLAIN, since librdkafka before
 * 2.6.1 cannot use SCRAM with this broker, and Debian's kcat has such a version. See ADR 0033.
 */
final class KafkaUsers {
    private static final String SCRAM = "SCRAM-SHA-256";
    private static final String PLAIN = "PLAIN";
    private static final String SCRAM_MODULE = "org.apache.kafka.common.security.scram.ScramLoginModule";
    private static final String PLAIN_MODULE = "org.apache.kafka.common.security.plain.PlainLoginModule";
    private static final int ITERATIONS = 4096;
    private static final long LIMIT_S = 10;

    private final Secrets secrets;
    private final Path told;

    KafkaUsers(Secrets secrets, Path home) {
        this.secrets = secrets;
        this.told = home.resolve("told-users");
    }

    /** Returns whether the broker has the present passwords. */
    boolean areKnown() {
        try {
            return Files.exists(told) && Files.readString(told).equals(fingerprint());
        } catch (IOException e) {
            throw new EmbeddedServerException("cannot read " + told + ": " + e.getMessage(), e);
        }
    }

    /** Returns lines of the broker's configuration for two listeners: one for clients and one for the broker's own controller. */
    List<String> configuration(String clientListener, String controllerListener) {
        Login platform = secrets.kafka();
        String clients = "listener.name." + clientListener.toLowerCase(Locale.ROOT) + ".";
        String controller = "listener.name." + controllerListener.toLowerCase(Locale.ROOT) + ".";
        var lines = new ArrayList<String>();
        lines.add("sasl.mechanism.inter.broker.protocol=" + SCRAM);
        lines.add(clients + "sasl.enabled.mechanisms=" + SCRAM + "," + PLAIN);
        lines.add(clients + "scram-sha-256.sasl.jaas.config=" + login(SCRAM_MODULE, platform) + ";");
        lines.add(clients + "plain.sasl.jaas.config=" + PLAIN_MODULE + " required" + accepts(secrets.consumer())
                + (areKnown() ? "" : accepts(platform)) + ";");
        // The node is its own controller. The users of the controller's listener must come from this configuration,
        // since they cannot come from the metadata that the controller itself serves.
        lines.add("sasl.mechanism.controller.protocol=" + PLAIN);
        lines.add(controller + "sasl.enabled.mechanisms=" + PLAIN);
        lines.add(controller + "plain.sasl.jaas.config=" + login(PLAIN_MODULE, platform) + accepts(platform) + ";");
        lines.add("authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        lines.add("super.users=User:" + platform.user());
        lines.add("allow.everyone.if.no.acl.found=false");
        return lines;
    }

    private static String login(String module, Login login) {
        return module + " required username=\"" + login.user() + "\" password=\"" + login.password() + "\"";
    }

    private static String accepts(Login login) {
        return " user_" + login.user() + "=\"" + login.password() + "\"";
    }

    /** Returns the settings of an administrative client of the platform. */
    Map<String, Object> client(String bootstrap) {
        return client(bootstrap, SCRAM, SCRAM_MODULE);
    }

    private Map<String, Object> client(String bootstrap, String mechanism, String module) {
        var config = new TreeMap<String, Object>();
        config.put("bootstrap.servers", bootstrap);
        config.put("client.id", "embedded-probe");
        config.put("security.protocol", "SASL_PLAINTEXT");
        config.put("sasl.mechanism", mechanism);
        config.put("sasl.jaas.config", login(module, secrets.kafka()) + ";");
        config.put("reconnect.backoff.max.ms", "100");
        config.put("default.api.timeout.ms", "2000");
        config.put("request.timeout.ms", "1000");
        return config;
    }

    /** Sends the users' credentials to a broker that runs with this {@link #configuration}, unless it has them already. */
    void tell(String bootstrap) throws Exception {
        if (areKnown()) {
            return;
        }
        try (Admin admin = Admin.create(client(bootstrap, PLAIN, PLAIN_MODULE))) {
            admin.alterUserScramCredentials(List.of(user(secrets.kafka()), user(secrets.consumer())))
                    .all()
                    .get(LIMIT_S, TimeUnit.SECONDS);
        }
        PrivateFiles.write(told, fingerprint());
    }

    private static UserScramCredentialAlteration user(Login login) {
        return new UserScramCredentialUpsertion(
                login.user(), new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, ITERATIONS), login.password());
    }

    /** Returns a hash of the passwords. It reveals nothing about them, since each has 256 random bits. */
    private String fingerprint() {
        try {
            String all = secrets.kafka().password() + "\n" + secrets.consumer().password();
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(all.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
