-- Makes wrk send a POST. The arguments after `--` are its body, then names and values of headers.
-- Ends with one line of figures, with times in microseconds; Round reads it.

function init(args)
    wrk.method = "POST"
    wrk.body = args[1]
    for i = 2, #args, 2 do
        wrk.headers[args[i]] = args[i + 1]
    end
end

function done(summary, latency)
    local errors = summary.errors
    print(string.format("figures %d %d %d %d %d %d", summary.requests, summary.duration,
        latency:percentile(50), latency:percentile(99), summary.bytes,
        errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
