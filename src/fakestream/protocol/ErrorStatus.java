package fakestream.protocol;

import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Finds the HTTP status of an error in its members and words: the table for all protocols.
final class ErrorStatus {
    private static final Pattern STATUS = Pattern.compile("[45][0-9]{2}");

    /// The members with a status: mostly `code`; Groq's `status_code`, MiniMax's `http_code`.
    private static final List<String> MEMBERS = List.of("code", "status", "status_code",
            "statusCode", "http_code", "error_code");

    /// The names in google/rpc/code.proto, with their HTTP statuses.
    private static final Map<String, Integer> NAMES = Map.ofEntries(
            Map.entry("CANCELLED", 499), Map.entry("UNKNOWN", 500),
            Map.entry("INVALID_ARGUMENT", 400), Map.entry("DEADLINE_EXCEEDED", 504),
            Map.entry("NOT_FOUND", 404), Map.entry("ALREADY_EXISTS", 409),
            Map.entry("PERMISSION_DENIED", 403), Map.entry("UNAUTHENTICATED", 401),
            Map.entry("RESOURCE_EXHAUSTED", 429), Map.entry("FAILED_PRECONDITION", 400),
            Map.entry("ABORTED", 409), Map.entry("OUT_OF_RANGE", 400),
            Map.entry("UNIMPLEMENTED", 501), Map.entry("INTERNAL", 500),
            Map.entry("UNAVAILABLE", 503), Map.entry("DATA_LOSS", 500));

    /// The codes of MiniMax's `base_resp` (platform.minimax.io, "Error Codes").
    private static final Map<String, Integer> MINIMAX = Map.ofEntries(
            Map.entry("1000", 500), Map.entry("1001", 504), Map.entry("1002", 429),
            Map.entry("1004", 401), Map.entry("1008", 402), Map.entry("1013", 500),
            Map.entry("1024", 500), Map.entry("1026", 400), Map.entry("1027", 400),
            Map.entry("1033", 500), Map.entry("1039", 429), Map.entry("1041", 429),
            Map.entry("1042", 400), Map.entry("2013", 400), Map.entry("2045", 429),
            Map.entry("2049", 401), Map.entry("2056", 429));

    /// The words in an error's type and code that tell its status; the first match counts. The AI
    /// SDK reads them too (`openai-stream-error.ts`).
    private static final List<Map.Entry<String, Integer>> WORDS = List.of(
            Map.entry("timeout", 504), Map.entry("overload", 503),
            Map.entry("rate_limit", 429), Map.entry("quota", 429),
            Map.entry("api_key", 401), Map.entry("authentication", 401),
            Map.entry("permission", 403), Map.entry("not_found", 404),
            Map.entry("invalid_request", 400), Map.entry("bad_request", 400),
            Map.entry("context_length", 400));

    /// Anthropic's and OpenAI's types and codes that name a status (docs.anthropic.com, "Errors";
    /// platform.openai.com, "Error codes").
    private static final Map<String, Integer> TYPES = Map.ofEntries(
            Map.entry("overloaded_error", 529), Map.entry("rate_limit_error", 429),
            Map.entry("rate_limit_exceeded", 429), Map.entry("insufficient_quota", 429),
            Map.entry("authentication_error", 401), Map.entry("invalid_api_key", 401),
            Map.entry("billing_error", 402), Map.entry("permission_error", 403),
            Map.entry("not_found_error", 404), Map.entry("request_too_large", 413),
            Map.entry("timeout_error", 504));

    private ErrorStatus() {
    }

    /// The status that an error names, from 400 to 599; 0 if it names none.
    static int in(JsonObject error) {
        return Stream.concat(MEMBERS.stream().map(name -> of(name, error.get(name))),
                Stream.of("code", "type").map(error::string).filter(Objects::nonNull)
                        .map(type -> TYPES.getOrDefault(type, 0)))
                .filter(status -> status > 0).findFirst().orElse(0);
    }

    private static int of(String name, JsonValue value) {
        return switch (value) {
            case JsonNumber(var code) -> name.equals("status_code") && MINIMAX.containsKey(code)
                    ? MINIMAX.get(code) : of(code);
            case JsonString(var code) -> NAMES.getOrDefault(code, of(code));
            case null, default -> 0;
        };
    }

    private static int of(String code) {
        return STATUS.matcher(code).matches() ? Integer.parseInt(code) : 0;
    }

    /// The status that the words of an error's type and code tell; 0 if they tell none.
    static int byWords(JsonObject error) {
        var kind = (error.get("type") + " " + error.get("code")).toLowerCase(Locale.ROOT);
        return WORDS.stream().filter(word -> kind.contains(word.getKey()))
                .findFirst().map(Map.Entry::getValue).orElse(0);
    }
}
