"""Writes the PyTorch files of tests/archive/fixtures. Run: python3 tests/archive/make_fixtures.py, then deno fmt."""

import argparse
import hashlib
import json
import os
import pickle
import sys
from collections import OrderedDict, defaultdict

import torch
from torch import nn
from torch.nn import functional as F

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fixtures")


def path(name):
    return os.path.join(HERE, name)


class Attack:
    """Runs a shell command in every ordinary unpickler."""

    def __init__(self, call, *args):
        self.call, self.args = call, args

    def __reduce__(self):
        return self.call, self.args


class Conv(nn.Module):
    def __init__(self, inputs, outputs, gate=False):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        if gate:
            self.attention = Attention(outputs)

    def forward(self, x):
        x = F.relu(self.conv2(F.relu(self.conv1(x))))
        return self.attention(x) if hasattr(self, "attention") else x


class Attention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.ChannelGate = nn.Module()
        hidden = channels // 16
        self.ChannelGate.mlp = nn.Sequential(
            nn.Flatten(), nn.Linear(channels, hidden), nn.ReLU(), nn.Linear(hidden, channels)
        )
        self.SpatialGate = nn.Module()
        self.SpatialGate.compress = nn.Conv2d(2, 1, 7, padding=3, bias=False)

    def forward(self, x):
        mlp = self.ChannelGate.mlp
        gate = mlp(F.adaptive_avg_pool2d(x, 1)) + mlp(F.adaptive_max_pool2d(x, 1))
        x = x * torch.sigmoid(gate)[:, :, None, None]
        pooled = torch.cat([x.max(1, keepdim=True)[0], x.mean(1, keepdim=True)], 1)
        return x * torch.sigmoid(self.SpatialGate.compress(pooled))


