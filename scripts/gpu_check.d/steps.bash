# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# The steps of scripts/gpu_check, which sources this file: what is built, run and measured.
# Uses its variables work, carry, parts, jobs, log, with_torch, is_prebuilt, prebuilt, only, deadline, budget_s and its
# functions step and note.

# What is included by plain name comes from the carried folder too. Set for configuring and building
# alike: CMake leaves out include folders that it sees the compiler search by itself.
export CPLUS_INCLUDE_PATH=$carry/include ACTSCOPE_CHART_JS_DIR=$carry/chart.js

# configure FOLDER OPTION…: a build folder that takes every library from the carried folder. Image
# folders are not read there: a program that links this machine's decoders would not start.
configure() {
  local folder=$1
  shift
  cmake -S . -B "$folder" -G Ninja -DCMAKE_BUILD_TYPE=Release -DACTSCOPE_INSTALL=OFF \
    -DACTSCOPE_BUILD_SAMPLES=OFF -DACTSCOPE_CARRY="$carry" \
    -DCMAKE_DISABLE_FIND_PACKAGE_JPEG=ON -DCMAKE_DISABLE_FIND_PACKAGE_PNG=ON \
    -DCMAKE_EXE_LINKER_FLAGS="-L$carry/lib" -DCMAKE_BUILD_RPATH="$carry/lib" \
    -DCMAKE_PROJECT_TOP_LEVEL_INCLUDES="$PWD/$parts/carried.cmake" "$@"
}

# The targets of a build that a machine with a GPU needs: what runs there, nothing that is emulated.
device_targets() {
  echo actscope actscope_cuda_timing actscope_test_kernels_cuda actscope_test_tracer_cuda_allocations \
    actscope_test_tracer_cupti
}

# The targets of a dry run: every test of the CUDA side, the timing, the program where there is a torch.
cuda_targets() {
  ninja -C "$1" -t targets all |
    sed -n 's/^\(actscope_test_[a-z0-9_]*cuda[a-z0-9_]*\|actscope_test_tracer_cupti\|actscope_test_tracer_nvtx\|actscope_test_tracer_replay\|actscope_cuda_timing\|actscope\): phony$/\1/p'
}

build() {
  local folder=$1
  shift
  cmake --build "$folder" --parallel "$jobs" --target "$@"
}

# Build options for the GPU at hand and the torch of python3.
device_options() {
  local capability
  capability=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["device"]["compute_capability"])' \
    "$work/device.json")
  # 9.0 takes the instructions of Hopper only as 90a.
  capability=${capability/./}
  [ "$capability" != 90 ] || capability=90a
  echo "-DACTSCOPE_WITH_CUDA=ON"
  echo "-DACTSCOPE_CUDA_ARCHITECTURES=$capability-real"
  echo "-DACTSCOPE_TORCH_DIR=$(python3 "$parts/device.py" --torch-dir)"
}

# sanitize TOOL: a small subset under one tool of compute-sanitizer.
sanitize() {
  local tool=$1 name="compute-sanitizer $1" begin=$SECONDS status=0 limit=35
  local filter='CudaCompress/0.GatherWrites*:CudaStream.WorkGoes*:CudaGemm/0.TokenMixingGradientOfSome*'
  filter+=':CudaGemm/0.WeightGradientOfAPanelRange*:CudaCodec/0.DecodesAPart*:CudaCodec/0.MatchesReferenceOnHard*'
  filter+=':CudaStrips/*.OneColumn*:CudaStrips/0.Epilogue*:CudaGeluCompress/2.WritesU*'
  if [ $((deadline - SECONDS)) -lt "$limit" ]; then
    note "$name" "not run" 0 "the $budget_s s of the check are used up" "$limit"
    return
  fi
  if ! command -v compute-sanitizer >/dev/null; then
    note "$name" "not run" 0 "compute-sanitizer is not installed"
    return
  fi
  echo "gpu_check: $name …" >&2
  local report="$work/compute_sanitizer.$tool"
  timeout --kill-after=5 "$limit" compute-sanitizer --tool "$tool" --error-exitcode 99 \
    "$build_folder/bin/actscope_test_kernels_cuda" --gtest_filter="$filter" >"$report" 2>&1 || status=$?
  { echo "==== $name"; cat "$report"; } >>"$log"
  if [ $status = 0 ]; then
    note "$name" passed $((SECONDS - begin)) "" "$limit"
  elif grep -q "Device not supported" "$report"; then
    note "$name" "not run" $((SECONDS - begin)) "compute-sanitizer says: Device not supported" "$limit"
  else
    note "$name" failed $((SECONDS - begin)) "exit code $status" "$limit"
  fi
}

