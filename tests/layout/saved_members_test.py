# SPDX-License-Identifier: Apache-2.0
"""scripts/generate_saved_members: an entry for every node, and no member type passed over in silence."""
import os
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))

HEADER = """
inline std::vector<Tensor> unpack_list(at::ArrayRef<SavedVariable> xs) {
  return fmap(xs);
}
#ifdef _WIN32
struct AbsBackward0 : public TraceableFunction {
  TORCH_API AbsBackward0() = default;
#else
struct TORCH_API AbsBackward0 : public TraceableFunction {
#endif
  using TraceableFunction::TraceableFunction;
  variable_list apply(variable_list&& grads) override;
  void release_variables() override {
    std::lock_guard<std::mutex> lock(mutex_);
    self_.reset_data();
  }
  at::Scalar alpha;
  std::vector<c10::SymInt> self_sym_sizes;
  SavedVariable self_;

};
struct TORCH_API CatBackward0 : public Node {
  ::std::vector<at::ScalarType> tensors_args_scalartypes;
  size_t tensors_size_;
};
struct TORCH_API StackBackward0 : public Node {
  std::vector<SavedVariable> tensors_;
  bool tensors_released_ = false;
  %s
};
"""


class SavedMembers(unittest.TestCase):
    def generate(self, extra_member):
        with tempfile.TemporaryDirectory() as folder:
            header, output = os.path.join(folder, "Functions.h"), os.path.join(folder, "table.cpp")
            with open(header, "w", encoding="utf-8") as file:
                file.write(HEADER % extra_member)
            result = subprocess.run([sys.executable, os.path.join(ROOT, "scripts", "generate_saved_members"), header,
                                     output], capture_output=True, text=True, check=False)
            text = open(output, encoding="utf-8").read() if os.path.exists(output) else None
            return result, text

    def test_every_node_has_an_entry(self):
        result, text = self.generate("")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn('reader.one("self", n.self_);', text)
        self.assertIn("{&typeid(CatBackward0), nullptr},", text)
        self.assertIn('reader.list("tensors", n.tensors_);', text)
        self.assertEqual(text.count("typeid("), 3)
        self.assertEqual(text.count("reader.one(") + text.count("reader.list("), 2)

    def test_a_member_that_may_hold_tensors_is_refused(self):
        for member in ("at::Tensor cache_;", "std::optional<Tensor> cache_;", "std::vector<at::Tensor> caches_;",
                       "std::array<SavedVariable, 2> pair_;"):
            result, text = self.generate(member)
            self.assertEqual(result.returncode, 1, member)
            self.assertIn("Functions.h:29", result.stderr, member)
            self.assertEqual(len(result.stderr.splitlines()), 1)
            self.assertIsNone(text)

    def test_wrong_use(self):
        script = os.path.join(ROOT, "scripts", "generate_saved_members")
        for arguments in ([], ["/no/such/file", "x"], ["a"], ["a", "b", "c"]):
            result = subprocess.run([sys.executable, script, *arguments], capture_output=True, text=True, check=False)
            self.assertEqual(result.returncode, 2, arguments)
            self.assertEqual(len(result.stderr.splitlines()), 1)


if __name__ == "__main__":
    unittest.main()
