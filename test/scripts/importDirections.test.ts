import { ESLint, type Linter } from 'eslint';
import { parser } from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
// @ts-expect-error -- a script, without declarations
import importDirections from '../../scripts/eslint/importDirections.mjs';

/** The project's own rule without type information, so that files that do not exist can be linted. */
const directionsOnly: Linter.Config = {
  files: ['**/*.ts'],
  languageOptions: { parser },
  plugins: { imports: { rules: { directions: importDirections as never } } },
  rules: { 'imports/directions': 'error' },
};
const eslint = new ESLint({ overrideConfigFile: true, overrideConfig: directionsOnly });

async function objections(filePath: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath });
  return result!.messages.map(({ message }) => message);
}

describe('import directions', () => {
  it.each(['src/engine/graph/graph.ts', 'src/commands/openModel.ts', 'webview/graph/main.ts'])('are checked by `npm run lint` in %s', async (file) => {
    const config = (await new ESLint().calculateConfigForFile(file)) as Linter.Config;
    expect(config.rules?.['imports/directions']).toEqual([2]);
  });

  const forbidden: [file: string, code: string, why: string][] = [
    ['src/engine/phases/rule.ts', "import * as vscode from 'vscode';", 'the engine knows no VS Code'],
    ['src/engine/graph/file.ts', "import { readFileSync } from 'node:fs';", 'the engine knows no Node'],
    ['src/engine/graph/file.ts', "import fs from 'fs';", 'nor Node by its old names'],
    ['src/engine/phases/rule.ts', "import { graphFromBytes } from '../formats/tensorflow/read';", 'phases know no file format'],
    ['src/engine/phases/rule.ts', "import type { GraphDef } from '../formats/tensorflow/messages';", 'not even its types'],
    ['src/engine/phases/rule.ts', "import { Executor } from '../runtime/executor';", 'phases run nothing'],
    ['src/engine/formats/tensorflow/read.ts', "import { plan } from '../../config/plan';", 'formats read the graph and its capabilities only'],
    ['src/engine/formats/onnx/read.ts', "export * from '../../phases/quantize';", 'a re-export is an import'],
    ['src/engine/runtime/executor.ts', "import { calibrate } from '../calibration/calibrate';", 'the runtime does not know what it is run for'],
    ['src/engine/graph/graph.ts', "import { plan } from '../config/plan';", 'the graph stands below everything'],
    ['src/engine/report/report.ts', "import { serve } from '../../worker/serve';", 'the engine does not know who runs it'],
    ['src/engine/snapshot.ts', "import { parse } from '../../webview/protocol';", 'values of the protocol are not shared'],
    ['src/worker/serve.ts', "import { ModelDocument } from '../document/modelDocument';", 'the worker serves the document, not the other way'],
    ['src/worker/serve.ts', "import * as vscode from 'vscode';", 'there is no VS Code in a worker'],
    ['src/document/modelDocument.ts', "import { showWhy } from '../commands/showWhy';", 'a document knows no command'],
    ['src/document/modelDocument.ts', "import { GraphEditor } from '../views/graphEditor';", 'nor a view'],
    ['src/document/modelDocument.ts', "const views = await import('../views/graphEditor');", 'nor at run time'],
    ['src/views/graphEditor.ts', "import { openModel } from '../commands/openModel';", 'views stand below commands'],
    ['webview/graph/main.ts', "import { layers } from '../../src/engine/graph/traversal';", 'a webview speaks through the protocol only'],
    ['webview/graph/main.ts', "import path from 'node:path';", 'a webview is a page'],
  ];
  it.each(forbidden)('%s: %s', async (file, code, why) => {
    expect(await objections(file, code), why).toHaveLength(1);
  });

  const allowed: [file: string, code: string][] = [
    ['src/engine/phases/rule.ts', "import type { Dialect } from '../dialect'; import { Rewriter } from '../graph/rewriter'; import type { Plan } from '../plan';"],
    ['src/engine/conversion.ts', "import type { GraphView } from '../../webview/protocol';"],
    ['src/engine/formats/tensorflow/read.ts', "import { supports } from '../../capabilities/tensorflow'; import protobuf from 'protobufjs/light';"],
    ['src/document/modelDocument.ts', "import * as vscode from 'vscode'; import { EngineClient } from '../worker/engineClient';"],
    ['src/commands/openModel.ts', "import { GRAPH_EDITOR } from '../views/graphEditor'; import { UserError } from '../engine/errors';"],
    ['webview/graph/main.ts', "import cytoscape from 'cytoscape'; import type { GraphView } from '../protocol';"],
  ];
  it.each(allowed)('%s may: %s', async (file, code) => {
    expect(await objections(file, code)).toEqual([]);
  });
});
