package fakestream.config;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Parses the texts of settings. Each method throws IllegalArgumentException with a message for the
/// operator if the text is invalid; the message never repeats a secret.
final class ValueParser {
    private static final int SHORTEST_KEY = 8;
    private static final Pattern WHOLE_NUMBER = Pattern.compile("[+-]?[0-9]+");
    private static final Pattern VISIBLE_ASCII = Pattern.compile("[!-~]+");
    private static final Pattern PATH = Pattern.compile("(/[\\w~-][\\w.~-]*)+");
    private static final Pattern LAST_SLASHES = Pattern.compile("(?<!/)/+$");
    private static final Pattern SEPARATOR = Pattern.compile("[,\r\n]");

    private ValueParser() {
    }

    static int wholeNumber(String text, int min, int max) {
        if (!WHOLE_NUMBER.matcher(text).matches()) {
            throw new IllegalArgumentException("'" + text + "' is not a whole number");
        }
        var number = new BigInteger(text);
        if (number.compareTo(BigInteger.valueOf(min)) < 0) {
            throw new IllegalArgumentException(text + " is below " + min);
        }
        if (number.compareTo(BigInteger.valueOf(max)) > 0) {
            throw new IllegalArgumentException(text + " is above " + max);
        }
        return number.intValueExact();
    }

    static boolean yesOrNo(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "1", "yes", "on" -> true;
            case "false", "0", "no", "off" -> false;
            default -> throw new IllegalArgumentException("'" + text + "' is not true or false");
        };
    }

    static <E extends Enum<E>> E oneOf(Class<E> type, String text) {
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equalsIgnoreCase(text)) {
                return constant;
            }
        }
        throw new IllegalArgumentException("'" + text + "' is not one of " + words(type));
    }

    /// The words that [#oneOf] accepts, separated by commas.
    static <E extends Enum<E>> String words(Class<E> type) {
        return Arrays.stream(type.getEnumConstants())
                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
    }

    /// Checks the characters of a URL; another package checks its meaning.
    static String url(String text) {
        return visible("a URL", text);
    }

    /// URLs split by commas or new lines.
    static List<String> urls(String text) {
        return items(text).stream().map(ValueParser::url).toList();
    }

    /// Names whose case does not count, split by commas or new lines.
    static List<String> names(String text) {
        return items(text).stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
    }

    /// A path without the slash at its end; `/` alone is no path. Nothing in it needs an escape.
    static String path(String text) {
        var path = LAST_SLASHES.matcher(text).replaceFirst("");
        if (!text.isEmpty() && !PATH.matcher(path).matches() && !text.equals("/")) {
            throw new IllegalArgumentException("'" + text + "' is not a path such as /proxy, whose "
                    + "segments have letters, digits and - . _ ~ and begin with no dot");
        }
        return path;
    }

    private static Secret key(String text) {
        return new Secret(visible("a key", text));
    }

    private static String visible(String what, String text) {
        if (!VISIBLE_ASCII.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    what + " has only visible ASCII characters and no blanks");
        }
        return text;
    }

    /// Keys that can be sent in a header; the HTTP client would send other characters as `?`.
    static List<Secret> keysOfUpstream(String text) {
        var items = items(text);
        if (items.isEmpty()) {
            throw new IllegalArgumentException("holds no key");
        }
        return items.stream().map(ValueParser::key).toList();
    }

    static List<Secret> keys(String text) {
        var keys = keysOfUpstream(text);
        if (items(text).stream().anyMatch(item -> item.length() < SHORTEST_KEY)) {
            throw new IllegalArgumentException(
                    "a key has fewer than " + SHORTEST_KEY + " characters");
        }
        return keys;
    }

    /// The items of a list split by commas or new lines, without blanks and empty items.
    static List<String> items(String text) {
        return SEPARATOR.splitAsStream(text)
                .map(String::strip)
                .filter(item -> !item.isEmpty())
                .toList();
    }
}
