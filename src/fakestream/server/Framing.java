package fakestream.server;

import fakestream.protocol.SseEvent;
import java.nio.charset.StandardCharsets;

/// How events become the bytes of a body.
enum Framing {
    /// Server-sent events, as their specification has them.
    EVENTS("text/event-stream; charset=utf-8") {
        @Override
        byte[] frame(SseEvent event, boolean first, boolean open) {
            return open ? event.inOpenLine() : event.bytes();
        }

        @Override
        boolean leavesOpen(SseEvent event, boolean open) {
            return event instanceof SseEvent.Space || open && !event.hasData();
        }
    },

    /// One JSON array of what the events carry, as Gemini has it without `alt=sse`. White space is
    /// legal between its values, so that a blank line can be a heartbeat there too.
    JSON_ARRAY("application/json; charset=UTF-8") {
        @Override
        byte[] frame(SseEvent event, boolean first, boolean open) {
            return switch (event) {
                case SseEvent.Comment _, SseEvent.BlankLines _, SseEvent.Space _ -> BLANK_LINE;
                case SseEvent.Message message -> element(message.data(), first);
                case SseEvent.Received received -> received.data().isEmpty() ? NOTHING
                        : element(received.data(), first);
            };
        }

        @Override
        byte[] end(boolean empty) {
            return (empty ? "[]\n" : "]\n").getBytes(StandardCharsets.US_ASCII);
        }
    },

    /// One JSON document, with blank lines before it.
    DOCUMENT("application/json") {
        @Override
        byte[] frame(SseEvent event, boolean first, boolean open) {
            return event instanceof SseEvent.BlankLines ? BLANK_LINE : event.bytes();
        }
    };

    private static final byte[] NOTHING = {};
    private static final byte[] BLANK_LINE = {'\n'};

    private final String contentType;

    Framing(String contentType) {
        this.contentType = contentType;
    }

    /// The media type of the body.
    String contentType() {
        return contentType;
    }

    /// The bytes of one event.
    ///
    /// @param first whether no event but heartbeats went before it
    /// @param open whether heartbeats hold a line of data open
    abstract byte[] frame(SseEvent event, boolean first, boolean open);

    /// Whether a line of data is open behind this event.
    ///
    /// @param open whether one was before it
    boolean leavesOpen(SseEvent event, boolean open) {
        return false;
    }

    /// What ends a body that is whole.
    ///
    /// @param empty whether no event went before it
    byte[] end(boolean empty) {
        return NOTHING;
    }

    private static byte[] element(String data, boolean first) {
        return ((first ? "[" : ",\n") + data).getBytes(StandardCharsets.UTF_8);
    }
}
