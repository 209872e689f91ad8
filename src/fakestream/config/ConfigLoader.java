package fakestream.config;

import static fakestream.config.Setting.ALLOW_ENV_API_KEY;
import static fakestream.config.Setting.ALLOW_OPEN_RELAY;
import static fakestream.config.Setting.HOST;
import static fakestream.config.Setting.OPENAI_API_KEY;
import static fakestream.config.Setting.PROXY_API_KEYS;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// Reads all settings once. It continues after a problem, so that it finds all of them.
final class ConfigLoader {
    private static final Pattern LAST_NEWLINE = Pattern.compile("\r?\n\\z");

    private final Map<Setting<?>, Consumer<String>> checks;
    private final List<String> problems = new ArrayList<>();
    private final Map<Setting<?>, Given> given = new HashMap<>();
    private final SettingValues values = new SettingValues();

    ConfigLoader(Map<Setting<?>, Consumer<String>> checks) {
        this.checks = checks;
    }

    /// Reads and checks all settings.
    ///
    /// @throws ConfigException if a setting is wrong; it lists all problems
    void load(ConfigSources sources) throws ConfigException {
        Map<String, Given> file = sources.file().map(this::file).orElse(Map.of());
        Map<String, Given> environment = environment(sources.environment());
        Map<String, Given> flags = layer(known(sources.flags()));
        for (Setting<?> setting : Setting.ALL) {
            given.put(setting, choose(setting, List.of(flags, environment, file)));
            settle(setting);
        }
        crossCheck();
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
    }

    /// The chosen text and origin of each setting.
    Map<Setting<?>, Given> given() {
        return given;
    }

    SettingValues values() {
        return values;
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
        return layer(SettingNames.known().stream()
                .filter(environment::containsKey)
                .map(name -> new Given(name, environment.get(name), "environment"))
                .toList());
    }

    private List<Given> known(List<Given> all) {
        List<Given> known = new ArrayList<>();
        for (Given one : all) {
            if (SettingNames.known().contains(one.name())) {
                known.add(one);
            } else {
                problems.add(SettingNames.unknown(one));
            }
        }
        return known;
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

    private Given fallback(Setting<?> setting) {
        return setting.defaultFrom()
                .map(defaultFrom -> new Given(setting.name(), usable(defaultFrom), "default, as "
                        + defaultFrom))
                .orElseGet(() -> new Given(setting.name(), setting.fallback(), "default"));
    }

    /// The text of a setting earlier in the list, or its default if the text is wrong, so that one
    /// fault is reported once.
    private String usable(Setting<?> defaultFrom) {
        return values.get(defaultFrom).isPresent() ? given.get(defaultFrom).value()
                : defaultFrom.fallback();
    }

    private <T> void settle(Setting<T> setting) {
        Given source = given.get(setting);
        boolean own = source.name().equals(setting.name());
        try {
            String text = own ? source.value() : fileText(Path.of(source.value()));
            T value = setting.parse(text);
            if (!text.isEmpty() && checks.containsKey(setting)) {
                checks.get(setting).accept(text);
            }
            values.put(setting, value);
        } catch (IllegalArgumentException e) {
            problems.add(source.problem(e.getMessage()));
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
        boolean noKey = is(OPENAI_API_KEY, Optional::isEmpty);
        boolean anyoneMayUseIt = is(ALLOW_ENV_API_KEY, allowed -> allowed);
        if (noKey && is(PROXY_API_KEYS, keys -> !keys.isEmpty())) {
            wrong(PROXY_API_KEYS, "there is no key to send upstream, set OPENAI_API_KEY too");
        }
        if (noKey && anyoneMayUseIt) {
            wrong(ALLOW_ENV_API_KEY, "there is no key to use, set OPENAI_API_KEY too");
        }
        if (anyoneMayUseIt && is(HOST, host -> !Host.isLoopback(host))
                && is(PROXY_API_KEYS, List::isEmpty) && is(ALLOW_OPEN_RELAY, open -> !open)) {
            wrong(ALLOW_ENV_API_KEY, "anyone who reaches HOST " + given.get(HOST).value()
                    + " could spend OPENAI_API_KEY; set PROXY_API_KEYS, or HOST=127.0.0.1,"
                    + " or accept it with ALLOW_OPEN_RELAY=true");
        }
    }

    /// Whether the setting's value matches; a wrong setting has no value to cause more problems.
    private <T> boolean is(Setting<T> setting, Predicate<T> such) {
        return values.get(setting).filter(such).isPresent();
    }

    private void wrong(Setting<?> setting, String what) {
        problems.add(given.get(setting).problem(what));
    }
}
