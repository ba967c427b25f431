"""Answers questions about placements of Casts: a JSON list of requests on stdin, a JSON list of answers on stdout.

Each request is an object with `command`, one of COMMANDS, and its arguments.
"""
import json
import os
import sys

answers = os.fdopen(os.dup(1), 'w')
os.dup2(2, 1)
os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
os.environ.setdefault('CUDA_VISIBLE_DEVICES', '')

from errors import error_statistics  # noqa: E402
from models import load_graph, run  # noqa: E402
from optimal_casts import bf16_ops, constant_casts, float_casts, optimal_casts  # noqa: E402
from op_lists import op_lists  # noqa: E402
from quantized_form import quantized_form  # noqa: E402
from scenarios import scenarios  # noqa: E402
from tensors import load_arrays  # noqa: E402

NOT_OUTPUTS = ('NoOp', 'Const', 'Placeholder')


def outputs_of(graph):
    """Names of the nodes whose values nothing else reads."""
    read = {name.lstrip('^').split(':')[0] for node in graph.node for name in node.input}
    return [node.name for node in graph.node if node.name not in read and node.op not in NOT_OUTPUTS]


def feeds_of(graph, inputs):
    arrays = load_arrays(inputs)
    return {node.name: arrays[node.name] for node in graph.node if node.op == 'Placeholder' and node.name in arrays}


def cases(model, inputs, folder, names, seeds):
    """Of each scenario the file to convert and the config, the names of the outputs, and of what TensorFlow's own automatic mixed
    precision has to be told to leave alone.

    S5 comes twice: as `S5`, a file in `folder` that is quantized already, and as `S5 calibrated`, the model itself, which the
    product has to quantize.
    """
    graph = load_graph(model)
    outputs = outputs_of(graph)
    found = []
    for scenario in scenarios(graph, outputs, names, seeds):
        case = {
            'scenario': scenario.name, 'seed': scenario.seed, 'opened': model, 'model': model, 'config': scenario.config,
            'outputs': outputs, 'fp32': fp32_names(graph, scenario.wishes),
        }
        if scenario.int8:
            found.append({**case, 'scenario': f'{scenario.name} calibrated'})
            case['model'] = os.path.join(folder, f'{os.path.basename(model)[:-3]}.int8.{scenario.seed}.pb')
            with open(case['model'], 'wb') as file:
                file.write(quantized_form(graph, scenario.int8, feeds_of(graph, inputs)).SerializeToString())
        found.append(case)
    return found


def fp32_names(graph, wishes):
    lists = op_lists()
    kept = (lists['allow'] | lists['infer'] | lists['clear']) - wishes.demanded - wishes.free
    return [node.name for node in graph.node if node.op in kept or node.name in wishes.pinned]


def optimum(opened, scenario, seed, unconverted):
    """The fewest Casts in any conversion of the graph `unconverted`, and how few and how many BF16 ops there can be with them.

    The graph is a case's file or what the product's first phase made of it; the scenario is that of the model as opened.
    """
    graph = load_graph(opened)
    [found] = scenarios(graph, outputs_of(graph), [scenario.split()[0]], [seed])
    solved = optimal_casts(load_graph(unconverted), found.wishes)
    return {'casts': solved.casts, 'fewestBf16': len(solved.fewest), 'mostBf16': len(solved.most)}


def placed(model):
    graph = load_graph(model)
    return {'casts': len(float_casts(graph)), 'constantCasts': len(constant_casts(graph)), 'bf16Ops': len(bf16_ops(graph))}


def error(original, converted, inputs, fetches):
    """The largest relative RMS error of the outputs."""
    feeds = feeds_of(load_graph(original), inputs)
    expected, actual = (run(load_graph(path), feeds, fetches) for path in (original, converted))
    return max(error_statistics(expected[name], actual[name])['relativeRms'] for name in fetches)


COMMANDS = {'cases': cases, 'optimum': optimum, 'placed': placed, 'error': error}

json.dump([COMMANDS[request.pop('command')](**request) for request in json.load(sys.stdin)], answers)
answers.close()
