#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gan_train/core/json.hpp"

namespace gan {

/// One figure of an evaluation, and what real images and noise score in it on the same terms. NaN
/// where there is none.
struct Metric {
  std::string name;   ///< "frechet": the key in JSON and the column of metrics.csv
  std::string label;  ///< "Fréchet distance": the row of the table
  double value = 0.0;
  double floor = 0.0;    ///< of training images
  double ceiling = 0.0;  ///< of uniform noise
};

/// What an evaluation says of the samples of one class: those that were asked to be of it or, where
/// nothing was asked for, those that the classifier takes for it. NaN where there are too few.
struct ClassFigures {
  std::int64_t samples = 0;
  double percent = 0.0;   ///< of all samples, by the classifier
  double data = 0.0;      ///< of the training images, by their labels, %
  double as_asked = 0.0;  ///< of those asked for, the classifier agrees, %; NaN: none were
  /// As the rows of these names, but within the class, with what real images score.
  Metric precision, recall, coverage, frechet;
};

/// All that an evaluation says: the one record that table, JSON and CSV are written from.
struct Metrics {
  std::string features;   ///< what the features are: "LeNet classifier of data/mnist, …"
  std::string reference;  ///< what was compared with: "10000 test images of data/mnist"
  std::int64_t samples = 0;
  std::vector<Metric> rows;
  std::vector<ClassFigures> classes = {};  ///< where asked for

  /// The value called `name`; NaN where there is none.
  double value(std::string_view name) const;
};

/// Widest line of the table.
inline constexpr std::size_t kTableWidth = 60;

/// The text for a terminal: what was measured against what, and a line a figure. `title` comes
/// first.
std::string metrics_table(const Metrics& metrics, const std::string& title);

/// One JSON object: `about`, then the record. NaN and infinities become null.
std::string metrics_json(const Metrics& metrics, Json about);

/// A figure in JSON and CSV, to nine digits; `otherwise` where it is no finite number.
std::string figure_text(double value, const char* otherwise = "nan");

/// The names, and the values, of all rows, comma-separated. A value that is no number is "nan".
std::string metrics_csv_names(const Metrics& metrics);
std::string metrics_csv_values(const Metrics& metrics);

}  // namespace gan
