import { readerOf } from '../protobuf';
import { FunctionProto, type GraphMessage, type NodeMessage } from './messages';
import { MODEL, type ModelFile } from './modelFile';

/** The nodes of the model's own functions, and of graphs inside them. */
export function innerFunctionNodes({ bytes, fields }: ModelFile): NodeMessage[] {
  const found: NodeMessage[] = [];
  for (const { number, payload, end } of fields) {
    if (number !== MODEL.functions) continue;
    const { node } = FunctionProto.decode(readerOf(bytes.subarray(payload, end))) as unknown as Pick<GraphMessage, 'node'>;
    const waiting = [...node];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      found.push(next);
      for (const { g, graphs } of next.attribute) waiting.push(...(g?.node ?? []), ...graphs.flatMap((graph) => graph.node));
    }
  }
  return found;
}
