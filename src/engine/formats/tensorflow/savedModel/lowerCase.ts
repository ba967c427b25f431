import type { Attribute } from '../../../graph/attribute';
import type { DataType } from '../../../graph/dataType';
import { makeConstant } from '../boundaryNodes';
import type { Calls } from './body';
import type { Inlined, Inlining, Located } from './instance';
import { type Branch, bindSwitched, enterBranch, mergeBranches } from './lowerBranches';
import { addNode, listOfTypes, type LoweredCall } from './lowering';

/**
 * A Case as TensorFlow 1's ops (compare lower_case_op.cc): for each branch a condition and a Switch per argument, a Merge per
 * result. An index that no branch has runs the last one (functional_ops.cc). Two-way Switches, unlike _SwitchN, are ops that
 * every runtime knows.
 */
export function lowerCase(inlining: Inlining, call: LoweredCall<Extract<Calls, { kind: 'case' }>>): Inlined {
  const { instance, node, id, calls } = call;
  const [inputs, outputs] = [listOfTypes(node, 'Tin', inlining.file), listOfTypes(node, 'Tout', inlining.file)];
  const outer = { gate: instance.gate, isGated: true };
  const T = (value: DataType): Attribute => ({ kind: 'type', value });
  const add = (what: string, op: string, type: DataType, ...values: readonly Located[]): Located =>
    addNode(inlining, inlining.naming.of(`${id}/${what}`), op, { T: T(type) }, values, outer);
  const integer = (what: string, value: number): Located => {
    const { op, attributes } = makeConstant('', { dtype: 'int32', shape: [], data: Int32Array.of(value) }, []);
    return addNode(inlining, inlining.naming.of(`${id}/${what}`), op, Object.fromEntries(attributes), [], outer);
  };

  const given: Located = { instance, value: node.inputs[0]! };
  const last = integer('last', calls.branches.length - 1);
  const isNegative = add('is_negative', 'Less', 'int32', given, integer('zero', 0));
  const index = add('index', 'SelectV2', 'int32', isNegative, last, add('at_most_last', 'Minimum', 'int32', given, last));

  const branches = calls.branches.map((body, number): Branch => {
    const which = `branch_${number}`;
    const condition = add(`${which}_chosen`, 'Equal', 'int32', index, integer(`${which}_number`, number));
    const branch = enterBranch(inlining, call, body, which, add(`${which}_switch`, 'Switch', 'bool', condition, condition), 1);
    inputs.forEach((type, argument) => {
      const value: Located = { instance, value: node.inputs[argument + 1]! };
      if (type === 'resource') branch.instance.bindings.set(argument, value);
      else bindSwitched(inlining, branch, argument, add(`${which}_switch_${argument}`, 'Switch', type, value, condition), 1);
    });
    return branch;
  });
  return mergeBranches(inlining, call, branches, outputs);
}
