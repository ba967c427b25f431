import { performance } from 'node:perf_hooks';
import type { TuningConfig } from '../engine/config/config';
import { parseConfig, requireValid } from '../engine/config/parse';
import { type JournalContent, measuredIn, type SearchIdentity, taskKey } from '../engine/tuning/journal';
import type { SearchSpace } from '../engine/tuning/candidate';
import { type RunningSearch, startSearch } from '../engine/tuning/search';
import { sensitivityTask } from '../engine/tuning/sensitivity';
import { STRATEGIES } from '../engine/tuning/strategies';
import { ask, type Strategy } from '../engine/tuning/strategy';
import type { Result, Task } from '../engine/tuning/task';
import { openJournal, readJournalFile } from './journalFile';
import { identityOf, withRanges } from './searchIdentity';
import type { Opened, SearchEvent, SearchSetup } from './searchProtocol';
import { startTrialPool } from './trialPool';

/**
 * Looks at the journal of a search, and runs the search if that is asked for; `control` gets what holds and ends it. A search
 * that goes on keeps the config it began with, but for what decides how it goes. Throws UserError when the model, its data,
 * the config or the journal is at fault; CancelledError once cancelled.
 */
export async function runSearch(setup: SearchSetup, post: (event: SearchEvent) => void, control: (search: Omit<RunningSearch, 'done'>) => void): Promise<void> {
  const present = requireValid(parseConfig(setup.source.text, setup.source.path ?? setup.model));
  const source = withRanges(setup.source, present, setup.data);
  const identity = await identityOf({ ...setup, source }, present);
  const found = setup.mode === 'anew' ? undefined : await readJournalFile(setup.journal);
  const opened = openedFrom(found, identity);
  post({ type: 'opened', opened });
  if (setup.mode === 'look') return;

  const config: TuningConfig = { ...opened.base, accuracy_criterion: present.accuracy_criterion, tuning: present.tuning };
  const journal = await openJournal(setup.journal, { ...identity, config: (opened.journal === 'same' ? found! : { identity }).identity!.config }, setup.mode === 'anew');
  let errorsKey: string | undefined;
  const runner = startTrialPool({ ...setup, source: { ...source, text: JSON.stringify(config) } });
  try {
    const search = startSearch({
      config,
      strategy: strategyOf(setup, config),
      runner,
      journal,
      now: () => performance.now() / 1000,
      onTask: ({ kind }) => post({ type: 'task', kind }),
      onResult(task, result) {
        if (task.kind === 'outputErrors' && taskKey(task) === errorsKey) post({ type: 'errors', errors: result as readonly number[] });
        else if (task.kind === 'activationErrors') post({ type: 'values', candidate: task.candidate, errors: result as readonly number[] });
      },
      onStart({ space, baseline }) {
        errorsKey = taskKey(sensitivityTask(space));
        post({ type: 'started', space, baseline });
      },
      onTrial: ({ meets: _, ...point }) => post({ type: 'point', point }),
    });
    control(search);
    const { end, best } = await search.done;
    post({ type: 'done', end, best });
  } finally {
    await runner.close();
  }
}

function openedFrom(found: JournalContent | undefined, identity: SearchIdentity): Opened {
  const isSame = found !== undefined && filesOf(found.identity!) === filesOf(identity);
  const base = baseOf((isSame ? found.identity! : identity).config as object);
  if (!isSame) return { journal: found === undefined ? 'none' : 'other', base, points: [] };
  const space = found.known.get('space') as SearchSpace | undefined;
  const baseline = found.known.get('baseline') as Result<{ readonly kind: 'baseline' }> | undefined;
  const errors = space && (found.known.get(taskKey(sensitivityTask(space))) as readonly number[] | undefined);
  return {
    journal: 'same', base, points: space === undefined ? [] : measuredIn(found, space),
    ...(space && { space }), ...(baseline && { baseline }), ...(errors && { errors }),
  };
}

function strategyOf({ mode, candidate }: SearchSetup, { tuning: { strategy } }: TuningConfig): Strategy {
  if (mode === 'sensitivity') return question('The error that each op makes alone.', sensitivityTask);
  return candidate === undefined ? STRATEGIES[strategy] : question('How far values are from the original’s.', () => ({ kind: 'activationErrors', candidate }));
}

/** Asks one thing, and for no trial. */
function question(description: string, taskOf: (space: SearchSpace) => Task): Strategy {
  return {
    description,
    stopsWhenMet: false,
    *search(space) {
      yield* ask(taskOf(space));
    },
  };
}

/** All that tells searches apart, but the config. */
function filesOf({ config: _, ...files }: SearchIdentity): string {
  return JSON.stringify(files);
}

/** The config in an identity, with every key present. */
function baseOf(config: object): TuningConfig {
  return requireValid(parseConfig(JSON.stringify(config), 'journal'));
}
