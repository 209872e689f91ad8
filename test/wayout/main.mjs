// The way out, as companies have it: a proxy with a password, and TLS that a CA of their own signs.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { after, afterEach, before, describe, it } from 'node:test';
import { freePort } from '../clients/daemon.mjs';
import { refusal, startDaemon, startTinyproxy } from './programs.mjs';
import { HELLO, makeCertificates, startUpstream } from './upstream.mjs';

const USER = 'company';
const PASSWORD = 'pass-word-of-2026';

let directory;
let upstream;
let expired;
let proxy;
let running = [];

before(async () => {
    directory = mkdtempSync(`${tmpdir()}/wayout-`);
    makeCertificates(directory);
    [upstream, expired, proxy] = await Promise.all([startUpstream(directory, 'good'),
        startUpstream(directory, 'expired'), startTinyproxy(directory, USER, PASSWORD)]);
});

afterEach(async () => {
    await Promise.all(running.map((program) => program.stop()));
    running = [];
});

after(async () => {
    await proxy.stop();
    upstream.close();
    expired.close();
    rmSync(directory, { recursive: true });
});

function url(host = 'localhost', { port } = upstream) {
    return `https://${host}:${port}`;
}

function ca() {
    return `${directory}/ca.pem`;
}

function proxyUrl(password = PASSWORD, port = proxy.port) {
    return `http://${USER}:${password}@127.0.0.1:${port}`;
}

async function daemon(...args) {
    const program = await startDaemon(...args);
    running.push(program);
    return program;
}

function ask(program, model, stream = false, signal = undefined) {
    return fetch(`${program.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Authorization: 'Bearer sk-client-key-1' },
        body: JSON.stringify({ model, stream, messages: [{ role: 'user', content: 'Hi' }] }),
        signal,
    });
}

async function assertHello(program, model = 'm') {
    const response = await ask(program, model);
    const text = await response.text();
    assert.equal(response.status, 200, text);
    assert.equal(JSON.parse(text).choices[0].message.content, HELLO);
}

/** The failure of a whole answer: its status, and the code in its error. */
async function failure(program) {
    const response = await ask(program, 'm');
    const text = await response.text();
    assert.doesNotMatch(text, /tinyproxy|127\.0\.0\.1/i);
    return `${response.status} ${JSON.parse(text).error.code}`;
}

function assertDiscreet(program) {
    const token = Buffer.from(`${USER}:${PASSWORD}`).toString('base64');
    for (const secret of [PASSWORD, token]) {
        assert.ok(!program.output.includes(secret), program.output);
    }
}

describe('through tinyproxy with a password', () => {
    const settings = () => ({ UPSTREAM_PROXY: proxyUrl(), UPSTREAM_CA_FILE: ca() });

    it('a whole answer', async () => {
        const program = await daemon(url(), settings());
        assert.match(program.line, new RegExp(`asking ${url()}/v1 through http://127\\.0\\.0\\.1:`
            + `${proxy.port} \\(UPSTREAM_PROXY\\)$`));
        const [before, asked] = [proxy.requests().length, upstream.asked.length];
        await assertHello(program);
        await assertHello(program);
        const requests = proxy.requests().slice(before);
        assert.equal(requests.length, 1, 'the tunnel is kept for the next request');
        assert.match(requests[0], new RegExp(`CONNECT localhost:${upstream.port} `));
        for (const headers of upstream.asked.slice(asked)) {
            assert.equal(headers['proxy-authorization'], undefined);
        }
        assertDiscreet(program);
    });

    it('a stream with its heartbeats', async () => {
        const program = await daemon(url(), { ...settings(), COMMIT_AFTER_MS: '0',
            HEARTBEAT_STYLE: 'comment' });
        const text = await (await ask(program, 'm', true)).text();
        assert.match(text, /^: heartbeat/);
        const content = text.split('\n').filter((line) => /^data: {/.test(line))
            .map((line) => JSON.parse(line.slice(6)).choices[0]?.delta.content ?? '').join('');
        assert.equal(content, HELLO);
        assert.match(text, /data: \[DONE\]\s*$/);
    });

    it('a client that leaves ends the call', async () => {
        const program = await daemon(url(), { ...settings(), COMMIT_AFTER_MS: '0' });
        const leaving = new AbortController();
        const response = await ask(program, 'silent', true, leaving.signal);
        assert.equal(response.status, 200);
        await upstream.came;
        leaving.abort();
        await upstream.left;
        await program.says(/ 499 /);
    });

    it('a 503 is tried again in the same tunnel', async () => {
        const program = await daemon(url(), { ...settings(), RETRY_MAX: '2' });
        const before = proxy.requests().length;
        await assertHello(program, 'busy');
        assert.equal(proxy.requests().length, before + 1);
    });

    it('a wrong password is a 502 that names the proxy in the log', async () => {
        const program = await daemon(url(), { ...settings(), UPSTREAM_PROXY: proxyUrl('wrong') });
        const asked = upstream.asked.length;
        assert.equal(await failure(program), '502 upstream_proxy');
        await program.says(new RegExp('warn no connection to the upstream could be made through '
            + `the proxy on the way: http://127\\.0\\.0\\.1:${proxy.port} .*answered 40[17]\\b`));
        assert.equal(upstream.asked.length, asked);
    });

    it('a proxy that is down is a 502', async () => {
        const port = await freePort();
        const program = await daemon(url(),
            { ...settings(), UPSTREAM_PROXY: proxyUrl(PASSWORD, port) });
        assert.equal(await failure(program), '502 upstream_proxy');
        await program.says(new RegExp(`http://127\\.0\\.0\\.1:${port} refused the connection`));
    });

    it('an upstream that the proxy cannot reach is a 502', async () => {
        const program = await daemon(`https://localhost:${await freePort()}`, settings());
        assert.equal(await failure(program), '502 upstream_proxy');
        await program.says(/opened no tunnel, it answered 5\d\d/);
    });

    it('a fallback is asked after a failed tunnel', async () => {
        const program = await daemon(`https://localhost:${await freePort()}`,
            { ...settings(), FALLBACK_API_URLS: url() });
        await assertHello(program);
    });

    it('an untrusted CA is named in the log', async () => {
        const program = await daemon(url(), { UPSTREAM_PROXY: proxyUrl() });
        assert.equal(await failure(program), '502 upstream_tls');
        await program.says(/warn no secure connection .*unable to find valid certification path/);
    });

    it('an expired certificate is named in the log', async () => {
        const program = await daemon(url('localhost', expired), settings());
        assert.equal(await failure(program), '502 upstream_tls');
        await program.says(/warn no secure connection .*certificate_expired/);
    });
});

