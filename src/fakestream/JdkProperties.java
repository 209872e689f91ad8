package fakestream;

import fakestream.connections.Capacity;
import java.util.LinkedHashMap;
import java.util.Map;

/// The JDK's own settings for its server, client, virtual threads and dates. They are read once,
/// when the first of those classes loads, so they are set before anything else is touched; a
/// value that the operator gave with `-D` stays.
final class JdkProperties {
    private static final Map<String, String> VALUES = new LinkedHashMap<>();

    static {
        // The data of the root locale, which is all that is needed here: each response's date is
        // English in any case. With those of the CLDR the first date takes twice as long.
        VALUES.put("java.locale.providers", "FALLBACK");
        // Without it an event on a kept-alive connection waits 44 ms for an acknowledgement.
        VALUES.put("sun.net.httpserver.nodelay", "true");
        // Beyond it idle connections are closed silently, and a client's next POST meets a reset.
        VALUES.put("sun.net.httpserver.maxIdleConnections", "20000");
        // Beyond it connections are closed; beyond the open files accept() would fail and spin.
        VALUES.put(Capacity.CONNECTIONS, Integer.toString(Capacity.accepted()));
        // Seconds; longer than the client pools and balancers in front keep a connection.
        VALUES.put("sun.net.httpserver.idleInterval", "180");
        // Beyond these two a connection is closed without a word: they stand well above the limits
        // of the proxy's own, which are answered.
        // A field of more than 40,960 bytes would double its array to 160 KB.
        VALUES.put("sun.net.httpserver.maxReqHeaderSize", "40960");
        VALUES.put("sun.net.httpserver.maxReqHeaders", "200");
        // Seconds for a connection that says nothing, looked at every second. It would be the time
        // for whole requests too, were it not for the third, in milliseconds: 10 years.
        VALUES.put("sun.net.httpserver.maxReqTime", "10");
        VALUES.put("sun.net.httpserver.clockTick", "1000");
        VALUES.put("sun.net.httpserver.timerMillis", "315360000000");
        // Virtual threads are not time-sliced: a few busy ones must not hold up all others.
        VALUES.put("jdk.virtualThreadScheduler.parallelism",
                Integer.toString(Math.max(8, 4 * Runtime.getRuntime().availableProcessors())));
        // Seconds; uvicorn closes idle connections at 5, and a POST on a stale one is lost.
        VALUES.put("jdk.httpclient.keepalive.timeout", "4");
        // Otherwise a refused connection surfaces as a ConnectException that says nothing.
        VALUES.put("jdk.httpclient.disableRetryConnect", "true");
        // For the one call that must not leave its connection in the pool.
        VALUES.put("jdk.httpclient.allowRestrictedHeaders", "connection");
        // Each idle connection keeps a buffer of 16 KB.
        VALUES.put("jdk.httpclient.connectionPoolSize", "512");
    }

    private JdkProperties() {
    }

    static void set() {
        VALUES.forEach((name, value) -> {
            if (System.getProperty(name) == null) {
                System.setProperty(name, value);
            }
        });
    }
}
