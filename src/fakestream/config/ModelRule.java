package fakestream.config;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// A value for the models whose names match a pattern: `*` is any text, `?` any character.
public record ModelRule<T>(String pattern, T value) {
    /// The value of the first rule that fits a model; empty if none does.
    public static <T> Optional<T> first(List<ModelRule<T>> rules, String model) {
        return rules.stream().filter(rule -> fits(rule.pattern, model)).map(ModelRule::value)
                .findFirst();
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

    /// Parses a list such as `gpt-5*=fake,*=auto`, split by commas or new lines.
    ///
    /// @param what names a value in messages, such as `MODE`
    /// @throws IllegalArgumentException if an entry is not one; the message quotes it
    static <T> List<ModelRule<T>> parse(String text, String what, Function<String, T> values) {
        return ValueParser.items(text).stream().map(entry -> {
            var equals = entry.lastIndexOf('=');
            if (equals < 1 || equals == entry.length() - 1) {
                throw new IllegalArgumentException("'" + entry + "' is not PATTERN=" + what);
            }
            return new ModelRule<>(entry.substring(0, equals).strip(),
                    values.apply(entry.substring(equals + 1).strip()));
        }).toList();
    }
}
