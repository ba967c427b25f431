import { h } from '../graph/dom';
import type { OpQuery } from '../protocol';
import { onDwell } from './dwell';
import type { Post } from './section';

/** How long the pointer rests on a name before its ops light up. */
const LIGHT_AFTER = 200;

/** Which ops the panel lights up in the graph: those the pointer rests on, else those that were clicked. */
export class GraphLight {
  private kept: { readonly query: OpQuery; readonly button: HTMLButtonElement } | undefined;
  private lit = '';

  constructor(private readonly post: Post) {}

  /** A button that lights up ops while the pointer rests on it, and from one click to the next. */
  button(query: OpQuery, attributes: { readonly id: string; readonly class: string; readonly title: string }, text: string): HTMLButtonElement {
    const isKept = same(this.kept?.query, query);
    const button = h('button', { type: 'button', ...attributes, 'aria-pressed': String(isKept), onclick: () => this.toggle(query, button) }, text);
    if (isKept) this.kept = { query, button };
    onDwell(button, LIGHT_AFTER, () => this.show(query), () => this.show(this.kept?.query));
    return button;
  }

  /** Nothing is lit any more. */
  release(): void {
    this.kept?.button.setAttribute('aria-pressed', 'false');
    this.kept = undefined;
    this.show(undefined);
  }

  private toggle(query: OpQuery, button: HTMLButtonElement): void {
    const wasKept = same(this.kept?.query, query);
    this.kept?.button.setAttribute('aria-pressed', 'false');
    this.kept = wasKept ? undefined : { query, button };
    button.setAttribute('aria-pressed', String(!wasKept));
    this.show(this.kept?.query);
  }

  private show(query: OpQuery | undefined): void {
    const key = JSON.stringify(query) ?? '';
    if (key === this.lit) return;
    this.lit = key;
    this.post(query === undefined ? { type: 'highlight' } : { type: 'highlight', query });
  }
}

function same(a: OpQuery | undefined, b: OpQuery): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
