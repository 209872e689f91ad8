package fakestream.protocol;

import static fakestream.protocol.ClientProfile.Need.BLANK_LINES;
import static fakestream.protocol.ClientProfile.Need.CLEAN_END;
import static fakestream.protocol.ClientProfile.Need.NO_UNASKED_USAGE;
import static fakestream.protocol.ClientProfile.Need.USAGE_IN_X_GROQ;
import static fakestream.protocol.ClientProfile.named;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/// The known clients, recognised by their requests. A new client needs an entry here and one in the
/// test; the first entry that fits counts. Each comment gives the source of the client's timeout:
/// tried with the client, read in its code, or taken from its issues.
///
/// A heartbeat with data has a cost. In chat completions and legacy completions it names the
/// stream, so the answer's own id is lost. In messages the id is lost too, with everything that
/// only `message_start` carries, such as a vendor's fields. In responses it costs nothing, but some
/// clients throw at any event before `response.created`. In Gemini it always leaves a trace.
public final class ClientTable {
    private static final List<Line> LINES = List.of(
            // Codex 0.171, tried: its timeout is 300 s or its user's own, from the first second on;
            // any event with data resets it. It reads a failure to the end of the stream: if the
            // connection breaks off there, it asks five more times and shows nothing.
            new Line("responses", "originator", "(?i)codex.*",
                    named("codex").dataAfter(0).needing(CLEAN_END)),
            // openai-node 6.49 and 7.59, tried: `.stream()` throws at any event before
            // `response.created`; `create({stream: true})` does not.
            new Line("responses", "X-Stainless-Helper-Method", "stream",
                    named("openai-node-stream")),
            // openai-python, read: `responses.stream()` throws likewise; its requests have no mark.
            new Line("responses", "X-Stainless-Lang", "python", named("openai-python")),
            // @ai-sdk/xai 3.0.138 and 5.0.12, tried: each event that it does not know becomes an
            // error. The AI SDK's providers put a slash in their names up to ai 6, and a hyphen
            // since ai 7.
            new Line("responses", "User-Agent", ".*\\bai-sdk[/-]xai/.*", named("ai-sdk-xai")),
            // Claude Code 2.1.197, tried: 300 s. A `message_delta` resets it; a ping and
            // `message_start` do not.
            new Line("messages", "User-Agent", "claude-cli/.*",
                    named("claude-code").dataAfter(240)),
            // SillyTavern 1.19, tried: its server names only its HTTP library. It passes a stream
            // on and ends its own only at a clean end; the chat hangs if the connection breaks off.
            // It counts bytes.
            new Line("messages", "User-Agent", "node-fetch",
                    named("sillytavern-claude").dataAfter(240).needing(CLEAN_END)),
            new Line("gemini", "User-Agent", "node-fetch",
                    named("sillytavern-google").headersWithin(50).needing(CLEAN_END)),
            new Line("", "User-Agent", "node-fetch",
                    named("sillytavern").dataAfter(240).needing(CLEAN_END)),
            // @ai-sdk/anthropic 3.0.140 and 4.0.105, tried: its user's `firstChunkMs` runs from the
            // first event that is no ping, and only text resets it.
            new Line("messages", "User-Agent", ".*\\bai-sdk[/-]anthropic/.*",
                    named("ai-sdk-anthropic").headersWithin(280)),
            // Anthropic's SDKs skip pings before a program sees them. A program with a timeout of
            // its own, such as OpenClaw, therefore counts as Claude Code does.
            new Line("messages", "", "", named("messages").dataAfter(240)),
            // Gemini CLI, read: 60 s to the headers. Every client of this API counts bytes.
            new Line("gemini", "", "", named("gemini").headersWithin(50)),
            // Every client of this API counts bytes; a program may take any event for an image.
            // Node's fetch waits 300 s for the headers.
            new Line("images", "", "", named("images").headersWithin(280)),
            // openai-java 4.101, tried: if a chunk has usage, its accumulator reads nothing else in
            // it, so it misses the finish.
            new Line("", "X-Stainless-Lang", "java",
                    named("openai-java").dataAfter(100).needing(NO_UNASKED_USAGE)),
            // groq-sdk 1.6 sends "Groq/JS 1.6.0", Groq's Python SDK "Groq/Python" or
            // "AsyncGroq/Python"; their chunk type has `x_groq.usage`.
            new Line("", "User-Agent", "(Async)?Groq/.*",
                    named("groq").dataAfter(100).needing(USAGE_IN_X_GROQ)),
            // @ai-sdk/groq 3.0.71 and 4.0.84, tried: it reads only `x_groq.usage`.
            new Line("", "User-Agent", ".*\\bai-sdk[/-]groq/.*",
                    named("ai-sdk-groq").dataAfter(240).needing(USAGE_IN_X_GROQ)),
            // Qwen Code 0.24.4, tried: 240 s between events.
            new Line("", "User-Agent", "QwenCode/.*", named("qwen-code").dataAfter(180)),
            // opencode 1.18, read: 300 s to the headers, 300 s between bytes. The AI SDK, tried,
            // has no timeout of its own that a heartbeat resets; Node's fetch has these two.
            new Line("", "User-Agent", "opencode/.*",
                    named("opencode").dataAfter(240).headersWithin(280)),
            new Line("", "User-Agent", ".*\\bai-sdk[/-].*",
                    named("ai-sdk").dataAfter(240).headersWithin(280)),
            // The SDKs count bytes, 300 to 600 s. LangChain's async client (read) and OpenClaw
            // (issues) use them but count events: 120 s.
            new Line("", "X-Stainless-Lang", ".*", named("sdk").dataAfter(100)),
            // BetterChatGPT 1.0.5, tried in Chromium: it loses the data after a comment, and none
            // after blank lines.
            new Line("", "User-Agent", "Mozilla/.*",
                    named("browser").dataAfter(45).needing(BLANK_LINES)),
            // Neo (issues) waits 60 s for the first event; the timeouts of others are unknown.
            new Line("", "", "", named("unknown").dataAfter(45)));

    /// One kind of client.
    ///
    /// @param api the name of the API that it uses; empty for any
    /// @param header the header that marks it; empty if every request fits
    private record Line(String api, String header, Pattern mark, ClientProfile profile) {
        Line(String api, String header, String mark, ClientProfile profile) {
            this(api, header, Pattern.compile(mark), profile);
        }

        private boolean fits(Protocol asked, UnaryOperator<String> headers) {
            var value = header.isEmpty() ? "" : headers.apply(header);
            return (api.isEmpty() || api.equals(asked.name()))
                    && value != null && mark.matcher(value).matches();
        }
    }

    private ClientTable() {
    }

    /// The kind of client that sent these headers.
    ///
    /// @param headers gives the value of the header with that name, or null
    public static ClientProfile of(Protocol asked, UnaryOperator<String> headers) {
        return LINES.stream().filter(line -> line.fits(asked, headers)).map(Line::profile)
                .findFirst().orElseThrow();
    }

    /// All kinds, in the order in which [#of] tries them.
    public static List<ClientProfile> all() {
        return LINES.stream().map(Line::profile).toList();
    }
}
