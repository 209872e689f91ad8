package fakestream.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// A setting: its name, default, accepted values and meaning. The name is the same in the file, in
/// the environment and after `--set`. Each constant here defines one setting; tests compare help,
/// README's short table and `proxy.properties.example` with them.
///
/// @param <T> the type that [Config#get] returns for it
public final class Setting<T> {
    public static final Setting<String> HOST = of("HOST", "127.0.0.1", Host::parse,
            "address to listen on; 0.0.0.0 is every address of this machine");
    public static final Setting<Integer> PORT = integer("PORT", "3000", 0, 65535,
            "port to listen on; 0 picks a free one");
    public static final Setting<String> SOURCE_API_URL = of(
            "SOURCE_API_URL", "https://api.openai.com", Values::url,
            "base URL of the upstream, to which /v1 is added where its path names no version; or "
            + "one of its endpoints as it stands; with a query where it wants one");
    public static final Setting<Optional<Secret>> OPENAI_API_KEY = secret(
            "OPENAI_API_KEY", Values::key,
            "the operator's own key for the upstream; not needed where clients bring theirs")
            .orFromFile();
    public static final Setting<Boolean> ALLOW_ENV_API_KEY = flag("ALLOW_ENV_API_KEY",
            "true: a request without a key uses OPENAI_API_KEY");
    public static final Setting<List<Secret>> PROXY_API_KEYS = secrets("PROXY_API_KEYS",
            "keys that this proxy asks its clients for, a list split by commas or new lines, each "
            + "of 8 characters or more; a client with one of them uses OPENAI_API_KEY")
            .orFromFile();
    public static final Setting<Boolean> ALLOW_OPEN_RELAY = flag("ALLOW_OPEN_RELAY",
            "true: start although anyone who reaches HOST could spend OPENAI_API_KEY");
    public static final Setting<Optional<Secret>> UPSTREAM_EXTRA_HEADERS_JSON = secret(
            "UPSTREAM_EXTRA_HEADERS_JSON", Secret::new,
            "headers to add to every upstream request, a JSON object of strings");
    public static final Setting<List<String>> CORS_ALLOW_ORIGIN = of(
            "CORS_ALLOW_ORIGIN", "*", Origins::parse,
            "web pages that may call: *, or a list of origins such as https://chat.example.com");
    public static final Setting<Duration> HEARTBEAT_INTERVAL_MS = millis(
            "HEARTBEAT_INTERVAL_MS", "3000", 500, 60_000,
            "time between two heartbeats while the client waits");
    public static final Setting<HeartbeatStyle> HEARTBEAT_STYLE = choice(
            "HEARTBEAT_STYLE", "auto", HeartbeatStyle.class,
            "what a heartbeat is: what the client at hand counts, an SSE comment, an empty chunk, "
            + "or nothing");
    public static final Setting<Duration> HEARTBEAT_DATA_AFTER_MS = millis(
            "HEARTBEAT_DATA_AFTER_MS", "600000", 0, 600_000,
            "in the style auto, the longest wait for a heartbeat that carries data, where the "
            + "client's own clock does not ask for it sooner");
    public static final Setting<Duration> COMMIT_AFTER_MS = millis(
            "COMMIT_AFTER_MS", "", 0, 600_000,
            "how long an early failure can keep its own status; 0 commits at once; "
            + "not set: as HEARTBEAT_INTERVAL_MS")
            .orAs(HEARTBEAT_INTERVAL_MS);
    public static final Setting<Integer> CHUNK_TARGET_LENGTH = integer(
            "CHUNK_TARGET_LENGTH", "30", 1, 10_000,
            "characters of text in a content chunk");
    public static final Setting<Duration> CHUNK_DELAY_MS = millis(
            "CHUNK_DELAY_MS", "35", 0, 10_000,
            "pause between two chunks of an answer");
    public static final Setting<Duration> REPLAY_MAX_MS = millis(
            "REPLAY_MAX_MS", "10000", 0, 600_000,
            "the whole answer is told in this time, the pause shrinks to fit; 0 is no cap");
    public static final Setting<StreamMode> STREAM_MODE = choice(
            "STREAM_MODE", "fake", StreamMode.class,
            "how a stream is got: from a whole answer, from the upstream's own, from that where it "
            + "can, or from a whole answer only where the request has tools");
    public static final Setting<List<ModelMode>> STREAM_MODE_MODELS = of(
            "STREAM_MODE_MODELS", "", ModelMode::parse,
            "modes of single models, a list such as gpt-5*=fake,*=auto; the first match wins");
    public static final Setting<Duration> UPSTREAM_CONNECT_TIMEOUT_MS = millis(
            "UPSTREAM_CONNECT_TIMEOUT_MS", "5000", 100, 120_000,
            "longest wait for a connection to the upstream");
    public static final Setting<Duration> UPSTREAM_IDLE_TIMEOUT_MS = millis(
            "UPSTREAM_IDLE_TIMEOUT_MS", "60000", 1000, 3_600_000,
            "longest silence inside the body of the upstream's answer");
    public static final Setting<Duration> UPSTREAM_TIMEOUT_MS = millis(
            "UPSTREAM_TIMEOUT_MS", "600000", 1000, 7_200_000,
            "longest time for a whole upstream call");
    public static final Setting<Integer> RETRY_MAX = integer("RETRY_MAX", "2", 0, 10,
            "how many failed calls a request may make again before anything of an answer is out");
    public static final Setting<List<String>> FALLBACK_API_URLS = of(
            "FALLBACK_API_URLS", "", Values::urls,
            "base URLs to ask in this order where SOURCE_API_URL fails, a list split by commas");
    public static final Setting<Duration> IDEMPOTENCY_WINDOW_MS = millis(
            "IDEMPOTENCY_WINDOW_MS", "0", 0, 3_600_000,
            "how long a call can be joined by the same request made again; 0 is off");
    public static final Setting<Boolean> PASS_THROUGH = of("PASS_THROUGH", "true",
            Values::yesOrNo, "false: what is not told as a stream under /v1/ and /v1beta/ is 404");
    public static final Setting<Duration> NONSTREAM_KEEPALIVE_MS = millis(
            "NONSTREAM_KEEPALIVE_MS", "0", 0, 600_000,
            "time between blank lines before a JSON answer that is no stream, for clients that may "
            + "get nothing but JSON; the first commits 200; 0 is off");
    public static final Setting<Integer> MAX_BODY_BYTES = bytes("MAX_BODY_BYTES", "33554432",
            "largest request body; 413 beyond");
    public static final Setting<Integer> MAX_UPSTREAM_BYTES = bytes(
            "MAX_UPSTREAM_BYTES", "67108864",
            "largest upstream answer; 502 beyond");
    public static final Setting<Integer> BODY_MEMORY_MIB = integer(
            "BODY_MEMORY_MIB", "0", 0, 1 << 20,
            "MiB of heap that requests and answers may fill at once, what does not fit waits for "
            + "its turn; 0 is half of the heap");
    public static final Setting<Duration> CLIENT_READ_TIMEOUT_MS = millis(
            "CLIENT_READ_TIMEOUT_MS", "60000", 1000, 600_000,
            "longest wait for a request's head, or for the next byte of its body; 408 beyond");
    public static final Setting<Duration> CLIENT_WRITE_TIMEOUT_MS = millis(
            "CLIENT_WRITE_TIMEOUT_MS", "30000", 1000, 600_000,
            "a client that reads nothing for so long is cut off");
    public static final Setting<Integer> MAX_STREAMS = integer("MAX_STREAMS", "0", 0, 1_000_000,
            "requests served at once, 503 beyond; 0 is as many as memory and open files allow");
    public static final Setting<Integer> RATE_LIMIT_PER_MINUTE = integer(
            "RATE_LIMIT_PER_MINUTE", "0", 0, 1_000_000,
            "requests of one key, and of one address where no PROXY_API_KEYS prove the keys, in a "
            + "minute, 429 beyond; 0 is no limit");
    public static final Setting<Boolean> TRUST_PROXY = flag("TRUST_PROXY",
            "true: the client's address is the last one of X-Forwarded-For");
    public static final Setting<Duration> SHUTDOWN_GRACE_MS = millis(
            "SHUTDOWN_GRACE_MS", "30000", 0, 3_600_000,
            "how long open requests may go on after SIGTERM");
    public static final Setting<LogLevel> LOG_LEVEL = choice(
            "LOG_LEVEL", "info", LogLevel.class,
            "how much is logged");
    public static final Setting<Boolean> DEBUG = flag("DEBUG",
            "true: the same as LOG_LEVEL=debug");
    public static final Setting<LogFormat> LOG_FORMAT = choice(
            "LOG_FORMAT", "auto", LogFormat.class,
            "what the log looks like; auto is journal where systemd's journal reads it, else text");
    public static final Setting<AccessLog> ACCESS_LOG = choice(
            "ACCESS_LOG", "text", AccessLog.class,
            "what the line on standard output looks like that each request has");
    public static final Setting<Boolean> METRICS = flag("METRICS",
            "true: /metrics shows figures for Prometheus to anyone who asks");
    public static final Setting<Boolean> TEST_PAGE = of("TEST_PAGE", "true", Values::yesOrNo,
            "false: there is no test page at /");

