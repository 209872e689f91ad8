package fakestream.endpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The passed-through requests that get blank lines as a keepalive.
final class JsonExpectedTest {
    private static boolean isWanted(String method, String endpoint, String... fields) {
        var headers = new Headers();
        for (var field : fields) {
            var parts = field.split(": ", 2);
            headers.add(parts[0], parts[1]);
        }
        return JsonExpected.by(method, endpoint, headers);
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '"', value = {
        "application/json, true, true",
        "\"Application/JSON;q=0.9, */*\", true, true",
        "\"application/json, text/plain, */*\", true, true",
        "application/problem+json, true, true",
        "*/*, true, false",
        "application/*, true, false",
        "\"\", true, false",
        "\"application/json, text/event-stream\", false, false",
        "text/event-stream, false, false",
        "\"image/png, */*\", false, false",
        "application/octet-stream, false, false",
        "application/stream+json, false, false"})
    void readsWhatTheClientAccepts(String accept, boolean post, boolean get) {
        assertEquals(post, isWanted("POST", "embeddings", "Accept: " + accept));
        assertEquals(get, isWanted("GET", "responses/r", "Accept: " + accept));
        assertEquals(get, isWanted("DELETE", "responses/r", "Accept: " + accept));
    }

    @Test
    void readsAllFieldsOfTheClientsAccept() {
        assertEquals(true, isWanted("POST", "embeddings"));
        assertEquals(false, isWanted("GET", "responses/r"));
        assertEquals(false, isWanted("POST", "embeddings", "Accept: application/json",
                "Accept: text/event-stream"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"embeddings", "moderations", "rerank", "responses/compact?a=1",
        "responses/r/cancel", "messages/count_tokens", "messages/batches", "images/edits", "files",
        "v1beta/models/g:countTokens", "v1beta/models/g:predict", "v1beta/cachedContents",
        "fine_tuning/jobs/j/events", "audiobooks"})
    void isWantedIfTheAnswerIsJson(String endpoint) {
        assertEquals(true, isWanted("POST", endpoint, "Accept: application/json"));
    }

    /// The SDKs send `Accept: application/json` even if they want a transcription as text.
    @ParameterizedTest
    @ValueSource(strings = {"audio/speech", "audio/transcriptions", "audio/translations",
        "files/f/content", "files/f/content?a=1", "containers/c/files/f/content",
        "messages/batches/b/results", "realtime/calls", "tts", "responses/r?stream=true",
        "v1beta/tunedModels/t:streamGenerateContent", "v1beta/files/f:download?alt=media",
        "v1beta/files/f?alt=media", "v1beta/interactions?alt=sse"})
    void isNotWantedIfTheAnswerMayNotBeJson(String endpoint) {
        assertEquals(false, isWanted("POST", endpoint, "Accept: application/json"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Range: bytes=0-9", "If-None-Match: \"1\"",
        "If-Modified-Since: Sat, 01 Aug 2026 00:00:00 GMT", "Upgrade: websocket"})
    void isNotWantedIfAnotherStatusIsPossible(String field) {
        assertEquals(false, isWanted("GET", "responses/r", "Accept: application/json", field));
        assertEquals(false, isWanted("HEAD", "responses/r", "Accept: application/json"));
    }
}
