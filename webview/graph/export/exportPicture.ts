import type { PictureFormat } from '../../protocol';
import type { Scene } from '../canvas/scene';
import type { Theme } from '../theme';
import { pictureJson } from './json';
import { picturePng, type Png } from './png';
import { pictureSvg } from './svg';

/** What is shown, as a file; `note` says what the user should know of it. Throws an Error where a picture is too large. */
export async function exportPicture(format: PictureFormat, scene: Scene, theme: Theme): Promise<Png> {
  if (format === 'png') return picturePng(scene, theme);
  const text = format === 'svg' ? pictureSvg(scene, theme) : `${JSON.stringify(pictureJson(scene), undefined, 2)}\n`;
  return { bytes: new TextEncoder().encode(text) };
}
