import { elementCount, type Tensor } from '../../graph/tensor';
import type { OpContext, Operation, Operations } from '../operation';
import { integerTensor, scalarOf, type NumberArray } from '../tensors';

/** Intersection over union of boxes i and j, rows of [y1, x1, y2, x2] in any corner order. */
function overlap(boxes: NumberArray, i: number, j: number): number {
  const side = (box: number, low: number): [number, number] => {
    const [a, b] = [boxes[4 * box + low]!, boxes[4 * box + low + 2]!];
    return a < b ? [a, b] : [b, a];
  };
  const [[iTop, iBottom], [jTop, jBottom]] = [side(i, 0), side(j, 0)];
  const [[iLeft, iRight], [jLeft, jRight]] = [side(i, 1), side(j, 1)];
  const areas = [(iBottom - iTop) * (iRight - iLeft), (jBottom - jTop) * (jRight - jLeft)] as const;
  if (areas[0] <= 0 || areas[1] <= 0) return 0;
  const common = Math.max(0, Math.min(iBottom, jBottom) - Math.max(iTop, jTop)) * Math.max(0, Math.min(iRight, jRight) - Math.max(iLeft, jLeft));
  return common / (areas[0] + areas[1] - common);
}

interface Selection {
  readonly chosen: number[];
  readonly scores: number[];
}

/**
 * Boxes by falling score, without those that overlap a chosen one by more than `iou`. With `sigma` above 0 an overlap
 * lowers the score instead (soft suppression): score * exp(-iou² / (2 sigma)) (non_max_suppression_op.cc).
 */
function select(boxes: NumberArray, scores: NumberArray, limit: number, iou: number, least: number, sigma: number): Selection {
  const candidates = Array.from(scores, (score, box) => ({ box, score, from: 0 })).filter(({ score }) => score > least);
  const result: Selection = { chosen: [], scores: [] };
  while (candidates.length > 0 && result.chosen.length < limit) {
    let best = 0;
    for (let k = 1; k < candidates.length; k++) if (candidates[k]!.score > candidates[best]!.score) best = k;
    const candidate = candidates[best]!;
    const before = candidate.score;
    let kept = true;
    // Only boxes chosen since this candidate was last looked at can change it.
    for (let k = result.chosen.length - 1; k >= candidate.from && kept; k--) {
      const common = overlap(boxes, candidate.box, result.chosen[k]!);
      if (sigma > 0) candidate.score *= Math.exp((-0.5 * common * common) / sigma);
      else kept = common <= iou;
      if (candidate.score <= least) kept = false;
    }
    candidate.from = result.chosen.length;
    if (!kept) candidates.splice(best, 1);
    else if (candidate.score === before) {
      candidates.splice(best, 1);
      result.chosen.push(candidate.box);
      result.scores.push(candidate.score);
    }
  }
  return result;
}

function inputOr(context: OpContext, index: number, absent: number): number {
  return context.inputCount > index ? scalarOf(context.input(index)) : absent;
}

/** Versions 1 to 5: the threshold is an attribute, then an input; a least score, then soft suppression and padding are added. */
const nonMaxSuppression: Operation = (context) => {
  const [boxes, scores] = [context.input(0), context.input(1)].map((tensor) => tensor.data as NumberArray) as [NumberArray, NumberArray];
  const limit = scalarOf(context.input(2));
  const iou = inputOr(context, 3, context.float('iou_threshold', 0.5));
  const { chosen, scores: kept } = select(boxes, scores, limit, iou, inputOr(context, 4, -Infinity), inputOr(context, 5, 0));
  const count = integerTensor('int32', [], [chosen.length]);
  if (context.bool('pad_to_max_output_size', false)) {
    while (chosen.length < limit) {
      chosen.push(0);
      kept.push(0);
    }
  }
  const indices = integerTensor('int32', [chosen.length], chosen);
  const keptScores: Tensor = { dtype: context.input(1).dtype, shape: [kept.length], data: Float32Array.from(kept) };
  if (context.op === 'NonMaxSuppressionV5') return [indices, keptScores, count];
  return context.op === 'NonMaxSuppressionV4' ? [indices, count] : [indices];
};

/** Boxes of images, resized to one size; outside the image the extrapolation value (crop_and_resize_op.cc). */
const cropAndResize: Operation = (context) => {
  const [image, boxes, owners] = context.inputs(0, 3) as [Tensor, Tensor, Tensor];
  const [rows, columns] = [0, 1].map((axis) => Number((context.input(3).data as NumberArray)[axis])) as [number, number];
  const [, height, width, depth] = image.shape as [number, number, number, number];
  const bilinear = context.string('method', 'bilinear') === 'bilinear';
  const outside = context.float('extrapolation_value', 0);
  const [source, corners] = [image.data as NumberArray, boxes.data as NumberArray];
  const shape = [boxes.shape[0]!, rows, columns, depth];
  const data = new Float32Array(elementCount(shape));
  const place = (low: number, high: number, size: number, count: number, i: number): number => (
    count > 1 ? low * (size - 1) + i * (((high - low) * (size - 1)) / (count - 1)) : 0.5 * (low + high) * (size - 1)
  );
  let out = 0;
  for (let box = 0; box < boxes.shape[0]!; box++) {
    const start = Number((owners.data as NumberArray)[box]) * height * width * depth;
    const [y1, x1, y2, x2] = corners.subarray(4 * box, 4 * box + 4) as unknown as [number, number, number, number];
    for (let row = 0; row < rows; row++) {
      const y = place(y1, y2, height, rows, row);
      for (let column = 0; column < columns; column++) {
        const x = place(x1, x2, width, columns, column);
        const at = (r: number, c: number, channel: number): number => source[start + (r * width + c) * depth + channel]!;
        for (let channel = 0; channel < depth; channel++, out++) {
          if (y < 0 || y > height - 1 || x < 0 || x > width - 1) data[out] = outside;
          else if (!bilinear) data[out] = at(Math.round(y), Math.round(x), channel);
          else {
            const [top, left] = [Math.floor(y), Math.floor(x)];
            const [bottom, right] = [Math.ceil(y), Math.ceil(x)];
            const upper = at(top, left, channel) + (at(top, right, channel) - at(top, left, channel)) * (x - left);
            const lower = at(bottom, left, channel) + (at(bottom, right, channel) - at(bottom, left, channel)) * (x - left);
            data[out] = upper + (lower - upper) * (y - top);
          }
        }
      }
    }
  }
  return [{ dtype: 'float32', shape, data }];
};

export const detection: Operations = {
  NonMaxSuppression: nonMaxSuppression, NonMaxSuppressionV2: nonMaxSuppression, NonMaxSuppressionV3: nonMaxSuppression,
  NonMaxSuppressionV4: nonMaxSuppression, NonMaxSuppressionV5: nonMaxSuppression, CropAndResize: cropAndResize,
};
