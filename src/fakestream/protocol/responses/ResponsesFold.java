package fakestream.protocol.responses;

import fakestream.json.JsonArray;
import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.SseEvent;
import java.util.List;
import java.util.TreeMap;

/// Folds a stream back into the whole response, for a client that asked for no stream and an
/// upstream that sent one. The last event of the stream holds the response.
final class ResponsesFold {
    private final TreeMap<Integer, JsonValue> items = new TreeMap<>();
    private JsonObject response;

    private ResponsesFold() {
    }

    static JsonObject of(List<SseEvent.Received> events) throws InvalidAnswer {
        var fold = new ResponsesFold();
        for (var event : events) {
            fold.add(event, InvalidAnswer.data(event));
        }
        return fold.whole();
    }

    private void add(SseEvent.Received event, JsonObject data) {
        if (ResponsesRelay.isWhole(data)) {
            response = data;
        } else if (ResponsesRelay.isTerminal(event, data)
                && data.get("response") instanceof JsonObject whole) {
            response = whole;
        } else if (data.get("item") instanceof JsonObject item
                && ResponsesRelay.type(event, data).equals("response.output_item.done")
                && data.get("output_index") instanceof JsonNumber(var index)
                && index.matches("[0-9]{1,9}")) {
            items.put(Integer.valueOf(index), item);
        }
    }

    /// Some upstreams (the backend of Codex) send items, then end with a response without them.
    private JsonObject whole() throws InvalidAnswer {
        if (response == null) {
            throw InvalidAnswer.truncated();
        }
        return ResponsesAnswer.items(response).isEmpty() && !items.isEmpty()
                ? response.with("output", new JsonArray(List.copyOf(items.values()))) : response;
    }
}
