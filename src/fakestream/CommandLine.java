package fakestream;

import fakestream.config.ConfigSources;
import fakestream.config.Given;
import fakestream.config.Setting;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.ListIterator;
import java.util.Map;
import java.util.Optional;

/// The parsed command line. Parsing starts nothing and checks no setting's value.
///
/// @param action what to do
/// @param demo whether to answer from the built-in upstream
/// @param config the file given with `--config`, if any
/// @param flags the settings given as options, in their order
record CommandLine(Action action, boolean demo, Optional<Path> config, List<Given> flags) {
    private static final String DEFAULT_FILE = "proxy.properties";
    private static final int WIDTH = 100;
    private static final String OPTION_ROW = "  %-3s %-18s  ";
    private static final String SETTING_ROW = "  %-27s  %-22s  ";

    private static final String USAGE = """
            Usage: java -jar fakestream.jar [OPTION]...
            Turn the whole answers of an OpenAI-compatible API into streams that stay alive.

            """;

    private static final String ORDER = """

            Settings have the same names in the file, in the environment and after --set. Options
            override the environment, the environment overrides the file, and the file overrides
            the defaults. An empty value means "not set".

            """;

    private static final String EXIT_CODES = """

            Exit codes: 0 stopped or check passed, 1 could not run, 64 bad command line, 78 bad
            settings or too old a Java.
            """;

    /// The action to run. If the command line asks for several, the last in this order wins:
    /// printing includes the check, and help wins over everything.
    enum Action { RUN, CHECK_CONFIG, PRINT_CONFIG, VERSION, HELP }

    /// Reports a wrong command line; the message is one clear sentence.
    static final class UsageException extends Exception {
        private static final long serialVersionUID = 1L;

        private UsageException(String message) {
            super(message);
        }
    }

    /// @param letter its short form; empty if it has none
    /// @param argument the name of its value in the help; empty if it takes none
    private record Option(String letter, String word, String argument, String meaning) {
        private boolean takesValue() {
            return !argument.isEmpty();
        }

        private static Optional<Option> named(String name) {
            return OPTIONS.stream().filter(option -> name.equals(option.word)
                    || !name.isEmpty() && name.equals(option.letter)).findFirst();
        }
    }

    private static final List<Option> OPTIONS = List.of(
            new Option("-c", "--config", "FILE",
                    "read settings from FILE (default: ./" + DEFAULT_FILE + " if it exists)"),
            new Option("", "--host", "ADDR", "the same as --set HOST=ADDR"),
            new Option("", "--port", "N", "the same as --set PORT=N"),
            new Option("", "--upstream", "URL", "the same as --set SOURCE_API_URL=URL"),
            new Option("", "--set", "NAME=VALUE", "set any of the settings below; may be repeated"),
            new Option("", "--check-config", "", "check all settings, list all problems, and exit"),
            new Option("", "--print-config", "",
                    "the same, and print every setting with its source"),
            new Option("", "--demo", "", "answer from a built-in upstream, which needs no key"),
            new Option("-h", "--help", "", "print this text and exit"),
            new Option("-V", "--version", "", "print the version and exit"));

    private record Use(Option option, String value) {
        private Given of(Setting<?> setting) {
            return new Given(setting.name(), value, option.word);
        }
    }

    CommandLine {
        flags = List.copyOf(flags);
    }

    /// Parses the arguments of `main`: `--name value`, `--name=value` and the short letters.
    ///
    /// @throws UsageException if an option is unknown, a value is missing or not wanted, or an
    ///         argument is no option; the message repeats no value, because it may be a key
    static CommandLine parse(String... args) throws UsageException {
        var actions = EnumSet.of(Action.RUN);
        var demo = false;
        var files = new ArrayList<Path>();
        var flags = new ArrayList<Given>();
        for (var use : uses(args)) {
            switch (use.option.word) {
                case "--config" -> files.add(path(use.value));
                case "--host" -> flags.add(use.of(Setting.HOST));
                case "--port" -> flags.add(use.of(Setting.PORT));
                case "--upstream" -> flags.add(use.of(Setting.SOURCE_API_URL));
                case "--set" -> flags.add(set(use));
                case "--check-config" -> actions.add(Action.CHECK_CONFIG);
                case "--print-config" -> actions.add(Action.PRINT_CONFIG);
                case "--demo" -> demo = true;
                case "--help" -> actions.add(Action.HELP);
                default -> actions.add(Action.VERSION);
            }
        }
        if (files.size() > 1) {
            throw new UsageException("--config is given twice; there is one file of settings");
        }
        return new CommandLine(Collections.max(actions), demo, files.stream().findFirst(), flags);
    }

