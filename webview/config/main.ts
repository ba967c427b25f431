import { h } from '../graph/dom';
import type { ConfigView, FromConfig, ToConfig } from '../protocol';
import { accuracySection } from './accuracy';
import { calibrationSection } from './calibration';
import { castsSection } from './casts';
import { endDwellOfRemoved } from './dwell';
import { keepFolds } from './folds';
import { GraphLight } from './graphLight';
import { header } from './header';
import { int8Section } from './int8';
import { opTypesSection } from './opTypes';
import { outcomeSection } from './outcome';
import { overridesSection } from './overrides';
import { preparationSection } from './preparation';
import { problemsSection } from './problems';
import type { Section } from './section';
import { selectedOpSection } from './selectedOp';
import { sensitiveSection } from './sensitive';
import styles from './style.css';
import { targetSection } from './target';
import { useBf16Section } from './useBf16';

declare function acquireVsCodeApi(): { postMessage(message: FromConfig): void; getState(): unknown; setState(state: unknown): void };

const vscode = acquireVsCodeApi();
const post = (message: FromConfig) => vscode.postMessage(message);

const sheet = new CSSStyleSheet();
sheet.replaceSync(styles);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

const light = new GraphLight(post);
const top = header(post);
const sections: readonly Section[] = [
  useBf16Section(post),
  outcomeSection(),
  problemsSection(post),
  opTypesSection(post, light),
  selectedOpSection(post),
  overridesSection(post, light),
  sensitiveSection(post),
  preparationSection(post),
  calibrationSection(post),
  int8Section(post),
  castsSection(post),
  targetSection(post),
  accuracySection(post),
];
const body = h('div', { class: 'sections' }, ...sections.map(({ element }) => element));
const app = h('main', { hidden: true }, top.element, body);
let model: string | undefined;
keepFolds(app, vscode);
document.getElementById('app')?.replaceWith(app);

window.addEventListener('message', ({ data }: MessageEvent<ToConfig>) => {
  if (data.type === 'trial') for (const section of sections) section.trial?.(data.outcome);
  else if (data.type === 'matches') for (const section of sections) section.matches?.(data);
  else show(data.config);
});
post({ type: 'ready' });

function show(config: ConfigView | undefined): void {
  if (config?.model !== model) light.release();
  model = config?.model;
  top.update(config);
  app.hidden = false;
  body.hidden = config === undefined;
  if (config !== undefined) for (const section of sections) section.update(config);
  endDwellOfRemoved();
}