    /// All settings, in the order of help and the example file.
    public static final List<Setting<?>> ALL = List.of(HOST, PORT, SOURCE_API_URL, OPENAI_API_KEY,
            ALLOW_ENV_API_KEY, PROXY_API_KEYS, ALLOW_OPEN_RELAY, UPSTREAM_EXTRA_HEADERS_JSON,
            CORS_ALLOW_ORIGIN, HEARTBEAT_INTERVAL_MS, HEARTBEAT_STYLE, HEARTBEAT_DATA_AFTER_MS,
            COMMIT_AFTER_MS, CHUNK_TARGET_LENGTH, CHUNK_DELAY_MS, REPLAY_MAX_MS, STREAM_MODE,
            STREAM_MODE_MODELS,
            UPSTREAM_CONNECT_TIMEOUT_MS, UPSTREAM_IDLE_TIMEOUT_MS, UPSTREAM_TIMEOUT_MS,
            RETRY_MAX, FALLBACK_API_URLS, IDEMPOTENCY_WINDOW_MS, PASS_THROUGH,
            NONSTREAM_KEEPALIVE_MS, MAX_BODY_BYTES, MAX_UPSTREAM_BYTES, BODY_MEMORY_MIB,
            CLIENT_READ_TIMEOUT_MS, CLIENT_WRITE_TIMEOUT_MS, MAX_STREAMS, RATE_LIMIT_PER_MINUTE,
            TRUST_PROXY, SHUTDOWN_GRACE_MS, LOG_LEVEL, DEBUG, LOG_FORMAT, ACCESS_LOG, METRICS,
            TEST_PAGE);

