package fakestream.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import fakestream.testing.Chats;
import fakestream.testing.ClientResponse;
import fakestream.testing.Daemon;
import fakestream.testing.RawClient;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Upstreams over TLS. Each daemon is a separate process, because the JVM decides which
/// certificates it trusts.
final class TlsTest {
    private static final String PASSWORD = "password";

    @TempDir
    private static Path directory;
    private static Path keys;
    private static HttpsServer upstream;

    @BeforeAll
    static void start() throws IOException, GeneralSecurityException, InterruptedException {
        keys = directory.resolve("keys.p12");
        var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        var made = new ProcessBuilder(List.of(keytool, "-genkeypair", "-keystore",
                keys.toString(), "-storepass", PASSWORD, "-alias", "upstream", "-keyalg", "EC",
                "-dname", "CN=localhost", "-ext", "SAN=dns:localhost"))
                .redirectErrorStream(true).start();
        assertEquals(0, made.waitFor());
        upstream = HttpsServer.create(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        upstream.setHttpsConfigurator(new HttpsConfigurator(context()));
        upstream.createContext("/v1/chat/completions", exchange -> {
            exchange.getRequestBody().readAllBytes();
            var answer = Chats.completion("Hello.").getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        upstream.start();
    }

    private static SSLContext context() throws IOException, GeneralSecurityException {
        var store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keys)) {
            store.load(in, PASSWORD.toCharArray());
        }
        var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, PASSWORD.toCharArray());
        var context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    @AfterAll
    static void stop() {
        upstream.stop(0);
    }

    private static String url() {
        return "https://localhost:" + upstream.getAddress().getPort();
    }

    private static Daemon trusting(String... settings) {
        return Daemon.startWithOptions("-Djavax.net.ssl.trustStore=" + keys
                + " -Djavax.net.ssl.trustStorePassword=" + PASSWORD, directory, settings);
    }

    private static ClientResponse answer(Daemon daemon) {
        try (var client = RawClient.connect(URI.create(daemon.url()).getPort())) {
            return client.request("POST", "/v1/chat/completions", Chats.WHOLE, TestProxy.KEY)
                    .response();
        }
    }

    private static void assertHello(Daemon daemon) {
        var response = answer(daemon);
        assertEquals(200, response.status(), response::text);
        assertTrue(response.text().contains("Hello."), response::text);
    }

    @Test
    void asksAnUpstreamThatTheJvmTrusts() {
        try (var daemon = trusting("--port", "0", "--upstream", url())) {
            assertHello(daemon);
        }
    }

    /// A daemon with only plain upstreams does not load TLS; one with both must.
    @Test
    void asksASecureFallbackOfAPlainUpstream() throws IOException {
        int closed;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        try (var daemon = trusting("--port", "0", "--upstream", "http://127.0.0.1:" + closed,
                "--set", "FALLBACK_API_URLS=" + url())) {
            assertHello(daemon);
        }
    }

    /// The port opens before the HTTP client exists; it must not if none can be created.
    @Test
    void endsIfTheTrustStoreCannotBeRead() throws IOException {
        var rubbish = Files.writeString(directory.resolve("rubbish"), "no certificates");
        try (var daemon = Daemon.startWithOptions("-Djavax.net.ssl.trustStore=" + rubbish,
                directory, "--port", "0", "--upstream", url())) {
            assertEquals(1, daemon.exitCode(), daemon.said());
            assertEquals("fakestream cannot start: problem accessing trust store",
                    daemon.says("cannot start"));
        }
    }

    @Test
    void asksNoUntrustedUpstream() {
        try (var daemon = Daemon.start(directory, "--port", "0", "--upstream", url(),
                "--set", "RETRY_MAX=0")) {
            var response = answer(daemon);
            assertEquals(502, response.status(), response::text);
            assertTrue(response.text().contains("upstream_tls"), response::text);
            assertFalse(response.text().contains("certification"), response::text);
            var line = daemon.says("no secure connection to the upstream could be made: ");
            assertTrue(line.contains("unable to find valid certification path"), line);
        }
    }

    @Test
    void asksTheFallbackOfAnUntrustedUpstream() {
        try (var fallback = ScriptedUpstream.answering(200, Chats.completion("Hello."));
                var daemon = Daemon.start(directory, "--port", "0", "--upstream", url(),
                        "--set", "RETRY_MAX=0", "--set", "FALLBACK_API_URLS=" + fallback.url())) {
            assertHello(daemon);
        }
    }
}
