import { readFile } from 'node:fs/promises';

/** Has JSON files, objects all, in bundles as text that is parsed when something of them is first used: for tables of ops that takes a fraction of the time and memory of the same as code, and none where only another framework's are needed. */
export const jsonAsText = {
  name: 'json-as-text',
  setup({ onLoad }) {
    onLoad({ filter: /\.json$/ }, async ({ path }) => {
      const content = JSON.parse(await readFile(path, 'utf8'));
      const text = JSON.stringify(JSON.stringify(content));
      const getters = Object.keys(content).map((key) => `get ${JSON.stringify(key)}() { return all()[${JSON.stringify(key)}]; }`);
      return { contents: `let parsed; const all = () => (parsed ??= JSON.parse(${text})); module.exports = { ${getters.join(', ')} };`, loader: 'js' };
    });
  },
};
