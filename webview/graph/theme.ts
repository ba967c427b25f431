import type { Precision } from '../protocol';
import { PRECISIONS } from './precision';

/** Concrete colours for the canvases, resolved from the page's CSS variables. */
export interface Theme {
  readonly background: string;
  readonly foreground: string;
  readonly dim: string;
  readonly line: string;
  readonly edge: string;
  readonly focus: string;
  readonly cast: string;
  /** Fill and border of the cards of collapsed groups. */
  readonly card: string;
  readonly cardLine: string;
  /** Fill of boxes by depth. */
  readonly boxes: readonly string[];
  readonly precision: Readonly<Record<Precision, string>>;
  readonly fill: Readonly<Record<Precision, string>>;
  /** Fill of cards by how sensitive their ops are. */
  readonly heat: readonly string[];
  readonly highContrast: boolean;
  readonly font: string;
}

type Rgb = readonly [number, number, number];

const TINT = 0.14;
/** Text on the strongest can still be read. */
const HEAT_TINTS = [0.05, 0.15, 0.25, 0.35, 0.45];
const BOX_TINT = 0.025;
const CARD_TINT = 0.09;
/** Boxes deeper than that look like the last of these. */
export const BOX_DEPTHS = 5;

export function readTheme(): Theme {
  const probe = document.createElement('span');
  document.body.append(probe);
  const colour = (name: string): string => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const background = parse(colour('bg'), [0, 0, 0]);
  const resolve = (name: string): Rgb => parse(colour(name), background);
  const foreground = resolve('fg');
  const font = getComputedStyle(document.body).fontFamily;
  const highContrast = document.body.classList.contains('vscode-high-contrast') || document.body.classList.contains('vscode-high-contrast-light');
  const colours = Object.fromEntries(PRECISIONS.map((precision) => [precision, resolve(precision)])) as Record<Precision, Rgb>;
  const each = (of: (colour: Rgb) => string): Record<Precision, string> =>
    Object.fromEntries(PRECISIONS.map((precision) => [precision, of(colours[precision])])) as Record<Precision, string>;
  const theme: Theme = {
    background: css(background),
    foreground: css(foreground),
    dim: css(resolve('dim')),
    line: css(resolve('line')),
    edge: css(highContrast ? foreground : mix(foreground, background, 0.6)),
    focus: css(resolve('focus')),
    cast: css(resolve('cast')),
    card: css(highContrast ? background : mix(foreground, background, CARD_TINT)),
    cardLine: css(highContrast ? foreground : mix(foreground, background, 0.4)),
    boxes: Array.from({ length: BOX_DEPTHS }, (_, depth) => css(highContrast ? background : mix(foreground, background, BOX_TINT * (depth + 1)))),
    precision: each(css),
    fill: each((colour) => css(highContrast ? background : mix(colour, background, TINT))),
    heat: HEAT_TINTS.map((tint) => css(mix(resolve('error'), background, tint))),
    highContrast,
    font,
  };
  probe.remove();
  return theme;
}

/** Calls back when VS Code switches the theme: it rewrites the classes of the body and the variables of the root element. */
export function onThemeChange(changed: () => void): void {
  const observer = new MutationObserver(changed);
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
}

/** `rgb(…)`, `rgba(…)` or `color(srgb …)`, as browsers compute colours; transparency shows the background. */
function parse(colour: string, background: Rgb): Rgb {
  const scale = colour.startsWith('color') ? 255 : 1;
  const [r = 0, g = 0, b = 0, alpha = 1] = (colour.match(/[\d.]+(e-\d+)?/g) ?? []).map(Number);
  return mix([r * scale, g * scale, b * scale], background, alpha);
}

function mix(a: Rgb, b: Rgb, share: number): Rgb {
  return [0, 1, 2].map((k) => Math.round(a[k]! * share + b[k]! * (1 - share))) as unknown as Rgb;
}

function css([r, g, b]: Rgb): string {
  return `rgb(${r},${g},${b})`;
}
