package fakestream.config;

import java.util.List;

/// The stream mode of the models whose names match a pattern: `*` is any text, `?` any character.
public record ModelMode(String pattern, StreamMode mode) {

    /// Whether the pattern matches a model's whole name.
    public boolean fits(String model) {
        return fits(pattern, model);
    }

    /// Whether a pattern matches a model's whole name. On a mismatch only the last `*` takes one
    /// more character; the match before it stays. So the time is at most the name's length times
    /// the pattern's, and only the operator sets the pattern.
    public static boolean fits(String pattern, String model) {
        int at = 0;
        int next = 0;
        int star = -1;
        int behindStar = 0;
        while (at < model.length()) {
            if (next < pattern.length() && pattern.charAt(next) == '*') {
                star = next++;
                behindStar = at;
            } else if (next < pattern.length() && fitsOne(pattern.charAt(next), model, at)) {
                at = pattern.charAt(next) == '?' ? model.offsetByCodePoints(at, 1) : at + 1;
                next++;
            } else if (star >= 0) {
                behindStar = model.offsetByCodePoints(behindStar, 1);
                at = behindStar;
                next = star + 1;
            } else {
                return false;
            }
        }
        return pattern.substring(next).chars().allMatch(c -> c == '*');
    }

    private static boolean fitsOne(char wanted, String model, int at) {
        return wanted == '?' || wanted == model.charAt(at);
    }

    /// Parses a list of `PATTERN=MODE`, separated by commas or new lines.
    ///
    /// @throws IllegalArgumentException if an entry is not one; the message quotes it
    static List<ModelMode> parse(String text) {
        return ValueParser.items(text).stream().map(ModelMode::entry).toList();
    }

    private static ModelMode entry(String entry) {
        var equals = entry.lastIndexOf('=');
        if (equals < 1) {
            throw new IllegalArgumentException("'" + entry + "' is not PATTERN=MODE");
        }
        var mode = ValueParser.oneOf(StreamMode.class, entry.substring(equals + 1).strip());
        return new ModelMode(entry.substring(0, equals).strip(), mode);
    }
}
