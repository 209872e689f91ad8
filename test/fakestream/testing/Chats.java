package fakestream.testing;

import fakestream.json.Json;

/// Requests and answers of chat completions as texts.
public final class Chats {
    public static final String STREAM =
            "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],"
            + "\"stream\":true}";
    public static final String WHOLE =
            "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

    /// The usual id of an answer.
    public static final String ID = "chatcmpl-upstream";

    private Chats() {
    }

    /// A whole answer with this content.
    public static String completion(String content) {
        return "{\"id\":\"" + ID + "\",\"object\":\"chat.completion\",\"created\":7,"
                + "\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
                + "\"content\":" + Json.quote(content) + "},\"finish_reason\":\"stop\"}]}";
    }

    /// An event of an upstream's own stream with this delta.
    public static String event(String delta) {
        return event(delta, "null");
    }

    /// The event that finishes an upstream's own stream.
    public static String finish() {
        return event("{}", "\"stop\"");
    }

    private static String event(String delta, String finishReason) {
        return "data: {\"id\":\"" + ID + "\",\"object\":\"chat.completion.chunk\",\"created\":7,"
                + "\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":" + delta
                + ",\"finish_reason\":" + finishReason + "}]}\n\n";
    }

    /// An error in OpenAI's form.
    public static String error(String type, String code, String message) {
        return "{\"error\":{\"message\":" + Json.quote(message) + ",\"type\":\"" + type
                + "\",\"param\":null,\"code\":" + code + "}}";
    }
}
