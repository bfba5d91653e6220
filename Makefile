# SPDX-License-Identifier: Apache-2.0
# Names for the scripts; they do the work. `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help setup build test demo format lint golden docs gui cuda asan tsan neon gpu-check wheel clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
setup: ## installs packages and LibTorch (all that the tests need)
	scripts/setup --full
build: ## builds the program into build/bin
	scripts/build
test: ## sets up, builds, runs all tests
	scripts/test
demo: ## trains on Fashion-MNIST under twelve schemes and draws what each costs
	scripts/demo
format: ## formats the sources
	scripts/format
lint: ## formatting, shell scripts, include rules, clang-tidy
	scripts/lint --tidy
golden: ## renews the golden files of the tests
	scripts/golden
docs: ## renews the output that the documentation shows
	scripts/build cpu actscope sample_trace_own_model sample_compress_own_model
	scripts/guide_output
gui: ## builds the dashboard and opens it on the demo's results
	scripts/gui
cuda: ## builds with the CUDA back end and runs the tests that need no device
	scripts/test cuda
asan: ## tests under address and undefined-behavior sanitizers
	scripts/test asan
tsan: ## tests under the thread sanitizer
	scripts/test tsan
neon: ## kernels for 64-bit Arm, cross-compiled, tests under qemu-user
	scripts/test neon
gpu-check: ## everything that needs a GPU, in one command
	scripts/gpu_check
wheel: ## a self-contained wheel of the Python package in dist/, tested
	scripts/setup --python
	scripts/wheel
clean: ## removes build folders
	rm -rf build
