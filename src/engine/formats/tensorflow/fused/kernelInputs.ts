import type { ActivationGrid } from '../../../quantization';
import type { UniqueName } from '../../../graph/freeName';
import type { DataType } from '../../../graph/dataType';
import type { Node, ValueRef } from '../../../graph/graph';
import { makeConstant } from '../boundaryNodes';
import { firstOutput, type, types } from '../makeNode';

/** Collects the inputs of one fused kernel, and the constants among them. */
export class KernelInputs {
  /** Constants, in order. */
  readonly nodes: Node[] = [];
  private readonly tensors: { readonly value: ValueRef; readonly dtype: DataType }[] = [];
  private readonly ends: ValueRef[] = [];
  private zero: ValueRef | undefined;

  constructor(private readonly op: Node, private readonly uniqueName: UniqueName) {}

  /** A tensor the kernel computes on. */
  add(value: ValueRef, dtype: DataType): void {
    this.tensors.push({ value, dtype });
  }

  addConstant(suffix: string, data: Float32Array): void {
    this.add(this.constant(suffix, data, [data.length]), 'float32');
  }

  /** Both ends of a range of quint8: to the kernel, 0 stands for zero and 255 for 255 steps. */
  addRange(suffix: string, { scale }: ActivationGrid): void {
    this.zero ??= this.constant('fused_min', Float32Array.of(0), []);
    this.ends.push(this.zero, this.constant(`fused_${suffix}_max`, Float32Array.of(255 * scale), []));
  }

  /** Both ends of the range of weights, [-127·scale, 127·scale], per channel or one for all. */
  addWeightRange(scales: Float64Array): void {
    for (const [suffix, steps] of [['fused_weight_min', -127], ['fused_weight_max', 127]] as const) {
      this.ends.push(this.constant(suffix, Float32Array.from(scales, (scale) => steps * scale), scales.length === 1 ? [] : [scales.length]));
    }
  }

  get values(): readonly ValueRef[] {
    return [...this.tensors.map(({ value }) => value), ...this.ends];
  }

  /** Type attributes of the inputs and of a result of this type; an INT8 one is followed by the ends of its range. */
  typesWith(result: DataType) {
    return {
      Tdevice_inputs: types(this.tensors.map(({ dtype }) => dtype)),
      Thost_inputs: types(this.ends.map(() => 'float32')),
      Tdevice_outputs: types([result]),
      Thost_outputs: types(result === 'float32' ? [] : ['float32', 'float32']),
      Tbias: type('float32'),
    };
  }

  private constant(suffix: string, data: Float32Array, shape: readonly number[]): ValueRef {
    const node = { ...makeConstant(this.uniqueName(`${this.op.name}/${suffix}`), { dtype: 'float32', shape, data }, []), device: this.op.device };
    this.nodes.push(node);
    return firstOutput(node);
  }
}
