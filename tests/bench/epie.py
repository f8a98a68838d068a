"""Times a plain ePIE sweep in NumPy and SciPy (single precision), one JSON request a line.

Request: {"N", "shifted", "patterns"}; answer: {"ms": milliseconds of one sweep}. With shifted positions the
probe is moved by a phase ramp and its change moved back, as the engines do.
"""
import json
import sys
import time

try:
    import numpy as np
    import scipy.fft as sf
except ImportError:
    sys.exit(1)
print(json.dumps({"numpy": np.__version__}), flush=True)


def sweep(N, shifted, patterns, state={}):
    key = (N, patterns)
    if key not in state:
        rng = np.random.default_rng(1)
        side = N + N // 2
        amplitude = rng.random((patterns, N, N), dtype=np.float32)
        state[key] = (np.ones((side, side), np.complex64),
                      (rng.random((N, N)) + 0.1).astype(np.complex64), amplitude,
                      rng.integers(0, N // 2, (patterns, 2)), rng.random((patterns, 2)) - 0.5)
    O, P, A, corners, fractions = state[key]
    f = np.fft.fftfreq(N).astype(np.float32)
    for j in range(patterns):
        y, x = corners[j]
        o = O[y:y + N, x:x + N]
        p = P
        if shifted:
            dy, dx = fractions[j].astype(np.float32)
            turn = np.float32(-2 * np.pi)
            ramp = np.exp(1j * turn * dy * f)[:, None] * np.exp(1j * turn * dx * f)[None]
            ramp = ramp.astype(np.complex64)
            p = sf.ifft2(sf.fft2(P) * ramp)
        psi = p * o
        F = sf.fft2(psi, norm="ortho")
        chi = sf.ifft2(F * (A[j] / (np.abs(F) + 1e-7)), norm="ortho") - psi
        dO = 0.5 / (np.abs(p) ** 2).max() * np.conj(p) * chi
        dP = 0.1 / (np.abs(o) ** 2).max() * np.conj(o) * chi
        o += dO
        P += sf.ifft2(sf.fft2(dP) * np.conj(ramp)) if shifted else dP


for line in sys.stdin:
    r = json.loads(line)
    start = time.perf_counter()
    sweep(r["N"], r["shifted"], r["patterns"])
    print(json.dumps({"ms": (time.perf_counter() - start) * 1e3}), flush=True)
