package fakestream.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ProtocolException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// When the client behind the connections is replaced.
final class ConnectionsTest {
    private static int clientsAfter(Exception failure) {
        var made = new AtomicInteger();
        var connections = new Connections(() -> {
            made.incrementAndGet();
            return AnsweringClient.failing(failure);
        });
        for (int i = 0; i < 3; i++) {
            assertTrue(connections.send(AnsweringClient.REQUEST).isCompletedExceptionally());
        }
        return made.get();
    }

    /// Some requests have failed before the JDK's client returns.
    @Test
    @Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void isReplacedBehindEachNonsenseHoweverSoonThatComes() {
        assertEquals(4, clientsAfter(new ProtocolException("no HTTP")));
        assertEquals(4, clientsAfter(new NumberFormatException("no length")));
    }

    @Test
    void isKeptBehindOtherFailures() {
        assertEquals(1, clientsAfter(new IOException("reset")));
    }
}
