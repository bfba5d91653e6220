# SPDX-License-Identifier: Apache-2.0
"""torch.ops.actscope against LibTorch's own tensors, SciPy and independent dense computations."""

import numpy
import pytest
import scipy.sparse
import torch

import actscope

ops = torch.ops.actscope
BLOCK, SPARSITY = [4, 8], 0.6


def matrix(*size, dtype=torch.float64, requires_grad=False):
    generator = torch.Generator().manual_seed(sum(size))
    return torch.randn(*size, generator=generator, dtype=torch.float64).to(dtype).requires_grad_(requires_grad)


def mask_of(x, select="panel", sparsity=SPARSITY, **draw):
    """1 where an element's block is kept, by way of decompressing ones."""
    values, mask, starts, scales = ops.compress(x.detach(), BLOCK, sparsity, select=select, **draw)
    kept = ops.decompress(torch.ones_like(values), mask, starts, list(x.shape), BLOCK, sparsity, select=select)
    return kept, (values, mask, starts, scales)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("select", ["panel", "row", "column", "global", "random"])
def test_compress_keeps_blocks_and_decompress_gives_them_back(dtype, select):
    for size in [(100, 30), (3, 49, 64), (1, 1)]:
        x = matrix(*size, dtype=dtype)
        kept, (values, mask, starts, _) = mask_of(x, select)
        back = ops.decompress(values, mask, starts, list(size), BLOCK, SPARSITY, select=select)
        assert torch.equal(back, x * kept)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_products_of_narrow_types_are_summed_in_float32(dtype):
    x, dy = matrix(100, 30, dtype=dtype), matrix(100, 9, dtype=dtype)
    kept, (values, mask, starts, _) = mask_of(x)
    dw = ops.gemm_tn(dy, values, mask, starts, [100, 30], BLOCK, SPARSITY)
    assert dw.dtype == torch.float32
    torch.testing.assert_close(dw.double(), dy.double().T @ (x * kept).double(), rtol=1e-4, atol=1e-4)


def test_kept_blocks_are_the_largest():
    x = matrix(16, 16)
    kept, _ = mask_of(x, "global")
    norms = x.view(4, 4, 2, 8).pow(2).sum((1, 3)).flatten()
    chosen = kept.view(4, 4, 2, 8)[:, 0, :, 0].flatten() > 0
    assert chosen.sum() == 3 and norms[chosen].min() > norms[~chosen].max()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_bsr_round_trips_with_torch_and_scipy(dtype):
    x = matrix(96, 64, dtype=dtype)
    kept, (values, mask, starts, _) = mask_of(x, "global")
    args = ([96, 64], BLOCK, SPARSITY)
    bsr = actscope.to_bsr(values, mask, starts, *args, select="global")
    assert torch.equal(bsr.to_dense(), x * kept)
    reference = (x * kept).to_sparse_bsr(BLOCK)
    assert torch.equal(bsr.crow_indices(), reference.crow_indices())
    assert torch.equal(bsr.col_indices(), reference.col_indices())
    assert torch.equal(bsr.values(), reference.values())
    theirs = scipy.sparse.bsr_matrix((x * kept).numpy(), blocksize=tuple(BLOCK))
    theirs.sort_indices()
    assert numpy.array_equal(theirs.indptr, bsr.crow_indices().numpy())
    assert numpy.array_equal(theirs.indices, bsr.col_indices().numpy())
    assert numpy.array_equal(theirs.data, bsr.values().numpy())
    for source in (reference, theirs):
        arrays = (
            (source.crow_indices(), source.col_indices(), source.values())
            if isinstance(source, torch.Tensor)
            else tuple(torch.from_numpy(a) for a in (source.indptr, source.indices, source.data))
        )
        back = ops.from_bsr(*arrays, *args, select="global")
        assert all(torch.equal(a, b) for a, b in zip(back, (values, mask, starts)))


