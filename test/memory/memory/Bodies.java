package memory;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;

/// Requests and answers.
final class Bodies {
    /// The bytes of an image, which makes 8.8 MB of base64.
    private static final int IMAGE = 6_600_000;

    private Bodies() {
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /// An image in base64, a different one for each number.
    static String image(int number) {
        var image = new byte[IMAGE];
        new Random(number).nextBytes(image);
        return Base64.getEncoder().encodeToString(image);
    }

    static byte[] chat(String model, boolean streamed) {
        return bytes("{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":"
                + "\"Hi\"}],\"stream\":" + streamed + "}");
    }

    /// A chat of this length.
    static byte[] longChat(String model, int length) {
        return bytes("{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\""
                + "x".repeat(length) + "\"}]}");
    }

    /// A request with a great many values.
    static byte[] zeros(int length) {
        return bytes("{\"model\":\"text\",\"messages\":[" + "0,".repeat((length - 40) / 2) + "0]}");
    }

    /// A request of objects nested as deep as allowed.
    static byte[] nested(int length) {
        var one = "{\"a\":".repeat(500) + "0" + "}".repeat(500) + ",";
        return bytes("{\"model\":\"text\",\"messages\":[" + one.repeat((length - 40) / one.length())
                + "0]}");
    }

    static byte[] completion(String content) {
        return bytes("{\"id\":\"c\",\"object\":\"chat.completion\",\"created\":7,\"model\":\"m\","
                + "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\""
                + content + "\"},\"finish_reason\":\"stop\"}]}");
    }

    /// An answer with an image, as image models send it in chats.
    static byte[] chatWithImage(int number) {
        return bytes("{\"id\":\"c\",\"object\":\"chat.completion\",\"created\":7,\"model\":\"m\","
                + "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":"
                + "\"Here.\",\"images\":[{\"type\":\"image_url\",\"image_url\":{\"url\":"
                + "\"data:image/png;base64," + image(number)
                + "\"}}]},\"finish_reason\":\"stop\"}]}");
    }

    /// A request for an image.
    static byte[] painting(String model) {
        return bytes("{\"model\":\"" + model + "\",\"prompt\":\"Hi\",\"stream\":true}");
    }

    static byte[] painted(int number) {
        return bytes("{\"created\":7,\"data\":[{\"b64_json\":\"" + image(number) + "\"}]}");
    }

    static byte[] geminiWithImage(int number) {
        return bytes("{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Here.\"},"
                + "{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"" + image(number)
                + "\"}}],\"role\":\"model\"},\"finishReason\":\"STOP\",\"index\":0}],"
                + "\"modelVersion\":\"m\"}");
    }
}
