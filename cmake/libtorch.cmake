# Finds LibTorch: TORCH_LIBRARIES, TORCH_INSTALL_PREFIX, Torch_VERSION and, if it has CUDA,
# TORCH_CUDA_LIBRARIES. Searches by CMake's own rules (Torch_DIR, CMAKE_PREFIX_PATH), then in the
# Python environment .venv, then in that of python3.
#
# The CMake package of a LibTorch with CUDA requires a CUDA compiler and queries the machine's GPUs.
# We compile no CUDA code, so headers and libraries are enough: from the folder nvidia next to a
# wheel's torch, or from a CUDA toolkit.

find_path(Torch_DIR TorchConfig.cmake HINTS ${CMAKE_PREFIX_PATH} ENV CMAKE_PREFIX_PATH
          PATHS ${CMAKE_SYSTEM_PREFIX_PATH} PATH_SUFFIXES share/cmake/Torch lib/cmake/Torch Torch)
foreach(python "${CMAKE_SOURCE_DIR}/.venv/bin/python" python3)
  if(NOT Torch_DIR)
    execute_process(COMMAND ${python} -c [[
import importlib.util
print(importlib.util.find_spec("torch").submodule_search_locations[0])]]
                    OUTPUT_VARIABLE torch_folder OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    find_path(Torch_DIR TorchConfig.cmake HINTS "${torch_folder}/share/cmake/Torch" NO_DEFAULT_PATH)
  endif()
endforeach()
if(NOT Torch_DIR)
  message(FATAL_ERROR "LibTorch not found: run scripts/setup.sh, or point CMAKE_PREFIX_PATH at one")
endif()

get_filename_component(TORCH_INSTALL_PREFIX "${Torch_DIR}/../../.." ABSOLUTE)
if(NOT EXISTS "${TORCH_INSTALL_PREFIX}/lib/libtorch_cuda.so")
  find_package(Torch REQUIRED)
  return()
endif()

include("${Torch_DIR}/TorchConfigVersion.cmake")
set(Torch_VERSION ${PACKAGE_VERSION})
file(GLOB cuda_include_dirs "${TORCH_INSTALL_PREFIX}/../nvidia/*/include")
file(GLOB cuda_library_dirs "${TORCH_INSTALL_PREFIX}/../nvidia/*/lib")
find_path(CUDA_CRT_INCLUDE_DIR crt/host_defines.h
          HINTS ${cuda_include_dirs} ENV CUDA_HOME PATHS /usr/local/cuda PATH_SUFFIXES include)
find_path(CCCL_INCLUDE_DIR nv/target HINTS ${cuda_include_dirs} ENV CUDA_HOME PATHS /usr/local/cuda
          PATH_SUFFIXES include include/cccl cccl)
find_path(CUDART_INCLUDE_DIR cuda_runtime_api.h
          HINTS ${cuda_include_dirs} ENV CUDA_HOME PATHS /usr/local/cuda PATH_SUFFIXES include)
find_library(CUDART_LIBRARY NAMES cudart libcudart.so.13 libcudart.so.12 NAMES_PER_DIR
             HINTS ${cuda_library_dirs} ENV CUDA_HOME PATHS /usr/local/cuda PATH_SUFFIXES lib64)
if(NOT CUDA_CRT_INCLUDE_DIR OR NOT CCCL_INCLUDE_DIR OR NOT CUDART_INCLUDE_DIR OR NOT CUDART_LIBRARY)
  message(FATAL_ERROR "LibTorch ${Torch_VERSION} has CUDA, whose headers or libcudart were not found: "
          "GAN_TRAIN_TORCH=cuda scripts/setup.sh installs them; for a CUDA toolkit set CUDA_HOME")
endif()

add_library(torch INTERFACE IMPORTED)
target_include_directories(torch SYSTEM INTERFACE "${TORCH_INSTALL_PREFIX}/include"
  "${TORCH_INSTALL_PREFIX}/include/torch/csrc/api/include" ${CUDART_INCLUDE_DIR}
  ${CUDA_CRT_INCLUDE_DIR} ${CCCL_INCLUDE_DIR} ${cuda_include_dirs})
# No symbol of libtorch_cuda is referenced, but loading it enables CUDA. libtorch.so is not linked:
# it is empty except, in some wheels, for parts of a libstdc++ that crash when they replace the
# system's.
set(torch_lib "${TORCH_INSTALL_PREFIX}/lib")
set(TORCH_CUDA_LIBRARIES "${torch_lib}/libc10_cuda.so" "${CUDART_LIBRARY}")
set(TORCH_LIBRARIES torch "-Wl,--no-as-needed" "${torch_lib}/libtorch_cuda.so" "-Wl,--as-needed"
    "${torch_lib}/libtorch_cpu.so" "${torch_lib}/libc10.so" ${TORCH_CUDA_LIBRARIES})
