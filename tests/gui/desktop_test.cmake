# SPDX-License-Identifier: Apache-2.0
# What a desktop reads of the dashboard passes the validators of freedesktop.org.
function(expect_valid)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE text ERROR_VARIABLE text)
  if(NOT result EQUAL 0 OR text MATCHES "error|warning")
    message(FATAL_ERROR "${ARGN}: ${result}\n${text}")
  endif()
endfunction()

set(id org.actscope.Actscope)
expect_valid(desktop-file-validate ${SOURCE_DIR}/${id}.desktop)
expect_valid(appstreamcli validate --no-net ${SOURCE_DIR}/${id}.metainfo.xml)

file(REMOVE_RECURSE ${WORK_DIR})
file(COPY ${SOURCE_DIR}/${id}.xml DESTINATION ${WORK_DIR}/packages)
expect_valid(update-mime-database ${WORK_DIR})
file(STRINGS ${SOURCE_DIR}/${id}.desktop types REGEX "^MimeType=")
file(STRINGS ${WORK_DIR}/types known)
foreach(type IN LISTS known)
  string(FIND "${types}" "${type}" place)
  if(place EQUAL -1)
    message(FATAL_ERROR "${id}.desktop does not open ${type}")
  endif()
endforeach()
