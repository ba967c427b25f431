// Runs in a page of its own: cytoscape with every node and edge, as most graph viewers use it.
import cytoscape from 'cytoscape';

/** Resolves after the first frame. `widths`, `x`, `y` by node; `labels` joined by line breaks. */
window.showEverything = ({ widths, x, y, source, target, labels }) => {
  const texts = labels.split('\n');
  const nodes = texts.map((label, k) => ({ data: { id: `n${k}`, label, width: widths[k] }, position: { x: x[k], y: y[k] } }));
  const edges = Array.from(source, (from, k) => ({ data: { id: `e${k}`, source: `n${from}`, target: `n${target[k]}` } }));
  const cy = cytoscape({
    container: document.body,
    elements: { nodes, edges },
    layout: { name: 'preset' },
    style: [
      {
        selector: 'node',
        style: {
          shape: 'round-rectangle', width: 'data(width)', height: 40, label: 'data(label)', 'font-size': 12, color: '#ccc', 'text-valign': 'center',
          'background-color': '#333', 'border-width': 1, 'border-color': '#888', 'min-zoomed-font-size': 5,
        },
      },
      { selector: 'edge', style: { width: 1.5, 'line-color': '#888', 'target-arrow-color': '#888', 'target-arrow-shape': 'triangle', 'curve-style': 'straight' } },
    ],
  });
  window.panBy = (pixels) => cy.panBy({ x: 0, y: -pixels });
  window.fit = () => cy.fit();
  window.actualSize = () => cy.viewport({ zoom: 1, pan: { x: cy.width() / 2 - x[0], y: 0 } });
  window.elementCount = () => cy.elements().length;
  return new Promise((resolve) => cy.one('render', () => requestAnimationFrame(() => resolve())));
};
