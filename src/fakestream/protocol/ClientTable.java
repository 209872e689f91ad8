package fakestream.protocol;

import static fakestream.protocol.ClientProfile.named;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/// The clients that are known, by what their requests show. A line for a client is one entry here,
/// and one in the test; the first that fits counts. Each says who found its clock, and how: tried
/// with the client, or read in its source.
///
/// A heartbeat with data has its price. In chat completions and legacy completions it names the
/// stream, so that the answer's own id is lost; in messages it does so too, and takes all that
/// `message_start` alone carries, such as the fields of a vendor. In responses it has no price, but
/// some clients throw at any event before `response.created`. Gemini has none that leaves no trace.
public final class ClientTable {
    private static final List<Line> LINES = List.of(
            // Codex 0.171, tried: its clock is 300 s, or as its user sets it, from the first second
            // on, and any event with data winds it up. It reads a failure to the end of the stream:
            // where the connection breaks off there, it asks five times more and shows nothing.
            new Line("responses", "originator", "(?i)codex.*",
                    named("codex").dataAfter(0).withCleanEnd()),
            // openai-node 6.49 and 7.59, tried: `.stream()` throws at what comes before
            // `response.created`, and `create({stream: true})` does not.
            new Line("responses", "X-Stainless-Helper-Method", "stream",
                    named("openai-node-stream")),
            // openai-python, read: `responses.stream()` throws likewise, and has no mark.
            new Line("responses", "X-Stainless-Lang", "python", named("openai-python")),
            // @ai-sdk/xai 3.0.138 and 5.0.12, tried: each event that it does not know becomes an
            // error. The providers of the AI SDK named themselves with slashes until ai 6, and do
            // so with hyphens since ai 7.
            new Line("responses", "User-Agent", ".*\\bai-sdk[/-]xai/.*", named("ai-sdk-xai")),
            // Claude Code 2.1.197, tried: 300 s, which neither a ping nor `message_start` winds up,
            // but `message_delta` does.
            new Line("messages", "User-Agent", "claude-cli/.*",
                    named("claude-code").dataAfter(240)),
            // SillyTavern 1.19, tried: its server, which says nothing but the name of its HTTP
            // library, passes a stream on and ends its own at a clean end alone; the chat hangs
            // where the connection breaks off. It counts bytes.
            new Line("messages", "User-Agent", "node-fetch",
                    named("sillytavern-claude").dataAfter(240).withCleanEnd()),
            new Line("gemini", "User-Agent", "node-fetch",
                    named("sillytavern-google").headersWithin(50).withCleanEnd()),
            new Line(null, "User-Agent", "node-fetch",
                    named("sillytavern").dataAfter(240).withCleanEnd()),
            // @ai-sdk/anthropic 3.0.140 and 4.0.105, tried: its user's `firstChunkMs` begins at the
            // first event that is no ping, and only text winds it up.
            new Line("messages", "User-Agent", ".*\\bai-sdk[/-]anthropic/.*",
                    named("ai-sdk-anthropic").headersWithin(280)),
            // Anthropic's SDKs skip pings before a program sees them, so that a program with a
            // clock of its own, as OpenClaw has one, counts the same as Claude Code.
            new Line("messages", named("messages").dataAfter(240)),
            // Gemini CLI, read: 60 s to the headers. Every client of this API lives on bytes.
            new Line("gemini", named("gemini").headersWithin(50)),
            // openai-java 4.101, tried: its accumulator reads nothing but the usage of a chunk that
            // has one, so it misses the finish.
            new Line(null, "X-Stainless-Lang", "java",
                    named("openai-java").dataAfter(100).unasked(UnaskedUsage.NOWHERE)),
            // groq-sdk 1.6 says "Groq/JS 1.6.0", Groq's Python SDK "Groq/Python" or
            // "AsyncGroq/Python"; their type of a chunk has `x_groq.usage`.
            new Line(null, "User-Agent", "(Async)?Groq/.*",
                    named("groq").dataAfter(100).unasked(UnaskedUsage.AT_FINISH_FOR_GROQ)),
            // @ai-sdk/groq 3.0.71 and 4.0.84, tried: it reads `x_groq.usage` alone.
            new Line(null, "User-Agent", ".*\\bai-sdk[/-]groq/.*",
                    named("ai-sdk-groq").dataAfter(240).unasked(UnaskedUsage.AT_FINISH_FOR_GROQ)),
            // Qwen Code 0.24.4, tried: 240 s between events.
            new Line(null, "User-Agent", "QwenCode/.*", named("qwen-code").dataAfter(180)),
            // opencode 1.18, read: 300 s to the headers, and 300 s between bytes. The AI SDK has no
            // clock that a heartbeat winds up, tried, and stands on the same times of Node's fetch.
            new Line(null, "User-Agent", "opencode/.*",
                    named("opencode").dataAfter(240).headersWithin(280)),
            new Line(null, "User-Agent", ".*\\bai-sdk[/-].*",
                    named("ai-sdk").dataAfter(240).headersWithin(280)),
            // The SDKs count bytes, 300 to 600 s; but on them stand LangChain's async client (read)
            // and OpenClaw (issues), which count events: 120 s.
            new Line(null, "X-Stainless-Lang", ".*", named("sdk").dataAfter(100)),
            // BetterChatGPT 1.0.5, tried in Chromium: it loses what stands behind a comment, and
            // nothing behind blank lines.
            new Line(null, "User-Agent", "Mozilla/.*",
                    named("browser").dataAfter(45).withBlankLines()),
            // Neo (issues) waits 60 s for the first event, and nobody knows the others.
            new Line(null, named("unknown").dataAfter(45)));

    /// One kind of client.
    ///
    /// @param api the name of the one that it asks; null for any
    /// @param header that it sends; null where every request fits
    private record Line(String api, String header, Pattern mark, ClientProfile profile) {
        Line(String api, String header, String mark, ClientProfile profile) {
            this(api, header, Pattern.compile(mark), profile);
        }

        Line(String api, ClientProfile profile) {
            this(api, null, (Pattern) null, profile);
        }

        private boolean fits(Protocol asked, UnaryOperator<String> headers) {
            if (api != null && !api.equals(asked.name())) {
                return false;
            }
            var value = header == null ? "" : headers.apply(header);
            return header == null || value != null && mark.matcher(value).matches();
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

    /// All kinds, in the order in which they are looked at.
    public static List<ClientProfile> all() {
        return LINES.stream().map(Line::profile).toList();
    }
}