    private final String name;
    private final String fallback;
    private final String meaning;
    private final Function<String, T> parser;
    private final boolean secret;
    private final Optional<String> fileTwin;
    private final Optional<Setting<T>> defaultFrom;

    private Setting(String name, String fallback, String meaning, Function<String, T> parser,
            boolean secret, Optional<String> fileTwin, Optional<Setting<T>> defaultFrom) {
        this.name = name;
        this.fallback = fallback;
        this.meaning = meaning;
        this.parser = parser;
        this.secret = secret;
        this.fileTwin = fileTwin;
        this.defaultFrom = defaultFrom;
    }

    /// The name, such as `HEARTBEAT_INTERVAL_MS`.
    public String name() {
        return name;
    }

    /// The text used if none is given; empty if the setting is then not set.
    public String fallback() {
        return fallback;
    }

    /// One line about its effect, with its range and unit.
    public String meaning() {
        return meaning;
    }

    /// Whether the value must never be shown.
    public boolean secret() {
        return secret;
    }

    /// The name, such as `OPENAI_API_KEY_FILE`, that gives a file to read the value from instead;
    /// empty for most settings.
    public Optional<String> fileTwin() {
        return fileTwin;
    }

    /// The name.
    @Override
    public String toString() {
        return name;
    }

    /// The setting that supplies the value if this one has none of its own.
    Optional<Setting<T>> defaultFrom() {
        return defaultFrom;
    }

    /// The value of a text; the text is empty only if the default is empty.
    ///
    /// @throws IllegalArgumentException if the text is wrong; the message says how
    T parse(String text) {
        return parser.apply(text);
    }

    private Setting<T> orFromFile() {
        String twin = name + "_FILE";
        String both = meaning + " (or " + twin + ": a file that holds it)";
        return new Setting<>(name, fallback, both, parser, secret, Optional.of(twin), defaultFrom);
    }

    private Setting<T> orAs(Setting<T> other) {
        return new Setting<>(
                name, fallback, meaning, parser, secret, fileTwin, Optional.of(other));
    }

    private static <T> Setting<T> of(
            String name, String fallback, Function<String, T> parser, String meaning) {
        return new Setting<>(
                name, fallback, meaning, parser, false, Optional.empty(), Optional.empty());
    }

    private static Setting<Integer> integer(
            String name, String fallback, int min, int max, String meaning) {
        return of(name, fallback, text -> Values.wholeNumber(text, min, max),
                meaning + " (" + min + ".." + max + ")");
    }

    private static Setting<Integer> bytes(String name, String fallback, String meaning) {
        int min = 1 << 10;
        int max = 1 << 30;
        return of(name, fallback, text -> Values.wholeNumber(text, min, max),
                meaning + " (" + min + ".." + max + " bytes)");
    }

    private static Setting<Duration> millis(
            String name, String fallback, int min, int max, String meaning) {
        return of(name, fallback, text -> Duration.ofMillis(Values.wholeNumber(text, min, max)),
                meaning + " (" + min + ".." + max + " ms)");
    }

    private static Setting<Boolean> flag(String name, String meaning) {
        return of(name, "false", Values::yesOrNo, meaning);
    }

    private static <E extends Enum<E>> Setting<E> choice(
            String name, String fallback, Class<E> type, String meaning) {
        return of(name, fallback, text -> Values.oneOf(type, text),
                meaning + " (" + Values.words(type) + ")");
    }

    private static Setting<Optional<Secret>> secret(
            String name, Function<String, Secret> parser, String meaning) {
        return new Setting<>(name, "", meaning,
                text -> text.isEmpty() ? Optional.empty() : Optional.of(parser.apply(text)),
                true, Optional.empty(), Optional.empty());
    }

    private static Setting<List<Secret>> secrets(String name, String meaning) {
        return new Setting<>(name, "", meaning,
                text -> text.isEmpty() ? List.of() : Values.keys(text),
                true, Optional.empty(), Optional.empty());
    }
}
