package fakestream.protocol.chat;

import fakestream.json.JsonArray;
import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.protocol.EmptyAnswers;
import fakestream.protocol.Protocol;
import fakestream.protocol.RelayedEvent;
import fakestream.protocol.RelayedEvent.Progress;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import fakestream.protocol.VendorError;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// Passes a chunk of an upstream's own stream of completions on: byte for byte, unless a heartbeat
/// has opened the client's stream under another id.
final class ChunkRelay {
    /// What a pause repeats of a chunk. The rest it must not: usage is added up by some clients.
    private static final List<String> FRAME = List.of("id", "object", "created", "model",
            "system_fingerprint", "service_tier");

    private ChunkRelay() {
    }

    static RelayedEvent of(SseEvent.Received event, StreamState state, ChunkKind kind) {
        if (event.data().equals(SseEvent.DONE)) {
            return new RelayedEvent(event, SseEvent.HEARTBEAT, Progress.ENDED);
        }
        var data = event.json();
        if (VendorError.find(event, data).isPresent()) {
            return new RelayedEvent(event, null, Progress.FAILED);
        }
        var chunk = JsonObject.orEmpty(data);
        if (!(chunk.get("choices") instanceof JsonArray)) {
            return new RelayedEvent(event, null, Progress.SILENT);
        }
        // Some clients take an error that is empty for one.
        var clean = chunk.has("error") ? chunk.without("error") : chunk;
        var told = state.begun() ? renamed(clean, kind.id(state)) : clean;
        return new RelayedEvent(told == chunk ? event : SseEvent.Message.of(told),
                pause(told, kind.pause()), progress(chunk), told(chunk));
    }

    private static Progress progress(JsonObject chunk) {
        if (chunk.objects("choices").isEmpty()) {
            return Progress.SILENT;
        }
        return chunk.objects("choices").stream().anyMatch(ChunkRelay::isFinished) ? Progress.WHOLE
                : Progress.OPEN;
    }

    /// The choices of a chunk. Each tells its part in its delta; legacy completions tell it in
    /// `text`.
    private static List<RelayedEvent.Choice> told(JsonObject chunk) {
        return chunk.objects("choices").stream().map(choice -> new RelayedEvent.Choice(
                Protocol.index(choice, 0), !EmptyAnswers.isNothing(choice.get("delta"))
                        || !EmptyAnswers.isNothing(choice.get("text")),
                                isFinished(choice))).toList();
    }

    /// Whether a stream that ended well has told its whole answer: each choice has finished, or
    /// none has and `[DONE]` ends the stream.
    static boolean areWhole(Collection<JsonObject> choices, boolean done) {
        return !choices.isEmpty() && (choices.stream().allMatch(ChunkRelay::isFinished)
                || done && choices.stream().noneMatch(ChunkRelay::isFinished));
    }

    /// Whether a choice says why it ends; some upstreams say an empty reason all the way.
    static boolean isFinished(JsonObject choice) {
        return choice.string("finish_reason") instanceof String reason && !reason.isEmpty();
    }

    /// An empty chunk in the name of the upstream's stream, for those choices of this one that go
    /// on. Behind an opening without choices (Azure) it has none either: without a role first,
    /// LangChain would lose tool calls, and with one, openai-python would add two of them up.
    ///
    /// A comment behind a finish or a usage: there openai-java throws at any chunk, also at one
    /// without choices, openai-go forgets the finish of a choice that comes again, and
    /// openai-python the usage.
    private static SseEvent pause(JsonObject chunk, JsonObject entry) {
        var choices = chunk.objects("choices");
        var open = choices.stream().filter(choice -> !isFinished(choice))
                .<JsonValue>map(choice -> entry.with("index",
                        JsonNumber.of(Protocol.index(choice, 0)))).toList();
        var isOver = choices.isEmpty() ? chunk.get("usage") instanceof JsonObject : open.isEmpty();
        if (isOver) {
            return SseEvent.HEARTBEAT;
        }
        var pause = new JsonObject.Builder();
        for (var name : FRAME) {
            if (chunk.has(name)) {
                pause.add(name, chunk.get(name));
            }
        }
        return SseEvent.Message.of(pause.add("choices", new JsonArray(open)).build());
    }

    /// Under the id that the stream has begun with, and without the role that it has told, which is
    /// the first choice's.
    private static JsonObject renamed(JsonObject chunk, String id) {
        var choices = new ArrayList<JsonValue>();
        for (var choice : chunk.objects("choices")) {
            choices.add(Protocol.index(choice, 0) == 0
                    && choice.get("delta") instanceof JsonObject delta
                    ? choice.with("delta", delta.without("role")) : choice);
        }
        return chunk.with("id", new JsonString(id))
                .with("choices", new JsonArray(choices));
    }
}
