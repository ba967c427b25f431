"""Writes ResNet50 and MobileNetV2 with random weights as frozen graphs, and arrays to calibrate them: make_models.py FOLDER."""
import os
import sys

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2  # noqa: E402

IMAGE = [224, 224, 3]
MODELS = {'resnet50': keras.applications.ResNet50, 'mobilenetv2': keras.applications.MobileNetV2}


def randomise_statistics(model):
    """Fresh batch norms are identities; trained ones are not."""
    random = np.random.default_rng(0)
    draw = {
        'moving_mean': lambda shape: random.normal(0, 0.1, shape),
        'moving_variance': lambda shape: random.uniform(0.5, 1.5, shape),
        'gamma': lambda shape: random.uniform(0.8, 1.2, shape),
        'beta': lambda shape: random.normal(0, 0.1, shape),
    }
    for variable in model.variables:
        kind = variable.path.rsplit('/', 1)[-1]
        if kind in draw:
            variable.assign(draw[kind](variable.shape))


def freeze(model):
    function = tf.function(lambda image: model(image, training=False), autograph=False)
    concrete = function.get_concrete_function(tf.TensorSpec([None, *IMAGE], tf.float32, name='image'))
    return convert_variables_to_constants_v2(concrete).graph.as_graph_def()


def main(folder):
    os.makedirs(folder, exist_ok=True)
    for name, build in MODELS.items():
        keras.utils.set_random_seed(1)
        model = build(weights=None)
        randomise_statistics(model)
        with open(os.path.join(folder, f'{name}.pb'), 'wb') as file:
            file.write(freeze(model).SerializeToString())
    images = np.random.default_rng(2).normal(0, 1, [4, *IMAGE]).astype(np.float32)
    np.savez(os.path.join(folder, 'images.npz'), image=images)


main(sys.argv[1])
