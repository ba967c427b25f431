"""Exports networks with torch.export and records every value torch computes: pytorch_models.py OUT_DIR [NAME…].

Writes NAME.pt2 and NAME.npz: inputs as `input/NAME`, values as `value/NODE:OUTPUT` (BF16 as float32). NAME@core is the network
after run_decompositions(), NAME@bf16 in BF16. Networks of torchvision, transformers and timm
have small configs and seeded random weights; those whose library is missing are skipped aloud.
"""
import importlib
import os
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

NETWORKS = {}


def network(*names):
    """Registers functions `name -> (module, args, kwargs[, dynamic_shapes])`."""
    def register(build):
        for name in names:
            NETWORKS[name] = build
        return build
    return register


BATCH = torch.export.Dim('batch', min=1, max=1024)


def image(size=64, batch=2, channels=3):
    return torch.randn(batch, channels, size, size)


def tokens(length=12, batch=2, vocabulary=200):
    return torch.randint(3, vocabulary, (batch, length))


# torch alone

class Digits(nn.Module):
    """Convolutions, a residual branch, pooling and a classifier on 8 x 8 images."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
        )
        self.branch = nn.Conv2d(16, 16, 1)
        self.drop = nn.Dropout(0.2)
        self.fc1 = nn.Linear(16 * 4 * 4, 32)
        self.fc2 = nn.Linear(32, 10)

    def forward(self, x):
        x = self.features(x)
        x = torch.flatten(F.relu(x + self.branch(x)), 1)
        return F.softmax(self.fc2(F.gelu(self.fc1(self.drop(x)))), dim=-1)


@network('digits')
def digits(_):
    return Digits(), (torch.rand(4, 1, 8, 8),), {}, ({0: BATCH},)


class Block(nn.Module):
    def __init__(self, channels, stride):
        super().__init__()
        out = channels * stride
        self.conv1 = nn.Conv2d(channels, out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.down = nn.Sequential(nn.Conv2d(channels, out, 1, stride, bias=False), nn.BatchNorm2d(out)) if stride > 1 else nn.Identity()

    def forward(self, x):
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        y += self.down(x)
        return self.relu(y)


@network('residual')
def residual(_):
    net = nn.Sequential(
        nn.Conv2d(3, 8, 3, 2, 1), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1), Block(8, 1), Block(8, 2), Block(16, 1),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 5),
    )
    return net, (image(32),), {}, ({0: BATCH},)


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(100, 32)
        layer = nn.TransformerEncoderLayer(32, 4, 64, batch_first=True, activation='gelu')
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.head = nn.Linear(32, 5)

    def forward(self, ids):
        return self.head(self.encoder(self.embedding(ids)).mean(1))


@network('encoder')
def encoder(_):
    torch.backends.mha.set_fastpath_enabled(False)
    return Encoder(), (tokens(10, vocabulary=100),), {}, ({0: BATCH},)


class Recurrent(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.rnn = kind(6, 8, num_layers=2, bidirectional=True, batch_first=True)
        self.head = nn.Linear(16, 3)

    def forward(self, x):
        return self.head(self.rnn(x)[0][:, -1])


@network('lstm', 'gru')
def recurrent(name):
    return Recurrent(getattr(nn, name.upper())), (torch.randn(2, 5, 6),), {}


@network('unet')
def unet(_):
    """Up-sampling, transposed convolutions, group and instance normalisation, odd pools and paddings."""
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.down = nn.Sequential(
                nn.Conv2d(3, 8, 3, padding=1, padding_mode='reflect'), nn.GroupNorm(2, 8), nn.SiLU(), nn.AvgPool2d(3, 2, 1, ceil_mode=True),
            )
            self.middle = nn.Sequential(
                nn.Conv2d(8, 8, 3, padding='same', dilation=2), nn.InstanceNorm2d(8, affine=True), nn.Mish(), nn.MaxPool2d(3, 2, ceil_mode=True),
            )
            self.up = nn.ConvTranspose2d(8, 8, 3, 2, 1, output_padding=1, groups=2)
            self.out = nn.Conv2d(16, 2, 1)

        def forward(self, x):
            a = self.down(x)
            b = self.up(self.middle(a))
            b = F.interpolate(b, size=a.shape[-2:], mode='bilinear', align_corners=False)
            y = F.interpolate(self.out(torch.cat([a, b], 1)), scale_factor=2, mode='nearest')
            return F.pad(F.interpolate(y, size=(20, 22), mode='bicubic'), (1, 2, 0, 1), value=0.5), F.adaptive_avg_pool2d(y, (3, 5))
    return Net(), (image(22),), {}


# torchvision

@network(
    'alexnet', 'squeezenet1_1', 'resnet18', 'resnet50', 'resnext50_32x4d', 'wide_resnet50_2', 'densenet121', 'mobilenet_v2', 'mobilenet_v3_small',
    'mobilenet_v3_large', 'shufflenet_v2_x0_5', 'mnasnet0_5', 'efficientnet_b0', 'efficientnet_v2_s', 'regnet_y_400mf', 'regnet_x_400mf', 'convnext_tiny',
)
def classifier(name):
    models = torchvision_models()
    dynamic = ({0: BATCH},) if name in ('resnet18', 'mobilenet_v2') else None
    return getattr(models, name)(weights=None, num_classes=10), (image(64),), {}, dynamic


@network('vgg11_bn')
def vgg(_):
    models = torchvision_models()
    net = models.VGG(models.vgg.make_layers([8, 'M', 16, 'M', 32, 32, 'M', 32, 32, 'M'], batch_norm=True), num_classes=10)
    net.avgpool = nn.AdaptiveAvgPool2d((3, 3))
    net.classifier[0] = nn.Linear(32 * 9, 4096)
    return net, (image(64),), {}


@network('inception_v3')
def inception(name):
    return getattr(torchvision_models(), name)(weights=None, num_classes=10, init_weights=False), (image(96),), {}


@network('googlenet')
def googlenet(name):
    return getattr(torchvision_models(), name)(weights=None, num_classes=10, init_weights=False), (image(64),), {}


@network('vit_small')
def vit(_):
    models = torchvision_models()
    return models.VisionTransformer(image_size=32, patch_size=8, num_layers=3, num_heads=4, hidden_dim=32, mlp_dim=64, num_classes=10), (image(32),), {}


@network('swin_t', 'swin_v2_t')
def swin(name):
    models = torchvision_models()
    version = {'block': models.swin_transformer.SwinTransformerBlockV2, 'downsample_layer': models.swin_transformer.PatchMergingV2} if 'v2' in name else {}
    net = models.SwinTransformer(
        patch_size=[4, 4], embed_dim=24, depths=[2, 2, 2], num_heads=[2, 4, 8], window_size=[4, 4], stochastic_depth_prob=0.1, num_classes=10, **version,
    )
    return net, (image(64),), {}


@network('deeplabv3_mobilenet_v3_large', 'lraspp_mobilenet_v3_large', 'fcn_resnet50')
def segmentation(name):
    models = torchvision_models()
    return getattr(models.segmentation, name)(weights=None, weights_backbone=None, num_classes=5), (image(64),), {}


# timm

@network(
    'timm:mixer_s16_224', 'timm:ghostnet_050', 'timm:repvgg_a0', 'timm:efficientvit_b0', 'timm:mobilenetv4_conv_small',
    'timm:levit_128s', 'timm:edgenext_xx_small', 'timm:tf_efficientnet_b0',
)
def timm_model(name):
    timm = importlib.import_module('timm')
    size = 224 if 'mixer' in name or 'levit' in name else 64
    return timm.create_model(name.removeprefix('timm:'), pretrained=False, num_classes=10), (image(size, 1 if size > 64 else 2),), {}


# transformers

SMALL = {
    'vocab_size': 200, 'hidden_size': 32, 'num_hidden_layers': 2, 'num_attention_heads': 4, 'intermediate_size': 64, 'max_position_embeddings': 64,
}
VISION = {**{key: value for key, value in SMALL.items() if key not in ('vocab_size', 'max_position_embeddings')}, 'image_size': 32, 'patch_size': 8}


def masked_text():
    ids = tokens()
    mask = torch.ones_like(ids)
    mask[0, 8:] = 0
    return {'input_ids': ids, 'attention_mask': mask}


TEXT_NETWORKS = {
    'bert': ('BertForSequenceClassification', 'BertConfig', {}),
    'bert_mlm': ('BertForMaskedLM', 'BertConfig', {}),
    'roberta': ('RobertaModel', 'RobertaConfig', {'pad_token_id': 1}),
    'xlm_roberta': ('XLMRobertaModel', 'XLMRobertaConfig', {'pad_token_id': 1}),
    'electra': ('ElectraModel', 'ElectraConfig', {'embedding_size': 16}),
    'albert': ('AlbertModel', 'AlbertConfig', {'embedding_size': 16}),
    'camembert': ('CamembertModel', 'CamembertConfig', {'pad_token_id': 1}),
    'mpnet': ('MPNetModel', 'MPNetConfig', {'pad_token_id': 1}),
    'deberta_v2': ('DebertaV2Model', 'DebertaV2Config', {'relative_attention': True, 'pos_att_type': ['p2c', 'c2p'], 'position_buckets': 8}),
    'mobilebert': ('MobileBertModel', 'MobileBertConfig', {'embedding_size': 16, 'intra_bottleneck_size': 16, 'true_hidden_size': 16, 'intermediate_size': 32}),
    'distilbert': ('DistilBertModel', 'DistilBertConfig', {'dim': 32, 'hidden_dim': 64, 'n_layers': 2, 'n_heads': 4}),
    'convbert': ('ConvBertModel', 'ConvBertConfig', {'embedding_size': 32}),
    'squeezebert': ('SqueezeBertModel', 'SqueezeBertConfig', {'embedding_size': 32}),
    'opt': ('OPTModel', 'OPTConfig', {'ffn_dim': 64, 'word_embed_proj_dim': 32}),
    'llama': ('LlamaModel', 'LlamaConfig', {'num_key_value_heads': 2}),
    'mistral': ('MistralModel', 'MistralConfig', {'num_key_value_heads': 2}),
    'qwen2': ('Qwen2Model', 'Qwen2Config', {'num_key_value_heads': 2}),
    'gemma': ('GemmaModel', 'GemmaConfig', {'num_key_value_heads': 2, 'head_dim': 8}),
    'gpt_neox': ('GPTNeoXModel', 'GPTNeoXConfig', {}),
    't5_encoder': ('T5EncoderModel', 'T5Config', {'d_model': 32, 'd_kv': 8, 'd_ff': 64, 'num_layers': 2, 'num_heads': 4}),
}


@network(*TEXT_NETWORKS)
def text(name):
    transformers = importlib.import_module('transformers')
    model, config, more = TEXT_NETWORKS[name]
    settings = {**SMALL, **more}
    if name not in ('opt', 'llama', 'mistral', 'qwen2', 'gemma', 'gpt_neox', 't5_encoder'):
        return getattr(transformers, model)(getattr(transformers, config)(**settings)), (), masked_text()
    net = getattr(transformers, model)(getattr(transformers, config)(**settings))
    net.config.use_cache = False
    return net, (), masked_text()


VISION_NETWORKS = {
    'vit': ('ViTForImageClassification', 'ViTConfig', VISION),
    'deit': ('DeiTModel', 'DeiTConfig', VISION),
    'beit': ('BeitModel', 'BeitConfig', VISION),
    'dinov2': ('Dinov2Model', 'Dinov2Config', VISION),
    'clip_vision': ('CLIPVisionModel', 'CLIPVisionConfig', VISION),
    'segformer': ('SegformerForSemanticSegmentation', 'SegformerConfig', {
        'hidden_sizes': [8, 16, 24, 32], 'depths': [1, 1, 1, 1], 'num_attention_heads': [1, 2, 4, 4], 'decoder_hidden_size': 16, 'num_labels': 4,
    }),
    'hf_convnext': ('ConvNextModel', 'ConvNextConfig', {'hidden_sizes': [8, 16, 24, 32], 'depths': [1, 1, 2, 1]}),
    'hf_swin': ('SwinModel', 'SwinConfig', {'image_size': 32, 'patch_size': 4, 'embed_dim': 16, 'depths': [2, 2], 'num_heads': [2, 4], 'window_size': 4}),
    'mobilevit': ('MobileViTModel', 'MobileViTConfig', {'hidden_sizes': [16, 24, 32], 'neck_hidden_sizes': [8, 8, 16, 16, 24, 32, 64], 'image_size': 64}),
}


@network(*VISION_NETWORKS)
def vision(name):
    transformers = importlib.import_module('transformers')
    model, config, settings = VISION_NETWORKS[name]
    return getattr(transformers, model)(getattr(transformers, config)(**settings)), (), {'pixel_values': image(settings.get('image_size', 64))}


@network('clip_text')
def clip_text(_):
    transformers = importlib.import_module('transformers')
    return transformers.CLIPTextModel(transformers.CLIPTextConfig(**SMALL, eos_token_id=2)), (), masked_text()


@network('wav2vec2')
def wav2vec2(_):
    transformers = importlib.import_module('transformers')
    config = transformers.Wav2Vec2Config(
        **SMALL, conv_dim=(16, 16, 16), conv_stride=(5, 2, 2), conv_kernel=(10, 3, 3), num_conv_pos_embeddings=16, num_conv_pos_embedding_groups=4,
    )
    return transformers.Wav2Vec2Model(config), (), {'input_values': torch.randn(1, 1600)}


@network('whisper_encoder')
def whisper(_):
    transformers = importlib.import_module('transformers')
    config = transformers.WhisperConfig(
        vocab_size=200, d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=64,
        decoder_ffn_dim=64, num_mel_bins=16, max_source_positions=50, pad_token_id=0, decoder_start_token_id=1,
    )
    return transformers.WhisperModel(config).encoder, (), {'input_features': torch.randn(1, 16, 100)}


def torchvision_models():
    """torchvision's Python part, also where its compiled ops were built for another torch."""
    global LIBRARY
    try:
        return importlib.import_module('torchvision.models')
    except RuntimeError:
        LIBRARY = torch.library.Library('torchvision', 'DEF')
        for op in ('nms', 'qnms'):
            LIBRARY.define(f'{op}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor')
        for part in [module for module in sys.modules if module.split('.')[0] == 'torchvision']:
            del sys.modules[part]
        return importlib.import_module('torchvision.models')


