package fakestream.protocol.chat;

import fakestream.json.JsonBoolean;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.protocol.ApiError;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.Protocol;
import fakestream.protocol.RelayedEvent;
import fakestream.protocol.Replay;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// OpenAI's chat completions: `POST /v1/chat/completions`.
public final class ChatCompletions implements Protocol {
    /// The members of a request that are only about streaming. Without a stream, OpenAI refuses
    /// `stream_options` and Z.ai `tool_stream`; DashScope and llama.cpp have the other two.
    static final String[] STREAMING_ONLY = {
        "stream_options", "tool_stream", "incremental_output", "return_progress"};

    private static final JsonObject OPENING = ChunkKind.CHAT.pause().with("delta",
            new JsonObject.Builder().add("role", "assistant").build());

    @Override
    public String name() {
        return "chat";
    }

    @Override
    public Optional<ApiError> refusal(JsonObject request) {
        return ApiError.unlessArray(request, "messages");
    }

    @Override
    public JsonObject whole(JsonObject request) {
        return request.without(STREAMING_ONLY).with("stream", JsonBoolean.FALSE);
    }

    @Override
    public JsonObject toFold(JsonObject request) {
        return ChunkFold.asked(request);
    }

    @Override
    public JsonObject answer(JsonValue body) throws InvalidAnswer {
        return ChatAnswer.read(body);
    }

    @Override
    public boolean isEmpty(JsonObject answer) {
        return ChatAnswer.areEmpty(answer, "message");
    }

    @Override
    public Replay replay(JsonObject request, JsonObject answer, StreamState state) {
        return ChatReplay.of(request, answer, state);
    }

    /// An empty chunk that no known client minds: it always has choices, and the first one has a
    /// role.
    @Override
    public SseEvent dataHeartbeat(JsonObject request, StreamState state) {
        return ChunkFrame.heartbeat(ChunkKind.CHAT, request, state,
                state.begun() ? ChunkKind.CHAT.pause() : OPENING);
    }

    @Override
    public UnaryOperator<SseEvent.Received> mending() {
        return new ChatMending()::mended;
    }

    @Override
    public RelayedEvent relay(SseEvent.Received event, StreamState state) {
        return ChunkRelay.of(event, state, ChunkKind.CHAT);
    }

    @Override
    public boolean isWhole(SseEvent.Received event) {
        var choices = event.object().objects("choices");
        return !choices.isEmpty() && choices.stream().allMatch(ChatAnswer::isWhole);
    }

    @Override
    public JsonObject fold(List<SseEvent.Received> events) throws InvalidAnswer {
        return new JsonObject.Builder().add("object", "chat.completion")
                .addAll(ChunkFold.of(events, "message").without("object")).build();
    }
}
