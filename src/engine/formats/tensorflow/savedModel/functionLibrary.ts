import { opDefinition } from '../../../capabilities/tensorflow';
import { UserError } from '../../../errors';
import type { Node, ValueRef } from '../../../graph/graph';
import { functionNames } from '../attributes';
import { argumentLength } from '../ioSignature';
import { readerOf } from '../../protobuf';
import { NodeFrame, type NodeFrameMessage } from '../messages';
import { nodeOfFunction, type ReadContext } from '../nodeDef';
import type { Body, FunctionLibrary } from './body';
import { FunctionFrame, type FunctionFrameMessage, LibraryFrame, OpDef, type OpDefMessage } from './messages';

const HINT = 'Export the SavedModel again';

interface RawFunction extends FunctionFrameMessage {
  readonly definition: OpDefMessage;
  readonly bytes: Uint8Array;
}

/** The functions in serialised FunctionDefLibrarys (tensorflow/core/framework/function.proto). Throws UserError for bytes that are none. */
export function readFunctionLibrary(libraries: readonly Uint8Array[], context: ReadContext): FunctionLibrary {
  const functions = new Map<string, RawFunction>();
  const bodies = new Map<string, Body>();
  try {
    for (const library of libraries) {
      for (const bytes of (LibraryFrame.decode(readerOf(library)) as unknown as { function: Uint8Array[] }).function) {
        const frame = FunctionFrame.decode(readerOf(bytes)) as unknown as FunctionFrameMessage;
        const definition = OpDef.decode(readerOf(frame.signature)) as unknown as OpDefMessage;
        functions.set(definition.name, { ...frame, definition, bytes });
      }
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError('the functions of the model cannot be read', { file: context.file, hint: HINT });
  }
  return {
    has: (name) => functions.has(name),
    body(name) {
      const known = bodies.get(name);
      if (known !== undefined) return known;
      const raw = functions.get(name);
      if (raw === undefined) throw new UserError(`the model calls a function "${name}" that it does not hold`, { file: context.file, hint: HINT });
      const body = readBody(raw, functions, context);
      bodies.set(name, body);
      return body;
    },
    withCallees(names) {
      const found = new Map<string, Uint8Array>();
      const waiting = [...names];
      for (const name of waiting) {
        const raw = functions.get(name);
        if (raw === undefined || found.has(name)) continue;
        found.set(name, raw.bytes);
        for (const bytes of raw.nodeDef) for (const called of namesIn(NodeFrame.decode(readerOf(bytes)) as unknown as NodeFrameMessage)) waiting.push(called);
      }
      return found.size === 0 ? undefined : (LibraryFrame.encode({ function: [...found.values()] }).finish());
    },
  };

  function namesIn({ op, attr }: NodeFrameMessage): readonly string[] {
    return [op, ...[...context.attributes.read(attr).values()].flatMap(functionNames)];
  }
}

function readBody(raw: RawFunction, functions: ReadonlyMap<string, RawFunction>, context: ReadContext): Body {
  const { definition, nodeDef, ret, controlRet } = raw;
  for (const { name, numberAttr, typeListAttr } of definition.inputArg) {
    if (numberAttr !== '' || typeListAttr !== '') {
      throw new UserError(`the argument "${name}" of the function "${definition.name}" stands for several tensors, which this version cannot inline`, { file: context.file, hint: HINT });
    }
  }
  const args = new Map(definition.inputArg.map(({ name }, index) => [name, index]));
  const parsed = nodeDef.map((bytes) => nodeOfFunction(NodeFrame.decode(readerOf(bytes)) as unknown as NodeFrameMessage, bytes, context));
  const byName = new Map(parsed.map(({ node }) => [node.name, node]));
  const resolve = (text: string, reader: string): ValueRef => resolveText(text, reader, byName, args, functions, context);
  const nodes = new Map(parsed.map(({ node, inputs }) => [node.name, { ...node, inputs: inputs.map((text) => resolve(text, node.name)) }]));
  const results = definition.outputArg.map(({ name }) => {
    const text = ret[name];
    if (text === undefined) throw new UserError(`the function "${definition.name}" does not say what it returns as "${name}"`, { file: context.file, hint: HINT });
    return resolve(text, definition.name);
  });
  const named = Object.values(controlRet);
  return { name: definition.name, nodes, arguments: args, results, effects: named.length > 0 ? named : stateful(nodes) };
}

/** Functions of old files do not say which nodes run for their effect. */
function stateful(nodes: ReadonlyMap<string, Node>): string[] {
  return [...nodes.values()].filter((node) => opDefinition(node.op)?.isStateful ?? false).map((node) => node.name);
}

/** `argument` or `node:output_argument:2`: inside functions, outputs are counted per argument of the op definition. */
function resolveText(
  text: string, reader: string, nodes: ReadonlyMap<string, Node>, args: ReadonlyMap<string, number>,
  functions: ReadonlyMap<string, RawFunction>, { file }: ReadContext,
): ValueRef {
  const [name, argument, index] = text.split(':') as [string, string?, string?];
  if (args.has(name)) return { node: name, output: 0 };
  const node = nodes.get(name);
  if (node === undefined) throw new UserError(`its input "${text}" is not in the function`, { file, node: reader, hint: HINT });
  if (argument === undefined) return { node: name, output: 0 };
  if (index !== undefined && !/^\d{1,9}$/.test(index)) throw new UserError(`its input "${text}" does not end in an output index`, { file, node: reader, hint: HINT });
  const offset = Number(index ?? 0);
  const first = firstOutputOf(node, argument, functions);
  if (first === undefined) throw new UserError(`it reads "${text}", but ${node.op} has no such output`, { file, node: reader, hint: HINT });
  return { node: name, output: first + offset };
}

function firstOutputOf(node: Node, argument: string, functions: ReadonlyMap<string, RawFunction>): number | undefined {
  const called = functions.get(node.op);
  if (called !== undefined) {
    const index = called.definition.outputArg.findIndex(({ name }) => name === argument);
    return index < 0 ? undefined : index;
  }
  let first = 0;
  for (const output of opDefinition(node.op)?.outputs ?? []) {
    if (output.name === argument) return first;
    first += argumentLength(output, node) ?? 0;
  }
  return undefined;
}
