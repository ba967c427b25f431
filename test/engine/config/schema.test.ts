import { describe, expect, it } from 'vitest';
import schema from '../../../media/mixed-precision.schema.json';
import { DEFAULT_CONFIG } from '../../../src/engine/config/config';
import { parseConfig } from '../../../src/engine/config/parse';
import { FIXED_VALUES } from '../../../src/engine/config/unsupported';
import { tensorflowDialect } from '../../../src/engine/formats/tensorflow/dialect';

interface Property {
  readonly type?: string;
  readonly enum?: readonly (string | boolean)[];
  readonly enumDescriptions?: readonly string[];
  readonly default?: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Property>>;
  readonly defaultSnippets?: readonly { readonly label: string; readonly body: unknown }[];
}

/** Every property with its path; nested ones after their parent. */
function all(properties: Readonly<Record<string, Property>>, path: readonly string[] = []): [string, Property][] {
  return Object.entries(properties).flatMap(([key, property]) => [
    [[...path, key].join('.'), property] as [string, Property],
    ...all(property.properties ?? {}, [...path, key]),
  ]);
}

const isFixed = (path: string): boolean => Object.hasOwn(FIXED_VALUES, path);
const everything = all(schema.properties).filter(([path]) => path !== '$schema');
const properties = everything.filter(([path]) => !isFixed(path));
const at = (value: unknown, path: string): unknown => path.split('.').reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], value);
const nest = (path: string, value: unknown): unknown => path.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
const parse = (value: unknown) => parseConfig(JSON.stringify(value), 'config.json');

/** Label, path and body of each completion that properties offer. */
function snippetsOf({ defaultSnippets, properties: nested }: Property, path: readonly string[] = []): [string, readonly string[], unknown][] {
  return [
    ...(defaultSnippets ?? []).map(({ label, body }) => [label, path, body] as [string, readonly string[], unknown]),
    ...Object.entries(nested ?? {}).flatMap(([key, property]) => snippetsOf(property, [...path, key])),
  ];
}

const nestAll = (path: readonly string[], body: unknown): unknown => path.reduceRight((inner, key) => ({ [key]: inner }), body);

describe('the JSON schema', () => {
  it('has the keys of the config, no more and no fewer', () => {
    const keys = (value: object, at = ''): string[] => Object.keys(value).filter((key) => key !== '$schema' && !isFixed(at + key)).sort();
    expect(keys(schema.properties)).toEqual(keys(DEFAULT_CONFIG));
    expect(keys(schema.properties.calibration.properties)).toEqual(keys(DEFAULT_CONFIG.calibration));
    expect(keys(schema.properties.tuning.properties)).toEqual(keys(DEFAULT_CONFIG.tuning));
    expect(keys(schema.properties.quantization.properties, 'quantization.')).toEqual(keys(DEFAULT_CONFIG.quantization));
  });

  it.each(properties)('%s is described and has the default of the config', (path, property) => {
    expect(property.description).toMatch(/\.$/);
    if (property.properties !== undefined) expect(property.default).toEqual(path === 'accuracy_criterion' ? DEFAULT_CONFIG.accuracy_criterion : {});
    // One of the two is given.
    else if (path.startsWith('accuracy_criterion.')) expect(property.default).toBeUndefined();
    // The config holds only the patterns the file names; the others stay FP32.
    else if (path.startsWith('sensitive_ops.')) expect(property.default).toBe('fp32');
    else expect(property.default).toEqual(at(DEFAULT_CONFIG, path));
  });

  it.each(properties.flatMap(([path, { enum: values }]) => (values ?? []).map((value) => [path, value] as const)))('%s accepts %s', (path, value) => {
    const { config, problems } = parse(nest(path, value));
    expect(problems).toEqual([]);
    expect(at(config, path)).toBe(value);
  });

  it.each(Object.entries(FIXED_VALUES))('%s is described, and its values change nothing', (path, { values, instead }) => {
    const property = everything.find(([name]) => name === path)![1];
    expect(property.description).toMatch(/\.$/);
    expect(property.default).toEqual(values[0]);
    for (const value of values) expect(parse(nest(path, value))).toMatchObject({ config: DEFAULT_CONFIG, problems: [] });
    const other = parse(nest(path, 'something else'));
    expect(other.config).toEqual(DEFAULT_CONFIG);
    expect(other.problems.map(({ message, severity }) => [severity, message])).toEqual([
      ['warning', `"${path}": "something else" is not supported by this version, ignored: ${instead}.`],
    ]);
  });

  it('has a word of Neural Compressor for each key but those patterns', () => {
    const without = everything.filter(([path, { description }]) => !path.startsWith('sensitive_ops.') && !description!.includes('Intel Neural Compressor'));
    expect(without.map(([path]) => path)).toEqual([]);
  });

  it.each(snippetsOf(schema))('offers a completion that is valid: %s', (_, path, body) => {
    // Placeholders as an editor leaves them when nothing is typed over them.
    const text = JSON.stringify(nestAll(path, body)).replaceAll(/\$\{\d\|(\w+)[^}]*\}/g, '$1').replaceAll(/"\^\$\{\d:([^}]*)\}"/g, '$1').replaceAll(/\$\{\d:([^}]*)\}/g, '$1');
    expect(text).not.toContain('$');
    expect(parseConfig(text, 'config.json').problems).toEqual([]);
  });

  it('lists the sensitive patterns in their order, each with its reason', () => {
    const listed = Object.entries(schema.properties.sensitive_ops.properties).map(([name, { description }]) => [name, description]);
    expect(listed).toEqual(tensorflowDialect.sensitivePatterns.map(({ name, reason }) => [name, reason]));
  });

  it('describes every value it lists', () => {
    const lists = [...everything.map(([, property]) => property), ...schema.definitions.precision.anyOf, schema.definitions.precision.anyOf[1]!.items!, schema.definitions.dtype] as Property[];
    for (const { enum: values, enumDescriptions } of lists) expect(enumDescriptions?.length).toBe(values?.length);
  });

  it.each(schema.definitions.precision.anyOf[0]!.enum!)('the precision %s parses', (value) => {
    const { config, problems } = parse({ op_type_dict: { Conv2D: value }, op_name_dict: { c1: value } });
    expect(problems).toEqual([]);
    expect([config.op_type_dict['Conv2D'], config.op_name_dict['c1']]).toEqual([value, value]);
  });

  it.each(schema.definitions.dtype.enum)('the dtype %s of the long form parses', (value) => {
    expect(parse({ op_type_dict: { Conv2D: { activation: { dtype: [value] } } } }).problems).toEqual([]);
  });
});
