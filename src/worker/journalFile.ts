import { appendFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { UserError } from '../engine/errors';
import { identityLine, type Journal, type JournalContent, readJournal, requireSame, resultLine, type SearchIdentity } from '../engine/tuning/journal';

/**
 * Opens the journal of a search, a file of JSON lines, or begins one; `anew` forgets one that is there. Throws UserError when
 * it belongs to another search, or cannot be written.
 */
export async function openJournal(path: string, identity: SearchIdentity, anew: boolean): Promise<Journal> {
  return inJournal(path, 'kept', async () => {
    const text = anew ? '' : await textOf(path);
    const content = readJournal(text);
    requireSame(content, identity);
    const { known, whole } = content;
    if (whole === 0) await writeFile(path, identityLine(identity));
    // A line that was cut off would be joined to the next one.
    else if (whole < text.length) await truncate(path, Buffer.byteLength(text.slice(0, whole)));
    return { known, append: (task, result) => appendFile(path, resultLine(task, result)) };
  });
}

/** What the journal at a path says; undefined where there is none. Throws UserError for a file that is none, or cannot be read. */
export async function readJournalFile(path: string): Promise<JournalContent | undefined> {
  return inJournal(path, 'read', async () => {
    const content = readJournal(await textOf(path));
    return content.identity === undefined ? undefined : content;
  });
}

/** Errors of the work name the file; those of the file system are the user's to see to. */
async function inJournal<T>(path: string, what: 'kept' | 'read', work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof UserError ? error.at({ file: path }) : new UserError(`The journal of the search cannot be ${what}: ${(error as Error).message}`, { file: path });
  }
}

async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
}
