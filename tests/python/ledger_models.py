# SPDX-License-Identifier: Apache-2.0
"""Models that are not ours, with inputs and a loss: what the ledger, the footprint and the compression are tried on."""

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint


def _images(model, batch=2, size=224):
    return model, torch.randn(batch, 3, size, size), lambda y: F.cross_entropy(y, torch.arange(batch))


def _timm(name):
    import timm

    return _images(timm.create_model(name))


def _swin():
    import torchvision

    return _images(torchvision.models.swin_t(), batch=1)


class Decoder(nn.Module):
    """GPT-style, with the embedding tied to the head."""

    def __init__(self, vocabulary=64, width=32, heads=4, layers=2, tokens=16):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width)
        self.place = nn.Parameter(torch.zeros(tokens, width))
        self.blocks = nn.ModuleList(DecoderBlock(width, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary, bias=False)
        self.head.weight = self.embed.weight

    def forward(self, tokens):
        x = self.embed(tokens) + self.place
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


class DecoderBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x):
        batch, tokens, width = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(batch, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.proj(y.transpose(1, 2).reshape(batch, tokens, width))
        return x + self.mlp(self.norm2(x))


def _decoder():
    tokens = torch.randint(64, (2, 16))
    return Decoder(), tokens, lambda y: F.cross_entropy(y.flatten(0, 1), tokens.flatten())


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.head = nn.LSTM(16, 32, 2, batch_first=True), nn.Linear(32, 4)

    def forward(self, x):
        return self.head(self.lstm(x)[0][:, -1])


class Views(nn.Module):
    """Changes in place, takes views and shares storages."""

    def __init__(self):
        super().__init__()
        self.first, self.act, self.second = nn.Linear(16, 16), nn.ReLU(inplace=True), nn.Linear(16, 16)

    def forward(self, x):
        y = self.act(self.first(x))
        half = y[:, :8]
        return self.second(y) * torch.cat([half, half], 1)


class Recomputed(nn.Module):
    def __init__(self, use_reentrant):
        super().__init__()
        self.first, self.use_reentrant = nn.Linear(64, 64), use_reentrant
        self.inner = nn.Sequential(nn.Linear(64, 64), nn.GELU(), nn.Linear(64, 64))

    def forward(self, x):
        return checkpoint(self.inner, self.first(x), use_reentrant=self.use_reentrant)


class Doubling(torch.autograd.Function):
    """Written in Python: saves a tensor, keeps another in an attribute and a third in a list of one."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x.exp())
        ctx.kept = x * 3
        ctx.listed = [x + 4]
        return 2 * x

    @staticmethod
    def backward(ctx, dy):
        return 2 * dy


class OwnFunction(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(16, 16)

    def forward(self, x):
        return Doubling.apply(self.first(x))


def packed(x):
    return x.to(torch.float16), x.dtype


class Hooked(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Sequential(nn.Linear(32, 64), nn.GELU(), nn.Linear(64, 8))

    def forward(self, x):
        with torch.autograd.graph.saved_tensors_hooks(packed, lambda kept: kept[0].to(kept[1])):
            return self.inner(x)


def _transformer(kind, **sizes):
    """A tiny model of transformers with random weights; its output has the loss."""
    import transformers

    config = getattr(transformers, f"{kind}Config")(vocab_size=64, **sizes)
    head = {"Bert": "ForMaskedLM", "T5": "ForConditionalGeneration", "Llama": "ForCausalLM", "GPT2": "LMHeadModel"}[kind]
    model = getattr(transformers, kind + head)(config)
    model.train()
    tokens = torch.randint(1, 64, (2, 12))
    return model, {"input_ids": tokens, "labels": tokens}, None


def _lora():
    import peft

    model, inputs, loss = _llama()
    adapters = peft.LoraConfig(r=4, target_modules=["q_proj", "k_proj", "v_proj"], lora_dropout=0.0)
    return peft.get_peft_model(model, adapters), inputs, loss


def _llama():
    return _transformer("Llama", hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4)


MODELS = {
    "mlp": lambda: (nn.Sequential(nn.Linear(64, 256), nn.GELU(), nn.Linear(256, 10)), torch.randn(32, 64), None),
    "resmlp": lambda: _timm("resmlp_12_224"),
    "vit": lambda: _timm("vit_tiny_patch16_224"),
    "convnext": lambda: _timm("convnext_atto"),
    "resnet": lambda: _timm("resnet18"),
    "swin": _swin,
    "decoder": _decoder,
    "lstm": lambda: (Recurrent(), torch.randn(4, 10, 16), None),
    "views": lambda: (Views(), torch.randn(4, 16), None),
    "checkpoint_reentrant": lambda: (Recomputed(True), torch.randn(128, 64), None),
    "checkpoint": lambda: (Recomputed(False), torch.randn(128, 64), None),
    "own_function": lambda: (OwnFunction(), torch.randn(4, 16), None),
    "llama": _llama,
    "bert": lambda: _transformer("Bert", hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4),
    "gpt2": lambda: _transformer("GPT2", n_embd=32, n_layer=2, n_head=4, n_positions=32, bos_token_id=0, eos_token_id=0),
    "t5": lambda: _transformer("T5", d_model=32, d_kv=8, d_ff=64, num_layers=2, num_heads=4, decoder_start_token_id=0),
    "lora": _lora,
    "hooked": lambda: (Hooked(), torch.randn(8, 32), None),
}
