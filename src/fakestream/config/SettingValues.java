package fakestream.config;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// The values of the settings that have one; each has its setting's type.
final class SettingValues {
    private final Map<Setting<?>, Object> values = new HashMap<>();

    <T> void put(Setting<T> setting, T value) {
        values.put(setting, value);
    }

    @SuppressWarnings("unchecked") // put accepts only the setting's own type
    <T> Optional<T> get(Setting<T> setting) {
        return Optional.ofNullable((T) values.get(setting));
    }
}
