#pragma once

namespace gan {

/// The page of src/io/report/, whole but for the data, for which kReportDataMark stands.
extern const char* const kReportPage;
inline constexpr const char* kReportDataMark = "{{data}}";

}  // namespace gan