def test_edge_blocks_pad_the_bsr_shape():
    x = matrix(2, 49, 30, dtype=torch.float32)
    kept, (values, mask, starts, _) = mask_of(x)
    bsr = actscope.to_bsr(values, mask, starts, x.shape, BLOCK, SPARSITY)
    assert bsr.shape == (2 * 52, 32)
    assert torch.equal(bsr.to_dense().view(2, 52, 32)[:, :49, :30], x * kept)


@pytest.mark.parametrize("select", ["panel", "row", "column", "global", "random"])
def test_products_equal_dense_ones(select):
    x, dy = matrix(100, 30), matrix(100, 17)
    kept, (values, mask, starts, _) = mask_of(x, select)
    product = ops.gemm_tn(dy, values, mask, starts, [100, 30], BLOCK, SPARSITY, select=select)
    torch.testing.assert_close(product, dy.T @ (x * kept))
    y, dt = matrix(3, 49, 30), matrix(3, 20, 30)
    kept, (values, mask, starts, _) = mask_of(y, select)
    product = ops.gemm_nt(dt, values, mask, starts, [3, 49, 30], BLOCK, SPARSITY, select=select)
    torch.testing.assert_close(product, (dt @ (y * kept).transpose(1, 2)).sum(0))


def test_unbiased_values_are_scaled_and_gather_repeats_them():
    x = matrix(100, 30)
    values, mask, starts, scales = ops.compress(x, BLOCK, SPARSITY, unbiased=True, seed=torch.tensor(3))
    assert scales.min() >= 1 and scales.max() > 1
    again = ops.gather(x, mask, starts, scales, BLOCK, SPARSITY, unbiased=True)
    assert torch.equal(again, values)
    assert not torch.equal(ops.compress(x, BLOCK, SPARSITY, unbiased=True, seed=torch.tensor(4))[1], mask)


def start_threshold():
    return torch.zeros(1, dtype=torch.float64)


def test_a_threshold_is_carried_from_call_to_call():
    x = matrix(100, 32)
    values, mask, starts, _, threshold = ops.compress_threshold(x, start_threshold(), BLOCK, SPARSITY)
    assert threshold.item() > 0
    wanted = ops.compress(x, BLOCK, SPARSITY, select="global")
    assert torch.equal(mask, wanted[1]) and torch.equal(starts, wanted[2])
    # The same matrix keeps the same blocks; a weaker one, at the same threshold, fewer.
    again = ops.compress_threshold(x, threshold, BLOCK, SPARSITY)
    assert torch.equal(again[1], mask)
    weaker = 0.9 * x
    parts = ops.compress_threshold(weaker, threshold, BLOCK, SPARSITY)
    dense = ops.decompress(*parts[:3], list(x.shape), BLOCK, SPARSITY, select="threshold")
    norms = weaker.view(25, 4, 4, 8).square().sum((1, 3))
    kept = dense.view(25, 4, 4, 8).square().sum((1, 3)) > 0
    assert torch.equal(kept, norms >= threshold)
    assert 0 < kept.sum() < (25 * 4 * (1 - SPARSITY))
    torch.testing.assert_close(dense[dense != 0], weaker[dense != 0])


def test_a_linear_layer_at_a_threshold_learns_from_the_kept_blocks():
    layer = actscope.Linear(32, 12, block=BLOCK, sparsity=SPARSITY, select="threshold")
    x = matrix(4, 20, 32, dtype=torch.float32)
    for _ in range(2):  # the second pass goes by the threshold of the first
        layer.zero_grad()
        y = layer(x)
        y.sum().backward()
        _, (values, mask, starts, _) = mask_of(x.flatten(0, 1), "global")
        size = [80, 32]
        expected = ops.gemm_tn(torch.ones(80, 12), values, mask, starts, size, BLOCK, SPARSITY, select="global")
        torch.testing.assert_close(layer.weight.grad, expected)
        torch.testing.assert_close(layer.bias.grad, torch.full((12,), 80.0))
    assert layer.threshold[0].item() > 0 and "threshold" not in layer.state_dict()


