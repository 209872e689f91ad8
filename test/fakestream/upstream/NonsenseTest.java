package fakestream.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import fakestream.testing.Chats;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// An upstream that does not speak HTTP. The JDK's client refuses these answers and then forgets to
/// close the connection.
final class NonsenseTest {
    @ParameterizedTest
    @ValueSource(strings = {"SSH-2.0-OpenSSH_9.2\r\n\r\n", "HTTP/2 200\r\n\r\n",
        "HTTP/1.1 twohundred OK\r\n\r\n", "HTTP/1.1 200 OK\r\nA B: c\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\n{}"})
    void leavesNoConnectionBehind(String nonsense) throws InterruptedException {
        var closed = new CountDownLatch(1);
        try (var upstream = ScriptedUpstream.start(call -> {
                    call.send(nonsense);
                    call.sawClose();
                    closed.countDown();
                });
                var proxy = TestProxy.before(upstream)) {
            assertEquals("upstream_invalid", proxy.chat(Chats.STREAM).error(502).string("code"));
            assertEquals(true, closed.await(5, TimeUnit.SECONDS));
        }
    }

    @Test
    void endsNoOtherRequest() {
        var told = new CountDownLatch(1);
        try (var upstream = ScriptedUpstream.start(call -> {
                    if (call.body().contains("nonsense")) {
                        call.send("SSH-2.0-OpenSSH_9.2\r\n\r\n");
                    } else {
                        call.begin("text/event-stream");
                        call.chunk(Chats.event("{\"content\":\"Hel\"}"));
                        Waiting.open(told);
                        call.chunk(Chats.event("{\"content\":\"lo.\"}") + Chats.finish());
                        call.end();
                    }
                });
                var proxy = TestProxy.before(upstream, "STREAM_MODE=real");
                var client = proxy.stream(Chats.STREAM)) {
            client.next("Hel");
            proxy.chat(Chats.WHOLE.replace("Hi", "nonsense")).error(502);
            told.countDown();
            assertEquals("Hello.", client.content());
        }
    }
}
