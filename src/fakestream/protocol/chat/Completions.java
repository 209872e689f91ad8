package fakestream.protocol.chat;

import fakestream.json.JsonBoolean;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.json.JsonWriter;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.Protocol;
import fakestream.protocol.RelayedEvent;
import fakestream.protocol.Replay;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import fakestream.protocol.TextPieces;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/// OpenAI's legacy completions: `POST /v1/completions`. A chunk has the form of the whole answer,
/// with a piece of each choice's text.
public final class Completions implements Protocol {
    /// One choice, and its text in pieces.
    private record Choice(JsonObject object, int index, List<String> pieces) {
        /// Writes its entry in a chunk. The AI SDK needs a text in each entry. The first chunk has
        /// the whole log probabilities: they are parallel lists, and the AI SDK keeps only the
        /// last.
        void entry(int place, boolean last, JsonWriter out) {
            out.text("{\"text\":").string(place < pieces.size() ? pieces.get(place) : "")
                    .text(",\"index\":" + index);
            if (object.has("logprobs")) {
                out.text(",\"logprobs\":")
                        .value(place == 0 ? object.get("logprobs") : JsonNull.NULL);
            }
            if (place == 0 || last) {
                ChunkFrame.members(object.without("text", "index", "logprobs", "finish_reason"),
                        out);
            }
            var reason = ChatAnswer.isFinished(object) ? object.get("finish_reason")
                    : new JsonString("stop");
            out.text(",\"finish_reason\":").value(last ? reason : JsonNull.NULL).text("}");
        }
    }

    @Override
    public String name() {
        return "completions";
    }

    @Override
    public JsonObject whole(JsonObject request) {
        return request.without(ChatCompletions.STREAMING_ONLY).with("stream", JsonBoolean.FALSE);
    }

    @Override
    public JsonObject toFold(JsonObject request) {
        return ChunkFold.asked(request);
    }

    @Override
    public JsonObject answer(JsonValue body) throws InvalidAnswer {
        return ChatAnswer.withChoices(ChatAnswer.choices(body), ChatAnswer::withText);
    }

    @Override
    public boolean isEmpty(JsonObject answer) {
        return ChatAnswer.areEmpty(answer, "text");
    }

    /// The texts of all choices side by side. The last chunk has the finish.
    @Override
    public Replay replay(JsonObject request, JsonObject answer, StreamState state) {
        var frame = new ChunkFrame(ChunkKind.TEXT, request, answer, state);
        var choices = new ArrayList<Choice>();
        for (var choice : answer.objects("choices")) {
            choices.add(new Choice(choice, Protocol.index(choice, choices.size()),
                    choice.get("text") instanceof JsonString(var text)
                            ? TextPieces.of(text, state.pieceLength()) : List.of()));
        }
        var length = choices.stream().mapToInt(choice -> choice.pieces().size()).max().orElse(0);
        var events = new ArrayList<SseEvent>();
        for (int i = 0; i == 0 || i < length; i++) {
            var place = i;
            var last = i >= length - 1;
            var others = i == 0 ? ChunkFrame.others(answer) : JsonObject.EMPTY;
            BiConsumer<Choice, JsonWriter> entry = (choice, out) -> choice.entry(place, last, out);
            events.add(new SseEvent.Message("", last ? frame.finish(others, choices, entry)
                    : frame.chunk(others, choices, entry), true));
        }
        events.addAll(frame.ending());
        return new Replay(events, frame.pause(ChunkKind.TEXT.pause()));
    }

    @Override
    public SseEvent dataHeartbeat(JsonObject request, StreamState state) {
        return ChunkFrame.heartbeat(ChunkKind.TEXT, request, state, ChunkKind.TEXT.pause());
    }

    @Override
    public RelayedEvent relay(SseEvent.Received event, StreamState state) {
        return ChunkRelay.of(event, state, ChunkKind.TEXT);
    }

    /// Whether all choices have a chat's form, unreadable for clients of legacy completions.
    @Override
    public boolean isWhole(SseEvent.Received event) {
        var choices = event.object().objects("choices");
        return !choices.isEmpty() && choices.stream().allMatch(choice ->
                ChatAnswer.withText(choice) != choice);
    }

    @Override
    public JsonObject fold(List<SseEvent.Received> events) throws InvalidAnswer {
        return ChunkFold.of(events, "text");
    }
}