describe('by the environment', () => {
    const settings = () => ({ UPSTREAM_CA_FILE: ca() });

    async function through(env, address = url('10.99.0.1'), more = {}) {
        const program = await daemon(address, { ...settings(), ...more }, env);
        const before = proxy.requests().length;
        await assertHello(program);
        return { line: program.line.replace(/.*\/v1/, ''), asked: proxy.requests().length - before };
    }

    it('HTTPS_PROXY is taken', async () => {
        assert.deepEqual(await through({ https_proxy: proxyUrl() }),
            { line: ` through http://127.0.0.1:${proxy.port} (https_proxy)`, asked: 1 });
    });

    it('NO_PROXY is honoured', async () => {
        assert.deepEqual(await through({ HTTPS_PROXY: proxyUrl(), NO_PROXY: 'x.test,10.0.0.0/8' }),
            { line: ' directly (NO_PROXY)', asked: 0 });
    });

    it('loopback is asked directly', async () => {
        assert.deepEqual(await through({ HTTPS_PROXY: proxyUrl() }, url()), { line: '', asked: 0 });
    });

    it('UPSTREAM_PROXY wins', async () => {
        const env = { HTTPS_PROXY: 'socks5://127.0.0.1:1', NO_PROXY: '*' };
        assert.deepEqual(await through(env, url(), { UPSTREAM_PROXY: proxyUrl() }),
            { line: ` through http://127.0.0.1:${proxy.port} (UPSTREAM_PROXY)`, asked: 1 });
        assert.deepEqual(await through(env, url('10.99.0.1'), { UPSTREAM_PROXY: 'off' }),
            { line: ' directly (UPSTREAM_PROXY=off)', asked: 0 });
    });
});

describe('the certificates', () => {
    it('are read again with SIGHUP', async () => {
        const file = `${directory}/again.pem`;
        const { output: none, code } = await refusal(url(), { UPSTREAM_CA_FILE: file });
        assert.equal(code, 78);
        assert.match(none, /UPSTREAM_CA_FILE: .*again\.pem cannot be read: no such file/);
        const good = readFileSync(ca(), 'utf8');
        writeFileSync(file, good.replace(/\n[A-Za-z0-9+/]{20}/, '\n'));
        const { output: broken } = await refusal(url(), { UPSTREAM_CA_FILE: file });
        assert.match(broken, /UPSTREAM_CA_FILE: .*again\.pem: certificate 1 of 1 is broken: /);

        const other = readFileSync(`${directory}/expired.pem`, 'utf8');
        writeFileSync(file, other);
        const program = await daemon(url(), { UPSTREAM_CA_FILE: file });
        assert.equal(await failure(program), '502 upstream_tls');
        writeFileSync(file, '');
        program.signal('SIGHUP');
        await program.says(/the settings stay as they were.*again\.pem holds no certificate/);
        writeFileSync(file, other + good);
        program.signal('SIGHUP');
        await program.says(/the settings were read again/);
        await assertHello(program);
    });
});
