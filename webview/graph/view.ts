import type { GraphTables } from '../protocol';
import type { Mix } from './canvas/mixes';
import type { Groups, Picture } from './layout/picture';
import type { Moment } from './moment';

/** All that is on view. */
export interface View {
  readonly tables: GraphTables;
  readonly groups: Groups;
  /** 1 for each group that is expanded. */
  readonly expanded: Uint8Array;
  readonly picture: Picture;
  readonly moment: Moment;
  readonly mixOf: (group: number) => Mix;
}
