import type { LinkedView } from '../protocol';
import type { Camera } from './canvas/camera';
import type { Expansion } from './expansion';
import type { Host } from './host';

export interface LinkParts {
  readonly host: Host;
  readonly camera: Camera;
  readonly expansion: () => Expansion | undefined;
}

/** Keeps this view in step with the other editor of the model, while the two are compared. */
export class Link {
  private isOn = false;
  /** Where the other editor said to go: arriving there is no news for it. */
  private followed: string | undefined;

  constructor(private readonly parts: LinkParts) {}

  /** `tell`: says at once where this view is. */
  set(on: boolean, tell: boolean): void {
    this.isOn = on;
    this.followed = undefined;
    if (tell) this.moved();
  }

  moved(): void {
    const view = this.isOn ? this.view() : undefined;
    if (view && keyOf(view) !== this.followed) this.parts.host.send({ type: 'moved', view });
  }

  async follow(view: LinkedView): Promise<void> {
    this.followed = keyOf(view);
    await this.parts.expansion()?.setKeys(view.expanded);
    this.parts.camera.lookAt(view);
  }

  private view(): LinkedView | undefined {
    const { camera, expansion } = this.parts;
    const keys = expansion()?.keys;
    return keys && { ...camera.middle(), expanded: keys };
  }
}

/** Whole pixels: cameras round. */
function keyOf({ zoom, x, y, expanded }: LinkedView): string {
  return [zoom.toFixed(3), Math.round(x), Math.round(y), ...expanded].join(' ');
}
