# SPDX-License-Identifier: Apache-2.0
"""actscope.plan: budgets are kept as measured, the least time is chosen, and nothing of the model changes."""

import copy

import actscope
import pytest
import torch
from actscope import _planner
from actscope._trials import Trials
from fake_transfers import fake_device
from ledger_models import MODELS
from small_decoder import distance, gradients, small_decoder, state_of
from torch import nn
from torch.nn import functional as F

RATIOS = {"int4": 1.2, "int8": 1.1, "bf16": 1.05, "recompute": 1.3, "offload": 1.02}


@pytest.fixture
def no_clock(monkeypatch):
    """A step takes a second, and longer by the share of modules that have a way."""
    def time(self, ways, rounds):
        blocks = [name for name, _ in self.model.named_modules() if name.count(".") == 1] or [None]
        extra = sum((RATIOS.get(way, 1.0) - 1) / len(blocks) for way in ways.values())
        return [(1.0, 1.0 + extra)] * rounds

    monkeypatch.setattr(Trials, "time", time)


def peak_of(model, inputs, loss):
    """By the allocator, of a step of training without an update."""
    for _ in range(2):
        model.zero_grad()
        live, _ = torch.ops.actscope.live_and_peak_bytes("cpu")
        torch.ops.actscope.reset_peak("cpu")
        loss(model(inputs)).backward()
        _, peak = torch.ops.actscope.live_and_peak_bytes("cpu")
    model.zero_grad()
    return peak - live


def decoder():
    return small_decoder(width=64, layers=3, rows=16)


def images():
    class Block(nn.Module):
        def __init__(self, width):
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.attention = nn.MultiheadAttention(width, 4, batch_first=True)
            self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Dropout(0.1), nn.Linear(4 * width, width))

        def forward(self, x):
            y = self.norm1(x)
            x = x + self.attention(y, y, y, need_weights=False)[0]
            return x + self.mlp(self.norm2(x))

    class Transformer(nn.Module):
        def __init__(self, width=64, layers=3):
            super().__init__()
            self.patches = nn.Conv2d(3, width, 8, 8)
            self.blocks = nn.Sequential(*(Block(width) for _ in range(layers)))
            self.head = nn.Linear(width, 10)

        def forward(self, x):
            return self.head(self.blocks(self.patches(x).flatten(2).transpose(1, 2)).mean(1))

    torch.manual_seed(0)
    return Transformer(), torch.randn(8, 3, 64, 64), lambda y: F.cross_entropy(y, torch.arange(8))


@pytest.mark.parametrize("make", [decoder, images])
@pytest.mark.parametrize("budget", ["70%", "45%"])
def test_a_budget_is_kept_as_measured(make, budget, no_clock):
    model, inputs, loss = make()
    torch.manual_seed(3)
    before, plain = state_of(model), gradients(model, inputs, loss)
    plan = actscope.plan(model, inputs, loss, budget=budget, least_bytes=0, rounds=1)
    assert state_of(model) == before
    assert plan.measured["peak_bytes"] <= plan.budget_bytes < plan.plain["peak_bytes"]
    assert abs(peak_of(model, inputs, loss) - plan.plain["peak_bytes"]) < 50_000
    actscope.apply(model, plan)
    assert abs(peak_of(model, inputs, loss) - plan.measured["peak_bytes"]) < 50_000
    assert actscope.ledger(model, inputs, loss).kept_bytes == plan.measured["kept_bytes"]
    torch.manual_seed(3)
    assert distance(gradients(model, inputs, loss), plain) <= 0.25 and plan.measured["error"] <= 0.25
    actscope.restore(model)
    assert state_of(model) == before


def test_a_budget_above_plain_keeps_everything():
    model, tokens, loss = decoder()
    for budget in ("100%", 2**40):
        plan = actscope.plan(model, tokens, loss, budget=budget)
        assert plan.ways == {} and not plan.document["candidates"] and plan.measured["error"] == 0
        assert plan.measured["step_ms"] == plan.plain["step_ms"]
        assert {row["reason"] for row in plan.rows if row["modules"]} == {"all fits as it is"}
    assert actscope.apply(model, plan).applied == {}


