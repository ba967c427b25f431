/** Models of one framework as files: what dialogs offer, and what a converted model can be saved as. */
export interface FileType {
  readonly name: string;
  /** Without the dot; the first is the usual one. */
  readonly extensions: readonly string[];
  /** Without the dot: of files that open as such models, and are saved as one of the above. */
  readonly opensOnly?: readonly string[];
  /** Without the dot: the ending that stands for a folder such a model can be saved as too. */
  readonly folder?: { readonly name: string; readonly extension: string };
}

/** What the main file of a SavedModel is called, which the others in its folder belong to. */
export const SAVED_MODEL_FILES: readonly string[] = ['saved_model.pb', 'saved_model.pbtxt'];

/** Plain data, so that the host can offer files without loading what reads them. */
export const FILE_TYPES: readonly FileType[] = [
  { name: 'TensorFlow GraphDef', extensions: ['pb', 'pbtxt'], opensOnly: ['meta'], folder: { name: 'TensorFlow SavedModel', extension: 'savedmodel' } },
  { name: 'ONNX', extensions: ['onnx'] },
  { name: 'PyTorch exported program', extensions: ['pt2'] },
];

/** The type of a file by its name; undefined where it is none of them. */
export function fileTypeOf(name: string): FileType | undefined {
  const extension = name.toLowerCase().replace(/^.*\./s, '');
  return FILE_TYPES.find(({ extensions, opensOnly = [] }) => [...extensions, ...opensOnly].includes(extension));
}
