#include "config_fuzzer.hpp"

void gan::fuzz(ByteView input) { fuzz_config(parse_ini, input); }
