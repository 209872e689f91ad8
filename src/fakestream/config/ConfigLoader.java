package fakestream.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Reads all settings once. It continues after a problem, so that it finds all of them.
final class ConfigLoader {
    private static final Pattern LAST_NEWLINE = Pattern.compile("\r?\n\\z");

    private final Map<String, Consumer<String>> checks;
    private final List<String> problems = new ArrayList<>();
    private final Map<String, Chosen> chosen = new HashMap<>();

    /// The text of a setting from its strongest source.
    ///
    /// @param value the setting's value; null if the text is wrong
    record Chosen(Given given, Object value) {
    }

    ConfigLoader(Map<String, Consumer<String>> checks) {
        this.checks = checks;
    }

    /// Reads and checks all settings; gives each by its name.
    ///
    /// @throws ConfigException if a setting is wrong; it lists all problems
    Map<String, Chosen> load(ConfigSources sources) throws ConfigException {
        Map<String, Given> file = sources.file().map(this::file).orElse(Map.of());
        Map<String, Given> environment = environment(sources.environment());
        Map<String, Given> flags = layer(known(sources.flags()));
        for (var setting : Setting.EACH) {
            var given = choose(setting, List.of(flags, environment, file));
            chosen.put(setting.name(), new Chosen(given, value(setting, given)));
        }
        crossCheck();
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return Map.copyOf(chosen);
    }

    private Map<String, Given> file(Path path) {
        List<Given> all = known(ConfigFile.read(path, problems));
        Map<String, Given> first = new HashMap<>();
        for (Given one : all) {
            Given before = first.putIfAbsent(one.name(), one);
            if (before != null) {
                problems.add(one.problem("given twice, first at " + before.origin()));
            }
        }
        return layer(all);
    }

    /// The settings in the environment; its other names belong to other programs.
    private static Map<String, Given> environment(Map<String, String> environment) {
        return layer(SettingNames.KNOWN.stream().filter(environment::containsKey)
                .map(name -> new Given(name, environment.get(name), "environment")).toList());
    }

    private List<Given> known(List<Given> all) {
        var known = all.stream().collect(Collectors.partitioningBy(
                one -> SettingNames.KNOWN.contains(one.name())));
        known.get(false).forEach(one -> problems.add(SettingNames.unknown(one)));
        return known.get(true);
    }

    /// The settings of one source by name; the later of two wins, and an empty value means not set.
    private static Map<String, Given> layer(List<Given> all) {
        Map<String, Given> layer = new HashMap<>();
        all.forEach(one -> layer.put(one.name(), one));
        layer.values().removeIf(one -> one.value().isEmpty());
        return layer;
    }

    /// The text from the strongest source that gives the setting or its file twin.
    private Given choose(Setting<?> setting, List<Map<String, Given>> strongestFirst) {
        for (Map<String, Given> layer : strongestFirst) {
            Given own = layer.get(setting.name());
            Given twin = setting.fileTwin().map(layer::get).orElse(null);
            if (own != null && twin != null) {
                problems.add(own.problem(twin.name() + " is set as well, keep one of them"));
            }
            if (own != null || twin != null) {
                return own != null ? own : twin;
            }
        }
        return fallback(setting);
    }

    /// The default. If it is the text of another setting and that text is wrong, it is the other
    /// one's default, so that one fault is reported once.
    private Given fallback(Setting<?> setting) {
        if (setting.defaultFrom().isEmpty()) {
            return new Given(setting.name(), setting.fallback(), "default");
        }
        var other = setting.defaultFrom().get();
        var text = chosen.get(other.name()).value() == null ? other.fallback()
                : chosen.get(other.name()).given().value();
        return new Given(setting.name(), text, "default, as " + other);
    }

    private Object value(Setting<?> setting, Given given) {
        var own = given.name().equals(setting.name());
        try {
            var text = own ? given.value() : fileText(Path.of(given.value()));
            var value = setting.parser().apply(text);
            if (!text.isEmpty() && checks.containsKey(setting.form())) {
                checks.get(setting.form()).accept(text);
            }
            return value;
        } catch (IllegalArgumentException e) {
            problems.add(given.problem(e.getMessage()));
            return null;
        }
    }

    private static String fileText(Path path) {
        String text = LAST_NEWLINE.matcher(TextFile.read(path)).replaceFirst("");
        if (text.isBlank()) {
            throw new IllegalArgumentException(path + " is empty");
        }
        return text;
    }

    private void crossCheck() {
        var noKey = is(Setting.OPENAI_API_KEY, List::isEmpty);
        for (int i = 1; i <= Setting.MOST_NUMBERED; i++) {
            checkFallback(i);
        }
        var anyoneMayUseIt = is(Setting.ALLOW_ENV_API_KEY, allowed -> allowed);
        if (noKey && is(Setting.PROXY_API_KEYS, keys -> !keys.isEmpty())) {
            wrong(Setting.PROXY_API_KEYS,
                    "there is no key to send upstream, set OPENAI_API_KEY too");
        }
        if (noKey && anyoneMayUseIt) {
            wrong(Setting.ALLOW_ENV_API_KEY, "there is no key to use, set OPENAI_API_KEY too");
        }
        if (anyoneMayUseIt && is(Setting.HOST, host -> !Host.isLoopback(host))
                && is(Setting.PROXY_API_KEYS, List::isEmpty)
                && is(Setting.ALLOW_OPEN_RELAY, open -> !open)) {
            wrong(Setting.ALLOW_ENV_API_KEY, "anyone who reaches HOST "
                    + chosen.get(Setting.HOST.name()).given().value()
                    + " could spend OPENAI_API_KEY; set PROXY_API_KEYS, or HOST=127.0.0.1,"
                    + " or accept it with ALLOW_OPEN_RELAY=true");
        }
    }

    private void checkFallback(int number) {
        var url = Setting.FALLBACK_N_API_URL.numbered(number);
        Stream.of(Setting.FALLBACK_N_API_KEY, Setting.FALLBACK_N_MODELS,
                        Setting.FALLBACK_N_EXTRA_HEADERS_JSON)
                .map(setting -> setting.numbered(number))
                .filter(setting -> !chosen.get(setting.name()).given().value().isEmpty())
                .filter(_ -> chosen.get(url.name()).given().value().isEmpty())
                .forEach(setting -> wrong(setting, "there is no upstream for it, set " + url
                        + " too"));
    }

    /// Whether the setting's value matches; a wrong setting has no value to cause more problems.
    @SuppressWarnings("unchecked") // a setting's own parser made its value
    private <T> boolean is(Setting<T> setting, Predicate<T> wanted) {
        var value = (T) chosen.get(setting.name()).value();
        return value != null && wanted.test(value);
    }

    private void wrong(Setting<?> setting, String what) {
        problems.add(chosen.get(setting.name()).given().problem(what));
    }
}
