"""The networks of the bench, with seeded random weights: NETWORKS maps a name to a function that builds a concrete function of it."""
import functools

import keras
import numpy as np
import tensorflow as tf

applications = keras.applications
IMAGE_NETWORKS = {
    'resnet50': (applications.ResNet50, 224),
    'resnet50v2': (applications.ResNet50V2, 224),
    'mobilenetv2': (applications.MobileNetV2, 224),
    'efficientnetb0': (applications.EfficientNetB0, 224),
    'inceptionv3': (applications.InceptionV3, 299),
    'densenet121': (applications.DenseNet121, 224),
}


def fused_batch_norm(layer, x, training=None, mask=None):
    """Inference by one op, as the graphs of TensorFlow 1 and Keras 2 have it; Keras 3 writes a product and a sum."""
    ones, zeros = tf.ones(x.shape[-1]), tf.zeros(x.shape[-1])
    scale = ones if layer.gamma is None else tf.convert_to_tensor(layer.gamma)
    offset = zeros if layer.beta is None else tf.convert_to_tensor(layer.beta)
    statistics = {'mean': tf.convert_to_tensor(layer.moving_mean), 'variance': tf.convert_to_tensor(layer.moving_variance)}
    return tf.compat.v1.nn.fused_batch_norm(x, scale, offset, epsilon=max(layer.epsilon, 1.001e-5), is_training=False, **statistics)[0]


DECOMPOSED_BATCH_NORM = keras.layers.BatchNormalization.call


def randomise_statistics(model):
    """Fresh batch norms are identities; trained ones are not."""
    random = np.random.default_rng(0)
    draw = {
        'moving_mean': lambda shape: random.normal(0, 0.1, shape),
        'moving_variance': lambda shape: random.uniform(0.5, 1.5, shape),
        'gamma': lambda shape: random.uniform(0.8, 1.2, shape),
        'beta': lambda shape: random.normal(0, 0.1, shape),
        'bias': lambda shape: random.normal(0, 0.1, shape),
    }
    for variable in model.variables:
        kind = variable.path.rsplit('/', 1)[-1]
        if kind in draw:
            variable.assign(draw[kind](variable.shape))


def inference(model, *specs):
    function = tf.function(lambda x: model(x, training=False), autograph=False)
    concrete = function.get_concrete_function(*specs)
    concrete.model = model  # A graph does not keep its variables alive.
    return concrete


def image_network(name, fused):
    build, size = IMAGE_NETWORKS[name]
    keras.utils.set_random_seed(1)
    keras.layers.BatchNormalization.call = fused_batch_norm if fused else DECOMPOSED_BATCH_NORM
    model = build(weights=None)
    randomise_statistics(model)
    return inference(model, tf.TensorSpec([None, size, size, 3], tf.float32, name='image'))


