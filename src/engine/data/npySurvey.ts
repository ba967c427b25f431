import { type NpyLayout, readNpyLayout, readNpyNumbers, truncatedNpy } from './npy';
import { type ArraySummary, summarizer } from './summary';

/** No header is longer but those of structured arrays, which are not read anyway. */
const LONGEST_HEADER = 1 << 16;

/** Collects the summary of a .npy file that comes piece by piece. `push` and `end` throw UserError as `readNpy` does. */
export function npySurvey(name: string): { readonly push: (piece: Uint8Array) => void; readonly end: () => ArraySummary } {
  let elements: ReturnType<typeof elementSurvey> | undefined;
  /** What is not read yet: the file until its header is there. */
  let rest: Uint8Array = new Uint8Array();
  const begin = (): ReturnType<typeof elementSurvey> => {
    const layout = readNpyLayout(rest, name);
    const begun = elementSurvey(layout, name);
    begun.push(rest.subarray(layout.dataStart));
    return begun;
  };
  return {
    push(piece) {
      if (elements !== undefined) return elements.push(piece);
      rest = joined(rest, piece);
      if (rest.length > LONGEST_HEADER) elements = begin();
    },
    end: () => (elements ?? begin()).end(),
  };
}

function elementSurvey(layout: NpyLayout, name: string) {
  const { dtype, shape, itemSize, dataLength } = layout;
  const elements = summarizer(dtype, shape);
  let found = 0;
  let part: Uint8Array = new Uint8Array();
  return {
    push(piece: Uint8Array): void {
      const content = piece.subarray(0, dataLength - found);
      found += content.length;
      if (dtype === 'string') return;
      // Always a copy, at the start of a buffer of its own.
      const bytes = joined(part, content);
      const whole = bytes.length - (bytes.length % itemSize);
      part = bytes.slice(whole);
      elements.add(readNpyNumbers(whole === bytes.length ? bytes : bytes.slice(0, whole), layout));
    },
    end(): ArraySummary {
      if (found < dataLength) throw truncatedNpy(layout, found, name);
      return elements.summary();
    },
  };
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}
