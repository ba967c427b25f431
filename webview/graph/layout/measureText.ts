import { NAME_FONT, OP_FONT, STUB_FONT, type Font, type Measure } from './cardSizes';

/** Widths of texts in the fonts they are drawn in; results are kept, as names of ops repeat. */
export function measureText(family: string): Measure {
  const context = new OffscreenCanvas(1, 1).getContext('2d')!;
  const fonts: Readonly<Record<Font, string>> = { op: `600 ${OP_FONT}px ${family}`, name: `${NAME_FONT}px ${family}`, stub: `${STUB_FONT}px ${family}` };
  const known: Readonly<Record<Font, Map<string, number>>> = { op: new Map(), name: new Map(), stub: new Map() };
  return (text, font) => {
    let width = known[font].get(text);
    if (width === undefined) {
      context.font = fonts[font];
      width = context.measureText(text).width;
      known[font].set(text, width);
    }
    return width;
  };
}
