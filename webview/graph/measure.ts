import type { Measure } from './scene';
import { NAME_FONT, OP_FONT } from './styles';

/** Widths of labels in the fonts they are drawn in; results are kept, as names of ops repeat. */
export function measureWith(family: string): Measure {
  const context = document.createElement('canvas').getContext('2d')!;
  const fonts = { op: `600 ${OP_FONT}px ${family}`, name: `${NAME_FONT}px ${family}` };
  const known = { op: new Map<string, number>(), name: new Map<string, number>() };
  return (text, font) => {
    const found = known[font].get(text);
    if (found !== undefined) return found;
    context.font = fonts[font];
    const { width } = context.measureText(text);
    known[font].set(text, width);
    return width;
  };
}
