package fakestream.stream;

import fakestream.json.JsonWriter;
import fakestream.protocol.SseEvent;

/// Turns events into the bytes of a body.
public enum Framing {
    /// Server-sent events, as their specification defines them.
    EVENTS("text/event-stream; charset=utf-8"),

    /// One JSON array of the events' data, as Gemini sends it without `alt=sse`. JSON allows white
    /// space between values, so a blank line can be a heartbeat here too.
    JSON_ARRAY("application/json; charset=UTF-8"),

    /// One JSON document, with blank lines before it.
    DOCUMENT("application/json");

    private static final String BLANK_LINE = "\n";

    /// The media type of the body.
    final String contentType;

    Framing(String contentType) {
        this.contentType = contentType;
    }

    /// Writes the bytes of one event.
    ///
    /// @param first whether only heartbeats went before it
    /// @param open whether heartbeats hold a line of data open
    void frame(SseEvent event, boolean first, boolean open, JsonWriter out) {
        if (this == JSON_ARRAY) {
            element(event, first ? "[" : ",\n", out);
        } else if (this == DOCUMENT && event instanceof SseEvent.BlankLines) {
            out.text(BLANK_LINE);
        } else if (open) {
            event.writeInOpenLine(out);
        } else {
            event.write(out);
        }
    }

    private static void element(SseEvent event, String before, JsonWriter out) {
        switch (event) {
            case SseEvent.Message message -> out.text(before).parts(message.text());
            case SseEvent.Received received when received.hasData() ->
                    out.text(before).text(received.data());
            case SseEvent.Received _ -> { }
            case SseEvent.Comment _, SseEvent.BlankLines _, SseEvent.Space _ ->
                    out.text(BLANK_LINE);
        }
    }

    /// Whether a line of data is open after this event.
    ///
    /// @param open whether one was open before it
    boolean leavesOpen(SseEvent event, boolean open) {
        return this == EVENTS && (event instanceof SseEvent.Space || open && !event.hasData());
    }

    /// The text that ends a complete body.
    ///
    /// @param empty whether no event went before it
    String end(boolean empty) {
        return this != JSON_ARRAY ? "" : empty ? "[]\n" : "]\n";
    }
}
