import { h } from '../graph/dom';
import { t } from '../l10n';
import type { TargetIsa } from '../protocol';
import { foldable, type Post, type Section } from './section';

interface Target {
  readonly isa: TargetIsa | undefined;
  readonly name: string;
  readonly sentence: string;
}

const TARGETS: readonly Target[] = [
  { isa: undefined, name: t('Any CPU'), sentence: t('For no CPU in particular, so nothing is said about speed.') },
  {
    isa: 'avx2', name: 'AVX2',
    sentence: t('No instructions of its own for INT8 or BF16: INT8 gains less, BF16 is slower than FP32. Intel Core since the 4th generation (Haswell), AMD Zen.'),
  },
  { isa: 'avx512_vnni', name: 'AVX-512 VNNI', sentence: t('Instructions for INT8, none for BF16. Intel Xeon: Cascade Lake, Ice Lake.') },
  { isa: 'avx512_bf16', name: 'AVX-512 BF16', sentence: t('Instructions for INT8 and BF16. Intel Xeon: Cooper Lake. AMD: Zen 4.') },
  { isa: 'amx', name: 'AMX', sentence: t('Matrix units for INT8 and BF16. Intel Xeon Scalable of the 4th and 5th generation (Sapphire Rapids, Emerald Rapids).') },
];

/** The CPUs the model is converted for. */
export function targetSection(post: Post): Section {
  const options = TARGETS.map(({ isa, name }) => h('option', { value: isa ?? '' }, name));
  const select = h('select', {
    id: 'target-isa', 'aria-describedby': 'target-isa-hint', onchange: () => post({ type: 'setTargetIsa', isa: TARGETS[select.selectedIndex]!.isa }),
  }, ...options);
  const sentence = h('p', { class: 'hint', id: 'target-isa-hint' });
  return {
    element: foldable(
      'target', t('Target'), t('The CPUs that will run the model: warns where a precision is slower there than FP32. This machine’s CPU never matters.'),
      h('div', { class: 'row setting' }, h('label', { class: 'name', for: 'target-isa' }, t('Instruction set')), select), sentence,
    ),
    update: ({ targetIsa }) => {
      select.value = targetIsa ?? '';
      sentence.textContent = TARGETS.find(({ isa }) => isa === targetIsa)?.sentence ?? '';
    },
  };
}
