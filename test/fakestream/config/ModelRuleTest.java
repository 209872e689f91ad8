package fakestream.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ModelRuleTest {
    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {
        "gpt-4o,gpt-4o,true", "gpt-4o,gpt-4o-mini,false", "gpt-4o,xgpt-4o,false",
        "gpt-4o,GPT-4o,false", "gpt-4*,gpt-4,true", "gpt-4*,gpt-4o-mini,true",
        "*-mini,gpt-4o-mini,true", "*-mini,gpt-4o-mini-2,false",
        "*,``,true", "*,any/thing:free,true", "?,``,false", "?,a,true", "?,ab,false", "?,😀,true",
        "g?t-*o,gpt-4o,true", "a.b,a.b,true", "a.b,aXb,false", "a[bc],a[bc],true", "a[bc],ab,false",
        "(a|b)+,(a|b)+,true", "(a|b)+,a,false", "a\\Eb*,a\\Ebc,true", "\\Q*\\E,\\Qx\\E,true",
        "a$,a$,true", "^a,a,false", "a{2},a{2},true", "org/*:free,org/m:free,true",
        "*:free,org/m:free,true", "**,x,true", "a*b*c,aXbYc,true", "a*b*c,acb,false"})
    void fitsTheWholeOfAName(String pattern, String model, boolean fits) {
        assertEquals(fits, ModelRule.fits(pattern, model));
    }

    @Test
    void fitsANameWithALineBreak() {
        assertEquals(true, ModelRule.fits("a*", "a\nb"));
    }

    private static List<ModelRule<StreamMode>> parse(String text) {
        return ModelRule.parse(text, "MODE", word -> ValueParser.oneOf(StreamMode.class, word));
    }

    @Test
    void takesTheFirstThatFits() {
        var rules = parse("gpt-5*=real,gpt-*=fake");
        assertEquals(Optional.of(StreamMode.REAL), ModelRule.first(rules, "gpt-5-mini"));
        assertEquals(Optional.of(StreamMode.FAKE), ModelRule.first(rules, "gpt-4o"));
        assertEquals(Optional.empty(), ModelRule.first(rules, "o3"));
    }

    @Test
    void readsAListInItsOrder() {
        assertEquals(List.of(new ModelRule<>("gpt-5*", StreamMode.FAKE),
                        new ModelRule<>("a=b", StreamMode.TOOLS),
                        new ModelRule<>("c", StreamMode.REAL),
                        new ModelRule<>("*", StreamMode.AUTO)),
                parse(" gpt-5* = fake ,a=b=Tools\r\nc=REAL,\n,*=auto,"));
        assertEquals(List.of(), parse(" , \n"));
        assertEquals(List.of(), parse(""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt-5", "=fake", " = fake", "a,b=fake", "a="})
    void refusesAnInvalidEntry(String text) {
        assertEquals("'" + text.split(",")[0].strip() + "' is not PATTERN=MODE",
                problem(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a=fak", "b=real,a=on"})
    void refusesAnUnknownMode(String text) {
        assertEquals("'" + text.substring(text.lastIndexOf('=') + 1)
                + "' is not one of fake, real, auto, tools", problem(text));
    }

    @Test
    void stopsTheStartIfTheListIsInvalid() {
        var problem = assertThrows(IllegalArgumentException.class,
                () -> Config.of(Map.of("STREAM_MODE_MODELS", "gpt-5")));
        assertEquals(true, problem.getMessage().contains("STREAM_MODE_MODELS"), problem::toString);
    }

    private static String problem(String text) {
        return assertThrows(IllegalArgumentException.class, () -> parse(text))
                .getMessage();
    }
}
