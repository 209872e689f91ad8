import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionMessageToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Recorded answers, each requested whole and streamed, and compared.
final class Corpus {

    private final Report report;
    private final Chat chat;
    private final Map<String, List<String>> limits = new TreeMap<>();
    private final List<String> differences = new ArrayList<>();
    private int equal;

    Corpus(Report report, Chat chat) {
        this.report = report;
        this.chat = chat;
    }

    /// `models` are the names by which the upstream plays the answers.
    void run(List<String> models) {
        report.check("accumulates the recorded answers", () -> {
            models.forEach(this::play);
            report.note(equal + " of " + models.size() + " equal");
            limits.forEach((limit, met) ->
                    report.note(met.size() + " with " + limit + " " + String.join(" ", met)));
            differences.forEach(report::note);
            Report.require(differences.isEmpty(), differences.size() + " differ, see the notes");
        });
    }

    private void play(String model) {
        ChatCompletion whole = chat.whole(model);
        try {
            ChatCompletion streamed = chat.accumulated(model, true);
            String difference = new Comparison(whole, streamed).difference();
            if (difference == null) {
                equal++;
            } else {
                differences.add(model + " " + difference);
            }
        } catch (RuntimeException failure) {
            enterFailure(model, limitOf(whole), failure);
        }
    }

    private void enterFailure(String model, String limit, RuntimeException failure) {
        if (limit == null) {
            differences.add(model + " " + Report.onOneLine(failure));
        } else {
            limits.computeIfAbsent(limit, key -> new ArrayList<>()).add(model);
        }
    }

    /// Why openai-java's accumulator must throw on this answer (WIRE.md 0), or null.
    private static String limitOf(ChatCompletion whole) {
        for (ChatCompletion.Choice choice : whole.choices()) {
            if (choice._message().isMissing()) {
                continue;
            }
            var content = choice.message()._content();
            if (content.asUnknown().isPresent() && !content.isNull()) {
                return "content that is no text, which throws";
            }
            var tools = choice.message().toolCalls().orElse(List.of());
            if (tools.stream().anyMatch(ChatCompletionMessageToolCall::isCustom)) {
                return "a custom tool call, which throws";
            }
        }
        return null;
    }
}
