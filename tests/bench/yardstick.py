"""Times the same network in PyTorch and the same transforms in SciPy, one JSON request a line.

Requests: {"op": "train" | "infer", "N", "C", "width", "batch", "repeats"}, {"op": "fft", "count", "size", "repeats"}.
Answers: {"ms": [...]} of each repeat. The first line printed says which versions and devices there are.
"""
import json
import math
import sys
import time

threads = int(sys.argv[1]) if len(sys.argv) > 1 else 2
want_cuda = len(sys.argv) > 2 and sys.argv[2] == "gpu"
try:
    import torch
    from torch import nn
    from torch.nn import functional as fn

    torch.set_num_threads(threads)
    device = "cuda" if want_cuda and torch.cuda.is_available() else "cpu"
except ImportError:
    torch = None
try:
    import numpy
    import scipy
    import scipy.fft
except ImportError:
    scipy = None

ENCODER = {64: [32, 64, 128], 128: [16, 32, 64, 128], 256: [8, 16, 32, 64, 128]}
DECODER = {64: [64, 32], 128: [128, 64, 32], 256: [256, 128, 64, 32]}


def network(N, C, width):
    """One encoder, two decoders with the split last stage."""

    def pair(inputs, outputs):
        return nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, padding=1), nn.ReLU())

    class Decoder(nn.Module):
        def __init__(self, inputs, head):
            super().__init__()
            stages = []
            for outputs in (width * c for c in DECODER[N]):
                stages += [pair(inputs, outputs), nn.Upsample(scale_factor=2)]
                inputs = outputs
            self.stages, self.head = nn.Sequential(*stages), head
            self.centre = nn.Conv2d(inputs - C, C, 3, padding=1)
            self.grow = nn.Sequential(pair(C, inputs), nn.Upsample(scale_factor=2))
            self.border = nn.Conv2d(inputs, C, 3, padding=1)
            outside = torch.ones(N, N)
            outside[N // 4:3 * N // 4, N // 4:3 * N // 4] = 0
            self.register_buffer("outside", outside)

        def forward(self, x):
            x = self.stages(x)
            centre = fn.pad(self.head(self.centre(x[:, :-C])), [N // 4] * 4)
            return centre + self.outside * fn.silu(self.border(self.grow(x[:, -C:])))

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            stages, inputs = [], C
            for outputs in (width * c for c in ENCODER[N]):
                stages += [pair(inputs, outputs), nn.MaxPool2d(2)]
                inputs = outputs
            self.encoder = nn.Sequential(*stages)
            self.amplitude = Decoder(inputs, torch.sigmoid)
            self.phase = Decoder(inputs, lambda x: math.pi * torch.tanh(x))

        def forward(self, x):
            code = self.encoder(x)
            return torch.polar(self.amplitude(code), self.phase(code))

    return Network()


models = {}


def model_of(N, C, width, batch):
    """Network, one batch, and a function that makes a training step; built on first use."""
    key = (N, C, width, batch)
    if key not in models:
        torch.manual_seed(0)
        net = network(N, C, width).to(device)
        axis = torch.arange(N) - N / 2
        probe = (4 * torch.exp(-(axis[:, None] ** 2 + axis ** 2) / (N / 3) ** 2)).to(device)
        data = torch.rand(batch, C, N, N, device=device)
        optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
        counts = (10 * data) ** 2

        def step():
            optimizer.zero_grad(set_to_none=True)
            field = torch.fft.fft2(net(data) * probe, norm="ortho")
            intensity = torch.fft.fftshift(field.real ** 2 + field.imag ** 2, dim=(-2, -1))
            rate = 100 * intensity + 1e-6
            loss = (rate - counts * torch.log(rate)).sum(dim=(1, 2, 3)).mean()
            loss.backward()
            optimizer.step()

        def infer():
            with torch.no_grad():
                net(data)

        models.clear()
        models[key] = {"train": step, "infer": infer}
        for _ in range(2):
            step()
            infer()
    return models[key]


images = {}


def transform_of(count, size):
    key = (count, size)
    if key not in images:
        random = numpy.random.default_rng(0)
        values = random.normal(size=(2, count, size, size)).astype(numpy.float32)
        images[key] = values[0] + 1j * values[1]
    return lambda: scipy.fft.fft2(images[key], norm="ortho", workers=threads)


def milliseconds(work, repeats, wait):
    work()
    wait()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        wait()
        times.append(1e3 * (time.perf_counter() - start))
    return times


def answer(request):
    repeats = request["repeats"]
    if request["op"] == "fft":
        work = transform_of(request["count"], request["size"])
        return {"ms": milliseconds(work, repeats, lambda: None)}
    work = model_of(*(request[name] for name in ("N", "C", "width", "batch")))[request["op"]]
    wait = torch.cuda.synchronize if device == "cuda" else lambda: None
    return {"ms": milliseconds(work, repeats, wait)}


print(json.dumps({
    "torch": torch and torch.__version__,
    "device": torch and (torch.cuda.get_device_name() if device == "cuda" else "cpu"),
    "scipy": scipy and scipy.__version__,
    "threads": threads,
}), flush=True)
for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except Exception as error:
        reply = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(reply), flush=True)
