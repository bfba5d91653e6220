# SPDX-License-Identifier: Apache-2.0
"""Trainers of others leave a report through a callback."""

import json

import pytest
import torch
from torch import nn

import actscope


def steps_of(file, residual_bytes=0):
    document = json.loads(file.read_text())
    assert document["model"]["kind"] == "python" and document["summary"]["residual_bytes"] == residual_bytes
    return document["summary"]["steps"], document["status"]


def test_a_trainer_of_transformers_is_recorded(tmp_path):
    from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments

    from actscope.huggingface import RecordCallback

    model = BertForSequenceClassification(BertConfig(
        vocab_size=64, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32))
    data = [{"input_ids": torch.randint(64, (12,)), "labels": i % 2} for i in range(16)]
    arguments = TrainingArguments(
        output_dir=str(tmp_path / "out"), max_steps=3, per_device_train_batch_size=4, report_to=[], use_cpu=True,
        save_strategy="no", logging_strategy="no", disable_tqdm=True)
    callback = RecordCallback(tmp_path / "run")
    Trainer(model, arguments, train_dataset=data, callbacks=[callback]).train()
    assert steps_of(callback.report) == (3, "completed")
    names = actscope.Report.load(tmp_path / "run").ledger.bytes_by_module
    assert any(name.startswith("bert.encoder.layer.1.") for name in names)


class Lit:
    """Made a LightningModule where Lightning is there."""

    @staticmethod
    def module(raise_at=None):
        from lightning.pytorch import LightningModule

        class Module(LightningModule):
            def __init__(self):
                super().__init__()
                self.inner = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 2))

            def training_step(self, batch, index):
                if index == raise_at:
                    raise RuntimeError("unlucky")
                return nn.functional.cross_entropy(self.inner(batch), torch.zeros(4, dtype=torch.long))

            def configure_optimizers(self):
                return torch.optim.SGD(self.parameters(), lr=0.1)

        return Module()

    @staticmethod
    def fit(module, callback, tmp_path):
        from lightning.pytorch import Trainer

        data = torch.utils.data.DataLoader(torch.randn(16, 8), batch_size=4)
        Trainer(max_steps=4, accelerator="cpu", callbacks=[callback], logger=False, enable_checkpointing=False,
                enable_progress_bar=False, enable_model_summary=False, default_root_dir=tmp_path).fit(module, data)


def test_a_trainer_of_lightning_is_recorded(tmp_path):
    from actscope.lightning import RecordCallback

    callback = RecordCallback(tmp_path / "run")
    Lit.fit(Lit.module(), callback, tmp_path)
    kept_loss = 4  # Lightning keeps a copy of the loss, 4 bytes, from before backward on
    assert steps_of(callback.report, kept_loss) == (4, "completed")
    failing = RecordCallback(tmp_path / "failed")
    with pytest.raises(RuntimeError, match="unlucky"):
        Lit.fit(Lit.module(raise_at=2), failing, tmp_path)
    assert steps_of(failing.report, kept_loss)[1] == "failed"


def test_another_rank_trains_alone(tmp_path, monkeypatch):
    from actscope.huggingface import RecordCallback

    monkeypatch.setenv("RANK", "1")
    callback = RecordCallback(tmp_path / "run")
    callback.on_train_begin(None, None, None)
    callback.on_train_end(None, None, None)
    assert callback.report is None and not (tmp_path / "run").exists()
