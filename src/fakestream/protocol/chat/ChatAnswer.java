package fakestream.protocol.chat;

import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.protocol.EmptyAnswers;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.VendorError;
import java.util.function.UnaryOperator;

/// Reads a body with a good status as a chat completion. With a 200, some upstreams send an error
/// (Azure's content filter, OpenRouter, old vLLM); others send legacy completions or Gemini's form,
/// which this class converts to chat's form.
final class ChatAnswer {
    private ChatAnswer() {
    }

    static JsonObject read(JsonValue body) throws InvalidAnswer {
        var answer = choices(body instanceof JsonObject object && !object.has("choices")
                && object.get("candidates") instanceof JsonArray
                && VendorError.find(body).isEmpty() ? GeminiAnswer.read(object) : body);
        return withChoices(answer, ChatAnswer::withMessage);
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

    /// An answer or a chunk after this change to each choice; the same object if none changes.
    static JsonObject withChoices(JsonObject answer, UnaryOperator<JsonObject> change) {
        var choices = answer.objects("choices");
        var changed = choices.stream().<JsonValue>map(change).toList();
        return changed.equals(choices) ? answer : answer.with("choices", new JsonArray(changed));
    }

    /// Whether a choice has its text in the form of a whole answer, and no delta.
    static boolean isWhole(JsonObject choice) {
        return !(choice.get("delta") instanceof JsonObject)
                && withMessage(choice).get("message") instanceof JsonObject;
    }

    /// Whether a choice says why it ends; some upstreams send an empty reason in every chunk.
    static boolean isFinished(JsonObject choice) {
        return choice.string("finish_reason") instanceof String reason && !reason.isEmpty();
    }

    /// Whether no token was made, and no choice gives a reason or holds anything in this member.
    static boolean areEmpty(JsonObject answer, String member) {
        return answer.objects("choices").stream().allMatch(choice ->
                EmptyAnswers.isNothing(choice.get(member))
                        && !EmptyAnswers.isReason(choice.string("finish_reason")))
                && EmptyAnswers.countsNothing(answer);
    }

    /// The choice with its message as `message`; some servers send it as a delta, as a text, or as
    /// the `text` of legacy completions. Azure sends choices without any message when its filter
    /// strikes; these stay as they are.
    static JsonObject withMessage(JsonObject choice) {
        var message = choice.get("message");
        if (choice.get("delta") instanceof JsonObject delta && EmptyAnswers.isNothing(message)) {
            return choice.without("delta").with("message", delta);
        }
        var name = message instanceof JsonString ? "message" : "text";
        return message instanceof JsonObject || !(choice.get(name) instanceof JsonString text)
                ? choice : choice.without(name).with("message", new JsonObject.Builder()
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
