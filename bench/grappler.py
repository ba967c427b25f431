"""Times TensorFlow's automatic mixed precision to BF16 on graphs: a JSON list of {model, keep, output} on stdin; keep names nodes
to leave as they are. Prints a list of {seconds, peakMemoryMiB}: the peak of the process up to then."""
import json
import os
import sys
import time

# Without oneDNN TensorFlow does not have the optimizer.
os.environ.update(TF_ENABLE_ONEDNN_OPTS='1', TF_CPP_MIN_LOG_LEVEL='3', CUDA_VISIBLE_DEVICES='')
answers = os.fdopen(os.dup(1), 'w')
os.dup2(2, 1)

from graphs import optimise, read_graph  # noqa: E402
from measures import peak_memory_mib  # noqa: E402

MIXED_PRECISION = 'auto_mixed_precision_onednn_bfloat16'


def convert(model, keep, output):
    graph = read_graph(model)
    start = time.perf_counter()
    converted = optimise(graph, keep, [MIXED_PRECISION], iterations=1)
    seconds = time.perf_counter() - start
    peak = peak_memory_mib()
    with open(output, 'wb') as file:
        file.write(converted.SerializeToString())
    return {'seconds': seconds, 'peakMemoryMiB': peak}


json.dump([convert(**request) for request in json.load(sys.stdin)], answers)
answers.close()
