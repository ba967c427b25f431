"""Write src/engine/capabilities/pytorch-ops.json: schemas of ATen ops, and which have BF16 kernels on the CPU.

Run: python scripts/generate-pytorch-ops.py   (needs torch and expecttest, which torch.testing imports)

`ops` has the arguments of each op in order: `?` has a default, `!` is written to, `&` may share its memory with an output;
those after `*` are given by keyword. `bfloat16` are the ops whose CPU kernels PyTorch's own tests run in BF16
(OpInfo.supported_dtypes), and those of RUN_HERE that ran here. `autocast` are the lists of aten/src/ATen/autocast_mode.cpp,
checked against the kernels registered for AutocastCPU.
"""
import json
import pathlib
import re

import torch
from torch.testing._internal.common_methods_invocations import op_db

LEFT_OUT = re.compile(r"_backward|^_foreach|^cudnn_|^_cudnn|^miopen_|^_fused|^_sparse|^sparse_|^_cufft|^_test|^mkldnn_(?!rnn)|^_nested|^fbgemm|^_make_")

LOWER_PRECISION = (
    "conv1d conv1d.padding conv2d conv2d.padding conv3d conv3d.padding bmm mm linalg_vecdot baddbmm addmm "
    "_addmm_activation addbmm linear _convolution.deprecated matmul conv_tbc mkldnn_rnn_layer conv_transpose1d "
    "conv_transpose2d.input conv_transpose3d.input prelu scaled_dot_product_attention _native_multi_head_attention "
).split()
PROMOTE = "stack cat index_copy".split()
FP32 = (
    "_grid_sampler_2d_cpu_fallback _lu_with_info adaptive_avg_pool3d adaptive_max_pool3d avg_pool3d "
    "binary_cross_entropy binary_cross_entropy_with_logits cdist cholesky cholesky_inverse cholesky_solve "
    "cosine_embedding_loss cross_entropy_loss ctc_loss.IntList ctc_loss.Tensor fake_quantize_per_tensor_affine "
    "fft_fft fft_fft2 fft_fftn fft_hfft fft_ifft fft_ifft2 fft_ifftn fft_ihfft fft_irfft fft_irfft2 fft_irfftn "
    "fft_rfft fft_rfft2 fft_rfftn fractional_max_pool2d fractional_max_pool3d geqrf grid_sampler grid_sampler_2d "
    "grid_sampler_3d hinge_embedding_loss huber_loss inverse kl_div l1_loss linalg_cholesky linalg_cholesky_ex "
    "linalg_cond linalg_cond.p_str linalg_eig linalg_eigh linalg_eigvals linalg_eigvalsh linalg_householder_product "
    "linalg_inv linalg_inv_ex linalg_lstsq linalg_matrix_rank linalg_matrix_rank.atol_rtol_float "
    "linalg_matrix_rank.atol_rtol_tensor linalg_matrix_rank.tol_tensor linalg_qr linalg_solve linalg_svd "
    "linalg_svdvals linalg_tensorinv linalg_tensorsolve lu_solve margin_ranking_loss max_pool3d max_unpool2d "
    "max_unpool3d mse_loss multi_margin_loss multilabel_margin_loss multilabel_margin_loss_forward nanquantile "
    "nanquantile.scalar nll_loss nll_loss2d orgqr ormqr pinverse poisson_nll_loss polar prod prod.dim_int qr "
    "quantile quantile.scalar reflection_pad1d reflection_pad2d replication_pad1d replication_pad2d "
    "replication_pad3d smooth_l1_loss soft_margin_loss stft stft.center svd trace triangular_solve "
    "triplet_margin_loss view_as_complex "
).split()


def argument(arg, shared):
    text = arg.name + ("?" if arg.has_default_value() else "")
    if arg.alias_info is None:
        return text
    if arg.alias_info.is_write:
        return text + "!"
    return text + ("&" if shared else "")


