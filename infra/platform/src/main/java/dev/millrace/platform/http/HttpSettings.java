package dev.millrace.platform.http;

import dev.millrace.platform.config.ConfigException;
import dev.millrace.platform.config.Setting;
import dev.millrace.platform.config.Settings;
import dev.millrace.platform.config.SettingsSection;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/**
 * The address on which a server listens, the names by which clients reach it, and the limits for its clients. Only loopback addresses are
 * accepted until Millrace has accounts.
 *
 * @param port the port to listen on; 0 for a free one
 * @param hostNames further names that clients may use in {@code Host}, in addition to {@code host} and the loopback names
 */
public record HttpSettings(String host, int port, List<String> hostNames, HttpLimits limits) {
    public HttpSettings {
        boolean loopback;
        try {
            loopback = InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            loopback = false;
        }
        if (!loopback) {
            throw new ConfigException(
                    "bad value '" + host + "' for the host to bind; accepted: a loopback address such as"
                            + " 127.0.0.1, since there are no accounts yet and anyone who can connect can run commands");
        }
        hostNames = List.copyOf(hostNames);
    }

    /** Creates settings with the default limits and no further host names. */
    public HttpSettings(String host, int port) {
        this(host, port, List.of(), HttpLimits.DEFAULTS);
    }

    /** The settings of a server, in the section of its service. */
    public static final class Keys {
        private final Setting<String> host;
        private final Setting<Integer> port;
        private final Setting<String> hostNames;
        private final HttpLimits.Keys limits;

        /** Declares the settings in {@code section}, with {@code usual} as the default limits. */
        public Keys(SettingsSection section, HttpLimits usual) {
            host = section.text("host", "127.0.0.1", "a loopback address", "Address to listen on.");
            port = section.integer("port", 0, 0, 65_535, "Port to listen on; 0 for a free one.");
            hostNames = section.text(
                    "hostNames",
                    "",
                    "host names without a port, separated by commas",
                    "Further names by which clients may call the service in `Host`, such as that of a proxy in front of it.");
            limits = new HttpLimits.Keys(section, usual);
        }

        /** @throws ConfigException for a value that is not accepted */
        public HttpSettings from(Settings settings) {
            List<String> names = Arrays.stream(hostNames.from(settings).split(","))
                    .map(String::strip)
                    .filter(name -> !name.isEmpty())
                    .toList();
            if (!names.stream().allMatch(OwnNames::isName)) {
                throw settings.bad(hostNames.key(), hostNames.accepted());
            }
            return new HttpSettings(host.from(settings), port.from(settings), names, limits.from(settings));
        }
    }
}
