// SPDX-License-Identifier: Apache-2.0
// The training of a model of one's own as a report that `actscope report`, `compare`, `gate` and
// the dashboard take. Writes report.json and the trace into a folder: report_own_model [FOLDER]
#include <torch/torch.h>

#include <cstdio>
#include <exception>
#include <filesystem>

#include "actscope/base/file.hpp"
#include "actscope/reports/run/document.hpp"
#include "actscope/reports/run/rendering.hpp"
#include "actscope/reports/trace/files.hpp"
#include "actscope/tracer/torch/device_memory.hpp"
#include "actscope/tracer/torch/model_recording.hpp"

namespace {

// Any model: nothing in it is Actscope's. Its layers are named by their parameters.
struct Block : torch::nn::Module {
  explicit Block(std::int64_t width)
      : norm(register_module("norm", torch::nn::LayerNorm(torch::nn::LayerNormOptions({width})))),
        fc1(register_module("fc1", torch::nn::Linear(width, 4 * width))),
        fc2(register_module("fc2", torch::nn::Linear(4 * width, width))) {}
  torch::Tensor forward(const torch::Tensor& x) { return x + fc2(torch::gelu(fc1(norm(x)))); }

  torch::nn::LayerNorm norm;
  torch::nn::Linear fc1, fc2;
};

struct Net : torch::nn::Module {
  torch::Tensor forward(const torch::Tensor& images) {
    return head(blocks->forward(stem(images.flatten(1))));
  }
  torch::nn::Linear stem = register_module("stem", torch::nn::Linear(784, 64));
  torch::nn::Sequential blocks =
      register_module("blocks", torch::nn::Sequential(Block(64), Block(64)));
  torch::nn::Linear head = register_module("head", torch::nn::Linear(64, 10));
};

void train(const std::filesystem::path& folder) {
  torch::manual_seed(0);
  Net net;
  torch::optim::AdamW optimizer(net.parameters(), torch::optim::AdamWOptions(1e-3));
  const torch::Tensor images = torch::randn({32, 1, 28, 28});
  const torch::Tensor labels = torch::randint(10, {32}, torch::kInt64);

  std::filesystem::create_directories(folder);
  const auto trace = actscope::reports::make_trace_files(folder, {{"model", "net"}});
  actscope::tracer::ModelRecording recording(
      net, {.name = "net", .batch = 32, .seed = 0, .dtype = "fp32"}, &optimizer,
      {.sink = trace.get()});
  for (int step = 0; step < 6; ++step) {
    optimizer.zero_grad();
    recording.begin_step({images, labels});
    const torch::Tensor logits = net.forward(images);
    const torch::Tensor loss = torch::cross_entropy_loss(logits, labels);
    recording.end_forward(loss, {logits});
    loss.backward();
    recording.end_backward();
    optimizer.step();
    recording.end_step();
  }
  const actscope::RunRecord record = recording.finish();
  actscope::write_file_atomically(folder / "report.json",
                                  actscope::reports::write_run_document(record));
  const actscope::reports::NamedRun run{"net", record};
  std::fputs(actscope::reports::render_runs({&run, 1}, actscope::reports::Format::text).c_str(),
             stdout);
}

}  // namespace

int main(int argc, char** argv) {
  actscope::tracer::install_counting_cpu_allocator();  // before the first tensor
  train(argc > 1 ? argv[1] : "own_model_run");
}
