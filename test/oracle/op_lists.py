"""The op lists of TensorFlow's automatic mixed precision to BF16 on CPUs, read from the header that TensorFlow installs."""
import functools
import os
import re

import tensorflow as tf

HEADER = 'tensorflow/core/grappler/optimizers/auto_mixed_precision_lists.h'


@functools.cache
def op_lists():
    """Sets of op types by `allow`, `infer`, `deny` and `clear`."""
    with open(os.path.join(tf.sysconfig.get_include(), HEADER)) as file:
        text = file.read()
    ours = text.split('class AutoMixedPrecisionListsMkl')[1]
    body = lambda name: re.search(rf'\b{name}List\(\) override {{(.*?)return list;', ours, re.DOTALL)[1]
    lists = {name.lower(): ops_in(body(name)) for name in ('Allow', 'Infer', 'Deny', 'Clear')}
    tensor_lists = re.search(r'AddTensorListOps\([^)]*\) {(.*?)\n  }', text, re.DOTALL)[1]
    return {**lists, 'clear': lists['clear'] | ops_in(tensor_lists)}


def ops_in(code):
    """Quoted names, without those of environment variables."""
    return {name for name in re.findall(r'"(\w+)"', code) if not name.isupper()}
