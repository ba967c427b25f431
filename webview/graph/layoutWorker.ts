import { layout } from './layout/layout';
import type { LayoutInput } from './layout/types';

/** Entry of the layout worker: one request, one answer. */
self.onmessage = (event: MessageEvent<LayoutInput>): void => {
  const result = layout(event.data);
  const buffers = [result.x, result.y, result.routes, result.routeStart, result.spots].map((array) => array.buffer);
  self.postMessage(result, { transfer: buffers as ArrayBuffer[] });
};
