# Runs after PROGRAM was built: lists its suites for ctest, one process each, since loading LibTorch
# takes longer than most tests. A test whose name matches ALONE gets its own process.
execute_process(COMMAND "${PROGRAM}" --gtest_list_tests OUTPUT_VARIABLE listed TIMEOUT 120
                COMMAND_ERROR_IS_FATAL ANY)
string(REGEX REPLACE "  # [^\n]*" "" listed "${listed}")  # parameters, with any characters
string(REPLACE "\n" ";" listed "${listed}")

set(tests "")
function(register name filter)
  string(REPLACE "/" "." file "${name}")
  string(APPEND tests "add_test([==[${name}]==] [==[${PROGRAM}]==] [==[--gtest_filter=${filter}]==]"
                      " [==[--gtest_output=xml:${RESULTS}/${file}.xml]==])\n"
                      "set_tests_properties([==[${name}]==] PROPERTIES TIMEOUT 1500 LABELS [==[${LABEL}]==]"
                      " ENVIRONMENT [==[${ENVIRONMENT}]==])\n")
  set(tests "${tests}" PARENT_SCOPE)
endfunction()

foreach(line IN LISTS listed ITEMS "end.")
  if(line MATCHES "^([^ ]+)\\.$")
    set(next "${CMAKE_MATCH_1}")
    if(together)
      register("${suite}" "${suite}.*-${alone}")
    endif()
    set(suite "${next}")
    set(together OFF)
    set(alone "")
  elseif(line MATCHES "^  (.+)$")
    set(name "${suite}.${CMAKE_MATCH_1}")
    if(ALONE AND name MATCHES "${ALONE}")
      register("${name}" "${name}")
      string(APPEND alone "${name}:")
    else()
      set(together ON)
    endif()
  endif()
endforeach()
file(WRITE "${LIST}" "${tests}")
