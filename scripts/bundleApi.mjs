// The Node API: options of its bundle, dist/index.mjs, and its declarations as one file, dist/index.d.mts.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { fromRoot } from './lib/paths.mjs';

/** Options of esbuild. The sources are bundled as CommonJS for VS Code, too, so it is by `__dirname` that they find files beside them. */
export const api = {
  bundle: true, platform: 'node', format: 'esm', target: 'node20', mainFields: ['module', 'main'], legalComments: 'none', logLevel: 'warning',
  minify: false, // What a program steps into is readable.
  entryPoints: { index: fromRoot('src', 'api', 'index.ts') },
  outExtension: { '.js': '.mjs' },
  define: { __dirname: 'moduleFolder' },
  banner: { js: "import { fileURLToPath as pathOf } from 'node:url'; const moduleFolder = pathOf(new URL('.', import.meta.url));" },
};

/** Writes the declarations of what the entry exports, and of the types these refer to, which are not exported. */
export function writeDeclarations(outdir) {
  const entry = fromRoot('src', 'api', 'index');
  const declared = emitDeclarations(`${entry}.ts`);
  const exported = [];
  const found = [];
  const seen = new Set();
  const visit = (file) => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const statement of ts.createSourceFile(file, declared.get(`${file}.d.ts`), ts.ScriptTarget.ES2022, true).statements) {
      const from = statement.moduleSpecifier?.text;
      if (from !== undefined) visit(join(dirname(file), from));
      if (file === entry) exported.push(...statement.exportClause.elements.map((name) => `${statement.isTypeOnly ? 'type ' : ''}${name.getText()}`));
      else if (from === undefined) found.push(statement);
    }
  };
  visit(entry);
  const isNeeded = (statement) => ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement) || exported.includes(statement.name?.text);
  const texts = found.filter(isNeeded).map((statement) => statement.getFullText().trim().replace(/^export /m, ''));
  const symbols = '/// <reference lib="esnext.disposable" />'; // For Symbol.asyncDispose, whatever the lib of the program.
  writeFileSync(join(outdir, 'index.d.mts'), `${[symbols, ...texts, `export { ${exported.join(', ')} };`].join('\n\n')}\n`);
}

/** Declarations by file of all that `entry` imports; nothing is checked, as `npm run typecheck` does that. */
function emitDeclarations(entry) {
  const { config } = ts.readConfigFile(fromRoot('tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ compilerOptions: config.compilerOptions, files: [entry] }, ts.sys, fromRoot());
  const declared = new Map();
  const program = ts.createProgram([entry], { ...options, noEmit: false, declaration: true, emitDeclarationOnly: true, noCheck: true });
  program.emit(undefined, (file, text) => declared.set(file, text), undefined, true);
  return declared;
}
