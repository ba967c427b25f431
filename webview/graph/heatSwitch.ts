import type { SensitivityTable } from '../protocol';
import { type Heat, heatOf } from './heat';
import type { Groups } from './layout/picture';

/** How sensitive ops are, as far as it is known, and whether they are coloured by it. */
export class HeatSwitch {
  isOn = false;
  private table: SensitivityTable | undefined;
  private heat: Heat | undefined;

  measured(table: SensitivityTable | undefined): void {
    this.table = table;
  }

  /** For another graph, or after another table; undefined groups: there is no graph. */
  update(nodes: number, groups: Groups | undefined): void {
    this.heat = this.table && groups && heatOf(this.table, nodes, groups);
  }

  /** What colours the picture. */
  get shown(): Heat | undefined {
    return this.isOn ? this.heat : undefined;
  }

  /** What the legend offers. */
  get offered(): { readonly heat: Heat; readonly isOn: boolean } | undefined {
    return this.heat && { heat: this.heat, isOn: this.isOn };
  }
}
