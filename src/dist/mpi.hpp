#pragma once

#include <memory>
#include <string>

#include "dist/ranks.hpp"

namespace gan {

/// The ranks that mpirun or srun started together with this process; null if it was started alone.
/// Throws an Error (exit code 2) if there are several but this build has no MPI, since each would
/// train alone and overwrite the others' files. If a rank is silent for `timeout_s` seconds, the
/// others abort the job with an error; while rank 0 works alone (WorkAlone), it signals that it is
/// alive. The destructor leaves the group cleanly; during an exception it aborts the whole job.
std::unique_ptr<Ranks> join_ranks(double timeout_s);

/// The MPI library of this build, or "none".
std::string mpi_library();

}  // namespace gan
