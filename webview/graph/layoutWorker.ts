import { arranger, type Arrange } from './layout/arrange';
import { expansionFrom, legibleExpansion } from './layout/expansion';
import { buildGroups } from './layout/hierarchy';
import { measureText } from './layout/measureText';
import type { FromLayout, ToLayout } from './layout/picture';

let arrange: Arrange | undefined;

/** Entry of the layout worker: holds one graph. */
self.onmessage = ({ data }: MessageEvent<ToLayout>): void => {
  let reply: FromLayout;
  try {
    reply = answer(data);
  } catch (error) {
    reply = { type: 'failed', id: data.id, message: error instanceof Error ? error.message : String(error) };
  }
  // The groups stay here, too; the picture is not needed any more.
  self.postMessage(reply, { transfer: 'picture' in reply ? buffersOf(reply.picture) : [] });
};

function answer(request: ToLayout): FromLayout {
  const { id } = request;
  if (request.type === 'open') {
    const { nodes, edges, font } = request;
    const groups = buildGroups(nodes, edges);
    const expanded = request.expanded ? expansionFrom(groups, request.expanded) : legibleExpansion(groups);
    arrange = arranger(nodes, edges, groups, measureText(font));
    return { type: 'opened', id, groups, expanded, picture: arrange(expanded) };
  }
  if (!arrange) throw new Error('No graph is open.');
  return { type: 'arranged', id, picture: arrange(request.expanded) };
}

/** Buffers of all arrays in an object. */
function buffersOf(value: object): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) return [value.buffer as ArrayBuffer];
  return Object.values(value).flatMap((part: unknown) => (typeof part === 'object' && part !== null ? buffersOf(part) : []));
}
