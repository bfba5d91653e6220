# SPDX-License-Identifier: Apache-2.0
# Toolchain of the preset `neon`: 64-bit Arm by Debian's cross compiler, its programs run by qemu-user.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
find_program(ACTSCOPE_CROSS_CXX aarch64-linux-gnu-g++)
find_program(ACTSCOPE_QEMU NAMES qemu-aarch64 qemu-aarch64-static)
if(NOT ACTSCOPE_CROSS_CXX OR NOT ACTSCOPE_QEMU)
  message(FATAL_ERROR "no aarch64-linux-gnu-g++ or no qemu-aarch64 [${ACTSCOPE_CROSS_CXX}, "
                      "${ACTSCOPE_QEMU}]; run scripts/setup --full --neon")
endif()
set(CMAKE_CXX_COMPILER ${ACTSCOPE_CROSS_CXX})
# The cross compiler's libraries lie beside it.
set(CMAKE_CROSSCOMPILING_EMULATOR ${ACTSCOPE_QEMU} -L /usr/aarch64-linux-gnu)
# Nothing of the host is linked: what is needed is header-only or built from source.
set(CMAKE_PROJECT_TOP_LEVEL_INCLUDES ${CMAKE_CURRENT_LIST_DIR}/cross_packages.cmake CACHE FILEPATH "")
