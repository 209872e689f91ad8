package fakestream.protocol;

import fakestream.json.Json;
import fakestream.json.JsonException;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.json.JsonWriter;
import fakestream.json.Parts;

/// One thing that a server-sent event stream can carry, as WHATWG HTML section 9.2 frames it.
public sealed interface SseEvent {

    /// The beat of the OpenAI protocols: ended by one LF and no blank line, because openai-go
    /// before 3.43 takes a blank line for an empty event (openai-go#621).
    SseEvent HEARTBEAT = new Comment("heartbeat");

    /// The data with which OpenAI's streams say that they are whole.
    String DONE = "[DONE]";

    /// The longest line that goes out, in bytes: aiohttp's readers fail above 128 KiB
    /// (open-webui#24928).
    int LONGEST_LINE = 96 * 1024;

    /// Stands for no heartbeat at all.
    SseEvent NONE = new Received(new byte[0], "", "");

    /// Writes it as it goes over the wire, complete: an event ends with its blank line, a comment
    /// with its line end.
    void write(JsonWriter out);

    /// Writes it as it goes on in a line of data that is open; nothing where it has no data. Its
    /// type comes behind that line, for the order of an event's fields means nothing.
    default void writeInOpenLine(JsonWriter out) {
    }

    /// The bytes that [#write] writes.
    default byte[] bytes() {
        var out = new JsonWriter();
        write(out);
        return out.parts().bytes();
    }

    /// The bytes that [#writeInOpenLine] writes.
    default byte[] inOpenLine() {
        var out = new JsonWriter();
        writeInOpenLine(out);
        return out.parts().bytes();
    }

    private static void endOpenLine(String type, JsonWriter out) {
        out.text(type.isEmpty() ? "\n\n" : "\nevent: " + type + "\n\n");
    }

    /// Whether it carries something that a client's program may see.
    default boolean hasData() {
        return this instanceof Message
                || this instanceof Received received && !received.data().isEmpty();
    }

    /// Whether the event is one of the pieces that a text was cut into, so that a pause belongs
    /// between it and the piece before it.
    default boolean piece() {
        return false;
    }

    /// A line that every parser of the specification skips.
    record Comment(String text) implements SseEvent {
        @Override
        public void write(JsonWriter out) {
            out.text(": ").text(text).text("\n");
        }
    }

    /// Blank lines, which end no event where none has begun. There are two, because some clients
    /// split a stream at double line ends, and must not find one in front of an event's first line.
    record BlankLines() implements SseEvent {
        @Override
        public void write(JsonWriter out) {
            out.text("\n\n");
        }
    }

    /// A space in a line of data that stays open: the next event goes on in that line.
    record Space() implements SseEvent {
        /// As they are where no line is open yet.
        @Override
        public void write(JsonWriter out) {
            out.text("data: ");
        }

        @Override
        public void writeInOpenLine(JsonWriter out) {
            out.text(" ");
        }
    }

    /// An event with one line of data. An empty type sends no `event:` line.
    ///
    /// @param text the data
    record Message(String type, Parts text, boolean piece) implements SseEvent {
        private static final byte[] DATA = {'d', 'a', 't', 'a', ':', ' '};
        private static final byte[] END = {'\n', '\n'};

        /// Data that is a JSON value.
        public Message(String type, JsonValue data, boolean piece) {
            this(type, Parts.of(data), piece);
        }

        /// Data that is a short text.
        public Message(String type, String data, boolean piece) {
            this(type, Parts.of(data), piece);
        }

        /// Data without a type, as chat completions send it.
        public static Message of(Parts text) {
            return new Message("", text, false);
        }

        /// Data without a type.
        public static Message of(JsonValue data) {
            return new Message("", data, false);
        }

        /// Data without a type.
        public static Message of(String data) {
            return new Message("", data, false);
        }

        /// The data in one piece.
        public String data() {
            return text.toString();
        }

        @Override
        public void write(JsonWriter out) {
            if (!type.isEmpty()) {
                out.text("event: ").text(type).text("\n");
            }
            out.bytes(DATA).parts(text).bytes(END);
        }

        @Override
        public void writeInOpenLine(JsonWriter out) {
            endOpenLine(type, out.parts(text));
        }
    }

    /// An event that an upstream sent, with the very bytes that it came in.
    record Received(byte[] bytes, String type, String data) implements SseEvent {
        @Override
        public void write(JsonWriter out) {
            out.bytes(bytes);
        }

        @Override
        public void writeInOpenLine(JsonWriter out) {
            if (!data.isEmpty()) {
                endOpenLine(type, out.text(data.replace("\n", "\ndata: ")));
            }
        }

        /// The JSON that the data is, or the JSON `null` where it is none.
        public JsonValue json() {
            try {
                return Json.parse(data);
            } catch (JsonException _) {
                return JsonNull.NULL;
            }
        }

        /// The object that the data is, or an empty one where it is none.
        public JsonObject object() {
            return JsonObject.orEmpty(json());
        }

        /// This event with other data.
        public Received with(JsonObject changed) {
            var text = changed.toString();
            return new Received(new Message(type, text, false).bytes(), type, text);
        }
    }
}
