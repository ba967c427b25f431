// Makes node_modules match package-lock.json.
import { readFileSync } from 'node:fs';
import { fromRoot } from './paths.mjs';
import { npm } from './run.mjs';

/** Packages of a lock file by path, without the root entry. */
const lockedVersions = (file) => Object.entries(JSON.parse(readFileSync(file, 'utf8')).packages).filter(([path]) => path !== '');

/** npm keeps in node_modules a lock file of what it installed; optional packages may be missing there. */
function upToDate() {
  try {
    const installed = new Map(lockedVersions(fromRoot('node_modules', '.package-lock.json')));
    return lockedVersions(fromRoot('package-lock.json')).every(
      ([path, { version, optional, peer }]) => (installed.get(path)?.version ?? (optional || peer ? version : undefined)) === version,
    );
  } catch {
    return false;
  }
}

export function ensureDependencies() {
  if (upToDate()) return;
  console.log('Installing the npm packages …');
  npm(['ci']);
}
