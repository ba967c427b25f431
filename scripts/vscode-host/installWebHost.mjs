// Installs a real VS Code with only npm: the server build of VS Code is published inside the package `code-server`, whose own
// server is not used. Neither a compiler nor install scripts are needed. web-host/package.json lists what VS Code's server imports.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { scratch } from '../lib/paths.mjs';
import { npm } from '../lib/run.mjs';

const source = fileURLToPath(new URL('web-host', import.meta.url));
const standIns = fileURLToPath(new URL('standIns', import.meta.url));
const target = join(scratch, 'web-host');
const modules = join(target, 'node_modules');
const vscode = join(modules, 'code-server', 'lib', 'vscode');
const builtin = join(target, 'builtin');

/** Built-in extensions that want accounts, the network or native modules. */
const unwanted = /^(copilot|git|git-base|github|github-authentication|microsoft-authentication|tunnel-forwarding|ms-vscode\..*|mermaid-.*)$/;

/** Installs the web host unless it is there; returns the node that runs it, its main file and its built-in extensions. */
export function installWebHost() {
  const stamp = join(target, '.installed');
  const lock = readFileSync(join(source, 'package-lock.json'), 'utf8');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
    console.log('Installing VS Code (web host) from npm: about 165 MB, a minute …');
    rmSync(target, { recursive: true, force: true });
    mkdirSync(target, { recursive: true });
    for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(source, file), join(target, file));
    npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], target);
    shareModules();
    putStandIns();
    linkBuiltinExtensions();
    writeFileSync(stamp, lock);
  }
  return { node: nodeForHost(), main: join(vscode, 'out', 'server-main.js'), builtin };
}

/** The server imports its modules, and serves some to the browser, from a folder of its own. */
function shareModules() {
  const own = join(vscode, 'node_modules');
  rmSync(own, { recursive: true, force: true });
  symlinkSync(modules, own, 'junction');
}

function putStandIns() {
  for (const name of ['spdlog', 'native-watchdog']) {
    const folder = join(modules, '@vscode', name);
    mkdirSync(folder, { recursive: true });
    copyFileSync(join(standIns, `${name}.cjs`), join(folder, 'index.js'));
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: `@vscode/${name}`, version: '0.0.0', main: 'index.js' }));
  }
}

function linkBuiltinExtensions() {
  const all = join(vscode, 'extensions');
  mkdirSync(builtin);
  for (const name of readdirSync(all)) {
    if (unwanted.test(name) || !existsSync(join(all, name, 'package.json'))) continue;
    symlinkSync(join(all, name), join(builtin, name), 'junction');
  }
}

/** VS Code's server needs node 22.15 (module.registerHooks); on Linux npm brings one along. */
function nodeForHost() {
  const bundled = join(modules, `node-${process.platform}-${process.arch}`, 'bin', 'node');
  if (existsSync(bundled)) return bundled;
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 15)) return process.execPath;
  throw new Error(`the VS Code web host needs node 22.15 or newer here, this is ${process.versions.node}: update node, or install desktop VS Code`);
}
