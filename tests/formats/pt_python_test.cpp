// Python's torch reads what we write, and we read what it writes. Needs a
// Python with torch, named by the environment variable GAN_TRAIN_PYTHON.
#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <numbers>
#include <string>

#include "formats/pt_helpers.hpp"
#include "temp_folder.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

class PtPython : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* python = std::getenv("GAN_TRAIN_PYTHON");
    if (python == nullptr || *python == '\0') {
      GTEST_SKIP() << "NOT TESTED: set GAN_TRAIN_PYTHON to a Python with torch";
    }
    python_ = python;
  }

  // Runs a script in the test's folder; returns whether it succeeded.
  bool run(std::string_view script) const {
    write_file(folder_ / "script.py", script);
    const auto command =
        "cd '" + folder_.path().string() + "' && '" + python_ + "' script.py >output.txt 2>&1";
    if (std::system(command.c_str()) == 0) return true;
    ADD_FAILURE() << as_text(read_file(folder_ / "output.txt"));
    return false;
  }

  std::string python_;
  TempFolder folder_;
};

template <typename T>
Bytes raw(const std::vector<T>& values) {
  const auto* begin = reinterpret_cast<const std::uint8_t*>(values.data());
  return {begin, begin + values.size() * sizeof(T)};
}

TEST_F(PtPython, ReadsOurFilesBitForBit) {
  const Bytes floats = raw<std::uint32_t>({0, 0x80000000, 0x3f800000, 0x7fc00000, 0x7f800000, 1});
  const Bytes doubles = raw<double>({1.0 / 3, -1e300});
  const Bytes halves = raw<std::uint16_t>({0x3f80, 0xc000});
  const Bytes longs = raw<std::int64_t>({INT64_MIN, -1, INT64_MAX});
  const Bytes bytes = {0, 127, 255};
  const PtDict root = {
      {"f", {PtTensor{PtType::kFloat32, {2, 1, 3}, floats}}},
      {"d", {PtTensor{PtType::kFloat64, {2}, doubles}}},
      {"h", {PtTensor{PtType::kBfloat16, {1, 2}, halves}}},
      {"l", {PtTensor{PtType::kInt64, {3}, longs}}},
      {"u", {PtTensor{PtType::kUint8, {3}, bytes}}},
      {"scalar", {PtTensor{PtType::kUint8, {}, ByteView(bytes).last(1)}}},
      {"empty", {PtTensor{PtType::kFloat32, {0, 5}, {}}}},
      {"last", {PtTensor{PtType::kUint8, {2}, ByteView(bytes).first(2)}}},
      {"plain",
       {PtDict{
           {"none", {}},
           {"yes", {true}},
           {"ints", {PtList{{std::int64_t{255}}, {std::int64_t{-256}}, {INT64_MAX}, {INT64_MIN}}}},
           {"pi", {std::numbers::pi}},
           {"", {std::string("Grüße\n")}},
           {"nothing", {PtDict()}}}}}};
  write_file(folder_ / "g_200.pt", encode_pt(root, "g_200"));
  EXPECT_TRUE(run(R"(
import os, torch
os.environ['TORCH_SERIALIZATION_DEBUG'] = '1'  # checks the computed offsets too

def check(d):
    def same(key, dtype, shape, values):
        t = d[key]
        assert t.dtype == dtype and tuple(t.shape) == shape and t.is_contiguous(), (key, t)
        assert bytes(t.contiguous().view(-1).view(torch.uint8).tolist()) == values, (key, t)
    import struct
    same('f', torch.float32, (2, 1, 3),
         struct.pack('<6I', 0, 0x80000000, 0x3f800000, 0x7fc00000, 0x7f800000, 1))
    same('d', torch.float64, (2,), struct.pack('<2d', 1 / 3, -1e300))
    same('h', torch.bfloat16, (1, 2), struct.pack('<2H', 0x3f80, 0xc000))
    same('l', torch.int64, (3,), struct.pack('<3q', -2**63, -1, 2**63 - 1))
    same('u', torch.uint8, (3,), bytes([0, 127, 255]))
    same('scalar', torch.uint8, (), b'\xff')
    same('empty', torch.float32, (0, 5), b'')
    same('last', torch.uint8, (2,), bytes([0, 127]))
    plain = d['plain']
    assert plain == {'none': None, 'yes': True, 'ints': [255, -256, 2**63 - 1, -2**63],
                     'pi': 3.141592653589793, '': 'Gr\u00fc\u00dfe\n', 'nothing': {}}, plain
    assert plain['yes'] is True
    assert list(d) == ['f', 'd', 'h', 'l', 'u', 'scalar', 'empty', 'last', 'plain']

check(torch.load('g_200.pt'))
check(torch.load('g_200.pt', weights_only=True, mmap=True))
torch.utils.serialization.config.load.calculate_storage_offsets = True
check(torch.load('g_200.pt', weights_only=True, mmap=True))
import zipfile
assert zipfile.ZipFile('g_200.pt').testzip() is None
)"));
}

constexpr std::string_view kModel = R"(
import torch
torch.manual_seed(1)
model = torch.nn.Sequential(torch.nn.Conv2d(1, 3, 2), torch.nn.BatchNorm2d(3), torch.nn.ReLU(),
                            torch.nn.Linear(4, 5))
torch.save(model.state_dict(), 'model.pt')
torch.save(model.state_dict(), 'old_model.pt', _use_new_zipfile_serialization=False)
flat = torch.arange(24, dtype=torch.float64)
shared = torch.arange(3, dtype=torch.uint8)
values = {'double': flat, 'rows': flat.view(4, 6)[1:3], 'bf16': torch.tensor([1.0, -2.0]).bfloat16(),
          'long': torch.tensor([2**40, -1]), 'byte': shared, 'again': shared,
          'scalar': torch.tensor(2.5), 'empty': torch.empty(3, 0),
          'parameter': torch.nn.Parameter(torch.ones(2)),
          'config': {'lr': 2e-4, 'steps': [1, 2**40, None, True], 'name': 'm' * 300},
          'many': {str(i): torch.full((1,), i) for i in range(600)}}
torch.save(values, 'values.pt')
torch.save(values, 'old_values.pt', _use_new_zipfile_serialization=False)
)";

