import { UserError } from '../errors';
import schema from '../../../media/mixed-precision.schema.json';
import { DEFAULT_CONFIG, type TuningConfig } from './config';
import { parseJson } from './json';
import { type ConfigProblem, problemAt } from './problem';
import { readBySchema } from './readBySchema';

export interface ParsedConfig {
  /** The valid part of the file over the defaults. */
  readonly config: TuningConfig;
  /** In file order within each kind: syntax first. */
  readonly problems: readonly ConfigProblem[];
  readonly file: string;
  readonly text: string;
}

/**
 * Reads the text of a tuning config (JSON; comments and trailing commas allowed; undefined or empty = defaults). The
 * schema in media/ says what is accepted; anything else is reported and its default kept. Never throws.
 */
export function parseConfig(text: string | undefined, file: string): ParsedConfig {
  const problems: ConfigProblem[] = [];
  const json = parseJson(text ?? '');
  for (const { message, ...place } of json.problems) problems.push(problemAt(place, [], 'error', `Invalid JSON: ${message}.`));
  let given: Partial<TuningConfig> = {};
  if (json.root?.type === 'object') {
    // The schema's types are those of TuningConfig with every key optional; a test holds the two together.
    given = readBySchema(json.root, schema, [], (problem) => problems.push(problem)) as Partial<TuningConfig>;
  } else if (json.root !== undefined) {
    problems.push(problemAt(json.root, [], 'error', 'The config must be one object in braces.'));
  }
  return { config: withDefaults(given), problems, file, text: text ?? '' };
}

/** The config, or a UserError with the first error of the file and its line. Warnings pass. */
export function requireValid(parsed: ParsedConfig): TuningConfig {
  const errors = parsed.problems.filter((problem) => problem.severity === 'error');
  const [first] = errors;
  if (first === undefined) return parsed.config;
  const line = parsed.text.slice(0, first.offset).split('\n').length;
  const more = errors.length - 1;
  const hint = more === 0 ? undefined : `${more} more ${more === 1 ? 'problem follows' : 'problems follow'}`;
  throw new UserError(`line ${line}: ${first.message}`, { file: parsed.file, hint });
}

function withDefaults({ accuracy_criterion, ...given }: Partial<TuningConfig>): TuningConfig {
  // $schema is for editors only.
  const known: Partial<TuningConfig> = Object.fromEntries(Object.entries(given).filter(([key]) => key in DEFAULT_CONFIG));
  const hasCriterion = accuracy_criterion !== undefined && Object.keys(accuracy_criterion).length > 0;
  return {
    ...DEFAULT_CONFIG,
    ...known,
    calibration: { ...DEFAULT_CONFIG.calibration, ...known.calibration },
    preparation: { ...DEFAULT_CONFIG.preparation, ...known.preparation },
    quantization: { ...DEFAULT_CONFIG.quantization, ...known.quantization },
    tuning: { ...DEFAULT_CONFIG.tuning, ...known.tuning },
    onnx: { ...DEFAULT_CONFIG.onnx, ...known.onnx },
    pytorch: { ...DEFAULT_CONFIG.pytorch, ...known.pytorch },
    accuracy_criterion: hasCriterion ? accuracy_criterion : DEFAULT_CONFIG.accuracy_criterion,
  };
}
