import { h } from '../graph/dom';
import { t } from '../l10n';
import type { FromTuning, ToTuning, TrialView, TuningView } from '../protocol';
import { createActions } from './actions';
import { createPlot } from './plot';
import { createSettings } from './settings';
import { isSort, type Sort } from './sort';
import styles from './style.css';
import { createTrialDetails } from './trialDetails';
import { createTrialTable } from './trialTable';

/** What survives when the tab is hidden or the window reloaded. `uri` tells VS Code of which model the search was. */
interface Persisted {
  readonly uri?: string;
  /** Undefined: the best is shown, whichever that is. */
  readonly selected?: number;
  readonly sort?: Sort;
}

declare function acquireVsCodeApi(): { postMessage(message: FromTuning): void; getState(): Persisted | undefined; setState(state: Persisted): void };

const vscode = acquireVsCodeApi();
const post = (message: FromTuning) => vscode.postMessage(message);
let persisted: Persisted = vscode.getState() ?? {};
const persist = (change: Persisted): void => {
  persisted = { ...persisted, ...change };
  vscode.setState(persisted);
};

const sheet = new CSSStyleSheet();
sheet.replaceSync(styles);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

let tuning: TuningView | undefined;
let trials: readonly TrialView[] = [];

const select = (selected: number): void => {
  if (selected === chosen()) return;
  persist({ selected });
  show();
};
const title = h('h1', {});
const actions = createActions(post);
const settings = createSettings(post);
const plot = createPlot(select);
const details = createTrialDetails(post);
const table = createTrialTable(isSort(persisted.sort) ? persisted.sort : { column: 'trial', descending: false }, select, (sort) => persist({ sort }));
const measured = h('div', { class: 'measured' }, plot.element, details.element, table.element);
const app = h('main', { hidden: true }, h('header', {}, title, settings.element, actions.element), measured);
document.getElementById('app')?.replaceWith(app);

window.addEventListener('message', ({ data }: MessageEvent<ToTuning>) => {
  tuning = data.tuning;
  trials = [...trials.slice(0, data.start), ...data.trials];
  if (tuning.uri !== persisted.uri) persist({ uri: tuning.uri, selected: undefined });
  show();
});
post({ type: 'ready' });

/** The trial that is shown: the user's choice, else the best. */
function chosen(): number | undefined {
  const { selected } = persisted;
  return selected !== undefined && selected < trials.length ? selected : tuning?.best;
}

function show(): void {
  if (tuning === undefined) return;
  app.hidden = false;
  title.textContent = t('Tune {0} for accuracy', tuning.model);
  settings.update(tuning);
  actions.update(tuning, trials);
  measured.hidden = trials.length === 0 && tuning.baseline === undefined;
  plot.update(tuning, trials, chosen());
  details.update(tuning, trials, chosen());
  table.update(tuning, trials, chosen());
}
