// The programs behind a balancer: a slow upstream, and replicas of the daemon.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { chat } from '../clients/answers.mjs';

const { JAVA, JAR } = process.env;
const ANSWER = JSON.stringify(chat('Hello.'));
const READY_MS = 60_000;

/** An upstream that answers a model `after-N` after N milliseconds, and others with 503. */
export async function startUpstream() {
    const server = http.createServer(async (request, response) => {
        let text = '';
        for await (const data of request) {
            text += data;
        }
        const { model } = JSON.parse(text);
        const wait = Number(model.replace('after-', ''));
        setTimeout(() => {
            response.writeHead(wait >= 0 ? 200 : 503, { 'Content-Type': 'application/json' });
            response.end(ANSWER);
        }, wait || 0);
    });
    server.keepAliveTimeout = 60_000;
    server.listen(0, '127.0.0.1', 4096);
    await once(server, 'listening');
    return server;
}

/** A program that runs until `stop`; it never outlives this one. */
export class Program {
    #child;
    #exited;

    constructor(command, args, env = process.env) {
        this.#child = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
        this.#exited = once(this.#child, 'exit');
        const kill = () => this.#child.kill('SIGKILL');
        process.once('exit', kill);
        this.#exited.then(() => process.off('exit', kill));
    }

    get isRunning() {
        return this.#child.exitCode === null && this.#child.signalCode === null;
    }

    /** Sends SIGTERM; returns the exit code, or the signal that ended the program. */
    async stop() {
        this.#child.kill('SIGTERM');
        const [code, signal] = await this.#exited;
        return code ?? signal;
    }
}

/** One of several daemons; it restarts on the same port. */
export class Replica {
    port;
    #upstream;
    #program;

    constructor(port, upstream) {
        this.port = port;
        this.#upstream = upstream;
    }

    async start() {
        this.#program = new Program(JAVA, ['-XX:+UseSerialGC', '-Xmx256m', '-jar', JAR,
            '--config', '/dev/null', '--port', String(this.port),
            '--upstream', `http://127.0.0.1:${this.#upstream}`,
            '--set', 'TRUST_PROXY=true', '--set', 'RETRY_MAX=0', '--set', 'LOG_LEVEL=error',
            '--set', 'HEARTBEAT_INTERVAL_MS=1000', '--set', 'COMMIT_AFTER_MS=500',
            '--set', 'UPSTREAM_CONNECT_TIMEOUT_MS=60000']);
        await ready(this.port, this.#program);
    }

    stop() {
        return this.#program.stop();
    }
}

/** Waits until a program on this port is ready; it listens before it is ready. */
export async function ready(port, program) {
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
        http.get({ host: '127.0.0.1', port, path: '/readyz', agent: false }, (response) => {
            response.resume();
            resolve(response.statusCode);
        }).on('error', () => resolve(0));
    });
}
