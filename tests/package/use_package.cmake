# SPDX-License-Identifier: Apache-2.0
# cmake -D KIND=build_tree|install -D BUILD_DIR=… -D PYTHON=… -D COMPILER_LAUNCHER=… -D PROGRAM=…
#       (-D CONSUMER_DIR=… | -D GUIDE=…) -D WORK_DIR=… -P use_package.cmake
function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(REMOVE_RECURSE ${WORK_DIR})
if(GUIDE)
  set(CONSUMER_DIR ${WORK_DIR}/project)
  run(${PYTHON} -B ${CMAKE_CURRENT_LIST_DIR}/guide_project.py ${GUIDE} ${CONSUMER_DIR})
endif()
if(KIND STREQUAL "install")
  run(${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${WORK_DIR}/prefix)
  set(package_dir ${WORK_DIR}/prefix)
else()
  set(package_dir ${BUILD_DIR})
endif()
run(${CMAKE_COMMAND} -G Ninja -S ${CONSUMER_DIR} -B ${WORK_DIR}/build -DCMAKE_BUILD_TYPE=Release
    -DCMAKE_PREFIX_PATH=${package_dir} -DCMAKE_FIND_USE_PACKAGE_REGISTRY=OFF
    -DCMAKE_CXX_COMPILER_LAUNCHER=${COMPILER_LAUNCHER})
run(${CMAKE_COMMAND} --build ${WORK_DIR}/build)
run(${WORK_DIR}/build/${PROGRAM})
