"""Frozen GraphDefs in TensorFlow."""
import re

from .errors import NodeError

# An error while a graph runs: where the node was made, the node, and after that the reason.
RUN_ERROR = re.compile(r"Node: '(?P<node>[^']+)'\n(?P<reason>.*?)\s*(\[\[|Original stack trace|$)", re.DOTALL)
# Values that are fetched whole in one run are all in memory together.
WHOLE_AT_ONCE = 16
# What TensorFlow says where a value is fetched from a branch that was not taken (tensorflow/core/framework/function.cc).
NOT_TAKEN = "does not have value"


class GraphDefModel:
    def __init__(self, request):
        import tensorflow

        self.tf = tensorflow
        self.version = tensorflow.__version__
        graph_def = tensorflow.compat.v1.GraphDef()
        with open(request["path"], "rb") as file:
            graph_def.ParseFromString(file.read())
        self.graph = tensorflow.Graph()
        with self.graph.as_default():
            tensorflow.import_graph_def(graph_def, name="")
        self.feeds = [self.graph.get_tensor_by_name(name) for name in request["feeds"]]
        self.fetches = [self.graph.get_tensor_by_name(name) for name in request["fetches"]]
        self.observed = [self.graph.get_tensor_by_name(name) for name in request["observed"]]
        self.extremes = request["extremes"]
        if self.extremes:
            with self.graph.as_default(), self.graph.device("/CPU:0"):
                self.observed = [self._summary(value) for value in self.observed]
        config = tensorflow.compat.v1.ConfigProto()
        # Fusing ops takes away the values between them that are looked at.
        config.graph_options.rewrite_options.disable_meta_optimizer = len(self.observed) > 0
        self.session = tensorflow.compat.v1.Session(graph=self.graph, config=config)

    def run(self, described, parts, show):
        try:
            return self._run(described, parts, show)
        except self.tf.errors.OpError as error:
            found = RUN_ERROR.search(error.message)
            if found is None:
                raise
            raise NodeError(found["node"], type(error)(None, None, found["reason"])) from error

    def _run(self, described, parts, show):
        feeds = {tensor: self._array(tensor, about, data) for tensor, about, data in zip(self.feeds, described, parts)}
        outputs = self.session.run(self.fetches, feeds) if self.fetches else []
        step = len(self.observed) if self.extremes else WHOLE_AT_ONCE
        for start in range(0, len(self.observed), step or 1):
            self._observe(start, min(start + step, len(self.observed)), feeds, show)
        return [self._encoded(value, tensor) for value, tensor in zip(outputs, self.fetches)]

    def _observe(self, start, end, feeds, show):
        """Shows values [start, end); those of branches that were not taken are left out."""
        try:
            values = self.session.run(self.observed[start:end], feeds)
        except self.tf.errors.InvalidArgumentError as error:
            if NOT_TAKEN not in str(error):
                raise
            if end - start > 1:
                middle = (start + end) // 2
                self._observe(start, middle, feeds, show)
                self._observe(middle, end, feeds, show)
            return
        for index, value in enumerate(values, start):
            show(index, self._encoded_summary(value) if self.extremes else self._encoded(value, self.observed[index]))

    def _summary(self, value):
        """Smallest and largest element, whether all are finite, and the shape, computed where the value is."""
        tf = self.tf
        # Flat, for the rank that TensorFlow infers is not always the one there is.
        wide = tf.reshape(tf.cast(value, tf.float32), [-1])
        return tf.stack([tf.reduce_min(wide), tf.reduce_max(wide)]), tf.reduce_all(tf.math.is_finite(wide)), tf.shape(value, out_type=tf.int64)

    def _encoded_summary(self, summary):
        import numpy

        extremes, finite, shape = summary
        if not finite:
            extremes = numpy.full([2], numpy.nan, numpy.float32)
        return {"dtype": "float32", "shape": [int(size) for size in shape], "elements": 2}, extremes.astype("<f4").tobytes()

    def _array(self, tensor, about, data):
        import numpy

        shape = about["shape"]
        if about["dtype"] == "string":
            elements, start = numpy.empty(len(about["lengths"]), object), 0
            for index, length in enumerate(about["lengths"]):
                elements[index] = bytes(data[start:start + length])
                start += length
            return elements.reshape(shape)
        return numpy.frombuffer(data, self.tf.as_dtype(about["dtype"]).as_numpy_dtype).reshape(shape)

    def _encoded(self, value, tensor):
        import numpy

        array = numpy.asarray(value)
        description = {"dtype": tensor.dtype.base_dtype.name, "shape": list(array.shape)}
        if description["dtype"] != "string":
            return description, array.tobytes()
        elements = [element if isinstance(element, bytes) else str(element).encode("utf-8") for element in array.reshape(-1).tolist()]
        return dict(description, lengths=[len(element) for element in elements]), b"".join(elements)
