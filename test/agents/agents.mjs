// The agents. Each has:
//   tool        the tool that the upstream calls, with its arguments
//   fixedClock  the timeout of its silence, if no setting shortens it
//   waitsLong   whether only 7 minutes of silence reach its longest timeout
//   asksAgain   the errors after which it repeats a faulty request
//   hides       the errors of a faulty request whose message it does not show
//   settings    of the daemon, if the timeout is shorter than the daemon assumes
//   start       starts it before a daemon; `idleMs` is the shortened timeout
import { fileURLToPath } from 'node:url';

const MODEL = 'whole-1';
const PROMPT = 'Read note.txt with your tool, then say what the note says.';
const KEY = 'sk-agents';
const ARCH = process.arch;

function installed(path) {
    return fileURLToPath(new URL(`node_modules/${path}`, import.meta.url));
}

/** A program that this Node runs. */
function script(path, args) {
    return { command: process.execPath, args: [installed(path), ...args] };
}

// Its timeout between bytes can be shortened, its timeout between events (300 s) cannot. After an
// unknown 400, it drops one beta feature after the other.
const claude = {
    name: 'Claude Code',
    tool: (work) => ['Read', { file_path: `${work}/note.txt` }],
    waitsLong: true,
    asksAgain: ['400 at once', '400 late', 'too long, late'],
    hides: ['400 late', 'too long, late'],
    start: ({ url, idleMs }) => ({
        ...script('@anthropic-ai/claude-code/cli-wrapper.cjs',
            ['-p', PROMPT, '--model', MODEL, '--permission-mode', 'bypassPermissions']),
        env: {
            ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: KEY, IS_SANDBOX: '1',
            CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1', DISABLE_TELEMETRY: '1',
            ...(idleMs && {
                CLAUDE_ENABLE_BYTE_WATCHDOG: '1', CLAUDE_BYTE_STREAM_IDLE_TIMEOUT_MS: `${idleMs}`,
            }),
        },
    }),
};

const codex = {
    name: 'Codex',
    tool: () => ['exec_command', { cmd: 'cat note.txt' }],
    hides: ['too long, late'],
    start: ({ url, idleMs = 300_000 }) => ({
        ...script('@openai/codex/bin/codex.js', ['exec', '--skip-git-repo-check',
            '--dangerously-bypass-approvals-and-sandbox', PROMPT]),
        env: { KEY },
        files: {
            '.codex/config.toml': `
                model = "${MODEL}"
                model_provider = "daemon"
                [model_providers.daemon]
                name = "daemon"
                base_url = "${url}/v1"
                wire_api = "responses"
                env_key = "KEY"
                stream_idle_timeout_ms = ${idleMs}`,
        },
    }),
};

const gemini = {
    name: 'Gemini CLI',
    tool: () => ['read_file', { file_path: 'note.txt' }],
    fixedClock: '60 s to the headers, then 300 s between bytes',
    waitsLong: true,
    start: ({ url }) => ({
        ...script('@google/gemini-cli/bundle/gemini.js',
            ['-p', PROMPT, '--yolo', '--skip-trust', '-m', 'gemini-2.5-pro']),
        env: { GOOGLE_GEMINI_BASE_URL: url, GEMINI_API_KEY: KEY },
        files: {
            '.gemini/settings.json': JSON.stringify({
                security: { auth: { selectedType: 'gemini-api-key' } },
                privacy: { usageStatisticsEnabled: false },
            }),
        },
    }),
};

const opencode = {
    name: 'opencode',
    tool: (work) => ['read', { filePath: `${work}/note.txt` }],
    start: ({ url, idleMs }) => ({
        // The plain x64 build needs a processor with AVX2.
        command: installed(`opencode-linux-${ARCH === 'x64' ? 'x64-baseline' : ARCH}/bin/opencode`),
        args: ['run', '-m', `daemon/${MODEL}`, PROMPT],
        env: {
            OPENCODE_DISABLE_AUTOUPDATE: '1', OPENCODE_DISABLE_MODELS_FETCH: '1',
            OPENCODE_DISABLE_LSP_DOWNLOAD: '1', OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
            OPENCODE_CONFIG_CONTENT: JSON.stringify({
                share: 'disabled',
                provider: {
                    daemon: {
                        npm: '@ai-sdk/openai-compatible',
                        options: {
                            baseURL: `${url}/v1`, apiKey: KEY,
                            ...(idleMs && { headerTimeout: idleMs, chunkTimeout: idleMs }),
                        },
                        models: { [MODEL]: { tool_call: true } },
                    },
                },
            }),
        },
    }),
};

// It waits 240 s for an event with data, and the daemon sends one in time.
const qwen = {
    name: 'Qwen Code',
    tool: (work) => ['read_file', { file_path: `${work}/note.txt` }],
    settings: { HEARTBEAT_DATA_AFTER_MS: 5_000 },
    waitsLong: true,
    start: ({ url, idleMs }) => ({
        ...script('@qwen-code/qwen-code/cli.js', ['-p', PROMPT, '--yolo', '--auth-type', 'openai']),
        env: {
            OPENAI_BASE_URL: `${url}/v1`, OPENAI_API_KEY: KEY, OPENAI_MODEL: MODEL,
            ...(idleMs && { QWEN_STREAM_IDLE_TIMEOUT_MS: `${idleMs}` }),
        },
        files: {
            '.qwen/settings.json': JSON.stringify({ privacy: { usageStatisticsEnabled: false } }),
        },
    }),
};

// Its timeout covers only the time to the headers.
const continueCli = {
    name: 'Continue',
    tool: (work) => ['Read', { filepath: `${work}/note.txt` }],
    start: ({ url, home, idleMs }) => ({
        ...script('@continuedev/cli/dist/cn.js',
            ['-p', PROMPT, '--auto', '--config', `${home}/config.yaml`]),
        env: { CONTINUE_TELEMETRY_ENABLED: '0' },
        // JSON is valid YAML.
        files: {
            'config.yaml': JSON.stringify({
                name: 'agents', version: '1.0.0', schema: 'v1',
                models: [{
                    name: MODEL, provider: 'openai', model: MODEL, roles: ['chat'],
                    capabilities: ['tool_use'], apiBase: `${url}/v1`, apiKey: KEY,
                    ...(idleMs && { requestOptions: { timeout: idleMs } }),
                }],
            }),
        },
    }),
};

const cline = {
    name: 'Cline',
    tool: (work) => ['read_files', { files: [{ path: `${work}/note.txt` }] }],
    fixedClock: '300 s between bytes',
    waitsLong: true,
    start: ({ url }) => ({
        command: installed(`@cline/cli-linux-${ARCH}/bin/cline`),
        args: ['--auto-approve', 'true', PROMPT],
        env: { CLINE_NO_AUTO_UPDATE: '1', CLINE_SESSION_BACKEND_MODE: 'local' },
        files: {
            '.cline/data/settings/providers.json': JSON.stringify({
                version: 1, lastUsedProvider: 'openai-compatible', modes: {},
                providers: {
                    'openai-compatible': {
                        settings: {
                            provider: 'openai-compatible', baseUrl: `${url}/v1`,
                            apiKey: KEY, model: MODEL,
                        },
                        updatedAt: '2026-01-01T00:00:00.000Z', tokenSource: 'manual',
                    },
                },
            }),
        },
    }),
};

export const AGENTS = [claude, codex, gemini, opencode, qwen, continueCli, cline];
