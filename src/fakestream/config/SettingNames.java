package fakestream.config;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The names that may stand before an `=`, and what to say about one that may not.
final class SettingNames {
    private static final Pattern LIKE_A_NAME = Pattern.compile("[A-Z][A-Z0-9_]*");
    private static final List<String> KNOWN = Setting.ALL.stream()
            .flatMap(setting -> Stream.concat(
                    Stream.of(setting.name()), setting.fileTwin().stream()))
            .toList();

    private SettingNames() {
    }

    /// Every name there is, with the `_FILE` ones.
    static List<String> known() {
        return KNOWN;
    }

    /// The problem with a name that is not known, and the name that was probably meant. What does
    /// not look like a name is not repeated: it may be a line out of a key.
    static String unknown(Given given) {
        Optional<String> near = nearest(given.name());
        if (near.isPresent()) {
            return given.problem("unknown setting; did you mean " + near.get() + "?");
        }
        return LIKE_A_NAME.matcher(given.name()).matches()
                ? given.problem("unknown setting")
                : given.origin() + ": what stands before the '=' is not the name of a setting";
    }

    private static Optional<String> nearest(String name) {
        String wanted = name.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_");
        return KNOWN.stream()
                .filter(known -> distance(wanted, known) <= Math.max(2, known.length() / 3))
                .min(Comparator.comparingInt(known -> distance(wanted, known)));
    }

    /// How many characters must be put in, taken out or changed to get from one to the other
    /// (Levenshtein), a row of the table at a time.
    private static int distance(String from, String to) {
        int[] above = new int[to.length() + 1];
        Arrays.setAll(above, column -> column);
        for (int row = 1; row <= from.length(); row++) {
            int[] here = new int[to.length() + 1];
            here[0] = row;
            for (int column = 1; column <= to.length(); column++) {
                int changed = from.charAt(row - 1) == to.charAt(column - 1) ? 0 : 1;
                int moved = Math.min(above[column], here[column - 1]) + 1;
                here[column] = Math.min(moved, above[column - 1] + changed);
            }
            above = here;
        }
        return above[to.length()];
    }
}
