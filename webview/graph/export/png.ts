import { t } from '../../l10n';
import type { Scene } from '../canvas/scene';
import type { Theme } from '../theme';
import { MARGIN, pictureSvg } from './svg';

/** Pixels: larger sides take long to draw and are more than many programs open. */
export const MOST_PIXELS = 8192;
/** Sharp on screens of any density. */
const BEST_SCALE = 2;

export interface Png {
  readonly bytes: Uint8Array;
  /** Where it had to be smaller than the picture. */
  readonly note?: string;
}

/** The picture in pixels, as its SVG looks in this browser; twice its size where that is not too large. */
export async function picturePng(scene: Scene, theme: Theme): Promise<Png> {
  const { width, height } = scene.picture;
  const scale = Math.min(BEST_SCALE, MOST_PIXELS / (Math.max(width, height) + 2 * MARGIN));
  const bytes = await rasterize(pictureSvg(scene, theme, scale));
  return scale >= 1 ? { bytes } : { bytes, note: t('Drawn at {0} % of its size, to have at most {1} pixels a side.', Number((100 * scale).toPrecision(2)), MOST_PIXELS.toLocaleString('en')) };
}

async function rasterize(svg: string): Promise<Uint8Array> {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode().catch(tooLarge);
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, image.naturalWidth);
    canvas.height = Math.max(1, image.naturalHeight);
    canvas.getContext('2d')!.drawImage(image, 0, 0);
    const blob = (await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))) ?? tooLarge();
    return new Uint8Array(await blob.arrayBuffer());
  } finally {
    URL.revokeObjectURL(url);
  }
}

function tooLarge(): never {
  throw new Error(t('The picture is too large for a PNG image. Export it as SVG, or collapse groups.'));
}
