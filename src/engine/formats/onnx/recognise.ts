import { UserError } from '../../errors';

/** What people open by mistake, by how such files begin. */
const KINDS: readonly { readonly matches: RegExp; readonly message: string; readonly hint: string }[] = [
  { matches: /^version https:\/\/git-lfs/, message: 'the file is a Git LFS pointer, not the model itself', hint: 'Run "git lfs pull"' },
  {
    matches: /^\s*<(!doctype|!--|\?xml|html|head|body)/i,
    message: 'the file is an HTML or XML page, not a model',
    hint: 'The download probably failed: download the model again',
  },
  { matches: /^PK\x03\x04/, message: 'the file is a zip archive, not an ONNX model', hint: 'Unpack it, or export the model to ONNX' },
  { matches: /^....ORTM/s, message: 'the file is in the ORT format, which holds a model already optimised', hint: 'Choose the .onnx model it was made from' },
  { matches: /^\s*(ir_version|graph|opset_import|producer_name)\s*[:{]/, message: 'the file is an ONNX model in text form', hint: 'Save it in binary form' },
];

/** The error for a file that is no ONNX model, or one that is cut off. */
export function notOnnx(bytes: Uint8Array, file: string): UserError {
  const start = String.fromCharCode(...bytes.subarray(0, 256));
  const kind = KINDS.find(({ matches }) => matches.test(start));
  if (kind !== undefined) return new UserError(kind.message, { file, hint: kind.hint });
  // Field 1, a varint: the IR version, which every writer puts first.
  const isOnnx = bytes[0] === 0x08 && bytes[1]! < 0x20;
  return isOnnx
    ? new UserError('the ONNX model is cut off or damaged', { file, hint: 'Download or export the model again' })
    : new UserError('the file is not an ONNX model', { file, hint: 'Choose a model in binary ONNX form' });
}
