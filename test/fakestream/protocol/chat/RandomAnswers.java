package fakestream.protocol.chat;

import fakestream.json.JsonArray;
import fakestream.json.JsonBoolean;
import fakestream.json.JsonNull;
import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.protocol.RandomTexts;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;

/// Random whole chat completions. They have every member that is known to occur, vendors' own at
/// all four levels, null and absent everywhere, in any order, and now and then a value longer than
/// a line may be.
public final class RandomAnswers {
    private static final String[] NUMBERS = {"0", "-0", "1", "1.0", "1e-5", "1E+400", "-1.50",
        "6.02e23", "12345678901234567890", "0.1000000000000000055511151231257827", "1700000000"};
    private static final String[] NAMES = {"vendor", "Vendor \"x\"", "", "x_groq", "__proto__",
        "\u4e16\ud83d\ude00", "\ud83d", "line\nend", "citations", "metadata", "provider"};

    private final Random random;
    private final RandomTexts texts;
    private final boolean large;

    public RandomAnswers(Random random) {
        this.random = random;
        this.texts = new RandomTexts(random);
        this.large = random.nextInt(12) == 0;
    }

    public JsonObject answer() {
        var answer = new Members();
        answer.mostly("id", this::id);
        answer.mostly("object", () -> string("chat.completion"));
        answer.mostly("created", this::number);
        answer.mostly("model", this::string);
        answer.maybe("system_fingerprint", this::string);
        answer.maybe("service_tier", () -> string("default"));
        answer.always("choices", this::choices);
        answer.mostly("usage", this::usage);
        answer.maybe("error", () -> JsonNull.NULL);
        answer.maybe("prompt_filter_results", () -> list(2, this::value));
        answer.vendors();
        return answer.build();
    }

    /// Valid ids in any order; sometimes none, sometimes all the same.
    private JsonValue choices() {
        var count = random.nextInt(3) == 0 ? 1 + random.nextInt(4) : 1;
        var how = random.nextInt(10);
        var choices = new ArrayList<JsonValue>();
        for (int i = 0; i < count; i++) {
            var choice = choice();
            choices.add(how == 0 ? choice : choice.with("index", JsonNumber.of(how == 1 ? 0 : i)));
        }
        if (random.nextInt(4) == 0) {
            Collections.shuffle(choices, random);
        }
        return new JsonArray(choices);
    }

    private JsonObject choice() {
        var choice = new Members();
        choice.mostly("message", this::message);
        choice.maybe("logprobs", this::logprobs);
        choice.mostly("finish_reason", () -> string(oneOf("stop", "length", "tool_calls", "eos", "",
                "content_filter")));
        choice.maybe("stop_reason", this::value);
        choice.maybe("seed", this::number);
        choice.maybe("content_filter_results", this::object);
        choice.maybe("token_ids", () -> list(9, this::number));
        choice.vendors();
        return choice.build();
    }

    private JsonObject message() {
        var message = new Members();
        message.mostly("role", () -> string(oneOf("assistant", "assistant", "", "model")));
        message.mostly("content", () -> random.nextInt(20) == 0 ? list(3, this::object)
                : string(texts.text(random.nextInt(5) == 0 ? 2000 : 300)));
        message.maybe("refusal", this::string);
        message.maybe("reasoning_content", this::longString);
        message.maybe("reasoning", this::longString);
        message.maybe("reasoning_details", () -> list(3, this::object));
        message.maybe("annotations", () -> list(2, this::object));
        message.maybe("audio", this::audio);
        message.maybe("images", () -> list(2, this::longObject));
        message.maybe("provider_specific_fields", this::longObject);
        message.maybe("function_call", this::functionCall);
        message.maybe("tool_calls", () -> list(4, this::toolCall));
        message.vendors();
        return message.build();
    }

    private JsonValue audio() {
        var audio = new Members();
        audio.always("id", this::string);
        audio.mostly("data", this::longString);
        audio.mostly("transcript", this::longString);
        audio.mostly("expires_at", this::number);
        return audio.build();
    }

    private JsonValue functionCall() {
        var call = new Members();
        call.mostly("name", () -> string(oneOf("f", "get_weather", "")));
        call.mostly("arguments", () -> random.nextInt(8) == 0 ? value() : longString());
        return call.build();
    }

