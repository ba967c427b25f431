import { h } from '../graph/dom';
import type { Post, Section } from './section';

/** The switch that lets anything become BF16 at all. */
export function useBf16Section(post: Post): Section {
  const input = h('input', { type: 'checkbox', role: 'switch', id: 'use-bf16', 'aria-describedby': 'use-bf16-hint', onchange: () => post({ type: 'setUseBf16', value: input.checked }) });
  const hint = h('p', { class: 'hint', id: 'use-bf16-hint' }, 'Lets ops compute in BF16: half the memory of FP32, faster on newer CPUs. Off: no op is BF16.');
  return {
    element: h('section', {}, h('label', { class: 'row switch' }, h('strong', {}, 'Use BF16'), input), hint),
    update: ({ useBf16 }) => {
      input.checked = useBf16;
    },
  };
}
