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

    /// The bytes as they go over the wire, complete: an event ends with its blank line, a comment
    /// with its line end.
    byte[] bytes();

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

    /// A blank line, which ends no event where none has begun.
    record BlankLine() implements SseEvent {
        @Override
        public byte[] bytes() {
            return new byte[] {'\n'};
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
    }
}