def arguments(schema):
    shared = any(result.alias_info is not None for result in schema.returns)
    texts = []
    keyword_only = False
    for arg in schema.arguments:
        if arg.kwarg_only and not keyword_only:
            keyword_only = True
            texts.append("*")
        texts.append(argument(arg, shared))
    return " ".join(texts)


def schemas():
    found = {}
    for schema in torch._C._jit_get_all_schemas():
        space, name = schema.name.split("::")
        if space != "aten" or LEFT_OUT.search(name) or "out" in schema.overload_name.split("_"):
            continue
        # Ops of TorchScript on Python's own lists, numbers and strings are no ATen ops.
        if not hasattr(torch.ops.aten, name) or not torch._C._dispatch_has_kernel(f"aten::{name}" + (f".{schema.overload_name}" if schema.overload_name else "")):
            continue
        found[name + (f".{schema.overload_name}" if schema.overload_name else "")] = arguments(schema)
    return dict(sorted(found.items()))


B = torch.bfloat16
X = torch.rand(2, 4, 8, 8).to(B)
V = torch.rand(4).to(B)
M = torch.rand(4, 4).to(B)
A = torch.ops.aten
GATES = lambda n: [torch.rand(n * 4, 4).to(B), torch.rand(n * 4, 4).to(B), torch.rand(n * 4).to(B), torch.rand(n * 4).to(B)]
STATE = torch.zeros(1, 2, 4, dtype=B)
SEQUENCE = torch.rand(2, 3, 4).to(B)

# Ops that OpInfo does not name as ATen does.
RUN_HERE = {
    "_assert_tensor_metadata": lambda: A._assert_tensor_metadata(X, None, None, B),
    "_unsafe_view": lambda: A._unsafe_view(X, [2, 256]),
    "_native_batch_norm_legit_no_training": lambda: A._native_batch_norm_legit_no_training(X, V, V, V, V, 0.1, 1e-5),
    "adaptive_avg_pool2d": lambda: A.adaptive_avg_pool2d(X, [2, 2]),
    "_adaptive_avg_pool2d": lambda: A._adaptive_avg_pool2d(X, [2, 2]),
    "_log_softmax": lambda: A._log_softmax(X, 1, False),
    "_scaled_dot_product_flash_attention_for_cpu": lambda: A._scaled_dot_product_flash_attention_for_cpu(X, X, X),
    "_softmax": lambda: A._softmax(X, 1, False),
    "alias": lambda: A.alias(X),
    "alpha_dropout": lambda: A.alpha_dropout(X, 0.5, False),
    "batch_norm": lambda: A.batch_norm(X, V, V, V, V, False, 0.1, 1e-5, False),
    "constant_pad_nd": lambda: A.constant_pad_nd(X, [1, 1]),
    "conv2d": lambda: A.conv2d(X, torch.rand(3, 4, 3, 3).to(B)),
    "convolution": lambda: A.convolution(X, torch.rand(3, 4, 3, 3).to(B), None, [1, 1], [0, 0], [1, 1], False, [0, 0], 1),
    "detach": lambda: A.detach(X),
    "dropout": lambda: A.dropout(X, 0.5, False),
    "feature_dropout": lambda: A.feature_dropout(X, 0.5, False),
    "embedding": lambda: A.embedding(M, torch.tensor([1, 2])),
    "gru": lambda: A.gru(SEQUENCE, STATE, GATES(3), True, 1, 0.0, False, False, True),
    "gru_cell": lambda: A.gru_cell(M, M, torch.rand(12, 4).to(B), torch.rand(12, 4).to(B), torch.rand(12).to(B), torch.rand(12).to(B)),
    "index": lambda: A.index(X, [torch.tensor([0, 1])]),
    "lift_fresh": lambda: A.lift_fresh(X),
    "lift_fresh_copy": lambda: A.lift_fresh_copy(X),
    "lstm": lambda: A.lstm(SEQUENCE, [STATE, STATE], GATES(4), True, 1, 0.0, False, False, True),
    "lstm_cell": lambda: A.lstm_cell(M, [M, M], torch.rand(16, 4).to(B), torch.rand(16, 4).to(B), torch.rand(16).to(B), torch.rand(16).to(B)),
    "max_pool2d_with_indices": lambda: A.max_pool2d_with_indices(X, [2, 2]),
    "native_dropout": lambda: A.native_dropout(X, 0.5, False),
    "native_group_norm": lambda: A.native_group_norm(X, V, V, 2, 4, 64, 2, 1e-5),
    "rnn_relu": lambda: A.rnn_relu(SEQUENCE, STATE, [M, M, V, V], True, 1, 0.0, False, False, True),
    "rnn_tanh": lambda: A.rnn_tanh(SEQUENCE, STATE, [M, M, V, V], True, 1, 0.0, False, False, True),
    "sym_size": lambda: A.sym_size(X, 0),
    "sym_stride": lambda: A.sym_stride(X, 0),
    "sym_numel": lambda: A.sym_numel(X),
    "upsample_bicubic2d": lambda: A.upsample_bicubic2d(X, [16, 16], False),
    "upsample_bilinear2d": lambda: A.upsample_bilinear2d(X, [16, 16], False),
    "upsample_nearest2d": lambda: A.upsample_nearest2d(X, [16, 16]),
    "upsample_linear1d": lambda: A.upsample_linear1d(X[0], [16], False),
    "upsample_nearest1d": lambda: A.upsample_nearest1d(X[0], [16]),
    "upsample_nearest3d": lambda: A.upsample_nearest3d(X[None], [2, 8, 8]),
    "upsample_trilinear3d": lambda: A.upsample_trilinear3d(X[None], [2, 8, 8], False),
    "_upsample_nearest_exact2d": lambda: A._upsample_nearest_exact2d(X, [16, 16]),
}


