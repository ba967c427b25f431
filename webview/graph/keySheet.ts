import { t } from '../l10n';
import { button, h } from './dom';
import { KEY_MAP, keyLabel, SECTIONS, type Section } from './keyMap';

export interface KeySheet {
  readonly element: HTMLDialogElement;
  /** Focus goes back to where it was when it closes. */
  open(): void;
}

/** All keys of the graph by section, read from the table that runs them. */
export function createKeySheet(): KeySheet {
  const close = button(t('Close'), 'close', () => element.close(), true);
  const sections = (Object.keys(SECTIONS) as Section[]).map((section) =>
    h('section', {}, h('h3', {}, SECTIONS[section]), h('dl', {}, ...Object.values(KEY_MAP).filter((binding) => binding.section === section).flatMap(({ keys, title }) => [h('dt', {}, title), h('dd', {}, ...keyCaps(keys))]))),
  );
  const list = h('div', { class: 'sections', tabindex: '0', role: 'group', 'aria-label': t('Keyboard Shortcuts') }, ...sections);
  const element = h('dialog', { class: 'keySheet', 'aria-labelledby': 'keySheetTitle' }, h('div', { class: 'head' }, h('h2', { id: 'keySheetTitle' }, t('Keyboard Shortcuts')), close), list);

  element.addEventListener('keydown', (event) => {
    event.stopPropagation();
    if (event.key === '?') element.close();
    if (event.key !== 'Tab') return;
    // A modal dialog alone would let the focus out into the window around the page.
    event.preventDefault();
    (document.activeElement === close ? list : close).focus();
  });
  element.addEventListener('click', (event) => event.target === element && element.close());
  return {
    element,
    open() {
      if (element.open) return;
      element.showModal();
      close.focus();
      list.scrollTop = 0;
    },
  };
}

function keyCaps(keys: readonly string[]): (Node | string)[] {
  return keys.flatMap((key, index) => [...(index === 0 ? [] : [' ']), h('kbd', {}, keyLabel(key))]);
}
