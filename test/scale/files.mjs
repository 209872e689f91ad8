// The files for balancers beside this one: that the README has them as they are, and that their
// programs take them. HAProxy's is taken by the rolling restart itself.

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const FILES = ['haproxy.cfg', 'nginx.conf', 'Caddyfile'];

function read(name) {
    return readFileSync(new URL(name, import.meta.url), 'utf8');
}

/** What the README has otherwise than the files, or nothing. */
export function strangersToReadme() {
    const readme = read('../../README.md');
    return FILES.filter((name) => !readme.includes(read(name).replace(/^(?=.)/gm, '    ')));
}

/** What nginx has to say against its file; undefined where there is no nginx. */
export function nginxSays(directory) {
    const file = `${directory}/nginx.conf`;
    writeFileSync(file, `pid ${directory}/pid;\nevents { }\nhttp {\naccess_log off;\n`
        + `${read('nginx.conf').replace('listen 8080', `listen unix:${directory}/socket`)}}\n`);
    const { error, status, stderr } = spawnSync('nginx', ['-t', '-q', '-e', 'stderr', '-c', file],
        { encoding: 'utf8' });
    return error?.code === 'ENOENT' ? undefined : `${status === 0 ? '' : status}${stderr}`;
}
