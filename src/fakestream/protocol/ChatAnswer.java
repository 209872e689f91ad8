package fakestream.protocol;

import fakestream.json.JsonArray;
import fakestream.json.JsonNull;
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
        if (!(body instanceof JsonObject object)) {
            throw NotAnAnswer.because("the upstream answered with JSON that is no object");
        }
        if (isError(object)) {
            throw new NotAnAnswer(ApiError.in(object));
        }
        if (object.get("candidates") instanceof JsonArray candidates && !object.has("choices")) {
            return withChoices(GeminiAnswer.read(object, candidates, telling));
        }
        return withChoices(object);
    }

    /// Whether this is an error, whatever its status says.
    static boolean isError(JsonObject body) {
        return switch (body.get("error")) {
            case JsonNull _ -> false;
            case JsonString(var text) -> !text.isEmpty();
            case null -> "error".equals(body.string("object"))
                    || "error".equals(body.string("type"));
            default -> true;
        };
    }

    private static JsonObject withChoices(JsonObject answer) throws NotAnAnswer {
        if (!(answer.get("choices") instanceof JsonArray(var choices)) || choices.isEmpty()) {
            throw NotAnAnswer.because("the upstream's answer has no choices");
        }
        for (var choice : choices) {
            if (!(choice instanceof JsonObject)) {
                throw NotAnAnswer.because("the upstream's answer has a choice that is no object");
            }
        }
        return answer.with("choices", new JsonArray(choices.stream()
                .map(choice -> withMessage((JsonObject) choice)).toList()));
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
