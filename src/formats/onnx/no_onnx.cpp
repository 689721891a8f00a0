// Stands in for encode_onnx.cpp where protobuf or ONNX's definitions are missing.
#include "gan_train/core/error.hpp"
#include "gan_train/formats/onnx.hpp"

std::string gan::encode_onnx(const Graph& /*graph*/) {
  throw usage_error(
      "this build writes no ONNX: protobuf or ONNX's definitions were missing; install them "
      "(Debian: protobuf-compiler libprotobuf-dev libonnx-dev) and build again");
}
