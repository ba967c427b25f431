// Bundled in place of the graph view: only what talks to the layout worker.
import { graphTables } from '../../../src/engine/report/graphTables';
import { LayoutClient } from '../../../webview/graph/layoutClient';
import { transformer } from './transformer';

const layoutPage = { graphTables, LayoutClient, transformer, worker: document.body.dataset['layoutWorker']! };

declare global {
  interface Window {
    layoutPage: typeof layoutPage;
  }
}

window.layoutPage = layoutPage;
