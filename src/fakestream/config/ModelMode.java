package fakestream.config;

import java.util.Arrays;
import java.util.List;

/// The mode of the models whose names a pattern fits: `*` is any text, `?` any character.
public record ModelMode(String pattern, StreamMode mode) {

    /// Whether the pattern fits the whole of a model's name. Where it fits no further, only the
    /// last `*` takes one character more: what fitted before it stays as it is. So the time is
    /// at most the name's length times the pattern's, and the pattern is the operator's own.
    public boolean fits(String model) {
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

    /// A list of `PATTERN=MODE`, separated by commas.
    ///
    /// @throws IllegalArgumentException quoting the entry that is not one
    static List<ModelMode> parse(String text) {
        return Arrays.stream(text.split("[,\n]")).map(String::strip)
                .filter(entry -> !entry.isEmpty()).map(ModelMode::entry).toList();
    }

    private static ModelMode entry(String entry) {
        var equals = entry.lastIndexOf('=');
        if (equals < 1) {
            throw new IllegalArgumentException("'" + entry + "' is not PATTERN=MODE");
        }
        var mode = Values.oneOf(StreamMode.class, entry.substring(equals + 1).strip());
        return new ModelMode(entry.substring(0, equals).strip(), mode);
    }
}
