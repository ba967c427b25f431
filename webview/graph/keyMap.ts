import { t } from '../l10n';
import type { Direction } from './neighbours';

/** What keys do. `by`: 1 for the next, -1 for the one before. */
export interface KeyActions {
  move(direction: Direction): void;
  extreme(end: 'first' | 'last'): void;
  /** Details of an op or a Cast; a group expands. */
  enter(): void;
  escape(): void;
  toggleGroup(): void;
  collapseEnclosing(): void;
  expandCasts(): void;
  collapseAll(): void;
  castBy(by: number): void;
  makingChange(): void;
  changeBy(by: number): void;
  play(): void;
  stepBy(by: number): void;
  search(): void;
  resultBy(by: number): void;
  ghosts(): void;
  fit(): void;
  zoom(factor: number): void;
  actualSize(): void;
  copyName(): void;
  help(): void;
}

export interface Binding {
  /** As KeyboardEvent.key has them, `Space` for the space bar; `Shift+` only before keys that make no character. */
  readonly keys: readonly string[];
  readonly section: Section;
  readonly title: string;
  /** Absent where the browser does it. */
  readonly run?: (actions: KeyActions) => void;
}

export const ZOOM_STEP = 1.25;

export const SECTIONS = { move: t('Move'), groups: t('Groups'), search: t('Search'), story: t('Casts and changes'), view: t('View'), more: t('More') } as const;
export type Section = keyof typeof SECTIONS;

/** Every key of the graph while it has the focus. None with Ctrl, Alt or Cmd: those belong to VS Code. */
const BINDINGS = {
  down: { keys: ['ArrowDown'], section: 'move', title: t('Follow an edge down'), run: (a) => a.move('down') },
  up: { keys: ['ArrowUp'], section: 'move', title: t('Follow an edge up'), run: (a) => a.move('up') },
  left: { keys: ['ArrowLeft'], section: 'move', title: t('Left in the row'), run: (a) => a.move('left') },
  right: { keys: ['ArrowRight'], section: 'move', title: t('Right in the row'), run: (a) => a.move('right') },
  first: { keys: ['Home'], section: 'move', title: t('First in the graph'), run: (a) => a.extreme('first') },
  last: { keys: ['End'], section: 'move', title: t('Last in the graph'), run: (a) => a.extreme('last') },
  enter: { keys: ['Enter'], section: 'move', title: t('Details, or expand the group'), run: (a) => a.enter() },
  escape: { keys: ['Escape'], section: 'move', title: t('Clear the selection'), run: (a) => a.escape() },
  toggleGroup: { keys: ['Space'], section: 'groups', title: t('Expand or collapse the group'), run: (a) => a.toggleGroup() },
  collapseEnclosing: { keys: ['Backspace'], section: 'groups', title: t('Collapse the group around'), run: (a) => a.collapseEnclosing() },
  expandCasts: { keys: ['x'], section: 'groups', title: t('Expand all Casts'), run: (a) => a.expandCasts() },
  collapseAll: { keys: ['X'], section: 'groups', title: t('Collapse all groups'), run: (a) => a.collapseAll() },
  nextCast: { keys: ['c'], section: 'story', title: t('Next Cast'), run: (a) => a.castBy(1) },
  previousCast: { keys: ['C'], section: 'story', title: t('Previous Cast'), run: (a) => a.castBy(-1) },
  makingChange: { keys: ['j'], section: 'story', title: t('Jump to the change that made it'), run: (a) => a.makingChange() },
  nextChange: { keys: ['.'], section: 'story', title: t('One change on'), run: (a) => a.changeBy(1) },
  previousChange: { keys: [','], section: 'story', title: t('One change back'), run: (a) => a.changeBy(-1) },
  play: { keys: ['p'], section: 'story', title: t('Play or pause the changes'), run: (a) => a.play() },
  nextStep: { keys: [']'], section: 'story', title: t('Next phase'), run: (a) => a.stepBy(1) },
  previousStep: { keys: ['['], section: 'story', title: t('Previous phase'), run: (a) => a.stepBy(-1) },
  search: { keys: ['/'], section: 'search', title: t('Search'), run: (a) => a.search() },
  nextResult: { keys: ['n', 'F3'], section: 'search', title: t('Next result'), run: (a) => a.resultBy(1) },
  previousResult: { keys: ['N', 'Shift+F3'], section: 'search', title: t('Previous result'), run: (a) => a.resultBy(-1) },
  fit: { keys: ['f'], section: 'view', title: t('Fit graph'), run: (a) => a.fit() },
  zoomIn: { keys: ['+', '='], section: 'view', title: t('Zoom in'), run: (a) => a.zoom(ZOOM_STEP) },
  zoomOut: { keys: ['-'], section: 'view', title: t('Zoom out'), run: (a) => a.zoom(1 / ZOOM_STEP) },
  actualSize: { keys: ['0'], section: 'view', title: t('Actual size'), run: (a) => a.actualSize() },
  ghosts: { keys: ['g'], section: 'view', title: t('Show or hide what was folded'), run: (a) => a.ghosts() },
  menu: { keys: ['Shift+F10', 'ContextMenu'], section: 'more', title: t('Menu of the selection') },
  copyName: { keys: ['y'], section: 'more', title: t('Copy the name'), run: (a) => a.copyName() },
  help: { keys: ['?'], section: 'more', title: t('Keyboard shortcuts'), run: (a) => a.help() },
} satisfies Readonly<Record<string, Binding>>;

export type BindingName = keyof typeof BINDINGS;

export const KEY_MAP: Readonly<Record<BindingName, Binding>> = BINDINGS;

const byKey = new Map(Object.values(KEY_MAP).flatMap((binding) => binding.keys.map((key) => [key, binding] as const)));

export function onKey(event: KeyboardEvent, actions: KeyActions): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const run = byKey.get(keyOf(event))?.run;
  if (!run) return;
  event.preventDefault();
  run(actions);
}

/** `Next result (N)`: for tooltips. */
export function titleWithKey(name: BindingName): string {
  const { title, keys } = KEY_MAP[name];
  return `${title} (${keyLabel(keys[0]!)})`;
}

/** As VS Code writes keys: `N`, `Shift+N`, `↓`. */
export function keyLabel(key: string): string {
  if (/^[A-Z]$/.test(key)) return `${t('Shift')}+${key}`;
  if (key.startsWith('Shift+')) return `${t('Shift')}+${keyLabel(key.slice(6))}`;
  return LABELS[key] ?? key.replace(/^[a-z]$/, (letter) => letter.toUpperCase());
}

const LABELS: Readonly<Record<string, string>> = {
  ArrowDown: '↓',
  ArrowUp: '↑',
  ArrowLeft: '←',
  ArrowRight: '→',
  Home: t('Home'),
  End: t('End'),
  Enter: t('Enter'),
  Escape: t('Esc'),
  Space: t('Space'),
  Backspace: t('Backspace'),
  ContextMenu: t('Menu'),
};

function keyOf({ key, shiftKey }: KeyboardEvent): string {
  if (key === ' ') return 'Space';
  return shiftKey && key.length > 1 ? `Shift+${key}` : key;
}
