"""The FIFO of `./accio bench bridge` as a cocotb user writes it: one coroutine, one await a cycle, handles hoisted.

After RisingEdge, handles show what the flip-flops see at that edge; what is written then takes effect after it.
"""

import collections
import json
import os
import random
import time

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import RisingEdge


@cocotb.test()
async def random_traffic(dut):
    cycles = int(os.environ["BENCH_CYCLES"])
    rng = random.Random(int(os.environ["BENCH_SEED"]))
    clk, rst = dut.clk, dut.rst
    push_valid, push_ready, push_payload = dut.push_valid, dut.push_ready, dut.push_payload
    pop_valid, pop_ready, pop_payload = dut.pop_valid, dut.pop_ready, dut.pop_payload
    Clock(clk, 10, unit="ns", impl="gpi").start()
    rst.value = 1
    push_valid.value = 0
    pop_ready.value = 0
    for _ in range(3):
        await RisingEdge(clk)
    rst.value = 0
    await RisingEdge(clk)

    model = collections.deque()
    getrandbits = rng.getrandbits
    edge = RisingEdge(clk)
    moved = 0
    started = time.process_time()
    for _ in range(cycles):
        bits = getrandbits(34)
        data = bits >> 2
        push_valid.value = bits & 1
        push_payload.value = data
        pop_ready.value = bits >> 1 & 1
        await edge
        if bits & 2 and int(pop_valid.value):
            assert int(pop_payload.value) == model.popleft()
            moved += 1
        if bits & 1 and int(push_ready.value):
            model.append(data)
    seconds = time.process_time() - started
    assert moved > cycles // 8
    with open(os.environ["BENCH_RESULT"], "w") as out:
        json.dump({"seconds": seconds, "cycles": cycles, "moved": moved}, out)
