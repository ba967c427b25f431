import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/commandLine';

const FOLDER = 'test/fixtures/pytorch';
const UNUSED = { startKernels: () => Promise.reject(new Error('nothing is run')) };

async function call(...argv: string[]): Promise<{ code: number; out: string[]; error: string[] }> {
  const out: string[] = [];
  const error: string[] = [];
  const code = await runCommandLine(argv, { out: (line) => out.push(line), error: (line) => error.push(line), ...UNUSED });
  return { code, out, error };
}

describe('a PyTorch file without a graph', () => {
  it('is inspected: its modules, its tensors and how to get a .pt2', async () => {
    const { code, out } = await call('inspect', `${FOLDER}/training.pth`);
    expect(code).toBe(0);
    expect(out[0]).toBe('PyTorch model as a pickle (torch.save), written by PyTorch Lightning 2.4.0');
    expect(out).toContain('module      model.features.0  torch.nn.modules.conv.Conv2d');
    expect(out).toContain('tensor  model.head.bias  float32  3  12 bytes');
    expect(out.at(-1)!.trim()).toBe('torch.export.save(torch.export.export(model.eval(), (example,)), "training.pt2")');
  });

  it('is inspected by programs', async () => {
    const { out } = await call('inspect', `${FOLDER}/kinds.pt`, '--json');
    expect(out).toHaveLength(1);
    const summary = JSON.parse(out[0]!) as Record<string, unknown> & { tensors: { name: string }[] };
    const expected = JSON.parse(readFileSync(`${FOLDER}/expected.json`, 'utf8')) as Record<string, Record<string, object>>;
    expect(summary).toMatchObject({ format: 'PyTorch weights (torch.save)', kind: 'weights', writtenBy: null, modules: [] });
    expect(summary.tensors.map(({ name }) => name)).toEqual(Object.keys(expected['kinds.pt']!));
    expect(summary.tensors[0]).toEqual({ name: 'float32', dtype: 'float32', shape: [3], bytes: 12 });
    expect(summary['recipe']).toContain('import torch');
  });

  it.each([
    ['convert', '--output', 'no.pt2'],
    ['plan'],
    ['run', '--inputs', 'no.npz', '--outputs', 'no.npz'],
  ])('is refused by %s with a sentence and a way out', async (command, ...options) => {
    const { code, out, error } = await call(command, `${FOLDER}/traced.pt`, ...options);
    expect({ code, out }).toEqual({ code: 1, out: [] });
    expect(error).toEqual([
      `mixed-precision: ${FOLDER}/traced.pt: the file is a TorchScript program, which this tool does not convert: PyTorch has replaced TorchScript by torch.export. ` +
      'Export the model in Python: from torch._export.converter import TS2EPConverter; model = torch.jit.load("traced.pt").eval(); ' +
      'example = torch.randn(1, 3, 224, 224); torch.export.save(TS2EPConverter(model, (example,)).convert(), "traced.pt2")',
    ]);
  });
});
