import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.List;

/// The Java half of the client checks: `Clients DAEMON_URL CHUNKY_DAEMON_URL PATIENT_DAEMON_URL
/// PAINTING_DAEMON_URL`, with the names of the recorded answers, one a line, on standard input.
final class Clients {

    private Clients() {
    }

    static void main(String[] args) throws IOException {
        List<String> models = standardInput();
        var report = new Report("openai-java");
        var chat = new Chat(args[0]);
        var chunky = new Chat(args[1]);
        try {
            new Checks(report, chat, chunky).run();
            var spring = new Report("Spring AI");
            spring.check("reads the empty input of a tool",
                    () -> Spring.check(args[0], "empty input"));
            spring.check("reads it behind heartbeats with data",
                    () -> Spring.check(args[1], "slow empty input"));
            Whole.run(args[0], args[2]);
            Images.run(args[0], args[3]);
            Audio.run(args[0], args[3], args[1]);
            if (!models.isEmpty()) {
                new Corpus(report, chat).run(models);
            }
        } finally {
            chat.close();
            chunky.close();
        }
    }

    private static List<String> standardInput() throws IOException {
        try (var reader = new BufferedReader(new InputStreamReader(System.in))) {
            return reader.lines().toList();
        }
    }
}
