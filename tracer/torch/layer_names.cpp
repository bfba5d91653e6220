// SPDX-License-Identifier: Apache-2.0
#include "layer_names.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>
#include <ATen/record_function.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cctype>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "actscope/base/error.hpp"
#include "actscope/tracer/name.hpp"

namespace actscope::tracer {
namespace {

constexpr std::size_t none = static_cast<std::size_t>(-1);

// A layer by its place among the children of the module around it.
struct Place {
  std::size_t container = none;
  std::size_t child = 0;
};

struct Child {
  NameNumber name = 0;
  std::string kind;
  bool has_parameters = false;
};

struct Container {
  NameNumber name = 0;  // 0: the model itself
  Place in_parent;
  std::vector<Child> children;
};

// What is known of a model. Read by the threads of operators, never changed.
struct NamedModel {
  std::vector<Container> containers;
  // By storage, so that views and slices of a parameter count as the parameter.
  std::unordered_map<const void*, Place> parameters;

  NameNumber name_at(const Place& place) const {
    return containers[place.container].children[place.child].name;
  }
};

std::shared_ptr<const NamedModel>& named_model() {
  static auto* model = new std::shared_ptr<const NamedModel>;
  return *model;
}

std::mutex& names_mutex() {
  static auto* mutex = new std::mutex;
  return *mutex;
}

std::shared_ptr<const NamedModel> model_now() {
  const std::scoped_lock lock(names_mutex());
  return named_model();
}

std::string around(const std::string& name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string::npos ? std::string() : name.substr(0, dot);
}

std::optional<Place> find_layer(const NamedModel& model, const at::Tensor& tensor) {
  if (!tensor.defined() || !tensor.has_storage()) return std::nullopt;
  const auto found = model.parameters.find(tensor.storage().unsafeGetStorageImpl());
  if (found == model.parameters.end()) return std::nullopt;
  return found->second;
}

std::optional<Place> find_layer(const NamedModel& model, const c10::IValue& value) {
  if (value.isTensor()) return find_layer(model, value.toTensor());
  if (!value.isTensorList()) return std::nullopt;
  for (const at::Tensor& tensor : value.toTensorVector()) {
    if (const auto layer = find_layer(model, tensor)) return layer;
  }
  return std::nullopt;
}

// Beside `last`: the next child without parameters of this kind, else the only one.
std::optional<Place> sibling_of_kind(const NamedModel& model, const Place& last,
                                     const std::string& kind) {
  const std::vector<Child>& children = model.containers[last.container].children;
  const auto is_it = [&](const Child& child) {
    return !child.has_parameters && child.kind == kind;
  };
  for (std::size_t i = last.child + 1; i < children.size() && !children[i].has_parameters; ++i) {
    if (is_it(children[i])) return Place{last.container, i};
  }
  if (std::ranges::count_if(children, is_it) != 1) return std::nullopt;
  const auto only = std::ranges::find_if(children, is_it);
  return Place{last.container, static_cast<std::size_t>(only - children.begin())};
}

std::optional<Place> module_of_kind(const NamedModel& model, Place last, const std::string& kind) {
  for (; last.container != none; last = model.containers[last.container].in_parent) {
    if (const auto found = sibling_of_kind(model, last, kind)) return found;
  }
  return std::nullopt;
}

// The layer that this thread saw last, and in which step.
struct LastLayer {
  std::int32_t step = -1;
  Place place;
};

LastLayer& last_layer() {
  thread_local LastLayer last;
  return last;
}

// The model from the qualified names of its parameters alone: the modules around them.
class ModelBuilder {
 public:
  explicit ModelBuilder(const std::vector<NamedContainer>& containers) {
    (void)container_of("");
    for (const NamedContainer& container : containers) {
      for (const NamedContainer::Child& child : container.children) add(container.name, child);
    }
  }
  void add_parameter(const std::string& name, const at::Tensor& tensor) {
    const std::string module = around(name);
    if (!tensor.defined() || !tensor.has_storage() || module.empty()) return;
    model_.parameters.try_emplace(tensor.storage().unsafeGetStorageImpl(),
                                  add(around(module), {module, "", true}));
  }
  NamedModel take() { return std::move(model_); }

 private:
  std::size_t container_of(const std::string& name) {
    const auto known = containers_.find(name);
    if (known != containers_.end()) return known->second;
    Container container;
    if (!name.empty()) {
      container.name = Name(name).number();
      container.in_parent = add(around(name), {name, "", true});
    }
    model_.containers.push_back(std::move(container));
    return containers_[name] = model_.containers.size() - 1;
  }
  Place add(const std::string& parent, const NamedContainer::Child& child) {
    const auto known = places_.find(child.name);
    if (known != places_.end()) return known->second;
    const std::size_t container = container_of(parent);
    std::vector<Child>& children = model_.containers[container].children;
    children.push_back({Name(child.name).number(), child.kind, child.has_parameters});
    return places_[child.name] = Place{container, children.size() - 1};
  }

  NamedModel model_;
  std::unordered_map<std::string, std::size_t> containers_;
  std::unordered_map<std::string, Place> places_;
};

}  // namespace

struct LayerNamesMaker {
  static std::unique_ptr<LayerNames> make(NamedModel model) {
    const std::scoped_lock lock(names_mutex());
    if (named_model()) {
      throw TraceError(error_text("layers cannot be named twice", "another LayerNames is there",
                                  "let it end first"));
    }
    std::unique_ptr<LayerNames> names(new LayerNames);
    named_model() = std::make_shared<const NamedModel>(std::move(model));
    return names;
  }
};

std::string kind_of(std::string name) {
  if (const std::size_t colon = name.rfind(':'); colon != std::string::npos) {
    name.erase(0, colon + 1);
  }
  if (name.ends_with("Impl")) name.erase(name.size() - 4);
  std::erase(name, '_');
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  return name;
}

bool are_layers_named() noexcept {
  const std::scoped_lock lock(names_mutex());
  return named_model() != nullptr;
}

NameNumber layer_of_inputs(const at::RecordFunction& function, std::int32_t step) {
  const std::shared_ptr<const NamedModel> model = model_now();
  if (!model) return 0;
  LastLayer& last = last_layer();
  if (last.step != step) last = {step, {}};
  for (const c10::IValue& input : function.inputs()) {
    if (const auto layer = find_layer(*model, input)) {
      last.place = *layer;
      return model->name_at(*layer);
    }
  }
  // An optimizer's arithmetic is nobody's forward.
  if (!c10::GradMode::is_enabled()) return 0;
  if (last.place.container == none || last.place.container >= model->containers.size()) return 0;
  if (const auto module = module_of_kind(*model, last.place, kind_of(function.name()))) {
    last.place = *module;
    return model->name_at(*module);
  }
  return model->containers[last.place.container].name;
}

LayerNames::~LayerNames() {
  const std::scoped_lock lock(names_mutex());
  named_model().reset();
}

std::unique_ptr<LayerNames> name_layers(
    const std::vector<std::pair<std::string, at::Tensor>>& parameters,
    const std::vector<NamedContainer>& containers) {
  ModelBuilder builder(containers);
  for (const auto& [name, tensor] : parameters) builder.add_parameter(name, tensor);
  return LayerNamesMaker::make(builder.take());
}

std::unique_ptr<LayerNames> name_layers(
    const std::vector<std::pair<std::string, at::Tensor>>& parameters) {
  return name_layers(parameters, {});
}

}  // namespace actscope::tracer
