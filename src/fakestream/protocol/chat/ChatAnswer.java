package fakestream.protocol.chat;

import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.protocol.EmptyAnswers;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.VendorError;

/// Reads a body with a good status as a chat completion. With a 200, some upstreams send an error
/// (Azure's content filter, OpenRouter, old vLLM); others send legacy completions or Gemini's form,
/// which this class converts to chat's form.
final class ChatAnswer {
    private ChatAnswer() {
    }

    static JsonObject read(JsonValue body) throws InvalidAnswer {
        var answer = choices(body instanceof JsonObject object && !object.has("choices")
                && object.get("candidates") instanceof JsonArray candidates
                && VendorError.find(body).isEmpty() ? GeminiAnswer.read(object, candidates) : body);
        var choices = answer.objects("choices");
        return choices.stream().allMatch(choice -> withMessage(choice) == choice) ? answer
                : answer.with("choices", new JsonArray(choices.stream()
                        .<JsonValue>map(ChatAnswer::withMessage).toList()));
    }

    /// The body, if it is an answer whose choices are objects. It may have no choices if tokens
    /// were made and something, such as a filter, removed them.
    static JsonObject choices(JsonValue body) throws InvalidAnswer {
        var answer = InvalidAnswer.object(body);
        if (!(answer.get("choices") instanceof JsonArray(var choices))
                || choices.isEmpty() && EmptyAnswers.countsNothing(answer)) {
            throw InvalidAnswer.because("the upstream's answer has no choices");
        }
        if (!choices.stream().allMatch(JsonObject.class::isInstance)) {
            throw InvalidAnswer.because("the upstream's answer has a choice that is no object");
        }
        return answer;
    }

    /// Whether a choice has its text in the form of a whole answer, and no delta.
    static boolean isWhole(JsonObject choice) {
        return !(choice.get("delta") instanceof JsonObject)
                && (choice.get("message") instanceof JsonObject
                || choice.get("message") instanceof JsonString
                || choice.get("text") instanceof JsonString);
    }

    /// The choice with its message as `message`; some servers send it as a delta, as a text, or as
    /// the `text` of legacy completions. Azure sends choices without any message when its filter
    /// strikes; these stay as they are.
    static JsonObject withMessage(JsonObject choice) {
        if (choice.get("delta") instanceof JsonObject delta
                && EmptyAnswers.isNothing(choice.get("message"))) {
            return choice.without("delta").with("message", delta);
        }
        if (choice.get("message") instanceof JsonObject) {
            return choice;
        }
        var name = choice.get("message") instanceof JsonString ? "message" : "text";
        if (!(choice.get(name) instanceof JsonString text)) {
            return choice;
        }
        return choice.without(name).with("message", new JsonObject.Builder()
                .add("role", "assistant").add("content", text).build());
    }

    /// A choice of legacy completions with its text, if the server sends a chat's message.
    static JsonObject withText(JsonObject choice) {
        return !(choice.get("text") instanceof JsonString)
                && withMessage(choice).get("message") instanceof JsonObject message
                && message.get("content") instanceof JsonString text
                ? choice.without("message", "delta").with("text", text) : choice;
    }
}
