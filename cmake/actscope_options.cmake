# SPDX-License-Identifier: Apache-2.0
# Settings that hold for every target of the project.

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")

find_program(ACTSCOPE_CCACHE ccache)
if(ACTSCOPE_CCACHE)
  # Precompiled headers and ccache agree only with these settings (ccache manual, "Precompiled headers"). Paths are
  # relative to the build folder: presets that compile a file alike, and clones, share what it compiled to.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${ACTSCOPE_CCACHE})
  set(CMAKE_CUDA_COMPILER_LAUNCHER ${ACTSCOPE_CCACHE})
endif()

add_library(actscope_options INTERFACE)
target_compile_options(actscope_options INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual>
  $<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # g++ 12 warns of std::string's own operator+: https://gcc.gnu.org/bugzilla/show_bug.cgi?id=105651
  target_compile_options(actscope_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict>)
endif()
if(ACTSCOPE_WERROR)
  target_compile_options(actscope_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Werror>
                         $<$<COMPILE_LANGUAGE:CUDA>:-Werror=all-warnings>)
endif()
if(ACTSCOPE_SANITIZE)
  target_compile_options(actscope_options INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-fsanitize=${ACTSCOPE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all>)
  target_link_options(actscope_options INTERFACE -fsanitize=${ACTSCOPE_SANITIZE})
endif()
find_program(ACTSCOPE_MOLD mold)
if(ACTSCOPE_MOLD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT CMAKE_CROSSCOMPILING)
  target_link_options(actscope_options INTERFACE $<$<LINK_LANGUAGE:CXX>:-fuse-ld=mold>)
endif()
