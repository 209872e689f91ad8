package fakestream.protocol;

import fakestream.json.Json;
import fakestream.json.JsonException;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.json.JsonWriter;
import fakestream.json.Parts;

/// One item of a server-sent event stream, framed as in WHATWG HTML section 9.2.
public sealed interface SseEvent {

    /// The heartbeat of the OpenAI protocols. It ends with one LF and no blank line, because
    /// openai-go before 3.43 takes a blank line for an empty event (openai-go#621).
    SseEvent HEARTBEAT = new Comment("heartbeat");

    /// The data that ends OpenAI's streams.
    String DONE = "[DONE]";

    /// The longest line that we send, in bytes: aiohttp's readers fail above 128 KiB
    /// (open-webui#24928).
    int LONGEST_LINE = 96 * 1024;

    /// No heartbeat at all.
    SseEvent NONE = new Received(new byte[0], "", "");

    /// Writes the complete wire form: an event ends with its blank line, a comment with its line
    /// end.
    void write(JsonWriter out);

    /// Writes the event as the rest of an open line of data; writes nothing if it has no data. Its
    /// type follows that line, because the order of an event's fields means nothing.
    default void writeInOpenLine(JsonWriter out) {
    }

    /// The bytes that [#write] writes.
    default byte[] bytes() {
        var out = new JsonWriter();
        write(out);
        return out.parts().bytes();
    }

    private static void endOpenLine(String type, JsonWriter out) {
        out.text(type.isEmpty() ? "\n\n" : "\nevent: " + type + "\n\n");
    }

    /// Whether it carries data that a client's program may see.
    default boolean hasData() {
        return this instanceof Message
                || this instanceof Received received && !received.data().isEmpty();
    }

    /// Whether the event is one piece of a cut text. A pause belongs between two pieces.
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

    /// Blank lines, which end no event if none has begun. There are two: a client that splits a
    /// stream at double line ends would find a single one before the next event's first line.
    record BlankLines() implements SseEvent {
        @Override
        public void write(JsonWriter out) {
            out.text("\n\n");
        }
    }

    /// A space in an open line of data; the next event continues that line.
    record Space() implements SseEvent {
        /// Opens the line of data.
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

        /// The data as one text.
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

    /// An event from an upstream, with its original bytes.
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

        /// The data as JSON, or the JSON `null` if it is none.
        public JsonValue json() {
            try {
                return Json.parse(data);
            } catch (JsonException _) {
                return JsonNull.NULL;
            }
        }

        /// The data as an object, or an empty one if it is none.
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
