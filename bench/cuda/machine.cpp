// SPDX-License-Identifier: Apache-2.0
#include "machine.hpp"

#include <algorithm>
#include <random>

#include "lt_product.hpp"

namespace actscope::bench::cuda {
namespace {

constexpr std::int64_t side = 8192;
constexpr std::int64_t drawn = std::int64_t{1} << 20;
constexpr std::int64_t copy_bytes = std::int64_t{1} << 29;
constexpr int rounds = 10;

// Random numbers as in a step: products of zeros take less power and run faster. About a megabyte
// is drawn and repeated.
DeviceMemory random_numbers(std::int64_t count, kernels::DType dtype) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  std::vector<float> values(static_cast<std::size_t>(drawn));
  for (float& value : values) value = normal(random);
  const DeviceMemory once = uploaded_as(values, dtype);
  DeviceMemory all(count * kernels::size_of(dtype));
  for (std::int64_t at = 0; at < all.bytes(); at += once.bytes()) {
    const std::int64_t bytes = std::min(once.bytes(), all.bytes() - at);
    check(cudaMemcpy(static_cast<char*>(all.data()) + at, once.data(),
                     static_cast<std::size_t>(bytes), cudaMemcpyDeviceToDevice),
          "cudaMemcpy");
  }
  return all;
}

Measured<double> peak_flops(const ElementType& type, const Stream& stream) {
  KernelRival facts;
  describe_cublas_lt(facts);
  if (facts.status != RivalStatus::ok) return Measured<double>::missing(facts.message);
  try {
    DeviceProduct product;
    product.depth = product.outputs = product.features = side;
    product.type = type;
    product.d = random_numbers(side * side, type.dtype);
    product.x = random_numbers(side * side, type.dtype);
    product.result = DeviceMemory(side * side * 4);
    const LtProduct best(product, nullptr, stream);
    const double flops = 2.0 * side * side * side;
    return Measured<double>::of(flops / best.quick_time_s());
  } catch (const std::exception& error) {
    return Measured<double>::missing(error.what());
  }
}

Measured<double> bandwidth_bytes_per_s(const Stream& stream) {
  try {
    const DeviceMemory from(copy_bytes), to(copy_bytes);
    EventStopwatch stopwatch(stream);
    double best_s = 0;
    for (int round = 0; round < rounds; ++round) {
      const double time_s = quick_time_s(stopwatch, [&] {
        check(cudaMemcpyAsync(to.data(), from.data(), static_cast<std::size_t>(copy_bytes),
                              cudaMemcpyDeviceToDevice, stream.get()),
              "cudaMemcpyAsync");
      });
      best_s = round == 0 ? time_s : std::min(best_s, time_s);
    }
    return Measured<double>::of(2.0 * copy_bytes / best_s);
  } catch (const std::exception& error) {
    return Measured<double>::missing(error.what());
  }
}

std::string device_name() {
  int device = 0;
  cudaDeviceProp properties{};
  check(cudaGetDevice(&device), "cudaGetDevice");
  check(cudaGetDeviceProperties(&properties, device), "cudaGetDeviceProperties");
  return properties.name;
}

}  // namespace

KernelsMachine measure_device(const ElementType& type, const Stream& stream) {
  KernelsMachine machine;
  machine.backend = "cuda";
  machine.dtype = type.name;
  machine.device = device_name();
  machine.origin = "cuBLASLt's fastest product of 8192x8192x8192, copies of 512 MiB on the device";
  machine.bandwidth_bytes_per_s = bandwidth_bytes_per_s(stream);
  machine.peak_flops = peak_flops(type, stream);
  return machine;
}

}  // namespace actscope::bench::cuda
