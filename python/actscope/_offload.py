# SPDX-License-Identifier: Apache-2.0
"""Keeps what autograd saves on a device in pinned memory of the host, exactly, and fetches it in time."""

import collections
import threading
import weakref

import torch

from . import _codes
from ._extents import WeakStorage, extent_of
from ._packed import Laid
from ._packing import Packing
from ._transfers import CudaTransfers

STORES = (*_codes.STORES, "offload")
MOST_IN_FLIGHT_BYTES = 64 * 2**20  # that the device still holds of what is copied to the host, or holds again beforehand
FEWEST_IN_FLIGHT = 2  # storages, however large
MOST_AHEAD = 64  # storages that are looked at to be fetched beforehand

_homes = {}  # by device


def home_of(device):
    """The ``Home`` of what lies on a device, or None: what is on the host has nowhere to go."""
    home = _homes.get(device)
    if home is None and device.type == "cuda":
        home = _homes.setdefault(device, Home(CudaTransfers(device)))
    return home


def packing_of(store, *args):
    """The ``Packing`` of a store, one of ``STORES`` or None; arguments as it takes them."""
    return Offloading(store, *args) if store == "offload" else Packing(store, *args)


def require_device(tensors):
    """Refuses to offload where every tensor lies on the host."""
    devices = {tensor.device for tensor in tensors}
    if devices and not any(home_of(device) for device in devices):
        raise ValueError("'offload' moves what is kept from a CUDA device to the host, and everything here lies on the "
                         f"{'CPU' if {d.type for d in devices} == {'cpu'} else 'device ' + str(next(iter(devices)))} "
                         "already: give 'int4' or 'int8'")


class Home:
    """What one device has given to the host.

    Leaving: the copy runs beside the computation, and the device keeps the tensor until the computation's stream has
    been told to wait for the copy. So memory is never used again before it was read, whatever the allocator does, and at
    most ``MOST_IN_FLIGHT_BYTES`` (or two storages) are there twice. Coming back: the first that backward asks for is
    waited for, those that were packed before it follow on their own, as many bytes at a time, and as many stay for others
    that saved them too. Memory of the host is used
    again, ordered by the one stream of copies, and never more of it is held than was in use at once.
    """

    def __init__(self, transfers):
        self.transfers = transfers
        self._lock = threading.Lock()  # backward runs on a thread of its own
        self._leaving = collections.deque()  # the oldest first
        self._here = collections.deque()  # those that came back, while they may be asked for again
        self._ended = collections.deque()  # those that nobody wants any more
        self._last = _nobody
        self._free = {}  # memory of the host by bytes, the longest unused first
        self.used_bytes = self.free_bytes = self.most_used_bytes = 0
        self.leaving_bytes = self.ahead_bytes = self.here_bytes = 0

    def take(self, flat):
        """An ``Away`` for a dense vector of the device. Raises RuntimeError: there is no pinned memory left."""
        with self._lock:
            self._tidy()
            away = Away(self, flat, self._host_memory(flat.nbytes), self._last)
            self._last = weakref.ref(away)
            trip = away.trip
            try:
                trip.left = self.transfers.copy(trip.host, trip.source)
            except BaseException:
                trip.source = None
                raise
            self._leaving.append(trip)
            self.leaving_bytes += trip.bytes
            self._let_go(MOST_IN_FLIGHT_BYTES, FEWEST_IN_FLIGHT)
            return away

    def settle(self):
        """Lets everything go that is still on its way out."""
        with self._lock:
            self._tidy()
            self._let_go(0, 0)

    # The computation waits for the end of the oldest copies before it uses their memory again.
    def _let_go(self, most_bytes, fewest):
        while len(self._leaving) > fewest and self.leaving_bytes > most_bytes:
            self._has_left(self._leaving.popleft())

    def _has_left(self, trip):
        self.transfers.wait(trip.left)
        trip.is_torn = trip.is_torn or trip.source._version != trip.version
        trip.source = None
        self.leaving_bytes -= trip.bytes

    def bring(self, away):
        """The bytes of an ``Away`` on the device, for what the computation enqueues from now on."""
        with self._lock:
            self._tidy()
            here = self._brought(away.trip)
            self._fetch_ahead(away)
            return here

    def _brought(self, trip):
        if trip.source is not None and trip.source._version != trip.version:
            trip.is_torn = True
        if trip.is_torn:
            raise RuntimeError("one of the variables needed for gradient computation has been modified by an inplace "
                               "operation while it was copied to the host (actscope, store 'offload')")
        if trip.source is not None:
            return trip.source
        if trip.here is not None:
            return trip.here
        here = None if trip.shared is None else trip.shared.tensor(torch.uint8, trip.device)
        if here is None:
            if trip.back is None:
                self._begin(trip)
            here = trip.back
            self._has_arrived(trip)
            trip.shared = WeakStorage(here.untyped_storage())
            self._stay(trip, here)
        return here

    # Others of the graph may ask for it next; when nobody can any more it goes.
    def _stay(self, trip, here):
        trip.here = here
        self._here.append(trip)
        self.here_bytes += trip.bytes
        while len(self._here) > 1 and self.here_bytes > MOST_IN_FLIGHT_BYTES:
            self._go(self._here.popleft())

    def _go(self, trip):
        trip.here = None
        self.here_bytes -= trip.bytes

    def _begin(self, trip):
        trip.back = self.transfers.device_memory(trip.bytes)
        trip.arrived = self.transfers.copy(trip.back, trip.host)

    def _has_arrived(self, trip):
        self.transfers.wait(trip.arrived)
        trip.back = trip.arrived = None
        if trip.is_ahead:
            trip.is_ahead = False
            self.ahead_bytes -= trip.bytes

    # Backward asks for what was packed last first.
    def _fetch_ahead(self, away):
        for _ in range(MOST_AHEAD):
            away = away.before()
            if away is None:
                return
            trip = away.trip
            if trip.source is not None or trip.back is not None or trip.here is not None:
                continue
            if self.ahead_bytes and self.ahead_bytes + trip.bytes > MOST_IN_FLIGHT_BYTES:
                return
            self._begin(trip)
            trip.is_ahead = True
            self.ahead_bytes += trip.bytes

    def _host_memory(self, count):
        if self._free.get(count):
            memory = self._from_free(count)
        else:
            while self._free and self.used_bytes + self.free_bytes + count > self.most_used_bytes:
                self._from_free(next(iter(self._free)))
            memory = self.transfers.host_memory(count)
        self.used_bytes += count
        self.most_used_bytes = max(self.most_used_bytes, self.used_bytes)
        return memory

    def _from_free(self, count):
        memory = self._free[count].pop()
        self.free_bytes -= count
        if not self._free[count]:
            del self._free[count]
        return memory

    def end(self, trip):
        """Nobody wants a trip any more; its copies may still run. It may come at any time, also while we are at work."""
        self._ended.append(trip)
        if self._lock.acquire(blocking=False):
            try:
                self._tidy()
            finally:
                self._lock.release()

    def _tidy(self):
        while self._ended:
            trip = self._ended.popleft()
            if trip.source is not None:
                self._leaving.remove(trip)
                self._has_left(trip)
            if trip.back is not None:
                self._has_arrived(trip)
            if trip.here is not None:
                self._here.remove(trip)
                self._go(trip)
            self._free.setdefault(trip.bytes, []).append(trip.host)
            self.free_bytes += trip.bytes
            self.used_bytes -= trip.bytes


