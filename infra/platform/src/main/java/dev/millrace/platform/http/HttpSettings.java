package dev.millrace.platform.http;

import dev.millrace.platform.config.ConfigException;
import dev.millrace.platform.config.Settings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Where a server listens, by which names it is reached, and what one client may cost it. Until there are accounts only
 * loopback is accepted.
 *
 * @param port 0 for a free one
 * @param hostNames by which clients may call it in {@code Host}, beyond {@code host} and the names of loopback
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

    /** With default limits and no further names. */
    public HttpSettings(String host, int port) {
        this(host, port, List.of(), HttpLimits.DEFAULTS);
    }

    /** Every key of a service's section: those of its server and {@code others}. */
    public static Set<String> keys(String section, String... others) {
        var keys = new TreeSet<>(HttpLimits.keys(section));
        keys.add(section + ".host");
        keys.add(section + ".port");
        keys.add(section + ".hostNames");
        Collections.addAll(keys, others);
        return Collections.unmodifiableSet(keys);
    }

    public static HttpSettings from(Settings settings, String section, HttpLimits defaults) {
        List<String> names = Arrays.stream(
                        settings.text(section + ".hostNames", "").split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
        for (String name : names) {
            if (!OwnNames.isName(name)) {
                throw new ConfigException("bad value '" + name + "' for '" + section
                        + ".hostNames'; accepted: host names without a port, separated by commas");
            }
        }
        return new HttpSettings(
                settings.text(section + ".host", "127.0.0.1"),
                settings.integer(section + ".port", 0, 0, 65535),
                names,
                HttpLimits.from(settings, section, defaults));
    }
}
