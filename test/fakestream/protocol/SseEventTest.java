package fakestream.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class SseEventTest {

    @Test
    void endsAHeartbeatWithOneLineEndAndNoBlankLine() {
        assertEquals(": heartbeat\n", text(SseEvent.HEARTBEAT));
    }

    @Test
    void writesDataOnOneLineAndThenABlankLine() {
        assertEquals("data: {\"a\":1}\n\n", text(SseEvent.Message.of("{\"a\":1}")));
        assertEquals("data: [DONE]\n\n", text(SseEvent.Message.of("[DONE]")));
    }

    @Test
    void writesTheTypeBeforeTheData() {
        assertEquals("event: error\ndata: {}\n\n",
                text(new SseEvent.Message("error", "{}", false)));
    }

    @Test
    void writesUtf8() {
        assertArrayEquals(new byte[] {'d', 'a', 't', 'a', ':', ' ', (byte) 0xf0, (byte) 0x9f,
            (byte) 0x98, (byte) 0x80, '\n', '\n'}, SseEvent.Message.of("\ud83d\ude00").bytes());
        assertEquals(": \u00e9\n", text(new SseEvent.Comment("\u00e9")));
    }

    @Test
    void keepsTheReceivedBytes() {
        var bytes = "data:x\r\n\r\n".getBytes(StandardCharsets.UTF_8);
        assertSame(bytes, new SseEvent.Received(bytes, "", "x").bytes());
    }

    @Test
    void isAPieceOnlyIfMarkedSo() {
        assertTrue(new SseEvent.Message("", "x", true).piece());
        assertFalse(SseEvent.Message.of("x").piece());
        assertFalse(SseEvent.HEARTBEAT.piece());
        assertFalse(new SseEvent.Received(new byte[0], "", "x").piece());
    }

    private static String text(SseEvent event) {
        return new String(event.bytes(), StandardCharsets.UTF_8);
    }
}
