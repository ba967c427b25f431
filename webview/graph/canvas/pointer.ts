import type { Core, EventObject, NodeSingular } from 'cytoscape';
import type { Mark } from '../moment';
import { targetOf, type Target } from './elements';
import { targetAt } from './hitTest';
import { CHIP } from './images';
import { nextMark } from './marks';
import type { Scene } from './scene';
import { tooltip } from './tooltip';

export interface PointerEvents {
  selectNode(node: number | undefined): void;
  selectGroup(group: number): void;
  selectMark(mark: Mark): void;
  toggleGroup(group: number): void;
  /** A stub was clicked: its node is elsewhere. */
  goToNode(node: number): void;
  hover(text: string): void;
}

const CLICKABLE = '.card, .header, .stub, .mark';

/** Clicks and tooltips. `shown`: what is drawn, and the selected boundary. */
export function listenToPointer(cy: Core, events: PointerEvents, shown: () => { readonly scene: Scene | undefined; readonly boundary: string | undefined }): void {
  /** The far view has no elements; beside those of the near view is nothing. */
  const hit = ({ target, position }: EventObject): Target => {
    const { scene } = shown();
    if (!scene) return {};
    return target === cy ? targetAt(scene, position, true) : targetOf(scene, (target as NodeSingular).id());
  };
  /** The left of a card, or a header anywhere, opens and closes a group. */
  const isChevron = ({ target, position }: EventObject): boolean => {
    if (target === cy) return false;
    const card = target as NodeSingular;
    return card.hasClass('header') || position.x < card.position().x - card.width() / 2 + CHIP;
  };
  cy.on('tap', (event) => {
    const { node, group, marks, stub } = hit(event);
    if (marks) events.selectMark(nextMark(marks, shown().boundary));
    else if (group === undefined && stub === undefined) events.selectNode(node);
    else if (group === undefined) events.goToNode(node!);
    else if (isChevron(event)) events.toggleGroup(group);
    else events.selectGroup(group);
  });
  cy.on('dbltap', (event) => {
    const { group } = hit(event);
    if (group !== undefined && !isChevron(event)) events.toggleGroup(group);
  });
  const hover = (element: NodeSingular, on: boolean): void => {
    const { scene } = shown();
    element.toggleClass('hover', on);
    cy.container()!.style.cursor = on ? 'pointer' : '';
    events.hover(on && scene ? tooltip(scene, targetOf(scene, element.id())) : '');
  };
  cy.on('mouseover', CLICKABLE, ({ target }) => hover(target as NodeSingular, true));
  cy.on('mouseout', CLICKABLE, ({ target }) => hover(target as NodeSingular, false));
}
