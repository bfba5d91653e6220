# SPDX-License-Identifier: Apache-2.0
# Every dependency of the build, in one place. Versions are pinned by scripts/setup (PyPI) and by
# the Debian or Ubuntu release; the lowest that were tried stand here.

set(ACTSCOPE_LIBTORCH_VERSION 2.11.0)

# Helper scripts and the Python tests run in the project's own environment where it is.
if(NOT Python3_EXECUTABLE AND EXISTS ${PROJECT_SOURCE_DIR}/.deps/venv/bin/python3)
  set(Python3_EXECUTABLE ${PROJECT_SOURCE_DIR}/.deps/venv/bin/python3)
endif()

find_package(Threads REQUIRED)
find_package(OpenMP REQUIRED COMPONENTS CXX)
find_package(fmt 9 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(hwy REQUIRED IMPORTED_TARGET libhwy>=1.0.3)

if(NOT ACTSCOPE_KERNELS_ONLY)
  find_package(nlohmann_json 3.11 REQUIRED)
  find_package(Boost 1.74 CONFIG REQUIRED) # headers: quantiles of Boost.Math, rings of Boost.Lockfree
  find_package(SQLite3 3.37 REQUIRED)
  find_package(Protobuf 3.12 REQUIRED)
  find_package(ZLIB REQUIRED)
  find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto) # SHA-256 of base
  # JPEG and PNG of image folders; without them core links no_image_codec.cpp.
  if(NOT ACTSCOPE_PYTHON_ONLY)
    find_package(JPEG QUIET)
    find_package(PNG QUIET)
  endif()
  if(JPEG_FOUND AND PNG_FOUND)
    set(ACTSCOPE_WITH_IMAGES ON)
  else()
    set(ACTSCOPE_WITH_IMAGES OFF)
  endif()
  # Chart.js goes into the HTML report.
  find_file(ACTSCOPE_CHART_JS NAMES Chart.min.js chart.min.js
            PATHS /usr/share/javascript/chart.js ENV ACTSCOPE_CHART_JS_DIR REQUIRED)
endif()

if(ACTSCOPE_PYTHON_ONLY)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  if(NOT ACTSCOPE_TORCH_DIR)
    execute_process(COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/python/packaging/torch_of_environment.py
      OUTPUT_VARIABLE ACTSCOPE_TORCH_DIR ERROR_VARIABLE torch_error OUTPUT_STRIP_TRAILING_WHITESPACE
      ERROR_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE torch_status)
    if(torch_status)
      message(FATAL_ERROR "${torch_error}")
    endif()
  endif()
  find_package(TorchLib ${ACTSCOPE_LIBTORCH_VERSION} REQUIRED)
elseif(ACTSCOPE_WITH_TORCH)
  find_package(CLI11 2.1 REQUIRED)
  find_package(TorchLib ${ACTSCOPE_LIBTORCH_VERSION} EXACT REQUIRED)
  find_package(Python3 REQUIRED COMPONENTS Interpreter) # scripts/generate_saved_members
endif()

if(ACTSCOPE_WITH_CUDA)
  set(CMAKE_CUDA_ARCHITECTURES ${ACTSCOPE_CUDA_ARCHITECTURES})
  enable_language(CUDA)
  # CMake 3.25.1 (Debian 12) knows nvcc's dialects up to C++17 only; nvcc takes C++20 since 12.0. It
  # has to come after enable_language, whose test program would fail otherwise.
  if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION)
    set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION "-std=c++20")
    set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION "-std=c++20")
  endif()
  set(CMAKE_CUDA_STANDARD 20)
  set(CMAKE_CUDA_STANDARD_REQUIRED ON)
  find_package(CUDAToolkit 13.0 REQUIRED)
  # In the wheels CUPTI's header lies beside the others, in the toolkit's packages in a folder of its own.
  find_path(ACTSCOPE_CUPTI_INCLUDE_DIR cupti.h
    HINTS ${CUDAToolkit_INCLUDE_DIRS} ${CUDAToolkit_TARGET_DIR}/extras/CUPTI/include
          ${CUDAToolkit_LIBRARY_ROOT}/extras/CUPTI/include
    REQUIRED)
endif()

if(ACTSCOPE_WITH_GUI)
  find_package(Qt6 6.2 REQUIRED COMPONENTS Core Gui Widgets PrintSupport Svg Test)
  find_package(QCustomPlotQt6 REQUIRED)
endif()

if(ACTSCOPE_BUILD_TESTS)
  find_package(GTest 1.12 REQUIRED)
  if(NOT ACTSCOPE_KERNELS_ONLY)
    find_package(rapidcheck REQUIRED)
  endif()
  include(GoogleTest)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
endif()
