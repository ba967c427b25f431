// Where things are. Everything the scripts make at run time goes below `scratch`, which git ignores.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const scratch = join(root, '.vscode-test');

export const fromRoot = (...parts) => join(root, ...parts);
