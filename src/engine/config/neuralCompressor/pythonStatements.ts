import { UserError } from '../../errors';
import { pythonTokens, type Token } from './pythonTokens';

/** A logical line of Python: over as many lines as its brackets and backslashes span. */
export interface Statement {
  readonly tokens: readonly Token[];
  /** Whether it belongs to a block, such as the body of a function. */
  readonly isIndented: boolean;
}

const CLOSED_BY: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const CLOSING = Object.values(CLOSED_BY);

/** The statements of a Python file. Throws UserError with the line for strings and brackets that are not closed. */
export function pythonStatements(text: string, file: string): Statement[] {
  const hint = 'Correct the script and import again';
  const statements: Statement[] = [];
  const open: Token[] = [];
  let tokens: Token[] = [];
  let isIndented = false;
  const end = (): void => {
    if (tokens.length > 0) statements.push({ tokens, isIndented });
    tokens = [];
  };
  let isLineStart = true;
  for (const token of pythonTokens(text, file)) {
    if (isLineStart && open.length === 0) isIndented = token.column > 0;
    isLineStart = token.kind === 'newline';
    if (token.kind === 'newline' || token.text === ';') {
      if (open.length === 0) end();
      continue;
    }
    tokens.push(token);
    if (token.kind !== 'symbol') continue;
    if (Object.hasOwn(CLOSED_BY, token.text)) open.push(token);
    else if (CLOSING.includes(token.text) && CLOSED_BY[open.pop()?.text ?? ''] !== token.text) {
      throw new UserError(`line ${token.line}: "${token.text}" closes no bracket`, { file, hint });
    }
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined) throw new UserError(`line ${unclosed.line}: "${unclosed.text}" is not closed`, { file, hint });
  end();
  return statements;
}
