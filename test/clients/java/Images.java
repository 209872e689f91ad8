import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.RateLimitException;
import com.openai.errors.SseException;
import com.openai.models.images.ImageEditCompletedEvent;
import com.openai.models.images.ImageEditParams;
import com.openai.models.images.ImageEditStreamEvent;
import com.openai.models.images.ImageGenCompletedEvent;
import com.openai.models.images.ImageGenStreamEvent;
import com.openai.models.images.ImageGenerateParams;
import java.util.List;
import java.util.function.Function;

/// The images that openai-java paints and changes in streams.
final class Images {

    private static final String PROMPT = "a cat";

    private Images() {
    }

    /// @param paintingUrl a daemon whose heartbeats come each second
    static void run(String url, String paintingUrl) {
        var report = new Report("openai-java");
        report.check("paints two images", () -> painted(url, "two images"));
        report.check("paints a late image", () -> painted(paintingUrl, "late image"));
        report.check("changes two images", () -> changed(url, "two images"));
        report.check("changes a late image", () -> changed(paintingUrl, "late image"));
        report.check("throws where the upstream paints no image", () ->
                failing(model -> paint(url, model)));
        report.check("throws where the upstream changes no image", () ->
                failing(model -> change(url, model)));
    }

    private static OpenAIClient client(String url) {
        return OpenAIOkHttpClient.builder().baseUrl(url + "/v1").apiKey("sk-client").maxRetries(0)
                .build();
    }

    private static List<ImageGenCompletedEvent> paint(String url, String model) {
        var question = ImageGenerateParams.builder().model(model).prompt(PROMPT).build();
        try (var stream = client(url).images().generateStreaming(question)) {
            return stream.stream().map(ImageGenStreamEvent::validate)
                    .map(ImageGenStreamEvent::asGenerationCompleted).toList();
        }
    }

    private static List<ImageEditCompletedEvent> change(String url, String model) {
        var question = ImageEditParams.builder().model(model).prompt(PROMPT)
                .image(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n'}).build();
        try (var stream = client(url).images().editStreaming(question)) {
            return stream.stream().map(ImageEditStreamEvent::validate)
                    .map(ImageEditStreamEvent::asCompleted).toList();
        }
    }

    /// Every member can be read: the client throws at one that is missing.
    private static void painted(String url, String model) {
        var told = new StringBuilder();
        for (var event : paint(url, model)) {
            told.append(List.of(event.b64Json(), event.createdAt(), event.background(),
                    event.outputFormat(), event.quality(), event.size(),
                    event.usage().totalTokens(), event.usage().inputTokensDetails().textTokens()));
        }
        require(model, told.toString());
    }

    private static void changed(String url, String model) {
        var told = new StringBuilder();
        for (var event : change(url, model)) {
            told.append(List.of(event.b64Json(), event.createdAt(), event.background(),
                    event.outputFormat(), event.quality(), event.size(),
                    event.usage().totalTokens(), event.usage().inputTokensDetails().textTokens()));
        }
        require(model, told.toString());
    }

    private static void require(String model, String told) {
        var rest = ", 1750000000, opaque, png, high, 16x16, ";
        var expected = model.startsWith("two") ? "[Zmlyc3Q=" + rest + "0, 0][aGk=" + rest
                + "311, 11]" : "[aGk=" + rest + "311, 11]";
        Report.require(told.equals(expected), "got " + told);
    }

    private static void failing(Function<String, List<?>> asking) {
        var early = thrownBy(asking, "fails 429");
        Report.require(early instanceof RateLimitException, "threw " + early);
        var late = thrownBy(asking, "fails late");
        Report.require(late instanceof SseException, "threw " + late);
        Report.require((late.getMessage() + late.body()).contains("the upstream gave up"),
                "no word of the upstream in " + late.getMessage() + late.body());
    }

    private static OpenAIServiceException thrownBy(Function<String, List<?>> asking,
            String model) {
        try {
            throw new AssertionError("got " + asking.apply(model));
        } catch (OpenAIServiceException thrown) {
            return thrown;
        }
    }
}
