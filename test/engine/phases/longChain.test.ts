import { expect, it } from 'vitest';
import { createConversion } from '../../../src/engine/pipeline';
import { NO_PROGRESS } from '../../../src/engine/host';
import { constant, type NodeSpec, placeholder, buildBytes } from '../../support/graphBuilder';
import { MemorySink, memorySource } from '../../support/memoryFile';

const LENGTH = 200_000;

function chain(): NodeSpec[] {
  const ops = Array.from({ length: LENGTH }, (_, i): NodeSpec => ({
    name: `op_${i}`, op: i % 2 === 0 ? 'Relu' : 'Tanh', inputs: [i === 0 ? 'product' : `op_${i - 1}`], attrs: { T: 'float32' },
  }));
  return [
    placeholder('x', 'float32', [-1, 2]), constant('kernel', 'float32', [2, 2], [1]),
    { name: 'product', op: 'MatMul', inputs: ['x', 'kernel'], attrs: { T: 'float32' } }, ...ops,
  ];
}

it('a chain of 200,000 ops goes through all phases and becomes BF16 between two Casts', { timeout: 60_000 }, async () => {
  const bytes = buildBytes(chain());
  const sink = new MemorySink();
  const conversion = createConversion({
    progress: NO_PROGRESS,
    openSource: async () => memorySource(bytes),
    openArrays: () => Promise.reject(new Error('no data is read')),
    openSink: async () => sink,
    openFolderSink: () => Promise.reject(new Error('no folder is written')),
    modelFile: async (path) => path,
    resolveBeside: (_, path) => path,
    baseName: (path) => path,
    startKernels: () => Promise.reject(new Error('nothing is run')),
    now: () => 0,
    peakMemoryMiB: () => 0,
  });
  await conversion.open('chain.pb', { text: '{"use_bf16": true}', path: undefined });
  for (let phase = 0; phase < 3; phase++) await conversion.runPhase();
  await conversion.save('converted.pb', false);
  expect(sink.state).toBe('committed');
  const { phases, casts } = await conversion.report();
  expect(phases.at(-1)!.precision).toMatchObject({ fp32: 0, bf16: LENGTH + 1 });
  expect(casts).toEqual({ inserted: 2, folded: 0, remaining: 2, lowerBound: 2 });
});
