import { makeCall, type Scope } from './pythonScope';
import { type Call, isMapping, type Mapping, type Value } from './values';

/** The object that `StaticQuantConfig.from_dict({"global": {...}, "local": {...}})` makes (common/base_config.py of 3.x). */
export function fromDict(scope: Scope, callee: string, given: Mapping, line: number): Call {
  // The documentation has the name of the algorithm around it.
  const inner = given.size === 1 ? given.get('static_quant') : undefined;
  const content = inner !== undefined && isMapping(inner) ? inner : given;
  const isSplit = content.has('global') || content.has('local');
  const object = (values: Value | undefined): Call => makeCall(scope, callee, [], new Map(values !== undefined && isMapping(values) ? values : []), line);
  const call = object(isSplit ? content.get('global') : content);
  const local = content.get('local');
  if (isSplit && local !== undefined && isMapping(local)) {
    for (const [name, values] of local) call.methods.push(makeCall(scope, 'set_local', [name, object(values)], new Map(), line));
  }
  return call;
}
