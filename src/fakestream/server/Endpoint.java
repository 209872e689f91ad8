package fakestream.server;

import fakestream.config.Config;
import fakestream.config.Setting;
import fakestream.json.Json;
import fakestream.json.JsonBoolean;
import fakestream.json.JsonException;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.protocol.ApiError;
import fakestream.protocol.BadRequest;
import fakestream.protocol.SseEvent;
import fakestream.upstream.Upstream;
import fakestream.upstream.UpstreamAnswer;
import fakestream.upstream.UpstreamException;
import fakestream.upstream.UpstreamKey;
import fakestream.upstream.UpstreamRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// The endpoints whose answers may be streamed. It judges the request as far as it must read it,
/// asks the upstream, and gives the client a whole answer, or a stream of it.
final class Endpoint {
    private final Upstream upstream;
    private final Streamer streamer;
    private final Modes modes;
    private final int mostBytes;
    private final Log log;

    Endpoint(Upstream upstream, Streamer streamer, Config config, Log log) {
        this.upstream = upstream;
        this.streamer = streamer;
        this.modes = new Modes(config);
        this.mostBytes = config.get(Setting.MAX_BODY_BYTES);
        this.log = log;
    }

    /// Serves one request.
    ///
    /// @throws ProxyException where the request is wrong; nothing was sent upstream then
    /// @throws IOException where the client left, or its stream had to be broken off
    void serve(Client client, Ask ask, UpstreamKey key) throws ProxyException, IOException {
        var request = read(client, ask);
        try (var up = upstream.request(key, client.headers())) {
            client.onLeaving(up::cancel);
            if (ask.alwaysStreams() || JsonBoolean.TRUE.equals(request.get("stream"))) {
                stream(client, ask, request, up);
            } else if (streamer.keepsWholeAnswersAlive()) {
                sendAlive(client, ask, request, up);
            } else {
                client.send(whole(ask, request, up));
            }
        }
    }

    private JsonObject read(Client client, Ask ask) throws ProxyException, ClientLeft {
        RequestRules.checkCharset(client.headers());
        try {
            if (!(Json.parse(client.request().whole(mostBytes)) instanceof JsonObject request)) {
                throw badRequest(null, "the request's body must be a JSON object");
            }
            checkStream(request);
            ask.protocol().check(request);
            return request;
        } catch (JsonException e) {
            throw badRequest(null, "the request's body is not JSON: " + e.getMessage());
        } catch (BadRequest e) {
            throw new ProxyException(400, e.error());
        }
    }

    /// OpenAI's schema lets `stream` be null.
    private static void checkStream(JsonObject request) throws ProxyException {
        switch (request.get("stream")) {
            case null -> { }
            case JsonBoolean _, JsonNull _ -> { }
            default -> throw badRequest("stream", "'stream' must be true or false");
        }
    }

    private static ProxyException badRequest(String param, String message) {
        return new ProxyException(400, ApiError.invalidRequest(null, param, message));
    }

    private Reply whole(Ask ask, JsonObject request, UpstreamRequest up) {
        try {
            var judge = new AnswerJudge(ask.protocol(), false);
            return WholeAnswer.of(postWhole(ask, request, up, judge), ask.protocol());
        } catch (UpstreamException e) {
            return Reply.error(ask.protocol(), e.status(), e.error());
        }
    }

    /// A whole answer with blank lines before it; once one is out, an error can only be told by the
    /// body.
    private void sendAlive(Client client, Ask ask, JsonObject request, UpstreamRequest up)
            throws ClientLeft {
        try (var stream = streamer.openWhole(client)) {
            var reply = whole(ask, request, up);
            if (!stream.replace(reply)) {
                stream.end(List.of(new SseEvent.Received(reply.body(), "", "")));
            }
        }
    }

    private void stream(Client client, Ask ask, JsonObject request, UpstreamRequest up)
            throws IOException {
        try (var stream = streamer.open(client, ask, request)) {
            var answer = streamer.into(stream, ask, request);
            try {
                answer.tell(ask(ask, request, up));
            } catch (UpstreamException e) {
                answer.fail(Failure.of(ask.protocol(), e.status(), e.error()));
            } catch (RuntimeException | Error bug) {
                log.bug("the stream of " + client.path(), bug);
                answer.fail(Failure.of(ask.protocol(), 500, ApiError.bug()));
            }
        }
    }

    /// Asks for a whole answer, or for the upstream's own stream, as the mode has it.
    private UpstreamAnswer ask(Ask ask, JsonObject request, UpstreamRequest up)
            throws UpstreamException {
        var named = request.string("model");
        var model = ask.model().orElse(named == null ? "" : named);
        var judge = new AnswerJudge(ask.protocol(), true);
        return switch (modes.of(model, request)) {
            case FAKE, TOOLS -> postWhole(ask, request, up, judge);
            case REAL -> up.post(ask.streamed(), bytes(request), judge);
            case AUTO -> tryStream(ask, request, up, judge, model);
        };
    }

    /// An upstream that answers whole all the same needs no second call: its answer is told.
    private UpstreamAnswer tryStream(Ask ask, JsonObject request, UpstreamRequest up,
            AnswerJudge judge, String model) throws UpstreamException {
        var answer = up.post(ask.streamed(), bytes(request), judge);
        if (Modes.refusesStreams(answer)) {
            modes.remember(model);
            return postWhole(ask, request, up, judge);
        }
        if (answer.isSuccess() && !answer.isEventStream()) {
            modes.remember(model);
        }
        return answer;
    }

    private static UpstreamAnswer postWhole(Ask ask, JsonObject request, UpstreamRequest up,
            AnswerJudge judge) throws UpstreamException {
        return up.post(ask.whole(), bytes(ask.protocol().whole(request)), judge);
    }

    private static byte[] bytes(JsonObject request) {
        return request.toString().getBytes(StandardCharsets.UTF_8);
    }
}