class Last(nn.Module):
    def __init__(self, features, channels, act):
        super().__init__()
        self.split, self.act = features - channels, act
        self.conv1 = nn.Conv2d(features - channels, channels, 3, padding=1)
        self.conv_up_block = Conv(channels, features)
        self.conv2 = nn.Conv2d(features, channels, 3, padding=1)

    def forward(self, x):
        centre = self.act(self.conv1(x[:, : self.split]))
        n = centre.shape[-1]
        centre = F.pad(centre, [n // 2] * 4)
        border = F.interpolate(self.conv_up_block(x[:, self.split :]), scale_factor=2)
        border = F.silu(self.conv2(border))
        mask = F.pad(torch.zeros(n, n), [n // 2] * 4, value=1.0)
        return centre + border * mask


class Decoder(nn.Module):
    def __init__(self, widths, channels, part, act):
        super().__init__()
        self.blocks = nn.ModuleList(Conv(a, b) for a, b in zip(widths, widths[1:]))
        self.part = part
        setattr(self, part, Last(widths[-1], channels, act))

    def forward(self, x):
        for block in self.blocks:
            x = F.interpolate(block(x), scale_factor=2)
        return getattr(self, self.part)(x)


class Network(nn.Module):
    """The network for N = 64: encoder 32, 64, 128 and decoder 64, 32, all times `scale`."""

    def __init__(self, scale, channels, gate):
        super().__init__()
        encoder = [channels] + [round(w * scale) for w in (32, 64, 128)]
        decoder = [encoder[-1]] + [round(w * scale) for w in (64, 32)]
        self.encoder = nn.Module()
        self.encoder.blocks = nn.ModuleList(
            Conv(a, b, gate) for a, b in zip(encoder, encoder[1:])
        )
        self.decoder_amp = Decoder(decoder, channels, "amp", F.silu)
        self.decoder_phase = Decoder(decoder, channels, "phase", lambda x: torch.pi * torch.tanh(x))

    def forward(self, x):
        for block in self.encoder.blocks:
            x = F.max_pool2d(block(x), 2)
        return self.decoder_amp(x), self.decoder_phase(x)


def wave(batch, channels, n):
    """An input any program can make: exactly representable numbers."""
    i = torch.arange(batch * channels * n * n, dtype=torch.float64)
    return ((i * 37) % 128 / 64).to(torch.float32).reshape(batch, channels, n, n)


def network_file():
    torch.manual_seed(7)
    channels = 4
    network = Network(5 / 32, channels, False)
    wrapper = nn.Module()
    wrapper.model = nn.Module()
    wrapper.model.autoencoder = network
    wrapper.model.forward_model = nn.Module()
    for name in ("alpha", "beta"):
        setattr(wrapper.model.forward_model, name, nn.Parameter(torch.ones(1)))
    # Half of the size: the values are exact in bfloat16.
    state = OrderedDict((k, v.detach().bfloat16()) for k, v in wrapper.state_dict().items())
    network.load_state_dict({k: state["model.autoencoder." + k].float() for k in network.state_dict()})
    with torch.no_grad():
        amp, phase = network(wave(1, channels, 64))
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    curve = torch.optim.lr_scheduler.MultiStepLR(optimizer, [30, 40])
    hyper = {
        "model_config": {"amp_activation": "silu", "object_big": True, "mode": "Unsupervised"},
        "data_config": {"grid_size": (2, 2), "N": 64, "nphotons": 1e5},
    }
    torch.save(
        {
            "epoch": 3,
            "pytorch-lightning_version": "2.5.0",
            "state_dict": state,
            "hyper_parameters": hyper,
            "optimizer_states": [{"state": {0: {"step": torch.tensor(2.0)}}, "param_groups": [{"lr": 1e-3}]}],
            "lr_schedulers": [curve.state_dict()],
            "callbacks": {
                "ModelCheckpoint{'monitor': 'val_loss'}": {
                    "best_model_score": torch.tensor(1.5),
                    "best_k_models": {"last.ckpt": torch.tensor(1.5)},
                    "seen": defaultdict(list, {"val_loss": [1.5]}),
                }
            },
        },
        path("network.ckpt"),
    )
    picked = {}
    for name, value in (("amp", amp), ("phase", phase)):
        picked[name] = [round(v, 6) for v in value[0, :, 2::11, 3::9].flatten().tolist()]
    with open(path("network.json"), "w") as out:
        json.dump({"rows": "2::11", "columns": "3::9", **picked}, out)
        out.write("\n")


def tensors_file():
    base = torch.arange(24, dtype=torch.float32).reshape(4, 6)
    torch.save(
        OrderedDict(
            plain=base,
            transposed=base.t(),
            window=base[1:3, 2:5],
            column=base[:, 4],
            expanded=torch.tensor([[1.5], [2.5]]).expand(2, 3),
            half=torch.tensor([1.0, -0.5, 65504.0]).half(),
            brain=torch.tensor([1.0, -0.5, 3.0e38]).bfloat16(),
            double=torch.tensor([1 / 3], dtype=torch.float64),
            long=torch.tensor([2**40, -1]),
            short=torch.tensor([-7, 9], dtype=torch.int16),
            flags=torch.tensor([True, False]),
            complex=torch.tensor([[1 + 2j, 3 - 4j]]).t(),
            scalar=torch.tensor(4.25),
            empty=torch.zeros(0, 3),
            parameter=nn.Parameter(torch.tensor([8.0])),
        ),
        path("tensors.pth"),
    )
    torch.save(
        {"a": (1, 2.5, None, True), "b": [b"xy", "\u00e9", {3, 4}], "c": torch.Size([2, 3]), 2**70: -(2**70)},
        path("plain.pth"),
    )
    import numpy
    import pathlib

    library = {
        "path": pathlib.PurePosixPath("/data/scan.npz"),
        "double": numpy.float64(0.125),
        "single": numpy.float32(-2.5),
        "whole": numpy.int64(-3),
        "flag": numpy.bool_(True),
        "array": numpy.arange(6.0).reshape(2, 3),
        "gridsize": numpy.int32(2),
    }
    for protocol in (2, 4):
        with open(path(f"library_{protocol}.pkl"), "wb") as out:
            pickle.dump(library, out, protocol)


def attack_files():
    command = "echo owned > /tmp/ptychogpu_pickle_attack"
    torch.save({"state_dict": Attack(os.system, command)}, path("attack_system.pth"))
    torch.save({"w": torch.ones(2), "x": Attack(eval, "1+1")}, path("attack_eval.pth"))
    torch.save({"w": torch.ones(2), "x": argparse.Namespace(a=1)}, path("foreign_class.pth"))
    torch.save({"w": torch.ones(2)}, path("old_format.pth"), _use_new_zipfile_serialization=False)


def checksums():
    names = sorted(f for f in os.listdir(HERE) if f.endswith((".pth", ".ckpt", ".pkl")))
    with open(path("SHA256SUMS"), "w") as out:
        for name in names:
            with open(path(name), "rb") as file:
                out.write(f"{hashlib.sha256(file.read()).hexdigest()}  {name}\n")


def main():
    os.makedirs(HERE, exist_ok=True)
    network_file()
    tensors_file()
    attack_files()
    checksums()
    total = sum(os.path.getsize(path(f)) for f in os.listdir(HERE))
    print(f"{total} bytes written by PyTorch {torch.__version__}, pickle {pickle.format_version}", file=sys.stderr)


main()
