import type { Direction } from './navigate';

export interface KeyActions {
  move(direction: Direction): void;
  extreme(end: 'first' | 'last'): void;
  enter(): void;
  escape(): void;
  fit(): void;
  zoom(factor: number): void;
  actualSize(): void;
  search(): void;
  ghosts(): void;
  step(by: number): void;
}

export const ZOOM_STEP = 1.25;

/** Keys of the graph while it has the focus. */
export const KEYS: Readonly<Record<string, (actions: KeyActions) => void>> = {
  ArrowUp: (actions) => actions.move('up'),
  ArrowDown: (actions) => actions.move('down'),
  ArrowLeft: (actions) => actions.move('left'),
  ArrowRight: (actions) => actions.move('right'),
  Home: (actions) => actions.extreme('first'),
  End: (actions) => actions.extreme('last'),
  Enter: (actions) => actions.enter(),
  Escape: (actions) => actions.escape(),
  f: (actions) => actions.fit(),
  '+': (actions) => actions.zoom(ZOOM_STEP),
  '=': (actions) => actions.zoom(ZOOM_STEP),
  '-': (actions) => actions.zoom(1 / ZOOM_STEP),
  '0': (actions) => actions.actualSize(),
  '/': (actions) => actions.search(),
  g: (actions) => actions.ghosts(),
  '[': (actions) => actions.step(-1),
  ']': (actions) => actions.step(1),
};

export function onKey(event: KeyboardEvent, actions: KeyActions): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const action = KEYS[event.key];
  if (!action) return;
  event.preventDefault();
  action(actions);
}
