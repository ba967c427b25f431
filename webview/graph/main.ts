import { GraphApp } from './app';
import css from './graph.css';

const sheet = new CSSStyleSheet();
sheet.replaceSync(css);
document.adoptedStyleSheets = [sheet];
new GraphApp(document.getElementById('app')!, document.body.dataset['layoutWorker']!).start();
