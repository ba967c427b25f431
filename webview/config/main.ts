import { h } from '../graph/dom';
import type { ConfigView, FromConfig, ToConfig } from '../protocol';
import { calibrationSection } from './calibration';
import { castsSection } from './casts';
import { endDwellOfRemoved } from './dwell';
import { opTypesSection } from './opTypes';
import { overridesSection } from './overrides';
import { problemsSection } from './problems';
import type { Section } from './section';
import { sensitiveSection } from './sensitive';
import styles from './style.css';
import { useBf16Section } from './useBf16';

declare function acquireVsCodeApi(): { postMessage(message: FromConfig): void };

const vscode = acquireVsCodeApi();
const post = (message: FromConfig) => vscode.postMessage(message);

const sheet = new CSSStyleSheet();
sheet.replaceSync(styles);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

const sections: readonly Section[] = [
  fileSection(),
  useBf16Section(post),
  problemsSection(),
  opTypesSection(post),
  overridesSection(post),
  sensitiveSection(post),
  calibrationSection(post),
  castsSection(post),
];
const app = h('main', { hidden: true }, ...sections.map(({ element }) => element));
document.getElementById('app')?.replaceWith(app);

window.addEventListener('message', ({ data }: MessageEvent<ToConfig>) => {
  if (data.type === 'trial') for (const section of sections) section.trial?.(data.outcome);
  else if (data.type === 'matches') for (const section of sections) section.matches?.(data);
  else show(data.config);
});

function show(config: ConfigView | undefined): void {
  app.hidden = config === undefined;
  if (config !== undefined) for (const section of sections) section.update(config);
  endDwellOfRemoved();
}

post({ type: 'ready' });

/** The model the panel is about, and the file behind it. */
function fileSection(): Section {
  const model = h('strong', {});
  const link = h('button', { type: 'button', class: 'link', onclick: () => post({ type: 'openFile' }) });
  return {
    element: h('section', { class: 'row' }, model, link),
    update: ({ model: name, file }: ConfigView) => {
      model.textContent = name;
      link.textContent = file === undefined ? 'Defaults' : 'Open file';
      link.title = file === undefined ? 'There is no config file yet. Click to make one; the first change here makes one, too' : `Open ${file} as text`;
    },
  };
}
