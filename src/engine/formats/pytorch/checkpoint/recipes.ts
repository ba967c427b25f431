/** How to get a `.pt2` in Python, line by line. */
export type Recipe = readonly string[];

const EXAMPLE = 'example = torch.randn(1, 3, 224, 224)  # an input as the model is called with';

/** For a Python model that is at hand as `model`. */
export function exportRecipe(file: string, ...load: readonly string[]): Recipe {
  return ['import torch', ...load, EXAMPLE, `torch.export.save(torch.export.export(model.eval(), (example,)), ${exportedName(file)})`];
}

/** `key`: under which of its keys the file holds the weights. */
export function weightsRecipe(file: string, key: string | undefined): Recipe {
  return exportRecipe(file, 'model = Model()  # of the class these weights are of', `model.load_state_dict(torch.load(${quoted(file)})${index(key)})`);
}

/** Loading such a file runs what it says. `key`: under which of its keys the file holds the model. */
export function moduleRecipe(file: string, key: string | undefined): Recipe {
  return exportRecipe(file, `model = torch.load(${quoted(file)}, weights_only=False)${index(key)}  # runs code of the file: only if you trust it`);
}

export function packageRecipe(file: string, pickle: string): Recipe {
  const slash = pickle.lastIndexOf('/');
  const [name, resource] = [pickle.slice(0, Math.max(0, slash)).replaceAll('/', '.'), pickle.slice(slash + 1)];
  return exportRecipe(file, `model = torch.package.PackageImporter(${quoted(file)}).load_pickle(${quoted(name)}, ${quoted(resource)})  # runs code of the file: only if you trust it`);
}

/** torch.export refuses what torch.jit.load gives and names this converter instead. */
export function torchScriptRecipe(file: string): Recipe {
  return [
    'import torch',
    'from torch._export.converter import TS2EPConverter  # not needed for the Python model: pass that to torch.export.export',
    `model = torch.jit.load(${quoted(file)}).eval()`,
    EXAMPLE,
    `torch.export.save(TS2EPConverter(model, (example,)).convert(), ${exportedName(file)})`,
  ];
}

/** The file's name with the extension of exported programs, in quotes. */
export function exportedName(file: string): string {
  return quoted(`${file.replace(/\.[^./\\]*$/, '')}.pt2`);
}

function index(key: string | undefined): string {
  return key === undefined ? '' : `[${quoted(key)}]`;
}

/** A Python string. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
