import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Page } from 'playwright-core';

const FOLDER = 'test/webview/goldens';
const isUpdate = process.env['UPDATE_GOLDENS'] !== undefined;

/**
 * Share of what is drawn in a screenshot that looks different from the golden image of that name, which is smaller. With
 * UPDATE_GOLDENS set, writes the golden image instead. `page` only lends its decoder.
 */
export async function differenceFromGolden(page: Page, name: string, screenshot: Buffer): Promise<number> {
  const file = resolve(FOLDER, `${name}.png`);
  if (!isUpdate && !existsSync(file)) throw new Error(`no golden image ${file}: look at what UPDATE_GOLDENS=1 writes`);
  const { smaller, difference } = await page.evaluate(compareImages, { screenshot: dataUrl(screenshot), golden: isUpdate ? undefined : dataUrl(readFileSync(file)) });
  const png = Buffer.from(smaller.split(',')[1]!, 'base64');
  if (isUpdate) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, png);
  } else if (difference > 0) {
    mkdirSync('test-results/goldens', { recursive: true });
    writeFileSync(`test-results/goldens/${name}.png`, png);
  }
  return difference;
}

const dataUrl = (png: Buffer): string => `data:image/png;base64,${png.toString('base64')}`;

/**
 * Runs in the page. Compares mean colours of blocks, each with the most similar of the blocks around it: fonts differ from machine
 * to machine, and with them the widths of cards by a few pixels.
 */
async function compareImages({ screenshot, golden }: { screenshot: string; golden: string | undefined }): Promise<{ smaller: string; difference: number }> {
  const SCALE = 0.4;
  const BLOCK = 6;
  /** Of 255, in any of red, green and blue. */
  const DIFFERENT = 20;
  const draw = async (url: string, scale: number): Promise<HTMLCanvasElement> => {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    const context = canvas.getContext('2d', { willReadFrequently: true })!;
    context.imageSmoothingQuality = 'high';
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas;
  };
  const blocksOf = (canvas: HTMLCanvasElement): { columns: number; rows: number; means: Float32Array } => {
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    const [columns, rows] = [Math.floor(canvas.width / BLOCK), Math.floor(canvas.height / BLOCK)];
    const means = new Float32Array(columns * rows * 3);
    for (let y = 0; y < rows * BLOCK; y++) {
      for (let x = 0; x < columns * BLOCK; x++) {
        const block = Math.floor(y / BLOCK) * columns + Math.floor(x / BLOCK);
        for (let c = 0; c < 3; c++) means[block * 3 + c]! += data[(y * canvas.width + x) * 4 + c]! / BLOCK ** 2;
      }
    }
    return { columns, rows, means };
  };
  /** In 16 steps of each colour, which makes a small file. */
  const posterized = (canvas: HTMLCanvasElement): HTMLCanvasElement => {
    const context = canvas.getContext('2d')!;
    const image = context.getImageData(0, 0, canvas.width, canvas.height);
    image.data.forEach((value, k) => (image.data[k] = Math.round(value / 17) * 17));
    context.putImageData(image, 0, 0);
    return canvas;
  };
  const small = await draw(screenshot, SCALE);
  const smaller = posterized(small).toDataURL('image/png');
  if (golden === undefined) return { smaller, difference: 0 };
  const [now, before] = [blocksOf(small), blocksOf(await draw(golden, 1))];
  if (now.columns !== before.columns || now.rows !== before.rows) return { smaller, difference: 1 };
  const apart = (a: number, b: number): number => Math.max(...[0, 1, 2].map((c) => Math.abs(now.means[a * 3 + c]! - before.means[b * 3 + c]!)));
  /** Mean colours in coarse steps, and of those the background's. */
  const shades = Array.from({ length: now.columns * now.rows * 2 }, (_, k) => [0, 1, 2].map((c) => Math.round((k % 2 === 0 ? now : before).means[(k >> 1) * 3 + c]! / 4)).join());
  const counts = new Map<string, number>();
  for (const shade of shades) counts.set(shade, (counts.get(shade) ?? 0) + 1);
  const background = [...counts].reduce((most, one) => (one[1] > most[1] ? one : most))[0];
  const drawn = shades.filter((shade, k) => k % 2 === 0 && (shade !== background || shades[k + 1] !== background)).length;
  let different = 0;
  for (let y = 0; y < now.rows; y++) {
    for (let x = 0; x < now.columns; x++) {
      let least = Infinity;
      for (let v = Math.max(0, y - 1); v <= Math.min(now.rows - 1, y + 1); v++) {
        for (let u = Math.max(0, x - 1); u <= Math.min(now.columns - 1, x + 1); u++) least = Math.min(least, apart(y * now.columns + x, v * now.columns + u));
      }
      if (least > DIFFERENT) different++;
    }
  }
  return { smaller, difference: different / Math.max(1, drawn) };
}
