package fakestream.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.JsonValue;
import fakestream.protocol.chat.Chunks;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The forms of vendors' errors.
final class VendorErrorTest {
    private static final String CHOICES = "'choices':[{'message':{'content':'Hi'}}]";

    @ParameterizedTest
    @ValueSource(strings = {
        // OpenRouter, LiteLLM
        "{'error':{'message':'No credit','code':402},'user_id':'u'} -> 402 No credit",
        "{'error':{'message':'Slow down','code':'429'}} -> 429 Slow down",
        "{'error':{'message':'m','type':'x'},'code':503} -> 503 m",
        // Google, and its compatible path
        "{'error':{'code':429,'message':'Quota','status':'RESOURCE_EXHAUSTED'}} -> 429 Quota",
        "[{'error':{'code':400,'message':'Bad key','status':'INVALID_ARGUMENT'}}] -> 400 Bad key",
        "{'error':{'message':'Busy','status':'UNAVAILABLE'}} -> 503 Busy",
        "{'error':{'code':8,'message':'Quota','status':'RESOURCE_EXHAUSTED'}} -> 429 Quota",
        "{'error':{'code':16,'message':'Who?','status':'UNAUTHENTICATED'}} -> 401 Who?",
        // MiniMax, alone and beside choices that are null
        "{'base_resp':{'status_code':1008,'status_msg':'insufficient balance'}}"
            + " -> 402 insufficient balance",
        "{'id':'','choices':null,'base_resp':{'status_code':1002,'status_msg':'rate limit'}}"
            + " -> 429 rate limit",
        "{" + CHOICES + ",'base_resp':{'status_code':1027,'status_msg':'output new_sensitive'}}"
            + " -> 400 output new_sensitive",
        "{'base_resp':{'status_code':2049,'status_msg':'invalid api key'}} -> 401 invalid api key",
        "{'base_resp':{'status_code':9,'status_msg':'odd'}} -> 0 odd",
        "{'type':'error','error':{'type':'x','message':'m','http_code':'400'}} -> 400 m",
        // Gateways
        "{'code':401,'msg':'Unauthorized'} -> 401 Unauthorized",
        "{'code':'10013','message':'No such model','data':null} -> 0 No such model",
        "{'code':-1,'msg':'failed','choices':[]} -> 0 failed",
        "{'success':false,'code':402,'error':{'message':'Pay'}} -> 402 Pay",
        "{'success':false,'message':'Broken'} -> 0 Broken",
        // Cloudflare
        "{'result':null,'success':false,'errors':[{'code':7003,'message':'Could not route'},"
            + "{'code':7000,'message':'No route'}],'messages':[]} -> 0 Could not route; No route",
        "{'errors':['first','second']} -> 0 first; second",
        "{'errors':[{'status':'404','title':'t','detail':'Not here'}]} -> 404 Not here",
        // FastAPI
        "{'detail':'Not Found'} -> 0 Not Found",
        "{'detail':[{'loc':['body','messages',0],'msg':'Field required','type':'missing'}]}"
            + " -> 0 body.messages.0: Field required",
        "{'detail':{'error':'Too long'}} -> 0 Too long",
        // Mistral
        "{'object':'error','message':{'detail':[{'msg':'Bad role','loc':['x']}]},'code':'422'}"
            + " -> 422 x: Bad role",
        // Cohere, AWS, Nest, Spring, Ollama, Baidu, OAuth
        "{'message':'invalid api token'} -> 0 invalid api token",
        "{'__type':'ThrottlingException','message':'Rate exceeded'} -> 0 Rate exceeded",
        "{'Message':'not authorized'} -> 0 not authorized",
        "{'statusCode':429,'message':'Throttled','error':'Too Many Requests'} -> 429 Throttled",
        "{'timestamp':1,'status':404,'error':'Not Found','path':'/v1'} -> 404 Not Found",
        "{'error':'model not found'} -> 0 model not found",
        "{'error':true,'message':'Broken'} -> 0 Broken",
        "{'error':['one','two']} -> 0 one; two",
        "{'error_code':336003,'error_msg':'messages empty','id':'as-1'} -> 0 messages empty",
        "{'error':'invalid_request','error_description':'No grant'} -> 0 No grant",
        // OpenRouter's failed choice
        "{'choices':[{'finish_reason':'error','message':{'content':'Hal'},"
            + "'error':{'code':502,'message':'Provider gone'}}]} -> 502 Provider gone",
        "{'error':{},'choices':[{'delta':{},'finish_reason':'error'}]}"
            + " -> 0 the upstream failed: {'finish_reason':'error'}"})
    void isFoundWithMessageAndStatus(String bodyAndError) {
        var parts = bodyAndError.split(" -> ");
        var error = found(parts[0]).orElseThrow();
        assertEquals(parts[1], error.status() + " " + error.message().replace('"', '\''));
        var object = error.object();
        assertTrue(object.has("type") && object.has("param") && object.has("code"), parts[0]);
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "{}", "[]", "''", "0", "false",
        "{'message':'','type':'','param':'','code':null}", "{'code':0,'message':'success'}"})
    void isAbsentIfEmptyBesideAnAnswer(String error) {
        for (var answer : new String[] {CHOICES, "'candidates':[{}]", "'output':[{}]",
            "'type':'message','content':[{}]"}) {
            var body = "{'error':" + error + "," + answer + "}";
            assertEquals(Optional.empty(), found(body), body);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"'base_resp':{'status_code':0,'status_msg':''}",
        "'code':0,'msg':'success'", "'code':200,'message':'success'", "'code':'0','msg':'ok'",
        "'success':true,'errors':[]", "'error_code':0,'error_msg':''", "'message':'',"
            + "'detail':null", "'code':1,'msg':'a word beside it'"})
    void isAbsentBesideAGoodAnswer(String beside) {
        assertEquals(Optional.empty(), found("{" + beside + "," + CHOICES + "}"));
        assertEquals(Optional.empty(), found("{" + CHOICES + "," + beside + "}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[]", "[[]]", "null", "'text'", "5", "{'id':'x'}",
        "{'code':0,'msg':'success'}", "{'choices':[]}", "{'message':{'role':'assistant'}}",
        "{'type':'ping'}", "{'status':'completed','error':null}"})
    void isAbsentFromOtherBodies(String body) {
        assertEquals(Optional.empty(), found(body));
    }

    @Test
    void isNotFoundInStreamProgressMessages() {
        for (var data : new String[] {"{'message':'Thinking.'}", "{'detail':'queued'}",
            "{'type':'status','msg':'Searching.'}"}) {
            var event = new SseEvent.Received(new byte[0], "", data.replace('\'', '"'));
            assertEquals(Optional.empty(), VendorError.find(event, event.json()));
        }
        var event = new SseEvent.Received(new byte[0], "", "{\"code\":5,\"msg\":\"No.\"}");
        assertEquals("No.", VendorError.find(event, event.json()).orElseThrow().message());
    }

    @ParameterizedTest
    @ValueSource(strings = {"34.074824224s -> PT34.074824224S", "2s -> PT2S", "0s -> PT0S"})
    void readsTheRetryDelayOfGoogle(String delays) {
        var parts = delays.split(" -> ");
        assertEquals(Optional.of(Duration.parse(parts[1])), retryDelay(parts[0]));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "34", "-1s", "1m", "9999999999s", "1.s"})
    void ignoresAnInvalidRetryDelay(String delay) {
        assertEquals(Optional.empty(), retryDelay(delay));
    }

    private static Optional<Duration> retryDelay(String delay) {
        return found("{'error':{'message':'m','details':[{'@type':'x'},7,{'@type':"
                + "'type.googleapis.com/google.rpc.RetryInfo','retryDelay':'" + delay + "'}]}}")
                .orElseThrow().retryDelay();
    }

    private static Optional<ApiError> found(String body) {
        JsonValue value = Chunks.value(body);
        return VendorError.find(value);
    }
}
