import { describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG } from '../../src/engine/config/config';
import type { Plan } from '../../src/engine/plan';
import { type Basis, keepValid } from '../../src/engine/revise';
import type { Snapshot } from '../../src/engine/snapshot';
import { buildGraph, placeholder } from '../support/graphBuilder';

const plan = (usesDefaultList = true): Plan => ({ nodes: new Map(), warnings: [], refusals: [], usesDefaultList, units: [], byModule: false });
const FUSED = { ...DEFAULT_CONFIG, quantization: { ...DEFAULT_CONFIG.quantization, form: 'fused' } } as const;
const fp32 = (configKey?: string): Plan => ({ ...plan(), nodes: new Map([['add', { precision: 'fp32', bf16: 'denied', reason: { text: '', configKey } }]]) });
const [unasked, asked] = [fp32(), fp32('op_name_dict.add')];
const basis = (changed: Partial<Basis> = {}): Basis =>
  ({ config: DEFAULT_CONFIG, source: { text: undefined, path: undefined }, folds: [], planned: plan(), ...changed });
const graph = buildGraph([placeholder('x', 'float32', [1])]);
const snapshots: Snapshot[] = [
  { phase: undefined, graph, changes: [], seconds: 0 },
  ...(['quantize', 'bf16', 'optimize'] as const).map((phase) => ({ phase, graph, plan: plan(), changes: [], seconds: 0 })),
];
const fold = { phase: 'quantize', rule: 'fold-batch-norm', reason: 'b', before: ['b'], after: ['b'] } as const;

describe('the snapshots that stay', () => {
  it('have the new plan', () => {
    const after = plan();
    const kept = keepValid(snapshots, basis(), basis(), () => after);
    expect(kept.map((snapshot) => snapshot.plan === after)).toEqual([false, true, true, true]);
  });

  it.each<[string, Partial<Basis>, Plan, number]>([
    ['another fold of batch normalisation', { folds: [fold] }, plan(), 1],
    ['calibration from elsewhere', { source: { text: undefined, path: undefined, calibration: 'b.npz' } }, plan(), 1],
    ['another target in the fused form', { config: { ...FUSED, target_isa: 'amx' } }, plan(), 1],
    ['a wish for an op that a fused kernel could compute', { config: FUSED, planned: asked }, plan(), 1],
    ['a list of BF16 ops in place of the default one', {}, plan(false), 3],
    ['another reward', { config: { ...DEFAULT_CONFIG, bf16_reward: 0 } }, plan(), 3],
    ['another target in the portable form', { config: { ...DEFAULT_CONFIG, target_isa: 'amx' } }, plan(), 4],
  ])('end before the phase that reads %s', (_, changed, after, kept) => {
    const before = changed.config?.quantization.form === 'fused' ? basis({ config: FUSED, planned: unasked }) : basis();
    expect(keepValid(snapshots, before, basis({ ...(before.planned === unasked ? { planned: unasked } : {}), ...changed }), () => after)).toHaveLength(kept);
  });

  it('are the opened model alone where it is not known what phases went by', () => {
    expect(keepValid(snapshots, undefined, basis(), plan)).toEqual(snapshots.slice(0, 1));
  });
});