def test_gradcheck_of_every_operator():
    x = matrix(10, 9, requires_grad=True)
    _, (values, mask, starts, scales) = mask_of(x)
    values = values.clone().requires_grad_()
    dy, dt = matrix(10, 5, requires_grad=True), matrix(1, 6, 9, requires_grad=True)
    size = [10, 9]

    def check(operator, *inputs):
        assert torch.autograd.gradcheck(operator, inputs, nondet_tol=0.0)

    check(lambda x: ops.gather(x, mask, starts, scales, BLOCK, SPARSITY), x)
    check(lambda v: ops.decompress(v, mask, starts, size, BLOCK, SPARSITY), values)
    check(lambda dy, v: ops.gemm_tn(dy, v, mask, starts, size, BLOCK, SPARSITY), dy, values)
    check(lambda dt, v: ops.gemm_nt(dt, v, mask, starts, size, BLOCK, SPARSITY), dt, values)
    # The choice of blocks is constant near a point where no two norms tie.
    check(lambda x: ops.compress(x, BLOCK, SPARSITY)[0], x)
    check(lambda x: ops.compress_threshold(x, start_threshold(), BLOCK, SPARSITY)[0], x)
    weight, bias = matrix(7, 9, requires_grad=True), matrix(7, requires_grad=True)
    check(lambda x, w, b: ops.linear(x, w, b, BLOCK, 0.0), x, weight, bias)
    check(lambda x, w, b: ops.linear_threshold(x, w, b, start_threshold(), BLOCK, 0.0)[0], x, weight, bias)


@pytest.mark.parametrize("select", ["panel", "row", "global"])
def test_linear_gradients_equal_dense_ones_on_the_kept_blocks(select):
    x, weight, bias = matrix(5, 20, 30), matrix(12, 30), matrix(12)
    kept, _ = mask_of(x.flatten(0, 1), select)
    inputs = [t.clone().requires_grad_() for t in (x, weight, bias)]
    dense = [t.clone().requires_grad_() for t in (x, weight, bias)]
    y = ops.linear(*inputs, BLOCK, SPARSITY, select=select)
    expected = torch.nn.functional.linear(*dense)
    assert torch.equal(y, expected)
    gradient = matrix(5, 20, 12)
    y.backward(gradient)
    expected.backward(gradient)
    torch.testing.assert_close(inputs[0].grad, dense[0].grad)
    torch.testing.assert_close(inputs[2].grad, dense[2].grad)
    pruned = gradient.flatten(0, 1).T @ (x.flatten(0, 1) * kept)
    torch.testing.assert_close(inputs[1].grad, pruned)


def test_linear_keeps_fewer_bytes():
    x = matrix(1024, 256, dtype=torch.float32, requires_grad=True)
    weight = matrix(64, 256, dtype=torch.float32, requires_grad=True)
    kept = []
    hooks = torch.autograd.graph.saved_tensors_hooks(lambda t: (kept.append(t), t)[1], lambda t: t)
    with hooks:
        ops.linear(x, weight, None, [16, 16], 0.8)
    bytes_kept = sum(t.nbytes for t in kept if t.data_ptr() != weight.data_ptr())
    assert bytes_kept < 0.21 * x.nbytes


