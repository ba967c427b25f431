import { readEntry, type ZipEntry, zipEntries } from '../../../data/zip';
import { UserError } from '../../../errors';
import type { ByteSource } from '../../../host';
import { archiveKind, recordNamed } from './archiveKind';
import { contentsOf, type Contents, type NamedModule, type NamedTensor } from './contents';
import { type Kind, KINDS, oldExport } from './kinds';
import { isLegacySave, readLegacySave } from './legacySave';
import { LARGEST_PICKLE } from './pickle';
import { exportRecipe, moduleRecipe, packageRecipe, type Recipe, torchScriptRecipe, weightsRecipe } from './recipes';
import { type PickleRecord, readSavedZip, savedRecord, type TorchSave } from './torchSave';
import { keyOfModule, keyOfWeights, writerOf } from './trainingState';

/** What is in a PyTorch file that cannot be converted, and how to get one that can. */
export interface Description {
  readonly kind: Kind;
  /** The program that wrote it, where the file tells. */
  readonly writtenBy: string | undefined;
  readonly tensors: readonly NamedTensor[];
  readonly modules: readonly NamedModule[];
  /** Python that makes a `.pt2`, line by line; empty where there is a shorter way. */
  readonly recipe: Recipe;
  /** What to do, in a sentence. */
  readonly advice: string;
}

const NOTHING: Contents = { tensors: [], modules: [] };
const START = 512;
/** Of a torch.package archive, which has one or a few. */
const MOST_PICKLES = 100;
/** What people take for a model: the start of the file in Latin-1, what it is, and what to do. */
const OTHER_FILES: readonly (readonly [start: RegExp, message: string, hint: string])[] = [
  [/^version https:\/\/git-lfs/, 'the file is a Git LFS pointer, not the model itself', 'Run "git lfs pull"'],
  [/^\s*<(!doctype|!--|\?xml|html|head|body)/i, 'the file is an HTML or XML page, not a model', 'The download probably failed: download the model again'],
  [/^[^]{257}ustar/, 'the file is a tar archive, as torch before 0.1.10 wrote', 'Load it with an old torch and save it again'],
  [/^\x89HDF/, 'the file is in HDF5, not a PyTorch file', 'Choose a .pt2'],
];

/**
 * What a `.pt`, `.pth`, `.ptl` or `.pt2` file is, by its content. Reads pickles without running them, and no weights.
 * Throws UserError for a damaged file and for one that is not PyTorch's.
 */
export async function describeFile(source: ByteSource): Promise<Description> {
  const start = await source.read(0, Math.min(START, source.size));
  if (source.size === 0) throw new UserError('the file is empty', { hint: 'Download or save the model again' });
  const latin1 = String.fromCharCode(...start);
  if (latin1.startsWith('PK')) return describeArchive(source, await zipEntries(source));
  if (isLegacySave(start)) return describeSaved(source, await readLegacySave(source));
  const other = OTHER_FILES.find(([pattern]) => pattern.test(latin1));
  if (other !== undefined) throw new UserError(other[1], { hint: other[2] });
  if (start[0] === 0x80 && start[1]! <= 5) return description(KINDS.pickle, NOTHING, exportRecipe(nameOf(source), 'model = …  # the model this file belongs to'));
  throw new UserError('the file is none that PyTorch writes', { hint: 'Choose a .pt2 of torch.export.save' });
}

type Describe = (source: ByteSource, entries: readonly ZipEntry[]) => Promise<Description>;

const ARCHIVES: Readonly<Record<string, Describe>> = {
  [KINDS.weights.id]: async (source, entries) => describeSaved(source, await readSavedZip(source, entries, savedRecord(entries)!)),
  [KINDS.torchScript.id]: (source, entries) => describeTorchScript(KINDS.torchScript, source, entries),
  [KINDS.mobile.id]: (source, entries) => describeTorchScript(KINDS.mobile, source, entries),
  [KINDS.package.id]: describePackage,
  [KINDS.exported.id]: describeExported,
};

