import { h, icon } from '../graph/dom';
import { t } from '../l10n';
import type { ProblemView } from '../protocol';
import { tryOnDwell } from './choice';
import { endDwell } from './dwell';
import { replaceKeepingFocus, tool, type Post, type Section } from './section';

/** More than these wait behind a button. */
const SHOWN = 5;
const SEVERITIES = ['error', 'warning', 'information'] as const;

/** What is wrong with the config, or had to be ignored, worst first, with ways out. */
export function problemsSection(post: Post): Section {
  let problems: readonly ProblemView[] = [];
  let isLong = false;
  const banner = h('p', { class: 'banner', role: 'alert' });
  const title = h('span', { role: 'status' });
  const list = h('ul', {});
  const more = h('div', {});
  const element = h('section', { class: 'problems', 'aria-label': t('Problems'), hidden: true }, banner, h('h2', {}, title), list, more);
  const show = () => {
    const worstFirst = SEVERITIES.flatMap((severity) => problems.filter((problem) => problem.severity === severity));
    const shown = isLong ? worstFirst : worstFirst.slice(0, SHOWN);
    replaceKeepingFocus(list, shown.map((problem, index) => problemRow(problem, index, post)));
    replaceKeepingFocus(more, problems.length > SHOWN ? [moreButton(isLong, problems.length - SHOWN, () => {
      isLong = !isLong;
      show();
    })] : []);
  };
  return {
    element,
    update: ({ problems: next, isFaulty }) => {
      problems = next;
      element.hidden = problems.length === 0 && !isFaulty;
      // Live regions speak when their text changes.
      say(banner, isFaulty ? t('The file has errors. Until they are corrected, the last valid config is in force.') : '');
      say(title, problems.length === 0 ? '' : problems.length === 1 ? t('1 problem') : t('{0} problems', problems.length));
      show();
    },
  };
}

function say(element: HTMLElement, text: string): void {
  element.hidden = text === '';
  if (element.textContent !== text) element.textContent = text;
}

function moreButton(isLong: boolean, count: number, onclick: () => void): HTMLElement {
  return h('button', { type: 'button', id: 'more-problems', class: 'link', 'aria-expanded': String(isLong), onclick }, isLong ? t('Show fewer') : t('{0} more', count));
}

const NAMES = { error: t('Error'), warning: t('Warning'), information: t('Note') } as const;
const ICONS = { error: 'error', warning: 'warning', information: 'info' } as const;

function problemRow({ message, severity, path, fixes }: ProblemView, index: number, post: Post): HTMLElement {
  const sign = h('span', { class: 'sign', role: 'img', 'aria-label': NAMES[severity], title: NAMES[severity] }, icon(ICONS[severity]));
  const id = `problem:${index}`;
  const open = path && tool(`${id}:open`, 'goToFile', t('Show in file'), () => post({ type: 'openFile', path }));
  const ways = fixes.map((fix, number) => fixButton(fix, `${id}:fix:${number}`, post));
  // `Remove` says little alone.
  for (const action of [...ways, open]) action?.setAttribute('aria-describedby', id);
  return h('li', { class: severity }, sign, h('p', { id }, message), open, ways.length > 0 ? h('div', { class: 'ways' }, ...ways) : undefined);
}

function fixButton({ title, edits }: ProblemView['fixes'][number], id: string, post: Post): HTMLElement {
  const change = { type: 'applyEdits', edits } as const;
  const onclick = () => {
    endDwell();
    post(change);
  };
  const button = h('button', { type: 'button', id, class: 'fix', onclick }, title);
  tryOnDwell(button, post, () => change);
  return button;
}
