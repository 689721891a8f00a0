#include "dist/mpi.hpp"

#include <cstdlib>
#include <string>

#include "core/log.hpp"
#include "core/text.hpp"
#include "gan_train/core/error.hpp"

#ifdef GAN_TRAIN_HAS_MPI
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mpi.h>
#include <mutex>
#include <thread>

#include "dist/nccl_sums.hpp"
#endif

namespace gan {
namespace {

// The number of ranks according to the launcher: Open MPI, MPICH and its derivatives, Slurm.
std::int64_t launched_ranks() {
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"}) {
    if (const char* value = std::getenv(name)) return parse_int(value).value_or(1);
  }
  return 1;
}

#ifdef GAN_TRAIN_HAS_MPI

void end_job() { MPI_Abort(MPI_COMM_WORLD, Error::kFailed); }

class MpiRanks : public Ranks {
 public:
  explicit MpiRanks(double timeout_s) : timeout_s_(timeout_s) {
    // Calls never overlap: the thread of beats_ makes them only while its owner makes none.
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &threads_);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
    MPI_Comm machine = MPI_COMM_NULL;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &machine);
    MPI_Comm_rank(machine, &local_rank_);
    MPI_Comm_free(&machine);
    MPI_Comm_dup(MPI_COMM_WORLD, &heartbeat_group_);
  }

  // An exception stops only this rank, and the others would wait for it. After main() has printed
  // the error, end_job() ends all ranks.
  ~MpiRanks() override {
    if (std::uncaught_exceptions() > 0) {
      if (nccl_) nccl_->abandon();
      std::atexit(end_job);
    } else {
      nccl_.reset();
      receive_all_heartbeats();
      MPI_Finalize();
    }
  }

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  int local_rank() const override { return local_rank_; }
  Traffic traffic() const override { return traffic_; }

  void sum(torch::Tensor& values) override {
    const auto start = Clock::now();
    if (values.is_cuda() && has_nccl(values.device())) {
      nccl_->start(values);
      wait_until([&] { return nccl_->is_done(); });
    } else {
      sum_on_host(values);
    }
    traffic_.seconds += seconds_since(start);
    traffic_.bytes += static_cast<double>(values.nbytes());
    ++traffic_.sums;
  }

  void broadcast(torch::Tensor& values) override {
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Ibcast(values.data_ptr(), static_cast<int>(values.nbytes()), MPI_BYTE, 0, MPI_COMM_WORLD,
               &request);
    wait(request);
  }

  void work_alone(bool begins) override {
    if (rank_ != 0 || threads_ < MPI_THREAD_SERIALIZED) return;
    heartbeats_ = begins
                      ? std::jthread([this](const std::stop_token& end) { send_heartbeats(end); })
                      : std::jthread();  // ends the previous one
  }

 private:
  using Clock = std::chrono::steady_clock;

  static double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
  }

  // NCCL rejects ranks that share a GPU, and does so on every rank.
  bool has_nccl(const torch::Device& device) {
    if (nccl_ || !wants_nccl_) return nccl_ != nullptr;
    try {
      nccl_ = std::make_unique<NcclSums>(*this, device);
    } catch (const std::exception& error) {
      wants_nccl_ = false;
      if (rank_ == 0) log::warning(str("sums go through the host's memory: ", error.what()));
    }
    return nccl_ != nullptr;
  }

  void sum_on_host(torch::Tensor& values) {
    auto host = values.cpu();
    host.nbytes() < kLarge ? sum_small(host) : sum_large(host);
    if (!values.is_cpu()) values.copy_(host);
  }

  void sum_small(torch::Tensor& values) {
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Iallreduce(MPI_IN_PLACE, values.data_ptr<float>(), static_cast<int>(values.numel()),
                   MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD, &request);
    wait(request);
  }

  // Each rank sums one part, in rank order, and all ranks gather the parts: no rank sends or
  // receives more than twice the values. Open MPI's MPI_Iallreduce uses trees, some of which send
  // the values log2(size) times.
  void sum_large(torch::Tensor& values) {
    const std::int64_t part = (values.numel() + size_ - 1) / size_;
    auto parts = torch::constant_pad_nd(values.flatten(), {0, part * size_ - values.numel()});
    auto of_all = torch::empty({size_, part});
    MPI_Request request = MPI_REQUEST_NULL;
    const auto count = static_cast<int>(part);
    MPI_Ialltoall(parts.data_ptr<float>(), count, MPI_FLOAT, of_all.data_ptr<float>(), count,
                  MPI_FLOAT, MPI_COMM_WORLD, &request);
    wait(request);
    const auto sum = of_all.sum(0);
    MPI_Iallgather(sum.data_ptr<float>(), count, MPI_FLOAT, parts.data_ptr<float>(), count,
                   MPI_FLOAT, MPI_COMM_WORLD, &request);
    wait(request);
    values.copy_(parts.narrow(0, 0, values.numel()).view_as(values));
  }

  void wait(MPI_Request& request) {
    wait_until([&] {
      int done = 0;
      MPI_Test(&request, &done, MPI_STATUS_IGNORE);
      return done != 0;
    });
  }

  // Sends empty messages (heartbeats) from time to time until stopped.
  void send_heartbeats(const std::stop_token& end) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any ended;
    const std::chrono::duration<double> pause(std::min(timeout_s_ / 4, 60.0));
    while (!ended.wait_for(lock, end, pause, [&] { return end.stop_requested(); })) {
      for (int other = 1; other < size_; ++other) {
        MPI_Send(nullptr, 0, MPI_BYTE, other, 0, heartbeat_group_);
      }
      ++heartbeat_count_;
    }
  }

  // Receives a heartbeat from rank 0 if one has arrived; false if none has.
  bool receive_heartbeat() {
    int is_there = 0;
    MPI_Iprobe(0, 0, heartbeat_group_, &is_there, MPI_STATUS_IGNORE);
    if (is_there == 0) return false;
    MPI_Recv(nullptr, 0, MPI_BYTE, 0, 0, heartbeat_group_, MPI_STATUS_IGNORE);
    ++heartbeat_count_;
    return true;
  }

  // MPI requires every message to be received before MPI_Finalize. Rank 0 may still be evaluating
  // or sampling, so the others sleep to leave it the cores.
  void receive_all_heartbeats() {
    std::int64_t sent = heartbeat_count_;
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Ibcast(&sent, 1, MPI_INT64_T, 0, MPI_COMM_WORLD, &request);
    for (int done = 0; done == 0 || heartbeat_count_ < sent;) {
      MPI_Test(&request, &done, MPI_STATUS_IGNORE);
      receive_heartbeat();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    MPI_Comm_free(&heartbeat_group_);
  }

  // Adds a time limit: MPI and NCCL themselves wait forever.
  template <typename Done>
  void wait_until(Done done) {
    auto start = Clock::now();
    while (!done()) {
      const double waited = seconds_since(start);
      if (waited > timeout_s_) {
        throw run_error("rank ", rank_, " of ", size_, ": no answer from another rank for ",
                        timeout_s_,
                        " s; resume the last saved state, with a longer time limit if need be");
      }
      // Polls without pause for the first millisecond, then sleeps to leave the core to working
      // ranks.
      if (waited > 1e-3) std::this_thread::sleep_for(std::chrono::microseconds(50));
      if (waited > 1e-3 && receive_heartbeat()) start = Clock::now();
    }
  }

  static constexpr std::size_t kLarge = 64 << 10;

  double timeout_s_;
  int rank_ = 0;
  int size_ = 1;
  int local_rank_ = 0;
  Traffic traffic_;
  std::unique_ptr<NcclSums> nccl_;
  bool wants_nccl_ = NcclSums::is_available();
  int threads_ = 0;  // thread support that MPI provides
  MPI_Comm heartbeat_group_ = MPI_COMM_NULL;
  std::int64_t heartbeat_count_ = 0;  // sent to each other rank (rank 0), or received (others)
  std::jthread heartbeats_;           // while rank 0 works alone
};

#endif

}  // namespace

std::unique_ptr<Ranks> join_ranks([[maybe_unused]] double timeout_s) {
  const std::int64_t count = launched_ranks();
  if (count <= 1) return nullptr;
#ifdef GAN_TRAIN_HAS_MPI
  auto group = std::make_unique<MpiRanks>(timeout_s);
  if (group->size() != count) {
    throw usage_error("started as one of ", count, " ranks, but MPI sees ", group->size(),
                      ": the launcher belongs to another MPI; under Slurm try srun --mpi=pmix, "
                      "or mpirun in a job of sbatch");
  }
  return group;
#else
  throw usage_error("started as one of ", count,
                    " ranks, but this build has no MPI; install it (Debian: libopenmpi-dev) and "
                    "build again, or start a single process");
#endif
}

std::string mpi_library() {
#ifdef GAN_TRAIN_HAS_MPI
  char text[MPI_MAX_LIBRARY_VERSION_STRING];
  int length = 0;
  MPI_Get_library_version(text, &length);
  const std::string version(text, static_cast<std::size_t>(length));
  return version.substr(0, version.find_first_of(",\n"));
#else
  return "none";
#endif
}

}  // namespace gan
