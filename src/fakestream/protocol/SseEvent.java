package fakestream.protocol;

import fakestream.json.Json;
import fakestream.json.JsonException;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import java.nio.charset.StandardCharsets;

/// One thing that a server-sent event stream can carry, as WHATWG HTML section 9.2 frames it.
public sealed interface SseEvent {

    /// The beat of the OpenAI protocols: ended by one LF and no blank line, because openai-go
    /// before 3.43 takes a blank line for an empty event (openai-go#621).
    SseEvent HEARTBEAT = new Comment("heartbeat");

    /// Stands for no heartbeat at all.
    SseEvent NONE = new Received(new byte[0], "", "");

    /// The bytes as they go over the wire, complete: an event ends with its blank line, a comment
    /// with its line end.
    byte[] bytes();

    /// The bytes as they go on in a line of data that is open; none where the event has no data.
    /// Its type comes behind that line, for the order of an event's fields means nothing.
    default byte[] inOpenLine() {
        return switch (this) {
            case Space _ -> new byte[] {' '};
            case Comment _, BlankLines _ -> new byte[0];
            case Message(var type, var data, _) -> inOpenLine(type, data);
            case Received(_, var type, var data) -> inOpenLine(type, data);
        };
    }

    private static byte[] inOpenLine(String type, String data) {
        var lines = data.replace("\n", "\ndata: ")
                + (type.isEmpty() ? "\n\n" : "\nevent: " + type + "\n\n");
        return data.isEmpty() ? new byte[0] : lines.getBytes(StandardCharsets.UTF_8);
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
        public byte[] bytes() {
            return (": " + text + "\n").getBytes(StandardCharsets.UTF_8);
        }
    }

    /// Blank lines, which end no event where none has begun. There are two, because some clients
    /// split a stream at double line ends, and must not find one in front of an event's first line.
    record BlankLines() implements SseEvent {
        @Override
        public byte[] bytes() {
            return new byte[] {'\n', '\n'};
        }
    }

    /// A space in a line of data that stays open: the next event goes on in that line.
    record Space() implements SseEvent {
        /// As they are where no line is open yet.
        @Override
        public byte[] bytes() {
            return "data: ".getBytes(StandardCharsets.US_ASCII);
        }
    }

    /// An event with one line of data. An empty type sends no `event:` line.
    record Message(String type, String data, boolean piece) implements SseEvent {
        /// Data without a type, as chat completions send it.
        public static Message of(String data) {
            return new Message("", data, false);
        }

        @Override
        public byte[] bytes() {
            var event = type.isEmpty() ? "" : "event: " + type + "\n";
            return (event + "data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8);
        }
    }

    /// An event that an upstream sent, with the very bytes that it came in.
    record Received(byte[] bytes, String type, String data) implements SseEvent {
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
        Received with(JsonObject changed) {
            var text = changed.toString();
            return new Received(new Message(type, text, false).bytes(), type, text);
        }
    }
}