def test_opcheck_of_every_operator():
    x = matrix(40, 30, dtype=torch.float32, requires_grad=True)
    values, mask, starts, scales = (t.detach() for t in ops.compress(x, BLOCK, SPARSITY))
    kept = values.clone().requires_grad_()
    size = [40, 30]
    dy = matrix(40, 6, dtype=torch.float32, requires_grad=True)
    dt = matrix(1, 6, 30, dtype=torch.float32, requires_grad=True)
    weight, bias = matrix(6, 30, dtype=torch.float32, requires_grad=True), matrix(6, dtype=torch.float32)
    crow, col, blocks = ops.to_bsr(values, mask, starts, size, BLOCK, SPARSITY)
    check = torch.library.opcheck
    check(ops.compress, (x, BLOCK, SPARSITY))
    check(ops.gather, (x, mask, starts, scales, BLOCK, SPARSITY))
    check(ops.decompress, (kept, mask, starts, size, BLOCK, SPARSITY))
    check(ops.gemm_tn, (dy, kept, mask, starts, size, BLOCK, SPARSITY))
    check(ops.gemm_nt, (dt, kept, mask, starts, size, BLOCK, SPARSITY))
    check(ops.to_bsr, (values, mask, starts, size, BLOCK, SPARSITY))
    check(ops.from_bsr, (crow, col, blocks, size, BLOCK, SPARSITY))
    check(ops.linear, (x, weight, bias, BLOCK, SPARSITY))
    check(ops.compress_threshold, (x, start_threshold(), BLOCK, SPARSITY))
    check(ops.linear_threshold, (x, weight, bias, start_threshold(), BLOCK, SPARSITY))
    check(ops.linear_threshold, (x, weight, bias, torch.zeros(9, dtype=torch.float64), BLOCK, SPARSITY))
    for bits in (2, 4, 8):
        codes, scales = ops.quantize(x.detach(), bits)
        check(ops.quantize, (x, bits))
        check(ops.dequantize, (codes, scales, size, bits, torch.float32))
        rows, groups = ops.quantize(x.detach(), bits, 300)
        check(ops.quantize, (x, bits, 300))
        check(ops.dequantize, (rows, groups, size, bits, torch.float32, 300))
        check(ops.gemm_tn_coded, (dy, codes, scales, 30, bits))
        check(ops.linear_coded, (x, weight, bias, bits))
    check(ops.fingerprint, ([x, weight],))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("bits", [2, 4, 8])
