import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// One way to send a request: the URL, the body, and the process whose processor time counts.
///
/// @param process the server; its child processes count as part of it
record Target(String key, String name, URI url, String body, Map<String, String> headers,
        ProcessHandle process) {
    private static final Pattern CONTENT = Pattern.compile("\"content\": ?\"([^\"]+)\"");
    private static final Duration LONGEST_ANSWER = Duration.ofSeconds(10);

    /// A target's answer and the form in which it came.
    ///
    /// @param bytes the length of its body
    /// @param pieces the parts of its text: 1 for a whole answer, or the chunks of the stream
    record Answer(int bytes, long pieces) {
    }

    /// The text of an answer or of its chunks; it holds no escapes.
    static String text(String answer) {
        return pieces(answer).collect(Collectors.joining());
    }

    /// Sends one request.
    ///
    /// @throws IOException if the answer is not a 200 with the whole text, or lacks the end of a
    ///     requested stream
    Answer check(HttpClient client, String text) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(url).timeout(LONGEST_ANSWER)
                .POST(HttpRequest.BodyPublishers.ofString(body));
        headers.forEach(request::header);
        var response = client.send(request.build(), BodyHandlers.ofString());
        var answer = response.body();
        var ended = !body.contains("\"stream\"") || answer.endsWith("data: [DONE]\n\n");
        if (response.statusCode() != 200 || !ended || !text(answer).equals(text)) {
            throw new IOException(name + " answered " + response.statusCode() + ": " + answer);
        }
        return new Answer(answer.length(), pieces(answer).count());
    }

    /// The wrk command that sends these requests.
    String[] wrk(int seconds, int connections) {
        var command = new ArrayList<>(List.of("wrk", "-t", "1", "-c", "" + connections,
                "-d", seconds + "s", "--timeout", LONGEST_ANSWER.toSeconds() + "s",
                "-s", "test/bench/ask.lua", url.toString(), "--", body));
        headers.forEach((header, value) -> command.addAll(List.of(header, value)));
        return command.toArray(String[]::new);
    }

    /// The processor time that the target has used so far, from `/proc/PID/stat`.
    Duration cpu() {
        return Stream.concat(Stream.of(process), process.descendants())
                .map(one -> one.info().totalCpuDuration().orElseThrow())
                .reduce(Duration.ZERO, Duration::plus);
    }

    private static Stream<String> pieces(String answer) {
        return CONTENT.matcher(answer).results().map(found -> found.group(1));
    }
}
