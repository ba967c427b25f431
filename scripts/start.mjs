// `npm start`: builds the extension and opens it in VS Code with a copy of the sample workspace. Works on a fresh clone.
//   --web       the web host, even where a desktop VS Code could open
//   --port N    port of the web host (default: any free one)
//   --fresh     start over with an untouched sample workspace
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureDependencies } from './lib/dependencies.mjs';
import { temporaryFolder } from './lib/lifetime.mjs';
import { fromRoot, root, scratch } from './lib/paths.mjs';
import { cleanEnvironment, run, startGroup } from './lib/run.mjs';
import { copySamples } from './lib/sampleWorkspace.mjs';
import { findDesktop, hasDisplay } from './vscode-host/desktop.mjs';
import { startWebServer } from './vscode-host/webServer.mjs';

const { values: options } = parseArgs({
  options: { web: { type: 'boolean', default: false }, port: { type: 'string', default: '0' }, fresh: { type: 'boolean', default: false } },
});

ensureDependencies();
console.log('Building …');
if ((await run(process.execPath, [fromRoot('scripts', 'build.mjs')])) !== 0) process.exit(1);
const workspace = copySamples(join(scratch, 'sample-workspace'), options);

const desktop = options.web ? undefined : await findDesktop();
await (desktop ? openDesktop(desktop) : openWeb());
process.exit();

/** A window with folders of its own: neither your settings nor your extensions take part. */
async function openDesktop(program) {
  const { folder } = temporaryFolder();
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const folders = [`--user-data-dir=${folder}`, `--extensions-dir=${join(folder, 'extensions')}`];
  const quiet = ['--disable-workspace-trust', '--skip-welcome', '--skip-release-notes', '--new-window'];
  console.log('Opening VS Code. Close its window or press Ctrl+C to stop.');
  const { exited } = startGroup(program, [...asRoot, ...folders, ...quiet, `--extensionDevelopmentPath=${root}`, workspace], {
    env: cleanEnvironment(),
    stdio: 'ignore',
  });
  await exited;
}

async function openWeb() {
  const server = await startWebServer({ port: Number(options.port) });
  const url = server.url({ folder: workspace, extension: root });
  console.log(`\nVS Code is at\n\n  ${url}\n\nPress Ctrl+C to stop.`);
  if (hasDisplay()) openInBrowser(url);
  throw new Error(`the VS Code server ended (${await server.exited})\n${server.log()}`);
}

function openInBrowser(url) {
  const [command, args] = {
    darwin: ['open', [url]],
    win32: ['rundll32', ['url.dll,FileProtocolHandler', url]],
  }[process.platform] ?? ['xdg-open', [url]];
  spawn(command, args, { stdio: 'ignore' }).on('error', () => {}); // The address is on the terminal, too.
}
