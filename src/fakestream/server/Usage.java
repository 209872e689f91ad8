package fakestream.server;

import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The tokens that an answer says it has used, in whichever API's words; -1 where it does not say.
record Usage(long input, long output) {
    /// Of an answer that says nothing.
    static final Usage UNKNOWN = new Usage(-1, -1);

    private static final List<String> INPUT =
            List.of("prompt_tokens", "input_tokens", "promptTokenCount");
    private static final List<String> OUTPUT =
            List.of("completion_tokens", "output_tokens", "candidatesTokenCount");

    private static final Pattern COUNT = Pattern.compile("[0-9]{1,18}");

    /// What an answer says, be it whole or an event of a stream: OpenAI's events of a response and
    /// Anthropic's first one hold it a level deeper.
    static Usage in(JsonValue answer) {
        if (!(answer instanceof JsonObject object)) {
            return UNKNOWN;
        }
        return Stream.of(object, object.get("response"), object.get("message"))
                .filter(JsonObject.class::isInstance).map(JsonObject.class::cast)
                .flatMap(holder -> Stream.of("usage", "usageMetadata").map(holder::get))
                .filter(JsonObject.class::isInstance).map(JsonObject.class::cast)
                .findFirst().map(usage -> new Usage(count(usage, INPUT), count(usage, OUTPUT)))
                .orElse(UNKNOWN);
    }

    /// This, with what a later event of the same stream says: its counts are of the whole so far.
    Usage then(Usage later) {
        return new Usage(later.input < 0 ? input : later.input,
                later.output < 0 ? output : later.output);
    }

    private static long count(JsonObject usage, List<String> names) {
        return names.stream().map(usage::get).filter(Objects::nonNull)
                .filter(JsonNumber.class::isInstance).map(Object::toString)
                .filter(text -> COUNT.matcher(text).matches()).findFirst().map(Long::parseLong)
                .orElse(-1L);
    }
}
