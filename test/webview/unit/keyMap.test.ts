import { describe, expect, it, vi } from 'vitest';
import { KEY_MAP, keyLabel, onKey, SECTIONS, titleWithKey, type KeyActions } from '../../../webview/graph/keyMap';

/** Writes down what is called. */
function recorder(): { called: string[]; actions: KeyActions } {
  const called: string[] = [];
  const actions = new Proxy({} as KeyActions, { get: (_, name: string) => (...values: unknown[]) => called.push([name, ...values].join(' ')) });
  return { called, actions };
}

function press(key: string, modifiers: Partial<KeyboardEvent> = {}): { called: string[]; prevented: boolean } {
  const { called, actions } = recorder();
  const preventDefault = vi.fn();
  onKey({ key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, preventDefault, ...modifiers } as unknown as KeyboardEvent, actions);
  return { called, prevented: preventDefault.mock.calls.length > 0 };
}

describe('the key map', () => {
  it('has each key once', () => {
    const keys = Object.values(KEY_MAP).flatMap(({ keys }) => keys);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
    expect(keys.some((key) => /Ctrl|Alt|Meta/.test(key))).toBe(false);
  });

  it('leaves no section empty and no title twice', () => {
    expect([...new Set(Object.values(KEY_MAP).map(({ section }) => section))].sort()).toEqual(Object.keys(SECTIONS).sort());
    const titles = Object.values(KEY_MAP).map(({ title }) => title);
    expect(new Set(titles).size).toBe(titles.length);
  });

  it('tells capitals and Shift apart', () => {
    expect(press('n').called).toEqual(['resultBy 1']);
    expect(press('N', { shiftKey: true }).called).toEqual(['resultBy -1']);
    expect(press('F3').called).toEqual(['resultBy 1']);
    expect(press('F3', { shiftKey: true }).called).toEqual(['resultBy -1']);
    expect(press('?', { shiftKey: true }).called).toEqual(['help']);
    expect(press('+', { shiftKey: true }).called).toEqual(['zoom 1.25']);
    expect(press(' ').called).toEqual(['toggleGroup']);
  });

  it('leaves keys alone that are not in it, are the browser\'s, or belong to VS Code', () => {
    for (const [key, modifiers] of [['q', {}], ['F10', { shiftKey: true }], ['f', { ctrlKey: true }], ['c', { metaKey: true }], ['ArrowUp', { altKey: true }], ['Tab', {}], ['ArrowUp', { shiftKey: true }]] as const) {
      expect(press(key, modifiers)).toEqual({ called: [], prevented: false });
    }
  });

  it('writes keys as VS Code does', () => {
    expect(['n', 'N', 'ArrowDown', 'Space', 'Shift+F10', 'Shift+Enter', '/', '?'].map(keyLabel)).toEqual(['N', 'Shift+N', '↓', 'Space', 'Shift+F10', 'Shift+Enter', '/', '?']);
    expect(titleWithKey('fit')).toBe('Fit graph (F)');
  });
});
