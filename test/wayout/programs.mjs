// The daemon and tinyproxy, and what they print.

import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import net from 'node:net';
import { freePort, launch } from '../clients/daemon.mjs';

const PATIENCE_MS = 20_000;

/** A running program and its output. */
class Program {
    #child;
    #output = '';
    #more = () => {};

    constructor(command, args, env) {
        this.#child = launch(command, args, { env });
        for (const stream of [this.#child.stdout, this.#child.stderr]) {
            stream.setEncoding('utf8').on('data', (text) => {
                this.#output += text;
                this.#more();
            });
        }
        this.ended = once(this.#child, 'close');
        this.ended.then(() => this.#more());
    }

    get output() {
        return this.#output;
    }

    /** The first match in the output, as soon as there is one. */
    async says(pattern) {
        const until = AbortSignal.timeout(PATIENCE_MS);
        for (;;) {
            const found = pattern.exec(this.#output);
            if (found) {
                return found;
            }
            if (until.aborted || this.#child.exitCode !== null) {
                throw new Error(`nothing matches ${pattern} in:\n${this.#output}`);
            }
            await new Promise((resolve) => {
                this.#more = resolve;
                until.addEventListener('abort', resolve, { once: true });
            });
        }
    }

    async stop() {
        this.#child.kill('SIGTERM');
        await this.ended;
    }

    signal(name) {
        this.#child.kill(name);
    }
}

/** A tinyproxy that asks for a user and a password; `requests()` has what it logged of each. */
export async function startTinyproxy(directory, user, password) {
    const port = await freePort();
    const file = `${directory}/tinyproxy-${port}.conf`;
    writeFileSync(file, `Port ${port}\nListen 127.0.0.1\nTimeout 60\nMaxClients 50\n`
        + `LogLevel Connect\nBasicAuth ${user} ${password}\n`);
    const program = new Program('tinyproxy', ['-d', '-c', file], {});
    await reachable(port);
    return {
        port,
        requests: () => program.output.match(/Request .*/g) ?? [],
        says: (pattern) => program.says(pattern),
        stop: () => program.stop(),
    };
}

async function reachable(port) {
    const until = performance.now() + PATIENCE_MS;
    for (;;) {
        const socket = net.connect(port, '127.0.0.1');
        const answer = await new Promise((resolve) => {
            socket.once('connect', () => resolve('yes')).once('error', resolve);
        });
        socket.destroy();
        if (answer === 'yes') {
            return;
        }
        if (performance.now() > until) {
            throw answer;
        }
        await new Promise((resolve) => { setTimeout(resolve, 20); });
    }
}

/** A daemon with these settings and variables; `line` is the one that it starts with. */
export async function startDaemon(upstream, settings, env = {}) {
    const sets = Object.entries({ RETRY_MAX: '0', CHUNK_DELAY_MS: '0', ...settings })
        .flatMap(([name, value]) => ['--set', `${name}=${value}`]);
    const program = new Program(process.env.JAVA, ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1',
        '-jar', process.env.JAR, '--config', '/dev/null', '--port', '0', '--upstream', upstream,
        ...sets], env);
    const [line, url] = await program.says(/.*listening on (\S+), asking .*/);
    return Object.assign(program, { line, url });
}

/** A daemon that must refuse its settings: its output. */
export async function refusal(upstream, settings, env = {}) {
    const sets = Object.entries(settings)
        .flatMap(([name, value]) => ['--set', `${name}=${value}`]);
    const program = new Program(process.env.JAVA, ['-jar', process.env.JAR, '--config',
        '/dev/null', '--port', '0', '--upstream', upstream, ...sets], env);
    const [code] = await program.ended;
    return { code, output: program.output };
}
