package fakestream.config;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The web pages that may call: `*`, or a list of origins in the form that browsers send.
final class Origins {
    private static final String ANY = "*";
    private static final Map<String, String> DEFAULT_PORTS = Map.of("http", ":80", "https", ":443");
    private static final Pattern ORIGIN = Pattern.compile(
            "([a-z][a-z0-9+.-]*)://([a-z0-9._-]+|\\[[0-9a-f:.]+\\])(:[0-9]{1,5})?/?");

    private Origins() {
    }

    /// The origins of a list split by commas or new lines, as browsers send them: in lower case,
    /// without a trailing slash and without the scheme's default port.
    ///
    /// @throws IllegalArgumentException if `*` is not alone, or if an item is `null` (any sandboxed
    ///        page sends it) or not `scheme://host[:port]`
    static List<String> parse(String text) {
        var origins = ValueParser.items(text).stream().map(Origins::origin).distinct().toList();
        if (origins.isEmpty()) {
            throw new IllegalArgumentException("names no origin");
        }
        if (origins.contains(ANY) && origins.size() > 1) {
            throw new IllegalArgumentException("* allows every origin: let it stand alone");
        }
        return origins;
    }

    private static String origin(String item) {
        Matcher parts = ORIGIN.matcher(item.toLowerCase(Locale.ROOT));
        if (item.equals(ANY)) {
            return ANY;
        }
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "'" + item + "' is not an origin such as https://chat.example.com");
        }
        String port = parts.group(3);
        boolean plain = port == null || port.equals(DEFAULT_PORTS.get(parts.group(1)));
        return parts.group(1) + "://" + parts.group(2) + (plain ? "" : port);
    }
}
