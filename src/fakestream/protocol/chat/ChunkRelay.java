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
import java.util.List;

/// Relays a chunk of an upstream's own stream of completions: byte for byte, unless a heartbeat has
/// opened the client's stream under another id.
final class ChunkRelay {
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
        // Some clients take an empty `error` for an error.
        var clean = chunk.has("error") ? chunk.without("error") : chunk;
        var sent = state.begun() ? renamed(clean, kind.id(state)) : clean;
        var choices = chunk.objects("choices").stream().map(ChunkRelay::told).toList();
        var progress = choices.isEmpty() ? Progress.SILENT
                : choices.stream().anyMatch(RelayedEvent.Choice::finished) ? Progress.WHOLE
                : Progress.OPEN;
        return new RelayedEvent(sent == chunk ? event : SseEvent.Message.of(sent),
                pause(sent, choices, kind.pause()), progress, choices);
    }

    /// A choice of a chunk. It has its part in its delta, or in `text` for legacy completions.
    private static RelayedEvent.Choice told(JsonObject choice) {
        return new RelayedEvent.Choice(Protocol.index(choice, 0),
                !EmptyAnswers.isNothing(choice.get("delta"))
                        || !EmptyAnswers.isNothing(choice.get("text")),
                ChatAnswer.isFinished(choice));
    }

    /// An empty chunk under the id of the upstream's stream, for the unfinished choices of this
    /// chunk. It does not repeat the chunk's usage: some clients add usages up. After an opening
    /// without choices (Azure) it has none either: without a role first, LangChain would lose tool
    /// calls; with a role, openai-python would join two roles.
    ///
    /// A comment after a finish or a usage: there openai-java throws at any chunk, even one without
    /// choices; openai-go forgets the finish of a choice that comes again; openai-python forgets
    /// the usage.
    private static SseEvent pause(JsonObject chunk, List<RelayedEvent.Choice> choices,
            JsonObject entry) {
        var open = choices.stream().filter(choice -> !choice.finished()).<JsonValue>map(choice ->
                entry.with("index", JsonNumber.of(choice.index()))).toList();
        if (choices.isEmpty() ? chunk.get("usage") instanceof JsonObject : open.isEmpty()) {
            return SseEvent.HEARTBEAT;
        }
        var pause = new JsonObject.Builder();
        for (var name : ChunkFrame.COMMON) {
            if (chunk.has(name)) {
                pause.add(name, chunk.get(name));
            }
        }
        return SseEvent.Message.of(pause.add("choices", new JsonArray(open)).build());
    }

    /// The chunk under the id that the stream began with. Its first choice loses its role, because
    /// the heartbeat has told it.
    private static JsonObject renamed(JsonObject chunk, String id) {
        return ChatAnswer.withChoices(chunk.with("id", new JsonString(id)), choice ->
                Protocol.index(choice, 0) == 0 && choice.get("delta") instanceof JsonObject delta
                        ? choice.with("delta", delta.without("role")) : choice);
    }
}