void expect_bytes(const PtDict& dict, std::string_view key, const Bytes& expected) {
  const PtValue* value = find(dict, key);
  ASSERT_NE(value, nullptr) << key;
  const auto& bytes = std::get<PtTensor>(value->value).bytes;
  EXPECT_EQ(Bytes(bytes.begin(), bytes.end()), expected) << key;
}

void expect_model_and_values(const Bytes& model_file, const Bytes& values_file) {
  const PtDict model = parse_pt(model_file, "model.pt");
  std::string keys;
  for (const auto& [key, value] : model) keys += key + " ";
  EXPECT_EQ(keys,
            "0.weight 0.bias 1.weight 1.bias 1.running_mean 1.running_var 1.num_batches_tracked "
            "3.weight 3.bias ");
  const std::vector<std::int64_t> shape = {3, 1, 2, 2};
  EXPECT_EQ(std::get<PtTensor>(model.at(0).second.value).shape, shape);
  expect_bytes(model, "1.running_var", raw<float>({1, 1, 1}));

  const PtDict values = parse_pt(values_file, "values.pt");
  expect_bytes(values, "rows", raw<double>({6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17}));
  expect_bytes(values, "bf16", raw<std::uint16_t>({0x3f80, 0xc000}));
  expect_bytes(values, "long", raw<std::int64_t>({1LL << 40, -1}));
  expect_bytes(values, "again", {0, 1, 2});
  expect_bytes(values, "scalar", raw<float>({2.5F}));
  expect_bytes(values, "empty", {});
  expect_bytes(values, "parameter", raw<float>({1, 1}));
  const auto& many = std::get<PtDict>(find(values, "many")->value);
  ASSERT_EQ(many.size(), 600);
  expect_bytes(many, "599", raw<std::int64_t>({599}));
  const auto& config = std::get<PtDict>(find(values, "config")->value);
  EXPECT_EQ(std::get<double>(find(config, "lr")->value), 2e-4);
  EXPECT_EQ(std::get<std::string>(find(config, "name")->value), std::string(300, 'm'));
}

// In PyTorch's current format, and in that of versions before 1.6.
TEST_F(PtPython, WritesFilesThatWeRead) {
  ASSERT_TRUE(run(kModel));
  for (const std::string age : {"", "old_"}) {
    expect_model_and_values(read_file(folder_ / (age + "model.pt")),
                            read_file(folder_ / (age + "values.pt")));
  }
}

