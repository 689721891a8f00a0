#include "gan_train/config/option.hpp"

#include <iterator>

// The one place where a knob is declared: a row here and its field in
// config.hpp are all it takes. Files, flags, their checks, --help, the
// reference in docs/ and the copies beside a run and in its checkpoints walk
// this table.

namespace gan {
namespace {

using Rows = std::vector<Option>;

constexpr double kMany = 1e9;                // for counts that nothing else bounds
constexpr double kLargestSeed = 0x1p53 - 1;  // bounds are doubles, exact up to here

Rows data_rows(DataConfig& data) {
  return {
      {.key = "data.dataset",
       .field = &data.dataset,
       .help = "Kind of data set: image files, or images that the program makes up itself."},
      {.key = "data.path",
       .field = &data.path,
       .help = "Folder of the data set, or its images file.",
       .alias = "data"},
      {.key = "data.labels",
       .field = &data.labels,
       .help = "File of the labels; empty: the one beside the images, if there is one."},
      {.key = "data.range",
       .field = &data.range,
       .help = "Pixels 0 to 255 are scaled to [-1, 1] (symmetric) or [0, 1] (unit).",
       .choices = {"symmetric", "unit"}},
      {.key = "data.sampling",
       .field = &data.sampling,
       .help = "Batches go through the shuffled data once an epoch (epoch), or each image is drawn "
               "at random from all of them (replacement).",
       .choices = {"epoch", "replacement"}},
      {.key = "data.drop_last",
       .field = &data.drop_last,
       .help = "Drop the last batch of an epoch when it is smaller than the others."},
      {.key = "data.limit",
       .field = &data.limit,
       .help = "Use only the first so many images; 0: all.",
       .max = kMany},
      {.key = "data.in_memory",
       .field = &data.in_memory,
       .help =
           "Hold all images in memory (true), or read those of each batch from disk (false; IDX "
           "files and folders only). auto: in memory up to data.max_mib and half the machine's "
           "memory. The results are the same.",
       .choices = {"auto", "true", "false"}},
      {.key = "data.max_mib",
       .field = &data.max_mib,
       .help = "The most memory, in MiB, that a data set held there may take.",
       .min = 1,
       .max = 1 << 24},
      {.key = "data.synthetic_size",
       .field = &data.synthetic_size,
       .help = "Number of items in a made-up data set: images (shapes), points (rings), or stacks "
               "of three digits (stacked_mnist, where the literature has 128000).",
       .min = 1,
       .max = kMany},
      {.key = "data.image_size",
       .field = &data.image_size,
       .help = "Height and width, in pixels, of the made-up images (shapes), or those that the "
               "images of a folder are cropped and resized to.",
       .min = 4,
       .max = 1024},
      {.key = "data.channels",
       .field = &data.channels,
       .help = "Channels of the made-up images (shapes), or those that the images of a folder are "
               "turned into: 1 for grey, 3 for colour.",
       .min = 1,
       .max = 3,
       .choices = {"1", "3"}},
      {.key = "data.skip_bad",
       .field = &data.skip_bad,
       .help =
           "Pass over files of a folder that can't be read as images, naming and counting them, "
           "instead of refusing the folder."},
  };
}

Rows model_rows(ModelConfig& model) {
  return {
      {.key = "model.arch",
       .field = &model.arch,
       .help = "Architecture of the generator (G) and the discriminator (D)."},
      {.key = "model.latent_dim",
       .field = &model.latent_dim,
       .help = "Dimension of the latent vector that G turns into an image.",
       .min = 1,
       .max = 65536},
      {.key = "model.latent",
       .field = &model.latent,
       .help = "Distribution of the latents: standard normal, or uniform in [-1, 1].",
       .choices = {"normal", "uniform"}},
      {.key = "model.generator_widths",
       .field = &model.generator_widths,
       .help = "G's hidden layers, from latent to image: their widths (mlp), or the channels from "
               "the smallest map to the largest (dcgan, resnet).",
       .min = 1,
       .max = 65536},
      {.key = "model.discriminator_widths",
       .field = &model.discriminator_widths,
       .help = "D's hidden layers, from image to logit: their widths (mlp), or the channels from "
               "the largest map to the smallest (dcgan, resnet).",
       .min = 1,
       .max = 65536},
      {.key = "model.generator_activation",
       .field = &model.generator_activation,
       .help = "Activation after each hidden layer of G; D's is always leaky_relu.",
       .choices = {"relu", "leaky_relu"}},
      {.key = "model.leaky_slope",
       .field = &model.leaky_slope,
       .help = "Slope of leaky_relu below zero, in both networks.",
       .max = 1},
      {.key = "model.dropout",
       .field = &model.dropout,
       .help = "Dropout after each hidden layer of D: the chance that a unit is zeroed; 0: none.",
       .max = 1,
       .below_max = true},
      {.key = "model.upsampling",
       .field = &model.upsampling,
       .help = "How dcgan's G doubles a map: a transposed convolution, or nearest-neighbour "
               "upsampling and then a convolution.",
       .choices = {"transposed", "nearest"}},
      {.key = "model.kernel",
       .field = &model.kernel,
       .help = "Size of dcgan's square convolution kernels, in pixels.",
       .min = 1,
       .max = 31},
      {.key = "model.generator_norm",
       .field = &model.generator_norm,
       .help = "Batch normalisation in G."},
      {.key = "model.discriminator_norm",
       .field = &model.discriminator_norm,
       .help = "Batch normalisation in D."},
      {.key = "model.sync_batchnorm",
       .field = &model.sync_batchnorm,
       .help = "Under mpirun, batch norm over the batches of all processes together."},
      {.key = "model.bias",
       .field = &model.bias,
       .help = "Biases in the layers of dcgan and resnet."},
      {.key = "model.init",
       .field = &model.init,
       .help = "Initial weights: PyTorch's own; dcgan: normal with standard deviation 0.02; or "
               "glorot: Glorot's uniform with zero biases.",
       .choices = {"pytorch", "dcgan", "glorot"}},
      {.key = "model.output",
       .field = &model.output,
       .help = "Last activation of G: tanh for [-1, 1], sigmoid for [0, 1].",
       .choices = {"tanh", "sigmoid"}},
      {.key = "model.spectral_norm",
       .field = &model.spectral_norm,
       .help =
           "Spectral normalisation in D: each weight is divided by its largest singular value."},
      {.key = "model.minibatch_stddev",
       .field = &model.minibatch_stddev,
       .help =
           "Show D's last layer how much the images within groups of this many differ; 0: don't. "
           "Batches must be made up of whole groups.",
       .max = 1024},
      {.key = "model.pack",
       .field = &model.pack,
       .help = "Images that D judges at once (PacGAN). Batches must be multiples of it.",
       .min = 1,
       .max = 64},
      {.key = "model.conditional",
       .field = &model.conditional,
       .help = "Draw images of a class that can be asked for, from labelled data. G gets the class "
               "with the latents; D gets it with the image (concat), by a product with its last "
               "features (projection), or has to name it (acgan).",
       .choices = {"none", "concat", "projection", "acgan"}},
  };
}

Rows loss_rows(LossConfig& loss) {
  return {
      {.key = "loss.kind", .field = &loss.kind, .help = "Loss of both networks, on D's logits."},
      {.key = "loss.real_label",
       .field = &loss.real_label,
       .help = "Label of real images in D's loss: a number, or a range such as 0.8:1 from which "
               "one is drawn for each image. From 0 to 1, but for lsgan.",
       .min = -10,
       .max = 10},
      {.key = "loss.fake_label",
       .field = &loss.fake_label,
       .help = "Label of generated images in D's loss: a number, or a range such as 0:0.2. From 0 "
               "to 1, but for lsgan.",
       .min = -10,
       .max = 10},
      {.key = "loss.label_flip",
       .field = &loss.label_flip,
       .help = "Chance that D is told an image's label the wrong way round, real for generated or "
               "generated for real.",
       .max = 0.5,
       .below_max = true},
      {.key = "loss.penalty",
       .field = &loss.penalty,
       .help = "Penalty on the gradient of D with respect to images, added to D's loss."},
      {.key = "loss.penalty_weight",
       .field = &loss.penalty_weight,
       .help = "Weight of that penalty: the lambda of wgan_gp and dragan, the gamma of r1 and r2.",
       .max = 1e6,
       .above_min = true},
      {.key = "loss.penalty_every",
       .field = &loss.penalty_every,
       .help = "D's updates from one with the penalty to the next; its weight is multiplied by as "
               "many.",
       .min = 1,
       .max = 1000},
      {.key = "loss.weight_clip",
       .field = &loss.weight_clip,
       .help = "Clamp D's weights to this distance from 0 after each of its updates; 0: leave "
               "them.",
       .max = 1000},
      {.key = "loss.class_weight",
       .field = &loss.class_weight,
       .help = "Weight of the classes' cross-entropy in both losses (model.conditional = acgan).",
       .max = 1000},
  };
}

Rows optim_rows(OptimConfig& optim) {
  return {
      {.key = "optim.lr",
       .field = &optim.lr,
       .help = "Adam's learning rate.",
       .max = 10,
       .above_min = true,
       .alias = "lr"},
      {.key = "optim.discriminator_lr",
       .field = &optim.discriminator_lr,
       .help = "Learning rate of D alone; 0: the same as optim.lr.",
       .max = 10},
      {.key = "optim.beta1",
       .field = &optim.beta1,
       .help = "Adam's decay of the mean of the gradients.",
       .max = 1,
       .below_max = true},
      {.key = "optim.beta2",
       .field = &optim.beta2,
       .help = "Adam's decay of the mean of the squared gradients.",
       .max = 1,
       .below_max = true},
      {.key = "optim.eps",
       .field = &optim.eps,
       .help = "Adam's epsilon, which keeps its divisor from zero.",
       .max = 1,
       .above_min = true},
      {.key = "optim.max_grad_norm",
       .field = &optim.max_grad_norm,
       .help = "Scale the gradient of a network down to this L2 norm where it is longer; 0: leave "
               "it.",
       .max = kMany},
      {.key = "optim.schedule",
       .field = &optim.schedule,
       .help = "Learning rates stay (constant), or fall to 0 at the end of the run in a straight "
               "line (linear) or along half a cosine (cosine).",
       .choices = {"constant", "linear", "cosine"}},
      {.key = "optim.decay_start",
       .field = &optim.decay_start,
       .help = "Share of the run after which the learning rates begin to fall.",
       .max = 1,
       .below_max = true},
      {.key = "optim.warmup_steps",
       .field = &optim.warmup_steps,
       .help = "Steps in which the learning rates rise in a straight line at the start; 0: none.",
       .max = kMany},
  };
}

Rows train_rows(TrainConfig& train) {
  return {
      {.key = "train.epochs",
       .field = &train.epochs,
       .help = "Number of epochs.",
       .min = 1,
       .max = kMany,
       .alias = "epochs"},
      {.key = "train.batch_size",
       .field = &train.batch_size,
       .help = "Images in a batch: G's, and D's real ones and fake ones each (but see "
               "train.discriminator_batch).",
       .min = 1,
       .max = 1 << 20,
       .alias = "batch-size"},
      {.key = "train.steps_per_epoch",
       .field = &train.steps_per_epoch,
       .help = "G's updates in an epoch; 0: as many as go through the data once.",
       .max = kMany},
      {.key = "train.discriminator_batch",
       .field = &train.discriminator_batch,
       .help = "Images in D's update: batch_size real and as many fake ones (full), or half of "
               "batch_size of each (half).",
       .choices = {"full", "half"}},
      {.key = "train.discriminator_update",
       .field = &train.discriminator_update,
       .help = "D's update: one on real and fake images as one batch (joint), one on the sum of "
               "their two losses (summed), or one on the real images and then one on the fake ones "
               "(separate).",
       .choices = {"joint", "summed", "separate"}},
      {.key = "train.discriminator_steps",
       .field = &train.discriminator_steps,
       .help = "Updates of D for each update of G.",
       .min = 1,
       .max = 1000},
      {.key = "train.reuse_fake",
       .field = &train.reuse_fake,
       .help = "G's update uses the fake images of D's last one, instead of fresh ones."},
      {.key = "train.ema",
       .field = &train.ema,
       .help = "Decay, a step, of the running average (EMA) of G's weights; 0: no average.",
       .max = 1,
       .below_max = true},
      {.key = "train.instance_noise",
       .field = &train.instance_noise,
       .help = "Standard deviation of the noise on all images that D sees; it falls in a straight "
               "line to 0 at the end of the run.",
       .max = 10},
      {.key = "train.seed",
       .field = &train.seed,
       .help = "Seed of everything random in a run.",
       .max = kLargestSeed,
       .alias = "seed"},
      {.key = "train.device",
       .field = &train.device,
       .help = "Where to compute: auto (CUDA if there is one, else cpu), cpu, cuda or cuda:N.",
       .alias = "device"},
      {.key = "train.threads",
       .field = &train.threads,
       .help = "Threads on the CPU; 0: LibTorch's choice.",
       .max = 1024,
       .alias = "threads"},
      {.key = "train.precision",
       .field = &train.precision,
       .help =
           "Convolutions and matrix products in float32 (fp32), in bfloat16 (bf16), or in "
           "bfloat16 where the hardware is fast at it (auto); tf32 lets CUDA round their factors "
           "to 10 bits. Weights, losses, Adam and the drawing of samples are always in float32.",
       .choices = {"auto", "fp32", "tf32", "bf16"}},
      {.key = "train.cuda_graph",
       .field = &train.cuda_graph,
       .help =
           "Capture a step on CUDA once and replay it, which spares small networks the launch of "
           "each kernel. Not with augment, instance noise, wgan_gp and dragan. Untested."},
      {.key = "train.deterministic",
       .field = &train.deterministic,
       .help = "Use only algorithms of LibTorch that give the same bits each time. Needed for that "
               "on CUDA, where it costs speed; on the CPU the same bits come without it."},
      {.key = "train.on_nan",
       .field = &train.on_nan,
       .help =
           "When a loss or a gradient is no longer a number: stop, or go back to the last saved "
           "state with half the learning rate (rollback), at most three times.",
       .choices = {"stop", "rollback"}},
      {.key = "train.stop_on_collapse",
       .field = &train.stop_on_collapse,
       .help = "Stop the run when G has collapsed to few images, instead of only warning."},
      {.key = "train.keep_best",
       .field = &train.keep_best,
       .help = "Keep the best generator of all evaluations (eval.every) as best.pt: by the lowest "
               "Fréchet distance (fid), or keep none.",
       .choices = {"none", "fid"}},
  };
}

Rows eval_rows(EvalConfig& eval) {
  return {
      {.key = "eval.every",
       .field = &eval.every,
       .help = "Epochs from one evaluation of G, a row of metrics.csv, to the next; 0: none.",
       .max = kMany},
      {.key = "eval.samples",
       .field = &eval.samples,
       .help = "Samples that an evaluation draws.",
       .min = 100,
       .max = 100000},
  };
}

Rows augment_rows(AugmentConfig& augment) {
  return {
      {.key = "augment.translation",
       .field = &augment.translation,
       .help = "Shift each image that D sees by up to this share of its height and width, zeros "
               "moving in; 0: no shift.",
       .max = 1,
       .below_max = true},
      {.key = "augment.cutout",
       .field = &augment.cutout,
       .help = "Zero a rectangle of this share of the height and width of each image that D sees; "
               "0: none.",
       .max = 1,
       .below_max = true},
      {.key = "augment.brightness",
       .field = &augment.brightness,
       .help = "Brighten or darken each image that D sees by up to this much; 0: by nothing.",
       .max = 2},
  };
}

Rows output_rows(OutputConfig& output) {
  return {
      {.key = "output.dir",
       .field = &output.dir,
       .help = "Folder that the run is written to; empty: runs/RECIPE-DATE-TIME.",
       .alias = "out"},
      {.key = "output.samples",
       .field = &output.samples,
       .help = "Images in each grid of samples.",
       .min = 1,
       .max = 10000},
      {.key = "output.sample_columns",
       .field = &output.sample_columns,
       .help = "Columns of the grid; 0: as square as can be.",
       .max = 10000},
      {.key = "output.sample_every",
       .field = &output.sample_every,
       .help = "Epochs from one grid of samples to the next; 0: no grids.",
       .max = kMany},
      {.key = "output.sample_scale",
       .field = &output.sample_scale,
       .help = "Each pixel of an image becomes a square of this many pixels in the grid.",
       .min = 1,
       .max = 64},
      {.key = "output.dark_on_light",
       .field = &output.dark_on_light,
       .help = "Draw grids inverted: dark digits on a light ground."},
      {.key = "output.checkpoint_every",
       .field = &output.checkpoint_every,
       .help = "Epochs from one kept generator to the next; 0: only the last.",
       .max = kMany},
      {.key = "output.keep_last",
       .field = &output.keep_last,
       .help = "Delete kept generators but for this many, the newest; 0: keep all.",
       .max = kMany,
       .alias = "keep-last"},
      {.key = "output.keep_every",
       .field = &output.keep_every,
       .help = "Never delete generators of epochs that this number divides; 0: no such epochs.",
       .max = kMany},
      {.key = "output.save_state",
       .field = &output.save_state,
       .help = "Epochs from one save of the whole state, from which a run can go on, to the next; "
               "0: only at the end and when the run is stopped.",
       .max = kMany,
       .alias = "save-state"},
      {.key = "output.save_state_steps",
       .field = &output.save_state_steps,
       .help = "Steps from one such save to the next, beside the epochs' saves; 0: none.",
       .max = kMany,
       .alias = "save-state-steps"},
      {.key = "output.log_every",
       .field = &output.log_every,
       .help = "Steps from one row of steps.csv to the next; 0: no such file.",
       .max = kMany},
      {.key = "output.report",
       .field = &output.report,
       .help = "Keep report.html, a page with all that the run shows of itself, up to date."},
      {.key = "output.tensorboard",
       .field = &output.tensorboard,
       .help = "Write what the CSV files hold, and the grids, for TensorBoard too."},
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

}  // namespace gan
