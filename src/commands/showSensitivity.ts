import { modelCommand } from './command';
import { chooseTuningData } from './chooseTuningData';
import { notOpen } from './reasons';

/** Colours the graph by the error that each op makes alone; measures that first where it is not known. */
export const showSensitivity = modelCommand({
  id: 'showSensitivity',
  notNow: notOpen,
  async run(document, rooms) {
    document.editors.active?.post({ type: 'showSensitivity' });
    if (document.sensitivity.errors.size > 0) return;
    if (document.config.tuning.data === undefined) await chooseTuningData.run(rooms);
    if (document.config.tuning.data === undefined) return;
    await rooms.tuning.open(document).measureSensitivity();
  },
});
