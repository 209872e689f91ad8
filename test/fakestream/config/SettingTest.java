package fakestream.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class SettingTest {
    private static final String DEFAULTS = """
            HOST=127.0.0.1
            PORT=3000
            SOURCE_API_URL=https://api.openai.com
            OPENAI_API_KEY=
            ALLOW_ENV_API_KEY=false
            PROXY_API_KEYS=
            ALLOW_OPEN_RELAY=false
            UPSTREAM_EXTRA_HEADERS_JSON=
            FORWARD_HEADERS=
            UPSTREAM_PROXY=
            UPSTREAM_CA_FILE=
            CORS_ALLOW_ORIGIN=*
            HEARTBEAT_INTERVAL_MS=3000
            HEARTBEAT_STYLE=auto
            HEARTBEAT_DATA_AFTER_MS=600000
            COMMIT_AFTER_MS=
            CHUNK_TARGET_LENGTH=30
            CHUNK_DELAY_MS=35
            REPLAY_MAX_MS=10000
            STREAM_MODE=fake
            STREAM_MODE_MODELS=
            STREAM_ONLY_MODELS=
            MODEL_LIST_MODES=
            UPSTREAM_CONNECT_TIMEOUT_MS=5000
            UPSTREAM_FIRST_BYTE_TIMEOUT_MS=0
            UPSTREAM_IDLE_TIMEOUT_MS=60000
            UPSTREAM_TIMEOUT_MS=600000
            RETRY_MAX=2
            FALLBACK_API_URLS=
            FALLBACK_n_API_URL=
            FALLBACK_n_API_KEY=
            FALLBACK_n_MODELS=
            FALLBACK_n_EXTRA_HEADERS_JSON=
            IDEMPOTENCY_WINDOW_MS=0
            PASS_THROUGH=true
            NONSTREAM_KEEPALIVE_MS=0
            MAX_BODY_BYTES=33554432
            MAX_UPSTREAM_BYTES=67108864
            BODY_MEMORY_MIB=0
            CLIENT_READ_TIMEOUT_MS=60000
            CLIENT_WRITE_TIMEOUT_MS=30000
            MAX_STREAMS=0
            RATE_LIMIT_PER_MINUTE=0
            TRUST_PROXY=false
            BASE_PATH=
            SHUTDOWN_GRACE_MS=30000
            LOG_LEVEL=info
            DEBUG=false
            LOG_FORMAT=auto
            ACCESS_LOG=text
            METRICS=false
            TEST_PAGE=true
            """;

    @Test
    void listsEveryConstantInSourceOrder() throws IllegalAccessException {
        List<Object> constants = new ArrayList<>();
        for (Field field : Setting.class.getFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.getType() == Setting.class) {
                constants.add(field.get(null));
                assertEquals(field.getName(),
                        ((Setting<?>) field.get(null)).name().replace("_n_", "_N_"));
            }
        }
        assertEquals(constants, Setting.ALL);
    }

    @Test
    void hasTheDefaultsOfTheDesign() {
        assertEquals(DEFAULTS, lines(Setting.ALL));
    }

    @Test
    void saysItsMeaningInOneLine() {
        for (Setting<?> setting : Setting.ALL) {
            assertFalse(setting.meaning().isBlank(), setting.name());
            assertEquals(1, setting.meaning().lines().count(), setting.name());
        }
    }

    @Test
    void saysItsRangeAndUnit() {
        assertTrue(Setting.PORT.meaning().endsWith("(0..65535)"));
        assertTrue(Setting.HEARTBEAT_INTERVAL_MS.meaning().endsWith("(500..60000 ms)"));
        assertTrue(Setting.MAX_BODY_BYTES.meaning().endsWith("(1024..1073741824 bytes)"));
        assertTrue(Setting.LOG_LEVEL.meaning().endsWith("(error, warn, info, debug)"));
    }

    @Test
    void keepsKeysHeadersAndPasswordsSecret() {
        assertEquals(List.of(Setting.OPENAI_API_KEY, Setting.PROXY_API_KEYS,
                        Setting.UPSTREAM_EXTRA_HEADERS_JSON, Setting.UPSTREAM_PROXY,
                        Setting.FALLBACK_N_API_KEY, Setting.FALLBACK_N_EXTRA_HEADERS_JSON),
                Setting.ALL.stream().filter(Setting::secret).toList());
    }

    @Test
    void hasAFileTwinForTheKeysAndThePassword() {
        assertEquals(List.of("OPENAI_API_KEY_FILE", "PROXY_API_KEYS_FILE", "UPSTREAM_PROXY_FILE",
                        "FALLBACK_n_API_KEY_FILE"),
                Setting.ALL.stream().map(Setting::fileTwin).flatMap(Optional::stream).toList());
        assertTrue(Setting.OPENAI_API_KEY.meaning().contains("OPENAI_API_KEY_FILE"));
        assertTrue(Setting.PROXY_API_KEYS.meaning().contains("PROXY_API_KEYS_FILE"));
    }

    @Test
    void makesOneRowOfATableForEachSetting() {
        List<String> rows = SettingsTable.markdownRows().lines().toList();
        assertEquals(Setting.ALL.size(), rows.size());
        assertEquals("| `PORT` | `3000` | " + Setting.PORT.meaning() + " |", rows.get(1));
        assertTrue(rows.get(3).startsWith("| `OPENAI_API_KEY` | - | "), rows.get(3));
    }

    private static String lines(List<Setting<?>> settings) {
        StringBuilder lines = new StringBuilder();
        settings.forEach(setting ->
                lines.append(setting.name()).append('=').append(setting.fallback()).append('\n'));
        return lines.toString();
    }
}
