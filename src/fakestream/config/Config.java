package fakestream.config;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The settings of this process: checked, immutable, each with its origin.
public final class Config {
    /// The query of a URL. The URL may be one of a list.
    private static final Pattern QUERY = Pattern.compile("(://[^?,\\s]*)\\?[^,\\s]*");

    private final Map<String, ConfigLoader.Chosen> chosen;
    private final Map<String, String> environment;

    private Config(Map<String, ConfigLoader.Chosen> chosen, Map<String, String> environment) {
        this.chosen = chosen;
        this.environment = environment;
    }

    /// Reads the settings from all sources. The strongest source of a setting wins, and only its
    /// text is checked.
    ///
    /// @param checks further checks by other packages, by the setting's name: each gets the text of
    ///        its setting, unless that is empty, and throws IllegalArgumentException with a message
    ///        for the operator; a check of a secret must not repeat it
    /// @throws ConfigException if a setting is wrong; it lists all problems
    public static Config load(ConfigSources sources, Map<String, Consumer<String>> checks)
            throws ConfigException {
        return new Config(new ConfigLoader(checks).load(sources), sources.environment());
    }

    /// Settings as `--set NAME=VALUE` gives them, without file and environment; for tests.
    ///
    /// @throws IllegalArgumentException if a setting is wrong; it lists all problems
    public static Config of(Map<String, String> values) {
        var flags = values.entrySet().stream()
                .map(entry -> new Given(entry.getKey(), entry.getValue(), "--set")).toList();
        try {
            return load(new ConfigSources(Optional.empty(), Map.of(), flags), Map.of());
        } catch (ConfigException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /// The value of a setting, or its default if none was given.
    @SuppressWarnings("unchecked") // a setting's own parser made its value
    public <T> T get(Setting<T> setting) {
        return (T) chosen.get(setting.name()).value();
    }

    /// A variable of the environment that is no setting, such as HTTPS_PROXY, in lower case or else
    /// in upper case, as curl reads it; empty if it is not set or has no value.
    public Optional<Given> variable(String name) {
        return Stream.of(name.toLowerCase(Locale.ROOT), name).filter(environment::containsKey)
                .map(spelled -> new Given(spelled, environment.get(spelled), "environment"))
                .filter(given -> !given.value().isEmpty()).findFirst();
    }

    /// LOG_LEVEL, or debug if DEBUG is true.
    public LogLevel logLevel() {
        return get(Setting.DEBUG) ? LogLevel.DEBUG : get(Setting.LOG_LEVEL);
    }

    /// The origin of the value: `default`, `proxy.properties:7`, `environment`, `--port`.
    public String origin(Setting<?> setting) {
        Given source = chosen.get(setting.name()).given();
        boolean own = source.name().equals(setting.name());
        return own ? source.origin() : source.origin() + ", " + source.name();
    }

    /// Every setting as a line `NAME=value  # origin`, with `***` for a secret that is set. A
    /// numbered setting only if it is set.
    public String print() {
        return Setting.EACH.stream()
                .filter(setting -> setting.form().equals(setting.name())
                        || !chosen.get(setting.name()).given().value().isEmpty())
                .map(setting -> setting.name() + "=" + shown(setting)
                        + "  # " + origin(setting) + "\n")
                .collect(Collectors.joining());
    }

    /// The text of a setting for people: `***` replaces a secret that is set, and the query of a
    /// URL, because a query may hold a key.
    public String shown(Setting<?> setting) {
        String text = chosen.get(setting.name()).given().value();
        if (setting.secret()) {
            return text.isEmpty() ? "" : "***";
        }
        return QUERY.matcher(text.replaceAll("\\R+", ",")).replaceAll("$1?***");
    }
}
