// An upstream over TLS, and the certificates for it.

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { chat } from '../clients/answers.mjs';

export const HELLO = 'Hello through the tunnel.';

const ANSWER = JSON.stringify(chat(HELLO));
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/**
 * Makes a CA, `ca.pem`, and a good and an expired certificate signed by it. Each certificate has
 * its key beside it.
 */
export function makeCertificates(directory) {
    const openssl = (...args) => execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' });
    openssl('req', '-x509', ...KEY, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2',
        '-subj', '/CN=Company');
    writeFileSync(`${directory}/names`, 'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:10.99.0.1\n');
    for (const [name, days] of [['good', '2'], ['expired', '-1']]) {
        openssl('req', ...KEY, '-keyout', `${name}.key`, '-out', `${name}.csr`,
            '-subj', '/CN=localhost');
        openssl('x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key',
            '-CAcreateserial', '-days', days, '-extfile', 'names', '-out', `${name}.pem`);
    }
}

/**
 * An upstream with the certificate of this name. It answers a chat; before it answers the model
 * `busy`, it refuses once with 503; it never answers the model `silent`. `asked` has the headers of
 * each request. `came` is resolved when `silent` is asked, and `left` when that connection closes.
 */
export async function startUpstream(directory, name) {
    const asked = [];
    let refused = false;
    let come;
    let leave;
    const came = new Promise((resolve) => { come = resolve; });
    const left = new Promise((resolve) => { leave = resolve; });
    const server = https.createServer({
        key: readFileSync(`${directory}/${name}.key`),
        cert: readFileSync(`${directory}/${name}.pem`),
    }, async (request, response) => {
        let text = '';
        for await (const data of request) {
            text += data;
        }
        asked.push(request.headers);
        const { model } = JSON.parse(text);
        if (model === 'silent') {
            request.socket.once('close', leave);
            come();
            return;
        }
        const status = model === 'busy' && !refused ? 503 : 200;
        refused = status === 503;
        response.writeHead(status, { 'Content-Type': 'application/json' });
        response.end(ANSWER);
    });
    server.listen(0, '0.0.0.0');
    await once(server, 'listening');
    return {
        asked,
        came,
        left,
        port: server.address().port,

        close() {
            server.close();
            server.closeAllConnections();
        },
    };
}
