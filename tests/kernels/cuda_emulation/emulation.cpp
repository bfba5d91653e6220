// SPDX-License-Identifier: Apache-2.0
// Threads of a block as fibers, and the CUDA runtime calls that the tests make.
#undef _FORTIFY_SOURCE  // its longjmp refuses to leave one stack for another
#include <setjmp.h>
#include <ucontext.h>

#include <algorithm>
#include <cfenv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <utility>
#include <vector>

#include "cuda_runtime.h"

emulation::Index threadIdx, blockIdx, blockDim, gridDim;

namespace {

constexpr unsigned warp = 32;
constexpr std::size_t stack_bytes = 65536;
constexpr std::size_t shared_bytes = 227 * 1024;  // what a thread block of sm_90 may ask for

enum class State { runnable, waits_for_block, waits_for_warp, done };

/// A copy to shared memory that was started and has not happened yet.
struct PendingCopy {
  void* to;
  const void* from;
  int bytes;
  int group;
};

struct Fiber {
  ucontext_t context{};  ///< to begin with; after that `place`
  jmp_buf place{};
  bool has_begun = false;
  State state = State::done;
  std::vector<char> stack = std::vector<char>(stack_bytes);
  double exchanged = 0;             ///< what the thread shows to its warp
  const void* shown = nullptr;      ///< the same, anything
  std::vector<PendingCopy> copies;  ///< oldest first
  int group = 0;                    ///< number of the group being made
};

std::vector<Fiber> fibers;
jmp_buf scheduler;
unsigned current = 0;
alignas(16) unsigned char shared_memory[shared_bytes];
std::size_t shared_in_use = 0;
const std::function<void()>* kernel_body = nullptr;

std::vector<emulation::Grid> launches;
int device_now = 0;

bool is_capturing = false;
std::size_t captured_launches = 0;

void wait(State state) {
  const unsigned self = current;
  fibers[self].state = state;
  // No system call, unlike swapcontext: tensor instructions wait for their warp very often.
  if (_setjmp(fibers[self].place) == 0) _longjmp(scheduler, 1);
}

/// Goes on with a fiber until it waits or ends.
void run(Fiber& fiber) {
  if (_setjmp(scheduler) != 0) return;
  if (fiber.has_begun) _longjmp(fiber.place, 1);
  fiber.has_begun = true;
  setcontext(&fiber.context);
}

/// Shows a value to the warp; everyone's can be read until `end_exchange`.
unsigned begin_exchange(double value) {
  const unsigned self = current;
  fibers[self].exchanged = value;
  wait(State::waits_for_warp);
  return self;
}
void end_exchange() {
  wait(State::waits_for_warp);
}

void run_fiber() {
  (*kernel_body)();
  fibers[current].state = State::done;
  _longjmp(scheduler, 1);
}

/// Lets every thread of [first, end) go on if all of them wait in `state`.
bool release(unsigned first, unsigned end, State state) {
  for (unsigned t = first; t < end; ++t) {
    if (fibers[t].state != state) return false;
  }
  for (unsigned t = first; t < end; ++t) fibers[t].state = State::runnable;
  return true;
}

void start_block(unsigned threads) {
  for (unsigned t = 0; t < threads; ++t) {
    getcontext(&fibers[t].context);
    fibers[t].context.uc_stack.ss_sp = fibers[t].stack.data();
    fibers[t].context.uc_stack.ss_size = fibers[t].stack.size();
    makecontext(&fibers[t].context, run_fiber, 0);
    fibers[t].has_begun = false;
    fibers[t].state = State::runnable;
    fibers[t].copies.clear();
    fibers[t].group = 0;
  }
  // Not a number in any type: nobody may count on zeros.
  std::memset(shared_memory, 0xff, shared_in_use);
}

/// Runs every thread to its next wait; returns whether all are done.
bool run_to_next_wait(unsigned threads) {
  bool all_done = true;
  for (unsigned t = 0; t < threads; ++t) {
    if (fibers[t].state == State::runnable) {
      current = t;
      threadIdx.x = t;
      run(fibers[t]);
    }
    all_done = all_done && fibers[t].state == State::done;
  }
  return all_done;
}

}  // namespace

namespace emulation {

int attributes_set = 0;

std::vector<Grid> take_launches() {
  return std::exchange(launches, {});
}

void run_grid(unsigned blocks, unsigned threads, std::size_t dynamic_bytes,
              const std::function<void()>& body) {
  if (dynamic_bytes > shared_bytes) {
    std::fprintf(stderr, "emulation: a launch wants more shared memory than there is\n");
    std::abort();
  }
  shared_in_use = dynamic_bytes;
  if (is_capturing) ++captured_launches;
  launches.push_back({blocks, threads});
  if (fibers.size() < threads) fibers.resize(threads);
  kernel_body = &body;
  gridDim.x = blocks;
  blockDim.x = threads;
  for (blockIdx.x = 0; blockIdx.x < blocks; ++blockIdx.x) {
    start_block(threads);
    while (!run_to_next_wait(threads)) {
      bool released = release(0, threads, State::waits_for_block);
      for (unsigned first = 0; first < threads; first += warp) {
        released = release(first, first + warp, State::waits_for_warp) || released;
      }
      if (!released) {
        std::fprintf(stderr, "emulation: threads of a block wait at different places\n");
        std::abort();
      }
    }
  }
}

const void* const* show_to_warp(const void* value) {
  static thread_local const void* shown[warp];
  fibers[current].shown = value;
  wait(State::waits_for_warp);
  const unsigned first = current / warp * warp;
  for (unsigned lane = 0; lane < warp; ++lane) shown[lane] = fibers[first + lane].shown;
  return shown;
}

void part_from_warp() {
  wait(State::waits_for_warp);
}

void start_copy(void* to, const void* from, int bytes) {
  Fiber& fiber = fibers[current];
  fiber.copies.push_back({to, from, bytes, fiber.group});
}

void close_copy_group() {
  ++fibers[current].group;
}

// Copies as late as a machine might: a read that does not wait long enough sees the old contents.
void finish_copies(int pending) {
  Fiber& fiber = fibers[current];
  const auto rest = std::find_if(fiber.copies.begin(), fiber.copies.end(), [&](const auto& copy) {
    return copy.group >= fiber.group - pending;
  });
  for (auto copy = fiber.copies.begin(); copy != rest; ++copy) {
    std::memset(copy->to, 0, 16);
    std::memcpy(copy->to, copy->from, static_cast<std::size_t>(copy->bytes));
  }
  fiber.copies.erase(fiber.copies.begin(), rest);
}

unsigned char* shared_memory_of_block() {
  return shared_memory;
}

float round_to_float(double value, int direction) {
  // volatile: the conversion happens between the two changes of direction.
  const volatile double from = value;
  std::fesetround(direction);
  const volatile float to = static_cast<float>(from);
  std::fesetround(FE_TONEAREST);
  return to;
}

}  // namespace emulation

