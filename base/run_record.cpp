// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/run_record.hpp"

#include "actscope/base/check.hpp"

namespace actscope {

const char* name_of(ModelKind kind) {
  switch (kind) {
    case ModelKind::resmlp:
      return "resmlp";
    case ModelKind::python:
      return "python";
    case ModelKind::libtorch:
      return "libtorch";
  }
  unreachable("a kind of model that is none");
}

}  // namespace actscope
