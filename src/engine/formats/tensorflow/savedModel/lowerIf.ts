import type { Attribute } from '../../../graph/attribute';
import type { DataType } from '../../../graph/dataType';
import type { Calls } from './body';
import type { Inlined, Inlining, Located } from './instance';
import { bindSwitched, enterBranch, mergeBranches } from './lowerBranches';
import { addNode, listOfTypes, type LoweredCall } from './lowering';

/**
 * An If as TensorFlow 1's ops (lower_if_op.cc): a Switch per argument, both branches, a Merge per result. Resources go
 * into the branches as they are: what reads one waits for its branch.
 */
export function lowerIf(inlining: Inlining, call: LoweredCall<Extract<Calls, { kind: 'if' }>>): Inlined {
  const { instance, node, id, calls } = call;
  const [inputs, outputs] = [listOfTypes(node, 'Tin', inlining.file), listOfTypes(node, 'Tout', inlining.file)];
  const name = (what: string): string => inlining.naming.of(`${id}/${what}`);
  const outer = { gate: instance.gate, isGated: true };
  const T = (value: DataType): Attribute => ({ kind: 'type', value });

  const tested = node.attributes.get('Tcond');
  const given: Located = { instance, value: node.inputs[0]! };
  const isBoolean = tested?.kind === 'type' && tested.value === 'bool';
  const condition = isBoolean ? given : addNode(inlining, name('condition'), 'ToBool', tested === undefined ? {} : { T: tested }, [given], outer);
  const split = addNode(inlining, name('switch'), 'Switch', { T: T('bool') }, [condition, condition], outer);
  const branches = [enterBranch(inlining, call, calls.else, 'else', split, 0), enterBranch(inlining, call, calls.then, 'then', split, 1)] as const;

  inputs.forEach((type, index) => {
    const argument: Located = { instance, value: node.inputs[index + 1]! };
    if (type === 'resource') {
      for (const branch of branches) branch.instance.bindings.set(index, argument);
      return;
    }
    const switched = addNode(inlining, name(`switch_${index}`), 'Switch', { T: T(type) }, [argument, condition], outer);
    bindSwitched(inlining, branches[0], index, switched, 0);
    bindSwitched(inlining, branches[1], index, switched, 1);
  });
  return mergeBranches(inlining, call, branches, outputs);
}