// Even without our seal, a change of any bit in torch.save's file is detected.
TEST_F(PtPython, EveryFlippedBitOfItsFilesIsRefused) {
  ASSERT_TRUE(run(R"(
import torch
torch.save(torch.nn.Sequential(torch.nn.Linear(2, 1)).state_dict(), 'x.pt')
)"));
  Bytes file = read_file(folder_ / "x.pt");
  ASSERT_EQ(complaint(file), "");
  for (std::size_t bit = 0; bit < 8 * file.size(); ++bit) {
    const auto mask = static_cast<std::uint8_t>(1 << bit % 8);
    file[bit / 8] ^= mask;
    EXPECT_NE(complaint(file), "") << "bit " << bit % 8 << " of byte " << bit / 8;
    file[bit / 8] ^= mask;
  }
}

// Besides tensors, a file may contain anything that torch.save accepts; each is described in words.
constexpr std::string_view kForeign = R"(
import argparse, collections, os, torch
import numpy as np
class Evil:
    def __reduce__(self):
        return (os.system, ('touch executed',))
class Ordered(collections.OrderedDict):
    pass
shared = [1]
net = torch.nn.Linear(2, 1)
net(torch.ones(1, 2)).sum().backward()
adam = torch.optim.Adam(net.parameters())
adam.step()
tagged = torch.nn.Parameter(torch.ones(2))
tagged.note = 'x'
noted = torch.ones(2)
noted.note = 'x'
values = {
    'evil': Evil(), 'net': net, 'args': argparse.Namespace(w=net.weight), 'scalar': np.float64(2),
    'array': np.arange(3), 'size': torch.Size([1]), 'device': torch.device('cpu'),
    'dtype': torch.float32, 'set': {1}, 'bytes': b'abc', 'large': 2**80,
    'sparse': torch.ones(2).to_sparse(), 'bool': torch.ones(2).bool(),
    'tuple': (1, (2,)), 'adam': adam.state_dict(), 'numbers': {1: 2, None: 3},
    'a': shared, 'b': shared, 'default': collections.defaultdict(list, x=[1]),
    'ordered': Ordered(x=torch.ones(2)), 'tagged': tagged, 'noted': noted,
    'columns': torch.arange(6.0).view(2, 3).t(), 'u': '\u00fc'}
for protocol in (2, 3, 4, 5):
    torch.save(values, f'{protocol}.pt', pickle_protocol=protocol)
torch.save(values, 'old.pt', _use_new_zipfile_serialization=False)
)";

TEST_F(PtPython, WhatStandsBesideTensorsIsNamed) {
  ASSERT_TRUE(run(kForeign));
  for (const std::string protocol : {"2", "3", "4", "5", "old"}) {
    const Bytes file = read_file(folder_ / (protocol + ".pt"));
    const PtDict values = parse_pt(file, "x.pt");
    for (const auto& [key, value] : values) {
      const bool other = std::holds_alternative<PtOther>(value.value);
      EXPECT_EQ(other, &value <= find(values, "bool")) << key << protocol;
    }
    EXPECT_NE(std::get<PtOther>(find(values, "evil")->value).what.find("system"),
              std::string::npos);
    EXPECT_EQ(std::get<PtOther>(find(values, "net")->value).what,
              "an object of torch.nn.modules.linear.Linear");
    EXPECT_EQ(std::get<PtOther>(find(values, "bool")->value).what, "a tensor of BoolStorage");
    EXPECT_EQ(std::get<PtList>(find(values, "tuple")->value).size(), 2);
    const auto& numbers = std::get<PtDict>(find(values, "numbers")->value);
    ASSERT_EQ(numbers.size(), 1);
    EXPECT_EQ(numbers[0].first, "1");
    const auto& adam = std::get<PtDict>(find(values, "adam")->value);
    const auto& state = std::get<PtDict>(find(adam, "state")->value);
    EXPECT_NE(find(std::get<PtDict>(state[0].second.value), "exp_avg"), nullptr);
    EXPECT_EQ(std::get<PtList>(find(values, "b")->value).size(), 1);
    EXPECT_NE(find(std::get<PtDict>(find(values, "default")->value), "x"), nullptr);
    expect_bytes(std::get<PtDict>(find(values, "ordered")->value), "x", raw<float>({1, 1}));
    expect_bytes(values, "tagged", raw<float>({1, 1}));
    expect_bytes(values, "noted", raw<float>({1, 1}));
    expect_bytes(values, "columns", raw<float>({0, 1, 2, 3, 4, 5}));
  }
  EXPECT_FALSE(fs::exists(folder_ / "executed"));
}

TEST_F(PtPython, ItsOtherFilesAreRefused) {
  ASSERT_TRUE(run(R"(
import os, torch
class Evil:
    def __reduce__(self):
        return (os.system, ('touch executed',))
for i, value in enumerate([Evil(), torch.ones(2), torch.nn.Linear(2, 1), 7]):
    torch.save(value, f'{i}.pt')
torch.save(torch.nn.Linear(2, 1), '4.pt', _use_new_zipfile_serialization=False)
torch.jit.script(torch.nn.Linear(2, 1)).save('5.pt')
import zipfile
torch.save({'x': torch.ones(2)}, 'plain.pt')
with zipfile.ZipFile('plain.pt') as old, zipfile.ZipFile('6.pt', 'w', zipfile.ZIP_DEFLATED) as new:
    for name in old.namelist():
        new.writestr(name, old.read(name))
)"));
  for (int i = 0; i <= 6; ++i) {
    const Bytes file = read_file(folder_ / (std::to_string(i) + ".pt"));
    const auto what = complaint(file);
    EXPECT_NE(what, "") << i;
    EXPECT_EQ(what.find('\n'), std::string::npos);
    RecordProperty("complaint_" + std::to_string(i), what);
  }
  EXPECT_NE(complaint(read_file(folder_ / "0.pt")).find("system"), std::string::npos);
  EXPECT_NE(complaint(read_file(folder_ / "5.pt")).find("TorchScript"), std::string::npos);
  EXPECT_FALSE(fs::exists(folder_ / "executed"));
}

}  // namespace
}  // namespace gan
