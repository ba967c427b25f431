import { h } from '../graph/dom';
import type { Section } from './section';

/** What is wrong with the config, or had to be ignored. */
export function problemsSection(): Section {
  const list = h('ul', {});
  const element = h('section', { class: 'problems', role: 'status', 'aria-label': 'Problems' }, list);
  return {
    element,
    update: ({ problems }) => {
      element.hidden = problems.length === 0;
      list.replaceChildren(...problems.map(({ message }) => h('li', {}, message)));
    },
  };
}
