# SPDX-License-Identifier: Apache-2.0
# Tests of the CUDA back end and of its absence; included by CMakeLists.txt.
set(kernels_dir ${PROJECT_SOURCE_DIR}/kernels)
if(ACTSCOPE_WITH_CUDA)
  actscope_test(NAME kernels_cuda_plan SOURCES cuda/launch_plan_test.cpp cuda/strip_plan_test.cpp LABELS unit
                LIBRARIES actscope::kernels)
  actscope_test(NAME kernels_cuda_no_device SOURCES cuda/no_device_test.cpp LABELS unit
                LIBRARIES actscope::kernels CUDA::cudart_static)
  actscope_test(NAME kernels_cuda SOURCES cuda/compress_test.cpp cuda/gemm_test.cpp cuda/codec_test.cpp
                        cuda/code_gather_test.cpp cuda/elementwise_test.cpp cuda/gelu_compress_test.cpp cuda/selection_test.cpp cuda/strip_gemm_test.cpp
                        cuda/sparse_product_test.cpp
                LABELS gpu LIBRARIES actscope::kernels CUDA::cudart_static)
  target_include_directories(actscope_test_kernels_cuda_no_device PRIVATE ${kernels_dir})
  target_include_directories(actscope_test_kernels_cuda PRIVATE ${kernels_dir} ${CMAKE_CURRENT_SOURCE_DIR})
  # The same tests without a GPU: the kernels compiled as plain C++ and run by an emulation.
  set(emulated_kernels)
  foreach(idea compress gelu_compress unit_selection global_selection panel_copy gemm_tn gemm_nt gemm_plain split_sum codec code_gather elementwise
          narrow_float sparse_product)
    list(APPEND emulated_kernels ${kernels_dir}/cuda/${idea}.cu)
  endforeach()
  set_source_files_properties(${emulated_kernels} PROPERTIES LANGUAGE CXX
    COMPILE_OPTIONS "-Wno-unknown-pragmas;-ffp-contract=off")
  actscope_test(NAME kernels_cuda_emulated
                SOURCES cuda/compress_test.cpp cuda/gemm_test.cpp cuda/codec_test.cpp
                        cuda/code_gather_test.cpp cuda/elementwise_test.cpp cuda/gelu_compress_test.cpp cuda/selection_test.cpp cuda/strip_gemm_test.cpp
                        cuda/sparse_product_test.cpp cuda_emulation/emulation.cpp
                        cuda_emulation/launch_test.cpp cuda_emulation/tensor_core.cpp cuda_emulation/tensor_core_test.cpp ${emulated_kernels}
                LABELS diff LIBRARIES actscope::kernels)
  target_include_directories(actscope_test_kernels_cuda_emulated BEFORE PRIVATE
    ${CMAKE_CURRENT_SOURCE_DIR}/cuda_emulation ${kernels_dir} ${CMAKE_CURRENT_SOURCE_DIR})
  target_include_directories(actscope_test_kernels_cuda_emulated SYSTEM PRIVATE
    ${CUDAToolkit_INCLUDE_DIRS})
  # Measured by scripts/gpu_check, not a test: nothing is judged by a clock.
  add_executable(actscope_cuda_timing cuda_timing.cpp)
  target_include_directories(actscope_cuda_timing PRIVATE ${kernels_dir})
  target_link_libraries(actscope_cuda_timing PRIVATE actscope::kernels CUDA::cudart_static GTest::gtest
                        actscope_options)
else()
  actscope_test(NAME kernels_cuda_plan
                SOURCES cuda/launch_plan_test.cpp cuda/strip_plan_test.cpp ${kernels_dir}/cuda/launch_plan.cpp
                        ${kernels_dir}/cuda/strip_plan.cpp LABELS unit
                LIBRARIES actscope::kernels)
  actscope_test(NAME kernels_cuda_not_built SOURCES no_cuda/operators_test.cpp LABELS unit
                LIBRARIES actscope::kernels)
endif()
target_include_directories(actscope_test_kernels_cuda_plan PRIVATE ${kernels_dir})

add_test(NAME kernels_cuda_gpu_check.script
         COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/cuda_gpu_check_test.py)
set_tests_properties(kernels_cuda_gpu_check.script PROPERTIES LABELS unit)
