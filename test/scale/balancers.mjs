// The balancers that have a file beside this one, and how each starts with it on other ports.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Program, ready } from './hosts.mjs';

/**
 * How each program starts with its file and the settings around it, and whether it sends a refused
 * request to another replica.
 */
export const BALANCERS = [{
    name: 'HAProxy',
    file: 'haproxy.cfg',
    asksOthers: true,
    whole: (text) => text.replace('bind :', 'bind 127.0.0.1:'),
    command: ['haproxy', '-db', '-f'],
}, {
    name: 'nginx',
    file: 'nginx.conf',
    asksOthers: true,
    // One process, so that none can be left behind; its files lie in this test's directory.
    whole: (text, directory) => `daemon off;\nmaster_process off;\npid ${directory}/pid;\n`
        + 'error_log stderr crit;\nevents { worker_connections 4096; }\n'
        + `http {\naccess_log off;\n${temporary(directory)}`
        + `${text.replace('listen ', 'listen 127.0.0.1:')}}\n`,
    command: ['nginx', '-e', 'stderr', '-c'],
}, {
    name: 'Caddy',
    file: 'Caddyfile',
    asksOthers: false,
    whole: (text) => '{\nadmin off\ndefault_bind 127.0.0.1\nlog {\noutput discard\n}\n}\n' + text,
    command: ['caddy', 'run', '--adapter', 'caddyfile', '--config'],
}];

function temporary(directory) {
    return ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
        .map((kind) => `${kind}_temp_path ${directory}/${kind};\n`).join('');
}

/** The text of a file beside this one. */
export function read(name) {
    return readFileSync(new URL(name, import.meta.url), 'utf8');
}

/** The files that README.md beside this one does not show verbatim. */
export function filesMissingInReadme() {
    const readme = read('README.md');
    return BALANCERS.map(({ file }) => file)
        .filter((name) => !readme.includes(read(name).replace(/^(?=.)/gm, '    ')));
}

/** Whether the program of a balancer is installed. */
export function isHere({ command }) {
    return spawnSync(command[0], ['-v'], { stdio: 'ignore' }).error === undefined;
}

/** A balancer with its file, on port `front` before replicas on the ports `replicas`. */
export async function startBalancer({ name, file, whole, command }, front, replicas, parent) {
    const directory = `${parent}/${name}`;
    mkdirSync(directory);
    let text = read(file).replace(':8080', `:${front}`).replace('listen 8080', `listen ${front}`);
    replicas.forEach(({ port }, i) => {
        text = text.replace(`127.0.0.1:${3001 + i}`, `127.0.0.1:${port}`);
    });
    const path = `${directory}/${file}`;
    writeFileSync(path, whole(text, directory));
    const [program, ...args] = command;
    const balancer = new Program(program, [...args, path], { ...process.env, HOME: directory });
    await ready(front, balancer);
    return balancer;
}
