package fakestream.json;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Whole documents that RFC 8259 accepts (`y_`) and refuses (`n_`), named as JSONTestSuite does.
/// Each is read as text and as bytes.
final class JsonSuiteTest {

    @ParameterizedTest(name = "{0}")
    @MethodSource("accepted")
    void acceptsValidDocuments(String name, String document) throws JsonException {
        var value = assertDoesNotThrow(() -> Json.parse(document));
        assertEquals(value, Json.parse(document.getBytes(StandardCharsets.UTF_8)));
        assertEquals(value, Json.parse(value.toString()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void refusesInvalidDocuments(String name, String document) {
        var bytes = document.getBytes(StandardCharsets.UTF_8);
        assertThrows(JsonException.class, () -> Json.parse(document));
        assertThrows(JsonException.class, () -> Json.parse(bytes));
    }

    static Stream<Arguments> accepted() {
        return Stream.of(acceptedStructures(), acceptedNumbers(), acceptedStrings())
                .flatMap(List::stream);
    }

    static Stream<Arguments> refused() {
        return Stream.of(refusedArrays(), refusedObjects(), refusedDocuments(), refusedLiterals(),
                refusedNumbers(), refusedStrings(), refusedBlanks()).flatMap(List::stream);
    }

    private static List<Arguments> acceptedStructures() {
        return List.of(
                Arguments.of("y_array_empty", "[]"),
                Arguments.of("y_array_empty_with_blanks", "[ \t\n\r]"),
                Arguments.of("y_array_mixed", "[null, 1, \"1\", {}, [], true, false]"),
                Arguments.of("y_array_with_one_and_leading_blank", " [1]"),
                Arguments.of("y_array_with_trailing_blank", "[2] "),
                Arguments.of("y_object_empty", "{}"),
                Arguments.of("y_object_empty_with_blanks", "{ \t\n\r}"),
                Arguments.of("y_object_empty_name", "{\"\":0}"),
                Arguments.of("y_object_duplicate_name", "{\"a\":\"b\",\"a\":\"c\"}"),
                Arguments.of("y_object_escaped_name", "{\"foo\\u0000bar\": 42}"),
                Arguments.of("y_object_blanks_everywhere", "\r\n{\t\"a\" :\n1 , \"b\":[ ] }\n"),
                Arguments.of("y_structure_lonely_true", "true"),
                Arguments.of("y_structure_lonely_false", "false"),
                Arguments.of("y_structure_lonely_null", "null"),
                Arguments.of("y_structure_lonely_number", "42"),
                Arguments.of("y_structure_lonely_string", "\"asd\""),
                Arguments.of("y_structure_newline_at_end", "[\"a\"]\n"),
                Arguments.of("y_structure_null_between_blanks", "\t\r\n null \t\r\n"));
    }

    private static List<Arguments> acceptedNumbers() {
        return List.of(
                Arguments.of("y_number_zero", "0"),
                Arguments.of("y_number_minus_zero", "-0"),
                Arguments.of("y_number_zero_exponent", "0e1"),
                Arguments.of("y_number_zero_plus_exponent", "0e+1"),
                Arguments.of("y_number_negative", "-123"),
                Arguments.of("y_number_fraction", "123.456"),
                Arguments.of("y_number_many_zeros", "-0.0000000000000000000000000000000000001"),
                Arguments.of("y_number_capital_e", "1E22"),
                Arguments.of("y_number_capital_e_minus", "1E-2"),
                Arguments.of("y_number_capital_e_plus", "1E+2"),
                Arguments.of("y_number_fraction_and_exponent", "123.456e78"),
                Arguments.of("y_number_exponent_with_leading_zeros", "1e-0005"),
                Arguments.of("y_number_huge_exponent", "1e999999999"),
                Arguments.of("y_number_twenty_digits", "-12345678901234567890"),
                Arguments.of("y_number_before_blank", "[1 ]"));
    }

    private static List<Arguments> acceptedStrings() {
        return List.of(
                Arguments.of("y_string_empty", "\"\""),
                Arguments.of("y_string_space", "\" \""),
                Arguments.of("y_string_every_escape", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\""),
                Arguments.of("y_string_escaped_null", "\"\\u0000\""),
                Arguments.of("y_string_hex_of_both_cases", "\"\\uaBcD\""),
                Arguments.of("y_string_escaped_pair", "\"\\uD801\\udc37\""),
                Arguments.of("y_string_escaped_pairs", "\"\\ud83d\\ude39\\ud83d\\udc8d\""),
                Arguments.of("y_string_lone_high", "\"\\uD83D\""),
                Arguments.of("y_string_lone_low", "\"\\uDE00\""),
                Arguments.of("y_string_inverted_pair", "\"\\uDE00\\uD83D\""),
                Arguments.of("y_string_backslash_then_u", "\"\\\\u0000\""),
                Arguments.of("y_string_comment_inside", "\"a/*b*/c/*d//e\""),
                Arguments.of("y_string_delete", "\"\u007f\""),
                Arguments.of("y_string_c1_control", "\"\u0085\""),
                Arguments.of("y_string_line_separators", "\"\u2028\u2029\""),
                Arguments.of("y_string_noncharacter", "\"\uffff\""),
                Arguments.of("y_string_replacement", "\"\ufffd\""),
                Arguments.of("y_string_byte_order_mark_inside", "\"\ufeff\""),
                Arguments.of("y_string_two_bytes", "\"\u00e9\""),
                Arguments.of("y_string_three_bytes", "\"\u20ac\""),
                Arguments.of("y_string_four_bytes", "\"\ud83d\ude00\""));
    }

    private static List<Arguments> refusedArrays() {
        return List.of(
                Arguments.of("n_array_unclosed", "["),
                Arguments.of("n_array_unclosed_after_value", "[1"),
                Arguments.of("n_array_unclosed_after_comma", "[1,"),
                Arguments.of("n_array_closed_twice", "[1]]"),
                Arguments.of("n_array_closed_as_object", "[1}"),
                Arguments.of("n_array_trailing_comma", "[1,]"),
                Arguments.of("n_array_two_trailing_commas", "[1,,]"),
                Arguments.of("n_array_double_comma", "[1,,2]"),
                Arguments.of("n_array_just_comma", "[,]"),
                Arguments.of("n_array_leading_comma", "[,1]"),
                Arguments.of("n_array_missing_comma", "[1 2]"),
                Arguments.of("n_array_colon_for_comma", "[1:2]"),
                Arguments.of("n_array_spread", "[...]"),
                Arguments.of("n_array_unopened", "1]"));
    }

    private static List<Arguments> refusedObjects() {
        return List.of(
                Arguments.of("n_object_unclosed", "{"),
                Arguments.of("n_object_unclosed_after_name", "{\"a\""),
                Arguments.of("n_object_unclosed_after_colon", "{\"a\":"),
                Arguments.of("n_object_unclosed_after_value", "{\"a\":1"),
                Arguments.of("n_object_closed_as_array", "{\"a\":1]"),
                Arguments.of("n_object_trailing_comma", "{\"a\":1,}"),
                Arguments.of("n_object_double_comma", "{\"a\":1,,\"b\":2}"),
                Arguments.of("n_object_just_comma", "{,}"),
                Arguments.of("n_object_missing_comma", "{\"a\":1 \"b\":2}"),
                Arguments.of("n_object_missing_colon", "{\"a\" 1}"),
                Arguments.of("n_object_double_colon", "{\"a\"::1}"),
                Arguments.of("n_object_equals_for_colon", "{\"a\"=1}"),
                Arguments.of("n_object_comma_for_colon", "{\"a\",1}"),
                Arguments.of("n_object_missing_value", "{\"a\":}"),
                Arguments.of("n_object_missing_name", "{:1}"),
                Arguments.of("n_object_unquoted_name", "{a:1}"),
                Arguments.of("n_object_single_quoted_name", "{'a':1}"),
                Arguments.of("n_object_number_as_name", "{1:1}"),
                Arguments.of("n_object_null_as_name", "{null:1}"));
    }

    private static List<Arguments> refusedDocuments() {
        return List.of(
                Arguments.of("n_structure_no_data", ""),
                Arguments.of("n_structure_only_blank", " \n"),
                Arguments.of("n_structure_trailing_text", "{} x"),
                Arguments.of("n_structure_two_values", "{}{}"),
                Arguments.of("n_structure_trailing_null_character", "1\0"),
                Arguments.of("n_structure_line_comment", "[1] // one"),
                Arguments.of("n_structure_block_comment", "[1,/* two */2]"),
                Arguments.of("n_structure_hash_comment", "# none\n[]"),
                Arguments.of("n_structure_event_stream", "data: {}"),
                Arguments.of("n_structure_html", "<html>"));
    }

    private static List<Arguments> refusedLiterals() {
        return List.of(
                Arguments.of("n_literal_short_true", "tru"),
                Arguments.of("n_literal_short_false", "[fals]"),
                Arguments.of("n_literal_short_null", "nul"),
                Arguments.of("n_literal_long_true", "truee"),
                Arguments.of("n_literal_capital_true", "True"),
                Arguments.of("n_literal_capital_false", "FALSE"),
                Arguments.of("n_literal_capital_null", "Null"),
                Arguments.of("n_literal_none", "None"),
                Arguments.of("n_literal_undefined", "undefined"),
                Arguments.of("n_literal_bare_word", "[a]"));
    }

    private static List<Arguments> refusedNumbers() {
        return Stream.of("NaN", "-NaN", "Infinity", "-Infinity", "+Infinity", "-", "--1", "- 1",
                "+1", "-a", "01", "-01", "00", "012", "-012.5", "1.", "-1.", "0.", ".5", "-.5",
                "2.e3", "1.e", "1..2", "1.2.3", "1e", "1E", "1e+", "1e-", "0e", "1.0e", "1ee2",
                "1e1.5", "1e+-2", "1 000", "1_000", "0x1F", "1f", "1L", "1+2", "1-2",
                "\uff11", "1\u0661", "\u221e")
                .map(number -> Arguments.of("n_number_" + number, "[0, " + number + "]"))
                .toList();
    }

    private static List<Arguments> refusedStrings() {
        return List.of(
                Arguments.of("n_string_single_quotes", "'a'"),
                Arguments.of("n_string_only_a_quote", "\""),
                Arguments.of("n_string_unclosed", "\"a"),
                Arguments.of("n_string_unclosed_after_escape", "\"a\\n"),
                Arguments.of("n_string_ends_in_backslash", "\"a\\"),
                Arguments.of("n_string_escaped_closing_quote", "\"a\\\""),
                Arguments.of("n_string_escape_x", "\"\\x00\""),
                Arguments.of("n_string_escape_a", "\"\\a\""),
                Arguments.of("n_string_escape_v", "\"\\v\""),
                Arguments.of("n_string_escape_zero", "\"\\0\""),
                Arguments.of("n_string_escape_single_quote", "\"\\'\""),
                Arguments.of("n_string_escape_capital_u", "\"\\U0041\""),
                Arguments.of("n_string_escape_capital_n", "\"\\N\""),
                Arguments.of("n_string_escape_line_end", "\"\\\n\""),
                Arguments.of("n_string_escape_emoji", "\"\\\ud83d\ude00\""),
                Arguments.of("n_string_unicode_unclosed", "\"\\u"),
                Arguments.of("n_string_unicode_one_digit", "\"\\u1\""),
                Arguments.of("n_string_unicode_three_digits", "\"\\u00A\""),
                Arguments.of("n_string_unicode_three_digits_at_end", "\"\\u00A"),
                Arguments.of("n_string_unicode_no_hex", "\"\\u00G0\""),
                Arguments.of("n_string_unicode_signed", "\"\\u+041\""),
                Arguments.of("n_string_unicode_fullwidth", "\"\\u\uff10\uff10\uff14\uff11\""),
                Arguments.of("n_string_raw_null", "\"a\0b\""),
                Arguments.of("n_string_raw_tab", "\"a\tb\""),
                Arguments.of("n_string_raw_line_feed", "\"a\nb\""),
                Arguments.of("n_string_raw_carriage_return", "\"a\rb\""),
                Arguments.of("n_string_raw_unit_separator", "\"a\u001fb\""),
                Arguments.of("n_string_raw_control_after_escape", "\"\\n\u0001\""),
                Arguments.of("n_string_raw_control_in_name", "{\"a\u0001\":1}"),
                Arguments.of("n_string_backtick", "`a`"));
    }

    private static List<Arguments> refusedBlanks() {
        return Stream.of(0x00, 0x08, 0x0b, 0x0c, 0x1f, 0x7f, 0x85, 0xa0, 0x1680, 0x2003, 0x200b,
                0x2028, 0x2029, 0x2060, 0x3000, 0xfeff)
                .map(blank -> Arguments.of("n_blank_%04x".formatted(blank),
                        "[1," + Character.toString(blank) + "2]"))
                .toList();
    }
}
