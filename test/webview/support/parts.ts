// Bundled into the page of PartPages: the parts of the view, for tests to put together what they need.
import { graphTables } from '../../../src/engine/report/graphTables';
import { createDetails } from '../../../webview/graph/details';
import css from '../../../webview/graph/graph.css';
import { buildGroups } from '../../../webview/graph/layout/hierarchy';
import { momentAt } from '../../../webview/graph/moment';
import { createTimeline } from '../../../webview/graph/timeline';
import { createTransitions } from '../../../webview/graph/transitions';

const parts = { buildGroups, createDetails, createTimeline, createTransitions, graphTables, momentAt };
export type Parts = typeof parts;

const sheet = new CSSStyleSheet();
sheet.replaceSync(css);
document.adoptedStyleSheets = [sheet];
Object.assign(window, { parts });
