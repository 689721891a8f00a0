#pragma once

#include <cstdint>
#include <ostream>
#include <string_view>
#include <type_traits>

#include "gan_train/core/error.hpp"
#include "gan_train/core/registry.hpp"

namespace gan {

/// A value of a choice, and its name in files, flags and checkpoints.
template <typename Enum>
struct Named {
  Enum value;
  std::string_view name;
};

/// The names of an enum's values, in the order of lists; specialized for each enum below.
template <typename Enum>
inline constexpr int kNames = 0;

template <typename Enum>
concept Choice = std::is_enum_v<Enum> && std::is_array_v<decltype(kNames<Enum>)>;

// ── [data] ──

enum class DatasetKind : std::uint8_t {
  kAuto,
  kIdx,
  kNpy,
  kCifar10,
  kCifar100,
  kFolder,
  kStackedMnist,
  kShapes,
  kRings
};
template <>
inline constexpr Named<DatasetKind> kNames<DatasetKind>[] = {
    {DatasetKind::kAuto, "auto"},
    {DatasetKind::kIdx, "idx"},
    {DatasetKind::kNpy, "npy"},
    {DatasetKind::kCifar10, "cifar10"},
    {DatasetKind::kCifar100, "cifar100"},
    {DatasetKind::kFolder, "folder"},
    {DatasetKind::kStackedMnist, "stacked_mnist"},
    {DatasetKind::kShapes, "shapes"},
    {DatasetKind::kRings, "rings"}};

enum class PixelRange : std::uint8_t { kSymmetric, kUnit };
template <>
inline constexpr Named<PixelRange> kNames<PixelRange>[] = {{PixelRange::kSymmetric, "symmetric"},
                                                           {PixelRange::kUnit, "unit"}};

enum class Sampling : std::uint8_t { kEpoch, kReplacement };
template <>
inline constexpr Named<Sampling> kNames<Sampling>[] = {{Sampling::kEpoch, "epoch"},
                                                       {Sampling::kReplacement, "replacement"}};

enum class InMemory : std::uint8_t { kAuto, kTrue, kFalse };
template <>
inline constexpr Named<InMemory> kNames<InMemory>[] = {
    {InMemory::kAuto, "auto"}, {InMemory::kTrue, "true"}, {InMemory::kFalse, "false"}};

enum class Fit : std::uint8_t { kCrop, kPad, kStretch };
template <>
inline constexpr Named<Fit> kNames<Fit>[] = {
    {Fit::kCrop, "crop"}, {Fit::kPad, "pad"}, {Fit::kStretch, "stretch"}};

// ── [model] ──

enum class Arch : std::uint8_t { kMlp, kDcgan, kResnet };
template <>
inline constexpr Named<Arch> kNames<Arch>[] = {
    {Arch::kMlp, "mlp"}, {Arch::kDcgan, "dcgan"}, {Arch::kResnet, "resnet"}};

enum class Latent : std::uint8_t { kNormal, kUniform };
template <>
inline constexpr Named<Latent> kNames<Latent>[] = {{Latent::kNormal, "normal"},
                                                   {Latent::kUniform, "uniform"}};

enum class Activation : std::uint8_t { kRelu, kLeakyRelu };
template <>
inline constexpr Named<Activation> kNames<Activation>[] = {{Activation::kRelu, "relu"},
                                                           {Activation::kLeakyRelu, "leaky_relu"}};

enum class Upsampling : std::uint8_t { kTransposed, kNearest };
template <>
inline constexpr Named<Upsampling> kNames<Upsampling>[] = {{Upsampling::kTransposed, "transposed"},
                                                           {Upsampling::kNearest, "nearest"}};

enum class WeightInit : std::uint8_t { kPytorch, kDcgan, kGlorot };
template <>
inline constexpr Named<WeightInit> kNames<WeightInit>[] = {{WeightInit::kPytorch, "pytorch"},
                                                           {WeightInit::kDcgan, "dcgan"},
                                                           {WeightInit::kGlorot, "glorot"}};

enum class OutputActivation : std::uint8_t { kTanh, kSigmoid };
template <>
inline constexpr Named<OutputActivation> kNames<OutputActivation>[] = {
    {OutputActivation::kTanh, "tanh"}, {OutputActivation::kSigmoid, "sigmoid"}};

enum class Conditional : std::uint8_t { kNone, kConcat, kProjection, kAcgan };
template <>
inline constexpr Named<Conditional> kNames<Conditional>[] = {
    {Conditional::kNone, "none"},
    {Conditional::kConcat, "concat"},
    {Conditional::kProjection, "projection"},
    {Conditional::kAcgan, "acgan"}};

// ── [loss] ──

enum class LossKind : std::uint8_t { kBce, kMinimax, kLsgan, kHinge, kWasserstein, kRelativistic };
template <>
inline constexpr Named<LossKind> kNames<LossKind>[] = {{LossKind::kBce, "bce"},
                                                       {LossKind::kMinimax, "minimax"},
                                                       {LossKind::kLsgan, "lsgan"},
                                                       {LossKind::kHinge, "hinge"},
                                                       {LossKind::kWasserstein, "wasserstein"},
                                                       {LossKind::kRelativistic, "relativistic"}};

enum class PenaltyKind : std::uint8_t { kNone, kWganGp, kR1, kR2, kR1R2, kDragan };
template <>
inline constexpr Named<PenaltyKind> kNames<PenaltyKind>[] = {
    {PenaltyKind::kNone, "none"},  {PenaltyKind::kWganGp, "wgan_gp"},
    {PenaltyKind::kR1, "r1"},      {PenaltyKind::kR2, "r2"},
    {PenaltyKind::kR1R2, "r1_r2"}, {PenaltyKind::kDragan, "dragan"}};

// ── [optim] ──

enum class Schedule : std::uint8_t { kConstant, kLinear, kCosine };
template <>
inline constexpr Named<Schedule> kNames<Schedule>[] = {{Schedule::kConstant, "constant"},
                                                       {Schedule::kLinear, "linear"},
                                                       {Schedule::kCosine, "cosine"}};

// ── [train] ──

enum class DiscriminatorBatch : std::uint8_t { kFull, kHalf };
template <>
inline constexpr Named<DiscriminatorBatch> kNames<DiscriminatorBatch>[] = {
    {DiscriminatorBatch::kFull, "full"}, {DiscriminatorBatch::kHalf, "half"}};

enum class DiscriminatorUpdate : std::uint8_t { kJoint, kSummed, kSeparate };
template <>
inline constexpr Named<DiscriminatorUpdate> kNames<DiscriminatorUpdate>[] = {
    {DiscriminatorUpdate::kJoint, "joint"},
    {DiscriminatorUpdate::kSummed, "summed"},
    {DiscriminatorUpdate::kSeparate, "separate"}};

enum class Precision : std::uint8_t { kAuto, kFp32, kTf32, kBf16 };
template <>
inline constexpr Named<Precision> kNames<Precision>[] = {{Precision::kAuto, "auto"},
                                                         {Precision::kFp32, "fp32"},
                                                         {Precision::kTf32, "tf32"},
                                                         {Precision::kBf16, "bf16"}};

enum class OnNan : std::uint8_t { kStop, kRollback };
template <>
inline constexpr Named<OnNan> kNames<OnNan>[] = {{OnNan::kStop, "stop"},
                                                 {OnNan::kRollback, "rollback"}};

enum class KeepBest : std::uint8_t { kNone, kFid };
template <>
inline constexpr Named<KeepBest> kNames<KeepBest>[] = {{KeepBest::kNone, "none"},
                                                       {KeepBest::kFid, "fid"}};

/// The features by which evaluations compare images.
enum class FeatureKind : std::uint8_t { kAuto, kClassifier, kProjections, kInception, kLite0 };
template <>
inline constexpr Named<FeatureKind> kNames<FeatureKind>[] = {
    {FeatureKind::kAuto, "auto"},
    {FeatureKind::kClassifier, "classifier"},
    {FeatureKind::kProjections, "projections"},
    {FeatureKind::kInception, "inception"},
    {FeatureKind::kLite0, "lite0"}};

/// The program whose computation of Inception features is reproduced.
enum class EvalProtocol : std::uint8_t { kPytorchFid, kTorchFidelity, kCleanFid };
template <>
inline constexpr Named<EvalProtocol> kNames<EvalProtocol>[] = {
    {EvalProtocol::kPytorchFid, "pytorch-fid"},
    {EvalProtocol::kTorchFidelity, "torch-fidelity"},
    {EvalProtocol::kCleanFid, "clean-fid"}};

// ── Names and rows ──

/// The Error for a value that was cast to the enum and is not one of its values.
template <Choice Enum>
Error unknown_value(Enum value) {
  std::string names;
  for (const auto& row : kNames<Enum>) names.append(names.empty() ? "" : ", ").append(row.name);
  return usage_error("value ", static_cast<int>(value), " is none of ", names);
}

template <Choice Enum>
std::string_view name_of(Enum value) {
  for (const auto& row : kNames<Enum>) {
    if (row.value == value) return row.name;
  }
  throw unknown_value(value);
}

/// Returns the value with that name, or throws an Error that lists the names; `what` is the word
/// for a value in that Error.
template <Choice Enum>
Enum from_name(std::string_view name, std::string_view what) {
  return find_row(kNames<Enum>, name, what).value;
}

template <Choice Enum>
std::ostream& operator<<(std::ostream& out, Enum value) {
  return out << name_of(value);
}

/// Returns the row of a registry with that `kind`, or throws an Error.
template <typename Rows, Choice Enum>
const auto& find_row(const Rows& rows, Enum kind) {
  for (const auto& row : rows) {
    if (row.kind == kind) return row;
  }
  throw usage_error("there is no ", kind, " in its registry");
}

}  // namespace gan
