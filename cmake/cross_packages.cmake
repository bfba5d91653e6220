# SPDX-License-Identifier: Apache-2.0
# Dependency provider of cross builds: headers of the host's packages where those are all that is
# needed, GoogleTest from Debian's source package.

# A package whose headers lie in the compiler's default path: only its name and definitions are missing.
function(cross_headers name)
  if(NOT TARGET ${name})
    add_library(${name} INTERFACE IMPORTED GLOBAL)
    target_compile_definitions(${name} INTERFACE ${ARGN})
  endif()
endfunction()

# Stands in for FindPkgConfig; only Highway is asked for this way. One instruction set is built, so
# nothing of its library is called.
macro(cross_pkg_config)
  macro(pkg_check_modules prefix)
    if(NOT "${prefix}" STREQUAL "hwy")
      message(FATAL_ERROR "no pkg_check_modules(${prefix}) in a cross build; add it to cross_packages.cmake")
    endif()
    cross_headers(PkgConfig::hwy)
    set(hwy_FOUND TRUE)
  endmacro()
endmacro()

macro(actscope_provide_cross method package)
  if("${package}" STREQUAL "fmt")
    cross_headers(fmt::fmt FMT_HEADER_ONLY=1)
    set(fmt_FOUND TRUE)
  elseif("${package}" STREQUAL "PkgConfig")
    cross_pkg_config()
    set(PkgConfig_FOUND TRUE)
  elseif("${package}" STREQUAL "GTest")
    if(NOT EXISTS /usr/src/googletest/CMakeLists.txt)
      message(FATAL_ERROR "no sources of GoogleTest in /usr/src/googletest; run scripts/setup --full --neon")
    endif()
    set(INSTALL_GTEST OFF)
    add_subdirectory(/usr/src/googletest ${CMAKE_BINARY_DIR}/googletest EXCLUDE_FROM_ALL SYSTEM)
    foreach(target gtest gtest_main gmock)
      if(NOT TARGET GTest::${target})
        add_library(GTest::${target} ALIAS ${target})
      endif()
    endforeach()
    set(GTest_FOUND TRUE)
  endif()
endmacro()

cmake_language(SET_DEPENDENCY_PROVIDER actscope_provide_cross SUPPORTED_METHODS FIND_PACKAGE)
