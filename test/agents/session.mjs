// One run of one agent, with its own HOME, upstream and daemon, which all end with it.
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { launch, startDaemon } from '../clients/daemon.mjs';
import { startUpstream, NOTE } from './upstream.mjs';

// The longest time to an agent's first request; a busy machine starts one in a minute.
const START_MS = 180_000;

// "NAME=value ..." for every daemon, to try a setting by hand.
const SETTINGS = Object.fromEntries(
    (process.env.SET ?? '').split(' ').filter(Boolean).map((set) => set.split('=')));

/**
 * Runs the agent until it ends, or until `limitMs` after its first request for a turn. `answer` is
 * {delayMs, failure} as the upstream takes them. `idleMs` shortens the agent's own timeout, and
 * with it the daemon's idea of that timeout. Returns the agent's output, its exit code (undefined
 * if it was cut off), the number of the daemon's requests for turns and between them, and the
 * requests that reached the upstream.
 */
export async function runAgent(agent, { limitMs, idleMs, ...answer }) {
    const settings = { ...(idleMs && agent.settings), ...SETTINGS };
    const home = await mkdtemp(join(tmpdir(), 'fakestream-agent-'));
    const work = join(home, 'work');
    let upstream;
    let daemon;
    try {
        await writeUnder(home, { 'work/note.txt': `${NOTE}\n`, 'tmp/.keep': '' });
        upstream = await startUpstream({ ...answer, tool: agent.tool(work) });
        daemon = await startDaemon(upstream.url, settings);
        const start = agent.start({ url: daemon.url, home, idleMs });
        await writeUnder(home, start.files ?? {});
        const ended = await finish(start, { home, work, limitMs, begun: upstream.begun });
        await daemon.stop();
        const requests = daemon.output().match(/ POST \/v1/g)?.length ?? 0;
        return { ...ended, requests, daemon: daemon.output(), asked: upstream.asked };
    } finally {
        await daemon?.stop();
        await upstream?.close();
        await rm(home, { recursive: true, force: true, maxRetries: 5 });
    }
}

async function writeUnder(home, files) {
    for (const [name, text] of Object.entries(files)) {
        const path = join(home, name);
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, text);
    }
}

/** The agent leads a process group, so that its children are cut off with it. */
async function finish({ command, args, env }, { home, work, limitMs, begun }) {
    const child = launch(command, args, {
        cwd: work, detached: true, env: { HOME: home, TMPDIR: join(home, 'tmp'), ...env },
    });
    let output = '';
    let cutOff = false;
    const read = (text) => {
        output += text;
    };
    const cut = () => {
        cutOff = true;
        if (child.exitCode === null) {
            process.kill(-child.pid, 'SIGKILL');
        }
        // A process that left the group may hold the pipes for ever.
        child.stdout.destroy();
        child.stderr.destroy();
    };
    let timer = setTimeout(cut, START_MS);
    begun.then(() => {
        clearTimeout(timer);
        timer = child.exitCode === null ? setTimeout(cut, limitMs) : undefined;
    });
    child.stdin.end();
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    try {
        const [code] = await once(child, 'close');
        return { output, code: cutOff ? undefined : code };
    } finally {
        clearTimeout(timer);
    }
}
