import { parentPort, workerData } from 'node:worker_threads';
import { errorToData } from './rpc';
import { runSearch } from './runSearch';
import type { SearchCommand, SearchEvent, SearchSetup } from './searchProtocol';

// Started by startSearchThread, never imported: here is a port.
const post = (event: SearchEvent): void => parentPort!.postMessage(event);
let control: Readonly<Record<SearchCommand, () => void>> | undefined;
/** Given before there was a search to obey it. */
let early: SearchCommand | undefined;
parentPort!.on('message', (command: SearchCommand) => (control === undefined ? (early = command) : control[command]()));

runSearch(workerData as SearchSetup, post, (search) => {
  control = search;
  if (early !== undefined) search[early]();
}).then(
  () => parentPort!.close(),
  (error: unknown) => {
    post({ type: 'failed', error: errorToData(error) });
    parentPort!.close();
  },
);
