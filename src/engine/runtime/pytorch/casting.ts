import { converted } from '../conversion';
import type { CallOperation, CallOperations } from './call';

/** The tensor in the named type, if one is named; devices and layouts do not matter here. */
const cast: CallOperation = (call) => {
  const x = call.tensor('self');
  return converted(x, call.type('dtype') ?? x.dtype);
};

const castLike: CallOperation = (call) => converted(call.tensor('self'), call.tensor('other').dtype);

/** Casts share the memory of `self` where it has the type already. */
export const casting: CallOperations = {
  'aten.to.dtype': cast, 'aten.to.dtype_layout': cast, 'aten.to.device': cast, 'aten.to.prim_Device': cast,
  'aten.to.other': castLike, 'aten.type_as': castLike,
};

export const castingCopies: CallOperations = { 'aten._to_copy': cast };
