"""Answers requests one after the other: load, run, unload, and the same for metrics. Ends with the stream of requests."""
import importlib.metadata
import importlib.util
import os
import platform
import queue
import signal
import sys
import threading
import traceback

from .errors import NodeError
from .frames import divide, read_frame, write_frame
from .graph_def import GraphDefModel
from .metric import Metric, MetricError
from .program import ExportedProgram

PROTOCOL = 1
MODELS = {"graph-def": GraphDefModel, "exported-program": ExportedProgram}
# Packages that bring a framework.
PACKAGES = {
    "tensorflow": ["tensorflow", "tensorflow-cpu", "intel-tensorflow", "tensorflow-intel", "tensorflow-macos", "tensorflow-rocm", "tf-nightly", "tf-nightly-cpu"],
    "torch": ["torch"],
}


def serve():
    # The one who started the process ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests, replies = _take_streams()
    waiting = queue.Queue()
    threading.Thread(target=_receive, args=(requests, waiting), daemon=True).start()
    write_frame(replies, {
        "kind": "hello", "protocol": PROTOCOL, "python": platform.python_version(), "executable": sys.executable,
        "frameworks": {name: _installed(name) for name in PACKAGES},
    })
    models = {}
    while True:
        _answer(*waiting.get(), models, replies)


def _take_streams():
    """Keeps stdin and stdout for frames: what frameworks print goes to stderr, and they have nothing to read."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return requests, replies


def _receive(requests, waiting):
    """Reads while a model runs, too, and so notices at once that nobody waits for the result any more."""
    try:
        while True:
            frame = read_frame(requests)
            if frame is None:
                break
            waiting.put(frame)
    finally:
        os._exit(0)


def _answer(request, payload, models, replies):
    operation, number, key = request["op"], request["id"], request["key"]
    try:
        if operation == "load":
            models[key] = MODELS[request["form"]](request)
            write_frame(replies, {"kind": "done", "id": number, "version": models[key].version})
        elif operation == "run":
            def show(index, tensor):
                write_frame(replies, {"kind": "value", "id": number, "index": index}, [tensor])

            outputs = models[key].run(request["tensors"], divide(request["tensors"], payload), show)
            write_frame(replies, {"kind": "done", "id": number}, outputs)
        elif operation == "loadMetric":
            models[key] = Metric(request["path"])
            write_frame(replies, {"kind": "done", "id": number, "higherIsBetter": models[key].higher_is_better, "takesData": models[key].takes_data})
        elif operation == "score":
            write_frame(replies, {"kind": "done", "id": number, "score": models[key].score(request, divide(request["tensors"], payload))})
        elif operation == "unload":
            models.pop(key, None)
            write_frame(replies, {"kind": "done", "id": number})
    except BaseException as error:  # Whatever a framework throws, the next request is answered.
        traceback.print_exc()
        has_place = isinstance(error, (NodeError, MetricError))
        message = str(error) if has_place else f"{type(error).__name__}: {error}"
        write_frame(replies, dict(vars(error) if has_place else {}, kind="error", id=number, message=message[:4000]))


def _installed(name):
    """The version, "" where it is not known, or None where the framework is not there; nothing is imported."""
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return None
    # A folder that an uninstalled package left behind has no origin.
    if spec is None or spec.origin is None:
        return None
    for package in PACKAGES[name]:
        try:
            return importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            pass
    return ""
