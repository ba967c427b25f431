import { h } from '../graph/dom';
import { t } from '../l10n';
import type { ConfigView } from '../protocol';
import type { Post } from './section';
import { button } from './toolkit';

/** The model the panel is about, the file behind it, and configs to start from. */
export function header(post: Post): { readonly element: HTMLElement; update(config: ConfigView | undefined): void } {
  const model = h('h1', {});
  const file = h('button', { type: 'button', class: 'link name', id: 'open-file', onclick: () => post({ type: 'openFile' }) });
  const profiles = button(t('Profiles…'), t('Choose one of a few configs to start from, such as all BF16 that can be'), () => post({ type: 'chooseProfile' }));
  const actions = h('div', { class: 'row' }, file, profiles);
  const hint = h('p', { class: 'hint' }, t('Open a model to see and change its config here.'));
  return {
    element: h('header', {}, model, hint, actions),
    update: (config) => {
      model.textContent = config?.model ?? t('No model is open');
      hint.hidden = config !== undefined;
      actions.hidden = config === undefined;
      file.textContent = config?.file ?? t('Defaults, no config file yet');
      file.title = config?.file === undefined ? t('Makes a config file and opens it; the first change here makes one, too') : t('Open {0} as text', config.file);
    },
  };
}
