package fakestream.stream;

import fakestream.json.JsonWriter;
import fakestream.protocol.SseEvent;
import java.nio.charset.StandardCharsets;

/// Turns events into the bytes of a body.
public enum Framing {
    /// Server-sent events, as their specification defines them.
    EVENTS("text/event-stream; charset=utf-8") {
        @Override
        void frame(SseEvent event, boolean first, boolean open, JsonWriter out) {
            if (open) {
                event.writeInOpenLine(out);
            } else {
                event.write(out);
            }
        }

        @Override
        boolean leavesOpen(SseEvent event, boolean open) {
            return event instanceof SseEvent.Space || open && !event.hasData();
        }
    },

    /// One JSON array of the events' data, as Gemini sends it without `alt=sse`. JSON allows white
    /// space between values, so a blank line can be a heartbeat here too.
    JSON_ARRAY("application/json; charset=UTF-8") {
        @Override
        void frame(SseEvent event, boolean first, boolean open, JsonWriter out) {
            switch (event) {
                case SseEvent.Comment _, SseEvent.BlankLines _, SseEvent.Space _ ->
                        out.text(BLANK_LINE);
                case SseEvent.Message message -> out.text(before(first)).parts(message.text());
                case SseEvent.Received received -> {
                    if (!received.data().isEmpty()) {
                        out.text(before(first)).text(received.data());
                    }
                }
            }
        }

        @Override
        byte[] end(boolean empty) {
            return (empty ? "[]\n" : "]\n").getBytes(StandardCharsets.US_ASCII);
        }
    },

    /// One JSON document, with blank lines before it.
    DOCUMENT("application/json") {
        @Override
        void frame(SseEvent event, boolean first, boolean open, JsonWriter out) {
            if (event instanceof SseEvent.BlankLines) {
                out.text(BLANK_LINE);
            } else {
                event.write(out);
            }
        }
    };

    private static final byte[] NOTHING = {};
    private static final String BLANK_LINE = "\n";

    private final String contentType;

    Framing(String contentType) {
        this.contentType = contentType;
    }

    /// The media type of the body.
    String contentType() {
        return contentType;
    }

    /// Writes the bytes of one event.
    ///
    /// @param first whether only heartbeats went before it
    /// @param open whether heartbeats hold a line of data open
    abstract void frame(SseEvent event, boolean first, boolean open, JsonWriter out);

    /// Whether a line of data is open after this event.
    ///
    /// @param open whether one was open before it
    boolean leavesOpen(SseEvent event, boolean open) {
        return false;
    }

    /// The bytes that end a complete body.
    ///
    /// @param empty whether no event went before them
    byte[] end(boolean empty) {
        return NOTHING;
    }

    private static String before(boolean first) {
        return first ? "[" : ",\n";
    }
}
