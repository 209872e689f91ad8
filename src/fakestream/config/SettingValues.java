package fakestream.config;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// One value for each setting that has one, of the type that the setting names.
final class SettingValues {
    private final Map<Setting<?>, Object> values = new HashMap<>();

    <T> void put(Setting<T> setting, T value) {
        values.put(setting, value);
    }

    @SuppressWarnings("unchecked") // put lets nothing in but the setting's own type
    <T> Optional<T> get(Setting<T> setting) {
        return Optional.ofNullable((T) values.get(setting));
    }
}
