"""Neural Compressor's own config modules, loaded without the models and frameworks that its packages import.

Its packages become empty, with the path to their files; the few names that the config modules take from them are read out of
those files. The modules that parse configs and make tuning spaces run as they are. What else a script imports is there only
in name.
"""
import ast
import functools
import importlib
import importlib.abc
import importlib.machinery
import logging
import re
import sys
import types
from pathlib import Path


def load(folder):
    """Makes `neural_compressor` in the folder importable, as far as configs need it."""
    root = Path(folder) / 'neural_compressor'
    empty_package(root, 'neural_compressor')
    sys.meta_path.append(OnlyInName())
    (load_v3 if (root / 'common').exists() else load_v2)(root)


def load_v2(root):
    logger = logging.getLogger('neural_compressor')
    empty_package(root, 'neural_compressor.utils', logger=logger)
    if 'alias_param' in (root / 'config.py').read_text():
        sys.modules['neural_compressor.utils'].alias_param = function(root / 'utils' / 'utility.py', 'alias_param', wraps=functools.wraps)
    frameworks = [name for file in sorted((root / 'adaptor').glob('*.py')) for name in registered(file, 'adaptor_registry', 'Adaptor')]
    empty_package(root, 'neural_compressor.adaptor', FRAMEWORKS=dict.fromkeys(frameworks))
    empty_package(root, 'neural_compressor.objective', OBJECTIVES=registered(root / 'objective.py', 'objective_registry'))
    strategies = [name for file in (root / 'strategy').glob('*.py') for name in registered(file, 'strategy_registry', 'TuneStrategy')]
    empty_package(root, 'neural_compressor.strategy', STRATEGIES=strategies)
    empty_package(root, 'neural_compressor.pruner.pruner_legacy', PRUNERS=())
    for name in ('conf', 'strategy.utils', 'pruner'):
        empty_package(root, f'neural_compressor.{name}')
    for name in ('quantization', 'mix_precision', 'data', 'experimental', 'metric', 'training', 'benchmark'):
        sys.modules[f'neural_compressor.{name}'] = Anything(name)
    config = importlib.import_module('neural_compressor.config')
    for name in ('PostTrainingQuantConfig', 'MixedPrecisionConfig', 'QuantizationAwareTrainingConfig'):
        setattr(sys.modules['neural_compressor'], name, getattr(config, name, None))


def load_v3(root):
    for name in ('tensorflow', 'tensorflow.utils', 'tensorflow.quantization'):
        empty_package(root, f'neural_compressor.{name}')
    constants = importlib.import_module('neural_compressor.tensorflow.utils.constants')
    sys.modules['neural_compressor.tensorflow.utils'].DEFAULT_SQ_ALPHA_ARGS = constants.DEFAULT_SQ_ALPHA_ARGS
    config = importlib.import_module('neural_compressor.tensorflow.quantization.config')
    for name in ('tensorflow', 'tensorflow.quantization'):
        package = sys.modules[f'neural_compressor.{name}']
        package.__dict__.update({name: getattr(config, name) for name in config.__all__}, quantize_model=Anything('quantize_model'), autotune=Anything('autotune'))


class Anything(types.ModuleType):
    """A module, function or object of which a script needs no more than that it is there."""
    __path__ = []

    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        return Anything(name)

    def __call__(self, *args, **kwargs):
        return Anything('result')

    def __getitem__(self, key):
        return Anything('item')


class OnlyInName(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds what no other finder does: frameworks and data that are not installed."""

    def find_spec(self, name, path, target=None):
        missing_on_purpose = name.split('.')[0] in sys.stdlib_module_names | {'neural_compressor'}
        return None if missing_on_purpose else importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        return Anything(spec.name)

    def exec_module(self, module):
        pass


def empty_package(root, name, **contents):
    package = types.ModuleType(name)
    package.__path__ = [str(root.joinpath(*name.split('.')[1:]))]
    package.__dict__.update(contents)
    sys.modules[name] = package


def registered(file, decorator, suffix=''):
    """Names under which a file's classes are registered: in small letters, without the suffix."""
    return [name.lower() for name in re.findall(rf'^@{decorator}\nclass (\w+?){suffix}\(', file.read_text(), re.MULTILINE)]


def function(file, name, **names):
    """One function of a file, whose other contents are not run; a method as a function of `self`. `names` are what it takes from there."""
    found = next(node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef) and node.name == name)
    found.decorator_list = []
    exec(compile(ast.Module([found], []), str(file), 'exec'), names)
    return names[name]
