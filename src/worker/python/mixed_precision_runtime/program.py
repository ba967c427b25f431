"""Exported programs (`.pt2`) in PyTorch, run node by node, so that every value can be seen under its name."""
import ctypes

from .errors import NodeError


class ExportedProgram:
    def __init__(self, request):
        import torch
        import torch.export
        import torch.fx

        self.torch = torch
        self.version = torch.__version__
        _register_quantized_ops()
        self.program = torch.export.load(request["path"])
        self.feeds, self.fetches = request["feeds"], request["fetches"]
        self.observed = {}
        for index, name in enumerate(request["observed"]):
            self.observed.setdefault(name, []).append(index)
        self.extremes = request["extremes"]
        nodes = {node.name: node for node in self.program.graph_module.graph.nodes}
        missing = [name for name in [*self.feeds, *self.fetches, *self.observed] if name not in nodes]
        if missing:
            raise KeyError(f"the program has no value {missing[0]}")
        self.skipped = self._skipped(nodes)

    def run(self, described, parts, show):
        given = {name: _tensor(self.torch, about, data) for name, about, data in zip(self.feeds, described, parts)}
        kept = {}

        def see(name, value):
            if name in self.fetches:
                kept[name] = value
            for index in self.observed.get(name, ()):
                tensor = _as_tensor(self.torch, value)
                show(index, _summary(self.torch, tensor) if self.extremes else _encoded(tensor))

        with self.torch.no_grad():
            recorder = _recorder(self.torch, self.program.graph_module, given, self.skipped, see)
            recorder.run(*self._arguments(given))
        return [_encoded(_as_tensor(self.torch, kept[name])) for name in self.fetches]

    def _arguments(self, given):
        """What each placeholder of the graph is given: weights, buffers to start from, and the inputs fed."""
        kinds = self.torch.export.graph_signature.InputKind
        state, constants = self.program.state_dict, self.program.constants
        arguments = []
        for spec in self.program.graph_signature.input_specs:
            if spec.kind == kinds.USER_INPUT:
                name = getattr(spec.arg, "name", None)
                value = given[name] if name in given else getattr(spec.arg, "value", None)
                is_tensor = type(spec.arg).__name__ == "TensorArgument"
                arguments.append(value.item() if isinstance(value, self.torch.Tensor) and not is_tensor else value)
            elif spec.kind == kinds.TOKEN:
                arguments.append(self.torch.empty(0))
            else:
                value = state[spec.target] if spec.target in state else constants[spec.target]
                # Programs may change their buffers in place.
                arguments.append(value.clone() if spec.kind == kinds.BUFFER else value)
        return arguments

    def _skipped(self, nodes):
        """Nodes before the values that are fed, which nothing wanted needs. Where something is changed in place, all run."""
        placeholders = {node.name for node in nodes.values() if node.op == "placeholder"}
        if all(name in placeholders for name in self.feeds) or any(_changes_in_place(node) for node in nodes.values()):
            return set()
        fed, needed = set(self.feeds), set()
        pending = [nodes[name] for name in [*self.fetches, *self.observed]]
        while pending:
            node = pending.pop()
            if node.name not in needed:
                needed.add(node.name)
                pending.extend([] if node.name in fed else node.all_input_nodes)
        return {name for name, node in nodes.items() if name not in needed and node.op not in ("placeholder", "output")}


def _recorder(torch, module, given, skipped, see):
    class Recorder(torch.fx.Interpreter):
        def compute(self, node):
            try:
                return super().run_node(node)
            except Exception as error:
                raise NodeError(node.name, error) from error

        def run_node(self, node):
            if node.name in given and node.op != "placeholder":
                value = given[node.name]
            else:
                value = None if node.name in skipped else self.compute(node)
            see(node.name, value)
            return value

    return Recorder(module)


def _register_quantized_ops():
    """Importing torch alone does not register quantized_decomposed."""
    try:
        import torch.ao.quantization.fx._decomposed  # noqa: F401
    except ImportError:
        pass


def _changes_in_place(node):
    return getattr(getattr(node.target, "_schema", None), "is_mutable", False)


def _as_tensor(torch, value):
    """Numbers, such as sizes, travel as tensors without axes."""
    if isinstance(value, torch.Tensor):
        return value
    dtype = torch.bool if isinstance(value, bool) else torch.int64 if isinstance(value, int) else torch.float64
    return torch.tensor(value, dtype=dtype)


def _tensor(torch, about, data):
    dtype, shape = getattr(torch, about["dtype"]), about["shape"]
    return torch.frombuffer(data, dtype=dtype).reshape(shape).clone() if len(data) > 0 else torch.empty(shape, dtype=dtype)


def _encoded(tensor):
    dense = tensor.detach().cpu().contiguous()
    count = dense.numel() * dense.element_size()
    # Needs no NumPy, and knows BF16.
    data = ctypes.string_at(dense.data_ptr(), count) if count > 0 else b""
    return {"dtype": str(tensor.dtype)[len("torch."):], "shape": list(tensor.shape)}, data


def _summary(torch, tensor):
    wide = tensor.detach().float()
    if wide.numel() == 0:
        extremes = torch.zeros(2)
    elif torch.isfinite(wide).all():
        extremes = torch.stack([wide.min(), wide.max()])
    else:
        extremes = torch.full([2], float("nan"))
    description, data = _encoded(extremes)
    return dict(description, shape=list(tensor.shape), elements=2), data