    private JsonValue toolCall() {
        var call = new Members();
        var custom = random.nextInt(5) == 0;
        call.mostly("id", this::string);
        call.maybe("index", this::number);
        if (custom) {
            call.always("type", () -> string("custom"));
            call.always("custom", () -> object().with("input", longString()));
        } else {
            call.mostly("type", () -> string("function"));
            call.always("function", this::function);
        }
        call.maybe("extra_content", this::object);
        call.vendors();
        return call.build();
    }

    private JsonValue function() {
        var function = new Members();
        function.mostly("name", this::string);
        function.mostly("arguments", () -> random.nextInt(8) == 0 ? value() : longString());
        function.vendors();
        return function.build();
    }

    private JsonValue logprobs() {
        var logprobs = new Members();
        if (random.nextInt(6) == 0) {
            logprobs.always("tokens", () -> list(5, this::string));
            logprobs.always("token_logprobs", () -> list(5, this::number));
        } else {
            logprobs.mostly("content", () -> list(large ? 400 : 12, this::token));
            logprobs.mostly("refusal", () -> list(4, this::token));
        }
        logprobs.maybe("vendor", this::value);
        return logprobs.build();
    }

    private JsonObject token() {
        var token = new Members();
        token.always("token", () -> string(texts.text(9)));
        token.always("logprob", this::number);
        token.mostly("bytes", () -> list(4, this::number));
        token.mostly("top_logprobs", () -> list(3, this::object));
        return token.build();
    }

    private JsonValue usage() {
        var usage = new Members();
        usage.always("prompt_tokens", this::number);
        usage.maybe("completion_tokens_details", this::object);
        return usage.build();
    }

    private JsonValue value() {
        return switch (random.nextInt(8)) {
            case 0 -> JsonNull.NULL;
            case 1 -> JsonBoolean.of(random.nextBoolean());
            case 2 -> number();
            case 3 -> list(3, this::value);
            case 4 -> object();
            default -> string();
        };
    }

    private JsonObject object() {
        var object = new Members();
        object.maybe("type", this::string);
        object.maybe("index", this::number);
        object.maybe("id", this::value);
        object.vendors();
        return object.build();
    }

    private JsonObject longObject() {
        return object().with("signature", longString()).with("url", longString());
    }

    private JsonArray list(int most, Supplier<? extends JsonValue> element) {
        var elements = new ArrayList<JsonValue>();
        for (int i = random.nextInt(most + 1); i > 0; i--) {
            elements.add(element.get());
        }
        return new JsonArray(elements);
    }

    private JsonValue id() {
        return string(random.nextInt(10) == 0 ? "" : "chatcmpl-" + random.nextInt(99));
    }

    private JsonValue number() {
        return new JsonNumber(oneOf(NUMBERS));
    }

    private JsonString string() {
        return string(texts.text(20));
    }

    private static JsonString string(String text) {
        return new JsonString(text);
    }

    private JsonString longString() {
        return large && random.nextInt(4) == 0
                ? string(texts.ofLength(20_000 + random.nextInt(100_000))) : string();
    }

    private String oneOf(String... texts) {
        return texts[random.nextInt(texts.length)];
    }

    /// Builds one object in random order. Each optional member is there, null, or absent by chance.
    private final class Members {
        private final Map<String, JsonValue> members = new LinkedHashMap<>();

        void always(String name, Supplier<? extends JsonValue> value) {
            members.put(name, value.get());
        }

        void mostly(String name, Supplier<? extends JsonValue> value) {
            add(name, value, random.nextInt(10));
        }

        void maybe(String name, Supplier<? extends JsonValue> value) {
            add(name, value, random.nextInt(4));
        }

        void vendors() {
            for (int i = random.nextInt(8) - 5; i > 0; i--) {
                maybe(oneOf(NAMES), RandomAnswers.this::value);
            }
        }

        private void add(String name, Supplier<? extends JsonValue> value, int chance) {
            if (chance != 1) {
                members.put(name, chance == 0 ? JsonNull.NULL : value.get());
            }
        }

        JsonObject build() {
            var names = new ArrayList<>(members.keySet());
            Collections.shuffle(names, random);
            var built = new JsonObject.Builder();
            for (var name : List.copyOf(names)) {
                built.add(name, members.get(name));
            }
            return built.build();
        }
    }
}
