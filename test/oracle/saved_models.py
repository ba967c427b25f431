"""SavedModels as TensorFlow loads and runs them."""
import os
import shutil

import numpy as np
import tensorflow as tf
from tensorflow.python.saved_model import loader_impl

from emulate import rounded_feeds
from errors import error_statistics, worst
from tensors import load_arrays

v1 = tf.compat.v1


def run_signature(folder, signature, feeds):
    """Outputs by name. tf.saved_model.load refuses some models that the loader of TensorFlow 1 accepts: then that runs them."""
    try:
        function = tf.saved_model.load(folder).signatures[signature]
        return {name: value.numpy() for name, value in function(**{name: tf.constant(array) for name, array in feeds.items()}).items()}
    except Exception as modern:
        try:
            return run_session(folder, signature, feeds)
        except Exception as error:
            raise RuntimeError(f'tf.saved_model.load: {modern}; loader of TensorFlow 1: {error}') from error


def run_session(folder, signature, feeds):
    with v1.Graph().as_default(), v1.Session() as session:
        meta_graph = v1.saved_model.load(session, tags_of(folder), folder)
        chosen = meta_graph.signature_def[signature]
        fetches = {name: info.name for name, info in chosen.outputs.items()}
        return session.run(fetches, {chosen.inputs[name].name: array for name, array in feeds.items()})


def tags_of(folder):
    """The tags of the graph that serves, or of the only one."""
    graphs = [list(graph.meta_info_def.tags) for graph in parse(folder).meta_graphs]
    return next((tags for tags in graphs if 'serve' in tags), graphs[0])


def parse(folder):
    return loader_impl.parse_saved_model(folder)


def described(folder, signature):
    """Type and shape of each input and output of a signature."""
    graph = next(graph for graph in parse(folder).meta_graphs if signature in graph.signature_def)
    chosen = graph.signature_def[signature]
    return {
        side: {name: [tf.dtypes.as_dtype(info.dtype).name, str(tf.TensorShape(info.tensor_shape))] for name, info in getattr(chosen, side).items()}
        for side in ('inputs', 'outputs')
    }


WORDS = [b'def main():\n    print("hello")\n', b'#include <stdio.h>\nint main() { return 0; }\n', b'', b'SELECT name FROM people;']


def strings(shape):
    """Text of some programs in an array of a shape."""
    return np.resize(np.array(WORDS, dtype=object), shape)


def compare_saved_models(original, converted, signature, inputs=None, shapes={}):
    """Error statistics of each output of a signature, the worst that rounding its inputs to BF16 alone gives, whichever way each
    is rounded, and whether names, types and shapes of the signature are the same.

    `inputs` is a file with arrays `SIGNATURE/in:NAME` or `NAME`; inputs that it lacks are strings, of [type, shape] in `shapes`.
    """
    arrays = load_arrays(inputs) if inputs else {}
    prefix = f'{signature}/in:'
    names = [*described(original, signature)['inputs']]
    feeds = {name: next((arrays[key] for key in (prefix + name, name) if key in arrays), None) for name in names}
    feeds = {name: strings(shapes[name][1]) if array is None else array for name, array in feeds.items()}
    expected, actual = run_signature(original, signature, feeds), run_signature(converted, signature, feeds)
    rounded = [run_signature(original, signature, arrays) for arrays in rounded_feeds(feeds)]
    has_variables = any(node.op in ('VarHandleOp', 'VariableV2', 'Variable') for graph in parse(converted).meta_graphs for node in graph.graph_def.node)
    return {
        'outputs': {name: error_statistics(expected[name], actual[name]) for name in expected},
        'inputRounding': {name: worst([error_statistics(expected[name], outputs[name]) for outputs in rounded]) for name in expected},
        'sameSignature': described(original, signature) == described(converted, signature),
        'hasVariables': has_variables,
    }


class Several(tf.Module):
    """Signatures that share weights, choose by a number, run a data set's functions, and one that changes a variable."""

    def __init__(self):
        random = np.random.default_rng(4)
        self.kernel = tf.Variable(random.normal(size=[8, 8]).astype('f') / 3)
        self.head = tf.Variable(random.normal(size=[8, 3]).astype('f') / 3)
        self.calls = tf.Variable(0.0)

    @tf.function(input_signature=[tf.TensorSpec([None, 8], tf.float32, name='x')])
    def classify(self, x):
        return {'y': tf.matmul(tf.nn.relu(tf.matmul(x, self.kernel)), self.head)}

    @tf.function(input_signature=[tf.TensorSpec([None, 8], tf.float32, name='x'), tf.TensorSpec([], tf.float32, name='scale')])
    def embed(self, x, scale):
        return {'y': tf.nn.relu(tf.matmul(x, self.kernel)) * scale}

    @tf.function(input_signature=[tf.TensorSpec([None, 8], tf.float32, name='x'), tf.TensorSpec([], tf.int32, name='which')])
    def choose(self, x, which):
        branches = [lambda: tf.matmul(x, self.kernel), lambda: tf.tanh(x), lambda: x + self.head[:, 0]]
        return {'chosen': tf.switch_case(which, branches)}

    @tf.function(input_signature=[tf.TensorSpec([None, 8], tf.float32, name='rows')])
    def total(self, rows):
        squares = tf.data.Dataset.from_tensor_slices(rows).map(lambda row: tf.reduce_sum(row * row))
        return {'total': squares.reduce(0.0, lambda total, square: total + square)}

    @tf.function(input_signature=[])
    def count(self):
        return {'calls': self.calls.assign_add(1.0)}


def build_several(folder):
    """Writes the SavedModel of a Several."""
    module = Several()
    target = os.path.join(folder, 'several')
    shutil.rmtree(target, ignore_errors=True)
    signatures = {name: getattr(module, name) for name in ('embed', 'choose', 'total', 'count')}
    tf.saved_model.save(module, target, signatures={**signatures, 'serving_default': module.classify, 'again': module.classify})
    return target


class Vocabulary(tf.Module):
    """Looks words up in a table that a file fills."""

    def __init__(self, path):
        self.asset = tf.saved_model.Asset(path)
        lines = tf.lookup.TextFileInitializer(self.asset, tf.string, tf.lookup.TextFileIndex.WHOLE_LINE, tf.int64, tf.lookup.TextFileIndex.LINE_NUMBER)
        self.table = tf.lookup.StaticHashTable(lines, -1)
        self.weights = tf.Variable(np.arange(16).reshape(4, 4).astype('f') / 16)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name='words')])
    def serve(self, words):
        numbers = self.table.lookup(words)
        return {'y': tf.matmul(tf.one_hot(numbers, 4), self.weights), 'numbers': numbers}


def build_vocabulary(folder):
    """Writes the SavedModel of a Vocabulary, and forgets the file it was made from."""
    path = os.path.join(folder, 'words.txt')
    with open(path, 'w') as file:
        file.write('\n'.join(word.decode().strip() for word in WORDS[:2]))
    module = Vocabulary(path)
    target = os.path.join(folder, 'vocabulary')
    shutil.rmtree(target, ignore_errors=True)
    tf.saved_model.save(module, target, signatures=module.serve)
    os.remove(path)
    return target