def _nobody():
    return None


class _Trip:
    """Memory of the host, and what of it is on the device meanwhile."""

    __slots__ = ("bytes", "device", "host", "source", "version", "is_torn", "left", "back", "arrived", "is_ahead", "here",
                 "shared")

    def __init__(self, flat, host):
        self.bytes, self.device, self.host = flat.nbytes, flat.device, host
        self.source, self.version, self.is_torn = flat.view(torch.uint8), flat._version, False
        self.left = self.back = self.arrived = None
        self.here = self.shared = None  # what came back; weakly, where it went while something uses it
        self.is_ahead = False


class Away:
    """One storage, or a part of it, in memory of the host."""

    __slots__ = ("home", "trip", "dtype", "before", "__weakref__")
    bytes = 0  # that the device holds of it once it has left

    def __init__(self, home, flat, host, before):
        self.home, self.dtype, self.before = home, flat.dtype, before
        self.trip = _Trip(flat, host)

    def flat(self):
        return self.home.bring(self).view(self.dtype)

    def __del__(self):
        self.home.end(self.trip)


class _Shared:
    """An ``Away`` for every tensor that shows elements of it."""

    __slots__ = ("codes", "storage", "__weakref__")

    def __init__(self, away, storage):
        self.codes, self.storage = away, WeakStorage(storage)

    def flat(self, is_shared):
        return self.codes.flat()


_shared = weakref.WeakValueDictionary()  # by (storage, version, type, extent)


class Offloading(Packing):
    """The policy of the store 'offload': every strided tensor of a device, of any type, as it is."""

    def _reason_against(self, tensor):
        if type(tensor) not in (torch.Tensor, torch.nn.Parameter):
            return f"a {type(tensor).__module__}.{type(tensor).__qualname__}"
        if tensor.layout is not torch.strided:
            return f"its layout is {tensor.layout}"
        if tensor.is_conj() or tensor.is_neg():
            return "a conjugate or negative that is not computed yet"
        if home_of(tensor.device) is None:
            return f"on the {'CPU' if tensor.device.type == 'cpu' else tensor.device} already"
        if tensor.nbytes < max(self.least_bytes, 1):
            return f"below {self.least_bytes:,} bytes"
        return self._reason_to_be_kept(tensor)

    def _packed_as(self, tensor):
        extent = extent_of(tensor)
        key = (WeakStorage.identity(tensor.untyped_storage()), tensor._version, tensor.dtype, extent.key())
        there = _shared.get(key)
        if there is None:
            try:
                away = home_of(tensor.device).take(extent.flat(tensor))
            except RuntimeError as error:
                return self._kept(tensor, f"no pinned memory is left: {str(error).splitlines()[0]}")
            there = _shared[key] = _Shared(away, tensor.untyped_storage())
        self._count(tensor, "on the host, exact", "", 0)
        self._packed.add(there)
        return Laid(there, extent)


def settle():
    """Lets every device go of what is copied already or is being copied to the host, in the order of its computation."""
    for home in list(_homes.values()):
        home.settle()


__all__ = ["Away", "Home", "Offloading", "STORES", "home_of", "packing_of", "require_device", "settle"]