def plain(value):
    """As NumPy has it, which has no BF16."""
    return (value.float() if value.dtype in (torch.bfloat16, torch.float16) else value).numpy()


class Recorder(torch.fx.Interpreter):
    """Runs the graph of an exported program and keeps a copy of every value before the next op can change it."""

    def __init__(self, module):
        super().__init__(module)
        self.values = {}

    def run_node(self, node):
        result = super().run_node(node)
        if node.op == 'call_function' and not getattr(node.target, '__name__', '') == 'getitem':
            for output, value in enumerate(result if isinstance(result, (tuple, list)) else [result]):
                if isinstance(value, torch.Tensor):
                    self.values[f'value/{node.name}:{output}'] = plain(value.detach().clone())
        return result


def settle(module):
    """Random but sane statistics, scales and biases for normalisation layers, so that values neither vanish nor explode."""
    for layer in module.modules():
        if isinstance(layer, nn.modules.batchnorm._BatchNorm):
            nn.init.uniform_(layer.running_mean, -0.1, 0.1)
            nn.init.uniform_(layer.running_var, 0.5, 1.5)
            if layer.affine:
                nn.init.uniform_(layer.weight, 0.8, 1.2)
                nn.init.uniform_(layer.bias, -0.1, 0.1)


def record(program, folder, name, args, kwargs):
    """Saves a program with its inputs and all its values."""
    torch.export.save(program, os.path.join(folder, f'{name}.pt2'))
    flat = program._graph_module_flat_inputs(args, kwargs)
    recorder = Recorder(program.graph_module)
    with torch.no_grad():
        recorder.run(*[value.clone() if isinstance(value, torch.Tensor) else value for value in flat])
    arrays = recorder.values
    places = [node.name for node in program.graph.nodes if node.op == 'placeholder']
    users = set(program.graph_signature.user_inputs)
    for place, value in zip(places, flat):
        if place in users and isinstance(value, torch.Tensor):
            arrays[f'input/{place}'] = plain(value)
    np.savez(os.path.join(folder, f'{name}.npz'), **arrays)


def export(name, folder):
    torch.manual_seed(0)
    network, _, variant = name.partition('@')
    module, args, kwargs, *dynamic = NETWORKS[network](network)
    module = module.eval()
    settle(module)
    if variant == 'bf16':
        module = module.bfloat16()
        args = tuple(value.bfloat16() if value.is_floating_point() else value for value in args)
        kwargs = {key: value.bfloat16() if value.is_floating_point() else value for key, value in kwargs.items()}
    with torch.no_grad():
        program = torch.export.export(module, args, kwargs, dynamic_shapes=dynamic[0] if dynamic else None)
        if variant == 'core':
            program = program.run_decompositions()
    record(program, folder, name.replace(':', '_'), args, kwargs)
    return len(program.graph.nodes)


def main(folder, names):
    os.makedirs(folder, exist_ok=True)
    torch.set_num_threads(1)
    for name in names or NETWORKS:
        start = time.time()
        try:
            print(f'{name}: {export(name, folder)} nodes, {time.time() - start:.1f} s', flush=True)
        except Exception as error:  # one network's failure to export is no reason to lose the others
            print(f'{name}: not exported: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ""}', flush=True)


if __name__ == '__main__':
    main(sys.argv[1], sys.argv[2:])
