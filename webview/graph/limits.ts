/** Elements cytoscape may hold: its cost per frame grows with what it holds, not with what is on the screen. */
export const MOST_ELEMENTS = 1500;
