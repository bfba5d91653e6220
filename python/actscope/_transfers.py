# SPDX-License-Identifier: Apache-2.0
"""Copies between a device and pinned host memory beside the computation: what CUDA gives for it.

``_offload`` sees no more of a device than these calls, and a device of a test has them too.
"""

import torch


class CudaTransfers:
    """One CUDA device and a stream of its own for copies, in both directions and in the order they are asked for.

    Nothing here waits on the host. What is enqueued on the copies' stream runs beside the computation; ``mark`` and
    ``wait`` put it in order.
    """

    def __init__(self, device):
        self.device = device
        self._copies = torch.cuda.Stream(device)

    def host_memory(self, count):
        """So many bytes of pinned memory as uint8. Raises RuntimeError where there is none left."""
        return torch.empty(count, dtype=torch.uint8, pin_memory=True)

    def device_memory(self, count):
        """So many bytes of the device as uint8, from the pool of the computation's stream."""
        return torch.empty(count, dtype=torch.uint8, device=self.device)

    def copy(self, to, source):
        """Enqueues a copy behind everything that the computation has enqueued, and returns the mark of its end."""
        computation = torch.cuda.current_stream(self.device)
        self._copies.wait_stream(computation)
        with torch.cuda.stream(self._copies):
            to.copy_(source, non_blocking=True)
            return self._copies.record_event(), computation

    def wait(self, mark):
        """Lets what the computation enqueues from now on begin behind a mark.

        That is the stream which is current and the one which was when the copy was asked for: its pool has the memory.
        """
        event, computation = mark
        computation.wait_event(event)
        current = torch.cuda.current_stream(self.device)
        if current != computation:
            current.wait_event(event)
