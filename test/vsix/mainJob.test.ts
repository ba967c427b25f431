import * as assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import { GraphDef } from '../../src/engine/formats/tensorflow/messages';
import type { Report } from '../../src/engine/conversion';

const DT_BFLOAT16 = 14;

/** What VS Code itself puts beside a package, the three texts, the bundles, and the media that the extension shows. */
const EXPECTED = new RegExp(
  [
    /^(package(\.nls)?\.json|l10n\/bundle\.l10n\.[\w-]+\.json|\.vsixmanifest|readme\.md|changelog\.md|license(\.txt|\.md)?)$/,
    /^dist\/((extension|engineWorker|searchWorker|trialWorker|kernelProcess)\.js|ort-wasm-simd-threaded\.(mjs|wasm)|webview\/\w+\.js|python\/[\w/]+\.py)$/,
    /^media\/(\w+\.svg|icon\.png|[\w-]+\.schema\.json|samples\/.+|walkthrough\/.+)$/,
  ].map(({ source }) => source).join('|'),
  'i',
);

const extension = vscode.extensions.getExtension('mixed-precision.mixed-precision');
const file = (name: string) => vscode.Uri.joinPath(vscode.workspace.workspaceFolders![0]!.uri, name);
const execute = (command: string, ...args: unknown[]) => vscode.commands.executeCommand<{ status: string }>(`mixedPrecision.${command}`, ...args);

/** Runs a command of ours, which answers how it went instead of throwing. */
async function done(command: string, ...args: unknown[]): Promise<void> {
  const outcome = await execute(command, ...args);
  assert.equal(outcome.status, 'done', `${command}: ${JSON.stringify(outcome)}`);
}

describe('the packaged extension', () => {
  it('is installed, not under development', () => {
    assert.ok(extension, 'VS Code does not know it');
    assert.match(path.basename(extension.extensionPath), /^mixed-precision\.mixed-precision-\d/);
  });

  it('holds what it runs and nothing else', () => {
    const root = extension!.extensionPath;
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(path.join(root, name)).isFile())
      .map((name) => name.split(path.sep).join('/'));
    assert.deepEqual(files.filter((name) => !EXPECTED.test(name)), []);
    const large = files.filter((name) => statSync(path.join(root, name)).size > 2_000_000);
    assert.deepEqual(large, ['dist/ort-wasm-simd-threaded.wasm']);
  });

  it('converts the sample model to FP32 + BF16 + INT8 and saves it', async () => {
    const config = { use_bf16: true, op_name_dict: { '.*/conv2d_3_1/.*': 'bf16' }, calibration: { data: 'digits_calibration.npz' } };
    await vscode.workspace.fs.writeFile(file('digits_cnn.mixed-precision.json'), Buffer.from(JSON.stringify(config)));
    await done('openModel', file('digits_cnn.pb'));
    await done('runAllPhases');
    await done('exportReport', file('report.json'));
    await done('saveConvertedModel', file('converted.pb'));

    const report = JSON.parse(Buffer.from(await vscode.workspace.fs.readFile(file('report.json'))).toString()) as Report;
    assert.deepEqual(report.phases.map(({ phase }) => phase), ['quantize', 'bf16', 'optimize']);
    const last = report.phases[2]!.precision;
    assert.ok(last.int8 > 0 && last.bf16 > 0, JSON.stringify(last));

    const saved = GraphDef.toObject(GraphDef.decode(await vscode.workspace.fs.readFile(file('converted.pb'))), { enums: Number }) as {
      node: { op: string; attr?: Record<string, { type?: number }> }[];
    };
    assert.ok(saved.node.some(({ op }) => op === 'Dequantize'), 'no node was quantized');
    assert.ok(saved.node.some(({ attr }) => attr?.['T']?.type === DT_BFLOAT16), 'no node computes in BF16');
  });
});
