// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace actscope::app {

/// What must be done before any library begins: called before the constructors of the libraries
/// that are loaded with the program, and once more by main for systems that do not do so.
///
/// - stdin, stdout and stderr are something (hold_standard_files).
/// - Where neither OMP_WAIT_POLICY, GOMP_SPINCOUNT nor KMP_BLOCKTIME is set, threads of OpenMP
///   look for work a thousand times and then wait asleep: the program is executed once more, in
///   place, with OMP_WAIT_POLICY=passive and GOMP_SPINCOUNT=1000, which the OpenMP library reads
///   when it is loaded and never again.
/// - Signals are taken over (take_over_signals).
///
/// Errors  none: where the program cannot be executed once more it goes on as it is
void prepare_process(int argc, char** argv, char** environment) noexcept;

/// The arguments that prepare_process was given, for another program.
char** program_arguments() noexcept;
/// Gives the calling thread the cores that it had in prepare_process, before an OpenMP library
/// bound it to one (OMP_PROC_BIND): the next program binds its threads anew.
void restore_cores() noexcept;

}  // namespace actscope::app
