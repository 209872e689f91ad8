// Starts daemons and other programs of these checks, and ends exactly these by their handles.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';

const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 5_000;
const LISTENING = /listening[^]*?(http:\/\/127\.0\.0\.1:\d+)/;

const running = new Set();

// 'exit' comes after a failure and after a signal alike; nothing asynchronous runs in it.
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => process.exit(130));
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

/** A child that ends with us. It gets `env`, and none of our variables that could be a setting. */
export function launch(command, args, { env, ...options } = {}) {
    const child = spawn(command, args, { ...options, env: { PATH: process.env.PATH, ...env } });
    running.add(child);
    child.once('close', () => running.delete(child));
    return child;
}

/** A daemon on a free port before an upstream. */
export function startDaemon(upstreamUrl, settings) {
    return start(['--upstream', upstreamUrl], settings);
}

/** A daemon on a free port before its own demo. */
export function startDemo(settings) {
    return start(['--demo'], settings);
}

async function start(flags, settings) {
    const sets = Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
    const args = ['-jar', process.env.JAR, '--port', '0', ...flags, ...sets];
    return startServer(process.env.JAVA, args, START_TIMEOUT_MS);
}

/** A program that prints its address: its `url`, its output, and a function to stop it. */
export async function startServer(command, args, timeoutMs) {
    const child = launch(command, args);
    let output = '';
    const url = await new Promise((resolve, reject) => {
        const give = (why) => reject(new Error(`${command} ${why}; it printed:\n${output}`));
        const timer = setTimeout(give, timeoutMs, 'does not say where it listens');
        const read = (text) => {
            output += text;
            const found = LISTENING.exec(output);
            if (found) {
                clearTimeout(timer);
                resolve(found[1]);
            }
        };
        child.stdout.setEncoding('utf8').on('data', read);
        child.stderr.setEncoding('utf8').on('data', read);
        child.once('error', (error) => give(`could not be started: ${error.message}`));
        child.once('close', (code) => give(`ended with ${code}`));
    });
    return {
        url,
        output: () => output,

        async stop() {
            if (!running.has(child)) {
                return;
            }
            const ended = once(child, 'close');
            child.kill('SIGTERM');
            const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
            await ended;
            clearTimeout(timer);
        },
    };
}
