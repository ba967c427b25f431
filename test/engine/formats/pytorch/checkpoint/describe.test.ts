import { readFileSync } from 'node:fs';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { type Description, describeFile } from '../../../../../src/engine/formats/pytorch/checkpoint/describe';
import { descriptionText } from '../../../../../src/engine/formats/pytorch/checkpoint/descriptionText';
import { memorySource } from '../../../../support/memoryFile';

function fixture(file: string): Uint8Array {
  return new Uint8Array(readFileSync(`test/fixtures/pytorch/${file}`));
}

function describeBytes(bytes: Uint8Array, name: string): Promise<Description> {
  return describeFile(memorySource(bytes, name));
}

/** A zip with these records, whose content is text. */
function archive(records: Readonly<Record<string, string>>): Uint8Array {
  return zipSync(Object.fromEntries(Object.entries(records).map(([name, text]) => [name, strToU8(text)])), { level: 0 });
}

describe('PyTorch files that cannot be converted', () => {
  it.each([
    ['state_dict.pt', 'weights', 'the file has no graph: it holds weights'],
    ['legacy.pt', 'weights', 'the file has no graph: it holds weights'],
    ['tensor.pt', 'weights', 'the file has no graph: it holds weights'],
    ['training.pth', 'module', 'the file has no graph: it holds the modules of a model and their weights'],
    ['traced.pt', 'torchscript', 'the file is a TorchScript program'],
    ['mobile.ptl', 'torchscript-mobile', 'the file is a TorchScript program for the mobile interpreter'],
    ['package.pt', 'torch.package', 'it is a torch.package archive'],
    ['plain.pkl.pt', 'pickle', 'it is a Python pickle that torch.save did not write'],
  ])('are recognised: %s', async (file, kind, because) => {
    const description = await describeBytes(fixture(file), file);
    expect(description.kind.id).toBe(kind);
    expect(description.kind.because).toContain(because);
  });

  it.each<[string, Record<string, string>, string, string]>([
    ['a package of AOTInductor', { 'model/data/aotinductor/model/a.so': '', 'model/archive_format': 'pt2' }, 'aotinductor', 'AOTInductor compiled to machine code'],
    ['a package of AOTInductor without a folder', { 'data/aotinductor/model/a.so': '', archive_format: 'pt2' }, 'aotinductor', 'AOTInductor compiled to machine code'],
    ['a package of ExecuTorch', { 'model/data/executorch/a.pte': '', 'model/archive_format': 'pt2' }, 'executorch', 'lowered for ExecuTorch'],
    ['an export of torch 2.1', { 'serialized_exported_program.json': '{}', version: '1' }, 'old-exported-program', 'that torch 2.1 wrote (schema 1), which torch 2.6 and later cannot load'],
    ['an export of torch 2.4', { 'serialized_exported_program.json': '{}', version: '5.3' }, 'old-exported-program', 'that torch 2.3 or 2.4 wrote (schema 5.3)'],
    ['an export of torch 2.6', { 'serialized_exported_program.json': '{}', version: '8.2' }, 'exported-program', 'under the extension of something else'],
    ['an export of torch 2.13', { 'model/models/model.json': '{}', 'model/archive_format': 'pt2' }, 'exported-program', 'under the extension of something else'],
    ['TorchScript of torch 1.3', { 'model/model.json': '{}', 'model/tensors/0': '' }, 'torchscript', 'the file is a TorchScript program'],
  ])('are recognised by their records: %s', async (_, records, kind, because) => {
    const description = await describeBytes(archive(records), 'model.pt');
    expect(description.kind.id).toBe(kind);
    expect(description.kind.because).toContain(because);
  });

  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(), 'the file is empty'],
    ['a pointer of Git LFS', strToU8('version https://git-lfs.github.com/spec/v1\noid sha256:0\n'), 'the file is a Git LFS pointer'],
    ['a page', strToU8('<!DOCTYPE html><html>'), 'the file is an HTML or XML page'],
    ['a tar archive', strToU8(`${'a'.repeat(257)}ustar`), 'the file is a tar archive'],
    ['text', strToU8('hello'), 'the file is none that PyTorch writes'],
    ['a zip archive of something else', archive({ 'a.txt': 'a' }), 'the file is a zip archive that PyTorch does not write'],
    ['a package of pickles', archive({ 'p/.data/extern_modules': '', ...Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`p/m/${index}.pkl`, 'N.'])) }), 'it has more than 100 pickles'],
    ['half an archive', fixture('state_dict.pt').subarray(0, 2000), 'The file is no readable zip archive: it has no directory'],
    ['a damaged pickle', changed('state_dict.pt', 'state_dict/data.pkl', strToU8('}.').subarray(0, 1)), 'the pickle is cut off'],
  ])('are told from %s', async (_, bytes, message) => {
    await expect(describeBytes(bytes, 'model.pt')).rejects.toThrow(message);
  });

  it('tell what is in the weights of a training, and which of its keys to load', async () => {
    const { writtenBy, tensors, recipe } = await describeBytes(nested(), 'run/last.pt');
    expect(writtenBy).toBeUndefined();
    expect(tensors).toHaveLength(1);
    expect(recipe).toContain('model.load_state_dict(torch.load("last.pt")["state_dict"])');
    expect(recipe.at(-1)).toBe('torch.export.save(torch.export.export(model.eval(), (example,)), "last.pt2")');
  });

  it('tell how to export a pickled model, and who wrote it', async () => {
    const { writtenBy, recipe, advice } = await describeBytes(fixture('training.pth'), 'training.pth');
    expect(writtenBy).toBe('PyTorch Lightning 2.4.0');
    expect(recipe[1]).toBe('model = torch.load("training.pth", weights_only=False)["model"]  # runs code of the file: only if you trust it');
    expect(advice).toBe('Export the model in Python: model = torch.load("training.pth", weights_only=False)["model"]; example = torch.randn(1, 3, 224, 224); torch.export.save(torch.export.export(model.eval(), (example,)), "training.pt2")');
  });

  it('tell how torch converts TorchScript, and how a package is loaded', async () => {
    expect((await describeBytes(fixture('traced.pt'), 'traced.pt')).recipe.at(-1)).toBe('torch.export.save(TS2EPConverter(model, (example,)).convert(), "traced.pt2")');
    expect((await describeBytes(fixture('package.pt'), 'package.pt')).recipe[1]).toContain('torch.package.PackageImporter("package.pt").load_pickle("model", "weights.pkl")');
  });

  it('are described in text', async () => {
    const text = descriptionText(await describeBytes(fixture('traced.pt'), 'traced.pt'));
    expect(text[0]).toBe('TorchScript archive (torch.jit.save)');
    expect(text).toContain('module  (the model)  Net');
    expect(text).toContain('module      features.0  torch.nn.modules.conv.Conv2d');
    expect(text).toContain('tensor  features.0.weight  float32  2×1×3×3  72 bytes');
    expect(text).toContain('tensor  scale  float32  scalar  4 bytes');
    expect(text).toContain('        To get one that can be converted, run in Python:');
    const renamed = descriptionText(await describeBytes(archive({ 'model/models/model.json': '{}' }), 'model.pt'));
    expect(renamed.at(-1)).toBe('        Rename it to .pt2 and open that.');
  });
});

/** A fixture with one record replaced. */
function changed(file: string, record: string, content: Uint8Array): Uint8Array {
  return zipSync({ ...unzipSync(fixture(file)), [record]: content }, { level: 0 });
}

/** `{'state_dict': {'w': tensor}}`, made of the pickle of a tensor. */
function nested(): Uint8Array {
  const pickle = unzipSync(fixture('tensor.pt'))['tensor/data.pkl']!;
  const tensor = pickle.subarray(2, pickle.length - 1);
  const before = strToU8('\x80\x02}X\x0a\x00\x00\x00state_dict}X\x01\x00\x00\x00w', true);
  return changed('tensor.pt', 'tensor/data.pkl', Uint8Array.from([...before, ...tensor, ...strToU8('ss.')]));
}
