/** What a PyTorch file that cannot be converted is. */
export interface Kind {
  /** Stable, for programs. */
  readonly id: string;
  /** Shown as the format. */
  readonly title: string;
  /** Why it cannot be converted: a clause with `the file` as its subject. */
  readonly because: string;
}

export const KINDS = {
  weights: {
    id: 'weights',
    title: 'PyTorch weights (torch.save)',
    because: 'the file has no graph: it holds weights, and the order of computing is in the Python code of the model',
  },
  module: {
    id: 'module',
    title: 'PyTorch model as a pickle (torch.save)',
    because: 'the file has no graph: it holds the modules of a model and their weights, and the order of computing is in their Python code',
  },
  pickle: {
    id: 'pickle',
    title: 'Python pickle',
    because: 'the file has no graph: it is a Python pickle that torch.save did not write',
  },
  torchScript: {
    id: 'torchscript',
    title: 'TorchScript archive (torch.jit.save)',
    because: 'the file is a TorchScript program, which this tool does not convert: PyTorch has replaced TorchScript by torch.export',
  },
  mobile: {
    id: 'torchscript-mobile',
    title: 'TorchScript archive for mobile devices',
    because: 'the file is a TorchScript program for the mobile interpreter, which this tool does not convert: PyTorch has replaced TorchScript by torch.export',
  },
  package: {
    id: 'torch.package',
    title: 'torch.package archive',
    because: 'the file has no graph: it is a torch.package archive, which holds Python code and pickles',
  },
  aotInductor: {
    id: 'aotinductor',
    title: 'AOTInductor package',
    because: 'the file has no graph: it is a model that AOTInductor compiled to machine code',
  },
  executorch: {
    id: 'executorch',
    title: 'ExecuTorch package',
    because: 'the file has no graph that can be converted: it is a model lowered for ExecuTorch',
  },
  exported: {
    id: 'exported-program',
    title: 'PyTorch exported program',
    because: 'the file is an exported program under the extension of something else',
  },
} as const satisfies Readonly<Record<string, Kind>>;

/** Which torch wrote an exported program, by the major number of its schema (torch/_export/serde/schema.py of each). */
const WRITERS: Readonly<Record<number, string>> = { 1: 'torch 2.1', 3: 'torch 2.2', 5: 'torch 2.3 or 2.4', 7: 'torch 2.5' };

/** The kind of an exported program of before schema 8, and which torch wrote it. */
export function oldExport(schema: string): { readonly kind: Kind; readonly writer: string } {
  const writer = WRITERS[parseInt(schema, 10)] ?? 'torch before 2.6';
  const because = `the file is an exported program that ${writer} wrote (schema ${schema}), which torch 2.6 and later cannot load`;
  return { kind: { id: 'old-exported-program', title: 'PyTorch exported program of an old schema', because }, writer };
}
