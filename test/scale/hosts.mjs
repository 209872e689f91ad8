// What stands behind the clients: a slow upstream, replicas of the daemon, and HAProxy.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';

const { JAVA, JAR } = process.env;
const ANSWER = JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 7,
    model: 'm',
    choices: [{
        index: 0,
        message: { role: 'assistant', content: 'Hello.' },
        finish_reason: 'stop',
    }],
});
const READY_MS = 60_000;

/** An upstream whose model `slow` takes that long for each answer. Its port and its end. */
export async function startUpstream(slowMs) {
    const server = http.createServer(async (request, response) => {
        let text = '';
        for await (const data of request) {
            text += data;
        }
        const { model } = JSON.parse(text);
        setTimeout(() => {
            response.writeHead(200, { 'Content-Type': 'application/json' }).end(ANSWER);
        }, model === 'slow' ? slowMs : 0);
    });
    server.keepAliveTimeout = 60_000;
    server.listen(0, '127.0.0.1', 4096);
    await once(server, 'listening');
    return server;
}

/** A port that was free a moment ago. */
export async function freePort() {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address();
    server.close();
    await once(server, 'close');
    return port;
}

/** A program that runs until `stop`; whatever happens, it does not outlive this one. */
class Program {
    #child;
    #exited;

    constructor(command, args) {
        this.#child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
        this.#exited = once(this.#child, 'exit');
        const kill = () => this.#child.kill('SIGKILL');
        process.once('exit', kill);
        this.#exited.then(() => process.off('exit', kill));
    }

    get isRunning() {
        return this.#child.exitCode === null && this.#child.signalCode === null;
    }

    /** Sends SIGTERM, and gives the exit code, or the signal that ended it. */
    async stop() {
        this.#child.kill('SIGTERM');
        const [code, signal] = await this.#exited;
        return code ?? signal;
    }
}

/** One of several daemons, which is restarted on the same port. */
export class Replica {
    #port;
    #upstream;
    #program;

    constructor(port, upstream) {
        this.#port = port;
        this.#upstream = upstream;
    }

    async start() {
        this.#program = new Program(JAVA, ['-XX:+UseSerialGC', '-Xmx256m', '-jar', JAR,
            '--config', '/dev/null', '--port', String(this.#port),
            '--upstream', `http://127.0.0.1:${this.#upstream}`,
            '--set', 'TRUST_PROXY=true', '--set', 'LOG_LEVEL=error',
            '--set', 'HEARTBEAT_INTERVAL_MS=1000', '--set', 'COMMIT_AFTER_MS=500',
            '--set', 'UPSTREAM_CONNECT_TIMEOUT_MS=60000']);
        await ready(this.#port, this.#program);
    }

    stop() {
        return this.#program.stop();
    }
}

/** HAProxy with the configuration beside this file, on other ports. */
export async function startHaproxy(front, replicas, directory) {
    let text = readFileSync(new URL('haproxy.cfg', import.meta.url), 'utf8')
        .replace('bind :8080', `bind 127.0.0.1:${front}`);
    replicas.forEach((port, i) => {
        text = text.replace(`127.0.0.1:${3001 + i}`, `127.0.0.1:${port}`);
    });
    const file = `${directory}/haproxy.cfg`;
    writeFileSync(file, text);
    const haproxy = new Program('haproxy', ['-db', '-f', file]);
    await ready(front, haproxy);
    return haproxy;
}

async function ready(port, program) {
    const until = performance.now() + READY_MS;
    while (await statusOf(port) !== 200) {
        if (!program.isRunning || performance.now() > until) {
            throw new Error(`nothing serves on port ${port}`);
        }
        await new Promise((resolve) => { setTimeout(resolve, 20); });
    }
}

function statusOf(port) {
    return new Promise((resolve) => {
        http.get({ host: '127.0.0.1', port, path: '/api/status', agent: false }, (response) => {
            response.resume();
            resolve(response.statusCode);
        }).on('error', () => resolve(0));
    });
}
