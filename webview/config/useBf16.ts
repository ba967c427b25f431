import { h } from '../graph/dom';
import { t } from '../l10n';
import { bf16FormRows } from './bf16Form';
import { tryOnDwell } from './choice';
import { endDwell } from './dwell';
import { replaceKeepingFocus, type Post, type Section } from './section';

/** The switch that lets anything become BF16 at all, and the list of ops that then do. */
export function useBf16Section(post: Post): Section {
  const input = h('input', {
    type: 'checkbox', role: 'switch', id: 'use-bf16', 'aria-describedby': 'use-bf16-hint',
    onchange: () => {
      endDwell();
      post({ type: 'setUseBf16', value: input.checked });
    },
  });
  const label = h('label', { class: 'row switch' }, h('strong', {}, t('Use BF16')), input);
  tryOnDwell(label, post, () => ({ type: 'setUseBf16', value: !input.checked }));
  const hint = h('p', { class: 'hint', id: 'use-bf16-hint' }, t('Lets ops compute in BF16: half the memory of FP32, faster on newer CPUs. Off: no op is BF16.'));
  const list = h('div', {});
  return {
    element: h('section', { 'aria-label': t('Use BF16') }, label, hint, list),
    update: ({ useBf16, bf16Ops, bf16Form }) => {
      input.checked = useBf16;
      replaceKeepingFocus(list, [listRow(bf16Ops, post), ...(useBf16 && bf16Form !== undefined ? bf16FormRows(bf16Form, post) : [])]);
    },
  };
}

/** `bf16_ops`: the built-in list unless the file has its own. */
function listRow(ops: readonly string[] | undefined, post: Post): HTMLElement {
  const title = t('bf16_ops in the config file: op types that become BF16 where nothing else is asked of them');
  const row = (text: string, ...actions: HTMLElement[]) => h('div', { class: 'list' }, h('p', { class: 'hint', title }, text), h('div', { class: 'links' }, ...actions));
  if (ops === undefined) return row(t('BF16 list: the built-in one'));
  const clear = link('bf16-ops:clear', t('Use the built-in list'), t('Removes bf16_ops from the config file'), () => {
    endDwell();
    post({ type: 'clearBf16Ops' });
  });
  tryOnDwell(clear, post, () => ({ type: 'clearBf16Ops' }));
  const open = link('bf16-ops:open', t('Open in file'), title, () => post({ type: 'openFile', path: ['bf16_ops'] }));
  return row(ops.length === 1 ? t('BF16 list: own list of 1 entry') : t('BF16 list: own list of {0} entries', ops.length), open, clear);
}

function link(id: string, text: string, title: string, onclick: () => void): HTMLElement {
  return h('button', { type: 'button', class: 'link', id, title, onclick }, text);
}
