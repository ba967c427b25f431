import { h } from '../graph/dom';
import type { CastCost, CastPlacement, ConfigView } from '../protocol';
import { segmented, type Option } from './choice';
import type { Post } from './section';

interface Placement extends Option<CastPlacement> {
  readonly sentence: string;
}

const PLACEMENTS: readonly Placement[] = [
  { value: 'min_cut', text: 'min-cut', title: 'Minimum cut: the fewest Casts there can be', sentence: 'Makes each op that may be either BF16 or FP32 so that the fewest Casts remain.' },
  { value: 'depth_first', text: 'depth-first', title: 'Depth-first: neighbours join BF16 ops', sentence: 'Neighbours of BF16 ops become BF16 too where that saves Casts.' },
  { value: 'none', text: 'none', title: 'None: Casts stay where they are', sentence: 'Only the ops asked for become BF16, each with its own Casts.' },
];

const COSTS: readonly Option<CastCost>[] = [
  { value: 'count', text: 'count', title: 'Count: the number of Casts' },
  { value: 'bytes', text: 'bytes', title: 'Bytes: what Casts move, where shapes are known' },
];

/** How Casts are placed; what they cost and what BF16 is worth where that decides. */
export function placementRows(config: ConfigView, post: Post): HTMLElement[] {
  const { castPlacement } = config;
  const choice = segmented({
    id: 'placement', label: 'Cast placement', options: PLACEMENTS, value: castPlacement, onChange: (placement) => post({ type: 'setCastPlacement', placement }),
  });
  const sentence = PLACEMENTS.find(({ value }) => value === castPlacement)?.sentence ?? '';
  return [
    row('Placement', choice),
    h('p', { class: 'hint' }, sentence),
    ...(castPlacement === 'min_cut' ? [costRow(config, post), ...rewardRows(config, post)] : []),
  ];
}

function costRow({ castCost }: ConfigView, post: Post): HTMLElement {
  return row('Cost', segmented({ id: 'cost', label: 'Cost of Casts', options: COSTS, value: castCost, onChange: (cost) => post({ type: 'setCastCost', cost }) }));
}

/** The slider ends at one Cast; the file may hold more. */
function rewardRows({ bf16Reward }: ConfigView, post: Post): HTMLElement[] {
  const shown = h('output', { class: 'number value', for: 'reward' }, String(bf16Reward));
  const slider = h('input', {
    type: 'range', id: 'reward', min: '0', max: '1', step: '0.05', value: String(bf16Reward), 'aria-label': 'BF16 reward', 'aria-describedby': 'reward-hint',
    oninput: () => {
      shown.textContent = slider.value;
    },
    onchange: () => post({ type: 'setBf16Reward', reward: Number(slider.value) }),
  });
  const hint = bf16Reward === 0 ? 'Only the fewest Casts count.' : 'How many Casts one more BF16 op is worth.';
  return [row('BF16 reward', slider, shown), h('p', { class: 'hint', id: 'reward-hint' }, hint)];
}

function row(name: string, ...controls: readonly HTMLElement[]): HTMLElement {
  return h('div', { class: 'row' }, h('span', { class: 'name' }, name), ...controls);
}