# run_scheme SCHEME: a short training run on the GPU, its report checked.
run_scheme() {
  local scheme=$1 folder=$work/runs/$1
  rm -rf "$folder"
  step "run $scheme" 20 "$build_folder/bin/actscope" run --model resmlp --dim 64 --depth 2 --patch 4 \
    --data synthetic --train-samples 512 --batch 64 --steps 6 --seed 1 --block 8 --sparsity 0.8 \
    --scheme "$scheme" --device cuda --quiet --out "$folder" || return 0
  local begin=$SECONDS
  if python3 "$parts/check_run.py" "$folder/report.json" >"$work/run_$scheme.json" 2>>"$log"; then
    note "bytes of $scheme" passed $((SECONDS - begin))
  else
    note "bytes of $scheme" failed $((SECONDS - begin)) "see the log: check_run"
  fi
}

# A traced run: kernels by CUPTI, each with the layer that launched it.
run_traced() {
  local folder=$work/runs/traced
  rm -rf "$folder"
  step "run traced by CUPTI" 30 "$build_folder/bin/actscope" run --model resmlp --dim 64 --depth 2 --patch 4 \
    --data synthetic --train-samples 512 --batch 64 --steps 6 --seed 1 --block 8 --sparsity 0.8 \
    --scheme int4-bsr --device cuda --trace cupti --quiet --out "$folder" || return 0
  local begin=$SECONDS
  if python3 "$parts/check_trace.py" "$folder/report.json" >"$work/trace.json" 2>>"$log"; then
    note "kernels by layer" passed $((SECONDS - begin))
  else
    note "kernels by layer" failed $((SECONDS - begin)) "see the log: check_trace"
  fi
}

# What CUPTI told of a step, record by record, small enough to be kept as a fixture of the replay tests.
record_stream() {
  local folder=$work/runs/recorded
  rm -rf "$folder" "$work/activity.actr"
  step "record a stream of CUPTI" 25 "$build_folder/bin/actscope" run --model resmlp --dim 16 --depth 1 --patch 4 \
    --data synthetic --train-samples 32 --heldout-samples 16 --batch 16 --steps 2 --seed 1 --block 8 --sparsity 0.5 \
    --scheme int4-bsr --device cuda --trace cupti --activity "$work/activity.actr" --quiet --out "$folder" || return 0
  local begin=$SECONDS
  if python3 "$parts/check_stream.py" "$work/activity.actr" >"$work/stream.json" 2>>"$log"; then
    note "recorded stream" passed $((SECONDS - begin))
  else
    note "recorded stream" failed $((SECONDS - begin)) "see the log: check_stream"
  fi
}

time_products() {
  "$build_folder/bin/actscope_cuda_timing" >"$work/sparse.json" &&
    python3 "$parts/time_dense.py" "$work/sparse.json" >"$work/timing.json"
}

# Ours against cuBLAS and cuSPARSE, at the tokens of a whole batch of 128 images. Stopped at the limit, it leaves
# what was finished.
bench_kernels() {
  rm -f "$work/kernels.json" "$work/kernels.html"
  step "kernels against cuBLAS and cuSPARSE" 90 "$build_folder/bin/actscope" bench kernels --backend cuda \
    --dtype bf16,tf32 --shapes fc1,fc2 --blocks 16,32 --sparsities 0.5,0.75,0.9 --tokens 25088 --rounds 6 \
    --train-steps 5 --quiet --out "$work/kernels.json" --html "$work/kernels.html" || true
}

