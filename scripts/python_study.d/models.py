# SPDX-License-Identifier: Apache-2.0
"""Three models of other people's libraries, small enough for one core."""

import torch
from data import Images, Text
from settings import BATCHES
from torch.nn import functional as F

TOKENS = 96


def _gpt2():
    from transformers import GPT2Config, GPT2LMHeadModel

    # gelu_pytorch_tanh is GPT-2's own function, computed by one operator.
    return GPT2LMHeadModel(GPT2Config(
        vocab_size=256, n_positions=TOKENS, n_embd=128, n_layer=2, n_head=4, activation_function="gelu_pytorch_tanh",
        resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0, use_cache=False, bos_token_id=None, eos_token_id=None))


def _vit():
    from timm.models.vision_transformer import VisionTransformer

    return VisionTransformer(img_size=28, patch_size=7, in_chans=1, num_classes=10, embed_dim=64, depth=2, num_heads=2)


def _resmlp():
    from timm.models.mlp_mixer import Affine, MlpMixer, ResBlock

    return MlpMixer(img_size=28, patch_size=7, in_chans=1, num_classes=10, embed_dim=64, num_blocks=3, mlp_ratio=4,
                    block_layer=ResBlock, norm_layer=Affine)


_MAKERS = {"gpt2": _gpt2, "vit": _vit, "resmlp": _resmlp}


def new_model(name, seed):
    """A model in training mode whose parameters follow from the seed."""
    torch.manual_seed(seed)
    return _MAKERS[name]().train()


def data_of(name, text, times=1):
    """What a model trains on, in batches of ``times`` the usual size."""
    batch = times * BATCHES[name]
    return Text(text, batch, TOKENS) if name == "gpt2" else Images(batch)


def logits_of(output):
    """[predictions, classes] of what a model gives."""
    return getattr(output, "logits", output).flatten(0, -2)


def loss_of(output, targets):
    return F.cross_entropy(logits_of(output), targets.flatten())
