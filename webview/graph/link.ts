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
  /** Whether this view may say where it is: one that was opened beside another first goes where that is. */
  private speaks = false;
  /** Where to go once there is a graph. */
  private awaited: LinkedView | undefined;
  /** Where the other editor said to go: arriving there is no news for it. */
  private followed: string | undefined;

  constructor(private readonly parts: LinkParts) {}

  /** `leads`: says at once where this view is, for the other to follow. */
  set(on: boolean, leads: boolean): void {
    this.isOn = on;
    this.speaks = leads;
    this.followed = undefined;
    this.moved();
  }

  /** The graph is drawn. */
  async opened(): Promise<void> {
    if (this.awaited) await this.follow(this.awaited);
  }

  moved(): void {
    const view = this.isOn && this.speaks ? this.view() : undefined;
    if (view && keyOf(view) !== this.followed) this.parts.host.send({ type: 'moved', view });
  }

  async follow(view: LinkedView): Promise<void> {
    const expansion = this.parts.expansion();
    this.awaited = expansion ? undefined : view;
    if (!expansion) return;
    this.followed = keyOf(view);
    await expansion.setKeys(view.expanded);
    this.parts.camera.lookAt(view);
    this.speaks = true;
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
