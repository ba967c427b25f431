import { existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../../src/engine/errors';
import { readPython } from '../../../../src/engine/config/neuralCompressor/readPython';
import type { Value } from '../../../../src/engine/config/neuralCompressor/values';

/** What `X(value=TEXT)` is given. */
function valueOf(text: string): Value | undefined {
  return readPython(`X(value=${text})`, 'x.py').calls.at(-1)!.named.get('value');
}
const unread = (text: string, line = 1): Value => ({ kind: 'unread', text, line });
const messageOf = (text: string): string => {
  try {
    readPython(text, 'x.py');
  } catch (error) {
    if (error instanceof UserError) return error.oneLine;
    throw error;
  }
  return 'no error';
};

describe('literals', () => {
  it.each<[string, Value]>([
    ['True', true],
    ['None', null],
    ['1_000', 1000],
    ['-2', -2],
    ['+.5', 0.5],
    ['5e-3', 0.005],
    ['1_0.2_5E+1_0', 10.25e10],
    ['0x1F', 31],
    ['0b11', 3],
    ['0o17', 15],
    ['"a\\n\\x41\\u00e9\\101\\\\"', 'a\nAéA\\'],
    ["r'\\d+'", '\\d+'],
    ['u"x" \'y\'\n  """z"""', 'xyz'],
    ['"""a\n"b" \\""""', 'a\n"b" "'],
    ['"a\\\nb"', 'ab'],
    ['("in", "tuple",)', ['in', 'tuple']],
    ['("alone")', 'alone'],
    ['()', []],
    ['{1, 2}', [1, 2]],
    ['[  # comment ]\n 1, [2, []]]', [1, [2, []]]],
    ['{"a": {"b": [None]}, 3: ()}', new Map<string, Value>([['a', new Map([['b', [null]]])], ['3', []]])],
    ['dict(a=1, b=dict())', new Map<string, Value>([['a', 1], ['b', new Map()]])],
  ])('%s', (text, value) => expect(valueOf(text)).toEqual(value));

  it.each(['1 + 2', 'f"{x}"', 'b"x"', '1j', 'x[0]', 'f(1, 2)', 'a.b.c', '"a" % b', 'not x', 'x if y else z', 'lambda a, b=[1]: (a, b)', '(x for x in y)[0]', '{k: v for k, v in z}', '"%s".join(x)', 'x := 1', '-x'])(
    '%s is none', (text) => expect(valueOf(text)).toEqual(unread(text)));

  it('leaves what is a literal in the rest', () => {
    expect(valueOf('[1, f(2, 3), *more, "a"]')).toEqual([1, unread('f(2, 3)'), unread('*more'), 'a']);
  });

  it('shortens long expressions to one line', () => {
    expect(valueOf(`f(\n${'x, '.repeat(100)})`)).toEqual(unread(`f( ${'x, '.repeat(18)}...`));
  });
});

describe('scripts', () => {
  const script = (text: string) => {
    const { calls, unreadLines } = readPython(text, 'x.py');
    return { last: Object.fromEntries(calls.at(-1)?.named ?? []), callee: calls.at(-1)?.callee, unreadLines };
  };

  it('knows names from where they are imported', () => {
    expect(script('from a.b import (C as D,\n  E)\nD()').callee).toBe('a.b.C');
    expect(script('import a.b as c, d\nc.X()').callee).toBe('a.b.X');
    expect(script('import a.b\na.b.X()').callee).toBe('a.b.X');
  });

  it('knows what was assigned before', () => {
    expect(script('a = b = 1\nc: int = [a]\nX(p=b, q=c, r=later)\nlater = 2')).toMatchObject({ last: { p: 1, q: [1], r: unread('later', 3) } });
    expect(script('common = {"p": 1}\nX(**common, **other)').last).toEqual({ p: 1, '**other': unread('**other', 2) });
  });

  it('knows the entries of dicts', () => {
    expect(script('a = {"b": {"c": 1}}\nX(p=a["b"]["c"], q=a["b"], r=a["c"], s=a[b])').last).toEqual({ p: 1, q: new Map([['c', 1]]), r: unread('a["c"]', 2), s: unread('a[b]', 2) });
  });

  it('knows the constants of Neural Compressor by their module only', () => {
    const fp32 = new Map(['weight', 'activation'].map((tensor) => [tensor, new Map([['dtype', ['fp32']]])]));
    const int8 = new Map([['dtype', ['int8']], ['scheme', ['sym']], ['algorithm', ['kl']], ['granularity', ['per_channel']]]);
    expect(script('from neural_compressor.utils.constant import *\nX(p=FP32)').last).toEqual({ p: unread('FP32', 2) });
    expect(script('from neural_compressor.utils.constant import FP32, FP64\nX(p=FP32, q=FP64)').last).toEqual({ p: fp32, q: unread('FP64', 2) });
    expect(script('import neural_compressor.utils.constant as c\nX(p=c.INT8_SYM_KL_PERCHANNEL)').last).toEqual({ p: int8 });
  });

  it('knows what from_dict makes', () => {
    const { calls } = readPython('X.from_dict({"static_quant": {"global": {"p": 1}, "local": {"n": {"q": 2}}}})\nX.from_dict({"p": 3})\nx.from_dict({"p": 4})', 'x.py');
    expect(calls.map(({ callee, named }) => [callee, ...named.values()])).toEqual([['X', 1], ['X', 3], ['x', 4]]);
    expect(calls[0]!.methods[0]).toMatchObject({ callee: 'set_local', positional: ['n', { callee: 'X', named: new Map([['q', 2]]) }] });
  });

  it('knows attributes that are set, also of inner objects', () => {
    expect(script('x = X(inner=Y())\nx.p = 1; x.inner.q = x.p\nZ(of=x.inner.q, no=x.inner.r)')).toMatchObject({ last: { of: 1, no: unread('x.inner.r', 3) }, unreadLines: [] });
    const { others } = readPython('config.quantization.use_bf16 = True\nconfig.quantization.timeout = 3', 'x.py');
    expect(others).toHaveLength(1);
    expect(others[0]!.named.get('quantization')).toMatchObject({ named: new Map<string, Value>([['use_bf16', true], ['timeout', 3]]) });
  });

  it('knows the methods that are called, one after the other', () => {
    const { calls } = readPython('x = X().set_local("a", 1).set_local("b", 2)\nx.set_local("c", 3)', 'x.py');
    expect(calls[0]!.methods.map(({ positional }) => positional)).toEqual([['a', 1], ['b', 2], ['c', 3]]);
  });

  it('does not claim to know what is assigned in other ways', () => {
    expect(script('a = 1\na += 1\nX(p=a)')).toMatchObject({ last: { p: unread('a + ...'.replace('+', '+='), 2) }, unreadLines: [2] });
    expect(script('a = 1\na, b = 2, 3\nX(p=a)').last).toEqual({ p: unread('a', 3) });
    expect(script('a = 1\nfor a in range(3): pass\nX(p=a)').last).toEqual({ p: unread('a', 3) });
    expect(script('a = {"b": 1}\ndel a["b"]\nX(p=a)').last).toEqual({ p: unread('a', 3) });
    expect(script('a = [1]\na.append(2)\nX(p=a)').last).toEqual({ p: unread('a', 3) });
    expect(script('a = {"b": 1}\na["b"] = 2\nX(p=a)').last).toEqual({ p: unread('a', 3) });
    expect(script('if y:\n  a = 1\nelse:\n  a = 2\nX(p=a)').last).toMatchObject({ p: { kind: 'unread', line: 4 } });
  });

  it('reads blocks and remembers what stands in them', () => {
    const { calls } = readPython('def main():\n    x = X(\np=1)\n    x.q = 2\n    return Y(x)', 'x.py');
    expect(calls.map(({ callee, blockLines }) => [callee, blockLines])).toEqual([['X', [2, 4]], ['Y', [5]]]);
  });

  it('reads what follows a colon as a block', () => {
    const { calls, unreadLines } = readPython('x = X()\nif y: x.p = 1\nelse: x.p = 2\nfor z in y: f(z)\nclass Z: pass\nf = lambda a=1: a', 'x.py');
    expect(calls[0]!.blockLines).toEqual([2, 3]);
    expect(calls[0]!.named).toEqual(new Map([['p', unread('x.p = ...', 3)]]));
    expect(unreadLines).toEqual([3, 4, 6]);
  });

  it('lists the lines whose effect it does not know', () => {
    expect(script('"""Text."""\nimport x\nprint("x")\nx = fit(X())\nX()\nx[0] = 1\ndel x').unreadLines).toEqual([3, 4, 6, 7]);
  });

  it('reads Windows line ends, a byte order mark and continued lines', () => {
    expect(script('\uFEFFa = 1 + \\\r\n  2\r\nb = "x"\r\nX(p=b)\r\n')).toMatchObject({ last: { p: 'x' }, unreadLines: [1] });
  });
});

describe('hostile input', () => {
  it('runs nothing', () => {
    const trace = path.join(tmpdir(), 'mixed-precision-was-here');
    rmSync(trace, { force: true });
    const touch = `open(${JSON.stringify(trace)}, "w").write("x")`;
    readPython(`${touch}\nX(a=${touch}, b=__import__("os").system("touch ${trace}"), c=[${touch} for _ in "x"])\nexec(${JSON.stringify(touch)})`, 'x.py');
    expect(existsSync(trace)).toBe(false);
  });

  it.each([
    ['x = (1,\ny = 2', 'x.py: line 1: "(" is not closed. Correct the script and import again'],
    ['x = 1\ny = [1)', 'x.py: line 2: ")" closes no bracket. Correct the script and import again'],
    ['x = }', 'x.py: line 1: "}" closes no bracket. Correct the script and import again'],
    ['x = 1\n"not closed\n', 'x.py: line 2: a string is not closed. Correct the script and import again'],
    ['x = """a\n\n', 'x.py: line 1: a string is not closed. Correct the script and import again'],
  ])('%j is at fault', (text, message) => expect(messageOf(text)).toBe(message));

  it.each(['[', '(', '{', '{1:', 'f(', 'f(a=', '[['])('100,000 of %s are refused', (open) => {
    const close = [...open].reverse().map((character) => ({ '[': ']', '(': ')', '{': '}' })[character] ?? '').join('');
    expect(messageOf(`\nx = ${open.repeat(100_000)}${close.repeat(100_000)}`)).toMatch(/^x\.py: line 2: this is nested more than 50 deep/);
  });

  it.each(['{:}', '[,,]', 'f(=)', '{**}', 'f(*)', 'f(**)', '[*]', '(lambda)', '(for)', '{a: b: c}', 'x = = 1', '= 1', 'x.', '.x', 'x..y()', 'import', 'from', 'from x', 'import x as', ':', ';;', '@', '$ ? !', '\\', '0x', '1__e'])(
    'reads on after %s', (text) => expect(readPython(`${text}\nX(p=1)`, 'x.py').calls.at(-1)!.named.get('p')).toBe(1));

  it('reads a megabyte of anything', () => {
    for (const junk of ['x'.repeat(1 << 20), '\u0000\u{1F600}é'.repeat(200_000), 'a = b = '.repeat(100_000), 'f(x, y)\n'.repeat(100_000), `[${'1, '.repeat(300_000)}]`, '-'.repeat(1 << 20), 'x.'.repeat(500_000), `${'"a" '.repeat(250_000)}`]) {
      expect(readPython(junk, 'x.py').calls).toEqual([]);
    }
  });
});
