package fakestream.protocol;

import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import java.util.Set;
import java.util.regex.Pattern;

/// Recognises the errors by which upstreams say that a model does not stream, or that it only
/// streams, and not that something else is wrong. Vendors have no code for either, so words decide.
public final class StreamRefusal {
    /// The parameters that ask for a stream.
    private static final Set<String> PARAMETERS = Set.of("stream", "stream_options",
            "stream_format");
    /// Quoted words; they repeat the request, except the parameter itself.
    private static final Pattern QUOTED = Pattern.compile(
            "(?<!\\w)(['\"`])(?!(?:\\w+\\.)?stream\\b)[^'\"`]*+\\1(?!\\w)");
    /// How FastAPI names a parameter.
    private static final Pattern PLACE = Pattern.compile("^body\\.(\\w++)[^:]*+:");
    /// Phrases in which `stream` means the way of answering, and not a stream of sound or of bytes.
    private static final String STREAM = "(\\bstream(ing|ed)\\b|['\"`]stream['\"`]"
            + "|\\bstream(_(options|format)\\b|GenerateContent\\b|\\s*[=:]"
            + "| (mode|option|parameter|output)\\b)"
            + "|\\b(to|with|support|supports|parameter:?|argument:?|field:?) stream\\b|流式)";
    private static final String DENIAL = "(\\b(not|\\w+n't|cannot|only|must|disabled?|invalid"
            + "|without|unsupported|unknown|unable|unavailable|unrecognized|unexpected)\\b|不)";
    /// A sentence that denies streams. A gateway's `upstream_error` does not count.
    private static final Pattern DENIES = Pattern.compile("(?i)" + STREAM + "[^.。]*" + DENIAL
            + "|" + DENIAL + "[^.。]*" + STREAM + "|\\bstream (is )?(not (supported|allowed"
            + "|available|enabled)|unsupported|disabled)\\b");

    private static final String WHOLE = "(\\bnon[-_ ]?stream(ing|ed)?\\b"
            + "|\\bstream(ing)?\\s*[=:]\\s*false\\b|非流式?|非\\s*stream)";
    private static final String NO = "(\\b(not|\\w+n't|cannot|unsupported|unavailable|disallowed"
            + "|disabled)\\b|不)";
    /// The rest of a clause up to the next mention of streams.
    private static final String BETWEEN = "((?!stream|流)[^.。,，;；])*?";
    private static final String ANY = "(\\bstream(ing|ed)?\\b|['\"`](\\w+\\.)?stream['\"`])";
    private static final String TRUE = "(true|enabled|on)\\b(?!\\W+(or|and)\\b)";
    /// A clause that denies whole answers, or one that demands streams. The words between a demand
    /// and the stream are few, because a longer clause may demand something else.
    private static final Pattern DEMANDS = Pattern.compile("(?i)"
            + NO + BETWEEN + WHOLE + "|" + WHOLE + BETWEEN + NO
            + "|(\\b(must|should|to)\\b|必须|需要?)[^.。,，;；]*\\bfalse\\b" + BETWEEN + WHOLE
            + "|(\\b(only|must|requires?|needs?|please)\\b|[仅只]|必须|需要?|请)"
            + "(\\W+(supports?|supported|accepts?|allows?|works?|available|with|in|as|via|through"
            + "|be|have|has|set|use|enable|send|pass|specify|a|an|the|to)\\b)*+\\W+"
            + ANY + "(?!(\\W+(parameter|option|mode|to|is|as|be))*+\\W+(false|off|or)\\b)"
            + "|([仅只]|必须|需要?|请)[^.。,，;；不非]{0,10}流式"
            + "|" + ANY + "(\\W+(mode|parameter|option|flag|output|responses?|requests?|input|value"
            + "|true|is|are|be|strongly))*+\\W+(required|mandatory|recommended"
            + "|(must|should|has to|have to|needs to)(\\W+(be|have|set|to|equal))*+\\W+"
            + TRUE + ")"
            + "|\\bexpected\\W+true\\W+(at|for|in)\\W+(\\w+\\.)?stream\\b");

    /// How much of a message is searched, in UTF-16 units.
    private static final int LONGEST_MESSAGE = 1000;

    private StreamRefusal() {
    }

    /// Whether an error says that the model cannot stream. It names the parameter, or denies
    /// streams in a sentence that does more than repeat the request.
    public static boolean deniesStreams(JsonValue body, String model) {
        var error = VendorError.in(body);
        if (error.object().get("param") instanceof JsonString(var name) && !name.isEmpty()) {
            return PARAMETERS.contains(name);
        }
        return deniesStreams(error.message(), model);
    }

    /// Whether a message denies streams; only the beginning of a long one is read.
    public static boolean deniesStreams(String whole, String model) {
        var message = beginning(whole);
        var place = PLACE.matcher(message);
        if (place.find()) {
            return PARAMETERS.contains(place.group(1));
        }
        return DENIES.matcher(ownWords(message, model)).find();
    }

    /// Whether an error says that the model only streams. The parameter that it names does not
    /// decide: one vendor names `max_tokens`.
    public static boolean demandsStreams(JsonValue body, String model) {
        return demandsStreams(VendorError.in(body).message(), model);
    }

    /// Whether a message demands streams; only the beginning of a long one is read.
    public static boolean demandsStreams(String whole, String model) {
        return DEMANDS.matcher(ownWords(beginning(whole), model)).find();
    }

    private static String beginning(String message) {
        return message.substring(0, Math.min(message.length(), LONGEST_MESSAGE));
    }

    /// A message without the words that it repeats.
    private static String ownWords(String message, String model) {
        var own = model.isEmpty() ? message
                : message.replaceAll("(?<!\\w)" + Pattern.quote(model) + "(?!\\w)", "");
        return QUOTED.matcher(own).replaceAll("");
    }
}
