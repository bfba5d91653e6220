# SPDX-License-Identifier: Apache-2.0
# Imported targets from the LibTorch inside the PyPI wheel `torch`.
#
# The wheel's own TorchConfig.cmake wants every CUDA package at configure time; a CPU program needs
# libtorch_cpu and libc10 only (docs/decisions/0002).
#
#   TorchLib::cpu    libtorch_cpu, libc10, headers
#   TorchLib::cuda   the above and libtorch_cuda, libc10_cuda (with ACTSCOPE_WITH_CUDA)
#
# Searched in: ACTSCOPE_TORCH_DIR, the project's .deps/venv, the Python on the path.

set(_torch_candidates ${ACTSCOPE_TORCH_DIR})
file(GLOB _torch_venv ${PROJECT_SOURCE_DIR}/.deps/venv/lib/python3*/site-packages/torch)
if(NOT ACTSCOPE_TORCH_DIR)
  list(APPEND _torch_candidates ${_torch_venv})
endif()
if(NOT _torch_candidates)
  find_package(Python3 QUIET COMPONENTS Interpreter)
  if(Python3_Interpreter_FOUND)
    execute_process(
      COMMAND ${Python3_EXECUTABLE} -c
        "import importlib.util as u; print(u.find_spec('torch').submodule_search_locations[0])"
      OUTPUT_VARIABLE _torch_python OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    list(APPEND _torch_candidates ${_torch_python})
  endif()
endif()

find_path(TorchLib_ROOT NAMES include/torch/script.h PATHS ${_torch_candidates} NO_DEFAULT_PATH NO_CACHE)
find_library(TorchLib_CPU_LIBRARY torch_cpu PATHS ${TorchLib_ROOT}/lib NO_DEFAULT_PATH NO_CACHE)
find_library(TorchLib_C10_LIBRARY c10 PATHS ${TorchLib_ROOT}/lib NO_DEFAULT_PATH NO_CACHE)
if(TorchLib_ROOT AND EXISTS ${TorchLib_ROOT}/version.py)
  file(STRINGS ${TorchLib_ROOT}/version.py _torch_version REGEX "^__version__ =")
  string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9]+" TorchLib_VERSION "${_torch_version}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(TorchLib
  REQUIRED_VARS TorchLib_ROOT TorchLib_CPU_LIBRARY TorchLib_C10_LIBRARY VERSION_VAR TorchLib_VERSION
  REASON_FAILURE_MESSAGE "run scripts/setup, or give -DACTSCOPE_TORCH_DIR=…/site-packages/torch")

if(TorchLib_FOUND AND NOT TARGET TorchLib::cpu)
  # The wheel's libraries carry a RPATH to each other; a program needs the folder of libtorch and,
  # for libcudart and libcupti that libtorch_cpu asks for, the folder beside it.
  add_library(TorchLib::cpu INTERFACE IMPORTED)
  target_include_directories(TorchLib::cpu SYSTEM INTERFACE
    ${TorchLib_ROOT}/include ${TorchLib_ROOT}/include/torch/csrc/api/include)
  # Named by -l, not by path: CMake would add its own RPATH entry for the folder and warn of the
  # libgomp.so.1 that the wheel ships beside libtorch (decision 0002).
  target_link_options(TorchLib::cpu INTERFACE "-L${TorchLib_ROOT}/lib")
  target_link_libraries(TorchLib::cpu INTERFACE -ltorch_cpu -lc10)
  # The wheel's fmt headers come before the system's in targets that see LibTorch: header-only.
  target_compile_definitions(TorchLib::cpu INTERFACE FMT_HEADER_ONLY=1)
  if(NOT ACTSCOPE_PYTHON_ONLY) # there torch is loaded before the library is
    target_link_options(TorchLib::cpu INTERFACE "LINKER:-rpath,${TorchLib_ROOT}/lib")
  endif()
  target_link_options(TorchLib::cpu INTERFACE "LINKER:-rpath-link,${TorchLib_ROOT}/../nvidia/cu13/lib"
    "LINKER:--allow-shlib-undefined")
  if(ACTSCOPE_WITH_CUDA)
    find_library(TorchLib_CUDA_LIBRARY torch_cuda PATHS ${TorchLib_ROOT}/lib NO_DEFAULT_PATH NO_CACHE REQUIRED)
    find_library(TorchLib_C10_CUDA_LIBRARY c10_cuda PATHS ${TorchLib_ROOT}/lib NO_DEFAULT_PATH NO_CACHE REQUIRED)
    add_library(TorchLib::cuda INTERFACE IMPORTED)
    # libtorch_cuda registers its kernels when loaded; nothing refers to it by name.
    # CUDA::toolkit: the CUDA headers of c10 include cuda_runtime_api.h.
    target_link_libraries(TorchLib::cuda INTERFACE TorchLib::cpu CUDA::toolkit
      "-Wl,--no-as-needed,-ltorch_cuda,--as-needed" -lc10_cuda)
  endif()
endif()