def test_a_budget_below_the_least_names_the_least_and_that_is_reached(no_clock):
    model, tokens, loss = decoder()
    before = state_of(model)
    for of in ("peak", "kept"):
        with pytest.raises(ValueError, match="below the least that any way reaches with error=0.25 .*1.00 KiB asked") as error:
            actscope.plan(model, tokens, loss, budget=1024, of=of, least_bytes=0, rounds=1)
        assert state_of(model) == before
        least = int(str(error.value).split("give ")[1].split()[0])
        plan = actscope.plan(model, tokens, loss, budget=least, of=of, least_bytes=0, rounds=1)
        assert plan.measured[f"{of}_bytes"] <= least
        with pytest.raises(ValueError, match="below the least"):
            actscope.plan(model, tokens, loss, budget=least // 2, of=of, least_bytes=0, rounds=1)


def test_the_kept_bytes_may_be_what_is_limited(no_clock):
    model, tokens, loss = decoder()
    plan = actscope.plan(model, tokens, loss, budget="50%", of="kept", least_bytes=0, rounds=1)
    assert plan.budget_bytes == actscope.ledger(model, tokens, loss).kept_bytes // 2
    assert plan.measured["kept_bytes"] <= plan.budget_bytes and "what is kept for backward" in str(plan)
    assert abs(plan.predicted["kept_bytes"] - plan.measured["kept_bytes"]) < plan.plain["kept_bytes"] / 50


def test_the_fastest_way_that_fits_is_taken(no_clock):
    model, tokens, loss = decoder()

    def ways(**options):
        plan = actscope.plan(model, tokens, loss, least_bytes=0, rounds=1, of="kept", **options)
        return {way for name, way in plan.ways.items() if name.startswith("blocks") and way != "keep"}

    assert ways(budget="60%") == {"int8"}
    assert ways(budget="60%", ways=("keep", "recompute")) == {"recompute"}
    assert ways(budget="60%", error=0) == {"recompute"}
    assert ways(budget="60%", ways="bf16") == {"bf16"}
    assert "int4" in ways(budget="16%")


def test_what_needs_most_for_a_moment_comes_first(no_clock):
    model, tokens, loss = decoder()
    plan = actscope.plan(model, tokens, loss, budget="70%", least_bytes=0, rounds=1, ways="recompute")
    ways = [plan.ways.get(f"blocks.{n}", "keep") for n in range(3)]
    whole = [way == "recompute" for way in ways]
    assert any(whole) and not all(whole) and whole == sorted(whole, reverse=True)
    turned = {f"blocks.{2 - n}": way for n, way in enumerate(ways)}
    with Trials(model, tokens, loss, 0) as trials:
        trials.try_plain()
        assert trials.try_ways(turned).peak_bytes > plan.measured["peak_bytes"]


def test_a_choice_that_takes_more_than_was_predicted_is_made_again(no_clock, monkeypatch):
    model, tokens, loss = decoder()
    with Trials(model, tokens, loss, 0) as trials:
        trials.try_plain()
        budget = trials.try_ways({"blocks.0": "int8"}).peak_bytes + 1000
    above, try_ways = [], Trials.try_ways

    def worse(self, ways):
        trial = try_ways(self, ways)
        if 0 < sum(name.startswith("blocks") for name in ways) < 3:  # so not in trials of a whole group
            trial.peak_bytes += 400_000
            above.append(trial.peak_bytes > budget)
        return trial

    monkeypatch.setattr(Trials, "try_ways", worse)
    plan = actscope.plan(model, tokens, loss, budget=budget, least_bytes=0, rounds=1, ways="int8")
    assert above[0] and not above[-1] and plan.measured["peak_bytes"] <= budget
    assert sum(name.startswith("blocks") for name in plan.ways) == 2  # three fit as well, but take longer


def test_the_error_is_limited(no_clock):
    model, tokens, loss = decoder()
    options = {"budget": "30%", "of": "kept", "least_bytes": 0, "rounds": 1, "ways": ("int4", "int8")}
    plan = actscope.plan(model, tokens, loss, error=0.01, **options)
    assert 0 < plan.measured["error"] <= 0.01 and set(plan.ways.values()) <= {"int8", "keep"}
    notes = [row["note"] for row in plan.document["candidates"] if row["way"] == "int4" and row["module"] == "blocks.*"]
    assert notes == ["its error is above 0.01"]
    with pytest.raises(ValueError, match="below the least that any way reaches with error=0 "):
        actscope.plan(model, tokens, loss, error=0, **options)
    assert actscope.plan(model, tokens, loss, error=None, **options).document["budget"]["error"] is None


def test_the_table_accounts_for_every_kept_byte(no_clock):
    model, tokens, loss = decoder()
    plan = actscope.plan(model, tokens, loss, budget="50%", least_bytes=0, rounds=1)
    assert sum(row["before_bytes"] for row in plan.rows) == plan.plain["kept_bytes"]
    assert sum(row["after_bytes"] for row in plan.rows) == plan.measured["kept_bytes"]
    assert sum(row["modules"] for row in plan.rows if row["module"].startswith("blocks")) == 3
    assert plan.rows[-1]["module"] == "(outside every module)" and "the loss" in plan.rows[-1]["reason"]
    tried = {(row["module"], row["way"]) for row in plan.document["candidates"]}
    assert {("blocks.*", way) for way in ("int4", "int8", "recompute", "keep, mlp recompute", "int4, mlp recompute")} <= tried


def test_a_function_that_runs_the_step(no_clock):
    model, tokens, loss = decoder()
    plan = actscope.plan(model, lambda: loss(model(tokens)), budget="60%", least_bytes=0, rounds=1)
    other = actscope.plan(model, tokens, loss, budget="60%", least_bytes=0, rounds=1)
    assert plan.ways == other.ways and plan.plain["kept_bytes"] == other.plain["kept_bytes"]
    with pytest.raises(TypeError, match="cannot call a step of the program"):
        actscope.footprint(model, lambda: loss(model(tokens)))


def test_a_model_that_is_compressed_is_planned_as_plain_and_stays_compressed(no_clock):
    model, tokens, loss = decoder()
    plain = actscope.ledger(model, tokens, loss).kept_bytes
    actscope.compress(model, "int8", least_bytes=0)
    before, kept = state_of(model), actscope.ledger(model, tokens, loss).kept_bytes
    plan = actscope.plan(model, tokens, loss, budget="60%", least_bytes=0, rounds=1)
    assert plan.plain["kept_bytes"] == plain
    assert state_of(model) == before and actscope.ledger(model, tokens, loss).kept_bytes == kept


def test_nothing_changes_in_success_and_in_failure(no_clock):
    torch.manual_seed(0)
    model = nn.Sequential(*(nn.Sequential(nn.Linear(32, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(0.2), nn.Linear(64, 32))
                            for _ in range(3)), nn.Linear(32, 4))
    model[1].eval()
    x = torch.randn(64, 32)
    model(x).sum().backward()
    before, flags = state_of(model), [m.training for m in model.modules()]
    tensors = copy.deepcopy([*model.parameters(), *model.buffers(), *(p.grad for p in model.parameters())])
    generator = torch.get_rng_state()

    def check():
        now = [*model.parameters(), *model.buffers(), *(p.grad for p in model.parameters())]
        assert all(torch.equal(a, b) for a, b in zip(now, tensors, strict=True))
        assert torch.equal(torch.get_rng_state(), generator)
        assert state_of(model) == before and [m.training for m in model.modules()] == flags

    plan = actscope.plan(model, x, budget="70%", least_bytes=0, rounds=1)
    check()
    assert plan.ways
    with pytest.raises(ValueError, match="below the least"):
        actscope.plan(model, x, budget=16, least_bytes=0, rounds=1)
    check()
    with pytest.raises(ZeroDivisionError):
        actscope.plan(model, x, lambda y: y.sum() / (1 // 0), budget="70%")
    check()
    exact = actscope.plan(model, x, budget="75%", error=0, least_bytes=0, rounds=1)
    check()
    assert set(exact.ways.values()) <= {"recompute", "keep"} and exact.measured["error"] == 0


def test_a_way_that_does_not_work_is_left_out(no_clock):
    class Odd(nn.Module):
        calls = 0

        def __init__(self):
            super().__init__()
            self.first, self.second = nn.Linear(32, 64), nn.Linear(64, 32)

        def forward(self, x):
            if torch.is_grad_enabled() and torch._C._autograd._top_saved_tensors_default_hooks(True) is not None:
                raise RuntimeError("this block\nwants no hooks")
            return self.second(self.first(x).relu())

    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(32, 32), nn.Sequential(nn.Linear(32, 64), nn.GELU(), nn.Linear(64, 32)), Odd())
    plan = actscope.plan(model, torch.randn(64, 32), budget="80%", of="kept", least_bytes=0, rounds=1)
    notes = {row["way"]: row["note"] for row in plan.document["candidates"] if row["module"] == "2"}
    assert notes["recompute"] == notes["int4"] == "RuntimeError: this block wants no hooks"
    assert "1" in plan.ways and plan.ways.get("2", "keep") == "keep"


def test_a_recomputation_that_is_not_exact_is_left_out(no_clock):
    class Counts(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear, self.act, self.calls = nn.Linear(64, 64), nn.Sigmoid(), 0

        def forward(self, x):
            self.calls = (self.calls + 1) % 2
            return self.act(self.linear(x) + 0.5 * self.calls * self.linear(x).detach())

    torch.manual_seed(0)
    model = nn.Sequential(*(nn.Sequential(Counts(), nn.Linear(64, 64)) for _ in range(2)))
    for _ in range(3):  # each pass changes what the next computes: plain steps differ
        with pytest.raises(ValueError, match="two plain steps have different gradients"):
            actscope.plan(model, torch.randn(32, 64), budget="80%", least_bytes=0, rounds=1)

    class Drifts(nn.Module):
        passes = 0

        def __init__(self):
            super().__init__()
            self.linear, self.out = nn.Linear(64, 64), nn.Linear(64, 64)

        def forward(self, x):
            within = torch._C._current_graph_task_id() != -1  # whether backward runs
            return self.out((self.linear(x) * (2 if within else 1)).exp().tanh())

    model = nn.Sequential(*(Drifts() for _ in range(3)))
    plan = actscope.plan(model, torch.randn(32, 64), budget="90%", of="kept", least_bytes=0, rounds=1)
    notes = {row["way"]: row["note"] for row in plan.document["candidates"] if row["module"] == "*"}
    assert notes["recompute"] == "changes the gradient here, and ought not to" and "recompute" not in plan.ways.values()


@pytest.mark.parametrize("name", ["llama", "lora", "bert", "resnet", "lstm", "views", "own_function", "checkpoint"])
def test_models_that_are_not_ours(name, no_clock):
    torch.manual_seed(0)
    model, inputs, loss = MODELS[name]()
    model.zero_grad()
    try:
        plan = actscope.plan(model, inputs, loss, budget="85%", of="kept", least_bytes=0, rounds=1, ways=("int8", "recompute"))
    except ValueError as error:
        assert "below the least" in str(error) and name in ("lstm", "own_function", "views")
        return
    assert plan.measured["kept_bytes"] <= plan.budget_bytes
    actscope.apply(model, plan)
    assert actscope.ledger(model, inputs, loss).kept_bytes == plan.measured["kept_bytes"]
    actscope.restore(model)
    assert all(p.grad is None for p in model.parameters())


def test_a_model_in_eval_mode_and_shared_modules(no_clock):
    torch.manual_seed(0)
    shared = nn.Sequential(nn.Linear(64, 256), nn.GELU(), nn.Linear(256, 64))
    model = nn.ModuleDict({"first": shared, "again": shared, "head": nn.Linear(64, 4)}).eval()
    x = torch.randn(64, 64)
    plan = actscope.plan(model, lambda: model["head"](model["again"](model["first"](x))).sum(), budget="60%", of="kept",
                         least_bytes=0, rounds=1)
    assert plan.measured["kept_bytes"] <= plan.budget_bytes and not model.training and "first" in plan.ways
    assert "again" not in plan.ways


def test_offload_is_tried_where_there_is_a_device(no_clock):
    model, tokens, loss = decoder()
    plan = actscope.plan(model, tokens, loss, budget="60%", least_bytes=0, rounds=1)
    assert plan.document["notes"] == ["Nothing is offloaded: the model lies on the CPU."]
    with pytest.raises(ValueError, match="'offload' moves what is kept from a CUDA device"):
        actscope.plan(model, tokens, loss, budget="60%", ways=("int4", "offload"))
    with fake_device() as home:  # its host is the CPU, so nothing is saved; but it is exact
        plan = actscope.plan(model, tokens, loss, budget="60%", least_bytes=0, rounds=1)
        tried = [row for row in plan.document["candidates"] if row["way"] == "offload" and row["module"] == "blocks.*"]
        assert tried[0]["error"] == 0 and not plan.document["notes"] and home.transfers.copies and not home.transfers.wrong


def test_a_plan_is_kept_for_later(tmp_path, no_clock):
    model, tokens, loss = decoder()
    plan = actscope.plan(model, tokens, loss, budget="60%", least_bytes=0, rounds=1)
    plan.to_json(tmp_path / "plan.json")
    later, _, _ = decoder()
    actscope.apply(later, actscope.Plan.from_json(tmp_path / "plan.json"))
    assert actscope.ledger(later, tokens, loss).kept_bytes == plan.measured["kept_bytes"]


def test_real_times_are_compared_to_plain():
    model, tokens, loss = decoder()
    plan = actscope.plan(model, tokens, loss, budget="60%", least_bytes=0, rounds=2)
    assert plan.plain["step_ms"] > 0 and plan.measured["step_ms"] > 0 and plan.predicted["extra_ms"] >= 0
    with Trials(model, tokens, loss, 0) as trials:
        pairs = trials.time({"blocks.0": "recompute"}, 3)
    assert len(pairs) == 3 and all(plain > 0 and ours > 0 for plain, ours in pairs)
    assert _planner._extra_of([(1.0, 1.5), (2.0, 2.2), (4.0, 4.8)]) == pytest.approx(0.4)


@pytest.mark.parametrize("wrong, kind, message", [
    ({"budget": "much"}, ValueError, "the budget cannot be read"), ({"budget": 1, "of": "all"}, ValueError, "no such of"),
    ({"budget": 1, "ways": ("int3",)}, ValueError, "no such way .got 'int3'"),
    ({"budget": 1, "ways": 5}, TypeError, "no list of ways"), ({"budget": 1, "error": -1}, ValueError, "error is negative"),
    ({"budget": 1, "error": "low"}, TypeError, "error is no number"), ({"budget": 1, "rounds": 0}, ValueError, "rounds"),
    ({"budget": 1, "error": float("nan")}, ValueError, "error is negative or no number"),
    ({"budget": 1, "least_bytes": -1}, ValueError, "least_bytes is negative")])
def test_wrong_arguments_are_named(wrong, kind, message):
    with pytest.raises(kind, match=message):
        actscope.plan(nn.Linear(4, 4), torch.randn(2, 4), **wrong)


def test_models_that_cannot_be_planned_are_named():
    with pytest.raises(TypeError, match="not a torch.nn.Module"):
        actscope.plan(3, budget=1)
    with pytest.raises(ValueError, match="compiled code keeps what the compiler says: plan it before torch.compile"):
        actscope.plan(torch.compile(nn.Linear(4, 4)), torch.randn(2, 4), budget=1)
    with pytest.raises(ValueError, match="a DataParallel, which reduces gradients"):
        actscope.plan(nn.DataParallel(nn.Linear(4, 4)), torch.randn(2, 4), budget=1)
    fsdp1 = type("FullyShardedDataParallel", (nn.Module,), {})
    fsdp2 = type("FSDPLinear", (type("FSDPModule", (), {}), nn.Linear), {})
    for kind in (fsdp1, fsdp2):
        with pytest.raises(ValueError, match="whose parameters are sharded: plan and apply before they are"):
            actscope.plan(kind.__new__(kind), torch.randn(2, 4), budget=1)
    with pytest.raises(ValueError, match="the loss has no graph"):
        actscope.plan(nn.Linear(4, 4).requires_grad_(False), torch.randn(2, 4), budget=1)
