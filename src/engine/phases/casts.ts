import type { Dialect, FloatType } from '../dialect';
import type { DataType } from '../graph/dataType';
import { type Node, type ValueRef, valueKey } from '../graph/graph';
import type { Rewriter } from '../graph/rewriter';

/** Makes values available in FP32 and BF16: one Cast per value and type, shared by all readers; constants re-encoded. */
export class Casts {
  private readonly made = new Map<string, string>();

  constructor(
    private readonly rewriter: Rewriter,
    private readonly dialect: Dialect,
  ) {}

  typeOf(value: ValueRef): DataType | undefined {
    return this.dialect.outputTypes(this.rewriter.node(value.node))[value.output];
  }

  /** `value` as `type`: itself, a re-encoded constant, or the output of a Cast that is shared or new. */
  as(value: ValueRef, type: FloatType): ValueRef {
    if (this.typeOf(value) === type) return value;
    const constant = this.dialect.constantBehind(this.rewriter, value);
    return constant === undefined ? this.cast(value, type) : this.reencode(constant, type);
  }

  /** The Cast of `value` to `type`, if the graph has one that waits for no other node. */
  existing(value: ValueRef, type: FloatType): Node | undefined {
    const known = this.rewriter.get(this.made.get(`${valueKey(value)} ${type}`) ?? '');
    if (known !== undefined && sameValue(known.inputs[0], value)) return known;
    for (const use of this.rewriter.uses(value.node, value.output)) {
      const reader = this.rewriter.node(use.node);
      if (this.dialect.isCast(reader) && reader.controlInputs.length === 0 && this.dialect.outputTypes(reader)[0] === type) return reader;
    }
    return undefined;
  }

  private cast(value: ValueRef, type: FloatType): ValueRef {
    const existing = this.existing(value, type);
    if (existing !== undefined) return { node: existing.id, output: 0 };
    const producer = this.rewriter.node(value.node);
    const port = value.output === 0 ? '' : `output_${value.output}_`;
    const node = this.dialect.makeCast(this.rewriter.uniqueName(`${producer.name}/${port}to_${type}`), value, this.typeOf(value)!, type);
    this.made.set(`${valueKey(value)} ${type}`, node.id);
    return this.rewriter.add({ ...node, device: producer.device });
  }

  private reencode(constant: Node, type: FloatType): ValueRef {
    const key = `constant ${constant.id} ${type}`;
    const known = this.rewriter.get(this.made.get(key) ?? '');
    if (known !== undefined) return { node: known.id, output: 0 };
    const node = this.dialect.convertConstant(this.rewriter.uniqueName(`${constant.name}/${type}`), constant, type);
    this.made.set(key, node.id);
    return this.rewriter.add({ ...node, device: constant.device });
  }
}

function sameValue(a: ValueRef | undefined, b: ValueRef): boolean {
  return a !== undefined && a.node === b.node && a.output === b.output;
}
