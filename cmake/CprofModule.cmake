# One module, one static library: cprof_module(NAME SOURCES a.c ... USES base profile ...).
# USES names the modules whose headers this one may include; tests/layering checks
# the same order from the sources.
function(cprof_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;LIBRARIES" ${ARGN})
  if(NOT ARG_SOURCES)
    return()
  endif()
  add_library(cprof_${name} OBJECT ${ARG_SOURCES})
  target_include_directories(cprof_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include)
  target_link_libraries(cprof_${name} PRIVATE cprof_flags PUBLIC ${ARG_LIBRARIES})
  foreach(used IN LISTS ARG_USES)
    if(TARGET cprof_${used})
      add_dependencies(cprof_${name} cprof_${used})
    endif()
  endforeach()
  set_property(GLOBAL APPEND PROPERTY CPROF_MODULES cprof_${name})
endfunction()