void __syncthreads() {
  wait(State::waits_for_block);
}

void __syncwarp() {
  wait(State::waits_for_warp);
}

unsigned __ballot_sync(unsigned, bool predicate) {
  const unsigned first = begin_exchange(predicate ? 1 : 0) / warp * warp;
  unsigned bits = 0;
  for (unsigned lane = 0; lane < warp; ++lane) {
    if (fibers[first + lane].exchanged != 0) bits |= 1u << lane;
  }
  end_exchange();
  return bits;
}

bool __all_sync(unsigned mask, bool predicate) {
  return __ballot_sync(mask, predicate) == ~0u;
}

unsigned __shfl_up_sync(unsigned, unsigned value, unsigned distance) {
  const unsigned self = begin_exchange(value);
  const unsigned from = self % warp < distance ? self : self - distance;
  const auto result = static_cast<unsigned>(fibers[from].exchanged);
  end_exchange();
  return result;
}

double __shfl_xor_sync(unsigned, double value, int distance) {
  const unsigned self = begin_exchange(value);
  const double result = fibers[self ^ static_cast<unsigned>(distance)].exchanged;
  end_exchange();
  return result;
}

float __double2float_rd(double value) {
  return emulation::round_to_float(value, FE_DOWNWARD);
}
float __double2float_ru(double value) {
  return emulation::round_to_float(value, FE_UPWARD);
}

// The runtime: host memory in place of device memory, one stream, capture that counts launches and
// refuses allocation.
extern "C" {

cudaError_t cudaMalloc(void** memory, std::size_t bytes) {
  if (is_capturing) return cudaErrorStreamCaptureUnsupported;
  *memory = std::malloc(bytes);
  if (*memory == nullptr) return cudaErrorMemoryAllocation;
  std::memset(*memory, 0x7f, bytes);  // nobody may count on zeros
  return cudaSuccess;
}
cudaError_t cudaFree(void* memory) {
  std::free(memory);
  return cudaSuccess;
}
cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind) {
  std::memcpy(to, from, bytes);
  return cudaSuccess;
}
const char* cudaGetErrorName(cudaError_t) {
  return "emulated";
}
const char* cudaGetErrorString(cudaError_t) {
  return "emulated";
}
cudaError_t cudaGetLastError() {
  return cudaSuccess;
}
cudaError_t cudaGetDeviceCount(int* devices) {
  *devices = 1;
  return cudaSuccess;
}
cudaError_t cudaGetDevice(int* device) {
  *device = device_now;
  return cudaSuccess;
}
cudaError_t cudaSetDevice(int device) {
  if (device < 0 || device >= static_cast<int>(std::size(emulation::multiprocessors_of_device))) {
    return cudaErrorInvalidDevice;
  }
  device_now = device;
  return cudaSuccess;
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int) {
  *properties = {};
  std::strncpy(properties->name, "emulated on the CPU", sizeof properties->name - 1);
  return cudaSuccess;
}
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device) {
  switch (attribute) {
    case cudaDevAttrMaxSharedMemoryPerBlockOptin:
      *value = static_cast<int>(shared_bytes);
      return cudaSuccess;
    case cudaDevAttrMultiProcessorCount:
      *value = emulation::multiprocessors_of_device[device];
      return cudaSuccess;
    default:
      return cudaErrorInvalidValue;
  }
}
cudaError_t cudaFuncSetAttribute(const void*, cudaFuncAttribute, int) {
  ++emulation::attributes_set;
  return cudaSuccess;
}
cudaError_t cudaDriverGetVersion(int* version) {
  *version = CUDART_VERSION;
  return cudaSuccess;
}
cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  *stream = nullptr;
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t) {
  return cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t) {
  return is_capturing ? cudaErrorStreamCaptureUnsupported : cudaSuccess;
}
cudaError_t cudaStreamBeginCapture(cudaStream_t, cudaStreamCaptureMode) {
  is_capturing = true;
  captured_launches = 0;
  return cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t, cudaGraph_t* graph) {
  is_capturing = false;
  *graph = nullptr;
  return cudaSuccess;
}
cudaError_t cudaGraphGetNodes(cudaGraph_t, cudaGraphNode_t*, std::size_t* nodes) {
  *nodes = captured_launches;
  return cudaSuccess;
}
cudaError_t cudaGraphDestroy(cudaGraph_t) {
  return cudaSuccess;
}

}  // extern "C"