    /// The sources of settings: the file from `--config`, else `proxy.properties` in the directory
    /// if it exists; the environment; the options.
    ConfigSources sources(Map<String, String> environment, Path directory) {
        Optional<Path> file = config.map(directory::resolve)
                .or(() -> Optional.of(directory.resolve(DEFAULT_FILE)).filter(Files::exists));
        return new ConfigSources(file, environment, flags);
    }

    /// The text of `--help`: at most 100 columns wide, with every setting.
    static String help() {
        var help = new StringBuilder(USAGE);
        for (var option : OPTIONS) {
            var word = (option.word + " " + option.argument).strip();
            var letter = option.letter.isEmpty() ? "" : option.letter + ",";
            addRow(help, OPTION_ROW.formatted(letter, word), option.meaning);
        }
        help.append(ORDER);
        addRow(help, SETTING_ROW.formatted("Name", "Default"), "Meaning");
        for (var setting : Setting.ALL) {
            var fallback = setting.fallback().isEmpty() ? "-" : setting.fallback();
            addRow(help, SETTING_ROW.formatted(setting.name(), fallback), setting.meaning());
        }
        return help.append(EXIT_CODES).toString();
    }

    private static List<Use> uses(String... args) throws UsageException {
        List<Use> uses = new ArrayList<>();
        ListIterator<String> rest = Arrays.asList(args).listIterator();
        while (rest.hasNext()) {
            String argument = rest.next();
            int equals = argument.startsWith("--") ? argument.indexOf('=') : -1;
            String name = equals < 0 ? argument : argument.substring(0, equals);
            Option option = option(name, rest.nextIndex());
            if (!option.takesValue() && equals >= 0) {
                throw new UsageException(name + " takes no value");
            }
            String value = equals >= 0 ? argument.substring(equals + 1)
                    : option.takesValue() && rest.hasNext() ? rest.next() : "";
            uses.add(new Use(option, wanted(option, value)));
        }
        return uses;
    }

    private static Option option(String name, int position) throws UsageException {
        return Option.named(name).orElseThrow(() -> new UsageException(name.startsWith("-")
                ? "there is no option " + name
                : "argument " + position + " is neither an option nor its value"));
    }

    private static String wanted(Option option, String value) throws UsageException {
        boolean missing = value.isEmpty() || value.startsWith("--")
                || Option.named(value).isPresent();
        if (option.takesValue() && missing) {
            throw new UsageException(option.word + " needs a value: " + option.argument);
        }
        return value;
    }

    private static Given set(Use use) throws UsageException {
        int equals = use.value.indexOf('=');
        if (equals < 1) {
            throw new UsageException("--set needs NAME=VALUE");
        }
        String name = use.value.substring(0, equals).strip();
        return new Given(name, use.value.substring(equals + 1), use.option.word);
    }

    private static Path path(String text) throws UsageException {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new UsageException("--config needs the path of a file: " + e.getReason());
        }
    }

    /// Adds a row; wraps its last column at `WIDTH` and continues it below in the same column.
    private static void addRow(StringBuilder table, String columns, String last) {
        StringBuilder line = new StringBuilder(columns);
        for (String word : last.split(" ")) {
            if (line.length() + word.length() > WIDTH) {
                table.append(line.toString().stripTrailing()).append('\n');
                line = new StringBuilder(" ".repeat(columns.length()));
            }
            line.append(word).append(' ');
        }
        table.append(line.toString().stripTrailing()).append('\n');
    }
}
