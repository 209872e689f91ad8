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

/// Hides secrets in texts for people, be they errors or lines of a log: those that it knows, and
/// whatever looks like a key, of which only the prefix stays that says what it was. It takes time
/// in proportion to the text, whatever that holds.
///
/// The proxy decodes an error that passes through to mask it. It replaces an error that is longer
/// than 256 KiB, or no text in ASCII, UTF-8 or Latin-1, by one of its own. It does not mask answers
/// with a good status, except an `error` in JSON that it reads, nor a key that was cut or escaped
/// otherwise than in JSON or a URL.
public final class Redactor {
    private static final String MASK = "***";

    /// What is shorter is no secret, and hiding each place where it stands would spoil the text.
    private static final int SHORTEST = 8;

    /// Where a key may begin, so not in the middle of a word; a text that is no JSON may still hold
    /// its escapes, and a target those of a URL.
    private static final String START =
            "(?:(?<![A-Za-z0-9])|(?<=\\\\[bfnrt])|(?<=%[0-9A-Fa-f]{2}))";

    /// Behind `Bearer` also words are found ("authentication") and placeholders ("YOUR_KEY").
    private static final String TOKEN = "(?!(?:[a-z]++|[A-Z_]++)(?![A-Za-z0-9._~+/=-]))"
            + "[A-Za-z0-9._~+/=-]{8,}+";

    /// A kind of key, by what each of its keys has in it.
    ///
    /// @param mark in lower case, though the key may have it in capitals
    /// @param expression of the key, with its prefix in a group. Nothing is given back once it
    ///     matched (`++`), and no run of characters is tried again from its middle: that is what
    ///     keeps the time linear.
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

    private Redactor(Stream<String> secrets) {
        // The longest first: one that stands in another must not leave its rest.
        this.known = secrets.filter(secret -> secret.length() >= SHORTEST)
                .flatMap(secret -> Stream.of(secret, inUrl(secret))).distinct()
                .sorted((one, other) -> other.length() - one.length()).toList();
    }

    /// As an error has it that shows the request's URL.
    private static String inUrl(String secret) {
        return URLEncoder.encode(secret, StandardCharsets.UTF_8);
    }

    /// Hides what looks like a key alone.
    public static Redactor ofKeys() {
        return new Redactor(Stream.empty());
    }

    /// Hides these secrets too.
    public static Redactor of(Stream<String> secrets) {
        return new Redactor(secrets);
    }

    /// These and one more secret, which may have its scheme before it (`Bearer`).
    public Redactor with(String secret) {
        var bare = secret.substring(secret.lastIndexOf(' ') + 1);
        return bare.length() < SHORTEST || known.contains(bare) ? this
                : new Redactor(Stream.concat(known.stream(), Stream.of(bare)));
    }

    /// The text without its secrets; the same where it holds none.
    public String text(String text) {
        var masked = text;
        for (var secret : known) {
            masked = masked.replace(secret, MASK);
        }
        return mayHoldKey(masked)
                ? KEYS.matcher(masked).replaceAll(match -> prefix(match) + MASK) : masked;
    }

    /// The JSON without the secrets in its strings and names; the same value where it holds none.
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

    /// The object without the secrets in its strings and names; the same where it holds none.
    public JsonObject object(JsonObject object) {
        var masked = new LinkedHashMap<String, JsonValue>();
        object.members().forEach((name, value) -> masked.put(text(name), json(value)));
        var same = masked.keySet().equals(object.members().keySet())
                && isSame(List.copyOf(object.members().values()), List.copyOf(masked.values()));
        return same ? object : new JsonObject(masked);
    }

    /// The body of an error without its secrets, be it JSON or another text; the same bytes where
    /// it holds none.
    public byte[] body(byte[] body) {
        try {
            var json = Json.parse(body);
            var masked = json(json);
            return masked == json ? body : masked.toString().getBytes(StandardCharsets.UTF_8);
        } catch (JsonException _) {
            // Every byte is a character of Latin-1, so that whatever else there is stays.
            var text = new String(body, StandardCharsets.ISO_8859_1);
            var masked = text(text);
            return masked.equals(text) ? body : masked.getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    /// To look for the marks alone is quick, and enough for nearly all texts: the lines of the
    /// access log above all, of which each request has one.
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
