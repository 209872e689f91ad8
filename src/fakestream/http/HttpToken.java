package fakestream.http;

import java.util.List;
import java.util.StringTokenizer;
import java.util.regex.Pattern;

/// A token of RFC 9110 section 5.6.2, as in methods, field names and content codings.
public final class HttpToken {
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    private HttpToken() {
    }

    /// Whether a text is a token.
    public static boolean is(String text) {
        return TOKEN.matcher(text).matches();
    }

    /// Whether one of the values, each a list, has this token, in any case (RFC 9110 section
    /// 5.6.1).
    public static boolean isListed(String token, List<String> values) {
        for (var value : values) {
            var listed = new StringTokenizer(value, ", \t");
            while (listed.hasMoreTokens()) {
                if (listed.nextToken().equalsIgnoreCase(token)) {
                    return true;
                }
            }
        }
        return false;
    }
}
