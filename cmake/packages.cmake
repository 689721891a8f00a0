# Man pages and completion, as the program describes itself, and packages of what is
# installed: `cpack --config build/CPackConfig.cmake`, or -G TGZ or DEB for one kind.

# ── Man pages and completion ─────────────────────────────────────────────────
if(NOT CMAKE_CROSSCOMPILING)
  set(made_share "${CMAKE_BINARY_DIR}/share")
  set(describe ${CMAKE_COMMAND} -E env ASAN_OPTIONS=detect_leaks=0 $<TARGET_FILE:gan>)
  add_custom_command(TARGET gan POST_BUILD VERBATIM WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}"
    COMMAND ${describe} man --all "${made_share}/man/man1"
    COMMAND ${describe} completion --all "${made_share}")
  # bash and fish look for a file of the command's name.
  foreach(command IN LISTS gan_commands)
    add_custom_command(TARGET gan POST_BUILD VERBATIM
      COMMAND ${CMAKE_COMMAND} -E create_symlink gan
              "${made_share}/bash-completion/completions/gan-${command}"
      COMMAND ${CMAKE_COMMAND} -E create_symlink gan.fish
              "${made_share}/fish/vendor_completions.d/gan-${command}.fish")
  endforeach()
  install(DIRECTORY "${made_share}/" DESTINATION ${CMAKE_INSTALL_DATADIR})
endif()

# ── Where an installed program finds LibTorch ────────────────────────────────
# In lib/gan-train beside it, which a bundle fills, else where the build found it.
set(private_libdir ${CMAKE_INSTALL_LIBDIR}/gan-train)
set(private_rpath "$ORIGIN/../${private_libdir}")
if(GAN_TRAIN_BUNDLE_TORCH)
  set_target_properties(gan PROPERTIES INSTALL_RPATH "${private_rpath}")
  install(TARGETS gan RUNTIME_DEPENDENCY_SET gan_needs)
  install(RUNTIME_DEPENDENCY_SET gan_needs DESTINATION ${private_libdir}
          DIRECTORIES "${TORCH_LIB_DIR}"
          POST_INCLUDE_REGEXES "^${TORCH_LIB_DIR}/" POST_EXCLUDE_REGEXES ".*")
else()
  set_target_properties(gan PROPERTIES INSTALL_RPATH "${private_rpath};${TORCH_LIB_DIR}")
  install(TARGETS gan)
  install(CODE "message(STATUS \"The program looks for LibTorch in ${private_libdir} beside it, \"
                        \"then in ${TORCH_LIB_DIR}; else set LD_LIBRARY_PATH\")")
endif()

# ── Packages ─────────────────────────────────────────────────────────────────
if(NOT PROJECT_IS_TOP_LEVEL)
  return()
endif()
find_program(DPKG_SHLIBDEPS dpkg-shlibdeps)
set(CPACK_GENERATOR TGZ)
if(DPKG_SHLIBDEPS)
  list(APPEND CPACK_GENERATOR DEB)
endif()
set(CPACK_PACKAGE_NAME gan-train)
set(CPACK_PACKAGE_CONTACT "the gan-train authors")
set(CPACK_RESOURCE_FILE_LICENSE "${CMAKE_SOURCE_DIR}/LICENSE")
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS fonts-dejavu-core)  # the letters of plots
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS "${TORCH_LIB_DIR}")
include(CPack)
