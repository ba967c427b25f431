// Bundled into the page of PartPages: the parts of the view, for tests to put together what they need.
import { graphTables } from '../../../src/engine/report/graphTables';
import { createDetails } from '../../../webview/graph/details';
import { exportPicture } from '../../../webview/graph/export/exportPicture';
import css from '../../../webview/graph/graph.css';
import { buildGroups } from '../../../webview/graph/layout/hierarchy';
import { measureText } from '../../../webview/graph/layout/measureText';
import { momentAt } from '../../../webview/graph/moment';
import { readTheme } from '../../../webview/graph/theme';
import { createTimeline } from '../../../webview/graph/timeline';
import { createTransitions } from '../../../webview/graph/transitions';
import { sceneOf } from './scenes';

const parts = { buildGroups, createDetails, createTimeline, createTransitions, exportPicture, graphTables, measureText, momentAt, readTheme, sceneOf };
export type Parts = typeof parts;

const sheet = new CSSStyleSheet();
sheet.replaceSync(css);
document.adoptedStyleSheets = [sheet];
Object.assign(window, { parts });
