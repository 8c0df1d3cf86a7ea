install(TARGETS cprof RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS libcprof ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/cprof DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(FILES man/cprof.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)

# Completion for the shells is printed by the program itself.
if(NOT CMAKE_CROSSCOMPILING)
  foreach(shell bash zsh fish)
    set(file ${CMAKE_CURRENT_BINARY_DIR}/completion/cprof.${shell})
    add_custom_command(OUTPUT ${file} DEPENDS cprof VERBATIM
      COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_CURRENT_BINARY_DIR}/completion
      COMMAND cprof completion ${shell} > ${file})
    list(APPEND completions ${file})
  endforeach()
  add_custom_target(completions ALL DEPENDS ${completions})
  set(share ${CMAKE_INSTALL_DATAROOTDIR})
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/completion/cprof.bash DESTINATION ${share}/bash-completion/completions RENAME cprof)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/completion/cprof.zsh DESTINATION ${share}/zsh/site-functions RENAME _cprof)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/completion/cprof.fish DESTINATION ${share}/fish/vendor_completions.d)
endif()

configure_file(cmake/cprof.pc.in cprof.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/cprof.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
