import { button, h, icon } from './dom';

export interface Notice {
  readonly element: HTMLElement;
  loading(text: string): void;
  empty(text: string): void;
  /** Over the whole graph, or as a strip above it where there is one to look at. */
  error(text: string, strip: boolean): void;
  clear(): void;
}

/** What the graph area says when there is no graph to draw, or when something failed. */
export function createNotice(): Notice {
  const element = h('div', { class: 'notice', role: 'status' });
  const set = (kind: string, ...content: readonly Node[]): void => {
    element.className = `notice ${kind}`;
    element.replaceChildren(...content);
    element.hidden = false;
  };
  const clear = (): void => {
    element.hidden = true;
  };
  return {
    element,
    loading: (text) => set('loading', h('div', { class: 'bar endless' }, h('div')), h('p', {}, text)),
    empty: (text) => set('empty', h('p', {}, text)),
    error: (text, strip) => set(strip ? 'error strip' : 'error', icon('error'), h('p', {}, text), ...(strip ? [button('Close', 'close', clear, true)] : [])),
    clear,
  };
}
