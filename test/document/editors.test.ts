import { beforeEach, describe, expect, it } from 'vitest';
import { type Editor, Editors } from '../../src/document/editors';
import type { LinkedView, ToGraph } from '../../webview/protocol';

class FakeEditor implements Editor {
  readonly isVisible = true;
  readonly posted: ToGraph[] = [];
  starts = 0;

  post(message: ToGraph): void {
    this.posted.push(message);
  }

  start(): void {
    this.starts++;
  }

  picture(): never {
    throw new Error('not asked for here');
  }

  /** What was posted since the last call. */
  take(): ToGraph[] {
    return this.posted.splice(0);
  }
}

const view = (x: number): LinkedView => ({ zoom: 1, x, y: 0, expanded: ['block_1'] });

describe('compared editors', () => {
  const [main, other, pinned] = [new FakeEditor(), new FakeEditor(), new FakeEditor()];
  let editors: Editors;
  beforeEach(() => {
    editors = new Editors();
    for (const editor of [main, other, pinned]) Object.assign(editor, { starts: 0 }).take();
    editors.add(main);
    editors.add(pinned);
    editors.pin(pinned);
  });

  it('are one that starts as the original and the others', () => {
    expect([pinned.starts, main.starts]).toEqual([1, 0]);
    expect([main, pinned].map((editor) => editors.isPinned(editor))).toEqual([false, true]);
    expect(main.take()).toEqual([{ type: 'link', on: true }]);
    editors.add(other);
    expect(editors.isPinned(other)).toBe(false);
  });

  it('follow each other, never themselves', () => {
    main.take();
    editors.moved(main, view(1));
    expect([main.take(), pinned.take()]).toEqual([[], [{ type: 'follow', view: view(1) }]]);
    editors.moved(pinned, view(2));
    expect([main.take(), pinned.take()]).toEqual([[{ type: 'follow', view: view(2) }], []]);
  });

  it('are where the others are when they start late or again', () => {
    editors.moved(main, view(3));
    pinned.take();
    editors.welcome(pinned);
    expect(pinned.take()).toEqual([{ type: 'follow', view: view(3) }, { type: 'link', on: true }]);
  });

  it('go their own ways when the pinned one is closed', () => {
    main.take();
    editors.remove(pinned);
    expect(main.take()).toEqual([{ type: 'link', on: false }]);
    editors.moved(main, view(4));
    expect([editors.isComparing, main.starts, main.take(), pinned.take()]).toEqual([false, 0, [], []]);
  });

  it('leave an editor like others when only the pinned one is left', () => {
    editors.add(other);
    editors.remove(main);
    expect(editors.isComparing).toBe(true);
    editors.remove(other);
    expect([editors.isPinned(pinned), pinned.starts, pinned.take()]).toEqual([false, 2, [{ type: 'link', on: false }]]);
  });
});

describe('editors', () => {
  it('all light up the same ops, those that start late, too, until that ends', () => {
    const [one, two] = [new FakeEditor(), new FakeEditor()];
    const editors = new Editors();
    const lit = { type: 'highlight', nodes: Int32Array.of(3), label: '1 op matches conv' } as const;
    editors.add(one);
    editors.highlight(undefined);
    editors.highlight(lit);
    editors.add(two);
    editors.welcome(two);
    expect([one.take(), two.take()]).toEqual([[lit], [lit]]);
    editors.highlight(undefined);
    editors.welcome(two);
    expect([one.take(), two.take()]).toEqual([[{ type: 'highlight', label: '' }], [{ type: 'highlight', label: '' }]]);
  });

  it('are moved without anybody following while nothing is compared', () => {
    const [one, two] = [new FakeEditor(), new FakeEditor()];
    const editors = new Editors();
    [one, two].forEach((editor) => editors.add(editor));
    editors.moved(one, view(1));
    expect(two.take()).toEqual([]);
  });

  it('are active as they are focused, else the newest', () => {
    const [one, two] = [new FakeEditor(), new FakeEditor()];
    const editors = new Editors();
    expect(editors.active).toBeUndefined();
    [one, two].forEach((editor) => editors.add(editor));
    expect(editors.active).toBe(two);
    expect([editors.beside(one), editors.beside(two)]).toEqual([two, one]);
    editors.focus(one);
    expect(editors.active).toBe(one);
    editors.remove(one);
    expect(editors.active).toBe(two);
  });
});
