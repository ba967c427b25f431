"""Makes a network of the bench as ONNX (opset 17), with seeded weights, and data for it.

Usage: python onnx_models.py FOLDER NAME; writes NAME.onnx, NAME_calibration.npz and NAME_test.npz.
"""
import os
import sys
import warnings

import numpy as np
import torch
from torch import nn

warnings.filterwarnings('ignore')


def normed(inputs, outputs, kernel, stride=1, groups=1):
    convolution = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs))


class Bottleneck(nn.Module):
    """He et al., "Deep Residual Learning for Image Recognition" (2016)."""

    def __init__(self, inputs, middle, stride):
        super().__init__()
        outputs = 4 * middle
        self.body = nn.Sequential(normed(inputs, middle, 1), nn.ReLU(), normed(middle, middle, 3, stride), nn.ReLU(), normed(middle, outputs, 1))
        self.shortcut = normed(inputs, outputs, 1, stride) if inputs != outputs or stride != 1 else nn.Identity()

    def forward(self, x):
        return torch.relu(self.body(x) + self.shortcut(x))


class InvertedResidual(nn.Module):
    """Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks" (2018)."""

    def __init__(self, inputs, outputs, stride, expansion):
        super().__init__()
        hidden = inputs * expansion
        layers = [normed(inputs, hidden, 1), nn.ReLU6()] if expansion != 1 else []
        self.body = nn.Sequential(*layers, normed(hidden, hidden, 3, stride, hidden), nn.ReLU6(), normed(hidden, outputs, 1))
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.body(x) if self.adds else self.body(x)


def classifier(layers, channels):
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 1000))


def resnet50():
    layers, channels = [normed(3, 64, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, 1)], 64
    for middle, count, stride in ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)):
        for index in range(count):
            layers.append(Bottleneck(channels, middle, stride if index == 0 else 1))
            channels = 4 * middle
    return classifier(layers, channels)


def mobilenetv2():
    layers, channels = [normed(3, 32, 3, 2), nn.ReLU6()], 32
    for expansion, outputs, count, stride in ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)):
        for index in range(count):
            layers.append(InvertedResidual(channels, outputs, stride if index == 0 else 1, expansion))
            channels = outputs
    return classifier([*layers, normed(channels, 1280, 1), nn.ReLU6()], 1280)


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))

    def forward(self, x, mask):
        batch, tokens, width = x.shape
        query, key, value = (layer(x).view(batch, tokens, self.heads, width // self.heads).transpose(1, 2) for layer in (self.query, self.key, self.value))
        scores = torch.matmul(query, key.transpose(-1, -2)) / (width // self.heads) ** 0.5
        weights = torch.softmax(scores if mask is None else scores + mask, -1)
        return self.out(torch.matmul(weights, value).transpose(1, 2).reshape(batch, tokens, width))


class Block(nn.Module):
    """A transformer layer, normalized before its parts or, as BERT's, behind them."""

    def __init__(self, width, heads, behind):
        super().__init__()
        self.attention, self.behind = Attention(width, heads), behind
        self.first, self.second = nn.LayerNorm(width), nn.LayerNorm(width)
        self.feed = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x, mask=None):
        if self.behind:
            x = self.first(x + self.attention(x, mask))
            return self.second(x + self.feed(x))
        x = x + self.attention(self.first(x), mask)
        return x + self.feed(self.second(x))


class VisionTransformer(nn.Module):
    """ViT-tiny: Dosovitskiy et al., "An Image is Worth 16x16 Words" (2021), with the widths of DeiT-tiny."""

    def __init__(self, width=192, heads=3, layers=12):
        super().__init__()
        self.patches = nn.Conv2d(3, width, 16, 16)
        self.token = nn.Parameter(torch.randn(1, 1, width) * 0.02)
        self.positions = nn.Parameter(torch.randn(1, 197, width) * 0.02)
        self.blocks = nn.ModuleList(Block(width, heads, behind=False) for _ in range(layers))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, 1000)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1) + self.positions
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x)[:, 0])


class Bert(nn.Module):
    """BERT-base: Devlin et al. (2019)."""

    def __init__(self, width=768, heads=12, layers=12):
        super().__init__()
        self.words, self.positions, self.types = nn.Embedding(30522, width), nn.Embedding(512, width), nn.Embedding(2, width)
        self.norm, self.pooler = nn.LayerNorm(width), nn.Linear(width, width)
        self.blocks = nn.ModuleList(Block(width, heads, behind=True) for _ in range(layers))

    def forward(self, input_ids, attention_mask, token_type_ids):
        mask = (1 - attention_mask[:, None, None, :].float()) * -10000.0
        x = self.norm(self.words(input_ids) + self.positions(torch.arange(input_ids.shape[1]))[None] + self.types(token_type_ids))
        for block in self.blocks:
            x = block(x, mask)
        return x, torch.tanh(self.pooler(x[:, 0]))


def images(random, count):
    """Patches of one colour under noise: more like photographs than noise alone."""
    patches = np.kron(random.standard_normal((count, 3, 28, 28)), np.ones((1, 1, 8, 8)))
    return {'image': (patches + 0.3 * random.standard_normal((count, 3, 224, 224))).astype(np.float32)}


def sentences(random, count):
    shape = (count, 128)
    return {'input_ids': random.integers(0, 30000, shape), 'attention_mask': np.ones(shape, np.int64), 'token_type_ids': np.zeros(shape, np.int64)}


NETWORKS = {
    'resnet50': (resnet50, images, ['scores']), 'mobilenetv2': (mobilenetv2, images, ['scores']),
    'vit_tiny': (VisionTransformer, images, ['scores']), 'bert_base': (Bert, sentences, ['tokens', 'pooled']),
}


def main():
    folder, name = sys.argv[1:]
    torch.manual_seed(0)
    make, data, outputs = NETWORKS[name]
    model = make().eval()
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm2d):
            # As training leaves them: neither identity nor degenerate.
            layer.running_mean.normal_(0, 0.1)
            layer.running_var.uniform_(0.5, 1.5)
            layer.weight.data.uniform_(0.8, 1.2)
            layer.bias.data.normal_(0, 0.2)
    random = np.random.default_rng(0)
    calibration, test = data(random, 8), data(random, 4)
    arguments = tuple(torch.from_numpy(array[:1]) for array in calibration.values())
    names = list(calibration)
    path = os.path.join(folder, name)
    with torch.no_grad():
        torch.onnx.export(
            model, arguments, f'{path}.onnx', input_names=names, output_names=outputs, opset_version=17, dynamo=False,
            dynamic_axes={value: {0: 'batch'} for value in names + outputs})
    np.savez(f'{path}_calibration.npz', **calibration)
    np.savez(f'{path}_test.npz', **test)


main()
