// SPDX-License-Identifier: Apache-2.0
#include "saving/stores/value_runs.hpp"

#include "saving/panel_parts.hpp"
#include "scheme/block_values.hpp"
#include "tensors/code_passes.hpp"

namespace actscope::core {
namespace {

// Calls visit(place, first element, elements) for runs of panels that are coded at once: as far as
// groups of codes end where panels do. Elements count from the first panel's.
template <class Visit>
void for_each_run(const kernels::PanelLayout& layout, kernels::CodeBits bits, PanelRun panels,
                  const Visit& visit) {
  std::int64_t first = 0, elements = 0;
  CodedPanel place = coded_panel(layout, bits, panels.first);
  for (std::int64_t panel = panels.first; panel < panels.end; ++panel) {
    elements += layout.panel(panel).kept_blocks * layout.block_elements();
    const bool is_last = panel + 1 == panels.end;
    if (!is_last && elements % kernels::code_group_elements == 0) continue;
    visit(place, first, elements);
    first += elements;
    elements = 0;
    if (!is_last) place = coded_panel(layout, bits, panel + 1);
  }
}

kernels::CodeScale* scale_data(const CodedValues& coded) {
  return reinterpret_cast<kernels::CodeScale*>(word_data(coded.scales));
}

}  // namespace

void write_coded_panels(const kernels::PanelLayout& layout, kernels::CodeBits bits, PanelRun panels,
                        const torch::Tensor& values, const CodedValues& coded) {
  const auto write = [&](const CodedPanel& place, std::int64_t first, std::int64_t elements) {
    encode(values.narrow(0, first, elements), bits,
           coded.codes.mutable_data_ptr<std::uint8_t>() + place.first_byte,
           scale_data(coded) + place.first_group);
  };
  if (kernels::counts_follow_data(layout.spec().select)) {
    write({}, 0, values.numel());
  } else {
    for_each_run(layout, bits, panels, write);
  }
}

torch::Tensor read_coded_panels(const kernels::PanelLayout& layout, kernels::CodeBits bits,
                                PanelRun panels, BlockRun blocks, const CodedValues& coded,
                                const torch::TensorOptions& options) {
  torch::Tensor values = torch::empty({blocks.count * layout.block_elements()}, options);
  const auto read = [&](const CodedPanel& place, std::int64_t from, std::int64_t first,
                        std::int64_t elements) {
    torch::Tensor run = values.narrow(0, first, elements);
    decode({bits, coded.codes.const_data_ptr<std::uint8_t>() + place.first_byte,
            scale_data(coded) + place.first_group, from},
           run);
  };
  if (kernels::counts_follow_data(layout.spec().select)) {
    read({}, blocks.first * layout.block_elements(), 0, values.numel());
  } else {
    for_each_run(layout, bits, panels,
                 [&](const CodedPanel& place, std::int64_t first, std::int64_t elements) {
                   read(place, 0, first, elements);
                 });
  }
  return values;
}

}  // namespace actscope::core
