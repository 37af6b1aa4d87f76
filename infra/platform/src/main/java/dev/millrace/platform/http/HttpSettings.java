package dev.millrace.platform.http;

import dev.millrace.platform.config.ConfigException;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * Where a server listens. Until there are accounts only loopback is accepted.
 *
 * @param port 0 for a free one
 */
public record HttpSettings(String host, int port) {
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
    }
}
