import { h } from '../graph/dom';
import { t } from '../l10n';
import type { PrecisionChoice } from '../protocol';
import type { GraphLight } from './graphLight';
import { precisionChoice } from './precisionChoice';
import { replaceKeepingFocus, type Matches, type Post } from './section';
import { button, textField } from './toolkit';
import { opsText } from './words';

/** How long nothing is typed before the pattern is looked for. */
const ASK_AFTER = 150;

/** A field for the pattern of a new override, its precision, and what it matches while it is typed. */
export function addOverride(post: Post, light: GraphLight): { readonly element: HTMLElement; update(useBf16: boolean): void; matches(answer: Matches): void } {
  let choice: PrecisionChoice = 'fp32';
  let useBf16 = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** The pattern asked about last; undefined while nothing is looked for. */
  let asked: string | undefined;

  const field = textField({ label: t('Pattern of op names'), placeholder: t('Name or pattern, such as head/.*'), onInput: () => wait() });
  const status = h('p', { class: 'hint matches', role: 'status' });
  const control = h('div', {});
  const typed = () => field.value.trim();

  const isInvalid = () => field.getAttribute('aria-invalid') === 'true';
  const wait = () => {
    clearTimeout(timer);
    if (isInvalid()) say('', false);
    if (typed() === '') stop();
    else timer = setTimeout(ask, ASK_AFTER);
  };
  const ask = () => {
    light.release();
    asked = typed();
    post({ type: 'matchPattern', pattern: asked });
  };
  /** The graph goes dark again; what was found stays to be read as long as the pattern does. */
  const stop = () => {
    clearTimeout(timer);
    if (typed() === '') say('', false);
    if (asked === undefined) return;
    asked = undefined;
    post({ type: 'matchPattern' });
  };
  const say = (text: string, invalid: boolean) => {
    status.textContent = text;
    field.setAttribute('aria-invalid', String(invalid));
  };
  const add = () => {
    if (typed() === '' || isInvalid()) return field.focus();
    post({ type: 'setOverride', pattern: typed(), choice });
    field.value = '';
    stop();
  };
  const show = () => {
    const chosen = precisionChoice({
      id: 'new-override', label: t('Precision of the new override'), value: choice, capability: ['int8', 'bf16'], useBf16,
      onChange: (value) => {
        choice = value;
        show();
      },
    });
    replaceKeepingFocus(control, [chosen]);
  };
  field.addEventListener('keydown', ({ key }) => key === 'Enter' && add());
  const element = h(
    'div',
    { class: 'add', role: 'group', 'aria-label': t('New override') },
    field,
    h('div', { class: 'row' }, control, h('span', { class: 'name' }), button(t('Add'), t('Give the ops whose whole name matches the pattern this precision'), add)),
    status,
  );
  element.addEventListener('focusout', ({ relatedTarget }) => !(relatedTarget instanceof Node && element.contains(relatedTarget)) && stop());
  return {
    element,
    update: (next) => {
      useBf16 = next;
      show();
    },
    matches: ({ pattern, count, names, problem }) => {
      if (pattern !== asked) return;
      say(problem ?? matchText(count, names), problem !== undefined);
    },
  };
}

function matchText(count: number, names: readonly string[]): string {
  if (count === 0) return t('Matches no op.');
  const rest = count > names.length ? ', …' : '';
  return t('Matches {0}: {1}', opsText(count), `${names.join(', ')}${rest}`);
}