def test_codes_lie_within_half_a_step_of_the_values(bits, dtype):
    for size in [(100, 30), (3, 7, 64), (1,), (5, 128), (0, 4)]:
        x = matrix(*size, dtype=dtype)
        codes, scales = ops.quantize(x, bits)
        assert codes.numel() == -(-x.numel() * bits // 8) and scales.numel() == -(-x.numel() // 128)
        back = ops.dequantize(codes, scales, list(size), bits, dtype)
        assert back.dtype == dtype and back.shape == x.shape
        groups = torch.nn.functional.pad(x.double().flatten(), (0, -x.numel() % 128), value=float("nan")).view(-1, 128)
        step = (groups.nan_to_num(-9).amax(1) - groups.nan_to_num(9).amin(1)) / (2**bits - 1) if x.numel() else groups.sum(1)
        error = torch.nn.functional.pad((back.double() - x.double()).abs().flatten(), (0, -x.numel() % 128)).view(-1, 128)
        # Scale and offset have eight digits, and so have values of bfloat16.
        assert (error <= (0.5 * step[:, None] + 0.05) * 1.02).all()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("bits", [2, 4, 8])
def test_rows_have_the_codes_of_themselves_alone(bits, dtype):
    for row in (4, 96, 128, 192, 300):
        x = matrix(70, row, dtype=torch.float64) * torch.logspace(-3, 1, 70, dtype=torch.float64)[:, None]  # small rows, large rows
        x = x.to(dtype)
        codes, scales = ops.quantize(x, bits, row)
        assert codes.numel() == 70 * row * bits // 8 and scales.numel() == 70 * -(-row // 128)
        back = ops.dequantize(codes, scales, list(x.shape), bits, dtype, row)
        for i in range(70):
            alone = ops.quantize(x[i], bits)
            assert torch.equal(codes.view(70, -1)[i], alone[0]) and torch.equal(scales.view(70, -1)[i], alone[1])
            assert torch.equal(back[i], ops.dequantize(*alone, [row], bits, dtype))


def test_rows_that_do_not_fit_are_refused():
    x = matrix(6, 10)
    codes, scales = ops.quantize(x, 4, 10)
    for row in (-10, 7, 120):
        with pytest.raises(RuntimeError, match="rows do not fit"):
            ops.quantize(x, 4, row)
    with pytest.raises(RuntimeError, match="do not fill bytes"):
        ops.quantize(x, 4, 5)
    with pytest.raises(RuntimeError, match="rows do not fit"):
        ops.dequantize(codes, scales, [6, 10], 4, torch.float32, 7)
    with pytest.raises(RuntimeError, match="codes or scales do not fit"):
        ops.dequantize(codes, scales, [6, 10], 4, torch.float32)
    assert [part.numel() for part in ops.quantize(matrix(0, 10), 4, 10)] == [0, 0]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_products_from_codes_are_those_of_the_decoded_matrix(dtype):
    x, dy = matrix(300, 30, dtype=dtype), matrix(300, 9, dtype=dtype)
    codes, scales = ops.quantize(x, 4)
    back = ops.dequantize(codes, scales, [300, 30], 4, dtype)
    dw = ops.gemm_tn_coded(dy, codes, scales, 30, 4)
    assert dw.dtype == (torch.float32 if dtype == torch.bfloat16 else dtype)
    narrow = dtype == torch.bfloat16
    torch.testing.assert_close(
        dw.double(), dy.double().T @ back.double(), rtol=1e-2 if narrow else 1e-4, atol=0.1 if narrow else 1e-4)
    weight = matrix(9, 30, dtype=dtype, requires_grad=True)
    ops.linear_coded(x, weight, None, 4).backward(dy)
    torch.testing.assert_close(weight.grad, dw.to(dtype))


def test_a_product_from_many_codes_is_summed_part_by_part():
    x, dy = matrix(9000, 2048, dtype=torch.float32), matrix(9000, 2, dtype=torch.float32)  # 70 MiB decoded: two parts
    codes, scales = ops.quantize(x, 8)
    back = ops.dequantize(codes, scales, [9000, 2048], 8, torch.float32)
    torch.testing.assert_close(ops.gemm_tn_coded(dy, codes, scales, 2048, 8), dy.T @ back, rtol=1e-4, atol=1e-2)


def test_fingerprints_tell_tensors_apart():
    x = matrix(50, 30, dtype=torch.float32)
    seen = {ops.fingerprint([t]).item() for t in (x, x + 1e-6, x.t(), x[:49], x.double(), torch.zeros(0), torch.zeros(3), torch.zeros(4), torch.zeros(40), x.flip(0))}
    assert len(seen) == 10 and all(0 < number < 2**52 for number in seen)
    assert ops.fingerprint([x, x.t()]).item() == ops.fingerprint([x.clone(), x.clone().t().contiguous()]).item()
    for i in range(0, x.numel(), 7):  # one bit anywhere
        y = x.clone()
        y.view(torch.int32).flatten()[i] ^= 1
        assert ops.fingerprint([y]).item() not in seen


def test_operators_can_be_differentiated_twice_where_they_are_linear():
    x = matrix(10, 9, requires_grad=True)
    _, (values, mask, starts, scales) = mask_of(x)
    values, dy = values.clone().requires_grad_(), matrix(10, 5, requires_grad=True)
    codes, code_scales = ops.quantize(x.detach(), 8)

    def check(operator, *inputs):
        assert torch.autograd.gradgradcheck(operator, inputs)

    check(lambda x: ops.gather(x, mask, starts, scales, BLOCK, SPARSITY), x)
    check(lambda v: ops.decompress(v, mask, starts, [10, 9], BLOCK, SPARSITY), values)
    check(lambda dy, v: ops.gemm_tn(dy, v, mask, starts, [10, 9], BLOCK, SPARSITY), dy, values)
    check(lambda dy: ops.gemm_tn_coded(dy, codes, code_scales, 9, 8), dy)
    assert torch.autograd.gradcheck(lambda dy: ops.gemm_tn_coded(dy, codes, code_scales, 9, 8), (dy,))


def test_bad_arguments_get_one_clear_error():
    x = matrix(40, 30)
    values, mask, starts, scales = ops.compress(x, BLOCK, SPARSITY)

    def refuses(text, call):
        with pytest.raises(RuntimeError, match=text):
            call()

    refuses("sparsity", lambda: ops.compress(x, BLOCK, 1.0))
    refuses("way of selecting", lambda: ops.compress(x, BLOCK, 0.5, select="best"))
    refuses("no threshold", lambda: ops.compress(x, BLOCK, 0.5, select="threshold"))
    refuses("not a threshold", lambda: ops.compress_threshold(x, torch.zeros(2), BLOCK, 0.5))
    refuses("sides of a block", lambda: ops.compress(x, [1, 2, 3], 0.5))
    refuses("size of a matrix", lambda: ops.compress(x[0], BLOCK, 0.5))
    refuses("element type", lambda: ops.compress(x.to(torch.int32), BLOCK, 0.5))
    size = [40, 30]
    refuses("mask does not fit", lambda: ops.decompress(values, mask[:-1], starts, size, BLOCK, SPARSITY))
    refuses("values does not fit", lambda: ops.decompress(values[1:], mask, starts, size, BLOCK, SPARSITY))
    hostile = mask.clone()
    hostile[0] = -1
    refuses("block index", lambda: ops.gemm_tn(matrix(40, 3), values, hostile, starts, size, BLOCK, SPARSITY))
    refuses("column starts", lambda: ops.gemm_tn(matrix(40, 3), values, mask, starts + 7, size, BLOCK, SPARSITY))
    refuses("dy does not fit", lambda: ops.gemm_tn(matrix(39, 3), values, mask, starts, size, BLOCK, SPARSITY))
    crow, col, blocks = ops.to_bsr(values, mask, starts, size, BLOCK, SPARSITY)
    refuses("column lies outside", lambda: ops.from_bsr(crow, col + 99, blocks, size, BLOCK, SPARSITY))
    refuses("other lengths", lambda: ops.from_bsr(crow[1:], col, blocks, size, BLOCK, SPARSITY))
    refuses("not a seed", lambda: ops.compress(x, BLOCK, 0.5, seed=torch.tensor(1.5)))
    refuses("not a threshold", lambda: ops.linear_threshold(x, x, None, torch.zeros(2, dtype=torch.float64), BLOCK, 0.5))
    codes, code_scales = ops.quantize(x, 4)
    refuses("no codes of this width", lambda: ops.quantize(x, 3))
    refuses("element type", lambda: ops.quantize(x.to(torch.int32), 4))
    refuses("codes or scales do not fit", lambda: ops.dequantize(codes[1:], code_scales, size, 4, torch.float32))
    refuses("codes or scales do not fit", lambda: ops.dequantize(codes, code_scales.float(), size, 4, torch.float32))
    refuses("codes does not fit the coded matrix", lambda: ops.gemm_tn_coded(matrix(39, 3), codes, code_scales, 30, 4))
    refuses("dy does not fit the coded matrix", lambda: ops.gemm_tn_coded(matrix(40), codes, code_scales, 30, 4))
    refuses("codes or scales do not fit", lambda: ops.gemm_tn_coded(matrix(40, 3), codes, code_scales[1:], 30, 4))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.float16, torch.bool, torch.int64])
