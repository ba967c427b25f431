"""How Neural Compressor itself reads configs.

inc_config.py FOLDER: the folder holds the package of one version. Reads one JSON list of [command, arguments] from stdin and
writes the list of answers, {"result": …} or {"error": …}.
"""
import importlib
import json
import re
import runpy
import shutil
import sys
import tempfile
from pathlib import Path

import inc_package
from inc_start import start


def read_yaml(path):
    """What the YAML of the first interface says, by the schema of conf/config.py. Of a copy: reading may write to the file."""
    conf = importlib.import_module('neural_compressor.conf.config')
    with tempfile.TemporaryDirectory() as folder:
        said = conf.Conf(shutil.copy(path, folder)).usr_cfg
    quantization = said['quantization']
    criterion = said['tuning']['accuracy_criterion']
    return {
        'kind': 'Conf',
        'use_bf16': said['use_bf16'],
        'precisions': (said.get('mixed_precision') or said.get('graph_optimization') or {}).get('precisions'),
        'approach': quantization['approach'],
        'sampling_size': quantization['calibration']['sampling_size'],
        'model_wise': quantization['model_wise'],
        'op_types': quantization.get('optype_wise') or {},
        'op_names': quantization.get('op_wise') or {},
        'accuracy_criterion': {name: criterion[name] for name in ('relative', 'absolute') if name in criterion},
        'model': {key: said['model'][key] for key in ('name', 'framework')},
        'inputs': said['model']['inputs'],
        'outputs': said['model']['outputs'],
    }


def read_python(path):
    config = made_by(path)
    return READERS[type(config).__name__](config)


def made_by(path):
    """The config a script makes: the last of its variables that holds one, and no part of another."""
    made = [value for value in runpy.run_path(path).values() if type(value).__name__ in READERS]
    parts = [id(part) for config in made for part in getattr(config, 'local_config', {}).values()]
    return [config for config in made if id(config) not in parts][-1]


def mapping(path, ops):
    """For each op, a name and a type, the precision that version 3 gives it."""
    configs = made_by(path).to_config_mapping(model_info=[tuple(op) for op in ops])
    return [configs[tuple(op)].act_dtype if configs.get(tuple(op)) is not None else 'fp32' for op in ops]


def of_version_2(config):
    return {
        'kind': type(config).__name__,
        'use_bf16': config.use_bf16,
        'precisions': getattr(config, 'precisions', None),
        'approach': getattr(config, 'approach', None),
        'sampling_size': getattr(config, 'calibration_sampling_size', None),
        'op_types': config.op_type_dict or {},
        'op_names': config.op_name_dict or {},
        'accuracy_criterion': {config.accuracy_criterion.criterion: config.accuracy_criterion.tolerable_loss},
        'inputs': config.inputs,
        'outputs': config.outputs,
    }


def of_pythonic(config):
    return {**of_version_2(config.quantization), 'kind': 'QuantizationConfig'}


def of_version_3(config):
    return {'kind': 'StaticQuantConfig', 'weight_granularity': config.weight_granularity, 'local': [name for name in config.local_config if isinstance(name, str)]}


READERS = {'Config': of_pythonic, 'PostTrainingQuantConfig': of_version_2, 'MixedPrecisionConfig': of_version_2, 'StaticQuantConfig': of_version_3}


def fullmatch(patterns, names):
    """For each pattern the names it matches."""
    return [[name for name in names if re.fullmatch(pattern, name)] for pattern in patterns]


COMMANDS = {command.__name__: command for command in (read_yaml, read_python, mapping, fullmatch, start)}


def answer(command, arguments):
    try:
        return {'result': COMMANDS[command](**arguments)}
    except Exception as error:
        # Its reader of YAML says what is wrong in the exception it replaces.
        return {'error': ' '.join(f'{type(each).__name__}: {each}' for each in (error.__context__, error) if each is not None)}


if __name__ == '__main__':
    inc_package.load(sys.argv[1])
    json.dump([answer(*question) for question in json.load(sys.stdin)], sys.stdout)
