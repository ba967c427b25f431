export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export function meets(a: Rectangle, b: Rectangle): boolean {
  return a.left <= b.right && b.left <= a.right && a.top <= b.bottom && b.top <= a.bottom;
}

export function contains(outer: Rectangle, inner: Rectangle): boolean {
  return inner.left >= outer.left && inner.right <= outer.right && inner.top >= outer.top && inner.bottom <= outer.bottom;
}

/** Wider by a share of its own size on every side. */
export function grow({ left, top, right, bottom }: Rectangle, share: number): Rectangle {
  const x = (right - left) * share;
  const y = (bottom - top) * share;
  return { left: left - x, right: right + x, top: top - y, bottom: bottom + y };
}

export function isEmpty({ left, top, right, bottom }: Rectangle): boolean {
  return left >= right || top >= bottom;
}

/** What both cover; empty where they do not meet. */
export function overlap(a: Rectangle, b: Rectangle): Rectangle {
  return { left: Math.max(a.left, b.left), top: Math.max(a.top, b.top), right: Math.min(a.right, b.right), bottom: Math.min(a.bottom, b.bottom) };
}
