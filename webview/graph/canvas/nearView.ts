import type { Core, ElementDefinition } from 'cytoscape';
import { ANCHORS } from './elements';
import type { WindowElements } from './windowElements';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The elements cytoscape holds. */
export class NearView {
  /** Ids of the elements of each thing in the window. */
  private held = new Map<string, readonly string[]>();

  constructor(private readonly cy: Core) {
    cy.add([...ANCHORS]);
  }

  clear(): void {
    this.show(new Map(), false);
  }

  /** Adds what is missing and removes what is not wanted; `renew`: brings what stays up to date. */
  show(wanted: WindowElements, renew: boolean): void {
    const { cy } = this;
    cy.batch(() => {
      const gone = cy.collection();
      for (const [name, ids] of this.held) {
        if (wanted.has(name)) continue;
        for (const id of ids) gone.merge(cy.getElementById(id));
        this.held.delete(name);
      }
      cy.remove(gone);
      const added: ElementDefinition[] = [];
      for (const [name, make] of wanted) {
        const isHeld = this.held.has(name);
        if (isHeld && !renew) continue;
        const definitions = make();
        if (isHeld) for (const definition of definitions) this.renew(definition);
        else added.push(...definitions);
        this.held.set(name, definitions.map(({ data }) => data.id!));
      }
      cy.add(added);
    });
  }

  /** Where the parts of cards stand in the picture, by id. */
  cardPoints(): Map<string, Point> {
    return new Map(this.cy.nodes('.card, .name, .mix').map((part) => [part.id(), { ...part.position() }]));
  }

  private renew({ data, classes, position }: ElementDefinition): void {
    const element = this.cy.getElementById(data.id!);
    const changed = Object.entries(data).some(([field, value]) => typeof value !== 'object' && element.data(field) !== value);
    if (changed) element.data(data);
    element.classes(classes as string);
    const at = position && element.position();
    if (at && (at.x !== position.x || at.y !== position.y)) element.position(position);
  }
}
