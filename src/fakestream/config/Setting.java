package fakestream.config;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// A setting: its name, default, accepted values and meaning. The name is the same in the file, in
/// the environment and after `--set`. Each constant here defines one setting; tests compare help,
/// README's short table and `proxy.properties.example` with them.
///
/// @param <T> the type that [Config#get] returns for it
/// @param name the name, such as `HEARTBEAT_INTERVAL_MS`
/// @param fallback the text used if none is given; empty if the setting is then not set
/// @param meaning one line about its effect, with its range and unit
/// @param parser the value of a text, which is empty only if the default is empty; throws
///     IllegalArgumentException with a message for the operator if the text is wrong
/// @param secret whether the value must never be shown
/// @param fileTwin the name, such as `OPENAI_API_KEY_FILE`, that gives a file to read the value
///     from instead; empty for most settings
/// @param defaultFrom the earlier setting that supplies the value if this one has none of its own
public record Setting<T>(String name, String fallback, String meaning, Function<String, T> parser,
        boolean secret, Optional<String> fileTwin, Optional<Setting<T>> defaultFrom) {
    public static final Setting<String> HOST = of("HOST", "127.0.0.1", Host::parse,
            "address to listen on; 0.0.0.0 listens on every address of this machine");
    public static final Setting<Integer> PORT = integer("PORT", "3000", 0, 65535,
            "port to listen on; 0 picks a free one");
    public static final Setting<String> SOURCE_API_URL = of(
            "SOURCE_API_URL", "https://api.openai.com", ValueParser::url,
            "base URL of the upstream, to which /v1 is added if its path names no version "
            + "(/openai/v1 at Azure); or the full URL of one of its endpoints; either may have a "
            + "query");
    public static final Setting<List<Secret>> OPENAI_API_KEY = secretOrFile(
            "OPENAI_API_KEY", List.of(), ValueParser::keysOfUpstream,
            "the operator's key for the upstream; not needed if clients send their own; while the "
            + "upstream refuses or limits one of several, separated by commas, the next is used");
    public static final Setting<Boolean> ALLOW_ENV_API_KEY = flag("ALLOW_ENV_API_KEY",
            "true: a request without a key uses OPENAI_API_KEY");
    public static final Setting<List<Secret>> PROXY_API_KEYS = secretOrFile(
            "PROXY_API_KEYS", List.of(), ValueParser::keys,
            "keys that this proxy accepts from clients, separated by commas or new lines, each of "
            + "8 characters or more; a client that sends one uses OPENAI_API_KEY");
    public static final Setting<Boolean> ALLOW_OPEN_RELAY = flag("ALLOW_OPEN_RELAY",
            "true: start even if anyone who reaches HOST can spend OPENAI_API_KEY");
    public static final Setting<Optional<Secret>> UPSTREAM_EXTRA_HEADERS_JSON = secret(
            "UPSTREAM_EXTRA_HEADERS_JSON", Optional.empty(), text -> Optional.of(new Secret(text)),
            "headers to add to every request to SOURCE_API_URL and FALLBACK_API_URLS, as a JSON "
            + "object of strings",
            Optional.empty());
    public static final Setting<List<String>> FORWARD_HEADERS = of(
            "FORWARD_HEADERS", "", ValueParser::names,
            "more headers of a client that go to every upstream, a list such as X-User,X-Team-*");
    public static final Setting<Optional<Secret>> UPSTREAM_PROXY = secretOrFile(
            "UPSTREAM_PROXY", Optional.empty(),
            text -> Optional.of(new Secret(ValueParser.url(text))),
            "proxy on the way to every upstream, as http://user:password@host:port, in place of "
            + "the environment's HTTPS_PROXY, HTTP_PROXY and NO_PROXY; off ignores those");
    public static final Setting<List<X509Certificate>> UPSTREAM_CA_FILE = of(
            "UPSTREAM_CA_FILE", "", TextFile::certificates,
            "file with certificates in PEM form, trusted for upstreams beside the JDK's own");
    public static final Setting<List<String>> CORS_ALLOW_ORIGIN = of(
            "CORS_ALLOW_ORIGIN", "*", Origins::parse,
            "web pages that may call: *, or a list of origins such as https://chat.example.com");
    public static final Setting<Duration> HEARTBEAT_INTERVAL_MS = millis(
            "HEARTBEAT_INTERVAL_MS", "3000", 500, 60_000,
            "time between two heartbeats while the client waits");
    public static final Setting<HeartbeatStyle> HEARTBEAT_STYLE = choice(
            "HEARTBEAT_STYLE", "auto", HeartbeatStyle.class,
            "form of a heartbeat: the one that suits the client, an SSE comment, an empty chunk, "
            + "or none");
    public static final Setting<Duration> HEARTBEAT_DATA_AFTER_MS = millis(
            "HEARTBEAT_DATA_AFTER_MS", "600000", 0, 600_000,
            "in the style auto, the longest wait for a heartbeat that carries data; a kind of "
            + "client may have a shorter one");
    public static final Setting<Duration> COMMIT_AFTER_MS = millis(
            "COMMIT_AFTER_MS", "", 0, 600_000,
            "how long the status waits, so that an early failure keeps its own; 0 sends 200 at "
            + "once; if not set, HEARTBEAT_INTERVAL_MS")
            .orAs(HEARTBEAT_INTERVAL_MS);
    public static final Setting<Integer> CHUNK_TARGET_LENGTH = integer(
            "CHUNK_TARGET_LENGTH", "30", 1, 10_000,
            "about how many characters of text a content chunk has");
    public static final Setting<Duration> CHUNK_DELAY_MS = millis("CHUNK_DELAY_MS", "35", 0, 10_000,
            "pause between two chunks of an answer");
    public static final Setting<Duration> REPLAY_MAX_MS = millis(
            "REPLAY_MAX_MS", "10000", 0, 600_000,
            "longest time for sending a whole answer; its pauses shrink to fit; 0 is no limit");
    public static final Setting<StreamMode> STREAM_MODE = choice(
            "STREAM_MODE", "fake", StreamMode.class,
            "source of a stream: a whole answer, the upstream's stream, the upstream's stream if "
            + "it gives one, or a whole answer only if the request has tools");
    public static final Setting<List<ModelRule<StreamMode>>> STREAM_MODE_MODELS = of(
            "STREAM_MODE_MODELS", "", text -> ModelRule.parse(text, "MODE", word ->
                    ValueParser.oneOf(StreamMode.class, word)),
            "modes of single models, a list such as gpt-5*=fake,*=auto; the first match wins");
    public static final Setting<List<String>> STREAM_ONLY_MODELS = of(
            "STREAM_ONLY_MODELS", "", ValueParser::items,
            "models that the upstream only streams, a list of patterns such as qwq-*,qwen-omni*; "
            + "others are found by their refusals");
    public static final Setting<List<StreamMode>> MODEL_LIST_MODES = of(
            "MODEL_LIST_MODES", "", StreamMode::choices,
            "modes for which a list of models names each model once more, as in fake/NAME; a list "
            + "such as fake,real (fake, real, auto)");
    public static final Setting<Duration> UPSTREAM_CONNECT_TIMEOUT_MS = millis(
            "UPSTREAM_CONNECT_TIMEOUT_MS", "5000", 100, 120_000,
            "longest wait for a connection to the upstream");
    public static final Setting<Duration> UPSTREAM_FIRST_BYTE_TIMEOUT_MS = millis(
            "UPSTREAM_FIRST_BYTE_TIMEOUT_MS", "0", 0, 7_200_000,
            "longest wait for the head of an answer, except to a request that passes through; "
            + "then the next upstream is asked, and both answers may be paid for; 0 is off");
    public static final Setting<Duration> UPSTREAM_IDLE_TIMEOUT_MS = millis(
            "UPSTREAM_IDLE_TIMEOUT_MS", "60000", 1000, 3_600_000,
            "longest silence inside the body of the upstream's answer");
    public static final Setting<Duration> UPSTREAM_TIMEOUT_MS = millis(
            "UPSTREAM_TIMEOUT_MS", "600000", 1000, 7_200_000,
            "longest time for a whole upstream call");
    public static final Setting<Integer> RETRY_MAX = integer("RETRY_MAX", "2", 0, 10,
            "calls that a request may repeat after failures, before any part of an answer is sent");
    public static final Setting<List<String>> FALLBACK_API_URLS = of(
            "FALLBACK_API_URLS", "", ValueParser::urls,
            "base URLs to ask in this order if SOURCE_API_URL fails, separated by commas; they get "
            + "the same key, unlike FALLBACK_1_API_URL");
    public static final Setting<Optional<String>> FALLBACK_N_API_URL = of(
            "FALLBACK_n_API_URL", "", text -> Optional.of(text).filter(url -> !url.isEmpty())
                    .map(ValueParser::url),
            "base URL of another vendor, to ask after FALLBACK_API_URLS; n is 1 to 9");
    public static final Setting<List<Secret>> FALLBACK_N_API_KEY = secretOrFile(
            "FALLBACK_n_API_KEY", List.of(), ValueParser::keysOfUpstream,
            "its key, used instead of OPENAI_API_KEY, but never instead of a client's own key");
    public static final Setting<List<ModelRule<String>>> FALLBACK_N_MODELS = of(
            "FALLBACK_n_MODELS", "", text -> ModelRule.parse(text, "NAME", name -> name),
            "its names for models, a list such as gpt-5*=their/large,*=their/mini; the first match "
            + "wins, and a model without one keeps its name");
    public static final Setting<Optional<Secret>> FALLBACK_N_EXTRA_HEADERS_JSON = secret(
            "FALLBACK_n_EXTRA_HEADERS_JSON", Optional.empty(),
            text -> Optional.of(new Secret(text)),
            "headers to add to every request to it, as a JSON object of strings",
            Optional.empty());
    public static final Setting<Duration> IDEMPOTENCY_WINDOW_MS = millis(
            "IDEMPOTENCY_WINDOW_MS", "0", 0, 3_600_000,
            "how long a repeated request shares the first one's call and answer; 0 is off");
    public static final Setting<Boolean> PASS_THROUGH = of("PASS_THROUGH", "true",
            ValueParser::yesOrNo,
            "false: only streamed APIs and lists of models are served");
    public static final Setting<Duration> NONSTREAM_KEEPALIVE_MS = millis(
            "NONSTREAM_KEEPALIVE_MS", "0", 0, 600_000,
            "time between blank lines before a JSON answer, for requests that ask for no stream; "
            + "the first one commits the status 200; 0 is off");
    public static final Setting<Integer> MAX_BODY_BYTES = bytes("MAX_BODY_BYTES", "33554432",
            "largest request body; a larger one gets 413");
    public static final Setting<Integer> MAX_UPSTREAM_BYTES = bytes(
            "MAX_UPSTREAM_BYTES", "67108864",
            "largest upstream answer; a larger one becomes 502");
    public static final Setting<Integer> BODY_MEMORY_MIB = integer(
            "BODY_MEMORY_MIB", "0", 0, 1 << 20,
            "MiB of heap for the bodies of requests and answers; a body that does not fit waits; "
            + "0 is half of the heap");
    public static final Setting<Duration> CLIENT_READ_TIMEOUT_MS = millis(
            "CLIENT_READ_TIMEOUT_MS", "60000", 1000, 600_000,
            "longest wait for a request's head (then the connection closes), or for the next byte "
            + "of its body (then 408)");
    public static final Setting<Duration> CLIENT_WRITE_TIMEOUT_MS = millis(
            "CLIENT_WRITE_TIMEOUT_MS", "30000", 1000, 600_000,
            "a client that reads nothing for this long is cut off");
    public static final Setting<Integer> MAX_STREAMS = integer("MAX_STREAMS", "0", 0, 1_000_000,
            "requests served at once; one more gets 503; 0 is as many as memory and files allow");
    public static final Setting<Integer> RATE_LIMIT_PER_MINUTE = integer(
            "RATE_LIMIT_PER_MINUTE", "0", 0, 1_000_000,
            "requests per minute of one key, and also of one address if PROXY_API_KEYS is not set; "
            + "one more gets 429; 0 is no limit");
    public static final Setting<Boolean> TRUST_PROXY = flag("TRUST_PROXY",
            "true: the client's address is the last one in X-Forwarded-For");
    public static final Setting<String> BASE_PATH = of("BASE_PATH", "", ValueParser::path,
            "path that a proxy in front leaves before every path, such as /proxy; requests without "
            + "it are served too");
    public static final Setting<Duration> SHUTDOWN_GRACE_MS = millis(
            "SHUTDOWN_GRACE_MS", "30000", 0, 3_600_000,
            "how long open requests may go on after SIGTERM");
    public static final Setting<LogLevel> LOG_LEVEL = choice("LOG_LEVEL", "info", LogLevel.class,
            "how much is logged");
    public static final Setting<Boolean> DEBUG = flag("DEBUG",
            "true: the same as LOG_LEVEL=debug");
    public static final Setting<LogFormat> LOG_FORMAT = choice(
            "LOG_FORMAT", "auto", LogFormat.class,
            "format of the log; auto is journal if systemd's journal reads it, otherwise text");
    public static final Setting<AccessLogForm> ACCESS_LOG = choice(
            "ACCESS_LOG", "text", AccessLogForm.class,
            "format of the line that each finished request gets on standard output");
    public static final Setting<Boolean> METRICS = flag("METRICS",
            "true: /metrics shows figures for Prometheus to anyone who asks");
    public static final Setting<Boolean> TEST_PAGE = of("TEST_PAGE", "true", ValueParser::yesOrNo,
            "false: there is no test page at /");

    /// All settings, in the order of help and the example file.
    public static final List<Setting<?>> ALL = List.of(HOST, PORT, SOURCE_API_URL, OPENAI_API_KEY,
            ALLOW_ENV_API_KEY, PROXY_API_KEYS, ALLOW_OPEN_RELAY, UPSTREAM_EXTRA_HEADERS_JSON,
            FORWARD_HEADERS, UPSTREAM_PROXY, UPSTREAM_CA_FILE, CORS_ALLOW_ORIGIN,
            HEARTBEAT_INTERVAL_MS, HEARTBEAT_STYLE, HEARTBEAT_DATA_AFTER_MS, COMMIT_AFTER_MS,
            CHUNK_TARGET_LENGTH, CHUNK_DELAY_MS, REPLAY_MAX_MS, STREAM_MODE, STREAM_MODE_MODELS,
            STREAM_ONLY_MODELS, MODEL_LIST_MODES, UPSTREAM_CONNECT_TIMEOUT_MS,
            UPSTREAM_FIRST_BYTE_TIMEOUT_MS, UPSTREAM_IDLE_TIMEOUT_MS, UPSTREAM_TIMEOUT_MS,
            RETRY_MAX, FALLBACK_API_URLS, FALLBACK_N_API_URL, FALLBACK_N_API_KEY, FALLBACK_N_MODELS,
            FALLBACK_N_EXTRA_HEADERS_JSON, IDEMPOTENCY_WINDOW_MS, PASS_THROUGH,
            NONSTREAM_KEEPALIVE_MS, MAX_BODY_BYTES, MAX_UPSTREAM_BYTES, BODY_MEMORY_MIB,
            CLIENT_READ_TIMEOUT_MS, CLIENT_WRITE_TIMEOUT_MS, MAX_STREAMS, RATE_LIMIT_PER_MINUTE,
            TRUST_PROXY, BASE_PATH, SHUTDOWN_GRACE_MS, LOG_LEVEL, DEBUG, LOG_FORMAT, ACCESS_LOG,
            METRICS, TEST_PAGE);

    /// The highest number in the name of a setting, as in `FALLBACK_9_API_URL`.
    public static final int MOST_NUMBERED = 9;

    private static final String NUMBER = "_n_";

    /// All settings; one whose name has `n` for a number comes once for each number.
    static final List<Setting<?>> EACH = ALL.stream().<Setting<?>>flatMap(setting ->
            setting.name.contains(NUMBER) ? IntStream.rangeClosed(1, MOST_NUMBERED)
                    .mapToObj(setting::numbered) : Stream.of(setting)).toList();

    /// The setting whose name has this number, from 1 to [#MOST_NUMBERED].
    public Setting<T> numbered(int number) {
        UnaryOperator<String> named = text -> text.replace(NUMBER, "_" + number + "_");
        return new Setting<>(named.apply(name), fallback, meaning, parser, secret,
                fileTwin.map(named), defaultFrom);
    }

    /// The name with `n` for its number, if it has one.
    String form() {
        return name.replaceFirst("_[1-9]_", NUMBER);
    }

    /// The name.
    @Override
    public String toString() {
        return name;
    }

    private Setting<T> orAs(Setting<T> other) {
        return new Setting<>(name, fallback, meaning, parser, secret, fileTwin, Optional.of(other));
    }

    private static <T> Setting<T> of(
            String name, String fallback, Function<String, T> parser, String meaning) {
        return new Setting<>(
                name, fallback, meaning, parser, false, Optional.empty(), Optional.empty());
    }

    private static Setting<Integer> integer(
            String name, String fallback, int min, int max, String meaning) {
        return of(name, fallback, text -> ValueParser.wholeNumber(text, min, max),
                meaning + " (" + min + ".." + max + ")");
    }

    private static Setting<Integer> bytes(String name, String fallback, String meaning) {
        int min = 1 << 10;
        int max = 1 << 30;
        return of(name, fallback, text -> ValueParser.wholeNumber(text, min, max),
                meaning + " (" + min + ".." + max + " bytes)");
    }

    private static Setting<Duration> millis(
            String name, String fallback, int min, int max, String meaning) {
        return of(name, fallback,
                text -> Duration.ofMillis(ValueParser.wholeNumber(text, min, max)),
                meaning + " (" + min + ".." + max + " ms)");
    }

    private static Setting<Boolean> flag(String name, String meaning) {
        return of(name, "false", ValueParser::yesOrNo, meaning);
    }

    private static <E extends Enum<E>> Setting<E> choice(
            String name, String fallback, Class<E> type, String meaning) {
        return of(name, fallback, text -> ValueParser.oneOf(type, text),
                meaning + " (" + ValueParser.words(type) + ")");
    }

    private static <T> Setting<T> secretOrFile(
            String name, T none, Function<String, T> parser, String meaning) {
        var twin = name + "_FILE";
        return secret(name, none, parser, meaning + " (or " + twin + ": a file that holds it)",
                Optional.of(twin));
    }

    private static <T> Setting<T> secret(String name, T none, Function<String, T> parser,
            String meaning, Optional<String> fileTwin) {
        return new Setting<>(name, "", meaning, text -> text.isEmpty() ? none : parser.apply(text),
                true, fileTwin, Optional.empty());
    }
}