def bert(layers, width, heads, inner, vocabulary, length=128):
    """The encoder as Google's first release computes it: 2-D dense layers, layer norms of single ops, GELU through Erf."""
    generator = tf.random.Generator.from_seed(3)
    normal = lambda *shape: tf.Variable(generator.normal(shape, stddev=0.02))
    dense = lambda inputs, units: (normal(inputs, units), normal(units))
    norm = lambda: (tf.Variable(generator.uniform([width], 0.8, 1.2)), tf.Variable(generator.normal([width], stddev=0.05)))
    tokens, positions, segments, embedding_norm = normal(vocabulary, width), normal(512, width), normal(2, width), norm()
    blocks = [
        {**{part: dense(width, width) for part in ('query', 'key', 'value', 'output')}, 'inner': dense(width, inner),
         'outer': dense(inner, width), 'attention_norm': norm(), 'output_norm': norm()}
        for _ in range(layers)
    ]
    pooler, classifier = dense(width, width), dense(width, 2)

    def apply(x, weights):
        return tf.nn.bias_add(tf.matmul(x, weights[0]), weights[1])

    def normalise(x, weights):
        mean = tf.reduce_mean(x, -1, keepdims=True)
        variance = tf.reduce_mean(tf.math.squared_difference(x, mean), -1, keepdims=True)
        factor = tf.math.rsqrt(variance + 1e-12) * weights[0]
        return x * factor + (weights[1] - mean * factor)

    def split_heads(x):
        return tf.transpose(tf.reshape(x, [-1, length, heads, width // heads]), [0, 2, 1, 3])

    def encode(input_ids, input_mask, segment_ids):
        x = tf.gather(tokens, input_ids) + tf.gather(segments, segment_ids) + tf.expand_dims(positions[:length], 0)
        x = tf.reshape(normalise(x, embedding_norm), [-1, width])
        penalty = (1.0 - tf.cast(input_mask[:, None, None, :], tf.float32)) * -10000.0
        for block in blocks:
            query, key, value = (split_heads(apply(x, block[part])) for part in ('query', 'key', 'value'))
            scores = tf.matmul(query, key, transpose_b=True) * (1.0 / np.sqrt(width // heads)) + penalty
            context = tf.transpose(tf.matmul(tf.nn.softmax(scores), value), [0, 2, 1, 3])
            x = normalise(x + apply(tf.reshape(context, [-1, width]), block['output']), block['attention_norm'])
            y = apply(x, block['inner'])
            y = y * 0.5 * (1.0 + tf.math.erf(y / np.float32(np.sqrt(2.0))))
            x = normalise(x + apply(y, block['outer']), block['output_norm'])
        x = tf.reshape(x, [-1, length, width])
        pooled = tf.tanh(apply(x[:, 0], pooler))
        return tf.nn.softmax(apply(pooled, classifier)), tf.identity(x)

    function = tf.function(encode, autograph=False)
    concrete = function.get_concrete_function(*(tf.TensorSpec([None, length], tf.int32) for _ in range(3)))
    # A graph does not keep its variables alive.
    concrete.weights = [tokens, positions, segments, embedding_norm, blocks, pooler, classifier]
    return concrete


def transformer(blocks=4, width=256):
    """Keras' own attention, which computes by Einsum."""
    keras.utils.set_random_seed(2)
    layers = keras.layers
    tokens = keras.Input((128,), dtype='int32')
    x = layers.Embedding(1000, width)(tokens)
    for _ in range(blocks):
        x = layers.LayerNormalization()(x + layers.MultiHeadAttention(4, width // 4)(x, x))
        x = layers.LayerNormalization()(x + layers.Dense(width)(layers.Dense(4 * width, activation='gelu')(x)))
    model = keras.Model(tokens, layers.Dense(5, activation='softmax')(layers.GlobalAveragePooling1D()(x)))
    return inference(model, tf.TensorSpec([None, 128], tf.int32, name='ids'))


def recurrent(cell, wrap):
    keras.utils.set_random_seed(2)
    layers = keras.layers
    tokens = keras.Input((64,), dtype='int32')
    x = wrap(cell(128, return_sequences=True))(layers.Embedding(5000, 128)(tokens))
    x = layers.Dense(64, activation='relu')(cell(128)(x))
    model = keras.Model(tokens, layers.Dense(2, activation='softmax')(x))
    return inference(model, tf.TensorSpec([None, 64], tf.int32, name='ids'))


NETWORKS = {
    **{f'{name}_fbn': functools.partial(image_network, name, True) for name in IMAGE_NETWORKS},
    **{name: functools.partial(image_network, name, False) for name in ('resnet50', 'mobilenetv2', 'densenet121')},
    'bert_mini12_tf': functools.partial(bert, 12, 128, 4, 512, 1000),
    'bert_base_tf': functools.partial(bert, 12, 768, 12, 3072, 30522),
    'keras_transformer4': transformer,
    'lstm_text': functools.partial(recurrent, keras.layers.LSTM, keras.layers.Bidirectional),
    'gru_text': functools.partial(recurrent, keras.layers.GRU, lambda layer: layer),
}