def runs(op):
    try:
        op()
        return True
    except (RuntimeError, NotImplementedError, TypeError):
        return False


def bfloat16(ops):
    names = {name.split(".")[0] for name in ops}
    able, unable = set(), set()
    for info in op_db:
        # A variant tests one use of an op only, such as complex numbers.
        if B not in info.supported_dtypes("cpu") and info.variant_test_name:
            continue
        group = able if B in info.supported_dtypes("cpu") else unable
        candidates = {info.aten_name, info.name.split(".")[-1], *(alias.name for alias in info.aliases)}
        group.update(name for name in candidates if name in names)
    able |= {name for name, op in RUN_HERE.items() if runs(op)}
    able -= unable - {name for name in RUN_HERE}
    able |= {name + "_" for name in able if name + "_" in names}
    return sorted(able & names)


def check_autocast():
    registered = {name.removeprefix("aten::") for name in torch._C._dispatch_get_all_op_names()
                  if name.startswith("aten::") and torch._C._dispatch_has_kernel_for_dispatch_key(name, "AutocastCPU")}
    listed = {*LOWER_PRECISION, *PROMOTE, *FP32}
    if registered != listed:
        raise SystemExit(f"autocast lists differ: registered only {sorted(registered - listed)}, listed only {sorted(listed - registered)}")


def main():
    check_autocast()
    ops = schemas()
    table = {
        "torch": torch.__version__.split("+")[0],
        "ops": ops,
        "bfloat16": bfloat16(ops),
        "autocast": {"lowerPrecision": LOWER_PRECISION, "promote": PROMOTE, "fp32": FP32},
    }
    path = pathlib.Path(__file__).parents[1] / "src/engine/capabilities/pytorch-ops.json"
    path.write_text(json.dumps(table, indent=0) + "\n")
    print(f"{len(ops)} ops, {len(table['bfloat16'])} of them in BF16")
    print("not run:", [name for name, op in RUN_HERE.items() if not runs(op)])


main()
