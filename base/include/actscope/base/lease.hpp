// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "actscope/base/process_identity.hpp"

namespace actscope {

/// Who has a lease, as its file says.
struct LeaseHolder {
  ProcessIdentity process;
  std::string token;  ///< drawn for this lease and no other
  std::string since;  ///< by the holder's clock, for people: 2026-11-29T21:00:00Z

  /// "host a, process 12, since 2026-11-29T21:00:00Z".
  std::string text() const;
};

enum class LeaseState {
  none,    ///< there is no such file
  alive,   ///< its holder runs, or was seen to touch it
  dead,    ///< its holder is gone, or was not seen to touch it for as long as we watched
  unknown  ///< its holder is elsewhere and was not watched for long enough
};

/// Tells living leases from dead ones. A holder of the same boot and the same process namespace is
/// asked for directly. One elsewhere (another host, a container) is alive as long as the file is
/// seen to change: what counts is this observer's own steady clock, never a comparison of a time in
/// the file with a clock of this host.
class LeaseObserver {
 public:
  using Clock = std::chrono::steady_clock;
  /// A holder elsewhere that does not touch its lease for this long is dead.
  static constexpr std::chrono::seconds longest_silence{60};

  explicit LeaseObserver(ProcessIdentity self = this_process(),
                         std::function<Clock::time_point()> now = Clock::now);

  /// Looks at the file once more.
  LeaseState look(const std::filesystem::path& file);
  /// Whether somebody may still hold the lease; in doubt, yes.
  bool may_be_held(const std::filesystem::path& file);

  /// Who has the lease, or nothing: there is none, or it is not one of this version.
  static std::optional<LeaseHolder> holder(const std::filesystem::path& file);

  const ProcessIdentity& self() const noexcept { return self_; }

 private:
  friend class Lease;
  /// The text of a lease and when it was last touched, by whatever clock.
  struct Stamp {
    std::string text;
    std::int64_t touched_ns = 0;
    bool operator==(const Stamp&) const = default;
  };
  struct Seen {
    Stamp stamp;
    Clock::time_point since;
    bool has_changed = false;
  };
  /// Nothing where it cannot be read: errno says why.
  static std::optional<Stamp> stamp_of(const std::filesystem::path& file);

  ProcessIdentity self_;
  std::function<Clock::time_point()> now_;
  std::map<std::filesystem::path, Seen> seen_;
};

/// The right of one process to work on something: a file, created exclusively, that names the
/// process. The process touches the file while it lives, and this object removes it. There are no
/// file locks, only exclusive create and rename, so that it holds on shared file systems too.
class Lease {
 public:
  /// How often a holder has to touch its lease.
  static constexpr std::chrono::seconds touch_period{5};

  /// Takes the lease, or nothing where another one may hold it.
  /// Errors  EnvironmentError: the folder cannot be written to
  static std::optional<Lease> try_take(const std::filesystem::path& file, LeaseObserver& observer);

  /// Takes the lease; a holder elsewhere is watched until it is known whether it lives. `wait` is
  /// called between looks and returns whether to go on; `user` says what works there, for people.
  /// Errors  EnvironmentError: somebody holds it, or waiting was given up; as try_take
  static Lease take(const std::filesystem::path& file, LeaseObserver& observer,
                    const std::string& user, const std::function<bool()>& wait);

  Lease(Lease&& other) noexcept;
  Lease& operator=(Lease&& other) noexcept;
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease() { give_back(); }

  /// Tells others that the holder lives. Returns false where the lease is no longer ours: another
  /// one took this process for dead.
  bool touch() const noexcept;
  /// Removes the file where it is still ours. Does nothing the second time.
  void give_back() noexcept;

 private:
  Lease(std::filesystem::path file, std::string token);
  bool is_ours(const std::filesystem::path& file) const noexcept;

  std::filesystem::path file_;
  std::string token_;  // empty once given back
};

}  // namespace actscope
