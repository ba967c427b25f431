"""The precisions with which Neural Compressor starts to tune, from what a user says of op types and names.

Its own tuning space merges both with what the framework can do, and its own strategy chooses (initial_tuning_cfg).
"""
import importlib
import sys
from collections import OrderedDict
from pathlib import Path
from types import SimpleNamespace

import inc_package

STATIC = {'activation': {'dtype': ['uint8'], 'quant_mode': 'static', 'scheme': ['sym'], 'algorithm': ['minmax', 'kl'], 'granularity': ['per_tensor']}}
WEIGHTS = {'weight': {'dtype': ['int8'], 'scheme': ['sym'], 'algorithm': ['minmax'], 'granularity': ['per_channel', 'per_tensor']}}


def only(dtype):
    return {'activation': {'dtype': dtype}, 'weight': {'dtype': dtype}}


def capability():
    """Ops as the TensorFlow adaptor tells of them: with weights, without, and such as cannot be INT8."""
    return {
        ('conv', 'conv2d'): [{**STATIC, **WEIGHTS}, only('bf16'), only('fp32')],
        ('fc', 'matmul'): [{**STATIC, **WEIGHTS}, only('bf16'), only('fp32')],
        ('pool', 'pooling'): [{**STATIC}, only('bf16'), only('fp32')],
        ('head/softmax', 'Softmax'): [only('bf16'), only('fp32')],
        ('head/relu', 'Relu'): [only('bf16'), only('fp32')],
    }


def start(op_types, op_names):
    """`static` (INT8), `bf16` or `fp32` by op name."""
    space_module = importlib.import_module('neural_compressor.strategy.utils.tuning_space')
    dot_dict = importlib.import_module('neural_compressor.conf.dotdict').DotDict
    said = {'approach': 'post_training_static_quant', 'model_wise': None, 'optype_wise': op_types, 'op_wise': op_names}
    conf = SimpleNamespace(usr_cfg=dot_dict({'quantization': said}), op_type_dict=op_types, op_name_dict=op_names)
    space = space_module.TuningSpace({'calib': {'calib_sampling_size': [100]}, 'op': capability()}, conf, 'tensorflow')
    strategy = SimpleNamespace(tuning_space=space, cfg=conf.usr_cfg, config=SimpleNamespace(approach=said['approach']))
    package = sys.modules['neural_compressor.strategy']
    tuning_config = importlib.import_module('neural_compressor.strategy.utils.tuning_structs').OpTuningConfig
    choose = inc_package.function(
        Path(package.__path__[0]) / 'strategy.py', 'initial_tuning_cfg',
        __package__=package.__name__, __name__=package.__name__, OrderedDict=OrderedDict, OpTuningConfig=tuning_config)
    return {name: mode for (name, _), mode in choose(strategy)[0].items()}