@pytest.mark.parametrize("elements", [0, 1, 7, 8, 9, 100_003])
def test_masks_become_bits_and_come_back(dtype, elements):
    torch.manual_seed(elements)
    mask = torch.rand(elements) > 0.4
    bits = ops.pack_bits(mask.to(dtype))
    assert bits.dtype == torch.uint8 and bits.numel() == (elements + 7) // 8
    assert torch.equal(ops.unpack_bits(bits, [elements], 0, 1, torch.float32), mask.float())
    assert torch.equal(ops.unpack_bits(bits, [elements], -2.5, 1.25, torch.float64), torch.where(mask, 1.25, -2.5).double())
    meta = ops.unpack_bits(ops.pack_bits(torch.empty(elements, device="meta")), [elements], 0, 1, dtype)
    assert meta.shape == (elements,) and meta.dtype == dtype


def test_bits_that_do_not_fit_are_refused():
    with pytest.raises(RuntimeError, match=r"bits do not fit the size \[got 2 Byte for 17 elements\]"):
        ops.unpack_bits(torch.zeros(2, dtype=torch.uint8), [17], 0, 1, torch.float32)
    with pytest.raises(RuntimeError, match="bits do not fit"):
        ops.unpack_bits(torch.zeros(3), [17], 0, 1, torch.float32)
