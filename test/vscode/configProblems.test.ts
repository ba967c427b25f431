import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import { after, afterEach, describe, it } from 'mocha';
import { commands, DiagnosticSeverity, languages, window, workspace, type CodeAction, type Diagnostic } from 'vscode';
import { DATA, file, openModel, replaceText, send, textDocument, write } from './configSupport';
import { closeAll, done, remove, sample, until } from './support';

const SEMANTIC = `{
  "use_bf16": true,
  "op_type_dict": {
    "conv2D": "fp32"
  },
  "op_name_dict": {
    "no_such_layer/.*": "bf16"
  },
  ${DATA}
}
`;

const ours = () => languages.getDiagnostics(file).filter(({ source }) => source === 'Mixed Precision');
/** The problem at a text of the file, once there is one. */
const problemAt = async (text: string): Promise<Diagnostic> => {
  const document = await textDocument();
  return until(() => languages.getDiagnostics(file).find(({ range }) => document.getText(range) === text));
};
const fixesOf = (problem: Diagnostic): Thenable<CodeAction[]> => commands.executeCommand<CodeAction[]>('vscode.executeCodeActionProvider', file, problem.range);

async function openBeside(config: string) {
  const document = await openModel(config);
  await window.showTextDocument(await textDocument());
  return document;
}

describe('problems of the config', () => {
  afterEach(closeAll);
  after(() => remove(file));

  it('that only the model tells are underlined where they are', async () => {
    await openBeside(SEMANTIC);
    const type = await problemAt('"conv2D"');
    const pattern = await problemAt('"no_such_layer/.*"');
    deepStrictEqual([type.severity, pattern.severity], [DiagnosticSeverity.Error, DiagnosticSeverity.Warning]);
    ok(type.message.includes('conv2D') && pattern.message.includes('no_such_layer'));
  });

  it('are never underlined elsewhere while the text changes', async () => {
    const document = await openBeside(SEMANTIC);
    await problemAt('"no_such_layer/.*"');
    const text = await replaceText('{\n  "use_bf16"', '{\n  // A line more\n  "use_bf16"');
    const misplaced = () => ours().map(({ range }) => text.getText(range)).filter((at) => !at.startsWith('"'));
    for (let waited = 0; waited < 10; waited++) {
      deepStrictEqual(misplaced(), []);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    strictEqual((await problemAt('"no_such_layer/.*"')).range.start.line, 7);
    await replaceText('no_such_layer/', '');
    await until(() => !ours().some(({ message }) => message.includes('no_such_layer')));
    await until(() => document.configView.overrides.some(({ pattern, matches }) => pattern === '.*' && matches > 0));
    await text.save();
  });

  it('can be fixed where they are underlined', async () => {
    const document = await openBeside(SEMANTIC);
    const typo = await fixesOf(await problemAt('"conv2D"'));
    const corrected = typo.find(({ title }) => title.includes('Conv2D'))!;
    strictEqual(typo[0]!.isPreferred, true);
    ok(await workspace.applyEdit(corrected.edit!));
    await until(() => document.configView.opTypes.some(({ op, choice }) => op === 'Conv2D' && choice === 'fp32'));
    await until(() => !ours().some(({ message }) => message.includes('conv2D')));

    const unmatched = await fixesOf(await problemAt('"no_such_layer/.*"'));
    const removal = unmatched.find(({ title }) => title === 'Remove')!;
    ok(await workspace.applyEdit(removal.edit!));
    const text = await textDocument();
    deepStrictEqual((JSON.parse(text.getText()) as { op_type_dict: object }).op_type_dict, { Conv2D: 'fp32' });
    ok(!text.getText().includes('no_such_layer'));
    await until(() => ours().length === 0);
    await text.save();
  });

  it('keep the phases from running again until they are mended', async () => {
    const { conversion } = await openBeside('{\n  "use_bf16": false,\n  "op_type_dict": {}\n}\n');
    await done('runAllPhases');
    await replaceText('"use_bf16": false,\n  "op_type_dict": {', '"use_bf16": true,\n  "op_type_dict": { "conv2D": "fp32" ');
    await problemAt('"conv2D"');
    strictEqual(conversion.running, undefined);
    ok(conversion.snapshots.length < 4);
    const text = await replaceText('conv2D', 'Conv2D');
    await until(() => conversion.running === undefined && conversion.snapshots.length === 4);
    ok(conversion.snapshots[2]!.counts.bf16 > 0);
    await text.save();
  });

  it('that the schema tells can be fixed, too, and are underlined once', async () => {
    const document = await openBeside('{\n  "use_bf61": true\n}\n');
    const problem = await problemAt('"use_bf61"');
    await until(() => languages.getDiagnostics(file).length === 1);
    const [fix] = await until(async () => {
      const fixes = await fixesOf(problem);
      return fixes.length > 0 && fixes;
    });
    ok(await workspace.applyEdit(fix!.edit!));
    deepStrictEqual(JSON.parse((await textDocument()).getText()), { use_bf16: true });
    await until(() => document.configView.useBf16 && languages.getDiagnostics(file).length === 0);
    await (await textDocument()).save();
  });

  it('can be fixed from the panel, and opened as text from there', async () => {
    const document = await openModel(SEMANTIC);
    const problem = document.configView.problems.find(({ message }) => message.includes('conv2D'))!;
    await send({ type: 'openFile', path: problem.path! });
    strictEqual(window.activeTextEditor!.document.getText(window.activeTextEditor!.selection), '"conv2D": "fp32"');
    const fix = problem.fixes.find(({ title }) => title.includes('Conv2D'))!;
    strictEqual(await send({ type: 'applyEdits', edits: fix.edits }), undefined);
    await until(() => document.configView.opTypes.some(({ op, choice }) => op === 'Conv2D' && choice === 'fp32'));
  });

  it('are told of a file without an open model as far as the file goes', async () => {
    await openBeside(SEMANTIC);
    await problemAt('"no_such_layer/.*"');
    await closeAll();
    await write('{ "op_name_dict": { "head(": "fp32", "no_such_layer/.*": "bf16" } }');
    await window.showTextDocument(await textDocument());
    await problemAt('"head("');
    deepStrictEqual(ours().filter(({ message }) => message.includes('no_such_layer')), []);
    await remove(sample('digits_cnn.mixed-precision.json'));
  });
});
