package fakestream.protocol;

import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;

/// Reads a body with a good status as a chat completion. Some upstreams answer 200 with an error
/// (Azure's content filter, OpenRouter, old vLLM); some in the form of legacy completions or of
/// Gemini, which are brought into the form of chat.
final class ChatAnswer {
    private ChatAnswer() {
    }

    static JsonObject read(JsonValue body, Telling telling) throws NotAnAnswer {
        var answer = body instanceof JsonObject object && VendorError.find(body).isEmpty()
                && object.get("candidates") instanceof JsonArray candidates
                && !object.has("choices") ? GeminiAnswer.read(object, candidates) : body;
        var choices = ((JsonArray) choices(answer).get("choices")).elements();
        return ((JsonObject) answer).with("choices", new JsonArray(choices.stream()
                .map(choice -> withMessage((JsonObject) choice)).toList()));
    }

    /// The body, if it is an answer with choices that are objects.
    static JsonObject choices(JsonValue body) throws NotAnAnswer {
        var answer = NotAnAnswer.object(body);
        if (!(answer.get("choices") instanceof JsonArray(var choices)) || choices.isEmpty()) {
            throw NotAnAnswer.because("the upstream's answer has no choices");
        }
        if (!choices.stream().allMatch(JsonObject.class::isInstance)) {
            throw NotAnAnswer.because("the upstream's answer has a choice that is no object");
        }
        return answer;
    }

    /// A choice with the `text` of legacy completions has it as its message's content. Azure
    /// answers choices without any message when its filter strikes; they are told as they are.
    private static JsonValue withMessage(JsonObject choice) {
        if (choice.get("message") instanceof JsonObject
                || !(choice.get("text") instanceof JsonString text)) {
            return choice;
        }
        var message = new JsonObject.Builder().add("role", "assistant").add("content", text);
        return choice.without("text").with("message", message.build());
    }
}
