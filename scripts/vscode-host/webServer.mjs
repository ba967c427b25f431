// Starts the VS Code web host on the loopback address with a data folder of its own.
import { randomBytes } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { temporaryFolder } from '../lib/lifetime.mjs';
import { cleanEnvironment, startGroup } from '../lib/run.mjs';
import { installWebHost } from './installWebHost.mjs';

/** Settings that keep VS Code quiet. */
const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'window.confirmBeforeClose': 'never',
  'git.enabled': false,
};

/**
 * Starts a server on `port` (0: any free one). `vsix` is installed first, as a user would; `env` reaches the extension host.
 * Resolves to `{ url(options), configure(settings), exited, log(), stop() }`; settings take effect at once, in an open window, too.
 */
export async function startWebServer({ port = 0, vsix, env = {} } = {}) {
  const host = installWebHost();
  const { folder: data, remove } = temporaryFolder();
  const user = join(data, 'data', 'User');
  mkdirSync(user, { recursive: true });
  const configure = (settings) => writeFileSync(join(user, 'settings.json'), JSON.stringify({ ...quietSettings, ...settings }, null, 2));
  configure({});

  const environment = { ...cleanEnvironment(), ...env, HOME: data, TMPDIR: data, XDG_RUNTIME_DIR: data, EXTENSIONS_GALLERY: '{}' };
  const folders = ['--server-data-dir', data, '--extensions-dir', join(data, 'extensions'), '--builtin-extensions-dir', host.builtin];
  if (vsix) installExtension(host, vsix, folders, environment);

  const token = randomBytes(16).toString('hex');
  const { child, exited, stop } = startGroup(
    host.node,
    [
      ...[host.main, '--host', '127.0.0.1', '--port', String(port), '--connection-token', token, '--accept-server-license-terms', ...folders],
      '--enable-smoke-test-driver', // A built VS Code takes an extension under development from the address only with this.
      ...['--disable-workspace-trust', '--disable-telemetry', '--disable-experiments', '--disable-getting-started-override'],
    ],
    { env: environment, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let log = '';
  const authority = await new Promise((resolveAuthority, reject) => {
    const read = (chunk) => {
      log = (log + chunk).slice(-20_000);
      const listening = /Extension host agent listening on (\d+)/.exec(log);
      if (listening) resolveAuthority(`127.0.0.1:${listening[1]}`);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', reject);
    exited.then((code) => reject(new Error(`the VS Code server ended (${code})\n${log}`)));
  });
  return {
    url: (options) => workbenchUrl(authority, token, options),
    configure,
    exited,
    log: () => log,
    async stop() {
      await stop();
      remove();
    },
  };
}

function installExtension(host, vsix, folders, env) {
  const { status, stdout, stderr } = spawnSync(host.node, [host.main, '--install-extension', vsix, ...folders], { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`VS Code refused ${vsix}:\n${stdout}${stderr}`);
}

/** Address of a workbench on `folder`, with an extension under development and, for tests, the suite to run in its host. */
function workbenchUrl(authority, token, { folder, extension, suite }) {
  const remote = (path) => `vscode-remote://${authority}${resolve(path).replace(/\\/g, '/').replace(/^([a-z]:)/i, '/$1')}`;
  const payload = [
    ...(extension ? [['extensionDevelopmentPath', remote(extension)]] : []),
    ...(suite ? [['extensionTestsPath', remote(suite)]] : []),
    ['skipWelcome', 'true'],
    ['skipReleaseNotes', 'true'],
  ];
  const query = new URLSearchParams({ tkn: token, folder: resolve(folder), payload: JSON.stringify(payload) });
  return `http://${authority}/?${query}`;
}
