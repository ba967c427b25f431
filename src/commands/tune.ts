import { modelCommand } from './command';
import { chooseTuningData } from './chooseTuningData';
import { notOpen } from './reasons';

/** Opens the search for the lowest precisions beside the graph; asks for data to measure accuracy on where the config names none. */
export const tune = modelCommand({
  id: 'tune',
  notNow: notOpen,
  async run(document, rooms) {
    rooms.tuning.open(document);
    if (document.config.tuning.data === undefined) await chooseTuningData.run(rooms);
  },
});
