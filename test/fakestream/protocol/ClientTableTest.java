package fakestream.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.protocol.ClientProfile.Need;
import fakestream.protocol.chat.ChatCompletions;
import fakestream.protocol.chat.Completions;
import fakestream.protocol.gemini.GenerateContent;
import fakestream.protocol.images.Images;
import fakestream.protocol.messages.Messages;
import fakestream.protocol.responses.Responses;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Each line of the table has a request here that it fits, as the real client sends it.
final class ClientTableTest {
    private static final Map<String, Protocol> APIS = Map.of("chat", new ChatCompletions(),
            "completions", new Completions(), "responses", new Responses(),
            "messages", new Messages(), "gemini", new GenerateContent(),
            "images", Images.generations());

    /// @param headers `Name: value`, separated by bars
    private static ClientProfile of(String api, String headers) {
        var fields = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        for (var field : headers.split("\\|")) {
            var colon = field.indexOf(':');
            fields.put(field.substring(0, colon), field.substring(colon + 1).strip());
        }
        return ClientTable.of(APIS.get(api), fields::get);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "responses; originator: codex_exec|User-Agent: codex_exec/0.171.0; codex; 0",
        "responses; Originator: codex_cli_rs; codex; 0", "responses; originator: Codex Desktop; "
            + "codex; 0",
        "chat; originator: codex_exec|User-Agent: codex_exec/0.171.0; unknown; 45",
        "responses; X-Stainless-Lang: js|X-Stainless-Helper-Method: stream; openai-node-stream; -1",
        "chat; X-Stainless-Lang: js|X-Stainless-Helper-Method: stream; sdk; 100",
        "responses; X-Stainless-Lang: python|User-Agent: OpenAI/Python 2.8.0; openai-python; -1",
        "chat; X-Stainless-Lang: python|User-Agent: AsyncOpenAI/Python 2.8.0; sdk; 100",
        "responses; User-Agent: ai/7.0.173 ai-sdk/xai/3.0.138 runtime/node.js/20; ai-sdk-xai; -1",
        "responses; User-Agent: ai-sdk-xai/5.0.12 ai-sdk-provider-utils/5.0.51 node.js/22; "
            + "ai-sdk-xai; -1",
        "messages; User-Agent: ai/6.0.3 ai-sdk/anthropic/3.0.140 runtime/node.js/20; "
            + "ai-sdk-anthropic; -1",
        "messages; User-Agent: ai-sdk-anthropic/4.0.105 ai-sdk-provider-utils/5.0.81; "
            + "ai-sdk-anthropic; -1",
        "chat; User-Agent: ai-sdk-groq/4.0.84 ai-sdk-provider-utils/5.0.81; ai-sdk-groq; 240",
        "chat; User-Agent: ai-sdk-openai-compatible/3.0.92 node.js/22; ai-sdk; 240",
        "messages; User-Agent: claude-cli/2.1.197 (external, cli)|x-app: cli|"
            + "X-Stainless-Lang: js; claude-code; 240",
        "messages; X-Stainless-Lang: python|User-Agent: Anthropic/Python 0.75.0; messages; 240",
        "messages; User-Agent: curl/8; messages; 240", "gemini; User-Agent: GeminiCLI/0.20; "
            + "gemini; -1", "gemini; User-Agent: Mozilla/5.0; gemini; -1",
        "images; X-Stainless-Lang: js|User-Agent: OpenAI/JS 7.57.0; images; -1",
        "chat; X-Stainless-Lang: java|User-Agent: OpenAI/Java 4.101.0; openai-java; 100",
        "chat; User-Agent: Groq/JS 1.6.0|X-Stainless-Lang: js; groq; 100",
        "chat; User-Agent: AsyncGroq/Python 1.0.0|X-Stainless-Lang: python; groq; 100",
        "chat; User-Agent: ai/6.0.326 ai-sdk/groq/3.0.71 runtime/node.js/20; ai-sdk-groq; 240",
        "chat; User-Agent: my-ai-sdk/groqqy; ai-sdk; 240",
        "chat; User-Agent: opencode/1.18.27 ai-sdk/provider-utils/4; opencode; 240",
        "responses; User-Agent: ai/7.0.173 ai-sdk/openai/4 runtime/node.js/20; ai-sdk; 240",
        "responses; X-Stainless-Lang: js|User-Agent: OpenAI/JS 7.59.0; sdk; 100",
        "completions; X-Stainless-Lang: go|User-Agent: OpenAI/Go 3.44.0; sdk; 100",
        "chat; User-Agent: QwenCode/0.24.4 (linux)|X-Stainless-Lang: js; qwen-code; 180",
        "chat; User-Agent: node-fetch|Connection: close; sillytavern; 240",
        "chat; User-Agent: node-fetch/1.0 (+https://example.com); unknown; 45",
        "messages; User-Agent: node-fetch; sillytavern-claude; 240",
        "gemini; User-Agent: node-fetch; sillytavern-google; -1",
        "chat; User-Agent: Mozilla/5.0 (X11); browser; 45",
        "chat; User-Agent: curl/8.5.0; unknown; 45", "responses; Accept: */*; unknown; 45"})
    void recognizesEachClientByItsRequest(String api, String headers, String name, int seconds) {
        var profile = of(api, headers);
        assertEquals(name, profile.name());
        assertEquals(seconds, profile.dataAfter() == ClientProfile.NEVER ? -1
                : profile.dataAfter().toSeconds());
    }

    @ParameterizedTest
    @CsvSource({"chat, X-Stainless-Lang: java, [NO_UNASKED_USAGE]",
        "chat, X-Stainless-Lang: js, []", "chat, User-Agent: Groq/JS 1.6.0, [USAGE_IN_X_GROQ]",
        "chat, User-Agent: ai-sdk/groq/3.0.71, [USAGE_IN_X_GROQ]",
        "chat, User-Agent: ai-sdk-groq/4.0.84, [USAGE_IN_X_GROQ]",
        "chat, User-Agent: ai-sdk/mistral/3.0.69, []", "chat, Accept: java, []"})
    void knowsWhereEachClientReadsUsage(String api, String headers, String needs) {
        assertEquals(needs, of(api, headers).needs().toString());
    }

    @Test
    void sendsGeminiHeadersSoonAndBrowsersBlankLinesInChats() {
        assertEquals(50, of("gemini", "Accept: */*").headersWithin().toSeconds());
        assertEquals(Set.of(Need.BLANK_LINES), of("chat", "User-Agent: Mozilla/5.0").needs());
        assertEquals(List.of("browser"), withNeed(Need.BLANK_LINES));
    }

    /// Most clients take a clean end for a whole answer.
    @Test
    void endsAFailedStreamCleanlyOnlyForClientsThatNeedIt() {
        assertEquals(List.of("codex", "sillytavern-claude", "sillytavern-google", "sillytavern"),
                withNeed(Need.CLEAN_END));
    }

    private static List<String> withNeed(Need need) {
        return ClientTable.all().stream().filter(client -> client.needs().contains(need))
                .map(ClientProfile::name).toList();
    }

    @Test
    void hasANameForEachLine() {
        var names = ClientTable.all().stream().map(ClientProfile::name).toList();
        assertEquals(new HashSet<>(names).size(), names.size());
        names.forEach(name -> assertTrue(name.matches("[a-z-]+"), name));
    }
}
