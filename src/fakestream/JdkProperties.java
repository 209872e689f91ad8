package fakestream;

import fakestream.connections.Capacity;
import java.util.LinkedHashMap;
import java.util.Map;

/// The JDK's own settings for its server, client, virtual threads and dates. The JDK reads them
/// once, when the first of those classes loads, so they are set before anything else is touched. A
/// value that the operator gave with `-D` stays.
final class JdkProperties {
    private static final Map<String, String> VALUES = new LinkedHashMap<>();

    static {
        // The root locale's data is enough: each response's date is English in any case. With the
        // CLDR's data the first date takes twice as long.
        VALUES.put("java.locale.providers", "FALLBACK");
        // Without it an event on a kept-alive connection waits 44 ms for an acknowledgement.
        VALUES.put("sun.net.httpserver.nodelay", "true");
        // Beyond it the JDK silently closes idle connections; a client's next POST meets a reset.
        VALUES.put("sun.net.httpserver.maxIdleConnections", "20000");
        // Beyond it the JDK closes connections; beyond the open files accept() would fail and spin.
        VALUES.put(Capacity.CONNECTIONS, Integer.toString(Capacity.accepted()));
        // Seconds; client pools, and balancers in front, keep a connection for less time.
        VALUES.put("sun.net.httpserver.idleInterval", "180");
        // Beyond these two the JDK closes a connection without a response; the proxy's own limits
        // are well below and send one. A field of more than 40,960 bytes would double its array to
        // 160 KB.
        VALUES.put("sun.net.httpserver.maxReqHeaderSize", "40960");
        VALUES.put("sun.net.httpserver.maxReqHeaders", "200");
        // Seconds until a connection that sends nothing is closed, checked every second. It would
        // limit whole requests too; the third, in milliseconds, puts off their check for 10 years.
        VALUES.put("sun.net.httpserver.maxReqTime", "10");
        VALUES.put("sun.net.httpserver.clockTick", "1000");
        VALUES.put("sun.net.httpserver.timerMillis", "315360000000");
        // Virtual threads are not time-sliced: a few busy ones must not hold up all others.
        VALUES.put("jdk.virtualThreadScheduler.parallelism",
                Integer.toString(Math.max(8, 4 * Runtime.getRuntime().availableProcessors())));
        // Seconds; uvicorn closes idle connections after 5, and a POST on a closed one is lost.
        VALUES.put("jdk.httpclient.keepalive.timeout", "4");
        // Otherwise a refused connection surfaces as a ConnectException without a message.
        VALUES.put("jdk.httpclient.disableRetryConnect", "true");
        // Lets a call send `Connection: close`, so that its connection does not stay in the pool.
        VALUES.put("jdk.httpclient.allowRestrictedHeaders", "connection");
        // By default the client sends no password to a proxy that makes a tunnel.
        VALUES.put("jdk.http.auth.tunneling.disabledSchemes", "");
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
