#include "gan_train/config/option.hpp"

#include <algorithm>
#include <initializer_list>
#include <iterator>

#include "gan_train/core/error.hpp"

// All options. A new one needs only a row here and a field in config.hpp.

namespace gan {
namespace {

using Rows = std::vector<Option>;

constexpr double kMany = 1e9;            // for counts without another bound
constexpr double kMaxSeed = 0x1p53 - 1;  // bounds are doubles, which are exact up to here

template <Choice Enum>
OtherValues with(std::string_view key, std::initializer_list<Enum> values) {
  OtherValues others{key, {}};
  for (const Enum value : values) others.values.emplace_back(name_of(value));
  return others;
}

// Kinds whose images already have a fixed size and number of channels.
constexpr std::initializer_list<DatasetKind> kFixedImages = {
    DatasetKind::kIdx,      DatasetKind::kNpy,          DatasetKind::kCifar10,
    DatasetKind::kCifar100, DatasetKind::kStackedMnist, DatasetKind::kRings};
// Kinds that are not read from a folder of pictures.
constexpr std::initializer_list<DatasetKind> kNoPictures = {
    DatasetKind::kIdx,          DatasetKind::kNpy,    DatasetKind::kCifar10, DatasetKind::kCifar100,
    DatasetKind::kStackedMnist, DatasetKind::kShapes, DatasetKind::kRings};

Rows data_rows(DataConfig& data) {
  return {
      {.key = "data.dataset",
       .role = Role::kData,
       .field = &data.dataset,
       .help = "Kind of data set: files of data.path, or images that the program makes up itself. "
               "auto: what data.path holds.",
       .everyday = true},
      {.key = "data.path",
       .role = Role::kRunning,
       .field = &data.path,
       .help = "Folder of the data set (pictures, or files of images), or its images file.",
       .alias = "data",
       .everyday = true},
      {.key = "data.labels",
       .role = Role::kRunning,
       .field = &data.labels,
       .help = "File of the labels (idx, npy); empty: the IDX file next to the images, if there "
               "is one."},
      {.key = "data.range",
       .role = Role::kData,
       .field = &data.range,
       .help = "Pixels 0 to 255 are scaled to [-1, 1] (symmetric) or [0, 1] (unit)."},
      {.key = "data.sampling",
       .role = Role::kData,
       .field = &data.sampling,
       .help = "Batches go through the shuffled data once per pass (epoch), or each image is "
               "drawn at random from all of them (replacement)."},
      {.key = "data.drop_last",
       .role = Role::kData,
       .field = &data.drop_last,
       .help = "Drop the last batch of an epoch when it is smaller than the others."},
      {.key = "data.limit",
       .role = Role::kData,
       .field = &data.limit,
       .help =
           "Use only this many images, the first of each class, spread evenly over the classes; "
           "0: all.",
       .max = kMany},
      {.key = "data.in_memory",
       .role = Role::kRunning,
       .field = &data.in_memory,
       .help =
           "Hold all images in memory (true), or read those of each batch from disk (false; idx, "
           "npy and folder only). auto: in memory up to data.max_mib and half the machine's "
           "memory. The results are the same."},
      {.key = "data.max_mib",
       .role = Role::kRunning,
       .field = &data.max_mib,
       .help = "Most memory in MiB that a data set may take when held in memory.",
       .min = 1,
       .max = 1 << 24},
      {.key = "data.synthetic_size",
       .role = Role::kData,
       .field = &data.synthetic_size,
       .help = "Number of items in a made-up data set: images (shapes), points (rings), or stacks "
               "of three digits (stacked_mnist, where the literature has 128000).",
       .min = 1,
       .max = kMany,
       .ignored_with = with("data.dataset",
                            {DatasetKind::kAuto, DatasetKind::kIdx, DatasetKind::kFolder,
                             DatasetKind::kNpy, DatasetKind::kCifar10, DatasetKind::kCifar100})},
      {.key = "data.image_size",
       .role = Role::kData,
       .field = &data.image_size,
       .help =
           "Size in pixels that a folder's pictures are given, or of the made-up images "
           "(shapes): 64 for squares, or WIDTHxHEIGHT, as in 64x96. 0: squares of 16, 28, 32, "
           "48 or 64, whichever is nearest to the median of the folder's pictures; 16 (shapes).",
       .max = 1024,
       .ignored_with = with("data.dataset", kFixedImages)},
      {.key = "data.fit",
       .role = Role::kData,
       .field = &data.fit,
       .help = "How a folder's pictures get that shape: cut to the middle (crop), put whole on "
               "data.background (pad), or made wider or narrower (stretch).",
       .ignored_with = with("data.dataset", kNoPictures)},
      {.key = "data.channels",
       .role = Role::kData,
       .field = &data.channels,
       .help = "Channels that the images of a folder are turned into, or of the made-up images "
               "(shapes): 1 for grey, 3 for colour. 0: colour if most of the folder's images are; "
               "grey (shapes).",
       .max = 3,
       .numbers = {"0", "1", "3"},
       .ignored_with = with("data.dataset", kFixedImages)},
      {.key = "data.skip_bad",
       .role = Role::kData,
       .field = &data.skip_bad,
       .help = "Skip files of a folder that can't be read as images, with a warning, instead of "
               "refusing the folder.",
       .ignored_with = with("data.dataset", kNoPictures)},
      {.key = "data.background",
       .role = Role::kData,
       .field = &data.background,
       .help = "Colour behind transparent parts of a folder's images and around padded ones "
               "(data.fit = pad): white, black, or red, green and blue as ff8000.",
       .ignored_with = with("data.dataset", kNoPictures)},
      {.key = "data.max_megapixels",
       .role = Role::kData,
       .field = &data.max_megapixels,
       .help = "The largest image that a folder may hold, in millions of pixels. Larger ones are "
               "refused before they are unpacked.",
       .min = 1,
       .max = 4096,
       .ignored_with = with("data.dataset", kNoPictures)},
  };
}

Rows model_rows(ModelConfig& model) {
  return {
      {.key = "model.arch",
       .role = Role::kModel,
       .field = &model.arch,
       .help = "Architecture of the generator (G) and the discriminator (D).",
       .everyday = true},
      {.key = "model.latent_dim",
       .role = Role::kModel,
       .field = &model.latent_dim,
       .help = "Dimension of the latent vector that G turns into an image.",
       .min = 1,
       .max = 65536,
       .everyday = true},
      {.key = "model.latent",
       .role = Role::kModel,
       .field = &model.latent,
       .help = "Distribution of the latents: standard normal, or uniform in [-1, 1]."},
      {.key = "model.generator_widths",
       .role = Role::kModel,
       .field = &model.generator_widths,
       .help =
           "G's hidden layers, from latent to image: their widths (mlp), or the channels from "
           "the smallest map to the largest (dcgan, resnet). auto: 256, 512, 1024 (mlp); 64 for "
           "the largest map, twice as many for each smaller one up to 512, down to a map of 4 to "
           "7 pixels (dcgan, resnet).",
       .min = 1,
       .max = 65536,
       .everyday = true},
      {.key = "model.discriminator_widths",
       .role = Role::kModel,
       .field = &model.discriminator_widths,
       .help = "D's hidden layers, from image to logit: their widths (mlp), or the channels from "
               "the largest map to the smallest (dcgan, resnet). auto: 512, 256 (mlp); as auto "
               "for G, in reverse (dcgan, resnet).",
       .min = 1,
       .max = 65536,
       .everyday = true},
      {.key = "model.generator_activation",
       .role = Role::kModel,
       .field = &model.generator_activation,
       .help = "Activation after each hidden layer of G; D's is always leaky_relu."},
      {.key = "model.leaky_slope",
       .role = Role::kModel,
       .field = &model.leaky_slope,
       .help = "Slope of leaky_relu below zero, in both networks.",
       .max = 1},
      {.key = "model.dropout",
       .role = Role::kModel,
       .field = &model.dropout,
       .help = "Dropout after each hidden layer of D: the chance that a unit is zeroed; 0: none.",
       .max = 1,
       .below_max = true},
      {.key = "model.upsampling",
       .role = Role::kModel,
       .field = &model.upsampling,
       .help = "How dcgan's G doubles a map: a transposed convolution, or nearest-neighbour "
               "upsampling and then a convolution.",
       .ignored_with = with("model.arch", {Arch::kMlp, Arch::kResnet})},
      {.key = "model.kernel",
       .role = Role::kModel,
       .field = &model.kernel,
       .help = "Size of dcgan's square convolution kernels, in pixels.",
       .min = 1,
       .max = 31,
       .ignored_with = with("model.arch", {Arch::kMlp, Arch::kResnet})},
      {.key = "model.generator_norm",
       .role = Role::kModel,
       .field = &model.generator_norm,
       .help = "Batch normalisation in G."},
      {.key = "model.discriminator_norm",
       .role = Role::kModel,
       .field = &model.discriminator_norm,
       .help = "Batch normalisation in D."},
      {.key = "model.norm_eps",
       .role = Role::kModel,
       .field = &model.norm_eps,
       .help = "Epsilon of batch normalisation, in both networks: added to the variance.",
       .max = 1,
       .above_min = true},
      {.key = "model.sync_batchnorm",
       .role = Role::kModel,
       .field = &model.sync_batchnorm,
       .help = "Under mpirun, batch norm over the batches of all processes together."},
      {.key = "model.bias",
       .role = Role::kModel,
       .field = &model.bias,
       .help = "Biases in the layers of dcgan and resnet.",
       .ignored_with = with("model.arch", {Arch::kMlp})},
      {.key = "model.init",
       .role = Role::kModel,
       .field = &model.init,
       .help = "Initial weights: PyTorch's own; dcgan: normal with standard deviation 0.02; or "
               "glorot: Glorot's uniform with zero biases."},
      {.key = "model.output",
       .role = Role::kModel,
       .field = &model.output,
       .help = "Last activation of G: tanh for [-1, 1], sigmoid for [0, 1]."},
      {.key = "model.spectral_norm",
       .role = Role::kModel,
       .field = &model.spectral_norm,
       .help =
           "Spectral normalisation in D: each weight is divided by its largest singular value."},
      {.key = "model.minibatch_stddev",
       .role = Role::kModel,
       .field = &model.minibatch_stddev,
       .help =
           "Show D's last layer how much the images within groups of this many differ; 0: don't. "
           "Batches must be made up of whole groups.",
       .max = 1024},
      {.key = "model.pack",
       .role = Role::kModel,
       .field = &model.pack,
       .help = "Images that D judges at once (PacGAN). Batches must be multiples of it.",
       .min = 1,
       .max = 64},
      {.key = "model.conditional",
       .role = Role::kModel,
       .field = &model.conditional,
       .help = "Train on labelled data, to draw images of a chosen class. G gets the class with "
               "the latents; D gets it with the image (concat), by a product with its last "
               "features (projection), or has to predict it (acgan)."},
  };
}

Rows loss_rows(LossConfig& loss) {
  return {
      {.key = "loss.kind",
       .role = Role::kTraining,
       .field = &loss.kind,
       .help = "Loss of both networks, on D's logits.",
       .everyday = true},
      {.key = "loss.real_label",
       .role = Role::kTraining,
       .field = &loss.real_label,
       .help = "Label of real images in D's loss: a number, or a range such as 0.8:1 from which "
               "one is drawn for each image. From 0 to 1, except for lsgan.",
       .min = -10,
       .max = 10},
      {.key = "loss.fake_label",
       .role = Role::kTraining,
       .field = &loss.fake_label,
       .help = "Label of generated images in D's loss: a number, or a range such as 0:0.2. From "
               "0 to 1, except for lsgan.",
       .min = -10,
       .max = 10},
      {.key = "loss.label_flip",
       .role = Role::kTraining,
       .field = &loss.label_flip,
       .help = "Chance that D is told an image's label the wrong way round, real for generated or "
               "generated for real.",
       .max = 0.5,
       .below_max = true},
      {.key = "loss.penalty",
       .role = Role::kTraining,
       .field = &loss.penalty,
       .help = "Penalty on the gradient of D with respect to images, added to D's loss."},
      {.key = "loss.penalty_weight",
       .role = Role::kTraining,
       .field = &loss.penalty_weight,
       .help = "Weight of that penalty: the lambda of wgan_gp and dragan, the gamma of r1 and r2.",
       .max = 1e6,
       .above_min = true,
       .ignored_with = with("loss.penalty", {PenaltyKind::kNone})},
      {.key = "loss.penalty_every",
       .role = Role::kTraining,
       .field = &loss.penalty_every,
       .help = "Add the penalty to one in this many updates of D, with its weight multiplied by "
               "this number.",
       .min = 1,
       .max = 1000,
       .ignored_with = with("loss.penalty", {PenaltyKind::kNone})},
      {.key = "loss.weight_clip",
       .role = Role::kTraining,
       .field = &loss.weight_clip,
       .help = "Clamp D's weights to this distance from 0 after each of its updates; 0: leave "
               "them.",
       .max = 1000},
      {.key = "loss.class_weight",
       .role = Role::kTraining,
       .field = &loss.class_weight,
       .help = "Weight of the classes' cross-entropy in both losses (model.conditional = acgan).",
       .max = 1000,
       .ignored_with = with("model.conditional",
                            {Conditional::kNone, Conditional::kConcat, Conditional::kProjection})},
  };
}

Rows optim_rows(OptimConfig& optim) {
  return {
      {.key = "optim.lr",
       .role = Role::kTraining,
       .field = &optim.lr,
       .help = "Adam's learning rate.",
       .max = 10,
       .above_min = true,
       .alias = "lr",
       .everyday = true},
      {.key = "optim.discriminator_lr",
       .role = Role::kTraining,
       .field = &optim.discriminator_lr,
       .help = "Learning rate of D alone; 0: the same as optim.lr.",
       .max = 10},
      {.key = "optim.beta1",
       .role = Role::kTraining,
       .field = &optim.beta1,
       .help = "Adam's decay of the mean of the gradients.",
       .max = 1,
       .below_max = true},
      {.key = "optim.beta2",
       .role = Role::kTraining,
       .field = &optim.beta2,
       .help = "Adam's decay of the mean of the squared gradients.",
       .max = 1,
       .below_max = true},
      {.key = "optim.eps",
       .role = Role::kTraining,
       .field = &optim.eps,
       .help = "Adam's epsilon, which keeps its divisor from zero.",
       .max = 1,
       .above_min = true},
      {.key = "optim.max_grad_norm",
       .role = Role::kTraining,
       .field = &optim.max_grad_norm,
       .help = "Scale the gradient of a network down to this L2 norm where it is longer; 0: leave "
               "it.",
       .max = kMany},
      {.key = "optim.schedule",
       .role = Role::kTraining,
       .field = &optim.schedule,
       .help = "Learning rates stay constant, or fall to 0 at the end of the run in a straight "
               "line (linear) or along half a cosine (cosine)."},
      {.key = "optim.decay_start",
       .role = Role::kTraining,
       .field = &optim.decay_start,
       .help = "Share of the run after which the learning rates begin to fall.",
       .max = 1,
       .below_max = true,
       .ignored_with = with("optim.schedule", {Schedule::kConstant})},
      {.key = "optim.warmup_steps",
       .role = Role::kTraining,
       .field = &optim.warmup_steps,
       .help = "Steps in which the learning rates rise in a straight line at the start; 0: none.",
       .max = kMany},
  };
}

Rows train_rows(TrainConfig& train) {
  return {
      {.key = "train.epochs",
       .role = Role::kRunning,
       .field = &train.epochs,
       .help = "Number of epochs.",
       .min = 1,
       .max = kMany,
       .alias = "epochs",
       .everyday = true},
      {.key = "train.batch_size",
       .role = Role::kTraining,
       .field = &train.batch_size,
       .help = "Images in a batch: G's, and D's real ones and fake ones each (but see "
               "train.discriminator_batch).",
       .min = 1,
       .max = 1 << 20,
       .alias = "batch-size",
       .everyday = true},
      {.key = "train.steps_per_epoch",
       .role = Role::kRunning,
       .field = &train.steps_per_epoch,
       .help = "G's updates per epoch; 0: as many as it takes to go through the data once.",
       .max = kMany,
       .kept_at_resume = true},
      {.key = "train.discriminator_batch",
       .role = Role::kTraining,
       .field = &train.discriminator_batch,
       .help = "Images in D's update: batch_size real and as many fake ones (full), or half of "
               "batch_size of each (half)."},
      {.key = "train.discriminator_update",
       .role = Role::kTraining,
       .field = &train.discriminator_update,
       .help = "D's update: one on real and fake images as one batch (joint), one on the sum of "
               "their two losses (summed), or one on the real images and then one on the fake ones "
               "(separate)."},
      {.key = "train.discriminator_steps",
       .role = Role::kTraining,
       .field = &train.discriminator_steps,
       .help = "Updates of D for each update of G.",
       .min = 1,
       .max = 1000},
      {.key = "train.reuse_fake",
       .role = Role::kTraining,
       .field = &train.reuse_fake,
       .help = "G's update uses the fake images of D's last one, instead of fresh ones."},
      {.key = "train.ema",
       .role = Role::kTraining,
       .field = &train.ema,
       .help = "Decay per step of the running average (EMA) of G's weights; early steps use at "
               "most (1 + step) / (10 + step). 0: no average.",
       .max = 1,
       .below_max = true,
       .everyday = true},
      {.key = "train.instance_noise",
       .role = Role::kTraining,
       .field = &train.instance_noise,
       .help = "Standard deviation of the noise on all images that D sees; it falls in a straight "
               "line to 0 at the end of the run.",
       .max = 10},
      {.key = "train.seed",
       .role = Role::kRunning,
       .field = &train.seed,
       .help = "Seed of everything random in a run.",
       .max = kMaxSeed,
       .alias = "seed",
       .everyday = true,
       .kept_at_resume = true},
      {.key = "train.device",
       .role = Role::kRunning,
       .field = &train.device,
       .help = "Where to compute: auto (CUDA if there is one, else cpu), cpu, cuda or cuda:N.",
       .alias = "device"},
      {.key = "train.threads",
       .role = Role::kRunning,
       .field = &train.threads,
       .help = "Threads on the CPU; 0: one per processor that the process may use, within its "
               "container's quota.",
       .max = 1024,
       .alias = "threads"},
      {.key = "train.precision",
       .role = Role::kRunning,
       .field = &train.precision,
       .help =
           "Type of convolutions and matrix products. auto: bfloat16 where the hardware is fast "
           "at it, else float32; fp32: float32; bf16: bfloat16 everywhere; tf32: lets CUDA round "
           "their factors to 10 bits. Weights, losses and Adam are always in float32.",
       .kept_at_resume = true},
      {.key = "train.cuda_graph",
       .role = Role::kRunning,
       .field = &train.cuda_graph,
       .help =
           "Capture a step on CUDA once and replay it, which saves launching each kernel: faster "
           "for small networks. One process only. Untested."},
      {.key = "train.deterministic",
       .role = Role::kRunning,
       .field = &train.deterministic,
       .help = "Use only algorithms of LibTorch that give the same bits each time. Slower on "
               "CUDA; not needed on the CPU, which gives the same bits without it.",
       .kept_at_resume = true},
      {.key = "train.on_nan",
       .role = Role::kRunning,
       .field = &train.on_nan,
       .help = "If a loss or gradient is not finite: stop, or return to the last saved state "
               "with half the learning rate (rollback), at most three times."},
      {.key = "train.stop_on_collapse",
       .role = Role::kWatching,
       .field = &train.stop_on_collapse,
       .help = "Stop the run when G has collapsed to few images, instead of only warning."},
      {.key = "train.keep_best",
       .role = Role::kWatching,
       .field = &train.keep_best,
       .help = "Keep the best generator of all evaluations (eval.every) as best.pt: by the lowest "
               "Fréchet distance (fid), or keep none."},
  };
}

Rows eval_rows(EvalConfig& eval) {
  return {
      {.key = "eval.every",
       .role = Role::kWatching,
       .field = &eval.every,
       .help = "Epochs between evaluations of G, one row of metrics.csv each; 0: none.",
       .max = kMany,
       .everyday = true},
      {.key = "eval.samples",
       .role = Role::kWatching,
       .field = &eval.samples,
       .help = "Samples that an evaluation draws.",
       .min = 100,
       .max = 100000,
       .ignored_with = {"eval.every", {"0"}}},
      {.key = "eval.features",
       .role = Role::kWatching,
       .field = &eval.features,
       .help = "Features that evaluations compare images by: a small classifier of the data's "
               "labels, random projections of the pixels, the Inception-v3 of FID, or "
               "EfficientNet-Lite0; auto: the classifier where there are labels, else projections.",
       .kept_at_resume = true,
       .ignored_with = {"eval.every", {"0"}}},
      {.key = "eval.weights",
       .role = Role::kWatching,
       .field = &eval.weights,
       .help =
           "File with the weights of inception or lite0; empty: where get_weights.sh puts them.",
       .kept_at_resume = true,
       .ignored_with = {"eval.features", {"auto", "classifier", "projections"}}},
      {.key = "eval.protocol",
       .role = Role::kWatching,
       .field = &eval.protocol,
       .help = "Program whose way of resizing pictures inception follows.",
       .kept_at_resume = true,
       .ignored_with = {"eval.features", {"auto", "classifier", "projections", "lite0"}}},
  };
}

Rows augment_rows(AugmentConfig& augment) {
  return {
      {.key = "augment.mirror",
       .role = Role::kTraining,
       .field = &augment.mirror,
       .help = "Flip each real image left to right with probability 1/2. Doubles the data where "
               "both look natural; not for digits or text."},
      {.key = "augment.translation",
       .role = Role::kTraining,
       .field = &augment.translation,
       .help = "Shift each image that D sees by up to this share of its height and width, "
               "filling up with zeros; 0: no shift.",
       .max = 1,
       .below_max = true},
      {.key = "augment.cutout",
       .role = Role::kTraining,
       .field = &augment.cutout,
       .help = "Zero a rectangle of this share of the height and width of each image that D sees; "
               "0: none.",
       .max = 1,
       .below_max = true},
      {.key = "augment.brightness",
       .role = Role::kTraining,
       .field = &augment.brightness,
       .help = "Brighten or darken each image that D sees by up to this much; 0: don't.",
       .max = 2},
      {.key = "augment.saturation",
       .role = Role::kTraining,
       .field = &augment.saturation,
       .help = "Multiply the distance of colours from grey in each image that D sees by a random "
               "factor, from 1 minus to 1 plus this; 0: don't.",
       .max = 1},
      {.key = "augment.contrast",
       .role = Role::kTraining,
       .field = &augment.contrast,
       .help = "Likewise multiply the distance of all values from their mean; 0: don't.",
       .max = 1},
      {.key = "augment.target",
       .role = Role::kTraining,
       .field = &augment.target,
       .help = "Adaptive augmentation: apply each of these except mirror with a probability that "
               "starts at 0, and rises while the mean sign of D's logits on real images is above "
               "this target, such as 0.6; 0: apply all of them always.",
       .max = 1,
       .below_max = true},
  };
}

Rows output_rows(OutputConfig& output) {
  return {
      {.key = "output.dir",
       .role = Role::kRunning,
       .field = &output.dir,
       .help = "Folder that the run is written to; empty: runs/RECIPE-DATE-TIME.",
       .alias = "out",
       .everyday = true,
       .kept_at_resume = true},
      {.key = "output.samples",
       .role = Role::kWatching,
       .field = &output.samples,
       .help = "Images in each grid of samples.",
       .min = 1,
       .max = 10000},
      {.key = "output.sample_columns",
       .role = Role::kWatching,
       .field = &output.sample_columns,
       .help = "Columns of the grid; 0: as square as can be.",
       .max = 10000},
      {.key = "output.sample_every",
       .role = Role::kWatching,
       .field = &output.sample_every,
       .help = "Epochs between grids of samples; 0: no grids.",
       .max = kMany},
      {.key = "output.sample_scale",
       .role = Role::kWatching,
       .field = &output.sample_scale,
       .help = "Each pixel of an image becomes a square of this many pixels in the grid.",
       .min = 1,
       .max = 64},
      {.key = "output.dark_on_light",
       .role = Role::kWatching,
       .field = &output.dark_on_light,
       .help = "Draw grids inverted: dark digits on a light ground."},
      {.key = "output.checkpoint_every",
       .role = Role::kWatching,
       .field = &output.checkpoint_every,
       .help = "Epochs between kept generators; 0: keep only the last.",
       .max = kMany},
      {.key = "output.keep_last",
       .role = Role::kWatching,
       .field = &output.keep_last,
       .help = "Keep only this many generators, the newest; 0: keep all.",
       .max = kMany,
       .alias = "keep-last"},
      {.key = "output.keep_every",
       .role = Role::kWatching,
       .field = &output.keep_every,
       .help = "Never delete generators of epochs that are multiples of this; 0: no such epochs.",
       .max = kMany,
       .ignored_with = {"output.keep_last", {"0"}}},
      {.key = "output.save_state",
       .role = Role::kWatching,
       .field = &output.save_state,
       .help = "Epochs between saves of the state to resume from; 0: only at the end and when "
               "the run is stopped.",
       .max = kMany,
       .alias = "save-state"},
      {.key = "output.save_state_steps",
       .role = Role::kWatching,
       .field = &output.save_state_steps,
       .help = "Steps between further saves of that state; 0: none.",
       .max = kMany,
       .alias = "save-state-steps"},
      {.key = "output.log_every",
       .role = Role::kWatching,
       .field = &output.log_every,
       .help = "Steps per row of steps.csv; 0: no such file.",
       .max = kMany},
      {.key = "output.report",
       .role = Role::kWatching,
       .field = &output.report,
       .help = "Keep report.html up to date: a page with the run's samples, curves and metrics."},
      {.key = "output.tensorboard",
       .role = Role::kWatching,
       .field = &output.tensorboard,
       .help = "Also write the CSV files' contents and the grids for TensorBoard."},
  };
}

}  // namespace

std::vector<Option> option_table(Config& config) {
  Rows table;
  for (auto rows :
       {data_rows(config.data), model_rows(config.model), loss_rows(config.loss),
        optim_rows(config.optim), train_rows(config.train), augment_rows(config.augment),
        eval_rows(config.eval), output_rows(config.output)}) {
    table.insert(table.end(), std::make_move_iterator(rows.begin()),
                 std::make_move_iterator(rows.end()));
  }
  return table;
}

const Option& find_option(std::span<const Option> table, std::string_view key) {
  const auto row = std::ranges::find(table, key, &Option::key);
  if (row == table.end()) throw usage_error("no option ", key);
  return *row;
}

bool may_change_at_resume(const Option& option, const Config& config) {
  // Settings that fall to 0 at the end of the run would jump if that end moved.
  const bool falls =
      config.optim.schedule != Schedule::kConstant || config.train.instance_noise > 0;
  if (option.key == "train.epochs") return !falls;
  const bool may = option.role == Role::kRunning || option.role == Role::kWatching;
  return may && !option.kept_at_resume;
}

bool may_be_searched(const Option& option) {
  const bool may = option.role == Role::kModel || option.role == Role::kTraining;
  return may && !std::holds_alternative<Widths*>(option.field);
}

}  // namespace gan
