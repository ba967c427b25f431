import type { GraphCanvas } from './canvas/graphCanvas';

export interface LightingParts {
  readonly canvas: GraphCanvas;
  /** Lets go of what was found or chosen, on the word of others. */
  readonly search: { clear(): void };
  readonly transitions: { clear(): void };
  readonly announce: (text: string) => void;
}

/** What is lit up in the picture: by the search, by the table of transitions, or by the host. Only the last to ask has something lit up. */
export class Lighting {
  private litByHost = false;

  constructor(private readonly parts: LightingParts) {}

  bySearch(found: { readonly edges: Int32Array; readonly nodes: Int32Array } | undefined): void {
    this.parts.transitions.clear();
    this.light(found?.edges, found?.nodes);
  }

  /** Without a label it is what was lit up before, at another moment. */
  byTransitions(edges: Int32Array | undefined, nodes: Int32Array | undefined, label: string): void {
    const { search, canvas, announce } = this.parts;
    search.clear();
    this.light(edges ?? (nodes && new Int32Array()), nodes);
    if (label === '') return;
    announce(label);
    if (nodes) canvas.revealNearest(nodes);
  }

  /** Undefined: the host has nothing lit up any more. */
  byHost(nodes: Int32Array | undefined, label: string): void {
    if (nodes === undefined && !this.litByHost) return;
    const { search, transitions, announce } = this.parts;
    search.clear();
    transitions.clear();
    this.light(nodes && new Int32Array(), nodes);
    this.litByHost = nodes !== undefined;
    if (nodes !== undefined) announce(label);
  }

  private light(edges: Int32Array | undefined, nodes: Int32Array | undefined): void {
    this.litByHost = false;
    this.parts.canvas.highlight(edges, nodes);
  }
}
