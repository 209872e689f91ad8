package fakestream.protocol.chat;

import fakestream.json.JsonArray;
import fakestream.json.JsonBoolean;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.json.JsonWriter;
import fakestream.protocol.EmptyAnswers;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.Protocol;
import fakestream.protocol.RelayedEvent;
import fakestream.protocol.Replay;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// OpenAI's legacy completions: `POST /v1/completions`. A chunk has the form of the whole answer,
/// with a piece of each choice's text.
public final class Completions implements Protocol {
    private static final ChunkKind CHUNK = new ChunkKind("text_completion", "cmpl-",
            new JsonObject.Builder().add("text", "").add("index", 0)
                    .add("logprobs", JsonNull.NULL).add("finish_reason", JsonNull.NULL).build());

    @Override
    public String name() {
        return "completions";
    }

    @Override
    public JsonObject whole(JsonObject request) {
        return request.without(ChatCompletions.STREAMING_ONLY).with("stream", JsonBoolean.FALSE);
    }

    @Override
    public JsonObject answer(JsonValue body) throws InvalidAnswer {
        var answer = ChatAnswer.choices(body);
        return answer.with("choices", new JsonArray(answer.objects("choices").stream()
                .<JsonValue>map(ChatAnswer::withText).toList()));
    }

    @Override
    public boolean isEmpty(JsonObject answer) {
        return ChatCompletions.areEmpty(answer,
                choice -> EmptyAnswers.isNothing(choice.get("text")));
    }

    /// The texts of all choices side by side. The first chunk has the whole log probabilities: they
    /// are parallel lists, and the AI SDK keeps only the last. The last chunk has the finish.
    @Override
    public Replay replay(JsonObject request, JsonObject answer, StreamState state) {
        var frame = ChunkFrame.of(CHUNK, request, answer, state);
        var choices = CompletionsChoice.of(answer, state.pieceLength());
        var length = choices.stream().mapToInt(CompletionsChoice::length).max().orElse(1);
        var events = new ArrayList<SseEvent>();
        for (int i = 0; i < length; i++) {
            var position = i;
            Consumer<JsonWriter> entries = out -> {
                for (int j = 0; j < choices.size(); j++) {
                    choices.get(j).entry(position, length, out.text(j == 0 ? "" : ","));
                }
            };
            var others = position == 0 ? ChunkFrame.others(answer) : JsonObject.EMPTY;
            events.add(new SseEvent.Message("", position == length - 1
                    ? frame.finish(entries, others) : frame.chunk(entries, others), true));
        }
        events.addAll(frame.ending());
        return new Replay(events,
                SseEvent.Message.of(frame.chunk(out -> out.value(CHUNK.pause()))));
    }

    @Override
    public SseEvent dataHeartbeat(JsonObject request, StreamState state) {
        var frame = ChunkFrame.of(CHUNK, request, state);
        return SseEvent.Message.of(frame.chunk(out -> out.value(CHUNK.pause())));
    }

    @Override
    public RelayedEvent relay(SseEvent.Received event, StreamState state) {
        return ChunkRelay.of(event, state, CHUNK);
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
