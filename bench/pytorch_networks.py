"""Exports a network of the bench with seeded weights, and data for it.

Usage: python pytorch_networks.py FOLDER NAME; writes NAME.pt2, NAME_calibration.npz and NAME_test.npz.
"""
import os
import pathlib
import sys
import warnings

import numpy as np
import torch
from torch import nn

sys.path.append(str(pathlib.Path(__file__).parents[1] / 'test' / 'oracle'))
from pytorch_models import torchvision_models  # noqa: E402

warnings.filterwarnings('ignore')
WIDTH, HEADS, LAYERS, TOKENS, WORDS = 256, 4, 4, 64, 5000


def resnet18():
    """torchvision's, but for one ReLU module per call: torchao's quantizer refuses modules that are called twice."""
    resnet = torchvision_models().resnet

    class Block(resnet.BasicBlock):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.last = nn.ReLU(inplace=True)

        def forward(self, x):
            y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
            y += x if self.downsample is None else self.downsample(x)
            return self.last(y)

    return resnet.ResNet(Block, [2, 2, 2, 2])


def mobilenet_v2():
    return torchvision_models().mobilenet_v2(weights=None)


class Bert(nn.Module):
    """The states of the tokens alone: the class of transformers' own result would have to be imported before a program is loaded."""

    def __init__(self):
        super().__init__()
        torchvision_models()  # transformers imports it too
        from transformers import BertConfig, BertModel
        config = BertConfig(vocab_size=WORDS, hidden_size=WIDTH, num_hidden_layers=LAYERS, num_attention_heads=HEADS, intermediate_size=4 * WIDTH)
        self.bert = BertModel(config, add_pooling_layer=False)

    def forward(self, input_ids, attention_mask):
        return self.bert(input_ids, attention_mask).last_hidden_state


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        torch.backends.mha.set_fastpath_enabled(False)
        self.embedding, self.positions = nn.Embedding(WORDS, WIDTH), nn.Parameter(torch.randn(TOKENS, WIDTH))
        layer = nn.TransformerEncoderLayer(WIDTH, HEADS, 4 * WIDTH, activation='gelu', batch_first=True)
        self.encoder, self.head = nn.TransformerEncoder(layer, LAYERS, enable_nested_tensor=False), nn.Linear(WIDTH, 100)

    def forward(self, input_ids):
        return self.head(self.encoder(self.embedding(input_ids) + self.positions))


def images(random, count):
    """Patches of one colour under noise: more like photographs than noise alone."""
    patches = np.kron(random.standard_normal((count, 3, 28, 28)), np.ones((1, 1, 8, 8)))
    return {'x': (patches + 0.3 * random.standard_normal((count, 3, 224, 224))).astype(np.float32)}


def words(random, count):
    return {'input_ids': random.integers(0, WORDS, (count, TOKENS))}


def sentences(random, count):
    lengths = random.integers(TOKENS // 2, TOKENS + 1, (count, 1))
    return {**words(random, count), 'attention_mask': (np.arange(TOKENS) < lengths).astype(np.int64)}


NETWORKS = {'resnet18': (resnet18, images), 'mobilenet_v2': (mobilenet_v2, images), 'bert': (Bert, sentences), 'encoder': (Encoder, words)}


def train_normalization(model, inputs):
    """Gives batch normalisation the statistics of the data, and scales and offsets as training leaves them: neither identity nor degenerate."""
    layers = [layer for layer in model.modules() if isinstance(layer, nn.BatchNorm2d)]
    for layer in layers:
        layer.momentum = None
        layer.weight.data.uniform_(0.6, 1.4)
        layer.bias.data.normal_(0, 0.3)
    if layers:
        model.train()(**inputs)
    return model.eval()


@torch.no_grad()
def main(folder, name):
    torch.manual_seed(0)
    make, data = NETWORKS[name]
    random = np.random.default_rng(0)
    calibration, test = data(random, 16), data(random, 8)
    tensors = {key: torch.from_numpy(array) for key, array in calibration.items()}
    model = train_normalization(make(), tensors)
    path = os.path.join(folder, name)
    torch.export.save(torch.export.export(model, tuple(tensor[:1].clone() for tensor in tensors.values())), f'{path}.pt2')
    np.savez(f'{path}_calibration.npz', **calibration)
    np.savez(f'{path}_test.npz', **test)


main(*sys.argv[1:])
