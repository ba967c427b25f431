"""Metrics of the user's own: a function, or a class with reset, update and result as Neural Compressor has them."""
import inspect
import math
import os
import sys
import traceback
import types


class MetricError(Exception):
    """A metric could not be loaded or computed."""

    def __init__(self, message, line):
        super().__init__(message)
        self.line = line


class Metric:
    def __init__(self, path):
        self.path = path
        module = types.ModuleType("mixed_precision_metric")
        module.__file__ = path
        sys.modules[module.__name__] = module
        sys.path.insert(0, os.path.dirname(path))
        self._guarded(lambda: self._load(module))

    def _load(self, module):
        with open(self.path, "rb") as file:
            exec(compile(file.read(), self.path, "exec"), module.__dict__)
        found = getattr(module, "metric", getattr(module, "Metric", None))
        if not callable(found):
            raise MetricError('it defines no function "metric", and no class "Metric"', None)
        self.own = found() if isinstance(found, type) else found
        better = getattr(module, "greater_is_better", getattr(self.own, "greater_is_better", True))
        self.higher_is_better = better is not False
        self.is_object = hasattr(self.own, "update") and hasattr(self.own, "result")
        self.takes_data = not self.is_object and _positional(self.own) > 2

    def score(self, request, parts):
        arrays = [_array(about, data) for about, data in zip(request["tensors"], parts)]
        names = request["outputs"]
        outputs = dict(zip(names, arrays))
        labels = arrays[len(names)] if request["labels"] else None
        data = dict(zip(request["data"], arrays[len(names) + (1 if request["labels"] else 0):]))
        value = self._guarded(lambda: self._of_object(outputs, labels) if self.is_object else self.own(outputs, labels, *([data] if self.takes_data else [])))
        try:
            score = float(value)
        except (TypeError, ValueError):
            raise MetricError(f"it gave {type(value).__name__}, not a number", None) from None
        # JSON knows neither NaN nor infinity.
        return score if math.isfinite(score) else None

    def _of_object(self, outputs, labels):
        """As Neural Compressor calls it: of several outputs a list."""
        if hasattr(self.own, "reset"):
            self.own.reset()
        arrays = list(outputs.values())
        self.own.update(arrays[0] if len(arrays) == 1 else arrays, labels)
        return self.own.result()

    def _guarded(self, work):
        try:
            return work()
        except MetricError:
            raise
        except BaseException as error:
            traceback.print_exc()
            message = error.msg if isinstance(error, SyntaxError) else str(error)
            raise MetricError(f"{type(error).__name__}: {message}", self._line(error)) from error

    def _line(self, error):
        """The line of the file that failed last, or that Python does not read."""
        if isinstance(error, SyntaxError) and error.filename == self.path:
            return error.lineno
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == self.path]
        return lines[-1] if lines else None


def _positional(function):
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    try:
        return sum(parameter.kind in kinds for parameter in inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return 2


def _array(about, data):
    try:
        import numpy
    except ImportError:
        raise MetricError(f"NumPy is not installed in the Python at {sys.executable}", None) from None
    if about["dtype"] == "string":
        strings, start = [], 0
        for length in about["lengths"]:
            strings.append(bytes(data[start:start + length]))
            start += length
        return numpy.array(strings, dtype=object).reshape(about["shape"])
    # A copy: the payload is not kept, and the metric may write to its arrays.
    return numpy.frombuffer(data, dtype=about["dtype"]).reshape(about["shape"]).copy()
