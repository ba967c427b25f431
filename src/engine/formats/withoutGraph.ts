import { inFile, UserError } from '../errors';
import type { ByteSource } from '../host';
import { KINDS } from './pytorch/checkpoint/kinds';
import { type Description, describeFile } from './pytorch/checkpoint/describe';
import { descriptionText } from './pytorch/checkpoint/descriptionText';

/** PyTorch's extensions; what such a file is follows from its content. */
const EXTENSIONS = /\.(pt|pth|ptl|pt2)$/i;

/**
 * What a file is that people take for a model, but that holds no graph; undefined where it is another file. Throws
 * UserError for a damaged one.
 */
export async function describeWithoutGraph(path: string, openSource: (path: string) => Promise<ByteSource>): Promise<Description | undefined> {
  if (!EXTENSIONS.test(path)) return undefined;
  const description = await inFile(path, async () => describeFile(await openSource(path)));
  return description.kind === KINDS.exported && /\.pt2$/i.test(path) ? undefined : description;
}

/** Why a file cannot be opened that was described, with the description. */
export function noGraph(description: Description, file: string): UserError {
  return new UserError(description.kind.because, { file, hint: description.advice, contents: descriptionText(description).join('\n') });
}
