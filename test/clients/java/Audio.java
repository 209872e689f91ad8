import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.RateLimitException;
import com.openai.errors.SseException;
import com.openai.models.audio.AudioResponseFormat;
import com.openai.models.audio.speech.SpeechCreateParams;
import com.openai.models.audio.transcriptions.TranscriptionCreateParams;
import com.openai.models.audio.transcriptions.TranscriptionInclude;
import com.openai.models.audio.transcriptions.TranscriptionStreamEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// The transcriptions that openai-java reads in streams, and the speech that it hands over unread.
final class Audio {

    private static final String TEXT = "I see skies of blue \uD83D\uDE00.";

    private Audio() {
    }

    /// @param secondsUrl a daemon whose heartbeats come each second
    /// @param chunkyUrl a daemon whose heartbeats are pieces without a character
    static void run(String url, String secondsUrl, String chunkyUrl) {
        var report = new Report("openai-java");
        report.check("reads a transcription", () -> transcribed(url, "transcription"));
        report.check("reads a late one", () -> transcribed(secondsUrl, "late transcription"));
        report.check("reads one behind heartbeats with data", () ->
                transcribed(chunkyUrl, "late transcription"));
        report.check("reads the segments of two speakers", () -> segments(url));
        report.check("hears a speech", () -> spoken(url));
        report.check("throws where the upstream transcribes nothing", () -> failing(url));
    }

    private static OpenAIClient client(String url) {
        return OpenAIOkHttpClient.builder().baseUrl(url + "/v1").apiKey("sk-client").maxRetries(0)
                .build();
    }

    private static List<TranscriptionStreamEvent> transcribe(String url, String model,
            AudioResponseFormat format) {
        var question = TranscriptionCreateParams.builder().model(model).responseFormat(format)
                .file(new byte[] {'I', 'D', '3', '\r', '\n', (byte) 0xff}).addInclude(
                        TranscriptionInclude.LOGPROBS).build();
        try (var stream = client(url).audio().transcriptions().createStreaming(question)) {
            return stream.stream().map(TranscriptionStreamEvent::validate).toList();
        }
    }

    /// Every member can be read: the client throws at one that is missing.
    private static void transcribed(String url, String model) {
        var events = transcribe(url, model, AudioResponseFormat.JSON);
        var text = new StringBuilder();
        int tokens = 0;
        for (var event : events.subList(0, events.size() - 1)) {
            text.append(event.asTranscriptTextDelta().delta());
            tokens += event.asTranscriptTextDelta().logprobs().orElse(List.of()).size();
        }
        var done = events.getLast().asTranscriptTextDone();
        var usage = done.usage().orElseThrow();
        var told = List.of(text.toString(), tokens, done.text(),
                done.logprobs().orElseThrow().size(), usage.inputTokens(), usage.outputTokens(),
                usage.totalTokens(), usage.inputTokenDetails().orElseThrow().audioTokens());
        var expected = "[" + TEXT + ", 2, " + TEXT + ", 2, 14, 101, 115, Optional[4]]";
        Report.require(told.toString().equals(expected), "got " + told);
    }

    private static void segments(String url) {
        var told = new StringBuilder();
        for (var event : transcribe(url, "two speakers", AudioResponseFormat.DIARIZED_JSON)) {
            event.transcriptTextDelta().ifPresent(delta -> told.append(delta.delta())
                    .append(delta.segmentId().orElse("?")));
            event.transcriptTextSegment().ifPresent(segment -> told.append(segment.speaker())
                    .append(segment.end()));
            event.transcriptTextDone().ifPresent(done -> told.append(done.text()));
        }
        Report.require(told.toString().equals("Hello.s1A1.5 Hi.s2B3.0Hello. Hi."), "got " + told);
    }

    private static void spoken(String url) throws IOException {
        var question = SpeechCreateParams.builder().model("speech").input("hello")
                .voice(SpeechCreateParams.Voice.ofString("ash"))
                .streamFormat(SpeechCreateParams.StreamFormat.SSE).build();
        try (var response = client(url).audio().speech().create(question)) {
            var events = new String(response.body().readAllBytes(), StandardCharsets.UTF_8);
            Report.require(events.equals("data: {\"type\":\"speech.audio.delta\",\"audio\":"
                    + "\"aGVs\"}\n\ndata: {\"type\":\"speech.audio.delta\",\"audio\":\"bG8=\"}\n\n"
                    + "data: {\"type\":\"speech.audio.done\"}\n\n"), "got " + events);
        }
    }

    private static void failing(String url) {
        var early = thrownBy(url, "fails 429");
        Report.require(early instanceof RateLimitException, "threw " + early);
        var late = thrownBy(url, "fails late");
        Report.require(late instanceof SseException, "threw " + late);
        Report.require((late.getMessage() + late.body()).contains("the upstream gave up"),
                "no word of the upstream in " + late.getMessage() + late.body());
    }

    private static OpenAIServiceException thrownBy(String url, String model) {
        try {
            throw new AssertionError("got " + transcribe(url, model, AudioResponseFormat.JSON));
        } catch (OpenAIServiceException thrown) {
            return thrown;
        }
    }
}
