package fakestream.telemetry;

import fakestream.json.Json;
import fakestream.json.JsonArray;
import fakestream.json.JsonBoolean;
import fakestream.json.JsonException;
import fakestream.json.JsonNull;
import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Hides secrets in texts for people, such as errors and lines of a log. It hides the secrets that
/// it knows, and everything that looks like a key, except the prefix that shows the kind of key.
/// Its time is linear in the length of the text, whatever the text holds.
///
/// The proxy decodes an error that passes through to mask it. It replaces an error with one of its
/// own if the error is longer than 256 KiB, or not text in ASCII, UTF-8 or Latin-1. It does not
/// mask answers with a good status, except an `error` in JSON that it reads. It does not mask a key
/// that was cut, or escaped in another way than in JSON or a URL.
public final class Redactor {
    private static final String MASK = "***";

    /// A shorter value is no secret, and hiding it everywhere would spoil the text.
    private static final int SHORTEST = 8;

    /// A key may begin here, but not within a word. A text that is not JSON may still hold JSON's
    /// escapes, and a request target may hold those of a URL.
    private static final String START =
            "(?:(?<![A-Za-z0-9])|(?<=\\\\[bfnrt])|(?<=%[0-9A-Fa-f]{2}))";

    /// After `Bearer`, texts also have words ("authentication") and placeholders ("YOUR_KEY").
    private static final String TOKEN = "(?!(?:[a-z]++|[A-Z_]++)(?![A-Za-z0-9._~+/=-]))"
            + "[A-Za-z0-9._~+/=-]{8,}+";

    /// A kind of key.
    ///
    /// @param mark the text that all its keys contain; lower case, though a key may have capitals
    /// @param expression of the key, with its prefix in a group. It gives nothing back once matched
    ///     (`++`), and tries no run of characters again from its middle: this keeps the time
    ///     linear.
    private record Kind(String mark, String expression) {
    }

    private static final Kind USER_INFO = new Kind("://", "(://)[^\\s/?#@\"'<>]++(?=@)");

    private static final List<Kind> KINDS = List.of(
            new Kind("bearer", "((?i:bearer)\\s++)" + TOKEN),
            new Kind("basic", "((?i:basic)\\s++)" + TOKEN),
            new Kind("sk-", "(sk-)[A-Za-z0-9_-]{8,}+"),
            new Kind("aiza", "(AIza)[A-Za-z0-9_-]{20,}+"),
            new Kind("gsk_", "(gsk_)[A-Za-z0-9]{16,}+"),
            new Kind("xai-", "(xai-)[A-Za-z0-9]{16,}+"),
            new Kind("hf_", "(hf_)[A-Za-z0-9]{16,}+"),
            new Kind("r8_", "(r8_)[A-Za-z0-9]{16,}+"),
            new Kind("ghp_", "(ghp_)[A-Za-z0-9]{16,}+"),
            new Kind("github_pat_", "(github_pat_)[A-Za-z0-9_]{16,}+"),
            new Kind("akia", "(AKIA)[A-Z0-9]{12,}+"),
            new Kind("eyj", "(?<![_-])(eyJ)[A-Za-z0-9_-]++\\.[A-Za-z0-9_-]++\\.[A-Za-z0-9_-]*+"));

    private static final Pattern KEYS = Pattern.compile(USER_INFO.expression + "|" + START + "(?:"
            + KINDS.stream().map(Kind::expression).collect(Collectors.joining("|")) + ")");

    private final List<String> known;

    /// Hides texts that look like a key, and these secrets.
    public Redactor(Stream<String> secrets) {
        // An error may show a secret in the request's URL. The longest first: otherwise a secret
        // within a longer one would leave the rest of it.
        this.known = secrets.filter(secret -> secret.length() >= SHORTEST)
                .flatMap(secret -> Stream.of(secret,
                        URLEncoder.encode(secret, StandardCharsets.UTF_8))).distinct()
                .sorted((one, other) -> other.length() - one.length()).toList();
    }

    /// Hides only texts that look like a key.
    public static Redactor ofKeys() {
        return new Redactor(Stream.empty());
    }

    /// Also hides one more secret; its scheme (`Bearer`) may precede it.
    public Redactor with(String secret) {
        var bare = secret.substring(secret.lastIndexOf(' ') + 1);
        return bare.length() < SHORTEST || known.contains(bare) ? this
                : new Redactor(Stream.concat(known.stream(), Stream.of(bare)));
    }

    /// The text without its secrets; the same text if it holds none.
    public String text(String text) {
        var masked = text;
        for (var secret : known) {
            masked = masked.replace(secret, MASK);
        }
        return mayHoldKey(masked)
                ? KEYS.matcher(masked).replaceAll(match -> prefix(match) + MASK) : masked;
    }

    /// The JSON without the secrets in its strings and names; the same value if it holds none.
    public JsonValue json(JsonValue value) {
        return switch (value) {
            case JsonString(var text) -> {
                var masked = text(text);
                yield masked.equals(text) ? value : new JsonString(masked);
            }
            case JsonArray(var elements) -> {
                var masked = elements.stream().map(this::json).toList();
                yield isSame(elements, masked) ? value : new JsonArray(masked);
            }
            case JsonObject object -> object(object);
            case JsonNumber _, JsonBoolean _, JsonNull _ -> value;
        };
    }

    /// The object without the secrets in its strings and names; the same object if it holds none.
    public JsonObject object(JsonObject object) {
        var masked = new LinkedHashMap<String, JsonValue>();
        object.members().forEach((name, value) -> masked.put(text(name), json(value)));
        var same = masked.keySet().equals(object.members().keySet())
                && isSame(List.copyOf(object.members().values()), List.copyOf(masked.values()));
        return same ? object : new JsonObject(masked);
    }

    /// The body of an error, JSON or other text, without its secrets; the same bytes if it holds
    /// none.
    public byte[] body(byte[] body) {
        try {
            var json = Json.parse(body);
            var masked = json(json);
            return masked == json ? body : masked.toString().getBytes(StandardCharsets.UTF_8);
        } catch (JsonException _) {
            // Every byte is a character of Latin-1, so all other bytes stay.
            var text = new String(body, StandardCharsets.ISO_8859_1);
            var masked = text(text);
            return masked.equals(text) ? body : masked.getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    /// Searches only for the marks: quick, and enough for nearly all texts, above all for the lines
    /// of the access log, one for each request.
    private static boolean mayHoldKey(String text) {
        var lower = text.toLowerCase(Locale.ROOT);
        for (var kind : KINDS) {
            if (lower.contains(kind.mark)) {
                return true;
            }
        }
        return lower.contains(USER_INFO.mark);
    }

    private static String prefix(MatchResult match) {
        return IntStream.rangeClosed(1, match.groupCount()).mapToObj(match::group)
                .filter(group -> group != null).findFirst().orElseThrow();
    }

    private static boolean isSame(List<JsonValue> values, List<JsonValue> masked) {
        return IntStream.range(0, values.size()).allMatch(i -> values.get(i) == masked.get(i));
    }
}
