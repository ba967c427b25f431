/** Where an error is, and what to do about it. */
export interface ErrorPlace {
  readonly file?: string;
  readonly node?: string;
  readonly hint?: string;
  /** What is in the file, for people who want to read it; lines of text. */
  readonly contents?: string;
}

/**
 * The model, its data or the config is at fault, not the program. The message is one sentence that names the place and
 * says what to do; the CLI prints it on one line, the editor shows it as a message.
 */
export class UserError extends Error {
  override readonly name = 'UserError';

  constructor(
    message: string,
    readonly place: ErrorPlace = {},
  ) {
    super(message);
  }

  /** The same error with what it did not say of its place. */
  at(place: UserError['place']): UserError {
    const { file = place.file, node = place.node, hint = place.hint, contents = place.contents } = this.place;
    return new UserError(this.message, { file, node, hint, ...(contents === undefined ? {} : { contents }) });
  }

  /** `FILE: node NODE: MESSAGE. HINT` on one line. */
  get oneLine(): string {
    const { file, node, hint } = this.place;
    const where = [file, node === undefined ? undefined : `node "${node}"`].filter((part) => part !== undefined);
    const text = [...where, this.message].join(': ');
    const end = /[.?!]$/.test(text) ? '' : '.';
    return (hint === undefined ? text : `${text}${end} ${hint}`).replace(/\s*\n\s*/g, ' ');
  }
}

/** Does the work; an error of what the user gave names the file. */
export async function inFile<T>(file: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof UserError ? error.at({ file }) : error;
  }
}

/** Thrown by long work when its signal is aborted. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';
  constructor() {
    super('Cancelled');
  }
}