async function describeArchive(source: ByteSource, entries: readonly ZipEntry[]): Promise<Description> {
  const kind = archiveKind(entries);
  if (kind === undefined) throw new UserError('the file is a zip archive that PyTorch does not write', { hint: 'Choose a .pt2 of torch.export.save' });
  const describe = ARCHIVES[kind.id];
  return describe === undefined ? description(kind, NOTHING, exportRecipe(nameOf(source), 'model = Model()  # of the class the package was made from')) : describe(source, entries);
}

/** What torch.save wrote: weights, a model, or what a training keeps. */
function describeSaved(source: ByteSource, saved: TorchSave): Description {
  const name = nameOf(source);
  const contents = contentsOf(saved);
  const writer = writerOf(saved.value);
  if (contents.modules.length > 0) return description(KINDS.module, contents, moduleRecipe(name, keyOfModule(saved.value, contents)), writer);
  return description(KINDS.weights, contents, weightsRecipe(name, keyOfWeights(saved.value, contents)), writer);
}

async function describeTorchScript(kind: Kind, source: ByteSource, entries: readonly ZipEntry[]): Promise<Description> {
  const record = savedRecord(entries);
  const recipe = torchScriptRecipe(nameOf(source));
  // Archives of before torch 1.4 have their tensors elsewhere.
  if (record === undefined) return description(kind, NOTHING, recipe);
  const { tensors, modules } = contentsOf(await readSavedZip(source, entries, record));
  const folder = record.pickle.slice(0, -'data.pkl'.length);
  const hasConstants = entries.some(({ name }) => name === `${folder}constants.pkl`);
  const constants = hasConstants ? contentsOf(await readSavedZip(source, entries, { pickle: `${folder}constants.pkl`, storages: `${folder}constants/` })).tensors : [];
  return description(kind, { modules, tensors: [...tensors, ...constants.map((tensor) => ({ ...tensor, name: `CONSTANTS.c${tensor.name}` }))] }, recipe);
}

async function describePackage(source: ByteSource, entries: readonly ZipEntry[]): Promise<Description> {
  const folder = recordNamed(entries, '.data/extern_modules')!.name.slice(0, -'.data/extern_modules'.length);
  const pickles = entries.filter(({ name }) => name.endsWith('.pkl'));
  if (pickles.length > MOST_PICKLES || pickles.reduce((sum, { size }) => sum + size, 0) > LARGEST_PICKLE) {
    throw new UserError(`it has more than ${MOST_PICKLES} pickles, or more than 64 MiB of them`, { hint: 'Package the model alone' });
  }
  const parts: Contents[] = [];
  for (const { name } of pickles) {
    const record: PickleRecord = { pickle: name, storages: `${folder}.data/`, suffix: '.storage' };
    parts.push(contentsOf(await readSavedZip(source, entries, record)));
  }
  const recipe = packageRecipe(nameOf(source), (pickles[0]?.name ?? `${folder}model/model.pkl`).slice(folder.length));
  return description(KINDS.package, { tensors: parts.flatMap(({ tensors }) => tensors), modules: parts.flatMap(({ modules }) => modules) }, recipe);
}

/** The archives of torch 2.7 and before state their schema in a record; those of torch 2.8 and later have schema 8 or a later one. */
async function describeExported(source: ByteSource, entries: readonly ZipEntry[]): Promise<Description> {
  const version = recordNamed(entries, 'version');
  const isFlat = recordNamed(entries, 'serialized_exported_program.json') !== undefined;
  const schema = isFlat && version !== undefined ? new TextDecoder().decode(await readEntry(source, version, 64)).trim() : '8';
  if (parseInt(schema, 10) >= 8) return { ...description(KINDS.exported, NOTHING, []), advice: 'Rename it to .pt2 and open that' };
  const { kind, writer } = oldExport(schema);
  return description(kind, NOTHING, exportRecipe(nameOf(source), 'model = Model()  # export it again, with torch 2.6 or later'), writer);
}

function description(kind: Kind, { tensors, modules }: Contents, recipe: Recipe, writtenBy?: string): Description {
  return { kind, writtenBy, tensors, modules, recipe, advice: `Export the model in Python: ${recipe.slice(1).map(withoutComment).join('; ')}` };
}

/** Without its folder. */
function nameOf({ name }: ByteSource): string {
  return name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
}

function withoutComment(line: string): string {
  return line.replace(/ {2}#.*$/, '');
}
