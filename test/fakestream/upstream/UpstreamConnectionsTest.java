package fakestream.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// When the HTTP client behind the connections is replaced, and when it ends.
final class UpstreamConnectionsTest {
    private final List<AnsweringClient> made = new ArrayList<>();

    private UpstreamConnections failing(Exception failure) {
        return new UpstreamConnections(() -> made(AnsweringClient.failing(failure)));
    }

    private HttpClient made(AnsweringClient client) {
        made.add(client);
        return client;
    }

    private List<Boolean> shut() {
        return made.stream().map(AnsweringClient::isShut).toList();
    }

    static List<Exception> nonsense() {
        return List.of(new ProtocolException("no HTTP"), new NumberFormatException("no length"));
    }

    /// Some requests fail before the JDK's client returns.
    @ParameterizedTest
    @MethodSource("nonsense")
    void isReplacedAfterNonsenseEvenAtOnce(Exception failure) {
        var connections = failing(failure);
        for (int i = 0; i < 2; i++) {
            var lease = connections.lease(false);
            assertTrue(lease.send(AnsweringClient.REQUEST).isCompletedExceptionally());
            lease.end();
        }
        assertEquals(List.of(true, true), shut());
    }

    @Test
    void areCreatedOnceAndOnDemand() {
        var connections = failing(new ConnectException("refused"));
        assertEquals(List.of(), shut());
        connections.lease(false).end();
        connections.lease(false).send(AnsweringClient.REQUEST);
        assertEquals(List.of(false), shut());
    }

    @Test
    void livesUntilItsLastCallEnds() {
        var connections = failing(new ProtocolException("no HTTP"));
        var stream = connections.lease(false);
        var other = connections.lease(false);
        other.send(AnsweringClient.REQUEST);
        other.end();
        other.end();
        assertEquals(List.of(false), shut());
        stream.end();
        assertEquals(List.of(true), shut());
    }

    /// The JDK keeps a client while anything refers to it; the client keeps its last requests.
    @Test
    void isFreedAfterItsLastRequest() throws InterruptedException {
        var queue = new ReferenceQueue<HttpClient>();
        var clients = new ArrayList<WeakReference<HttpClient>>();
        var connections = new UpstreamConnections(() -> {
            var client = AnsweringClient.failing(new ProtocolException("no HTTP"));
            clients.add(new WeakReference<>(client, queue));
            return client;
        });
        var lease = connections.lease(false);
        lease.send(AnsweringClient.REQUEST);
        lease.end();
        Reference<? extends HttpClient> freed = null;
        for (int i = 0; i < 100 && freed == null; i++) {
            System.gc();
            freed = queue.remove(100);
        }
        assertSame(clients.getFirst(), freed);
        Reference.reachabilityFence(lease);
    }

    @Test
    void isKeptAfterOtherFailures() {
        failing(new IOException("reset")).lease(false).send(AnsweringClient.REQUEST);
        assertEquals(List.of(false), shut());
    }

    @Test
    void endsWithAllOpenCalls() {
        var connections = failing(new ProtocolException("no HTTP"));
        connections.lease(false);
        connections.lease(false).send(AnsweringClient.REQUEST);
        connections.lease(false);
        connections.close();
        assertEquals(List.of(true, true), shut());
    }
}
