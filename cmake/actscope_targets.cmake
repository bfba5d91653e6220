# SPDX-License-Identifier: Apache-2.0
# One function for each kind of target; every folder's CMakeLists.txt is then a list of facts.

# actscope_library(NAME <name> SOURCES … [INCLUDE <dir>] [PUBLIC …] [PRIVATE …] [PCH <header>] [HEADERS_OF <name>])
# Makes actscope_<name> (alias actscope::<name>) exposing only its own include folder, and, with
# ACTSCOPE_HEADER_CHECKS on, compiles each of its public headers alone. With HEADERS_OF another library of the
# folder, which links this one, checks them.
function(actscope_library)
  cmake_parse_arguments(arg "" "NAME;INCLUDE;PCH;HEADERS_OF" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  if(NOT arg_INCLUDE)
    set(arg_INCLUDE include)
  endif()
  set(target actscope_${arg_NAME})
  add_library(${target} STATIC ${arg_SOURCES})
  add_library(actscope::${arg_NAME} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${arg_NAME})
  # Public headers are C++20: who links the target compiles as that, whatever the project's default.
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target} PUBLIC
    $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/${arg_INCLUDE}>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(${target} PUBLIC ${arg_PUBLIC} PRIVATE $<BUILD_INTERFACE:actscope_options>)
  foreach(dependency IN LISTS arg_PRIVATE)
    target_link_libraries(${target} PRIVATE ${dependency})
  endforeach()
  if(arg_PCH)
    target_precompile_headers(${target} PRIVATE ${arg_PCH})
  endif()
  set_property(GLOBAL APPEND PROPERTY ACTSCOPE_LIBRARIES ${target})
  set_property(GLOBAL APPEND PROPERTY ACTSCOPE_INCLUDE_DIRS ${CMAKE_CURRENT_SOURCE_DIR}/${arg_INCLUDE})
  if(ACTSCOPE_HEADER_CHECKS AND NOT arg_HEADERS_OF)
    actscope_header_check(${arg_NAME} ${CMAKE_CURRENT_SOURCE_DIR}/${arg_INCLUDE})
  endif()
endfunction()

# actscope_compile_together(<target> <list>…)
# Compiles the sources of each list as one file: names of their anonymous namespaces must differ.
function(actscope_compile_together target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  foreach(group IN LISTS ARGN)
    set_source_files_properties(${${group}} PROPERTIES UNITY_GROUP ${group})
  endforeach()
endfunction()

# Every public header compiled alone: one generated source a header, nothing but its include line.
function(actscope_header_check name include_dir)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${include_dir} ${include_dir}/*.hpp)
  set(sources)
  foreach(header IN LISTS headers)
    string(MAKE_C_IDENTIFIER ${header} id)
    set(source ${CMAKE_CURRENT_BINARY_DIR}/header_check/${id}.cpp)
    file(CONFIGURE OUTPUT ${source} CONTENT "#include \"${header}\"\n" @ONLY)
    list(APPEND sources ${source})
  endforeach()
  if(sources)
    add_library(actscope_header_check_${name} OBJECT ${sources})
    target_link_libraries(actscope_header_check_${name} PRIVATE actscope::${name} actscope_options)
    target_compile_options(actscope_header_check_${name} PRIVATE -O0) # whether it compiles is all that is asked
    if(NOT TARGET actscope_headers)
      add_custom_target(actscope_headers)
    endif()
    add_dependencies(actscope_headers actscope_header_check_${name})
  endif()
endfunction()

# actscope_test(NAME <name> SOURCES … LABELS … [LIBRARIES …] [PCH <header> | PCH_OF <name> | NO_PCH] [ONE_PROCESS])
# One program of GoogleTest cases, each case a CTest of its own. With ONE_PROCESS the program is one CTest, because
# LibTorch takes most of a second to start; scripts/count_tests counts its cases, and --gtest_filter picks some. Its precompiled header is GoogleTest's, or one of its
# own, or that of another test; none where its compile options differ (OpenMP, Qt).
function(actscope_test)
  cmake_parse_arguments(arg "NO_PCH;ONE_PROCESS" "NAME;PCH;PCH_OF" "SOURCES;LABELS;LIBRARIES" ${ARGN})
  set(target actscope_test_${arg_NAME})
  add_executable(${target} ${arg_SOURCES})
  target_link_libraries(${target} PRIVATE ${arg_LIBRARIES} GTest::gmock GTest::gtest_main actscope_options)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests/support)
  target_compile_definitions(${target} PRIVATE
    ACTSCOPE_TEST_SOURCE_DIR="${PROJECT_SOURCE_DIR}/tests" ACTSCOPE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  actscope_compile_quickly(${target})
  if(arg_PCH)
    target_precompile_headers(${target} PRIVATE ${arg_PCH})
  elseif(arg_PCH_OF)
    target_precompile_headers(${target} REUSE_FROM actscope_test_${arg_PCH_OF})
  elseif(NOT arg_NO_PCH AND NOT "OpenMP::OpenMP_CXX" IN_LIST arg_LIBRARIES)
    target_precompile_headers(${target} REUSE_FROM actscope_gtest_pch)
  endif()
  if(arg_ONE_PROCESS)
    add_test(NAME ${arg_NAME} COMMAND ${target} --gtest_output=xml:${PROJECT_BINARY_DIR}/gtest-results/${arg_NAME}.xml)
    set_tests_properties(${arg_NAME} PROPERTIES LABELS "${arg_LABELS}")
    return()
  endif()
  gtest_discover_tests(${target} TEST_PREFIX "${arg_NAME}." PROPERTIES LABELS "${arg_LABELS}"
                       DISCOVERY_TIMEOUT 120 DISCOVERY_MODE PRE_TEST)
endfunction()

# For targets that compute little themselves: compiling them costs more than running them. Sanitizers' checks are what
# the optimizer works longest on, and -O0 halves that. (At -O1 g++ 12 takes moves of std::string for overflows; the
# sanitizers see real ones.)
function(actscope_compile_quickly target)
  set(level 1)
  if(ACTSCOPE_SANITIZE)
    set(level 0)
  endif()
  target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-O${level}>
                         $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-array-bounds;-Wno-stringop-overflow>)
endfunction()
