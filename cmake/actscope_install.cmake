# SPDX-License-Identifier: Apache-2.0
# Install and export: find_package(Actscope) from an install prefix or from the build tree.
include(CMakePackageConfigHelpers)

get_property(libraries GLOBAL PROPERTY ACTSCOPE_LIBRARIES)
get_property(include_dirs GLOBAL PROPERTY ACTSCOPE_INCLUDE_DIRS)
list(REMOVE_DUPLICATES include_dirs)
set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/Actscope)

# The options target is only linked, never compiled with: the build tree names it.
install(TARGETS ${libraries} actscope_options EXPORT ActscopeTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
foreach(dir IN LISTS include_dirs)
  install(DIRECTORY ${dir}/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
endforeach()
install(EXPORT ActscopeTargets NAMESPACE actscope:: DESTINATION ${config_dir})
export(EXPORT ActscopeTargets NAMESPACE actscope:: FILE ${PROJECT_BINARY_DIR}/ActscopeTargets.cmake)

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/ActscopeConfig.cmake.in
  ${PROJECT_BINARY_DIR}/ActscopeConfig.cmake INSTALL_DESTINATION ${config_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/ActscopeConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
configure_file(${PROJECT_SOURCE_DIR}/cmake/FindTorchLib.cmake
               ${PROJECT_BINARY_DIR}/FindTorchLib.cmake COPYONLY)
install(FILES ${PROJECT_BINARY_DIR}/ActscopeConfig.cmake
              ${PROJECT_BINARY_DIR}/ActscopeConfigVersion.cmake
              ${PROJECT_SOURCE_DIR}/cmake/FindTorchLib.cmake DESTINATION ${config_dir})
