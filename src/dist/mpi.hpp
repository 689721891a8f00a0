#pragma once

#include <memory>
#include <string>

#include "dist/ranks.hpp"

namespace gan {

/// The ranks that mpirun or srun started this process among; null where it was started on
/// its own. Error (exit code 2) where it is one of many and this build has no MPI: each would
/// train alone and overwrite the others' files. Where a rank has nothing to say for
/// `timeout_s` seconds, the others end the whole job with an error; while rank 0
/// works alone (WorkAlone), it tells them that it is alive.
/// Destroying it leaves the group in good order; during an exception it ends the whole job.
std::unique_ptr<Ranks> join_ranks(double timeout_s);

/// The MPI that this build is with, or "none".
std::string mpi_library();

}  // namespace gan
