import { icons, type IconName } from './icons';

type Attributes = Readonly<Record<string, string | boolean | ((event: Event) => void)>>;

/**
 * An element with attributes, event listeners (`onclick`) and children. Text goes in as text nodes only, so names from a model
 * can never become markup.
 */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: readonly (Node | string | undefined)[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (typeof value === 'boolean') element.toggleAttribute(name, value);
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

export function icon(name: IconName): SVGElement {
  const svg = new DOMParser().parseFromString(icons[name], 'image/svg+xml').documentElement;
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  return document.importNode(svg, true) as unknown as SVGElement;
}

/** A button that shows an icon and, unless `compact`, its name. */
export function button(label: string, name: IconName, onclick: () => void, compact = false): HTMLButtonElement {
  return h('button', { type: 'button', class: compact ? 'tool' : 'tool labelled', title: label, 'aria-label': label, onclick }, icon(name), compact ? undefined : h('span', {}, label));
}

/** A path that may be wrapped after its slashes. */
export function path(text: string): (Node | string)[] {
  return text.split(/(?<=\/)/).flatMap((part, index) => (index === 0 ? [part] : [document.createElement('wbr'), part]));
}