# wants PART: whether the steps of a part are asked for.
wants() {
  local part
  [ ${#only[@]} -gt 0 ] || return 0
  for part in "${only[@]}"; do [ "$part" != "$1" ] || return 0; done
  return 1
}

# One process, and so one CUDA context, for all tests of a program.
run_tests() { # name, limit, program, report
  step "$1" "$2" "$build_folder/bin/$3" --gtest_output="xml:$work/$4" --gtest_brief=1 || true
}

# Builds for the GPU at hand.
build_for_device() {
  build_folder=$work/device
  local options targets
  mapfile -t options < <(device_options)
  read -ra targets < <(device_targets)
  export -f configure build
  step configure 120 bash -c 'configure "$@"' - "$build_folder" "${options[@]}" || return 1
  step build 900 bash -c 'build "$@"' - "$build_folder" "${targets[@]}" || return 1
}

# Limits of what a prebuilt check runs add up to less than its budget, so that every step has its time.
device_steps() {
  export -f time_products
  export carry parts jobs work build_folder
  export ACTSCOPE_EXPECT_GPU=1
  if [ "$is_prebuilt" = yes ]; then
    build_folder=$prebuilt
    LD_LIBRARY_PATH=$prebuilt/lib:$(python3 "$parts/device.py" --torch-dir)/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
    export LD_LIBRARY_PATH
  else
    build_for_device || return 0
  fi
  local tool scheme
  if wants tests; then
    run_tests "tests labeled gpu" 100 actscope_test_kernels_cuda tests.xml
    run_tests "tests of device allocations" 20 actscope_test_tracer_cuda_allocations allocations.xml
    for scheme in dense exact-bsr int4-bsr checkpoint; do run_scheme "$scheme"; done
  fi
  if wants trace; then
    run_traced
    record_stream
  fi
  if wants bench; then
    step "timing against torch" 60 bash -c time_products || true
    bench_kernels
  fi
  if wants tests; then
    for tool in memcheck racecheck; do sanitize "$tool"; done
  fi
}

dry_run_steps() {
  export -f configure build
  export carry parts jobs work
  local folder=$work/no_cuda torch
  local unbuilt="no GPU is used in a dry run"
  if step "configure without CUDA" 120 bash -c 'configure "$@"' - "$folder" -DACTSCOPE_WITH_TORCH=OFF; then
    step "build without CUDA" 900 bash -c 'build "$@"' - "$folder" all || true
  fi
  folder=$work/cuda
  if step "configure with CUDA" 120 bash -c 'configure "$@"' - "$folder" -DACTSCOPE_WITH_TORCH=OFF \
    -DACTSCOPE_WITH_CUDA=ON; then
    local targets
    mapfile -t targets < <(cuda_targets "$folder")
    if step "build with CUDA" 900 bash -c 'build "$@"' - "$folder" "${targets[@]}"; then
      step "tests without a device" 120 ctest --test-dir "$folder" -L 'unit|diff|trace' -R 'cuda|cupti' --output-on-failure \
        --no-tests=error || true
    fi
  fi
  folder=$work/torch
  if torch=$(PATH="$PWD/.deps/venv/bin:$PATH" python3 "$parts/device.py" --torch-dir 2>>"$log"); then
    if step "configure with CUDA and torch" 120 bash -c 'configure "$@"' - "$folder" \
      -DACTSCOPE_WITH_CUDA=ON -DACTSCOPE_TORCH_DIR="$torch"; then
      if [ "$with_torch" = yes ]; then
        step "build with CUDA and torch" 3600 bash -c 'build "$@"' - "$folder" actscope || true
      else
        note "build with CUDA and torch" "not run" 0 "give --torch to build it"
      fi
    fi
  else
    note "configure with CUDA and torch" "not run" 0 "no torch in python3 or .deps/venv"
  fi
  local name
  for name in "tests labeled gpu" "compute-sanitizer memcheck, racecheck" \
    "runs on the GPU and their bytes" "record a stream of CUPTI" "timing against torch" "kernels against cuBLAS and cuSPARSE"; do
    note "$name" "not run" 0 "$unbuilt"
  done
}
