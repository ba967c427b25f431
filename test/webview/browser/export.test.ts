import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GraphView, PictureFormat } from '../../../webview/protocol';
import { digitsCnn } from '../support/digitsCnn';
import { PartPages } from '../support/partPages';
import { themes, type ThemeName } from '../support/themes';
import { transformer } from '../support/transformer';

let pages: PartPages;
beforeAll(async () => {
  pages = await PartPages.start();
});
afterAll(() => pages.stop());

interface Written {
  readonly base64: string;
  readonly note: string | undefined;
  /** Of the picture, with its margin. */
  readonly width: number;
  readonly height: number;
  /** Of the file: of the PNG in pixels, or of the SVG's root. */
  readonly fileWidth: number;
  readonly fileHeight: number;
  /** Colours of the corners of a PNG. */
  readonly corners: readonly string[];
  /** What a parser finds in an SVG. */
  readonly texts: readonly string[];
  readonly tooltips: readonly string[];
  readonly elements: readonly string[];
  readonly problem: string | undefined;
}

async function write(view: GraphView, format: PictureFormat, isExpanded: boolean, theme: ThemeName = 'dark-modern'): Promise<Written> {
  const { page, problems } = await pages.open({ theme });
  const written = await page.evaluate(
    async ([view, format, isExpanded]) => {
      const { exportPicture, measureText, readTheme, sceneOf } = window.parts;
      const theme = readTheme();
      const scene = sceneOf(view, view.snapshots.length - 1, isExpanded, measureText(theme.font));
      const { bytes, note } = await exportPicture(format, scene, theme);
      const common = { base64: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')), note, width: scene.picture.width + 48, height: scene.picture.height + 48 };
      if (format === 'png') {
        const image = await createImageBitmap(new Blob([bytes as BlobPart], { type: 'image/png' }));
        const context = new OffscreenCanvas(image.width, image.height).getContext('2d', { willReadFrequently: true })!;
        context.drawImage(image, 0, 0);
        const corners = [0, image.width - 1].flatMap((x) => [0, image.height - 1].map((y) => [...context.getImageData(x, y, 1, 1).data].join()));
        return { ...common, fileWidth: image.width, fileHeight: image.height, corners, texts: [], tooltips: [], elements: [], problem: undefined };
      }
      const root = new DOMParser().parseFromString(new TextDecoder().decode(bytes), 'image/svg+xml');
      const all = (selector: string): string[] => [...root.querySelectorAll(selector)].map((element) => element.textContent ?? '');
      return {
        ...common,
        fileWidth: Number(root.documentElement.getAttribute('width')),
        fileHeight: Number(root.documentElement.getAttribute('height')),
        corners: [],
        texts: all('text'),
        tooltips: all('title'),
        elements: [...new Set([...root.querySelectorAll('*')].map(({ tagName }) => tagName))].sort(),
        problem: root.querySelector('parsererror')?.textContent ?? undefined,
      };
    },
    [view, format, isExpanded] as const,
  );
  expect(problems).toEqual([]);
  await page.close();
  return written;
}

describe('SVG', () => {
  it('is well-formed and holds every op, name and mark', async () => {
    const view = digitsCnn();
    const { texts, tooltips, elements, problem } = await write(view, 'svg', true);
    expect(problem).toBeUndefined();
    expect(elements).toEqual(['circle', 'g', 'path', 'rect', 'svg', 'text', 'title']);
    const marks = view.snapshots[3]!.marks;
    const standing = marks.filter(({ kind, state }) => kind === 'cast' && state === 'inserted');
    expect(standing.length).toBeGreaterThan(0);
    for (const { op, name } of view.nodes) expect(tooltips).toContain(`${op}, ${name}`);
    for (const { label } of standing) expect(texts.some((text) => text.startsWith(label))).toBe(true);
    for (const { op } of view.nodes) expect(texts.some((text) => text === op || (text.endsWith('…') && op.startsWith(text.slice(0, -1))))).toBe(true);
  });

  it('keeps hostile names text', async () => {
    const plain = digitsCnn();
    const hostile = '<script>alert(1)</script>&"\u0001';
    const view = { ...plain, model: { ...plain.model, name: hostile }, nodes: plain.nodes.map((node, index) => (index === 0 ? { ...node, name: hostile } : node)) };
    const { elements, tooltips, problem } = await write(view, 'svg', true);
    expect(problem).toBeUndefined();
    expect(elements).not.toContain('script');
    expect(tooltips[0]).toBe('<script>alert(1)</script>&"');
  });
});

describe('PNG', () => {
  it('is twice as large as the picture', async () => {
    const { width, height, fileWidth, fileHeight, note } = await write(digitsCnn(), 'png', false);
    expect([fileWidth, fileHeight]).toEqual([Math.round(2 * width), Math.round(2 * height)]);
    expect(note).toBeUndefined();
  });

  it('has at most 8192 pixels a side, and says that it is smaller', async () => {
    const { width, height, fileWidth, fileHeight, corners, note } = await write(transformer(12), 'png', true);
    expect(corners).toEqual(Array.from({ length: 4 }, () => '31,31,31,255'));
    expect(height).toBeGreaterThan(8192);
    expect(fileHeight).toBe(8192);
    expect(fileWidth).toBe(Math.round((8192 * width) / height));
    expect(note).toBe(`Drawn at ${Number(((100 * 8192) / height).toPrecision(2))} % of its size, to have at most 8,192 pixels a side.`);
  });
});

it.each(Object.keys(themes) as ThemeName[])('is drawn in the colours of %s', async (theme) => {
  const views = { digits: [digitsCnn(), true], encoder: [transformer(3), false] } as const;
  for (const [name, [view, isExpanded]] of Object.entries(views)) {
    const png = await write(view, 'png', isExpanded, theme);
    await writeFile(`test-results/export-${name}-${theme}.png`, Buffer.from(png.base64, 'base64'));
  }
  const { problem } = await write(transformer(3), 'svg', false, theme);
  expect(problem).toBeUndefined();
});
