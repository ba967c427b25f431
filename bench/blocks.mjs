// Synthetic GraphDefs of any size, written node by node: blocks of a residual network, a plain chain, and BERT's weights.
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import protobuf from 'protobufjs/light.js';
import { fromRoot } from '../scripts/lib/paths.mjs';

const schema = JSON.parse(readFileSync(fromRoot('src', 'engine', 'formats', 'tensorflow', 'schema.json'), 'utf8'));
const NodeDef = protobuf.Root.fromJSON(schema).lookupType('tensorflow.NodeDef');
/** Field `node` of a GraphDef, length-delimited. */
const NODE_TAG = (1 << 3) | 2;
const BUFFERED_BYTES = 1 << 20;

const FLOAT = 1;
const INT32 = 3;
const T = { T: { type: FLOAT } };
const dims = (shape) => ({ dim: shape.map((size) => ({ size })) });

/**
 * Writes a graph of `nodes` nodes, or up to a dozen more: blocks of MatMul, BiasAdd, Relu and a residual AddV2, every
 * second one closed by a layer normalisation in plain arithmetic, with weights of 8 x 8.
 */
export function writeBlocks(path, nodes) {
  return writeGraph(path, (add) => {
    let value = add(placeholder('x', 8));
    for (let block = 0; add.count < nodes - 1; block++) {
      const scope = `block_${block}`;
      const dense = add(op(`${scope}/Relu`, 'Relu', [denseLayer(add, `${scope}/dense`, value, 8, 8)]));
      value = add(op(`${scope}/add`, 'AddV2', [value, dense]));
      if (block % 2 === 1) value = layerNormalisation(add, `${scope}/norm`, value, 8);
    }
    add(op('output', 'Identity', [value]));
  });
}

/** Writes `blocks` dense layers in a row, each MatMul and Relu, every fourth one closed by a Softmax: 13 nodes in four blocks and 2 more. */
export function writeDenseLayers(path, blocks) {
  return writeGraph(path, (add) => {
    let value = add(placeholder('x', 8));
    for (let block = 0; block < blocks; block++) {
      const scope = `block_${block}`;
      value = add(op(`${scope}/Relu`, 'Relu', [add(op(`${scope}/MatMul`, 'MatMul', [value, add(weights(`${scope}/kernel`, [8, 8]))]))]));
      if (block % 4 === 3) value = add(op(`${scope}/Softmax`, 'Softmax', [value]));
    }
    add(op('output', 'Identity', [value]));
  });
}

/** Writes a chain of `length` Relu and Tanh ops after one MatMul. */
export function writeChain(path, length) {
  return writeGraph(path, (add) => {
    let value = add(op('matmul', 'MatMul', [add(placeholder('x', 8)), add(weights('kernel', [8, 8]))]));
    for (let i = 0; i < length; i++) value = add(op(`op_${i}`, i % 2 === 0 ? 'Relu' : 'Tanh', [value]));
  });
}

/** Writes the matrices of BERT-base, 416 MiB, with the ops that read them: 12 layers, hidden size 768, vocabulary of 30,522. */
export function writeBert(path) {
  const [hidden, inner, vocabulary] = [768, 3072, 30522];
  return writeGraph(path, (add) => {
    const ids = add({ name: 'ids', op: 'Placeholder', attr: { dtype: { type: INT32 }, shape: { shape: dims([-1]) } } });
    const axis = add(constant('axis', INT32, [], { intVal: [0] }));
    const gather = { Tparams: { type: FLOAT }, Tindices: { type: INT32 }, Taxis: { type: INT32 } };
    let value = add({ ...op('embedding', 'GatherV2', [add(weights('table', [vocabulary, hidden])), ids, axis]), attr: gather });
    for (let layer = 0; layer < 12; layer++) {
      const scope = `layer_${layer}`;
      const [query, key, content] = ['query', 'key', 'value'].map((name) => denseLayer(add, `${scope}/${name}`, value, hidden, hidden));
      const scores = add(op(`${scope}/softmax`, 'Softmax', [add(op(`${scope}/scores`, 'BatchMatMulV2', [query, key], { adj_y: { b: true } }))]));
      const context = add(op(`${scope}/context`, 'BatchMatMulV2', [scores, content]));
      const attention = add(op(`${scope}/add`, 'AddV2', [value, denseLayer(add, `${scope}/output`, context, hidden, hidden)]));
      value = layerNormalisation(add, `${scope}/norm`, attention, hidden);
      const active = add(op(`${scope}/Relu`, 'Relu', [denseLayer(add, `${scope}/inner`, value, hidden, inner)]));
      const forward = add(op(`${scope}/add_1`, 'AddV2', [value, denseLayer(add, `${scope}/outer`, active, inner, hidden)]));
      value = layerNormalisation(add, `${scope}/norm_1`, forward, hidden);
    }
    add(op('output', 'Identity', [value]));
  });
}

function denseLayer(add, scope, value, from, to) {
  const product = add(op(`${scope}/MatMul`, 'MatMul', [value, add(weights(`${scope}/kernel`, [from, to]))]));
  return add(op(`${scope}/BiasAdd`, 'BiasAdd', [product, add(weights(`${scope}/bias`, [to]))]));
}

function layerNormalisation(add, scope, value, size) {
  const axes = add(constant(`${scope}/axes`, INT32, [1], { intVal: [-1] }));
  const mean = (name, input) => add(op(`${scope}/${name}`, 'Mean', [input, axes], { Tidx: { type: INT32 }, keep_dims: { b: true } }));
  const binary = (name, type, a, b) => add(op(`${scope}/${name}`, type, [a, b]));
  const centre = mean('mean', value);
  const variance = mean('variance', binary('squares', 'SquaredDifference', value, centre));
  const epsilon = add(constant(`${scope}/epsilon`, FLOAT, [], { floatVal: [1e-6] }));
  const factor = add(op(`${scope}/Rsqrt`, 'Rsqrt', [binary('add', 'AddV2', variance, epsilon)]));
  const scaled = binary('scaled', 'Mul', binary('centred', 'Sub', value, centre), binary('factor', 'Mul', factor, add(weights(`${scope}/gamma`, [size]))));
  return binary('result', 'AddV2', scaled, add(weights(`${scope}/beta`, [size])));
}

function op(name, type, input, attr = {}) {
  return { name, op: type, input, attr: { ...T, ...attr } };
}

function placeholder(name, size) {
  return { name, op: 'Placeholder', attr: { dtype: { type: FLOAT }, shape: { shape: dims([-1, size]) } } };
}

function constant(name, dtype, shape, values) {
  return { name, op: 'Const', attr: { dtype: { type: dtype }, value: { tensor: { dtype, tensorShape: dims(shape), ...values } } } };
}

/** FP32 values in [-0.5, 0.5) that repeat after a prime number of elements. */
function weights(name, shape) {
  const values = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, index) => ((index * 7919) % 4093) / 4093 - 0.5);
  return constant(name, FLOAT, shape, { tensorContent: new Uint8Array(values.buffer) });
}

/** Calls `build` with a function that writes a node and returns its name; its `count` is the number of nodes so far. */
function writeGraph(path, build) {
  const file = openSync(path, 'w');
  let writer = protobuf.Writer.create();
  const flush = () => {
    writeSync(file, writer.finish());
    writer = protobuf.Writer.create();
  };
  const add = (node) => {
    NodeDef.encode(node, writer.uint32(NODE_TAG).fork()).ldelim();
    add.count++;
    if (writer.len > BUFFERED_BYTES) flush();
    return node.name;
  };
  add.count = 0;
  build(add);
  flush();
  closeSync(file);
  return add.count;
}
