package fakestream.config;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The known names of settings, and the problem to report for an unknown name.
final class SettingNames {
    private static final Pattern LIKE_A_NAME = Pattern.compile("[A-Z][A-Z0-9_]*");

    /// All names, including the `_FILE` ones.
    static final List<String> KNOWN = Setting.EACH.stream()
            .flatMap(setting -> Stream.concat(
                    Stream.of(setting.name()), setting.fileTwin().stream()))
            .toList();

    private SettingNames() {
    }

    /// The problem with an unknown name, and the known name that was probably meant. Text that does
    /// not look like a name is not repeated: it may be a line of a key.
    static String unknown(Given given) {
        return nearest(given.name())
                .map(near -> given.problem("unknown setting; did you mean " + near + "?"))
                .orElseGet(() -> LIKE_A_NAME.matcher(given.name()).matches()
                        ? given.problem("unknown setting")
                        : given.origin() + ": the text before the '=' is not a setting's name");
    }

    private static Optional<String> nearest(String name) {
        String wanted = name.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_");
        return KNOWN.stream()
                .filter(known -> distance(wanted, known) <= Math.max(2, known.length() / 3))
                .min(Comparator.comparingInt(known -> distance(wanted, known)));
    }

    /// The number of insertions, deletions and changes of a character between the two
    /// (Levenshtein), computed one table row at a time.
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
